//! The body of a signed request: nothing of it is to be acted on before its digest was checked.

use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use casevault_wire::hash::BlobDigest;
use casevault_wire::problem::Code;
use http_body_util::BodyExt;

use crate::budget::{Budget, Holder, Share, counted};
use crate::http::problem::Problem;

/// A body whose length and BLAKE3 digest are signed.
#[derive(Debug)]
pub struct SignedBody {
    body: Body,
    digest: BlobDigest,
    left: u64,
    hasher: blake3::Hasher,
    budget: Arc<Budget>,
    holder: Holder,
}

impl SignedBody {
    pub(super) fn new(body: Body, (digest, left): (BlobDigest, u64), (budget, holder): (Arc<Budget>, Holder)) -> Self {
        Self { body, digest, left, hasher: blake3::Hasher::new(), budget, holder }
    }

    /// All of the body, at most `limit` bytes, and once more the same body.
    pub(super) async fn buffered(self, limit: usize) -> Result<(Bytes, Self), Problem> {
        let (digest, left, again) = (self.digest, self.left, (self.budget.clone(), self.holder.clone()));
        let bytes = self.read(limit).await?;
        Ok((bytes.clone(), Self::new(Body::from(bytes), (digest, left), again)))
    }

    /// Whose connection it comes on.
    pub fn holder(&self) -> Holder {
        self.holder.clone()
    }

    /// Waits until `bytes` of memory may be taken to work on this body.
    ///
    /// # Errors
    /// `busy`.
    pub fn memory(&self, bytes: u64) -> impl Future<Output = Result<Arc<Share>, Problem>> + Send + use<> {
        let (budget, holder) = (self.budget.clone(), self.holder.clone());
        async move { budget.take(bytes, holder).await }
    }

    /// How many bytes are still to come.
    pub fn remaining(&self) -> u64 {
        self.left
    }

    /// The digest that the signature covers.
    pub fn digest(&self) -> BlobDigest {
        self.digest
    }

    /// All of the body, at most `limit` bytes. It counts as memory taken until it is dropped.
    ///
    /// # Errors
    /// `too-large` before anything is read, `malformed` if the body is not what was signed, `busy` if there is no memory for it.
    pub async fn read(mut self, limit: usize) -> Result<Bytes, Problem> {
        let length = usize::try_from(self.left).ok().filter(|length| *length <= limit).ok_or(Problem(Code::TooLarge))?;
        if length == 0 {
            return self.next().await.map(|_| Bytes::new());
        }
        let share = self.memory(self.left).await?;
        // Room is address space until something arrives.
        let mut bytes = Vec::with_capacity(length);
        while let Some(piece) = self.next().await? {
            bytes.extend_from_slice(&piece);
        }
        Ok(counted(bytes, share))
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
