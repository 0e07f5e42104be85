use casevault_wire::id::OrganisationId;
use casevault_wire::limit;
use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use proptest::prelude::*;

use super::*;
use crate::derive;
use crate::keys::ContentKey;
use crate::random::{Random, RandomError, SystemRandom};
use crate::seal::OpenError;
use crate::secret::Secret;

/// Yields the same bytes for the same start.
struct Seeded(u8);

impl Random for Seeded {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        for (byte, position) in out.iter_mut().zip(0u8..) {
            *byte = self.0.wrapping_add(position);
        }
        Ok(())
    }
}

fn key() -> ContentKey {
    ContentKey::new(Secret::new([0x11; 32]))
}

const ORGANISATION: OrganisationId = OrganisationId([7; 32]);

fn text(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i * 31 % 251) as u8).collect()
}

fn sealed(length: usize) -> (Vec<u8>, DocumentSeal) {
    seal_document(&key(), ORGANISATION, &text(length), &mut Seeded(9)).unwrap()
}

fn chunks(blob: &[u8]) -> Vec<Vec<u8>> {
    blob[HEADER..].chunks(CHUNK_SEALED).map(<[u8]>::to_vec).collect()
}

fn opener(blob: &[u8], seal: &DocumentSeal) -> Result<Opener, OpenError> {
    Opener::new(&key(), ORGANISATION, seal, blob.first_chunk().unwrap())
}

/// Opens chunk after chunk of `blob` and compares what was read with the event, but looks at no digest of the ciphertext.
fn stream(header: &[u8], chunks: &[Vec<u8>], seal: &DocumentSeal) -> Result<Vec<u8>, OpenError> {
    let opener = opener(header, seal)?;
    let (mut hasher, mut plaintext) = (PlaintextHasher::new(), Vec::new());
    for (index, chunk) in (0..).zip(chunks) {
        let mut buffer = chunk.clone();
        let opened = opener.open_chunk(index, &mut buffer)?;
        hasher.update(opened);
        plaintext.extend_from_slice(opened);
    }
    hasher.finish().verify(seal)?;
    Ok(plaintext)
}

/// Lengths at which chunks, padding or padding's classes begin or end.
fn borders() -> Vec<usize> {
    let around = |n: usize| n.saturating_sub(1)..=n + 1;
    let classes = (0..12).map(|i| blob::padded(16384 + i * 9973) as usize);
    [0, 1000, 16384, CHUNK, 2 * CHUNK, 3 * CHUNK].into_iter().chain(classes).flat_map(around).collect()
}

#[test]
fn documents_of_every_border_length_open() {
    for length in borders() {
        let (blob, seal) = sealed(length);
        assert_eq!(Some(blob.len() as u64), blob::sealed_length(length as u64));
        assert_eq!(seal.digest, BlobDigest::of(&blob));
        assert_eq!(seal.chunks, chunks(&blob).len() as u64);
        assert_eq!(&*open_document(&key(), ORGANISATION, &seal, &blob).unwrap(), text(length), "{length}");
        assert_eq!(stream(&blob, &chunks(&blob), &seal).unwrap(), text(length), "{length}");
    }
}

/// RFC 8439 as another implementation has it.
#[test]
fn chunks_are_chacha20_poly1305() {
    let (blob, seal) = sealed(CHUNK + 10);
    let salt: [u8; 32] = blob[2..34].try_into().unwrap();
    let derived = derive::content(&key(), &salt, ORGANISATION);
    assert_eq!(derived.commitment, seal.commitment);
    let nonces: [[u8; 12]; 2] = [[0; 12], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]];
    for (nonce, chunk) in nonces.into_iter().zip(chunks(&blob)) {
        let (body, tag) = chunk.split_last_chunk::<TAG>().unwrap();
        let mut body = body.to_vec();
        ChaCha20Poly1305::new(derived.key.expose().into())
            .decrypt_inout_detached(&nonce.into(), &[], body.as_mut_slice().into(), &(*tag).into())
            .unwrap();
        assert!(
            body.iter().eq(text(CHUNK + 10).iter().chain([0; CHUNK].iter()).skip(nonce[10] as usize * CHUNK).take(body.len()))
        );
    }
}

