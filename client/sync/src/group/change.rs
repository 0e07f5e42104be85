//! This device's own commits: planned from the log, kept before they are sent, merged on the keyserver's receipt. A time-out is
//! never a "no": the keyserver is asked which commit ended the epoch.

use std::collections::BTreeSet;

use crate::store::sql::{OptionalExtension, params};
use casevault_crypto::mls::{Basis, Change, Group, GroupState, Plan, Provider, StageError, check_record, plan};
use casevault_crypto::random::{SystemRandom, draw};
use casevault_crypto::secret::SecretBytes;
use casevault_crypto::team::{Generation, seal_bundle};
use casevault_wire::codec::{List, decode, encode};
use casevault_wire::commit::{CommitData, link_hash};
use casevault_wire::feed::SignedFeedItem;
use casevault_wire::id::{RotationId, TeamId};
use casevault_wire::keyserver::{CommitRecord, CommitUpload, KeyPackage};
use casevault_wire::limit;
use casevault_wire::mls::{commit_data, commit_hash};

use super::age::Clocks;
use super::kept;
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::keyserver::ADDS;
use crate::store::MlsStorage;
use crate::view::no_randomness;

/// The longest commit with all that goes with it.
const UPLOAD: usize = limit::COMMIT + limit::WELCOME + 64 * 1024;

/// A commit of this device's own that was not merged yet.
struct Waiting {
    upload: CommitUpload,
    keys: Generation,
}

impl Client {
    /// What the group of `team` lacks to be what the log says.
    pub(super) fn plan(&self, team: &TeamId, state: &GroupState) -> Result<Plan> {
        let organisation = self.organisation()?;
        let mut plan = plan(&organisation, team, &self.group_devices(team)?, state.log_length);
        let began = self.profile.store.read(|db| kept::beginning(db, team))?;
        plan.rotate |= began.is_over(&Clocks { here: self.now(), keyserver: self.keyserver_time() });
        plan.add.truncate(ADDS);
        Ok(plan)
    }

    /// Commits what the group lacks. Returns whether a commit was made, so that there may be more to do.
    pub(super) async fn change(&self, team: &TeamId) -> Result<bool> {
        let Some(kept) = self.kept(team)? else { return Ok(false) };
        let mut plan = self.plan(team, &kept.state)?;
        plan.remove.retain(|device| *device != self.device());
        // A cut waits for everything else: it keeps nobody in and nobody out.
        let due = if plan.is_empty() { self.cut_is_due(team)? } else { BTreeSet::new() };
        plan.cut = !due.is_empty();
        if plan.is_empty() {
            return Ok(false);
        }
        let mut packages: Vec<KeyPackage> = Vec::new();
        if !plan.add.is_empty() {
            packages.extend(self.claim(&plan.add).await?.into_iter().flatten());
        }
        if packages.is_empty() && plan.remove.is_empty() && !plan.rotate && !plan.cut {
            return Ok(false); // those to add have left no key packages yet
        }
        if plan.cut {
            self.withdraw_erased(team, &due).await?;
        }
        if !self.stage(team, &kept.state, &plan, packages)? {
            return Ok(false);
        }
        self.finish_change(team).await
    }

    /// Stages a commit and keeps it, with everything that goes to the keyserver, in one transaction. Returns whether there was
    /// anything to commit.
    pub(super) fn stage(&self, team: &TeamId, previous: &GroupState, plan: &Plan, mut add: Vec<KeyPackage>) -> Result<bool> {
        let organisation = self.organisation()?;
        let ring = self.ring(team)?;
        let (keys, link) = if plan.cut {
            (ring.generate_cut(&mut SystemRandom).map_err(no_randomness)?, None)
        } else if plan.rotate {
            let next = ring.generate_next(&mut SystemRandom).map_err(no_randomness)?;
            let link = ring.seal_link(&next, &mut SystemRandom).map_err(no_randomness)?;
            (next, link)
        } else {
            let keys = self.profile.store.read(|db| kept::generation(db, team, previous.generation))?;
            (keys.ok_or(ClientError::NoKey)?, None)
        };
        let position = organisation.position();
        loop {
            if add.is_empty() && plan.remove.is_empty() && !plan.rotate && !plan.cut {
                return Ok(false); // nothing is left to commit
            }
            let data = CommitData {
                organisation: self.me.organisation,
                team: *team,
                epoch: previous.epoch + 1,
                rotation: RotationId(draw(&mut SystemRandom).map_err(no_randomness)?),
                log_length: position.length,
                log_hash: position.hash,
                generation: keys.number,
                access_key: keys.access_key(self.me.organisation, *team).public(),
                sealing_key: keys.sealing_key(&self.crypto),
                link: link_hash(link.as_ref()),
            };
            let change = Change { add: add.clone(), remove: plan.remove.clone(), data, now: self.now() };
            let basis = Basis { organisation: &organisation, previous, ring: &ring };
            match self.stage_once(team, &basis, &change, (&keys, link.clone()))? {
                None => return Ok(true),
                Some(StageError::KeyPackage(at, _)) if at < add.len() => {
                    add.remove(at); // spoilt by its device or by the keyserver: that device waits for the next attempt
                }
                Some(StageError::Pending) => return Err(ClientError::Damaged),
                Some(_) => return Err(ClientError::Conflict),
            }
        }
    }

