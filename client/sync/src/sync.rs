//! Synchronisation: the log, then each team's group, keys and journals, then what waits here.

use crate::store::sql::params;
use casevault_crypto::event::{Body, DeviceName, PersonName, TeamName};
use casevault_crypto::journal::Place;
use casevault_wire::codec::Text;
use casevault_wire::id::{DeviceId, JournalId, PersonId, TeamId};
use casevault_wire::keyserver::{KeyPackageCount, KeyPackages};
use casevault_wire::limit;
use casevault_wire::problem::Code;
use casevault_wire::time::Time;
use futures_util::stream::{self, StreamExt as _};

use crate::alarm;
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::journal::{Item, PUSH_ITEMS};
use crate::names::Kind;
use crate::notice;
use crate::store::{array, meta, set_meta};
use crate::view::{OnProgress, Progress, SyncReport, unwatched};

/// Teams that are synchronised at a time: while one waits for a server, the others go on.
const TEAMS_AT_ONCE: usize = 8;
/// Fewer single-use key packages than this at the keyserver are made up to the full number.
const LOW: usize = limit::KEY_PACKAGES / 2;
/// Under what the store keeps when this device last synchronised.
const SYNCHRONISED: &str = "synchronised";
/// All key packages are replaced at this age of the oldest, milliseconds (20 days).
const RENEWAL: u64 = limit::KEY_PACKAGE_LIFETIME / 3 * 2;

impl Client {
    /// Brings this device and the servers together. Without a connection nothing is lost and nothing changes.
    ///
    /// # Errors
    /// [`ClientError::Unreachable`] if a server does not answer, [`ClientError::Verification`] if the log does not verify,
    /// [`ClientError::Removed`] if it says that this device was removed, [`ClientError::Copied`] if this is not the device as it last was. What is
    /// wrong with one team becomes an alarm and does not keep the others from being synchronised.
    pub async fn sync(&self) -> Result<SyncReport> {
        self.sync_watched(&unwatched()).await
    }

    /// The same, telling how many teams are done.
    ///
    /// # Errors
    /// As [`Client::sync`].
    pub async fn sync_watched(&self, watch: &OnProgress) -> Result<SyncReport> {
        let _turn = self.turn.lock().await;
        let mut report = SyncReport::default();
        let outcome = self.sync_all(&mut report, watch).await;
        report.queued = self.queued()?;
        report.alarms = alarm::pending(&self.profile.store)?;
        report.notices = self.notices().unwrap_or_default();
        report.device_notices = notice::pending(&self.profile.store)?;
        report.online = outcome.is_ok();
        if report.online {
            self.profile.store.write(|tx| set_meta(tx, SYNCHRONISED, &self.now().0.to_be_bytes()))?;
            // What cannot be written anew now is so another time.
            let _ = self.profile.store.tidy(self.now());
        }
        match outcome {
            Err(ClientError::Verification) if !report.alarms.is_empty() => Ok(report),
            Err(error) => Err(error),
            Ok(()) => Ok(report),
        }
    }

    /// When this device last synchronised with both servers, by its own clock.
    ///
    /// # Errors
    /// As the store's.
    pub fn last_synchronised(&self) -> Result<Option<Time>> {
        let kept = self.profile.store.read(|db| meta(db, SYNCHRONISED))?;
        Ok(kept.and_then(|bytes| <[u8; 8]>::try_from(&*bytes).ok()).map(|bytes| Time(u64::from_be_bytes(bytes))))
    }

    async fn sync_all(&self, report: &mut SyncReport, watch: &OnProgress) -> Result<()> {
        self.tidy_outbox()?;
        match self.sync_log().await {
            // The keyserver does not know a device that waits for its approval.
            Err(ClientError::Server(Code::Refused)) if !self.was_member()? => return Err(ClientError::NotApproved),
            other => other?,
        }
        if self.organisation()?.current_device(&self.device()).is_none() {
            return Err(ClientError::NotApproved);
        }
        let packages = self.step().await?;
        self.top_up_key_packages(packages).await?;
        let mut wrong = self.sync_teams(&self.my_teams()?, report, watch).await?;
        self.read_claims().await?;
        self.write_names().await?;
        match self.flush().await {
            Ok(sent) => report.sent += sent,
            Err(ClientError::Unreachable) => return Err(ClientError::Unreachable),
            Err(error) => wrong = wrong.or(Some(error)),
        }
        if let Err(error) = reached(self.tell_heads().await)? {
            wrong = wrong.or(Some(error));
        }
        if let Err(error) = reached(self.tell_senders().await)? {
            wrong = wrong.or(Some(error));
        }
        if let Err(error) = reached(self.census().await)? {
            wrong = wrong.or(Some(error));
        }
        self.mark_synchronised()?;
        wrong.map_or(Ok(()), Err)
    }

    fn was_member(&self) -> Result<bool> {
        Ok(self.profile.store.read(|db| meta(db, "stage"))?.as_deref() != Some(b"joining"))
    }

