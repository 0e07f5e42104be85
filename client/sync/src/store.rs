//! The device's store (design §11): SQLCipher, in which MLS state and ours change in one transaction. The only module that opens
//! a database.

mod codec;
pub mod log;

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use casevault_crypto::journal::Place;
use casevault_crypto::secret::SecretBytes;
use casevault_fault::step as fault;
use casevault_wire::time::Time;
use openmls_sqlite_storage::SqliteStorageProvider;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use zeroize::Zeroizing;

use crate::error::{ClientError, Result};

pub use codec::Cbor;

/// What statements are written with. They stand with the operation that needs them; the database itself is known here alone.
pub mod sql {
    pub use rusqlite::{Connection, Error, ErrorCode, OptionalExtension, Params, Result, Row, params};
}

/// MLS state within a transaction of ours.
pub type MlsStorage<'a> = SqliteStorageProvider<Cbor, &'a Connection>;

/// The version of the schema.
const VERSION: u32 = 1;

/// Bytes up to which a file is written anew whenever it may have to be.
const SMALL: i64 = 4 << 20;
/// How often a larger one is, in milliseconds.
const TIDY: u64 = 24 * 60 * 60 * 1000;

/// The open store.
pub struct Store {
    connection: Mutex<Connection>,
}

impl Store {
    /// Makes the store at `path`, where there is no file, under the 32-byte database key.
    ///
    /// # Errors
    /// [`ClientError::File`] if there is a file.
    pub fn create(path: &Path, key: &[u8; 32]) -> Result<Self> {
        // Made by us, for its owner alone, before the library would make it for everybody to read.
        OpenOptions::new().create_new(true).append(true).mode(0o600).open(path)?;
        let (mut connection, _) = connect(path, key)?;
        SqliteStorageProvider::<Cbor, &mut Connection>::new(&mut connection)
            .run_migrations()
            .map_err(|_| ClientError::Damaged)?;
        let tx = connection.transaction()?;
        tx.execute_batch(include_str!("store/schema.sql"))?;
        tx.commit()?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    /// Opens the store at `path` under the 32-byte database key.
    ///
    /// # Errors
    /// [`ClientError::Damaged`] if there is none, or if it does not open under this key.
    pub fn open(path: &Path, key: &[u8; 32]) -> Result<Self> {
        if !path.exists() {
            return Err(ClientError::Damaged);
        }
        let (connection, version) = connect(path, key)?;
        // What is empty was never made by us, or was cut.
        if version == VERSION { Ok(Self { connection: Mutex::new(connection) }) } else { Err(ClientError::Damaged) }
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic while the lock was held rolled its transaction back: the connection is sound.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads.
    pub fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        work(&self.lock())
    }

    /// Changes everything that `work` changes, durably, or nothing.
    pub fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let mut connection = self.lock();
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = work(&tx)?;
        fault("store.commit", || tx.commit().map_err(ClientError::from))?;
        Ok(result)
    }

    /// Leaves nothing in the file of what was deleted. SQLite overwrites a row where it is, but not what is left of it where it was, if it moved
    /// from one page to another before: what is there now is written anew, whenever this is asked for if it is little, else once a day.
    ///
    /// # Errors
    /// [`ClientError::DiskFull`] or [`ClientError::File`]: nothing has changed.
    pub fn tidy(&self, now: Time) -> Result<()> {
        let db = self.lock();
        if db.total_changes() == 0 {
            return Ok(());
        }
        let size: i64 =
            db.query_row("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", [], |row| row.get(0))?;
        let before = meta(&db, "tidied")?.and_then(|at| (*at).try_into().ok()).map_or(0, u64::from_be_bytes);
        let is_due = now.0.checked_sub(before).is_none_or(|since| since >= TIDY);
        if size > SMALL && !is_due {
            return Ok(());
        }
        fault("store.tidy", || db.execute_batch("VACUUM").map_err(ClientError::from))?;
        set_meta(&db, "tidied", &now.0.to_be_bytes())
    }

    /// Whether every page of the file verifies.
    pub fn check(&self) -> Result<bool> {
        self.read(|db| {
            let mut statement = db.prepare("PRAGMA cipher_integrity_check")?;
            let mut rows = statement.query([])?;
            let sound = rows.next()?.is_none();
            let structure: String = db.query_row("PRAGMA quick_check", [], |row| row.get(0))?;
            Ok(sound && structure == "ok")
        })
    }
}

/// A connection to the file at `path`, and the version of the schema that is in it; 0 if nothing is.
fn connect(path: &Path, key: &[u8; 32]) -> Result<(Connection, u32)> {
    let connection = Connection::open(path)?;
    let literal = Zeroizing::new(format!("x'{}'", data_encoding::HEXLOWER.encode(key)));
    connection.pragma_update(None, "key", literal.as_str())?;
    connection.pragma_update(None, "cipher_memory_security", "ON")?;
    // Nobody shares the profile: the index of the log is kept in memory rather than in a file that is mapped, which a full disk would
    // keep even whoever only reads from making.
    connection.query_row("PRAGMA locking_mode = EXCLUSIVE", [], |_| Ok(()))?;
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    // What is committed is in the database itself at once: of the log beside it nothing is needed that a rotten bit could take.
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;
            PRAGMA cache_size = -16384;",
    )?;
    connection.set_prepared_statement_cache_capacity(128);
    let version = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    Ok((connection, version))
}

/// Puts the answers of a question about the journal at `of` into a table of another store.
pub fn copy_rows(from: &Connection, to: &Connection, (question, of): (&str, &Place), insert: &str) -> Result<()> {
    let mut statement = from.prepare_cached(question)?;
    let columns = statement.column_count();
    let mut rows = statement.query((of.team.0, of.journal.0))?;
    let mut insert = to.prepare_cached(insert)?;
    while let Some(row) = rows.next()? {
        let values = (0..columns).map(|column| row.get(column)).collect::<rusqlite::Result<Vec<rusqlite::types::Value>>>()?;
        insert.execute(rusqlite::params_from_iter(values))?;
    }
    Ok(())
}

/// A value of the `meta` table.
pub fn meta(db: &Connection, key: &str) -> Result<Option<SecretBytes>> {
    let value = db
        .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
        .query_row([key], |row| row.get::<_, Vec<u8>>(0))
        .optional()?;
    Ok(value.map(SecretBytes::from))
}

/// Sets a value of the `meta` table.
pub fn set_meta(db: &Connection, key: &str, value: &[u8]) -> Result<()> {
    db.prepare_cached("INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2")?
        .execute(params![key, value])?;
    Ok(())
}

/// A column of `N` bytes.
pub fn array<const N: usize>(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<[u8; N]> {
    let bytes: Vec<u8> = row.get(column)?;
    let found = bytes.len();
    bytes.try_into().map_err(|_| rusqlite::Error::FromSqlConversionFailure(found, rusqlite::types::Type::Blob, "length".into()))
}

/// A column that holds a count or a length.
pub fn count(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(|value| u64::try_from(value).unwrap_or(0))
}

/// A count or a length as a column holds it. Ours stay far below 2^63.
pub fn column(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Runs `work` on a new store, and throws it away.
#[cfg(test)]
pub fn with_store(work: impl FnOnce(&Connection)) {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::create(&directory.path().join("store"), &[7; 32]).unwrap();
    store
        .write(|tx| {
            work(tx);
            Ok::<_, crate::error::ClientError>(())
        })
        .unwrap();
}
