//! Finishing an upload: it becomes a blob once it is whole and has the digest that its client says.

use casevault_service::http::problem::Problem;
use casevault_service::store::Write;
use casevault_wire::codec::encode;
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::UploadId;
use casevault_wire::problem::Code;

use super::Upload;
use crate::record::{self, BlobKey, TeamKey};
use crate::team::cost;
use crate::vault::{ATTEMPTS, OUTRUN, Vault};

impl Vault {
    /// Makes an upload the blob `digest`, on a request of `generation`. Again is as good.
    ///
    /// # Errors
    /// `upload` if it is not whole, or has another digest and is given up; `full`, and as [`Self::append`].
    pub async fn finish_upload(
        &self,
        team: &TeamKey,
        generation: u64,
        (id, digest): (UploadId, BlobDigest),
    ) -> Result<(), Problem> {
        let whose = self.upload(team, id).await?.journal;
        self.unmarked(&whose, &mut Write::default()).await?;
        let slot = self.active.slot(id);
        let mut progress = slot.progress().await;
        slot.settle(&mut progress).await?;
        let upload = self.upload(team, id).await?;
        if let Some(kept) = upload.kept {
            return if kept == digest { Ok(()) } else { Err(Problem(Code::Upload)) };
        }
        if upload.offset != upload.length {
            return Err(Problem(Code::Upload));
        }
        self.catch_up(&mut progress.running, id, upload.length).await?;
        if progress.running.hasher.finalize().as_bytes() != digest.as_bytes() {
            // What is whole and wrong never becomes right.
            self.end((team, Some(generation)), id).await?;
            return Err(Problem(Code::Upload));
        }
        let turn = self.turns.store(&upload.journal).await;
        self.writable(team, generation).await?;
        self.unmarked(&whose, &mut Write::default()).await?;
        let key = BlobKey { journal: upload.journal, digest };
        let pending = self.announce(upload.journal, &[(key, upload.length)]).await?.unwrap_or_default();
        let outcome = match self.blobs.keep(id, key).await {
            Ok(()) => self.record_finish(generation, id, (key, &pending)).await,
            Err(error) => Err(error.into()),
        };
        drop(turn);
        match outcome {
            Ok(()) => self.let_go(id).await,
            Err(problem) => self.abandon(&upload.journal, problem, &pending).await,
        }
        outcome
    }

    async fn record_finish(&self, generation: u64, id: UploadId, (key, pending): (BlobKey, &[u8])) -> Result<(), Problem> {
        let _turn = self.turns.team(&key.journal.team).await;
        for _ in 0..ATTEMPTS {
            let before = self.team(&key.journal.team).await?;
            let (record, upload) = self.versioned_upload(&key.journal.team, id).await?;
            let mut team = before.value.clone().ok_or(Problem(Code::Refused))?;
            team.may_write(generation)?;
            team.keep(upload.length);
            let mut write = Write::default();
            self.unmarked(&key.journal, &mut write).await?;
            self.claim(&key.journal, &self.owner(&key.journal).await?, &mut write);
            if self.records.read(&record::blob(&key)).await?.is_none() {
                team.stored = team.stored.saturating_add(cost(upload.length));
                write.expect(record::blob(&key), None);
                write.put(record::blob(&key), encode(&upload.length));
            }
            record.replace(&mut write, &Upload { kept: Some(key.digest), touched: self.now(), ..upload });
            before.replace(&mut write, &team);
            write.delete(pending.to_vec());
            if self.write(write).await?.is_some() {
                return Ok(());
            }
        }
        Err(OUTRUN)
    }

    /// Forgets what is no longer needed of an upload; what cannot be removed now is at the next start.
    pub(super) async fn let_go(&self, id: UploadId) {
        self.active.forget(id);
        if self.blobs.discard(id).await.is_err() {
            tracing::warn!("the file of an upload stays until the next start");
        }
    }
}