// Plays A06.
#[test]
fn no_arrangement_of_the_chunks_but_their_own_is_a_document() {
    let (blob, seal) = sealed(5 * CHUNK - 3);
    let own = chunks(&blob);
    let mut arrangements = vec![vec![]];
    for _ in 0..=own.len() {
        let longer = arrangements.iter().flat_map(|begun: &Vec<usize>| (0..own.len()).map(|next| [&begun[..], &[next]].concat()));
        // What is accepted so far is followed; of what is refused, no longer one can be accepted.
        let (going, refused): (Vec<_>, Vec<_>) = longer.partition(|order| {
            let opener = opener(&blob, &seal).unwrap();
            (0..).zip(order).all(|(index, chunk)| opener.open_chunk(index, &mut own[*chunk].clone()).is_ok())
        });
        assert!(refused.len() >= own.len() - 1);
        for order in &going {
            let arranged: Vec<_> = order.iter().map(|chunk| own[*chunk].clone()).collect();
            let whole = order.iter().copied().eq(0..own.len());
            assert_eq!(stream(&blob, &arranged, &seal).is_ok(), whole, "{order:?}");
        }
        arrangements = going;
    }
    assert!(arrangements.is_empty(), "nothing follows the last chunk");
}

// Plays A06, A11.
#[test]
fn chunks_of_other_documents_do_not_fit() {
    let (blob, seal) = sealed(3 * CHUNK);
    let strangers = [
        seal_document(&key(), ORGANISATION, &text(3 * CHUNK), &mut Seeded(10)).unwrap(),
        seal_document(&key(), OrganisationId([8; 32]), &text(3 * CHUNK), &mut Seeded(9)).unwrap(),
        seal_document(&ContentKey::new(Secret::new([0x12; 32])), ORGANISATION, &text(3 * CHUNK), &mut Seeded(9)).unwrap(),
    ];
    for (stranger, its_seal) in strangers {
        for index in 0..3 {
            let mut spliced = chunks(&blob);
            spliced[index] = chunks(&stranger)[index].clone();
            assert_eq!(stream(&blob, &spliced, &seal), Err(OpenError));
        }
        assert_eq!(stream(&stranger, &chunks(&stranger), &seal), Err(OpenError), "the whole blob");
        assert_eq!(
            stream(&stranger, &chunks(&stranger), &DocumentSeal { commitment: seal.commitment, ..its_seal }),
            Err(OpenError)
        );
    }
    for length in [0, 1, CHUNK, CHUNK * 3 - 1, CHUNK * 3 + 1, CHUNK * 4] {
        let claim = DocumentSeal { length: length as u64, chunks: blob::chunks(length as u64), ..seal };
        assert_eq!(stream(&blob, &chunks(&blob), &claim), Err(OpenError), "claimed to be {length}");
    }
}

// Plays A06.
#[test]
fn nothing_is_left_of_a_chunk_that_does_not_verify() {
    let (blob, seal) = sealed(100);
    let opener = opener(&blob, &seal).unwrap();
    for index in [1, 2, u64::MAX] {
        let mut buffer = chunks(&blob)[0].clone();
        assert_eq!(opener.open_chunk(index, &mut buffer), Err(OpenError));
        assert!(buffer.iter().all(|byte| *byte == 0));
    }
    for length in [0, 1, 15, 16, 100, 16399] {
        assert_eq!(opener.open_chunk(0, &mut chunks(&blob)[0].clone()[..length]), Err(OpenError));
    }
    let mut right = chunks(&blob)[0].clone();
    assert_eq!(opener.open_chunk(0, &mut right), Ok(&text(100)[..]));
}

