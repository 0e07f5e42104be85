//! Every key that a device holds, tried on what the vault keeps of a team: whether whoever has the device's passphrase could read it.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use casevault_crypto::derive::{database_key, seal, team_journal_key};
use casevault_crypto::keys::TeamKey;
use casevault_crypto::keystore::unlock;
use casevault_crypto::secret::Secret;
use casevault_service::store::{Records, SledRecords};
use casevault_wire::codec::decode;
use casevault_wire::context::Context;
use casevault_wire::id::{JournalId, OrganisationId, TeamId};
use casevault_wire::journal::{Entry, is_team_journal};
use casevault_wire::label::Label;
use data_encoding::HEXLOWER;
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::world::passphrase;

/// The kind of entries among the vault's records, as `vault/src/record.rs` lists it.
const ENTRY: u8 = 0x14;
/// Fewer different bytes than this no random key has, but with a chance of one in 2^80.
const DIFFERENT: usize = 16;

/// The beginning of a sealed entry: what tells whether a key opens it.
pub struct Captured {
    context: Context,
    nonce: [u8; 24],
    commitment: [u8; 32],
}

impl Captured {
    fn of(organisation: OrganisationId, team: TeamId, entry: &Entry) -> Self {
        let (nonce, rest) = entry.sealed.as_slice()[2..].split_first_chunk().expect("a seal");
        let context = Context {
            team,
            journal: entry.journal,
            version: entry.sequence,
            generation: entry.generation,
            binding: entry.previous,
            ..Context::new(Label::SealEntry, organisation)
        };
        Self { context, nonce: *nonce, commitment: *rest.first_chunk().expect("a seal") }
    }

    /// Its journal and its sequence.
    pub fn place(&self) -> (JournalId, u64) {
        (self.context.journal, self.context.version)
    }

    /// Whether `key` is the key of this entry, or the team key that it derives from.
    fn opens_under(&self, key: &[u8; 32]) -> bool {
        let opens = |key: &Secret| seal(key, &self.nonce, &self.context).commitment == self.commitment;
        let key = Secret::new(*key);
        if !is_team_journal(&self.context.team, &self.context.journal) {
            return opens(&key);
        }
        opens(team_journal_key(&TeamKey::new(key.clone()), &self.context).secret()) || opens(&key)
    }
}

/// All entries that the vault with this data directory keeps. It must not run.
pub async fn entries(vault: &Path) -> Vec<Captured> {
    let records = SledRecords::open(&vault.join("records")).expect("nobody has it open");
    let mut found = Vec::new();
    for (key, value) in records.scan(&[ENTRY], &[ENTRY + 1], usize::MAX).await.expect("readable") {
        let ((organisation, team), _): ((OrganisationId, TeamId), (JournalId, u64)) =
            decode(&key[1..], key.len()).expect("a key");
        found.push(Captured::of(organisation, team, &decode(&value, value.len()).expect("an entry")));
    }
    found
}

/// Those of `entries` that open under one of `keys`, by journal and sequence.
pub fn opened(entries: &[Captured], keys: &[[u8; 32]]) -> BTreeSet<(JournalId, u64)> {
    let open = entries.iter().filter(|one| keys.iter().any(|key| one.opens_under(key)));
    open.map(Captured::place).collect()
}

/// The first entries, one of the team's own journal and one of a case, that the vault with this data directory keeps of `team`. It must
/// not run.
pub async fn captured(vault: &Path, team: TeamId) -> Vec<Captured> {
    let mut found: Vec<Captured> = Vec::new();
    for entry in entries(vault).await {
        let is_own = is_team_journal(&team, &entry.context.journal);
        let known = found.iter().any(|one| is_team_journal(&team, &one.context.journal) == is_own);
        if entry.context.team == team && entry.context.version == 0 && !known {
            found.push(entry);
        }
    }
    assert_eq!(found.len(), 2, "an entry of the team's journal and one of a case");
    found
}

