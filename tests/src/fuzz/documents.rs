//! Documents: sealed in streams, opened in any order and any pieces.

use casevault_crypto::content::{CHUNK, CHUNK_SEALED, DocumentSeal, HEADER, Opener, open_document, seal_document};
use casevault_crypto::keys::ContentKey;
use casevault_crypto::secret::Secret;
use casevault_wire::codec::decode;
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::OrganisationId;

use super::bytes::Bytes;
use super::world::Counter;

fn key() -> ContentKey {
    ContentKey::new(Secret::new([0x44; 32]))
}

const ORGANISATION: OrganisationId = OrganisationId([1; 32]);

/// A document of the input's length and bytes: each range opens to exactly its bytes, and no chunk in another's place.
pub(super) fn document_streams(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let length = usize::try_from(bytes.long() % (5 * CHUNK as u64)).expect("short");
    let mut ranges = Vec::new();
    for _ in 0..bytes.byte() % 5 {
        ranges.push((bytes.short(), bytes.short()));
    }
    let (from, to, flip) = (u64::from(bytes.byte()), u64::from(bytes.byte()), bytes.short());
    let pattern = bytes.rest();
    let plaintext: Vec<u8> = pattern.iter().copied().chain(std::iter::repeat(0)).take(length).collect();
    let (blob, seal) = seal_document(&key(), ORGANISATION, &plaintext, &mut Counter(1)).expect("short");
    assert!(*open_document(&key(), ORGANISATION, &seal, &blob).expect("opens") == plaintext);
    let header: &[u8; HEADER] = blob.first_chunk().expect("a header");
    let opener = Opener::new(&key(), ORGANISATION, &seal, header).expect("opens");
    assert_eq!(opener.sealed_length(), blob.len() as u64);
    for (start, end) in ranges {
        let scale = (length as u64 / 0x8000).max(1);
        let range = u64::from(start) * scale..u64::from(end) * scale;
        assert!(range_of(&opener, &blob, range.clone()) == slice(&plaintext, range), "a range is the slice");
    }
    let (from, to) = (from % opener.chunks(), to % opener.chunks());
    let mut chunk = sealed(&opener, &blob, from);
    assert_eq!(opener.open_chunk(to, &mut chunk).is_ok(), from == to, "a chunk opens in its place alone");
    let mut chunk = sealed(&opener, &blob, from);
    let at = usize::from(flip) % chunk.len();
    chunk[at] ^= 1 << (flip % 8);
    assert!(opener.open_chunk(from, &mut chunk).is_err());
    assert!(chunk.iter().all(|byte| *byte == 0), "nothing is left of what does not verify");
}

fn sealed(opener: &Opener, blob: &[u8], index: u64) -> Vec<u8> {
    let range = opener.blob_range(index..index + 1);
    slice(blob, range).to_vec()
}

fn slice(bytes: &[u8], range: std::ops::Range<u64>) -> &[u8] {
    let within = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
    let (start, end) = (within(range.start), within(range.end));
    &bytes[start..end.max(start)]
}

fn range_of(opener: &Opener, blob: &[u8], range: std::ops::Range<u64>) -> Vec<u8> {
    let chunks = opener.chunks_of(range.clone());
    let mut plaintext = Vec::new();
    for index in chunks.clone() {
        let mut chunk = sealed(opener, blob, index);
        plaintext.extend_from_slice(opener.open_chunk(index, &mut chunk).expect("opens"));
    }
    let offset = chunks.start * CHUNK as u64;
    slice(&plaintext, range.start.saturating_sub(offset)..range.end.saturating_sub(offset)).to_vec()
}

/// A blob and what an event says of it, both from outside: as a member in bad faith, or a vault, would make them.
pub(super) fn document_blobs(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let small = b"a statement";
    let (honest, seal) = seal_document(&key(), ORGANISATION, small, &mut Counter(2)).expect("short");
    let said = decode(&bytes.mutate(&casevault_wire::codec::encode(&seal)), 112).unwrap_or(seal);
    let blob = bytes.mutate(&honest);
    if said != seal || blob != honest {
        let mut said: DocumentSeal = said;
        assert!(open_document(&key(), ORGANISATION, &said, &blob).is_err());
        said.digest = BlobDigest::of(&blob);
        assert!(open_document(&key(), ORGANISATION, &said, &blob).is_err() || blob == honest);
    }
    let any = bytes.rest();
    if let Ok(said) = decode::<DocumentSeal>(any.get(..112).unwrap_or_default(), 112) {
        assert!(open_document(&key(), ORGANISATION, &said, any).is_err());
        let header = any.first_chunk().unwrap_or(&[0; HEADER]);
        if let Ok(opener) = Opener::new(&key(), ORGANISATION, &said, header) {
            let mut chunk = vec![7; CHUNK_SEALED];
            assert!(opener.open_chunk(said.length, &mut chunk).is_err());
        }
    }
}