#[test]
fn a_range_is_read_from_its_chunks_alone() {
    let (blob, seal) = sealed(3 * CHUNK + 5);
    let opener = opener(&blob, &seal).unwrap();
    let size = CHUNK as u64;
    for (bytes, expected) in [
        (0..1, 0..1),
        (size - 1..size, 0..1),
        (size - 1..size + 1, 0..2),
        (size..3 * size + 5, 1..4),
        (3 * size..u64::MAX, 3..4),
        (3 * size + 5..u64::MAX, 0..0),
        (7..7, 0..0),
    ] {
        assert_eq!(opener.chunks_of(bytes.clone()), expected, "{bytes:?}");
    }
    for (first, last) in [(0, 1), (1, 3), (0, 4), (3, 4)] {
        let range = opener.blob_range(first..last);
        let cut = &blob[range.start as usize..range.end as usize];
        let mut plaintext = Vec::new();
        for (index, chunk) in (first..).zip(cut.chunks(CHUNK_SEALED)) {
            plaintext.extend_from_slice(opener.open_chunk(index, &mut chunk.to_vec()).unwrap());
        }
        let end = (last as usize * CHUNK).min(3 * CHUNK + 5);
        assert_eq!(plaintext, text(3 * CHUNK + 5)[first as usize * CHUNK..end]);
    }
    assert_eq!(opener.blob_range(4..9), 0..0);
    assert_eq!(opener.blob_range(0..u64::MAX).end, blob.len() as u64);
}

/// A member seals one blob and names it in two events, under two keys, so that two readers would see two documents.
// Plays D06.
#[test]
fn d06_a_blob_has_one_key_one_salt_and_one_plaintext() {
    let keys = [0x11, 0x12].map(|byte| ContentKey::new(Secret::new([byte; 32])));
    let (blob, seal) = sealed(CHUNK + 9);
    let other = seal_document(&keys[1], ORGANISATION, &text(CHUNK + 9), &mut Seeded(9)).unwrap();
    let (mut opened, tried) = (Vec::new(), [0, 1]);
    for (key, salt, commitment, said) in tried
        .iter()
        .flat_map(|key| tried.map(|salt| (*key, salt)))
        .flat_map(|(key, salt)| tried.iter().flat_map(move |commitment| tried.map(move |said| (key, salt, *commitment, said))))
    {
        let of = |which: usize| [&blob, &other.0][which];
        let header: Vec<u8> = [&of(0)[..2], &of(salt)[2..34], &of(commitment)[34..HEADER]].concat();
        let claim = DocumentSeal { commitment: [seal, other.1][said].commitment, ..seal };
        if Opener::new(&keys[key], ORGANISATION, &claim, header.first_chunk().unwrap()).is_ok() {
            opened.push((key, commitment, said));
        }
    }
    assert_eq!(opened, [(0, 0, 0), (0, 0, 0), (1, 1, 1), (1, 1, 1)], "each key its own: the salts are equal here");
    for sha256 in [[0; 32], PlaintextHasher::new().finish().sha256.0] {
        let claim = DocumentSeal { sha256: Sha256(sha256), ..seal };
        assert_eq!(open_document(&keys[0], ORGANISATION, &claim, &blob).err(), Some(OpenError), "nor another plaintext");
    }
}

#[test]
fn a_document_that_changes_while_it_is_sealed_is_refused() {
    let (mut sealer, _) = Sealer::new(&key(), ORGANISATION, 10, &mut SystemRandom).unwrap();
    let mut hasher = PlaintextHasher::new();
    hasher.update(&text(9));
    assert_eq!(sealer.wanted(), Some(10));
    assert_eq!(sealer.seal_chunk(&mut [0; 100]), Err(SealError::Buffer));
    sealer.seal_chunk(&mut vec![0; CHUNK_SEALED]).unwrap();
    assert_eq!(sealer.seal_chunk(&mut vec![0; CHUNK_SEALED]), Err(SealError::Buffer), "no index is sealed twice");
    assert_eq!(sealer.finish(hasher.finish()), Err(SealError::Incomplete));
    let (sealer, _) = Sealer::new(&key(), ORGANISATION, 0, &mut SystemRandom).unwrap();
    assert_eq!(sealer.finish(PlaintextHasher::new().finish()), Err(SealError::Incomplete));
    for length in [limit::BLOB, u64::MAX] {
        assert_eq!(Sealer::new(&key(), ORGANISATION, length, &mut SystemRandom).unwrap_err(), SealError::TooLong);
    }
}

