//! Entries that were passed over although they may be read yet: more of the log, or a key, was missing, whoever kept it back. Nothing of
//! this device's follows them until what was missing is here, or a person has said that it will not come: whoever has it reads them, and
//! would refuse what was written as though they were not there.

use casevault_crypto::journal::{ChainState, Place, Reader};
use casevault_wire::codec::{decode, encode};
use casevault_wire::id::{JournalId, TeamId};
use casevault_wire::journal::Head;

use super::kept::{chain, key, ring_of, save_chain};
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::store::sql::{Connection, OptionalExtension, params};

/// Remembers where the first entry of a journal was passed over that may be read yet.
pub(super) fn wait_from(db: &Connection, before: &ChainState) -> Result<()> {
    let sql = "UPDATE journals SET waits = coalesce(waits, ?3) WHERE team = ?1 AND journal = ?2";
    let Place { team, journal, .. } = before.place();
    db.prepare_cached(sql)?.execute(params![team.0, journal.0, encode(before)])?;
    Ok(())
}

/// A person goes on without what a journal waits for; in every journal where none is named.
pub(crate) fn go_on(db: &Connection, named: Option<(&TeamId, &JournalId)>) -> Result<()> {
    match named {
        Some((team, journal)) => {
            let sql = "UPDATE journals SET waits = NULL WHERE team = ?1 AND journal = ?2";
            db.prepare_cached(sql)?.execute(params![team.0, journal.0])?
        }
        None => db.execute("UPDATE journals SET waits = NULL", [])?,
    };
    Ok(())
}

/// The chain before the first entry that the journal at `place` waits for.
fn waits(db: &Connection, place: &Place) -> Result<Option<ChainState>> {
    let sql = "SELECT waits FROM journals WHERE team = ?1 AND journal = ?2";
    let kept = db.prepare_cached(sql)?.query_row(key(place), |row| row.get::<_, Option<Vec<u8>>>(0));
    kept.optional()?.flatten().map(|bytes| decode(&bytes, 1 << 20).map_err(|_| ClientError::Damaged)).transpose()
}

/// The head up to which the journal at `place` was read before, while it is read anew: the vault has to lead there again.
pub(super) fn seen(db: &Connection, place: &Place) -> Result<Option<Head>> {
    let sql = "SELECT seen FROM journals WHERE team = ?1 AND journal = ?2";
    let kept = db.prepare_cached(sql)?.query_row(key(place), |row| row.get::<_, Option<Vec<u8>>>(0));
    kept.optional()?.flatten().map(|bytes| decode(&bytes, 128).map_err(|_| ClientError::Damaged)).transpose()
}

/// The journal was read anew to where it had been read.
pub(super) fn seen_again(db: &Connection, place: &Place) -> Result<()> {
    db.prepare_cached("UPDATE journals SET seen = NULL WHERE team = ?1 AND journal = ?2")?.execute(key(place))?;
    Ok(())
}

/// Forgets what was read of a journal, so that it is read from its beginning; not how far, nor what was there. Keys, and what waits to be
/// sent, stay.
fn forget(db: &Connection, place: &Place) -> Result<()> {
    let read = chain(db, place)?.head();
    let seen = seen(db, place)?.filter(|seen| seen.length > read.length).unwrap_or(read);
    let sql = "UPDATE journals SET seen = ?3 WHERE team = ?1 AND journal = ?2";
    db.execute(sql, params![place.team.0, place.journal.0, encode(&seen)])?;
    for sql in [
        "DELETE FROM entries WHERE team = ?1 AND journal = ?2",
        "DELETE FROM fields WHERE team = ?1 AND journal = ?2",
        "DELETE FROM notes WHERE team = ?1 AND journal = ?2",
        "UPDATE cases SET status = 'Active' WHERE team = ?1 AND journal = ?2 AND read = 1",
        "DELETE FROM documents WHERE team = ?1 AND journal = ?2",
        "DELETE FROM search WHERE rowid IN (SELECT row FROM indexed WHERE team = ?1 AND journal = ?2)",
        "DELETE FROM indexed WHERE team = ?1 AND journal = ?2",
        "UPDATE journals SET waits = NULL, behind = 1 WHERE team = ?1 AND journal = ?2",
    ] {
        db.execute(sql, key(place))?;
    }
    save_chain(db, &ChainState::new(*place))
}

impl Client {
    /// Whether the journal at `place` waits for something.
    pub(super) fn waits(&self, place: &Place) -> Result<bool> {
        self.profile.store.read(|db| Ok(waits(db, place)?.is_some()))
    }

    /// Has a journal be read anew once what it waited for is here.
    pub(super) async fn look_whether_it_came(&self, place: &Place) -> Result<()> {
        let Some(mut before) = self.profile.store.read(|db| waits(db, place))? else { return Ok(()) };
        let page = self.team_vault(&place.team)?.entries(&place.journal, before.length()).await?;
        let Some(entry) = page.entries.as_slice().first() else { return Ok(()) };
        let organisation = self.organisation()?;
        self.profile.store.write(|tx| {
            let keys = ring_of(tx, place)?;
            match (Reader { organisation: &organisation, keys: &keys }).accept(&mut before, entry) {
                Err(error) if error.is_waiting() => Ok(()),
                // Everybody refuses it: what was read after it stands.
                Err(_) => go_on(tx, Some((&place.team, &place.journal))),
                Ok(_) => forget(tx, place),
            }
        })
    }
}
