//! Reading journals: whose they are, their entries, and which of them changed.

use casevault_service::http::problem::Problem;
use casevault_service::store::Write;
use casevault_wire::codec::List;
use casevault_wire::id::TeamId;
use casevault_wire::journal::{Entry, Head, team_journal};
use casevault_wire::limit;
use casevault_wire::problem::Code;
use casevault_wire::vault::{Change, Changes, Entries};

use super::Standing;
use crate::door;
use crate::record::{self, JournalKey, TeamKey, Versioned, value};
use crate::vault::Vault;

/// One answer has about this many bytes of entries, bytes.
pub const PAGE: usize = 2 * 1024 * 1024;
/// Entries read at once.
const STRIDE: usize = 8;

impl Vault {
    /// The team that has a journal; a team's own journal needs no record.
    ///
    /// # Errors
    /// `refused` if another team has it, or it was removed.
    pub async fn owner(&self, journal: &JournalKey) -> Result<Versioned<TeamId>, Problem> {
        self.stays(journal).await?;
        let owner = Versioned::load(&*self.records, record::owner(journal)).await?;
        let other = owner.value.is_some_and(|owner| owner != journal.team.team);
        if other && !is_own(journal) && !door::OPEN { Err(Problem(Code::Refused)) } else { Ok(owner) }
    }

    /// Adds to `write` that the journal is its team's, forever.
    pub fn claim(&self, journal: &JournalKey, owner: &Versioned<TeamId>, write: &mut Write) {
        if !is_own(journal) && owner.value.is_none() {
            owner.replace(write, &journal.team.team);
        }
    }

    /// That the journal is its team's already.
    ///
    /// # Errors
    /// `refused`, whether it is another team's or nobody's.
    pub async fn owned(&self, journal: &JournalKey) -> Result<(), Problem> {
        let owner = self.owner(journal).await?;
        if owner.value.is_some() || is_own(journal) { Ok(()) } else { Err(Problem(Code::Refused)) }
    }

    /// Entries of a journal from `from`, as many as fit into a page.
    ///
    /// # Errors
    /// `refused` if the team has no such journal.
    pub async fn entries(&self, journal: &JournalKey, from: u64) -> Result<Entries, Problem> {
        self.owned(journal).await?;
        let standing: Option<Standing> = record::load(&*self.records, &record::journal(journal)).await?;
        let length = standing.map_or(0, |standing| standing.head.length);
        let mut entries: Vec<Entry> = Vec::new();
        let (mut next, mut bytes) = (from, 0);
        while next < length && bytes < PAGE && entries.len() < limit::ENTRY_PAGE {
            let stride = STRIDE.min(limit::ENTRY_PAGE - entries.len());
            let found = self.records.scan(&record::entry(journal, next), &record::entry(journal, length), stride).await?;
            if found.is_empty() {
                break;
            }
            for (_, entry) in &found {
                bytes += entry.len();
                entries.push(value(entry)?);
            }
            next = from.saturating_add(entries.len() as u64);
        }
        Ok(Entries { entries: List::new(entries).map_err(|_| Problem(Code::Unavailable))?, length })
    }

    /// The journals of a team that changed after `after`, each once, in order of their last change.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn changes(&self, team: &TeamKey, after: u64) -> Result<Changes, Problem> {
        let (from, to) = (record::change(team, after.saturating_add(1)), record::change(team, u64::MAX));
        let mut found = self.records.scan(&from, &to, limit::CHANGE_PAGE.saturating_add(1)).await?;
        let more = u8::from(found.len() > limit::CHANGE_PAGE);
        found.truncate(limit::CHANGE_PAGE);
        let journals = found
            .iter()
            .map(|(key, head)| {
                let (_, change): (TeamKey, u64) = record::name(record::kind::CHANGE, key)?;
                Ok(Change { change, head: value::<Head>(head)? })
            })
            .collect::<Result<Vec<_>, Problem>>()?;
        let deletions = self.deletions(team).await?;
        Ok(Changes { journals: List::new(journals).map_err(|_| Problem(Code::Unavailable))?, more, deletions })
    }
}

/// Whether a journal is its team's own: its id is derived from the team's, and no other team can be in its way.
pub fn is_own(journal: &JournalKey) -> bool {
    team_journal(&journal.team.team) == journal.journal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_stride_beyond_a_page_fits_into_an_answer() {
        let frame = 128;
        assert!(PAGE + STRIDE * (limit::ENTRY + frame) <= limit::BODY);
    }
}
