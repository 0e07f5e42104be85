//! The chain as a bundle shows it: every signed header, and the openings of some commitments.

use casevault_wire::codec::{CodecError, encode, encode_opaque};
use casevault_wire::limit;
use casevault_wire::log::SignedLogEntry;
use tls_codec::{Deserialize, TlsDeserialize, TlsSerialize, TlsSize};

use crate::journal::{Opening, Place, SignedHeader};

/// An event as a bundle shows it.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct ShownEvent {
    /// Its signed header.
    pub header: SignedHeader,
    /// What opens its commitment, if it is disclosed.
    pub opening: Option<Opening>,
}

/// The bytes of `chain.bin`.
pub fn encode_chain(place: &Place, events: &[ShownEvent]) -> Vec<u8> {
    [encode(place), encode_events(events)].concat()
}

/// The bytes of events alone.
pub fn encode_events(events: &[ShownEvent]) -> Vec<u8> {
    events.iter().flat_map(encode).collect()
}

/// The bytes of `log.bin`.
pub fn encode_log(entries: &[SignedLogEntry]) -> Vec<u8> {
    entries.iter().flat_map(|entry| encode_opaque(&encode(entry))).collect()
}

/// Where a chain belongs, and the bytes of its events.
pub(super) fn split_chain(bytes: &[u8]) -> Result<(Place, &[u8]), CodecError> {
    let mut rest = bytes;
    let place = Place::tls_deserialize(&mut rest).map_err(|_| CodecError::Malformed)?;
    Ok((place, rest))
}

/// The next event of `rest`, if there is more; nothing more is read after an error.
pub(super) fn next_event(rest: &mut &[u8]) -> Option<Result<ShownEvent, CodecError>> {
    next(rest, |rest| ShownEvent::tls_deserialize(rest).map_err(|_| CodecError::Malformed))
}

/// The next entry of a log.
pub(super) fn next_entry(rest: &mut &[u8]) -> Option<Result<SignedLogEntry, CodecError>> {
    next(rest, |rest| {
        let entry =
            casevault_wire::codec::Opaque::<{ limit::LOG_ENTRY }>::tls_deserialize(rest).map_err(|_| CodecError::Malformed)?;
        casevault_wire::codec::decode(entry.as_slice(), limit::LOG_ENTRY)
    })
}

fn next<T>(rest: &mut &[u8], read: impl FnOnce(&mut &[u8]) -> Result<T, CodecError>) -> Option<Result<T, CodecError>> {
    if rest.is_empty() {
        return None;
    }
    let read = read(rest);
    if read.is_err() {
        *rest = &[];
    }
    Some(read)
}
