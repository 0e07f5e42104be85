//! A request's body in pieces that are not copied together.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use casevault_wire::hash::BlobDigest;
use http_body::{Body, Frame, SizeHint};

/// What a request carries: its pieces, one after the other.
#[derive(Clone, Debug, Default)]
pub struct Payload(VecDeque<Bytes>);

impl Payload {
    /// Bytes that are not sent yet.
    pub fn left(&self) -> u64 {
        self.0.iter().map(|piece| piece.len() as u64).sum()
    }

    /// BLAKE3 of all of them.
    pub fn digest(&self) -> BlobDigest {
        let mut hasher = blake3::Hasher::new();
        for piece in &self.0 {
            hasher.update(piece);
        }
        BlobDigest(*hasher.finalize().as_bytes())
    }
}

impl From<Vec<Bytes>> for Payload {
    fn from(pieces: Vec<Bytes>) -> Self {
        Self(pieces.into_iter().filter(|piece| !piece.is_empty()).collect())
    }
}

impl From<Bytes> for Payload {
    fn from(bytes: Bytes) -> Self {
        Self::from(vec![bytes])
    }
}

impl From<Vec<u8>> for Payload {
    fn from(bytes: Vec<u8>) -> Self {
        Self::from(Bytes::from(bytes))
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left())
    }
}