#[test]
fn content_does_not_print() {
    let (sealer, _) = Sealer::new(&key(), ORGANISATION, 10, &mut SystemRandom).unwrap();
    let (blob, seal) = sealed(10);
    assert_eq!(format!("{sealer:?}{:?}{seal:?}", opener(&blob, &seal).unwrap()), "Sealer(…)Opener(…)DocumentSeal(…)");
    assert_eq!(format!("{:?}{:?}", seal.sha256, PlaintextHasher::new()), "Sha256(…)PlaintextHasher(…)");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_length_opens_and_every_bit_counts(length in 0usize..4 * CHUNK, at in any::<proptest::sample::Index>(), bit in 0u8..8) {
        let (mut blob, seal) = sealed(length);
        prop_assert_eq!(stream(&blob, &chunks(&blob), &seal).unwrap(), text(length));
        let at = at.index(blob.len());
        blob[at] ^= 1 << bit;
        prop_assert_eq!(stream(&blob, &chunks(&blob), &seal), Err(OpenError));
        prop_assert_eq!(open_document(&key(), ORGANISATION, &seal, &blob), Err(OpenError));
    }

    #[test]
    fn no_other_length_opens(length in 0usize..3 * CHUNK, cut in any::<proptest::sample::Index>(), more in 1usize..CHUNK_SEALED * 2) {
        let (blob, seal) = sealed(length);
        let short = &blob[..HEADER + cut.index(blob.len() - HEADER)];
        prop_assert_eq!(stream(short, &chunks(short), &seal), Err(OpenError));
        let long = [&blob[..], &vec![0; more]].concat();
        prop_assert_eq!(stream(&long, &chunks(&long), &seal), Err(OpenError));
        prop_assert_eq!(open_document(&key(), ORGANISATION, &seal, &long), Err(OpenError));
    }

    #[test]
    fn any_range_of_a_document_is_its_slice(length in 0u64..3 * CHUNK as u64, start in 0u64..4 * CHUNK as u64, size in 0u64..2 * CHUNK as u64) {
        let (plaintext, (blob, seal)) = (text(length as usize), sealed(length as usize));
        let opener = opener(&blob, &seal).unwrap();
        let chunks = opener.chunks_of(start..start + size);
        let mut read = Vec::new();
        for index in chunks.clone() {
            let range = opener.blob_range(index..index + 1);
            let mut chunk = blob[range.start as usize..range.end as usize].to_vec();
            read.extend_from_slice(opener.open_chunk(index, &mut chunk).unwrap());
        }
        let within = |at: u64| at.min(length) as usize;
        let skipped = (start.min(length) - (chunks.start * CHUNK as u64).min(start.min(length))) as usize;
        let wanted = &plaintext[within(start)..within(start + size)];
        prop_assert_eq!(&read.get(skipped..skipped + wanted.len()).unwrap_or_default(), &wanted);
    }

    #[test]
    fn padding_never_shrinks_costs_an_eighth_at_most_and_is_all_that_a_length_shows(
        length in prop_oneof![0u64..1 << 20, 0u64..1 << 35],
        more in prop_oneof![0u64..1 << 12, 0u64..1 << 34],
    ) {
        let (padded, longer) = (blob::padded(length), blob::padded(length + more));
        prop_assert!(padded >= length.max(blob::FLOOR) && longer >= padded, "monotone, above the floor");
        prop_assert!(padded == blob::FLOOR || padded - length <= length * 12 / 100, "{} for {}", padded, length);
        prop_assert_eq!(blob::padded(padded), padded, "a class is its own");
        prop_assert_eq!(padded == longer, blob::sealed_length(length) == blob::sealed_length(length + more));
        prop_assert!(padded != longer || blob::chunks(length) == blob::chunks(length + more));
        prop_assert_eq!(sealed_length(length), blob::sealed_length(length));
    }
}
