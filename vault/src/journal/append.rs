//! A batch: blobs first, then entries, all or none.

use bytes::Bytes;
use casevault_service::http::problem::Problem;
use casevault_service::store::{StoreError, Write};
use casevault_wire::codec::encode;
use casevault_wire::id::TeamId;
use casevault_wire::journal::{Head, SignedVaultState, VaultState};
use casevault_wire::limit;
use casevault_wire::problem::Code;

use super::{Chain, Relation, Standing, empty_head};
use crate::blob::Kept;
use crate::door;
use crate::grant::{By, Granted};
use crate::record::{self, BlobKey, JournalKey, Versioned};
use crate::team::{Team, cost};
use crate::vault::{ATTEMPTS, OUTRUN, Vault};

/// A batch whose form was checked and whose blobs were digested.
#[derive(Debug)]
pub struct Append {
    /// The journal.
    pub journal: JournalKey,
    /// Whose request it is.
    pub by: By,
    /// The entries.
    pub chain: Option<Chain>,
    /// The blobs.
    pub blobs: Vec<(BlobKey, Bytes)>,
}

/// What a journal was when an append was decided.
struct Before {
    team: Versioned<Team>,
    owner: Versioned<TeamId>,
    standing: Versioned<Standing>,
    grant: Granted,
}

impl Before {
    fn head(&self, journal: &JournalKey) -> Head {
        self.standing.value.map_or_else(|| empty_head(journal.journal), |standing| standing.head)
    }

    fn count(&self) -> Team {
        self.team.value.clone().unwrap_or_default()
    }

    /// How the entries relate to the journal, of which whoever asks may write such.
    fn decide(&self, append: &Append) -> Result<Relation, Problem> {
        let Some(chain) = &append.chain else { return Ok(Relation::Repeated) };
        match chain.relation(&self.head(&append.journal)) {
            Relation::Conflicts => Err(Problem(Code::Conflict)),
            Relation::Continues => self.may_extend(chain, append).map(|()| Relation::Continues),
            Relation::Repeated => Ok(Relation::Repeated),
        }
    }

    fn may_extend(&self, chain: &Chain, append: &Append) -> Result<(), Problem> {
        let last = self.head(&append.journal).generation;
        let (good, code) = match (append.by, &self.grant.dossier.value) {
            // A key of a journal is never newer than the team's: whoever claims otherwise would shut everybody else out.
            (By::Team(generation), None) => (chain.head().generation <= generation, Code::Malformed),
            (By::Team(_), Some(_)) => (chain.rises_by_one(last), Code::Malformed),
            (By::Grant(_), dossier) => {
                let before = dossier.as_ref().map_or(0, |dossier| dossier.entries);
                let entries = before.saturating_add(chain.length());
                let begun = self.standing.value.is_some();
                (begun && chain.is_of(last) && entries <= limit::GRANT_ENTRIES, Code::Refused)
            }
        };
        if good { Ok(()) } else { Err(Problem(code)) }
    }
}

impl Vault {
    /// Stores the blobs of a batch, then appends its entries; the state that was reached, signed. A batch that the journal already
    /// ends with is acknowledged with the state it had led to.
    ///
    /// # Errors
    /// `conflict` if the entries do not continue the journal or it is marked for deletion, `refused` if another team has it, `frozen`, `stale-generation`,
    /// `quota`, `full`.
    pub async fn append(&self, append: Append) -> Result<SignedVaultState, Problem> {
        match self.append_once(&append).await {
            Err(full @ Problem(Code::Quota)) => {
                // Not within the journal's turn: an upload's comes before it.
                self.make_room(&append.journal.team, full).await?;
                self.append_once(&append).await
            }
            appended => appended,
        }
    }

    async fn append_once(&self, append: &Append) -> Result<SignedVaultState, Problem> {
        let turn = self.turns.store(&append.journal).await;
        let before = self.before(append, &mut Write::default()).await?;
        before.decide(append)?;
        let new = self.new_blobs(&append.journal, append.blobs.clone()).await?;
        let bytes = new.iter().map(|(_, blob)| cost(blob.len() as u64)).sum::<u64>();
        let entries = append.chain.as_ref().map_or(0, Chain::bytes);
        before.count().has_room(bytes.saturating_add(entries), self.settings.quota)?;
        let kept: Vec<Kept> = new.iter().map(|(key, blob)| (*key, blob.len() as u64)).collect();
        let pending = self.announce(append.journal, &kept).await?;
        let outcome = match self.store(append.journal, new).await {
            Ok(()) => self.record(append, &kept, pending.as_ref()).await,
            Err(problem) => Err(problem),
        };
        drop(turn);
        if let (Err(problem), Some(pending)) = (&outcome, &pending) {
            self.abandon(&append.journal, *problem, pending).await;
        }
        outcome
    }

