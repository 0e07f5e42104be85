//! A member in bad faith at the vault: everything that a device has of one case, taken from its unlocked profile, and entries that no
//! client would write.

use std::collections::BTreeMap;

use casevault_crypto::content::seal_document;
use casevault_crypto::derive::team_access_key;
use casevault_crypto::event::{Body, DocumentVersion};
use casevault_crypto::journal::{Author, ChainState, EntryKey, KeyRing, Place, Writer};
use casevault_crypto::keys::{ContentKey, TeamKey};
use casevault_crypto::random::SystemRandom;
use casevault_crypto::secret::Secret;
use casevault_sync::{Options, Profile};
use casevault_wire::codec::{List, decode};
use casevault_wire::context::Context;
use casevault_wire::id::{JournalId, TeamId};
use casevault_wire::journal::Entry;
use casevault_wire::label::Label;
use casevault_wire::log::{LogPosition, SignedLogEntry, log_entry_hash};
use casevault_wire::request::{Signer, TeamSigner};
use casevault_wire::time::Time;
use casevault_wire::vault::Batch;
use reqwest::{Method, StatusCode};

use crate::liar::{Voice, membership};
use crate::world::{World, passphrase};

/// A journal's keys by generation.
struct Ring(BTreeMap<u64, EntryKey>);

impl KeyRing for Ring {
    fn key(&self, generation: u64) -> Option<EntryKey> {
        self.0.get(&generation).cloned()
    }

    fn newest(&self) -> u64 {
        self.0.last_key_value().map_or(0, |(generation, _)| *generation)
    }
}

/// What a member writes one case with.
pub struct Pen {
    /// The versions of documents that the case has.
    pub versions: Vec<DocumentVersion>,
    place: Place,
    voice: Voice,
    author: Author,
    state: ChainState,
    keys: Ring,
    team_generation: u64,
    log: LogPosition,
}

impl Pen {
    /// Takes it out of the profile of `name`, whose client must be closed and has read the case.
    pub fn of(world: &World, name: &str, (team, journal): (TeamId, JournalId)) -> Self {
        let profile = Profile::open(&world.profile(name), &passphrase(), &Options::default()).expect("opens");
        let ((organisation, _), ((_, server), (_, device))) = membership(&profile);
        let place = Place { organisation, team, journal };
        let read = profile.store.read(|db| {
            let blobs = |sql: &str| {
                let mut statement = db.prepare(sql)?;
                let rows = statement.query_map((team.0, journal.0), |row| row.get::<_, Vec<u8>>(0))?;
                Ok::<_, casevault_sync::ClientError>(rows.collect::<Result<Vec<_>, _>>()?)
            };
            let mut keys = BTreeMap::new();
            let mut statement =
                db.prepare("SELECT generation, team_generation, key FROM case_keys WHERE team = ?1 AND journal = ?2")?;
            let mut rows = statement.query((team.0, journal.0))?;
            while let Some(row) = rows.next()? {
                let created = row.get::<_, i64>(1)?.unsigned_abs();
                keys.insert(row.get::<_, i64>(0)?.unsigned_abs(), EntryKey { secret: Secret::new(row.get(2)?), created });
            }
            let sql = "SELECT generation, key FROM team_keys WHERE team = ?1 ORDER BY generation DESC LIMIT 1";
            let newest: (i64, [u8; 32]) = db.query_row(sql, [team.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let chain = blobs("SELECT chain FROM journals WHERE team = ?1 AND journal = ?2")?;
            let versions = blobs("SELECT seal FROM documents WHERE team = ?1 AND journal = ?2 ORDER BY sequence")?;
            let log = blobs("SELECT entry FROM log WHERE ?1 <> ?2 ORDER BY sequence")?;
            Ok((keys, newest, (chain, versions, log)))
        });
        let (keys, (generation, key), (chain, versions, log)) = read.expect("its schema");
        let team_generation = generation.unsigned_abs();
        let last: SignedLogEntry = decode(log.last().expect("a log"), 1 << 16).expect("an entry");
        let log = LogPosition { length: log.len() as u64, hash: log_entry_hash(&last) };
        let context = Context { team, generation: team_generation, ..Context::new(Label::DeriveTeamAccess, organisation) };
        let signer = Signer::Team(TeamSigner { team, generation: team_generation });
        let key = team_access_key(&TeamKey::new(Secret::new(key)), &context);
        Self {
            versions: versions.iter().map(|bytes| decode(bytes, 8192).expect("a version")).collect(),
            place,
            voice: Voice { organisation, server, signer, key, requests: 0 },
            author: Author::generate(&place, &device, log, &mut SystemRandom).expect("randomness"),
            state: decode(&chain[0], 1 << 20).expect("a chain"),
            keys: Ring(keys),
            team_generation,
            log,
        }
    }

    /// The entries that say `bodies` at the end of the case, at whatever time.
    pub fn entries(&mut self, bodies: &[Body], time: Time) -> Vec<Entry> {
        let writer = Writer { author: &self.author, keys: &self.keys, team_generation: self.team_generation, log: self.log };
        let appended = writer.append(&self.state, bodies, time, &mut SystemRandom).expect("a member may write");
        self.state = appended.state;
        appended.entries
    }

    /// A version of the document that `of` is one of, under any number and with any content; and its blob.
    pub fn version(&self, of: &DocumentVersion, number: u64, content: &[u8]) -> (DocumentVersion, Vec<u8>) {
        let key = ContentKey::generate(&mut SystemRandom).expect("randomness");
        let (blob, seal) = seal_document(&key, self.place.organisation, content, &mut SystemRandom).expect("short");
        (DocumentVersion { version: number, seal, key, ..of.clone() }, blob)
    }

    /// Has the vault delete the whole case; what it says.
    pub async fn delete(&mut self) -> StatusCode {
        let path = format!("/v1/teams/{}/journals/{}", self.place.team, self.place.journal);
        self.voice.ask(Method::DELETE, (path, ""), Vec::new()).await.status()
    }

    /// Sends blobs and entries; what the vault says.
    pub async fn send(&mut self, blobs: Vec<Vec<u8>>, entries: Vec<Entry>) -> StatusCode {
        let path = format!("/v1/teams/{}/journals/{}/batch", self.place.team, self.place.journal);
        let blobs = blobs.into_iter().map(Into::into).collect();
        let batch = Batch { blobs, entries: List::new(entries).expect("few") };
        self.voice.ask(Method::POST, (path, ""), batch.encode().concat()).await.status()
    }
}
