//! What the store keeps of a journal: its chain, its keys and this device's author key.

use std::collections::BTreeMap;

use crate::store::sql::{Connection, OptionalExtension, Params, params};
use casevault_crypto::identity::DeviceIdentity;
use casevault_crypto::journal::{Author, ChainState, EntryKey, KeyRing, Place};
use casevault_crypto::random::SystemRandom;
use casevault_crypto::secret::{Secret, SecretBytes};
use casevault_wire::codec::{decode, encode};
use casevault_wire::log::LogPosition;

use crate::error::{ClientError, Result};
use crate::group::Kept as KeptGroup;
use crate::store::{array, count};
use crate::view::no_randomness;

/// What rows of a journal, or of what is folded from it, are found by: its team, and its number there.
pub(crate) fn key(place: &Place) -> impl Params {
    (place.team.0, place.journal.0)
}

/// A journal's keys by generation.
#[derive(Clone, Debug, Default)]
pub(crate) struct CaseRing(pub BTreeMap<u64, EntryKey>);

impl KeyRing for CaseRing {
    fn key(&self, generation: u64) -> Option<EntryKey> {
        self.0.get(&generation).cloned()
    }

    fn newest(&self) -> u64 {
        self.0.last_key_value().map_or(0, |(generation, _)| *generation)
    }
}

/// The keys of the journal at `place`.
pub(crate) fn ring_of(db: &Connection, place: &Place) -> Result<CaseRing> {
    let mut ring = BTreeMap::new();
    if place.is_of_team() {
        let keys = crate::group::ring(db, place.organisation, place.team)?;
        for (generation, _) in keys.iter() {
            if let Some(key) = keys.journal_key(generation) {
                ring.insert(generation, EntryKey { secret: key.secret().clone(), created: generation });
            }
        }
        return Ok(CaseRing(ring));
    }
    let mut statement =
        db.prepare_cached("SELECT generation, team_generation, key FROM case_keys WHERE team = ?1 AND journal = ?2")?;
    let mut rows = statement.query(key(place))?;
    while let Some(row) = rows.next()? {
        ring.insert(count(row, 0)?, EntryKey { secret: Secret::new(array(row, 2)?), created: count(row, 1)? });
    }
    Ok(CaseRing(ring))
}

/// How far the journal at `place` was read.
pub(crate) fn chain(db: &Connection, place: &Place) -> Result<ChainState> {
    let sql = "SELECT chain FROM journals WHERE team = ?1 AND journal = ?2";
    let bytes: Option<Vec<u8>> = db.prepare_cached(sql)?.query_row(key(place), |row| row.get(0)).optional()?;
    match bytes {
        Some(bytes) => decode(&bytes, 1 << 20).map_err(|_| ClientError::Damaged),
        None => Ok(ChainState::new(*place)),
    }
}

pub(crate) fn save_chain(db: &Connection, chain: &ChainState) -> Result<()> {
    let place = chain.place();
    let sql =
        "INSERT INTO journals (team, journal, chain) VALUES (?1, ?2, ?3) ON CONFLICT (team, journal) DO UPDATE SET chain = ?3";
    db.prepare_cached(sql)?.execute(params![place.team.0, place.journal.0, encode(chain)])?;
    Ok(())
}

/// This device's author key in the journal at `place`, drawn when it is first needed.
pub(crate) fn author(db: &Connection, place: &Place, device: &DeviceIdentity, log: LogPosition) -> Result<Author> {
    let sql = "SELECT author FROM journals WHERE team = ?1 AND journal = ?2";
    let kept: Option<Option<Vec<u8>>> = db.prepare_cached(sql)?.query_row(key(place), |row| row.get(0)).optional()?;
    if let Some(Some(bytes)) = kept {
        return decode(&SecretBytes::from(bytes), 1024).map_err(|_| ClientError::Damaged);
    }
    let author = Author::generate(place, device, log, &mut SystemRandom).map_err(no_randomness)?;
    let sql = "INSERT INTO journals (team, journal, chain, author) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (team, journal) DO UPDATE SET author = ?4";
    let chain = encode(&ChainState::new(*place));
    db.prepare_cached(sql)?.execute(params![place.team.0, place.journal.0, chain, &*SecretBytes::encode(&author)])?;
    Ok(author)
}

/// The generation of the team key that the vault takes now; nothing if this device is out of the team or does not know.
pub(crate) fn team_generation(kept: Option<&KeptGroup>) -> Option<u64> {
    kept.map(|kept| kept.vault_generation).filter(|generation| *generation > 0)
}
