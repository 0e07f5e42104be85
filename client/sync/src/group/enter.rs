//! Into a group: by making it, for the first of the team, or by a Welcome.

use crate::store::sql::{Connection, OptionalExtension, params};
use casevault_crypto::mls::{Group, GroupState, JoinError, Provider, join};
use casevault_crypto::random::{SystemRandom, draw};
use casevault_crypto::secret::SecretBytes;
use casevault_crypto::team::{Generation, History};
use casevault_wire::codec::{decode, encode};
use casevault_wire::commit::CommitData;
use casevault_wire::hash::Hash;
use casevault_wire::id::{DeviceId, RotationId, TeamId};
use casevault_wire::keyserver::{Acknowledgement, GroupCreation, Links, WelcomeDelivery};
use casevault_wire::problem::Code;

use super::kept;
use crate::alarm;
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::store::MlsStorage;
use crate::view::{AlarmKind, no_randomness};

impl Client {
    /// Enters the group of `team`, if the log lets this device and there is a way. Returns whether it is in now.
    pub(crate) async fn enter(&self, team: &TeamId) -> Result<bool> {
        let organisation = self.organisation()?;
        if !organisation.is_team_device_at(team, &self.device(), organisation.position().length) {
            return Ok(false);
        }
        if self.regroups(team)? {
            return self.regroup(team).await.map(|()| true);
        }
        match self.commits(team, 0).await {
            // A creation of this device's own whose receipt was lost is asked for again.
            Ok(commits) if commits.creation.is_none() || self.kept_creation(team)?.is_some() => self.create(team).await,
            Ok(_) => self.join_by_welcome(team).await,
            Err(ClientError::Server(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes the group, if making it falls to this person.
    async fn create(&self, team: &TeamId) -> Result<bool> {
        let organisation = self.organisation()?;
        let Some(entry) = organisation.team(team) else { return Ok(false) };
        let length = organisation.position().length;
        let of_first = |device: &DeviceId| organisation.device(device).is_some_and(|device| device.person == entry.first);
        if entry.first != self.me.person && organisation.team_devices_at(team, length).iter().any(of_first) {
            return Ok(false);
        }
        let (data, keys) = match self.kept_creation(team)? {
            Some(creation) => creation,
            None => self.begin_creation(team)?,
        };
        match self.post_group(team, &GroupCreation { data: data.clone() }).await {
            Ok(receipt) => {
                casevault_crypto::mls::check_creation(&receipt, &data, &organisation).map_err(|_| ClientError::Verification)?;
                self.profile.store.write(|tx| {
                    kept::save(tx, team, &GroupState::from(&data), Hash::ZERO)?;
                    kept::save_generation(tx, team, &keys, &receipt, self.now())?;
                    tx.execute("DELETE FROM rotations WHERE team = ?1", [team.0])?;
                    Ok(())
                })?;
                Ok(true)
            }
            Err(ClientError::Server(Code::Conflict)) => {
                self.forget_group(team)?;
                self.join_by_welcome(team).await
            }
            Err(error) => Err(error),
        }
    }

    fn kept_creation(&self, team: &TeamId) -> Result<Option<(CommitData, Generation)>> {
        let row = |row: &crate::store::sql::Row<'_>| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?));
        let sql = "SELECT state, upload FROM rotations WHERE team = ?1";
        let found = self.profile.store.read(|db| Ok(db.prepare_cached(sql)?.query_row([team.0], row).optional()?))?;
        let Some((data, keys)) = found else { return Ok(None) };
        let damaged = |_| ClientError::Damaged;
        Ok(Some((decode(&data, 4096).map_err(damaged)?, decode(&SecretBytes::from(keys), 256).map_err(damaged)?)))
    }

    fn begin_creation(&self, team: &TeamId) -> Result<(CommitData, Generation)> {
        let keys = Generation::generate(1, &mut SystemRandom).map_err(no_randomness)?;
        let position = self.organisation()?.position();
        let data = CommitData {
            organisation: self.me.organisation,
            team: *team,
            epoch: 0,
            rotation: RotationId(draw(&mut SystemRandom).map_err(no_randomness)?),
            log_length: position.length,
            log_hash: position.hash,
            generation: 1,
            access_key: keys.access_key(self.me.organisation, *team).public(),
            sealing_key: keys.sealing_key(&self.crypto),
            link: Hash::ZERO,
        };
        self.profile.store.write(|tx| {
            let storage = MlsStorage::new(&**tx);
            let provider = Provider::new(&self.crypto, &storage);
            Group::create(&provider, &self.signer(), *team).map_err(|_| ClientError::Damaged)?;
            let keys = SecretBytes::encode(&keys);
            tx.execute(
                "INSERT INTO rotations (team, state, upload) VALUES (?1, ?2, ?3)",
                params![team.0, encode(&data), &*keys],
            )?;
            Ok(())
        })?;
        Ok((data, keys))
    }

    /// Forgets a group that never counted, or that this device left.
    pub(crate) fn forget_group(&self, team: &TeamId) -> Result<()> {
        self.profile.store.write(|tx| {
            self.delete_mls(tx, team)?;
            kept::leave(tx, team)
        })
    }

    /// Leaves a group that was made anew. Its keys stay: they tell whether the new group goes on where this one ended.
    pub(super) fn set_aside(&self, team: &TeamId) -> Result<()> {
        self.profile.store.write(|tx| {
            self.delete_mls(tx, team)?;
            kept::set_aside(tx, team)
        })
    }

    /// Deletes what MLS keeps of the group of `team`, if there is anything.
    pub(super) fn delete_mls(&self, db: &Connection, team: &TeamId) -> Result<()> {
        let storage = MlsStorage::new(db);
        let provider = Provider::new(&self.crypto, &storage);
        match Group::load(&provider, self.me.organisation, *team).map_err(|_| ClientError::Damaged)? {
            Some(group) => group.delete(&provider).map_err(|_| ClientError::Damaged),
            None => Ok(()),
        }
    }

    async fn join_by_welcome(&self, team: &TeamId) -> Result<bool> {
        let delivery = match self.welcome(team).await {
            Ok(delivery) => delivery,
            Err(ClientError::Server(_)) => return Ok(false),
            Err(error) => return Err(error),
        };
        // The way back to the team's history first: who is in has it.
        let links = self.links(team).await?;
        match self.try_join(team, &delivery, &links) {
            Ok(()) => {}
            Err(JoinFailure::NeedLog(length)) => {
                self.owe_log(length)?;
                self.sync_log().await?;
                self.try_join(team, &delivery, &links).map_err(|failure| self.join_error(team, failure))?;
            }
            Err(JoinFailure::NotForUs) => return Ok(false),
            Err(failure) => return Err(self.join_error(team, failure)),
        }
        self.acknowledge_last(team).await?;
        Ok(true)
    }

    fn try_join(&self, team: &TeamId, delivery: &WelcomeDelivery, links: &Links) -> std::result::Result<(), JoinFailure> {
        let organisation = self.organisation()?;
        let mut outcome = Ok(());
        let written = self.profile.store.write(|tx| {
            let storage = MlsStorage::new(&**tx);
            let provider = Provider::new(&self.crypto, &storage);
            let joined = join(&provider, delivery, &organisation, *team, self.device()).map_err(|error| {
                outcome = Err(error);
                ClientError::Verification
            })?;
            let commit = casevault_wire::mls::commit_hash(delivery.record.commit.as_slice());
            kept::save(tx, team, &GroupState::from(&joined.data), commit)?;
            kept::save_generation(tx, team, &joined.keys, &delivery.record.receipt, self.now())?;
            let mut ring = kept::ring(tx, self.me.organisation, *team)?;
            let alarmed = match ring.open_links(links.links.as_slice()) {
                Ok(History::Complete | History::Empty) => None,
                Ok(History::From(_)) => Some(AlarmKind::History),
                Err(_) => Some(AlarmKind::Commit), // a garbled link closes what is behind it, and is its committer's doing
            };
            if let Some(kind) = alarmed {
                alarm::raise_in(tx, kind, self.now(), (Some(*team), None))?;
            }
            kept::save_ring(tx, team, &ring)
        });
        match outcome {
            Err(JoinError::NeedLog(length)) => Err(JoinFailure::NeedLog(length)),
            Err(JoinError::NotForUs) => Err(JoinFailure::NotForUs),
            Err(_) => Err(JoinFailure::Refused),
            Ok(()) => written.map_err(JoinFailure::Other),
        }
    }

    fn join_error(&self, team: &TeamId, failure: JoinFailure) -> ClientError {
        match failure {
            JoinFailure::Other(error) => error,
            JoinFailure::NeedLog(_) => self.log_alarm(AlarmKind::Rollback),
            JoinFailure::NotForUs | JoinFailure::Refused => self.team_alarm(team, AlarmKind::Commit),
        }
    }

    /// Tells the keyserver which commit this device has reached, unless it has heard.
    pub(crate) async fn acknowledge_last(&self, team: &TeamId) -> Result<()> {
        let Some(kept) = self.kept(team)?.filter(|kept| kept.acknowledged < kept.state.epoch) else { return Ok(()) };
        if !self.before_cuts(team)?.is_empty() {
            return Ok(()); // what is kept is not written anew yet: whoever recovers the team may need what was before
        }
        let epoch = kept.state.epoch;
        match self.acknowledge(team, &Acknowledgement { epoch, commit: kept.committed }).await {
            // If the commit was voided or passed by meanwhile, following the group finds out.
            Ok(()) | Err(ClientError::Server(Code::Conflict)) => {
                self.profile.store.write(|tx| kept::acknowledged(tx, team, epoch))
            }
            Err(ClientError::Server(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

enum JoinFailure {
    NeedLog(u64),
    NotForUs,
    Refused,
    Other(ClientError),
}

impl From<ClientError> for JoinFailure {
    fn from(error: ClientError) -> Self {
        Self::Other(error)
    }
}
