//! The organisation log in the store: what this device has verified, and how far.

use casevault_wire::codec::{decode, encode};
use casevault_wire::limit;
use casevault_wire::log::{LogPosition, Organisation, SignedLogEntry, VerifiedPosition};
use rusqlite::{Connection, params};

use super::{Store, column, meta, set_meta};
use crate::error::{ClientError, Result};

/// Where `meta` says how far the log was verified.
const VERIFIED: &str = "verified log";

/// Keeps `entries`, with which `organisation` was verified. Entries that are kept already stay.
pub fn keep(store: &Store, entries: &[SignedLogEntry], organisation: &Organisation) -> Result<()> {
    store.write(|tx| {
        let mut insert = tx.prepare_cached("INSERT OR IGNORE INTO log (sequence, entry) VALUES (?1, ?2)")?;
        for entry in entries {
            insert.execute(params![column(entry.content.sequence), encode(entry)])?;
        }
        let position = organisation.verified().position();
        if kept(tx)?.is_none_or(|kept| kept.length < position.length) {
            set_meta(tx, VERIFIED, &encode(&position))?;
        }
        Ok(())
    })
}

/// The log as this device verified it, folded again without a second look at its signatures; nothing if none is kept.
pub fn load(store: &Store) -> Result<Option<Organisation>> {
    let Some(position) = store.read(kept)? else { return Ok(None) };
    let entries = entries(store)?;
    let length = usize::try_from(position.length).map_err(|_| ClientError::Damaged)?;
    let (verified, rest) = entries.split_at_checked(length).ok_or(ClientError::Damaged)?;
    let position = VerifiedPosition::from_own_store(position);
    let mut organisation = Organisation::replay(verified, &position).map_err(|_| ClientError::Damaged)?;
    for entry in rest {
        organisation.apply(entry).map_err(|_| ClientError::Damaged)?;
    }
    Ok(Some(organisation))
}

/// Every entry that is kept, in order.
pub fn entries(store: &Store) -> Result<Vec<SignedLogEntry>> {
    store.read(|db| {
        let mut statement = db.prepare_cached("SELECT entry FROM log ORDER BY sequence")?;
        let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
        rows.map(|row| decode(&row?, limit::LOG_ENTRY).map_err(|_| ClientError::Damaged)).collect()
    })
}

fn kept(db: &Connection) -> Result<Option<LogPosition>> {
    let Some(bytes) = meta(db, VERIFIED)? else { return Ok(None) };
    decode(&bytes, 64).map(Some).map_err(|_| ClientError::Damaged)
}
