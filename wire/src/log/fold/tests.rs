use ed25519_dalek::{Signer as _, SigningKey};

use super::*;
use crate::codec::Text;
use crate::label::Label;
use crate::server::ServerEntry;
use crate::signature::{Signature, Signed, signed_content};
use crate::time::Time;

fn by_root(log: Option<&Organisation>, statement: Statement) -> SignedLogEntry {
    let (organisation, position) =
        log.map_or((OrganisationId::ZERO, LogPosition { length: 0, hash: Hash::ZERO }), |log| (log.id, log.position));
    let (sequence, previous) = (position.length, position.hash);
    let content = LogEntry { organisation, sequence, previous, time: Time(0), author: Author::Root, statement };
    let signature = SigningKey::from_bytes(&[1; 32]).sign(&signed_content(Label::LogEntry, &content));
    Signed { signature: Signature(signature.to_bytes()), content }
}

// Breaks R-5-1.
#[test]
fn a_log_has_an_end() {
    let root = PublicKey(SigningKey::from_bytes(&[1; 32]).verifying_key().to_bytes());
    let server = ServerEntry { address: Text::default(), key: root };
    let founding = Founding { root, keyserver: server.clone(), vault: server, suite: limit::SUITE, salt: [0; 16] };
    let mut log = Organisation::found(&by_root(None, Statement::Found(founding))).unwrap();
    let person = Statement::AddPerson(PersonId([1; 16]), Role::Administrator);
    log.position.length = limit::LOG;
    assert_eq!(log.clone().apply(&by_root(Some(&log), person.clone())), Err(LogError::State));
    log.position.length = limit::LOG - 1;
    assert_eq!(log.clone().apply(&by_root(Some(&log), person)), Ok(()));
}