/// How many of what `profile` holds, whose client must be closed, open something of `captured`, and how many were tried.
pub fn tried(profile: &Path, captured: &[Captured]) -> (usize, usize) {
    let keys = keys(profile);
    let half = keys.len() / 2;
    let opening = |keys: &[[u8; 32]]| keys.iter().filter(|key| captured.iter().any(|one| one.opens_under(key))).count();
    let found = std::thread::scope(|scope| {
        let other = scope.spawn(|| opening(&keys[..half]));
        opening(&keys[half..]) + other.join().expect("no panic")
    });
    (found, keys.len())
}

/// Whatever may be a key in the profile: the keystore's key, and every 32 bytes in a row in every value of every table.
fn keys(profile: &Path) -> Vec<[u8; 32]> {
    let (own, rows) = rows(profile);
    let mut found = HashSet::from(own);
    for value in rows.into_iter().flatten() {
        windows(&value, &mut found);
        windows(&listed(&value), &mut found);
    }
    found.into_iter().collect()
}

/// The keystore's key and the database's, and every row of every table of the profile, whose client must be closed: each column as the
/// database keeps it, one after the other.
pub fn rows(profile: &Path) -> ([[u8; 32]; 2], Vec<Vec<Vec<u8>>>) {
    let (own, database) = database(profile);
    let mut found = Vec::new();
    let mut tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").expect("its schema");
    let tables: Vec<String> =
        tables.query_map([], |row| row.get(0)).expect("readable").map(|name| name.expect("a name")).collect();
    for table in tables {
        let mut statement = database.prepare(&format!("SELECT * FROM \"{table}\"")).expect("readable");
        let columns = statement.column_count();
        let mut rows = statement.query([]).expect("readable");
        while let Some(row) = rows.next().expect("readable") {
            found.push((0..columns).map(|column| kept(row.get_ref(column).expect("a column"))).collect());
        }
    }
    (own, found)
}

/// The keystore's key, the database's, and the database of a profile whose client must be closed.
pub fn database(profile: &Path) -> ([[u8; 32]; 2], Connection) {
    let keystore = std::fs::read(profile.join("keystore")).expect("a keystore");
    let store = unlock(&keystore, &passphrase()).expect("unlocks");
    let key = database_key(&store);
    let database = Connection::open(profile.join("store")).expect("opens");
    database.pragma_update(None, "key", format!("x'{}'", HEXLOWER.encode(key.secret().expose()))).expect("keyed");
    ([*store.secret().expose(), *key.secret().expose()], database)
}

/// A value as a row of SQLite has it.
fn kept(value: ValueRef<'_>) -> Vec<u8> {
    let number = match value {
        ValueRef::Blob(bytes) | ValueRef::Text(bytes) => return bytes.to_vec(),
        ValueRef::Integer(number @ (..0 | 2..)) => number,
        _ => return Vec::new(), // nothing, or a number that its type says
    };
    let bytes = number.to_be_bytes();
    let fits = |size: &usize| *size == 8 || (-(1 << (8 * size - 1))..1 << (8 * size - 1)).contains(&number);
    let size = [1, 2, 3, 4, 6, 8].into_iter().find(fits).expect("eight fit");
    bytes[8 - size..].to_vec()
}

/// Adds to `found` every 32 bytes in a row of `bytes` that may be a key.
pub fn windows(bytes: &[u8], found: &mut HashSet<[u8; 32]>) {
    for window in bytes.windows(32) {
        let mut seen = [false; 256];
        window.iter().for_each(|byte| seen[usize::from(*byte)] = true);
        if seen.iter().filter(|seen| **seen).count() >= DIFFERENT {
            found.insert(window.try_into().expect("32 bytes"));
        }
    }
}

/// `bytes` as CBOR lists of numbers have them: each number above 23 has a byte 24 before it.
fn listed(bytes: &[u8]) -> Vec<u8> {
    let mut numbers = Vec::new();
    let mut bytes = bytes.iter();
    while let Some(byte) = bytes.next() {
        numbers.extend(if *byte == 0x18 { bytes.next() } else { Some(byte) });
    }
    numbers
}
