//! Removing what was held so long, a little at a time: that it is gone is written first, and its mark goes last, so that whoever is
//! killed in between goes on at the next start. Each write leaves counters that are right.

use casevault_service::http::problem::Problem;
use casevault_service::random;
use casevault_service::store::Write;
use casevault_wire::codec::{List, encode};
use casevault_wire::id::JournalId;
use casevault_wire::problem::Code;
use casevault_wire::time::Time;

use crate::pending::Pending;
use crate::record::{self, BlobKey, JournalKey, Versioned, Walk, kind, readable};
use crate::team::{Team, cost};
use crate::vault::{ATTEMPTS, OUTRUN, Vault};

/// Entries or blobs that go in one write.
const STEP: usize = 32;

impl Vault {
    /// Removes the journals whose time is over at `now`; how many.
    ///
    /// # Errors
    /// `unavailable`; what was removed before stays so.
    pub async fn remove_due(&self, now: Time) -> Result<usize, Problem> {
        let (mut walk, mut removed) = (Walk::of(kind::MARK), 0);
        loop {
            let found = walk.next(&*self.records).await?;
            if found.is_empty() {
                return Ok(removed);
            }
            for (journal, at) in readable::<JournalKey, Time>(kind::MARK, &found) {
                if at > now || self.node.stop.stopping() {
                    continue;
                }
                match self.remove(&journal, now).await {
                    Ok(whole) => removed += usize::from(whole),
                    Err(problem) => {
                        tracing::warn!(%problem, "a journal could not be removed; it is tried again, and the others are")
                    }
                }
            }
        }
    }

    /// Removes a journal that is due; whether all of it is gone.
    async fn remove(&self, journal: &JournalKey, now: Time) -> Result<bool, Problem> {
        if !self.begin_removal(journal, now).await? {
            return Ok(false);
        }
        // Who was storing blobs of it is done, and nobody begins.
        drop(self.turns.remove(journal).await);
        self.end_uploads_to(journal).await?;
        self.end_grants_of(journal).await?;
        while self.remove_some(journal).await? {
            if self.node.stop.stopping() {
                return Ok(false);
            }
        }
        let mut write = Write::kept();
        write.delete(record::mark(journal));
        self.records.write(write).await?;
        Ok(true)
    }

    /// Writes that a journal is gone, and its grant with it, if it is due; whether it is.
    async fn begin_removal(&self, journal: &JournalKey, now: Time) -> Result<bool, Problem> {
        let _turn = self.turns.team(&journal.team).await;
        for _ in 0..ATTEMPTS {
            let mark = self.marked(journal).await?;
            let Some(at) = mark.value.filter(|at| *at <= now) else { return Ok(false) };
            let removed = Versioned::<Time>::load(&*self.records, record::removed(journal)).await?;
            if removed.value.is_some() {
                return Ok(true);
            }
            let mut write = Write::kept();
            mark.unchanged(&mut write);
            removed.replace(&mut write, &at);
            let grant = self.granted(journal).await?;
            if let Some(dossier) = &grant.dossier.value {
                self.count_less(journal, dossier.cost(), &mut write).await?;
                grant.dossier.remove(&mut write);
                self.drop_terms(journal, &grant, &mut write).await?;
            }
            if self.write(write).await?.is_some() {
                return Ok(true);
            }
        }
        Err(OUTRUN)
    }

    /// Ends every grant that names a blob of a journal.
    async fn end_grants_of(&self, journal: &JournalKey) -> Result<(), Problem> {
        let mut walk = Walk::granted(&journal.team);
        loop {
            let found = walk.next(&*self.records).await?;
            if found.is_empty() {
                return Ok(());
            }
            for (blob, from) in readable::<BlobKey, JournalId>(kind::GRANTED, &found) {
                if from == journal.journal {
                    self.end_grant_as(&blob.journal, None).await?;
                }
            }
        }
    }

    /// Removes the last few entries of a journal, or once there are none a few of its blobs; whether there were any.
    async fn remove_some(&self, journal: &JournalKey) -> Result<bool, Problem> {
        let turn = self.turns.team(&journal.team).await;
        for _ in 0..ATTEMPTS {
            let mut write = Write::kept();
            let (from, to) = (record::entry(journal, 0), record::entry(journal, u64::MAX));
            let entries = self.records.scan_back(&from, &to, STEP).await?;
            let mut bytes: u64 = entries.iter().map(|(_, entry)| entry.len() as u64).sum();
            let (from, to) = record::all_blobs(journal);
            let blobs = if entries.is_empty() { self.records.scan(&from, &to, STEP).await? } else { Vec::new() };
            let pending = self.announce_gone(journal, &blobs, &mut write)?;
            for (_, length) in &blobs {
                bytes = bytes.saturating_add(cost(record::value(length)?));
            }
            entries.iter().chain(&blobs).for_each(|(key, _)| write.delete(key.clone()));
            if write.delete.is_empty() {
                return Ok(false);
            }
            self.count_less(journal, bytes, &mut write).await?;
            if self.write(write).await?.is_some() {
                drop(turn);
                if let Some(pending) = pending {
                    self.remove_files(&pending).await;
                }
                return Ok(true);
            }
        }
        Err(OUTRUN)
    }

    /// Adds to the write that blobs have files and no record.
    fn announce_gone(
        &self,
        journal: &JournalKey,
        blobs: &[(Vec<u8>, Vec<u8>)],
        write: &mut Write,
    ) -> Result<Option<Vec<u8>>, Problem> {
        if blobs.is_empty() {
            return Ok(None);
        }
        let digests = blobs.iter().map(|(key, _)| Ok(record::name::<BlobKey>(kind::BLOB, key)?.digest));
        let digests = List::new(digests.collect::<Result<_, Problem>>()?).map_err(|_| Problem(Code::Unavailable))?;
        let pending = record::pending(&random::bytes().map_err(|_| Problem(Code::Unavailable))?);
        write.put(pending.clone(), encode(&Pending { journal: *journal, digests }));
        Ok(Some(pending))
    }

    /// Adds to the write that so many bytes less count for a team.
    async fn count_less(&self, journal: &JournalKey, bytes: u64, write: &mut Write) -> Result<(), Problem> {
        let before = self.team(&journal.team).await?;
        let team = before.value.clone().unwrap_or_default();
        before.replace(write, &Team { stored: team.stored.saturating_sub(bytes), ..team });
        Ok(())
    }
}
