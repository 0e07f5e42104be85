//! Giving a grant, or giving it another key or an earlier end.

use std::collections::{BTreeMap, BTreeSet};

use casevault_service::http::problem::Problem;
use casevault_service::store::Write;
use casevault_wire::codec::encode;
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::{JournalId, TeamId};
use casevault_wire::problem::Code;
use casevault_wire::vault::Grant;

use super::{Dossier, Granted, Terms};
use crate::journal::is_own;
use crate::record::{self, BlobKey, JournalKey, Versioned};
use crate::team::Team;
use crate::vault::{ATTEMPTS, OUTRUN, Vault};

/// Blobs, each with the journal that it was stored in.
type Blobs = BTreeMap<BlobDigest, JournalId>;

/// The granted blobs, in order.
///
/// # Errors
/// `malformed` if one is there twice, or the key is of no generation.
fn blobs(grant: &Grant) -> Result<Blobs, Problem> {
    let all = grant.blobs.as_slice();
    let blobs: Blobs = all.iter().map(|blob| (blob.digest, blob.journal)).collect();
    if blobs.len() == all.len() && grant.generation > 0 { Ok(blobs) } else { Err(Problem(Code::Malformed)) }
}

/// BLAKE3 of granted blobs, in order of their digests.
pub(crate) fn digest_of<'a>(blobs: impl Iterator<Item = (&'a BlobDigest, &'a JournalId)>) -> BlobDigest {
    let mut bytes = Vec::new();
    for (digest, journal) in blobs {
        bytes.extend_from_slice(digest.as_bytes());
        bytes.extend_from_slice(journal.as_bytes());
    }
    BlobDigest::of(&bytes)
}

impl Vault {
    /// Gives a journal a grant, on a request of `generation`, or its grant another key or an earlier end. Again is as good.
    ///
    /// # Errors
    /// `refused` if the journal is another team's or the team's own, or a blob is not there; `conflict` if the journal began without
    /// a grant, or it or a blob's is marked for deletion, or its grant was ended, has other blobs, a later key or another of this generation, or ends earlier; and as for whatever writes.
    pub async fn give(&self, journal: &JournalKey, generation: u64, grant: &Grant) -> Result<(), Problem> {
        let blobs = blobs(grant)?;
        if is_own(journal) {
            return Err(Problem(Code::Refused));
        }
        self.are_there(journal, &blobs).await?;
        let team_key = journal.team;
        let _turn = self.turns.team(&team_key).await;
        for _ in 0..ATTEMPTS {
            let team = self.team(&journal.team).await?;
            let by = team.value.as_ref().ok_or(Problem(Code::Refused))?.writes_by(generation)?;
            let Grant { generation, key, until, .. } = *grant;
            let terms = Terms { generation, key, until, blobs: digest_of(blobs.iter()), by };
            let owner = self.owner(journal).await?;
            let before = self.granted(journal).await?;
            let mut write = Write::default();
            for journal in blobs.values().copied().chain([journal.journal]).collect::<BTreeSet<_>>() {
                self.unmarked(&JournalKey { team: team_key, journal }, &mut write).await?;
            }
            match (&before.dossier.value, &before.terms.value) {
                (None, _) => self.begin_grant(journal, (&team, &owner), (&before, &terms, &blobs), &mut write)?,
                (Some(_), Some(known)) if *known == terms => return Ok(()),
                (Some(_), Some(known)) if terms.follow(known) => {
                    team.unchanged(&mut write);
                    before.terms.replace(&mut write, &terms);
                }
                (Some(_), _) => return Err(Problem(Code::Conflict)),
            }
            if self.write(write).await?.is_some() {
                return Ok(());
            }
        }
        Err(OUTRUN)
    }

    /// Adds a journal that nobody has, and its grant, to the write. A journal that began without one never has one: what a case has,
    /// nobody else reads, and its generations are bound to the team's.
    fn begin_grant(
        &self,
        journal: &JournalKey,
        (team, owner): (&Versioned<Team>, &Versioned<TeamId>),
        (before, terms, blobs): (&Granted, &Terms, &Blobs),
        write: &mut Write,
    ) -> Result<(), Problem> {
        if owner.value.is_some() {
            return Err(Problem(Code::Conflict));
        }
        let dossier = Dossier { blobs: u32::try_from(blobs.len()).unwrap_or(u32::MAX), ..Dossier::default() };
        let mut counted = team.value.clone().unwrap_or_default();
        counted.has_room(dossier.cost(), self.settings.quota)?;
        counted.stored = counted.stored.saturating_add(dossier.cost());
        team.replace(write, &counted);
        self.claim(journal, owner, write);
        before.dossier.replace(write, &dossier);
        before.terms.replace(write, terms);
        for (digest, from) in blobs {
            write.put(record::granted(&BlobKey { journal: *journal, digest: *digest }), encode(from));
        }
        Ok(())
    }

    /// That each blob is one of its journal, and that the team's.
    async fn are_there(&self, journal: &JournalKey, blobs: &Blobs) -> Result<(), Problem> {
        let mut owned = None;
        for (digest, from) in blobs {
            let from = JournalKey { journal: *from, ..*journal };
            if owned != Some(from) {
                self.owned(&from).await?;
                owned = Some(from);
            }
            let there = self.records.read(&record::blob(&BlobKey { journal: from, digest: *digest })).await?;
            there.ok_or(Problem(Code::Refused))?;
        }
        Ok(())
    }
}
