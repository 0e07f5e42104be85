//! What this device intended with a file, so that the same file, brought in again, ends what was begun: the ids of its new people,
//! and the salts by which its new teams are found in the log.

use casevault_crypto::event::Name;
use casevault_crypto::random::{SystemRandom, draw};
use casevault_wire::codec::{List, decode, encode};
use casevault_wire::id::{PersonId, TeamId};
use casevault_wire::log::{Statement, log_entry_hash};
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use super::check::Wanted;
use super::rows::{LONGEST, ROWS};
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::store::log::{Whose, entries};
use crate::store::{meta, set_meta};
use crate::view::no_randomness;

/// Where `meta` keeps the plan of the last file.
const PLAN: &str = "import";

/// What is intended with one file.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub(super) struct Plan {
    /// BLAKE3 of the file.
    pub(super) file: [u8; 32],
    /// The people of its rows, in order.
    pub(super) people: List<PersonId, ROWS>,
    /// The teams that it names, in order.
    pub(super) teams: List<PlannedTeam, LONGEST>,
}

/// A team that a file names.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub(super) struct PlannedTeam {
    /// As the file calls it.
    pub(super) name: Name,
    /// Of its creation, if it is new.
    pub(super) salt: [u8; 16],
}

impl Client {
    /// The plan for `file`, if it was brought in before and no other since.
    pub(super) fn kept_plan(&self, file: &[u8]) -> Result<Option<Plan>> {
        let Some(bytes) = self.profile.store.read(|db| meta(db, PLAN))? else { return Ok(None) };
        let plan: Plan = decode(&bytes, usize::MAX).map_err(|_| ClientError::Damaged)?;
        Ok(Some(plan).filter(|plan| plan.file == digest(file)))
    }

    /// The plan for `file`, kept before anything of it is done.
    pub(super) fn plan_import(&self, file: &[u8], wanted: &Wanted) -> Result<Plan> {
        if let Some(plan) = self.kept_plan(file)? {
            return Ok(plan);
        }
        let mut people = Vec::with_capacity(wanted.people.len());
        for person in &wanted.people {
            people.push(person.person.map_or_else(|| draw(&mut SystemRandom).map(PersonId).map_err(no_randomness), Ok)?);
        }
        let mut teams = Vec::with_capacity(wanted.teams.len());
        for team in &wanted.teams {
            let name = Name::new(team.name.as_str()).map_err(|_| ClientError::Text)?;
            teams.push(PlannedTeam { name, salt: draw(&mut SystemRandom).map_err(no_randomness)? });
        }
        let (people, teams) = (List::new(people), List::new(teams));
        let too_long = |_| ClientError::Text;
        let plan = Plan { file: digest(file), people: people.map_err(too_long)?, teams: teams.map_err(too_long)? };
        self.profile.store.write(|tx| set_meta(tx, PLAN, &encode(&plan)))?;
        Ok(plan)
    }

    /// Which of the plan's teams the log has, by the salts of their creations.
    pub(super) fn teams_made(&self, plan: &Plan) -> Result<Vec<Option<TeamId>>> {
        let mut made = vec![None; plan.teams.as_slice().len()];
        for entry in entries(&self.profile.store, Whose::Own)? {
            let Statement::CreateTeam(creation) = &entry.content.statement else { continue };
            let planned = plan.teams.as_slice().iter().zip(&mut made);
            for (_, made) in planned.filter(|(planned, _)| planned.salt == creation.salt) {
                *made = Some(TeamId(log_entry_hash(&entry).0));
            }
        }
        Ok(made)
    }
}

fn digest(file: &[u8]) -> [u8; 32] {
    *blake3::hash(file).as_bytes()
}