    /// The teams with cases that this device is in.
    pub(crate) fn case_teams(&self) -> Result<Vec<TeamId>> {
        let directory = self.organisation()?.directory();
        let teams = self.my_teams()?.into_iter().filter(|team| Some(*team) != directory);
        teams.filter_map(|team| self.kept(&team).map(|kept| kept.map(|_| team)).transpose()).collect()
    }

    /// The directory first, then the other teams that this device is in or shall be in, or was in.
    fn my_teams(&self) -> Result<Vec<TeamId>> {
        let organisation = self.organisation()?;
        let directory = organisation.directory();
        let mut teams: Vec<TeamId> = Vec::new();
        for team in organisation.teams().keys() {
            if organisation.is_member(team, &self.me.person) || self.kept(team)?.is_some() {
                teams.push(*team);
            }
        }
        teams.sort_by_key(|team| Some(*team) != directory);
        Ok(teams)
    }

    /// Brings these teams to where the log and the servers have them, several at a time: first every group, its key in the log and
    /// what is left for recovery; then the vault, so that a removal acts everywhere before anything is read; then the journals. What is
    /// wrong with a team does not keep the others.
    async fn sync_teams(&self, teams: &[TeamId], report: &mut SyncReport, watch: &OnProgress) -> Result<Option<ClientError>> {
        let (mut entered, mut brought, mut wrong) = (Vec::new(), Ok(()), None);
        let mut progress = Progress { all: 2 * teams.len() as u64, ..Progress::default() };
        let mut tell = |steps| {
            progress.items += steps;
            watch(progress);
        };
        let groups: Vec<_> = teams.iter().map(|team| async move { (*team, self.bring_group(team).await) }).collect();
        let mut groups = stream::iter(groups).buffer_unordered(TEAMS_AT_ONCE);
        while let Some((team, outcome)) = groups.next().await {
            match outcome {
                Ok(true) => entered.push(team),
                Ok(false) => tell(1),
                Err(ClientError::Unreachable) => {
                    brought = Err(ClientError::Unreachable);
                    break; // the teams before it are brought to their end all the same
                }
                Err(error) => wrong = wrong.or(Some(error)),
            }
            tell(1);
        }
        let mut stated = self.settle_sealing_keys(&entered).await;
        for team in &entered {
            stated = stated.and(self.leave_escrow(team).await);
        }
        let (led, taken) = self.lead_vault(&entered).await;
        for outcome in [brought, stated, taken] {
            wrong = wrong.or(reached(outcome)?.err());
        }
        tell(entered.len().abs_diff(led.len()) as u64);
        let journals: Vec<_> = led.iter().map(|team| async move { self.read_team(team).await }).collect();
        let mut journals = stream::iter(journals).buffer_unordered(TEAMS_AT_ONCE);
        while let Some(outcome) = journals.next().await {
            match reached(outcome)? {
                Ok(received) => report.received += received,
                Err(error) => wrong = wrong.or(Some(error)),
            }
            tell(1);
        }
        Ok(wrong)
    }

    /// Has the vault take the newest key of each of these teams, several at a time. What the vault does about one team does not keep the
    /// others from it. The teams whose key it has taken, and what was wrong.
    async fn lead_vault(&self, teams: &[TeamId]) -> (Vec<TeamId>, Result<()>) {
        let (mut led, mut wrong) = (Vec::new(), Ok(()));
        let vaults: Vec<_> = teams.iter().map(|team| async move { (*team, self.settle_vault(team).await) }).collect();
        let mut vaults = stream::iter(vaults).buffer_unordered(TEAMS_AT_ONCE);
        while let Some((team, outcome)) = vaults.next().await {
            match outcome {
                Ok(()) => led.push(team),
                Err(ClientError::Unreachable) => wrong = Err(ClientError::Unreachable),
                Err(error) => wrong = wrong.and(Err(error)),
            }
        }
        (led, wrong)
    }

    /// Reads what is new in a team's journals, and of their heads.
    async fn read_team(&self, team: &TeamId) -> Result<u64> {
        self.finish_cut(team).await?;
        let deleted = reached(self.delete_erased(team).await)?;
        let mut received = self.pull_on(&self.team_place(*team)?).await?;
        let taken = if self.organisation()?.directory() == Some(*team) { Ok(()) } else { reached(self.take_inbox(team).await)? };
        // What is wrong with heads is alarmed about, and does not keep the journals themselves from being read.
        let recorded = reached(self.read_heads(team).await)?;
        let mut changed = reached(self.read_changes(team).await)?;
        if let Err(ClientError::Server(Code::StaleGeneration)) = changed {
            received += self.pull_on(&self.team_place(*team)?).await?;
            changed = reached(self.read_changes(team).await)?;
        }
        let mut opened = Ok(());
        for place in self.opened_journals(team)? {
            match reached(self.pull_on(&place).await)? {
                Ok(new) => received += new,
                Err(error) => opened = opened.and(Err(error)), // it keeps no other from being read
            }
        }
        // What is recorded is compared with what the vault says later, never with what it said before.
        let compared = if changed.is_ok() { self.check_heads(team) } else { Ok(()) };
        if self.organisation()?.directory() == Some(*team) {
            self.compare_log().await?;
        }
        // What has to be ended is ended even where something else is wrong.
        let shared = reached(self.settle_shares(team).await)?;
        deleted.and(recorded).and(changed).and(compared).and(opened).and(taken).and(shared).map(|()| received)
    }

