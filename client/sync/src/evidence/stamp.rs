//! The time stamp of a bundle (R-6.7-13): asked for once the bundle is signed for, and looked at before it is believed.

use casevault_crypto::evidence::{NONCE, Stamp, StampError, request};
use casevault_crypto::random::{SystemRandom, draw};
use ring::digest::{SHA256, digest};

use crate::error::{ClientError, Result, TimeStampError};
use crate::http::Authority;
use crate::view::no_randomness;

/// Has an authority stamp an export: what it answered, which is a stamp of exactly that. It learns a digest, and from where it is asked.
pub(super) async fn stamp(authority: &Authority, export: &[u8]) -> Result<Vec<u8>> {
    let nonce: [u8; NONCE] = draw(&mut SystemRandom).map_err(no_randomness)?;
    let mut sha256 = [0; 32];
    sha256.copy_from_slice(digest(&SHA256, export).as_ref());
    let answer = authority.ask(request(&sha256, &nonce).map_err(wrong)?).await?;
    let stamp = Stamp::decode(&answer).map_err(wrong)?;
    stamp.is_of(&sha256).and_then(|()| stamp.answers(&nonce)).map_err(wrong)?;
    Ok(answer)
}

fn wrong(error: StampError) -> ClientError {
    ClientError::TimeStamp(TimeStampError::Answer(error))
}
