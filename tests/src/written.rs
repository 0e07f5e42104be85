//! What servers and a device have written, laid out for `wire/vectors/reader.py`: the bytes as they are stored, and the keys that the
//! device's owner has. Keys are taken from the device's own profile, with its passphrase: no program gives them away.

use std::path::{Path, PathBuf};
use std::process::Command;

use casevault_crypto::derive::database_key;
use casevault_crypto::identity::DeviceIdentity;
use casevault_crypto::keystore::unlock;
use casevault_service::store::{Pair, Records, SledRecords};
use casevault_wire::codec::{decode, encode};
use casevault_wire::id::{DeviceId, JournalId, OrganisationId, TeamId};
use casevault_wire::invitation::Invitation;
use casevault_wire::keyserver::{Join, TeamLink};
use data_encoding::HEXLOWER;
use rusqlite::Connection;
use serde_json::{Map, Value, json};

use crate::world::passphrase;

/// Where the reader and its like are.
pub(crate) const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../wire/vectors");

/// Kinds of records, as `vault/src/record.rs` and `keyserver/src/records.rs` list them.
const ENTRY: u8 = 0x14;
const LOG: u8 = 2;
const FEED: u8 = 3;
const INVITATION: u8 = 4;
const LINK: u8 = 11;

/// Lays out in `to` what the servers below `world` keep, and what the device of `profile` can read of it. `keys` becomes `keys.json`
/// with the device's team keys added. Nothing may be running.
pub async fn lay_out(world: &Path, profile: &Path, to: &Path, mut keys: Value) {
    vault(&world.join("vault"), to).await;
    keyserver(&world.join("keyserver"), to).await;
    let keystore = std::fs::read(profile.join("keystore")).expect("a keystore");
    put(to, "keystore".into(), &keystore);
    keys["teams"] = team_keys(&keystore, profile);
    put(to, "keys.json".into(), keys.to_string().as_bytes());
}

/// What the reader says of each of `directories`.
pub fn read(directories: &[PathBuf]) -> Vec<Value> {
    let output = Command::new(python()).arg("-B").arg(Path::new(VECTORS).join("reader.py")).args(directories).output();
    let output = output.expect("Python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines: Vec<_> = output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    lines.into_iter().map(|line| serde_json::from_slice(line).expect("a line of JSON")).collect()
}

/// The environment that `.ci/run` makes where the machine's own Python lacks a package; else the machine's.
pub(crate) fn python() -> PathBuf {
    let made = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/python/bin/python3");
    if made.exists() { made } else { "python3".into() }
}

/// Every key that the device of `profile` has of cases, teams and documents; a document's with its name.
pub fn keys(profile: &Path) -> Vec<(Option<String>, Vec<u8>)> {
    let keystore = std::fs::read(profile.join("keystore")).expect("a keystore");
    let database = open_database(&keystore, profile);
    let read = |sql: &str| -> Vec<(Option<String>, Vec<u8>)> {
        let mut statement = database.prepare(sql).expect("its schema");
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("readable");
        rows.map(|row| row.expect("a row")).collect()
    };
    let mut keys = read("SELECT NULL, key FROM case_keys UNION SELECT NULL, key FROM team_keys WHERE length(key) > 0");
    // A document's key is what its event ends with.
    keys.extend(
        read("SELECT name, seal FROM documents").into_iter().map(|(name, seal)| (name, seal[seal.len() - 32..].to_vec())),
    );
    keys
}

/// The keys of the device of `profile`.
pub fn identity(profile: &Path) -> DeviceIdentity {
    let keystore = std::fs::read(profile.join("keystore")).expect("a keystore");
    let sql = "SELECT value FROM meta WHERE key = 'membership'";
    let membership: Vec<u8> = open_database(&keystore, profile).query_row(sql, [], |row| row.get(0)).expect("a member's");
    // They are what it ends with.
    decode(&membership[membership.len() - 64..], 64).expect("a device's keys")
}

fn open_database(keystore: &[u8], profile: &Path) -> Connection {
    let key = database_key(&unlock(keystore, &passphrase()).expect("unlocks"));
    let database = Connection::open(profile.join("store")).expect("opens");
    database.pragma_update(None, "key", format!("x'{}'", HEXLOWER.encode(key.secret().expose()))).expect("keyed");
    database
}

/// The SHA-256 of the key of the device's database, which the reader derives on its own.
pub fn database_key_digest(profile: &Path) -> String {
    let keystore = std::fs::read(profile.join("keystore")).expect("a keystore");
    let key = database_key(&unlock(&keystore, &passphrase()).expect("unlocks"));
    HEXLOWER.encode(ring::digest::digest(&ring::digest::SHA256, key.secret().expose()).as_ref())
}

async fn vault(data: &Path, to: &Path) {
    for (key, value) in records(data, ENTRY).await {
        let ((_, team), (journal, _)): ((OrganisationId, TeamId), (JournalId, u64)) =
            decode(&key[1..], key.len()).expect("a key");
        put(to, format!("journals/{team}/{journal}"), &value);
    }
    let mut directories = vec![data.join("blobs")];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).expect("readable").map(|entry| entry.expect("readable")) {
            match entry.file_type().expect("readable").is_dir() {
                true => directories.push(entry.path()),
                false => {
                    let name = format!("blobs/{}", entry.file_name().to_string_lossy());
                    put(to, name, &std::fs::read(entry.path()).expect("readable"));
                }
            }
        }
    }
}

async fn keyserver(data: &Path, to: &Path) {
    for (kind, name) in [(LOG, "log"), (FEED, "feed")] {
        for (_, value) in records(data, kind).await {
            put(to, name.into(), &value);
        }
    }
    for (_, value) in records(data, INVITATION).await {
        let (invitation, (_, _), join): (Invitation, (DeviceId, u8), Option<Join>) =
            decode(&value, value.len()).expect("an invitation");
        put(to, format!("invitations/{}", invitation.id), &encode(&invitation));
        if let Some(join) = join {
            put(to, format!("joins/{}", invitation.id), &encode(&join));
        }
    }
    for (key, value) in records(data, LINK).await {
        let (_, team, generation): (OrganisationId, TeamId, u64) = decode(&key[1..], key.len()).expect("a key");
        let link: TeamLink = decode(&value, value.len()).expect("a link");
        put(to, format!("links/{team}/{generation}"), link.as_slice());
    }
}

/// All records of a kind, in the order of their keys.
async fn records(data: &Path, kind: u8) -> Vec<Pair> {
    let records = SledRecords::open(&data.join("records")).expect("nobody has it open");
    records.scan(&[kind], &[kind + 1], usize::MAX).await.expect("readable")
}

/// Appends to the file `name` below `to`.
fn put(to: &Path, name: String, bytes: &[u8]) {
    let path = to.join(name);
    std::fs::create_dir_all(path.parent().expect("below `to`")).expect("a directory");
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).expect("a file");
    std::io::Write::write_all(&mut file, bytes).expect("written");
}

/// The newest key of each team that the device is in.
fn team_keys(keystore: &[u8], profile: &Path) -> Value {
    let database = open_database(keystore, profile);
    let mut statement = database.prepare("SELECT team, MAX(generation), key FROM team_keys GROUP BY team").expect("its schema");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("readable");
    let teams = rows.map(|row| {
        let (team, generation, key): (Vec<u8>, u64, Vec<u8>) = row.expect("a row");
        (HEXLOWER.encode(&team), json!({ "generation": generation, "key": HEXLOWER.encode(&key) }))
    });
    Value::Object(teams.collect::<Map<_, _>>())
}