    fn stage_once(
        &self,
        team: &TeamId,
        basis: &Basis<'_>,
        change: &Change,
        (keys, link): (&Generation, Option<casevault_wire::keyserver::TeamLink>),
    ) -> Result<Option<StageError>> {
        let mut failed = None;
        let written = self.profile.store.write(|tx| {
            let storage = MlsStorage::new(&**tx);
            let provider = Provider::new(&self.crypto, &storage);
            let group = Group::load(&provider, self.me.organisation, *team)
                .map_err(|_| ClientError::Damaged)?
                .ok_or(ClientError::Damaged)?;
            let (_, staged) = group.stage(&provider, &self.signer(), basis, change).map_err(|error| {
                failed = Some(error);
                ClientError::Conflict
            })?;
            let bundle = seal_bundle(&self.crypto, &staged.bundle_key, &change.data, keys, &mut SystemRandom)
                .map_err(|_| ClientError::Randomness)?;
            let added = List::new(staged.added).map_err(|_| ClientError::Text)?;
            let upload = CommitUpload { commit: staged.commit, welcome: staged.welcome, added, bundle, link };
            let sql = "INSERT INTO rotations (team, state, upload) VALUES (?1, ?2, ?3)";
            tx.execute(sql, params![team.0, &*SecretBytes::encode(keys), encode(&upload)])?;
            Ok(())
        });
        match (failed, written) {
            (Some(error), _) => Ok(Some(error)),
            (None, written) => written.map(|()| None),
        }
    }

    fn waiting(&self, team: &TeamId) -> Result<Option<Waiting>> {
        let sql = "SELECT state, upload FROM rotations WHERE team = ?1";
        let row = |row: &crate::store::sql::Row<'_>| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?));
        let found = self.profile.store.read(|db| Ok(db.prepare_cached(sql)?.query_row([team.0], row).optional()?))?;
        let Some((keys, upload)) = found else { return Ok(None) };
        let damaged = |_| ClientError::Damaged;
        let keys = decode(&SecretBytes::from(keys), 256).map_err(damaged)?;
        Ok(Some(Waiting { keys, upload: decode(&upload, UPLOAD).map_err(damaged)? }))
    }

    /// Sends the commit that waits, if there is one, and takes over the outcome. Returns whether it was merged.
    pub(super) async fn finish_change(&self, team: &TeamId) -> Result<bool> {
        let Some(waiting) = self.waiting(team)? else { return Ok(false) };
        match self.post_commit(team, &waiting.upload).await {
            Ok(receipt) => self.merge(team, &waiting, &receipt).await,
            // Whatever the answer says, this commit may be the one that ended the epoch.
            Err(ClientError::Server(_)) => self.lost_or_merged(team, &waiting).await,
            Err(error) => Err(error),
        }
    }

    /// Another commit ended the epoch, or this one did and its receipt was lost, or the keyserver will never take it: then what to
    /// commit is planned anew from the log.
    async fn lost_or_merged(&self, team: &TeamId, waiting: &Waiting) -> Result<bool> {
        self.sync_log().await?;
        let Some(kept) = self.kept(team)? else { return Ok(false) };
        let ours = commit_hash(waiting.upload.commit.as_slice());
        let first = match self.commits(team, kept.state.epoch).await {
            Ok(commits) => commits.commits.into_vec().into_iter().next(),
            // Not of the team any more: nothing of its own is merged.
            Err(ClientError::Server(_)) if !self.is_wanted(team)? => None,
            Err(error) => return Err(error),
        };
        match first {
            Some(record) if commit_hash(record.commit.as_slice()) == ours => self.merge(team, waiting, &record.receipt).await,
            _ => {
                self.give_up(team)?;
                self.follow(team).await?;
                Ok(false)
            }
        }
    }

    fn give_up(&self, team: &TeamId) -> Result<()> {
        self.profile.store.write(|tx| {
            let storage = MlsStorage::new(&**tx);
            let provider = Provider::new(&self.crypto, &storage);
            if let Some(group) = Group::load(&provider, self.me.organisation, *team).map_err(|_| ClientError::Damaged)? {
                group.clear_pending(&provider).map_err(|_| ClientError::Damaged)?;
            }
            tx.execute("DELETE FROM rotations WHERE team = ?1", [team.0])?;
            Ok(())
        })
    }

    async fn merge(&self, team: &TeamId, waiting: &Waiting, receipt: &SignedFeedItem) -> Result<bool> {
        let organisation = self.organisation()?;
        let upload = &waiting.upload;
        let record = CommitRecord {
            commit: upload.commit.clone(),
            bundle: upload.bundle.clone(),
            link: upload.link.clone(),
            receipt: receipt.clone(),
        };
        let commit = check_record(&record, &organisation).map_err(|_| ClientError::Verification)?.commit;
        let data = commit_data(upload.commit.as_slice()).map_err(|_| ClientError::Damaged)?;
        self.profile.store.write(|tx| {
            let storage = MlsStorage::new(&**tx);
            let provider = Provider::new(&self.crypto, &storage);
            let group = Group::load(&provider, self.me.organisation, *team)
                .map_err(|_| ClientError::Damaged)?
                .ok_or(ClientError::Damaged)?;
            group.merge_pending(&provider).map_err(|_| ClientError::Damaged)?;
            kept::save(tx, team, &GroupState::from(&data), commit)?;
            kept::save_generation(tx, team, &waiting.keys, receipt, self.now())?;
            tx.execute("DELETE FROM rotations WHERE team = ?1", [team.0])?;
            Ok(())
        })?;
        self.acknowledge_last(team).await?;
        Ok(true)
    }
}
