//! Every secret that a device holds, by kind: none of them may be in what a server stores, logs, sends or receives.

use std::path::Path;

use casevault_crypto::derive::{database_key, heads_key, link_key, outbox_key, team_access_key, team_journal_key};
use casevault_crypto::event::DocumentVersion;
use casevault_crypto::invitation::Code;
use casevault_crypto::journal::Author;
use casevault_crypto::keys::TeamKey;
use casevault_crypto::keystore::unlock;
use casevault_crypto::secret::Secret;
use casevault_sync::{ClientError, Options, Profile};
use casevault_wire::codec::{decode, encode};
use casevault_wire::context::Context;
use casevault_wire::id::TeamId;
use casevault_wire::label::Label;

use crate::liar::membership;
use crate::world::passphrase;

/// The bytes of a seed or key.
const KEY: usize = 32;

/// What of secrets must not be seen: half of one is too much already.
pub fn halves(secrets: &[Vec<u8>]) -> Vec<Vec<u8>> {
    secrets
        .iter()
        .flat_map(|secret| [&secret[..secret.len().min(16)], &secret[secret.len().saturating_sub(16)..]])
        .map(<[u8]>::to_vec)
        .collect()
}

/// What the device of `profile`, whose client must be closed, holds: kinds, each with its secrets.
pub fn of(profile: &Path) -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let keystore = std::fs::read(profile.join("keystore")).expect("a keystore");
    let store = unlock(&keystore, &passphrase()).expect("unlocks");
    let opened = Profile::open(profile, &passphrase(), &Options::default()).expect("opens");
    let ((organisation, _), (_, (_, device))) = membership(&opened);
    let column = |sql: &str| {
        let read = opened.store.read(|db| {
            let mut statement = db.prepare(sql)?;
            let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
            Ok::<_, ClientError>(rows.collect::<Result<Vec<_>, _>>()?)
        });
        read.expect("its schema")
    };
    let seed = |bytes: &[u8]| bytes[..KEY].to_vec();
    let codes = column("SELECT code FROM invitations UNION SELECT value FROM meta WHERE key = 'invitation'");
    let (secrets, texts): (Vec<_>, Vec<_>) = codes.iter().map(|code| invitation(code)).unzip();
    let versions = column("SELECT seal FROM documents");
    let content = |bytes: &Vec<u8>| decode::<DocumentVersion>(bytes, 8192).expect("a version").key.secret().expose().to_vec();
    let authors = column("SELECT author FROM journals WHERE author IS NOT NULL");
    vec![
        (
            "keys of the device's own files",
            vec![
                store.secret().expose().to_vec(),
                database_key(&store).secret().expose().to_vec(),
                outbox_key(&store).secret().expose().to_vec(),
            ],
        ),
        ("keys of the device", vec![device.signing.seed().expose().to_vec(), device.mls.seed().expose().to_vec()]),
        (
            "the organisation's root key",
            column("SELECT value FROM meta WHERE key = 'root'").iter().map(|root| seed(root)).collect(),
        ),
        ("invitations", secrets),
        ("invitations as they are printed", texts),
        ("team keys", column("SELECT key FROM team_keys WHERE length(key) > 0")),
        ("what is derived from team keys", derived(&opened, organisation)),
        ("seeds of sealing keys", column("SELECT seed FROM team_keys WHERE seed IS NOT NULL")),
        ("case keys", column("SELECT key FROM case_keys")),
        ("content keys", versions.iter().map(content).collect()),
        (
            "author keys",
            authors.iter().map(|author| seed(&encode(&decode::<Author>(author, 1024).expect("an author")))).collect(),
        ),
    ]
}

/// An invitation's secret, and its text.
fn invitation(bytes: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let code: Code = decode(bytes, 4096).expect("an invitation");
    (encode(&code)[..20].to_vec(), code.text().expose().as_bytes().to_vec())
}

/// Everything that is made of the team keys that a device has.
fn derived(profile: &Profile, organisation: casevault_wire::id::OrganisationId) -> Vec<Vec<u8>> {
    let keys = profile.store.read(|db| {
        let mut statement = db.prepare("SELECT team, generation, key FROM team_keys WHERE length(key) > 0")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?, row.get(2)?)))?;
        Ok::<_, ClientError>(rows.collect::<Result<Vec<([u8; 32], i64, [u8; 32])>, _>>()?)
    });
    let of_one = |(team, generation, key): ([u8; 32], i64, [u8; 32])| {
        let (team, generation) = (TeamId(team), generation.unsigned_abs());
        let context = Context { team, generation, ..Context::new(Label::DeriveTeamAccess, organisation) };
        let key = TeamKey::new(Secret::new(key));
        [
            team_access_key(&key, &context).seed().expose().to_vec(),
            team_journal_key(&key, &context).secret().expose().to_vec(),
            heads_key(&key, &context).secret().expose().to_vec(),
            link_key(&key, &context).secret().expose().to_vec(),
        ]
    };
    keys.expect("its schema").into_iter().flat_map(of_one).collect()
}
