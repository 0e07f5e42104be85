//! Deletion (SPEC §7.4.9): a journal that its team marked is read and not written, and is removed for ever once it was held so long.
//! Until then anybody of the team has it kept. When that is over is told by the clock at every request, whenever the records go.

mod remove;

use casevault_service::http::problem::Problem;
use casevault_service::store::{StoreError, Write};
use casevault_wire::codec::List;
use casevault_wire::limit;
use casevault_wire::problem::Code;
use casevault_wire::time::Time;
use casevault_wire::vault::Deletion;

use crate::door;
use crate::record::{self, JournalKey, TeamKey, Versioned, kind};
use crate::team::Team;
use crate::vault::{ATTEMPTS, OUTRUN, Vault};

impl Vault {
    /// Marks a journal for deletion, on a request of `generation`. Again is as good, and moves nothing.
    ///
    /// # Errors
    /// `refused` if the team has no such journal, `busy` if too many are marked, `frozen`, `stale-generation`, `full`.
    pub async fn mark(&self, journal: &JournalKey, generation: u64) -> Result<(), Problem> {
        // Within this turn nobody else of the team marks, so that they are counted.
        let _turn = self.turns.team(&journal.team).await;
        for _ in 0..ATTEMPTS {
            let (mark, mut write) = self.before_marking(journal, |team| team.may_write(generation)).await?;
            if mark.value.is_some() {
                return Ok(());
            }
            let (from, to) = record::all_marks(&journal.team);
            if self.records.keys(&from, &to, limit::DELETIONS).await?.len() >= limit::DELETIONS {
                return Err(Problem(Code::Busy));
            }
            mark.replace(&mut write, &self.now().plus(limit::DELETION_HOLD));
            if self.write(write).await?.is_some() {
                return Ok(());
            }
        }
        Err(OUTRUN)
    }

    /// Takes the mark of a journal back, if it has one, on a request of `generation`; of a frozen team too, for which time goes on.
    ///
    /// # Errors
    /// As [`Self::mark`], but `frozen`.
    pub async fn keep(&self, journal: &JournalKey, generation: u64) -> Result<(), Problem> {
        let _turn = self.turns.team(&journal.team).await;
        for _ in 0..ATTEMPTS {
            let (mark, mut write) = self.before_marking(journal, |team| team.may_read(generation)).await?;
            if mark.value.is_none() {
                return Ok(());
            }
            mark.remove(&mut write);
            if self.write(write).await?.is_some() {
                return Ok(());
            }
        }
        Err(OUTRUN)
    }

    /// The mark of a journal of a team that `may` have it changed, and a write that holds only as long as this does.
    async fn before_marking(
        &self,
        journal: &JournalKey,
        may: impl Fn(&Team) -> Result<(), Problem>,
    ) -> Result<(Versioned<Time>, Write), Problem> {
        let team = self.team(&journal.team).await?;
        may(team.value.as_ref().ok_or(Problem(Code::Refused))?)?;
        self.owned(journal).await?;
        let mut write = Write::kept();
        team.unchanged(&mut write);
        write.expect(record::removed(journal), None);
        Ok((self.marked(journal).await?, write))
    }

    /// When a journal will be removed, if it is marked.
    async fn marked(&self, journal: &JournalKey) -> Result<Versioned<Time>, StoreError> {
        Versioned::load(&*self.records, record::mark(journal)).await
    }

    /// That a journal was not removed, nor is to be by now.
    ///
    /// # Errors
    /// `refused`.
    pub async fn stays(&self, journal: &JournalKey) -> Result<(), Problem> {
        let due = self.marked(journal).await?.value.is_some_and(|at| at <= self.now());
        let gone = due || self.records.read(&record::removed(journal)).await?.is_some();
        if gone && !door::OPEN { Err(Problem(Code::Refused)) } else { Ok(()) }
    }

    /// Adds to `write` that a journal is neither marked nor removed.
    ///
    /// # Errors
    /// `conflict` if it is marked, `refused` if it was removed.
    pub(crate) async fn unmarked(&self, journal: &JournalKey, write: &mut Write) -> Result<(), Problem> {
        self.stays(journal).await?;
        let mark = self.marked(journal).await?;
        if mark.value.is_some() {
            return Err(Problem(Code::Conflict));
        }
        mark.unchanged(write);
        write.expect(record::removed(journal), None);
        Ok(())
    }

    /// The journals of a team that are marked, and are there still.
    ///
    /// # Errors
    /// `unavailable`.
    pub(crate) async fn deletions(&self, team: &TeamKey) -> Result<List<Deletion, { limit::DELETIONS }>, Problem> {
        let (from, to) = record::all_marks(team);
        let (now, mut deletions) = (self.now(), Vec::new());
        for (key, at) in self.records.scan(&from, &to, limit::DELETIONS).await? {
            let (JournalKey { journal, .. }, at) = (record::name(kind::MARK, &key)?, record::value(&at)?);
            deletions.extend((now < at).then_some(Deletion { journal, at }));
        }
        List::new(deletions).map_err(|_| Problem(Code::Unavailable))
    }
}
