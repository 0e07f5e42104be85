//! Encodings: what is accepted is encoded again to the same bytes; what breaks a rule is refused.

use casevault_wire::codec::{CodecError, List, Opaque, Text, decode, encode};
use casevault_wire::commit::CommitData;
use casevault_wire::feed::FeedItem;
use casevault_wire::heads::HeadRecord;
use casevault_wire::id::{Nonce, PersonId};
use casevault_wire::journal::Entry;
use casevault_wire::keyserver::{HeadPage, Refusal};
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::log::{Author, LogPosition, SignedLogEntry};
use casevault_wire::mls::commit_data;
use casevault_wire::request::Credentials;
use casevault_wire::server::{ServerEntry, ServerInfo};
use casevault_wire::statistics as t;
use casevault_wire::time::Time;
use casevault_wire::vault::Changes;
use tls_codec::{Deserialize, Serialize};

use super::vector::{bytes, read};

/// Decodes one `T`, and gives back what it encodes to.
fn round<T: Deserialize + Serialize>(bytes: &[u8]) -> Result<Vec<u8>, CodecError> {
    decode::<T>(bytes, limit::BODY).map(|value| encode(&value))
}

/// Reads `bytes` as a value of `kind`.
fn judge(kind: &str, bytes: &[u8]) -> Result<Vec<u8>, CodecError> {
    match kind {
        "opaque<3>" => round::<Opaque<3>>(bytes),
        "opaque<300>" => round::<Opaque<300>>(bytes),
        "opaque<20000>" => round::<Opaque<20000>>(bytes),
        "list<Time,3>" => round::<List<Time, 3>>(bytes),
        "list<nonce,256>" => round::<List<Nonce, 256>>(bytes),
        "optional<Time>" => round::<Option<Time>>(bytes),
        "text<64>" => round::<Text<64>>(bytes),
        "Time" => round::<Time>(bytes),
        "Changes" => round::<Changes>(bytes),
        "Label" => round::<Label>(bytes),
        "Author" => round::<Author>(bytes),
        "LogPosition" => round::<LogPosition>(bytes),
        "person" => round::<PersonId>(bytes),
        "text of person" => parsed(bytes),
        "suite" => suite(bytes),
        "ServerEntry" => round::<ServerEntry>(bytes),
        "ServerInfo" => round::<ServerInfo>(bytes),
        "Credentials" => round::<Credentials>(bytes),
        "CommitData" => round::<CommitData>(bytes),
        "commit" => commit_data(bytes).map(|_| bytes.to_vec()),
        "FeedItem" => round::<FeedItem>(bytes),
        "Refusal" => round::<Refusal>(bytes),
        "HeadRecord" => round::<HeadRecord>(bytes),
        "Entry" => round::<Entry>(bytes),
        "SignedLogEntry" => round::<SignedLogEntry>(bytes),
        "HeadPage" => round::<HeadPage>(bytes),
        "Period" => round::<t::Period>(bytes),
        "SignedAggregator" => round::<t::SignedAggregator>(bytes),
        "Contribution" => round::<t::Contribution>(bytes),
        "ReportList" => round::<t::ReportList>(bytes),
        "Reported" => round::<t::Reported>(bytes),
        "SignedClosing" => round::<t::SignedClosing>(bytes),
        "Progress" => round::<t::Progress>(bytes),
        "Job" => round::<t::Job>(bytes),
        "Answers" => round::<t::Answers>(bytes),
        "Released" => round::<t::Released>(bytes),
        other => panic!("no such type: {other}"),
    }
}

fn parsed(text: &[u8]) -> Result<Vec<u8>, CodecError> {
    let person = std::str::from_utf8(text).ok().and_then(|text| PersonId::parse(text).ok());
    person.map(|person| person.to_string().into_bytes()).ok_or(CodecError::Malformed)
}

fn suite(bytes: &[u8]) -> Result<Vec<u8>, CodecError> {
    let suite: u16 = decode(bytes, 2)?;
    if suite == limit::SUITE { Ok(encode(&suite)) } else { Err(CodecError::Malformed) }
}

#[test]
fn encodings_obey_the_rules_and_what_breaks_them_is_refused() {
    for (name, vector) in read::<String>("codec") {
        let bytes = bytes(&vector.hex);
        let judged = judge(&vector.kind, &bytes);
        assert_eq!(judged.is_ok(), vector.valid, "{name}: {} ({})", vector.comment, vector.rule);
        if let Ok(again) = judged {
            assert!(again == bytes, "{name}: one value has one encoding");
        }
    }
}

#[test]
fn no_prefix_of_an_encoding_is_one() {
    for (name, vector) in read::<String>("codec").into_iter().filter(|(_, vector)| vector.valid) {
        let bytes = bytes(&vector.hex);
        let step = (bytes.len() / 64).max(1);
        for length in (0..bytes.len()).step_by(step) {
            assert!(judge(&vector.kind, &bytes[..length]).is_err(), "{name}: its first {length} bytes");
        }
    }
}
