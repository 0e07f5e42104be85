//! The vault's requests and answers (SPEC §7.4). Bodies are encodings of these types unless a path says otherwise.
//!
//! | method and path | signer | body → answer |
//! |---|---|---|
//! | `GET /v1/server` | – | → [`crate::server::ServerInfo`] |
//! | `GET /v1/nonces` | – | → [`NonceList`] |
//! | `POST /v1/organisations` | – | [`crate::log::SignedLogEntry`], the founding → nothing |
//! | `GET /v1/organisations/{organisation}/log-heads` | team | → [`LogHeads`] |
//! | `POST /v1/teams/{team}/access` | team (old key, or the first) | [`Switch`] → [`TeamState`] |
//! | `GET /v1/teams/{team}` | team | → [`TeamState`] |
//! | `GET /v1/teams/{team}/changes?after=N` | team | → [`Changes`] |
//! | `GET /v1/teams/{team}/journals/{journal}/entries?from=N` | team | → [`Entries`] |
//! | `POST /v1/teams/{team}/journals/{journal}/batch` | team | [`Batch`] → [`crate::journal::SignedVaultState`] |
//! | `POST /v1/teams/{team}/journals/{journal}/uploads` | team | tus creation: `Upload-Length` → `Location` |
//! | `HEAD /v1/teams/{team}/uploads/{upload}` | team | → `Upload-Offset`, `Upload-Length` |
//! | `PATCH /v1/teams/{team}/uploads/{upload}` | team | bytes at `Upload-Offset` → `Upload-Offset` |
//! | `DELETE /v1/teams/{team}/uploads/{upload}` | team | nothing → nothing |
//! | `POST /v1/teams/{team}/uploads/{upload}/finish` | team | [`Finish`] → nothing |
//! | `GET /v1/teams/{team}/journals/{journal}/blobs/{digest}` | team | `Range` → bytes |
//! | `POST /v1/teams/{team}/journals/{journal}/grant` | team | [`Grant`] → nothing |
//! | `DELETE /v1/teams/{team}/journals/{journal}/grant` | team | nothing → nothing |
//! | `DELETE /v1/teams/{team}/journals/{journal}` | team | nothing → nothing |
//! | `POST /v1/teams/{team}/journals/{journal}/keep` | team | nothing → nothing |
//! | `POST /v1/teams/{team}/journals/{journal}/fetch` | team | [`Fetch`] → each blob as `uint64 length ‖ bytes`, in order |
//!
//! Entries, batches, blobs and fetches may also be signed by the key of the journal's grant.

use bytes::Bytes;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::codec::{CodecError, List, decode, encode, length_prefix, split_opaque};
use crate::feed::SignedFeedItem;
use crate::hash::BlobDigest;
use crate::id::{JournalId, Nonce};
use crate::journal::{Entry, Head};
use crate::limit;
use crate::signature::{PublicKey, Signature};
use crate::time::Time;

/// Blobs shorter than this are copied into one piece of a body with their neighbours.
const GATHERED: usize = 16 * 1024;

/// Fresh nonces.
pub type NonceList = List<Nonce, 256>;

/// A new access key: the receipt that names it, and the proof that whoever asks has it. The request itself is signed by the key
/// before; for a team's first key by that key.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Switch {
    /// The keyserver's receipt.
    pub receipt: SignedFeedItem,
    /// Signature of the new access key, under `access key possession`, over the receipt.
    pub possession: Signature,
}

/// Where a team stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct TeamState {
    /// The generation of the access key in force.
    pub generation: u64,
    /// The key.
    pub access_key: PublicKey,
    /// 1 if writes are refused.
    pub frozen: u8,
    /// How many appends the team's journals have had.
    pub change: u64,
    /// Bytes stored for the team.
    pub stored: u64,
    /// Bytes it may store.
    pub quota: u64,
}

