//! Organisation logs in the store: what this device has verified, and how far. Its own, and partners'.

use casevault_wire::codec::{decode, encode};
use casevault_wire::id::OrganisationId;
use casevault_wire::limit;
use casevault_wire::log::{LogPosition, Organisation, SignedLogEntry, VerifiedPosition};
use rusqlite::{Connection, ToSql, params};

use super::{Store, column, meta, set_meta};
use crate::error::{ClientError, Result};

/// Whose log.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    /// The organisation that this device belongs to.
    Own,
    /// A partner.
    Partner(&'a OrganisationId),
}

impl Whose<'_> {
    /// Where `meta` says how far the log was verified.
    fn verified(&self) -> String {
        match self {
            Self::Own => "verified log".to_owned(),
            Self::Partner(id) => format!("verified log of {id}"),
        }
    }
}

/// Keeps `entries`, with which `organisation` was verified. Entries that are kept already stay.
pub fn keep(store: &Store, whose: Whose<'_>, entries: &[SignedLogEntry], organisation: &Organisation) -> Result<()> {
    store.write(|tx| {
        for entry in entries {
            insert(tx, whose, entry)?;
        }
        let position = organisation.verified().position();
        if kept(tx, whose)?.is_none_or(|kept| kept.length < position.length) {
            set_meta(tx, &whose.verified(), &encode(&position))?;
        }
        Ok(())
    })
}

fn insert(db: &Connection, whose: Whose<'_>, entry: &SignedLogEntry) -> Result<()> {
    let (sequence, bytes) = (column(entry.content.sequence), encode(entry));
    match whose {
        Whose::Own => {
            db.prepare_cached("INSERT OR IGNORE INTO log (sequence, entry) VALUES (?1, ?2)")?.execute(params![sequence, bytes])?
        }
        Whose::Partner(id) => db
            .prepare_cached("INSERT OR IGNORE INTO partner_log (partner, sequence, entry) VALUES (?1, ?2, ?3)")?
            .execute(params![id.0, sequence, bytes])?,
    };
    Ok(())
}

/// The log as this device verified it, folded again without a second look at its signatures; nothing if none is kept.
pub fn load(store: &Store, whose: Whose<'_>) -> Result<Option<Organisation>> {
    let Some(position) = store.read(|db| kept(db, whose))? else { return Ok(None) };
    let entries = entries(store, whose)?;
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
pub fn entries(store: &Store, whose: Whose<'_>) -> Result<Vec<SignedLogEntry>> {
    match whose {
        Whose::Own => read(store, "SELECT entry FROM log ORDER BY sequence", &[]),
        Whose::Partner(id) => read(store, "SELECT entry FROM partner_log WHERE partner = ?1 ORDER BY sequence", &[&id.0]),
    }
}

fn read(store: &Store, sql: &str, whose: &[&dyn ToSql]) -> Result<Vec<SignedLogEntry>> {
    store.read(|db| {
        let mut statement = db.prepare_cached(sql)?;
        let rows = statement.query_map(whose, |row| row.get::<_, Vec<u8>>(0))?;
        rows.map(|row| decode(&row?, limit::LOG_ENTRY).map_err(|_| ClientError::Damaged)).collect()
    })
}

pub fn kept(db: &Connection, whose: Whose<'_>) -> Result<Option<LogPosition>> {
    let Some(bytes) = meta(db, &whose.verified())? else { return Ok(None) };
    decode(&bytes, 64).map(Some).map_err(|_| ClientError::Damaged)
}
