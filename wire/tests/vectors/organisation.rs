//! An organisation for the vectors of its log: people, devices and teams with keys that are hashes of their names.

use casevault_wire::codec::{List, Opaque, Text};
use casevault_wire::feed::{FeedEvent, FeedItem, Receipt, SignedFeedItem};
use casevault_wire::hash::{Hash, hash};
use casevault_wire::id::{DeviceId, OrganisationId, PersonId, RotationId, TeamId};
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::log::{
    Author, DeviceKeys, Founding, LogEntry, Role, SealingKeyStatement, SignedLogEntry, Statement, TeamCreation, TeamKind,
    log_entry_hash,
};
use casevault_wire::server::ServerEntry;
use casevault_wire::signature::{PublicKey, Signature, Signed, signed_content};
use casevault_wire::time::Time;
use ed25519_dalek::{Signer, SigningKey};

/// The key pair of this name.
pub fn pair(name: &str) -> SigningKey {
    SigningKey::from_bytes(blake3::hash(name.as_bytes()).as_bytes())
}

fn public(name: &str) -> PublicKey {
    PublicKey(pair(name).verifying_key().to_bytes())
}

/// The person of this name.
pub fn person(name: &str) -> PersonId {
    let hash = blake3::hash(format!("person {name}").as_bytes());
    PersonId(hash.as_bytes()[..16].try_into().unwrap())
}

/// The keys of this person's device.
pub fn keys(name: &str) -> DeviceKeys {
    DeviceKeys { signing: public(&format!("{name} signing")), mls: public(&format!("{name} mls")) }
}

/// The device of this person.
pub fn device(name: &str) -> DeviceId {
    keys(name).id()
}

/// What founds the organisation.
pub fn founding() -> Founding {
    let server = |name: &str| ServerEntry { address: Text::new(format!("https://{name}.example")).unwrap(), key: public(name) };
    Founding { root: public("root"), keyserver: server("keyserver"), vault: server("vault"), suite: limit::SUITE, salt: [7; 16] }
}

/// A team of this kind.
pub fn team(kind: TeamKind, members: &[&str]) -> Statement {
    let members = List::new(members.iter().map(|name| person(name)).collect()).unwrap();
    Statement::CreateTeam(TeamCreation { kind, members, salt: [9; 16] })
}

/// What a statement of a sealing key says.
#[derive(Clone, Copy)]
pub struct Sealing {
    /// The generation that the receipt names.
    pub generation: u64,
    /// Where the receipt stands in the feed.
    pub sequence: u64,
    /// How much of the log the receipt's commit follows.
    pub log_length: u64,
    /// The length of the key.
    pub length: usize,
}

/// The statement of a sealing key made of this generation's byte, with the keyserver's receipt.
pub fn sealing_key(log: &Log, team: TeamId, sealing: Sealing) -> SealingKeyStatement {
    let Sealing { generation, sequence, log_length, length } = sealing;
    let key = Opaque::new(vec![generation as u8; length]).unwrap();
    let receipt = Receipt {
        team,
        epoch: sequence,
        commit: Hash([sequence as u8; 32]),
        rotation: RotationId([sequence as u8; 16]),
        log_length,
        generation,
        access_key: public("access"),
        sealing_key: hash(Label::SealingKeyHash, &key),
    };
    let organisation = OrganisationId(log_entry_hash(&log.entries[0]).0);
    let item = FeedItem {
        organisation,
        sequence,
        previous: Hash([7; 32]),
        time: Time(1_767_225_600_000),
        event: FeedEvent::Receipt(receipt),
    };
    SealingKeyStatement { team, key, receipt: receipt_by("keyserver", item) }
}

/// An item of the feed, signed by the key of `signer`.
pub fn receipt_by(signer: &str, item: FeedItem) -> SignedFeedItem {
    let signature = Signature(pair(signer).sign(&signed_content(Label::FeedItem, &item)).to_bytes());
    Signed { content: item, signature }
}

/// A log that grows.
#[derive(Clone, Default)]
pub struct Log {
    pub entries: Vec<SignedLogEntry>,
}

/// The name of the root among authors.
pub const ROOT: &str = "root";

impl Log {
    /// The entry that would come next.
    pub fn next(&self, author: &str, statement: Statement) -> LogEntry {
        let organisation = self.entries.first().map_or(OrganisationId::ZERO, |first| OrganisationId(log_entry_hash(first).0));
        LogEntry {
            organisation,
            sequence: self.entries.len() as u64,
            previous: self.entries.last().map_or(Hash::ZERO, log_entry_hash),
            time: Time(1_767_225_600_000 + self.entries.len() as u64),
            author: if author == ROOT { Author::Root } else { Author::Device(device(author)) },
            statement,
        }
    }

    /// The log with one more entry, signed as it should be.
    pub fn with(mut self, author: &str, statement: Statement) -> Self {
        let entry = self.next(author, statement);
        self.entries.push(sign(author, entry));
        self
    }

    /// The log with one more entry that was changed before it was signed.
    pub fn with_changed(mut self, author: &str, statement: Statement, change: impl FnOnce(&mut LogEntry)) -> Self {
        let mut entry = self.next(author, statement);
        change(&mut entry);
        self.entries.push(sign(author, entry));
        self
    }

    /// The id of the team that the last entry created.
    pub fn last_team(&self) -> TeamId {
        TeamId(log_entry_hash(self.entries.last().unwrap()).0)
    }

    /// A person with a device, enrolled by the administrator.
    pub fn enrol(self, name: &str, role: Role) -> Self {
        self.with("admin", Statement::AddPerson(person(name), role)).with("admin", Statement::AddDevice(person(name), keys(name)))
    }
}

/// Signs `entry` with the key of `signer`.
pub fn sign(signer: &str, entry: LogEntry) -> SignedLogEntry {
    let key = if signer == ROOT { pair("root") } else { pair(&format!("{signer} signing")) };
    sign_as(&key, Label::LogEntry, entry)
}

/// Signs `entry` with any key, under any label.
pub fn sign_as(key: &SigningKey, label: Label, entry: LogEntry) -> SignedLogEntry {
    let signature = Signature(key.sign(&signed_content(label, &entry)).to_bytes());
    Signed { content: entry, signature }
}

/// Founded, with one administrator and their device.
pub fn founded() -> Log {
    Log::default()
        .with(ROOT, Statement::Found(founding()))
        .with(ROOT, Statement::AddPerson(person("admin"), Role::Administrator))
        .with(ROOT, Statement::AddDevice(person("admin"), keys("admin")))
}

/// A working organisation: an administrator, one caseworker in a team and one in none, an analyst, the directory, and the team.
pub struct Working {
    pub log: Log,
    pub directory: TeamId,
    pub team: TeamId,
}

pub fn working() -> Working {
    let log = founded()
        .enrol("worker", Role::Caseworker)
        .enrol("other", Role::Caseworker)
        .enrol("analyst", Role::Analyst)
        .with("admin", team(TeamKind::Directory, &[]));
    let directory = log.last_team();
    let log = log.with("admin", team(TeamKind::Cases, &["worker"]));
    let team = log.last_team();
    Working { log, directory, team }
}