    /// What there is before the append, and to the write that its journal is not marked.
    async fn before(&self, append: &Append, write: &mut Write) -> Result<Before, Problem> {
        let journal = &append.journal;
        let team = self.team(&journal.team).await?;
        let known = team.value.as_ref().ok_or(Problem(Code::Refused))?;
        let grant = self.granted(journal).await?;
        match append.by {
            By::Team(generation) => known.may_write(generation)?,
            By::Grant(key) => {
                let holder = grant.terms.value.and_then(|terms| terms.holder(self.now(), known));
                if holder != Some(key) && !door::OPEN {
                    return Err(Problem(Code::Refused));
                }
                known.thawed()?;
            }
        }
        let owner = self.owner(journal).await?;
        self.unmarked(journal, write).await?;
        let standing = Versioned::load(&*self.records, record::journal(journal)).await?;
        Ok(Before { team, owner, standing, grant })
    }

    async fn record(&self, append: &Append, kept: &[Kept], pending: Option<&Vec<u8>>) -> Result<SignedVaultState, Problem> {
        let journal = &append.journal;
        let _turn = self.turns.team(&journal.team).await;
        for _ in 0..ATTEMPTS {
            let mut write = Write::default();
            let before = self.before(append, &mut write).await?;
            let mut team = before.count();
            if append.chain.is_some() || !kept.is_empty() {
                self.claim(journal, &before.owner, &mut write);
            }
            team.stored = team.stored.saturating_add(self.record_blobs(kept, &mut write).await?);
            let standing = match (&append.chain, before.decide(append)?) {
                (Some(chain), Relation::Continues) => Some(self.extend((chain, append), &before, (&mut team, &mut write))),
                _ => before.standing.value,
            };
            let state = standing.unwrap_or(Standing { head: before.head(journal), change: team.change, time: self.now() });
            team.has_room(0, self.settings.quota)?;
            if let Some(pending) = pending {
                write.delete(pending.clone());
            }
            if !write.put.is_empty() {
                before.team.replace(&mut write, &team);
                match self.records.write(write).await {
                    Err(StoreError::Conflict) => continue,
                    written => written?,
                }
            }
            return Ok(self.word(journal, &state));
        }
        Err(OUTRUN)
    }

    /// Adds the entries of `chain` to the write, and counts them.
    fn extend(&self, (chain, append): (&Chain, &Append), before: &Before, (team, write): (&mut Team, &mut Write)) -> Standing {
        let journal = &append.journal;
        if let By::Grant(_) = append.by {
            let mut dossier = before.grant.dossier.value.clone().unwrap_or_default();
            dossier.entries = dossier.entries.saturating_add(chain.length());
            before.grant.dossier.replace(write, &dossier);
            before.grant.terms.unchanged(write);
        }
        if let Some(standing) = &before.standing.value {
            write.delete(record::change(&journal.team, standing.change));
        }
        team.change = team.change.saturating_add(1);
        team.stored = team.stored.saturating_add(chain.bytes());
        let standing = Standing { head: *chain.head(), change: team.change, time: self.now() };
        for (sequence, entry) in chain.entries() {
            write.put(record::entry(journal, sequence), entry.to_vec());
        }
        before.standing.replace(write, &standing);
        write.put(record::change(&journal.team, team.change), encode(&standing.head));
        standing
    }

    /// Adds the records of blobs that have none, and says what they count for.
    async fn record_blobs(&self, kept: &[Kept], write: &mut Write) -> Result<u64, Problem> {
        let mut bytes = 0u64;
        for (key, length) in kept {
            // Whoever sent the same blob at the same time may have been faster.
            if self.records.read(&record::blob(key)).await?.is_none() {
                write.expect(record::blob(key), None);
                write.put(record::blob(key), encode(length));
                bytes = bytes.saturating_add(cost(*length));
            }
        }
        Ok(bytes)
    }

    fn word(&self, journal: &JournalKey, standing: &Standing) -> SignedVaultState {
        let Standing { head, change, time } = *standing;
        let crate::record::TeamKey { organisation, team } = journal.team;
        self.node.key.sign(VaultState { organisation, team, change, head, time })
    }
}