/// Journals that changed, in order of their last change, and those that will be removed.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Changes {
    /// Each journal once, at its last change.
    pub journals: List<Change, { limit::CHANGE_PAGE }>,
    /// 1 if there are more after these.
    pub more: u8,
    /// All that are marked for deletion.
    pub deletions: List<Deletion, { limit::DELETIONS }>,
}

/// The last change of a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Change {
    /// The team's count of appends with this one.
    pub change: u64,
    /// Where the journal stands.
    pub head: Head,
}

/// A journal that is marked for deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Deletion {
    /// The journal.
    pub journal: JournalId,
    /// When it will be removed, by the vault's clock.
    pub at: Time,
}

/// Entries in order, from the sequence asked for.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Entries {
    /// The entries.
    pub entries: List<Entry, { limit::ENTRY_PAGE }>,
    /// How many the journal has.
    pub length: u64,
}

/// Small blobs, stored first, and entries, appended all or none if they continue the journal. A batch that the journal already
/// ends with is acknowledged again. Blobs are not copied: encoded, they are pieces of the body, and decoded, parts of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Whole blobs, at most [`limit::BATCH_BLOBS`] of at most [`limit::SMALL_BLOB`] bytes.
    pub blobs: Vec<Bytes>,
    /// Entries in order. The first one's `sequence` and `previous` are what is compared.
    pub entries: List<Entry, { limit::ENTRY_PAGE }>,
}

impl Batch {
    /// `opaque blobs<V><V> ‖ Entry entries<V>`, in pieces. What is beyond a bound is refused by whoever decodes it.
    pub fn encode(&self) -> Vec<Bytes> {
        let all = self.blobs.iter().map(|blob| length_prefix(blob.len()).len() + blob.len()).sum();
        let (mut pieces, mut gathered) = (Vec::new(), length_prefix(all));
        for blob in &self.blobs {
            gathered.extend(length_prefix(blob.len()));
            if blob.len() < GATHERED {
                gathered.extend_from_slice(blob);
            } else {
                pieces.push(std::mem::take(&mut gathered).into());
                pieces.push(blob.clone());
            }
        }
        gathered.extend(encode(&self.entries));
        pieces.push(gathered.into());
        pieces
    }

    /// Decodes exactly one batch from all of `body`.
    ///
    /// # Errors
    /// [`CodecError::TooLong`] above [`limit::BODY`] bytes, [`CodecError::Malformed`] otherwise.
    pub fn decode(body: &Bytes) -> Result<Self, CodecError> {
        if body.len() > limit::BODY {
            return Err(CodecError::TooLong);
        }
        let (mut list, rest) = split_opaque(body)?;
        let mut blobs = Vec::new();
        while !list.is_empty() {
            let (blob, after) = split_opaque(list)?;
            if blobs.len() == limit::BATCH_BLOBS || blob.len() > limit::SMALL_BLOB {
                return Err(CodecError::Malformed);
            }
            blobs.push(body.slice_ref(blob));
            list = after;
        }
        Ok(Self { blobs, entries: decode(rest, limit::BODY)? })
    }
}

/// An upload is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Finish {
    /// BLAKE3 of all of it.
    pub digest: BlobDigest,
}

/// Blobs wanted in one answer.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Fetch {
    /// Their digests.
    pub digests: List<BlobDigest, { limit::BATCH_BLOBS }>,
}

/// Lets whoever has a key read one journal, and blobs of others, until a time.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Grant {
    /// The generation of the dossier's key that it is derived from.
    pub generation: u64,
    /// The key.
    pub key: PublicKey,
    /// Until when, by the vault's clock.
    pub until: Time,
    /// The blobs.
    pub blobs: List<GrantedBlob, { limit::GRANTED }>,
}

/// A blob that a grant lets read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct GrantedBlob {
    /// The journal that it was stored in.
    pub journal: JournalId,
    /// Its digest.
    pub digest: BlobDigest,
}

/// The newest log heads that the keyserver gave this vault.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct LogHeads {
    /// Feed items whose event is a log head, oldest first.
    pub heads: List<SignedFeedItem, 16>,
}
