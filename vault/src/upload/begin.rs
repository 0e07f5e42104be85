//! Beginning an upload.

use casevault_service::http::problem::Problem;
use casevault_service::store::Write;
use casevault_wire::id::UploadId;
use casevault_wire::limit;
use casevault_wire::problem::Code;

use super::Upload;
use crate::record::{self, JournalKey, Versioned};
use crate::vault::{ATTEMPTS, OUTRUN, Vault};

impl Vault {
    /// Begins the upload `id` of `length` bytes to a journal, on a request of `generation`. Again is as good.
    ///
    /// # Errors
    /// `too-large`, `quota`, `full`, `busy`, `conflict` if the upload is of another journal or length, and as [`Self::append`].
    pub async fn begin_upload(&self, journal: JournalKey, generation: u64, (id, length): (UploadId, u64)) -> Result<(), Problem> {
        if length > limit::BLOB {
            return Err(Problem(Code::TooLarge));
        }
        self.owner(&journal).await?;
        self.unmarked(&journal, &mut Write::default()).await?;
        match self.begin_once(journal, generation, (id, length)).await {
            Err(full @ Problem(Code::Quota | Code::Busy)) => {
                self.make_room(&journal.team, full).await?;
                self.begin_once(journal, generation, (id, length)).await
            }
            begun => begun,
        }
    }

    async fn begin_once(&self, journal: JournalKey, generation: u64, (id, length): (UploadId, u64)) -> Result<(), Problem> {
        let _turn = self.turns.team(&journal.team).await;
        let known = Versioned::<Upload>::load(&*self.records, record::upload(&id)).await?;
        match known.value {
            Some(upload) if (upload.journal, upload.length) == (journal, length) => return Ok(()),
            Some(upload) if upload.journal.team == journal.team => return Err(Problem(Code::Conflict)),
            Some(_) => return Err(Problem(Code::Refused)),
            None => self.begin_file(id).await?,
        }
        let upload = Upload { journal, length, offset: 0, touched: self.now(), kept: None };
        let recorded = self.record_upload(generation, &known, &upload).await;
        if recorded.is_err_and(|problem| problem != Problem(Code::Unavailable)) {
            // Left behind, it goes at the next start.
            let _ = self.blobs.discard(id).await;
        }
        recorded
    }

    /// Begins the file of an upload that has no record; what an earlier attempt left of it goes.
    async fn begin_file(&self, id: UploadId) -> Result<(), Problem> {
        if self.blobs.begin(id).await.is_err() {
            self.blobs.discard(id).await?;
            self.blobs.begin(id).await?;
        }
        Ok(())
    }

    async fn record_upload(&self, generation: u64, known: &Versioned<Upload>, upload: &Upload) -> Result<(), Problem> {
        for _ in 0..ATTEMPTS {
            let before = self.team(&upload.journal.team).await?;
            let mut team = before.value.clone().ok_or(Problem(Code::Refused))?;
            team.may_write(generation)?;
            team.reserve(upload.length, self.settings.quota)?;
            let mut write = Write::default();
            self.unmarked(&upload.journal, &mut write).await?;
            known.replace(&mut write, upload);
            before.replace(&mut write, &team);
            if self.write(write).await?.is_some() {
                return Ok(());
            }
        }
        Err(OUTRUN)
    }
}
