//! Beginning an upload.

use casevault_service::http::problem::Problem;
use casevault_service::random;
use casevault_service::store::Write;
use casevault_wire::codec::encode;
use casevault_wire::id::UploadId;
use casevault_wire::limit;
use casevault_wire::problem::Code;

use super::Upload;
use crate::record::{self, JournalKey};
use crate::vault::{ATTEMPTS, OUTRUN, Vault};

impl Vault {
    /// Begins an upload of `length` bytes to a journal, on a request of `generation`.
    ///
    /// # Errors
    /// `too-large`, `quota`, `full`, `busy`, and as [`Self::append`].
    pub async fn begin_upload(&self, journal: JournalKey, generation: u64, length: u64) -> Result<UploadId, Problem> {
        if length > limit::BLOB {
            return Err(Problem(Code::TooLarge));
        }
        let id = UploadId(random::bytes().map_err(|_| Problem(Code::Unavailable))?);
        self.blobs.begin(id).await?;
        let mut recorded = self.record_upload(journal, generation, (id, length)).await;
        if let Err(full @ Problem(Code::Quota | Code::Busy)) = recorded {
            recorded = match self.make_room(&journal.team, full).await {
                Ok(()) => self.record_upload(journal, generation, (id, length)).await,
                Err(problem) => Err(problem),
            };
        }
        if recorded.is_err_and(|problem| problem != Problem(Code::Unavailable)) {
            // Left behind, it goes at the next start.
            let _ = self.blobs.discard(id).await;
        }
        recorded.map(|()| id)
    }

    async fn record_upload(&self, journal: JournalKey, generation: u64, (id, length): (UploadId, u64)) -> Result<(), Problem> {
        let _turn = self.turns.team(&journal.team).await;
        for _ in 0..ATTEMPTS {
            let before = self.team(&journal.team).await?;
            let mut team = before.value.clone().ok_or(Problem(Code::Refused))?;
            team.may_write(generation)?;
            team.reserve(length, self.settings.quota)?;
            let mut write = Write::default();
            self.claim(&journal, &self.owner(&journal).await?, &mut write);
            let upload = Upload { journal, length, offset: 0, touched: self.now(), kept: None };
            write.put(record::upload(&id), encode(&upload));
            before.replace(&mut write, &team);
            if self.write(write).await?.is_some() {
                return Ok(());
            }
        }
        Err(OUTRUN)
    }
}
