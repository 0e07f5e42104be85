//! Ending a grant, for good.

use casevault_service::http::problem::Problem;
use casevault_service::store::Write;
use casevault_wire::limit;
use casevault_wire::problem::Code;

use super::Granted;
use crate::record::{self, JournalKey};
use crate::vault::{ATTEMPTS, OUTRUN, Vault};

impl Vault {
    /// Ends the grant of a journal, on a request of `generation`. Durable when it returns; again is as good.
    ///
    /// # Errors
    /// `refused` if the team has no journal that ever had one, `stale-generation`, `unavailable`.
    pub async fn end_grant(&self, journal: &JournalKey, generation: u64) -> Result<(), Problem> {
        self.stays(journal).await?;
        self.end_grant_as(journal, Some(generation)).await
    }

    /// The same, on a request of a generation, or the vault's own.
    pub(crate) async fn end_grant_as(&self, journal: &JournalKey, generation: Option<u64>) -> Result<(), Problem> {
        let _turn = self.turns.team(&journal.team).await;
        for _ in 0..ATTEMPTS {
            let team = self.team(&journal.team).await?;
            let known = team.value.as_ref().ok_or(Problem(Code::Refused))?;
            generation.map_or(Ok(()), |generation| known.may_read(generation))?;
            let before = self.granted(journal).await?;
            before.dossier.value.as_ref().ok_or(Problem(Code::Refused))?;
            if before.terms.value.is_none() {
                return Ok(());
            }
            let mut write = Write::default();
            team.unchanged(&mut write);
            self.drop_terms(journal, &before, &mut write).await?;
            if self.write(write).await?.is_some() {
                return Ok(());
            }
        }
        Err(OUTRUN)
    }

    /// Adds to the write that a grant's terms and blobs are gone.
    pub(crate) async fn drop_terms(&self, journal: &JournalKey, before: &Granted, write: &mut Write) -> Result<(), Problem> {
        before.terms.remove(write);
        let (from, to) = record::all_granted(journal);
        let blobs = self.records.scan(&from, &to, limit::GRANTED).await?;
        blobs.into_iter().for_each(|(key, _)| write.delete(key));
        Ok(())
    }
}
