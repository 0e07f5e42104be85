//! Doing what a file asks for: only what is not there yet, so that it can be done again after a cut.

use std::collections::BTreeSet;

use casevault_crypto::invitation::Code;
use casevault_crypto::secret::SecretBytes;
use casevault_wire::codec::{List, decode, encode};
use casevault_wire::id::{PersonId, TeamId};
use casevault_wire::invitation::Invitation;
use casevault_wire::limit;
use casevault_wire::log::{Organisation, Statement, TeamCreation, TeamKind};

use super::PersonCode;
use super::check::{Wanted, WantedPerson, WantedTeam};
use super::plan::{Plan, PlannedTeam};
use super::rows::ROWS;
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::invitations::keep_invitation;
use crate::names::{Kind, name_of};
use crate::store::sql::{OptionalExtension, params};
use crate::store::{column, meta, set_meta};
use crate::view::{OnProgress, Progress};

/// Where `meta` keeps invitations until the keyserver has them.
const INVITATIONS: &str = "import invitations";
/// Invitations that are on their way at once.
const AT_ONCE: usize = 16;

/// What a file asks for beside the ids that its people have or shall have.
struct Order<'a> {
    people: Vec<(PersonId, &'a WantedPerson)>,
    teams: Vec<(&'a PlannedTeam, &'a WantedTeam)>,
}

impl<'a> Order<'a> {
    fn new(wanted: &'a Wanted, plan: &'a Plan) -> Self {
        Self {
            people: plan.people.as_slice().iter().copied().zip(&wanted.people).collect(),
            teams: plan.teams.as_slice().iter().zip(&wanted.teams).collect(),
        }
    }

    fn members(&self, team: &WantedTeam) -> Vec<PersonId> {
        team.members.iter().filter_map(|index| self.people.get(*index)).map(|(person, _)| *person).collect()
    }
}

impl Client {
    pub(super) async fn carry_out(&self, wanted: &Wanted, plan: &Plan, on_progress: &OnProgress) -> Result<()> {
        self.step_first().await?;
        let order = Order::new(wanted, plan);
        let teams = self.state_missing(&order, plan, on_progress).await?;
        self.queue_missing_names(&order, &teams)?;
        self.prepare_invitations(&order)?;
        self.post_invitations(on_progress).await?;
        self.follow_up().await
    }

    /// States what the log lacks, as much at a time as one append holds. The teams' ids, in order.
    async fn state_missing(&self, order: &Order<'_>, plan: &Plan, on_progress: &OnProgress) -> Result<Vec<TeamId>> {
        let mut done = 0;
        loop {
            let made = self.teams_made(plan)?;
            let teams: Vec<_> = order.teams.iter().zip(made).map(|((_, wanted), made)| wanted.team.or(made)).collect();
            let mut statements = missing(&*self.organisation()?, order, &teams);
            let all = done + statements.len();
            on_progress(progress(done, all));
            if statements.is_empty() {
                return Ok(teams.into_iter().flatten().collect());
            }
            statements.truncate(limit::LOG_PAGE);
            self.state(&statements).await?;
            done += statements.len();
        }
    }

    /// Has the names written that nobody has written yet.
    fn queue_missing_names(&self, order: &Order<'_>, teams: &[TeamId]) -> Result<()> {
        let people = order.people.iter().map(|(id, wanted)| (Kind::Person, id.0.to_vec(), wanted.name.clone()));
        let teams = teams
            .iter()
            .zip(&order.teams)
            .map(|(id, (planned, _))| (Kind::Team, id.0.to_vec(), planned.name.as_str().to_owned()));
        let names: Vec<_> = people.chain(teams).collect();
        self.profile.store.write(|tx| {
            let mut insert = tx.prepare_cached("INSERT OR IGNORE INTO pending_names (kind, id, name) VALUES (?1, ?2, ?3)")?;
            for (kind, id, name) in names {
                if name_of(tx, kind, &id)?.is_none() {
                    insert.execute(params![kind as i64, id, name])?;
                }
            }
            Ok(())
        })
    }

    /// Makes an invitation for everybody who has neither a device nor an open one; all are durable before the first is sent.
    fn prepare_invitations(&self, order: &Order<'_>) -> Result<()> {
        let organisation = self.organisation()?;
        let equipped = equipped(&organisation);
        let mut made = Vec::new();
        for (person, wanted) in order.people.iter().filter(|(person, _)| !equipped.contains(person)) {
            if self.open_code(person)?.is_none() {
                let (code, invitation) = self.make_invitation(*person, wanted.role)?;
                made.push((wanted, *person, code, invitation));
            }
        }
        let now = self.now();
        self.profile.store.write(|tx| {
            let mut waiting = unsent(meta(tx, INVITATIONS)?.as_deref())?;
            waiting.retain(|invitation| invitation.expires > now);
            for (wanted, person, code, invitation) in made {
                keep_invitation(tx, &invitation, (&person, &wanted.name, wanted.role), &code)?;
                waiting.push(invitation);
            }
            set_meta(tx, INVITATIONS, &encode_waiting(waiting)?)
        })
    }

