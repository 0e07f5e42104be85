//! The body of a signed request: nothing of it is to be acted on before its digest was checked.

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use casevault_wire::hash::BlobDigest;
use casevault_wire::problem::Code;
use http_body_util::BodyExt;

use crate::http::problem::Problem;

/// A body whose length and BLAKE3 digest are signed.
#[derive(Debug)]
pub struct SignedBody {
    body: Body,
    digest: BlobDigest,
    left: u64,
    hasher: blake3::Hasher,
}

impl SignedBody {
    pub(super) fn new(body: Body, digest: BlobDigest, length: u64) -> Self {
        Self { body, digest, left: length, hasher: blake3::Hasher::new() }
    }

    /// How many bytes are still to come.
    pub fn remaining(&self) -> u64 {
        self.left
    }

    /// The digest that the signature covers.
    pub fn digest(&self) -> BlobDigest {
        self.digest
    }

    /// All of the body, at most `limit` bytes.
    ///
    /// # Errors
    /// `too-large` before anything is read, `malformed` if the body is not what was signed.
    pub async fn read(mut self, limit: usize) -> Result<Bytes, Problem> {
        let length = usize::try_from(self.left).ok().filter(|length| *length <= limit).ok_or(Problem(Code::TooLarge))?;
        let Some(first) = self.next().await? else { return Ok(Bytes::new()) };
        if first.len() == length {
            self.next().await?;
            return Ok(first);
        }
        // Room is address space until something arrives: a claim alone takes no memory.
        let mut bytes = BytesMut::with_capacity(length);
        bytes.extend_from_slice(&first);
        drop(first);
        while let Some(piece) = self.next().await? {
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes.freeze())
    }

    /// That there is no body.
    ///
    /// # Errors
    /// `malformed` if there is one.
    pub async fn none(self) -> Result<(), Problem> {
        if self.left > 0 {
            return Err(Problem(Code::Malformed));
        }
        self.read(0).await.map(|_| ())
    }

    /// The next piece; `None` once all has come and was what was signed. Pieces may be staged as they come, but not used before
    /// `None`.
    ///
    /// # Errors
    /// `malformed` if the body is longer, shorter or other than what was signed.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        while let Some(frame) = self.body.frame().await {
            let frame = frame.map_err(|_| Problem(Code::Malformed))?;
            let Ok(data) = frame.into_data() else { continue };
            self.left = self.left.checked_sub(data.len() as u64).ok_or(Problem(Code::Malformed))?;
            if !data.is_empty() {
                self.hasher.update(&data);
                return Ok(Some(data));
            }
        }
        let whole = self.left == 0 && self.hasher.finalize().as_bytes() == self.digest.as_bytes();
        if whole { Ok(None) } else { Err(Problem(Code::Malformed)) }
    }
}
