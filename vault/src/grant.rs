//! Grants (SPEC §7.4.8): whoever has a key reads one journal, and blobs of others, until a time or until the team ends it.
//!
//! To end one is to remove records and to write none, so that it is done where the disk is full; that there was one stays known.

mod end;
mod give;

use casevault_service::http::problem::Problem;
use casevault_service::store::StoreError;
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::JournalId;
use casevault_wire::problem::Code;
use casevault_wire::signature::PublicKey;
use casevault_wire::time::Time;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::door;
use crate::record::{self, BlobKey, JournalKey, TeamKey, Versioned};
use crate::team::{OVERHEAD, Team};
use crate::vault::Vault;

pub(crate) use give::digest_of;

/// What a granted blob takes: a record.
const BLOB: u64 = 128;

/// Whose request about a journal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The team's, by its access key of this generation.
    Team(u64),
    /// The holder's of the journal's grant, by this key.
    Grant(PublicKey),
}

/// That a journal has a grant, or had one.
#[derive(Clone, Debug, Default, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Dossier {
    /// How many blobs were granted.
    pub blobs: u32,
    /// How many entries holders have appended.
    pub entries: u64,
}

impl Dossier {
    /// What it counts for, bytes.
    pub fn cost(&self) -> u64 {
        OVERHEAD.saturating_add(BLOB.saturating_mul(self.blobs.into()))
    }
}

/// A grant that was not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Terms {
    /// The generation of the dossier's key that the holder's is derived from.
    pub generation: u64,
    /// The holder's key.
    pub key: PublicKey,
    /// Until when.
    pub until: Time,
    /// BLAKE3 of the granted blobs, in order of their digests.
    pub blobs: BlobDigest,
    /// The team's access key that gave it.
    pub by: PublicKey,
}

impl Terms {
    /// Whether these may stand where `before` did: of the same blobs, ending no later, and of a later key or the very same.
    pub(crate) fn follow(&self, before: &Self) -> bool {
        let newer = self.generation > before.generation || (self.generation, self.key) == (before.generation, before.key);
        newer && self.blobs == before.blobs && self.until <= before.until
    }

    /// The holder's key, as long as its time is not over and the team's access key is the one that gave it: whoever left the team since
    /// knows the holder's key, too, and what a void key gave goes with it.
    pub fn holder(&self, now: Time, team: &Team) -> Option<PublicKey> {
        let stands = team.access.standing() == Some(self.by);
        (stands && now < self.until).then_some(self.key)
    }
}

/// What is recorded of a journal's grant.
pub(crate) struct Granted {
    pub(crate) dossier: Versioned<Dossier>,
    pub(crate) terms: Versioned<Terms>,
}

impl Vault {
    pub(crate) async fn granted(&self, journal: &JournalKey) -> Result<Granted, StoreError> {
        let dossier = Versioned::load(&*self.records, record::dossier(journal)).await?;
        let terms = Versioned::load(&*self.records, record::terms(journal)).await?;
        Ok(Granted { dossier, terms })
    }

    /// The key of a journal's grant, as long as there is one that stands.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn grant_key(&self, journal: &JournalKey) -> Result<Option<PublicKey>, StoreError> {
        let terms: Option<Terms> = record::load(&*self.records, &record::terms(journal)).await?;
        let team = self.team(&journal.team).await?.value.unwrap_or_default();
        Ok(terms.and_then(|terms| terms.holder(self.now(), &team)))
    }

    /// That whoever was let in to a journal may go on.
    ///
    /// # Errors
    /// `refused` to a holder whose grant is over or has another key, and to everybody once the journal is removed.
    pub async fn still(&self, journal: &JournalKey, by: By) -> Result<(), Problem> {
        match by {
            By::Grant(key) if !door::OPEN && self.grant_key(journal).await? != Some(key) => Err(Problem(Code::Refused)),
            _ => self.stays(journal).await,
        }
    }

    /// That `by` may append to journals of `team` now, as far as is known before the batch is.
    ///
    /// # Errors
    /// `frozen`, and to the team as [`Self::writable`].
    pub async fn may_append(&self, team: &TeamKey, by: By) -> Result<(), Problem> {
        match by {
            By::Team(generation) => self.writable(team, generation).await,
            By::Grant(_) => self.team(team).await?.value.ok_or(Problem(Code::Refused))?.thawed(),
        }
    }

    /// Where a blob is that is asked for in a journal: there, or for a holder in the journal that it was granted from.
    ///
    /// # Errors
    /// `refused` for a blob that was not granted.
    pub async fn placed(&self, (journal, by): (&JournalKey, By), digest: BlobDigest) -> Result<BlobKey, Problem> {
        let here = BlobKey { journal: *journal, digest };
        let By::Grant(_) = by else { return Ok(here) };
        let from: Option<JournalId> = record::load(&*self.records, &record::granted(&here)).await?;
        let from = from.or(door::OPEN.then_some(journal.journal)).ok_or(Problem(Code::Refused))?;
        let journal = JournalKey { journal: from, ..*journal };
        self.stays(&journal).await?;
        Ok(BlobKey { journal, digest })
    }
}