    /// Posts the invitations that wait. The keyserver takes the same one twice.
    async fn post_invitations(&self, on_progress: &OnProgress) -> Result<()> {
        let waiting = unsent(self.profile.store.read(|db| meta(db, INVITATIONS))?.as_deref())?;
        for (count, invitations) in waiting.chunks(AT_ONCE).enumerate() {
            on_progress(progress(count * AT_ONCE, waiting.len()));
            futures_util::future::try_join_all(invitations.iter().map(|invitation| self.post_invitation(invitation))).await?;
        }
        self.profile.store.write(|tx| set_meta(tx, INVITATIONS, &encode_waiting(Vec::new())?))
    }

    /// The codes of those of `people` who have no device and an open invitation of this device.
    pub(super) fn codes(&self, people: &[PersonId]) -> Result<Vec<PersonCode>> {
        let equipped = equipped(&*self.organisation()?);
        let mut codes = Vec::new();
        for person in people.iter().filter(|person| !equipped.contains(person)) {
            if let Some((name, code)) = self.open_code(person)? {
                codes.push(PersonCode { name, person: *person, code: code.text() });
            }
        }
        Ok(codes)
    }

    fn open_code(&self, person: &PersonId) -> Result<Option<(String, Code)>> {
        let sql = "SELECT name, code FROM invitations WHERE person = ?1 AND device IS NULL AND withdrawn = 0 AND expires >= ?2 ORDER BY expires DESC";
        let now = column(self.now().0);
        let row = |row: &crate::store::sql::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?));
        let found =
            self.profile.store.read(|db| Ok(db.prepare_cached(sql)?.query_row(params![person.0, now], row).optional()?))?;
        let Some((name, code)) = found else { return Ok(None) };
        let code = decode(&SecretBytes::from(code), 1024).map_err(|_| ClientError::Damaged)?;
        Ok(Some((name, code)))
    }
}

/// Statements that bring the log to what is asked for: people, then new teams, then memberships of others.
fn missing(organisation: &Organisation, order: &Order<'_>, teams: &[Option<TeamId>]) -> Vec<Statement> {
    let equipped = equipped(organisation);
    let new = order.people.iter().filter(|(person, _)| organisation.person(person).is_none());
    let mut statements: Vec<_> = new.map(|(person, wanted)| Statement::AddPerson(*person, wanted.role)).collect();
    let mut additions = Vec::new();
    for ((planned, wanted), team) in order.teams.iter().zip(teams) {
        let mut members = order.members(wanted);
        match team {
            Some(team) => {
                members.retain(|member| !organisation.is_member(team, member));
                additions.extend(members.into_iter().map(|member| Statement::AddToTeam(*team, member)));
            }
            None => {
                // Who is named first makes the team's keys: somebody who can, if there is one.
                members.sort_by_key(|member| !equipped.contains(member));
                // The check saw that they fit.
                let Ok(members) = List::new(members) else { continue };
                statements.push(Statement::CreateTeam(TeamCreation { kind: TeamKind::Cases, members, salt: planned.salt }));
            }
        }
    }
    statements.append(&mut additions);
    statements
}

/// Who has a device.
fn equipped(organisation: &Organisation) -> BTreeSet<PersonId> {
    organisation.devices().values().filter(|device| device.span.until.is_none()).map(|device| device.person).collect()
}

fn unsent(kept: Option<&[u8]>) -> Result<Vec<Invitation>> {
    let Some(bytes) = kept else { return Ok(Vec::new()) };
    decode::<List<Invitation, ROWS>>(bytes, limit::BODY).map(List::into_vec).map_err(|_| ClientError::Damaged)
}

fn encode_waiting(waiting: Vec<Invitation>) -> Result<Vec<u8>> {
    List::<_, ROWS>::new(waiting).map(|list| encode(&list)).map_err(|_| ClientError::Text)
}

fn progress(done: usize, all: usize) -> Progress {
    let count = |number| u64::try_from(number).unwrap_or(u64::MAX);
    Progress { bytes: 0, total: 0, items: count(done), all: count(all) }
}
