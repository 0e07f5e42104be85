//! Documents that fit in memory, at once.

use casevault_wire::hash::BlobDigest;
use casevault_wire::id::OrganisationId;

use super::{CHUNK_SEALED, DocumentSeal, HEADER, Opener, PlaintextHasher, SealError, Sealer, sealed_length};
use crate::keys::ContentKey;
use crate::random::Random;
use crate::seal::OpenError;
use crate::secret::SecretBytes;

/// Seals all of `plaintext`: the blob, and what its event shall say.
///
/// # Errors
/// [`SealError::TooLong`] or [`SealError::Random`].
pub fn seal_document(
    key: &ContentKey,
    organisation: OrganisationId,
    plaintext: &[u8],
    random: &mut dyn Random,
) -> Result<(Vec<u8>, DocumentSeal), SealError> {
    let length = plaintext.len() as u64;
    let whole = sealed_length(length).and_then(|sealed| usize::try_from(sealed).ok()).ok_or(SealError::TooLong)?;
    let (mut sealer, header) = Sealer::new(key, organisation, length, random)?;
    let mut hasher = PlaintextHasher::new();
    hasher.update(plaintext);
    let mut blob = header.to_vec();
    blob.resize(whole, 0);
    let (_, mut room) = blob.split_at_mut(HEADER);
    let mut rest = plaintext;
    while let Some(wanted) = sealer.wanted() {
        let (now, later) = rest.split_at_checked(wanted).ok_or(SealError::Incomplete)?;
        let (to, _) = room.split_at_mut_checked(wanted).ok_or(SealError::Buffer)?;
        to.copy_from_slice(now);
        let sealed = sealer.seal_chunk(room)?.len();
        room = room.split_at_mut_checked(sealed).ok_or(SealError::Buffer)?.1;
        rest = later;
    }
    let seal = sealer.finish(hasher.finish())?;
    Ok((blob, seal))
}

/// Opens a whole blob and checks all of it against what its event says: every chunk, SHA-256, BLAKE3 and the length.
///
/// # Errors
/// [`OpenError`], whatever was wrong.
pub fn open_document(
    key: &ContentKey,
    organisation: OrganisationId,
    expected: &DocumentSeal,
    blob: &[u8],
) -> Result<SecretBytes, OpenError> {
    let (header, chunks) = blob.split_first_chunk::<HEADER>().ok_or(OpenError)?;
    let opener = Opener::new(key, organisation, expected, header)?;
    if blob.len() as u64 != opener.sealed_length() || BlobDigest::of(blob) != expected.digest {
        return Err(OpenError);
    }
    let length = usize::try_from(expected.length).map_err(|_| OpenError)?;
    let mut plaintext = SecretBytes::from(Vec::with_capacity(length));
    let mut buffer = SecretBytes::from(vec![0; CHUNK_SEALED]);
    for (index, sealed) in (0..).zip(chunks.chunks(CHUNK_SEALED)) {
        let chunk = buffer.as_mut().get_mut(..sealed.len()).ok_or(OpenError)?;
        chunk.copy_from_slice(sealed);
        plaintext.extend(opener.open_chunk(index, chunk)?);
    }
    let mut hasher = PlaintextHasher::new();
    hasher.update(&plaintext);
    hasher.finish().verify(expected)?;
    Ok(plaintext)
}