    /// The cases of a team that were opened on this device and have changed at the vault. Others are read when they are opened.
    fn opened_journals(&self, team: &TeamId) -> Result<Vec<Place>> {
        self.profile.store.read(|db| {
            let sql = "SELECT journal FROM journals WHERE team = ?1 AND behind = 1";
            let mut statement = db.prepare_cached(sql)?;
            let rows = statement.query_map([team.0], |row| array(row, 0).map(JournalId))?;
            rows.map(|row| row.map(|journal| self.place(*team, journal)).map_err(ClientError::from)).collect()
        })
    }

    /// Keeps enough fresh key packages at the keyserver. All are replaced before the oldest of them is too old to be added.
    async fn top_up_key_packages(&self, count: KeyPackageCount) -> Result<()> {
        let began = self.profile.store.read(|db| meta(db, "packages"))?;
        let began = began.as_deref().and_then(|bytes| bytes.first_chunk()).map(|bytes| Time(u64::from_be_bytes(*bytes)));
        if began.is_none_or(|began| self.now().since(began) > RENEWAL || began > self.now()) {
            let packages = KeyPackages { instead: 1, ..self.make_key_packages(limit::KEY_PACKAGES, true)? };
            self.post_key_packages(self, &packages).await?;
            return self.profile.store.write(|tx| set_meta(tx, "packages", &self.now().0.to_be_bytes()));
        }
        let have = usize::try_from(count.single_use).unwrap_or(usize::MAX);
        if have >= LOW && count.last_resort_used == 0 {
            return Ok(());
        }
        let wanted = if have < LOW { limit::KEY_PACKAGES - have } else { 0 };
        let packages = self.make_key_packages(wanted, count.last_resort_used != 0)?;
        self.post_key_packages(self, &packages).await.map(|_| ())
    }

    /// Writes names that wait into the directory.
    async fn write_names(&self) -> Result<()> {
        let Some(directory) = self.organisation()?.directory() else { return Ok(()) };
        if self.kept(&directory)?.is_none() {
            return Ok(());
        }
        self.drop_machine_name()?;
        let waiting = self.profile.store.read(|db| {
            let mut statement = db.prepare("SELECT kind, id, name FROM pending_names")?;
            let rows = statement
                .query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, String>(2)?)))?;
            rows.map(|row| row.map_err(ClientError::from)).collect::<Result<Vec<_>>>()
        })?;
        for waiting in waiting.chunks(PUSH_ITEMS) {
            let items: Vec<_> =
                waiting.iter().filter_map(|(kind, id, name)| name_event(*kind, id, name)).map(Item::event).collect();
            if !items.is_empty() {
                self.push(&self.team_place(directory)?, items).await?;
            }
            self.profile.store.write(|tx| {
                for (kind, id, name) in waiting {
                    tx.execute("DELETE FROM pending_names WHERE kind = ?1 AND id = ?2 AND name = ?3", params![kind, id, name])?;
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// What this device took from its machine as a name gives way to the one that the person's other device wrote for it.
    fn drop_machine_name(&self) -> Result<()> {
        self.profile.store.write(|tx| {
            if meta(tx, "device-name")?.is_none() && meta(tx, "named")?.is_none() {
                let sql = "DELETE FROM pending_names WHERE kind = ?1 AND id = ?2
                    AND EXISTS (SELECT 1 FROM names WHERE kind = ?1 AND id = ?2)";
                tx.execute(sql, params![Kind::Device as i64, self.device().0])?;
                set_meta(tx, "named", b"1")?;
            }
            Ok(())
        })
    }

    /// Remembers when this device last reached both servers.
    fn mark_synchronised(&self) -> Result<()> {
        self.profile.store.write(|tx| set_meta(tx, "synchronised", &self.now().0.to_be_bytes()))
    }
}

/// Whether the servers answered; what they answered is for later.
fn reached<T>(result: Result<T>) -> Result<Result<T>> {
    if matches!(result, Err(ClientError::Unreachable)) { Err(ClientError::Unreachable) } else { Ok(result) }
}

fn name_event(kind: i64, id: &[u8], name: &str) -> Option<Body> {
    let name = Text::new(name).ok()?;
    match kind {
        kind if kind == Kind::Person as i64 => Some(PersonName { person: PersonId(id.try_into().ok()?), name }.into()),
        kind if kind == Kind::Device as i64 => Some(DeviceName { device: DeviceId(id.try_into().ok()?), name }.into()),
        kind if kind == Kind::Team as i64 => Some(TeamName { team: TeamId(id.try_into().ok()?), name }.into()),
        _ => None,
    }
}
