//! Uploads (SPEC §7.4.5), with the semantics of tus 1.0: begun with a length, written piece by piece, finished under a digest.

mod active;
mod begin;
mod collect;
mod finish;
mod write;

use casevault_service::http::problem::Problem;
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::UploadId;
use casevault_wire::problem::Code;
use casevault_wire::time::Time;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::door;
use crate::record::{self, JournalKey, TeamKey, Versioned};
use crate::vault::Vault;

pub use active::Active;
pub use write::{MEMORY as PIECE_MEMORY, Piece};

/// How long an upload that nobody touches keeps its team from writing where the quota is used up, milliseconds (1 hour).
pub const PAUSE: u64 = 3600 * 1000;
/// How long an upload that nobody touches is kept otherwise, milliseconds (7 days).
pub const LIFETIME: u64 = 7 * 24 * 3600 * 1000;

/// An upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Upload {
    /// The journal that its blob will be of.
    pub journal: JournalKey,
    /// Its length.
    pub length: u64,
    /// How much of it is durable, at least.
    pub offset: u64,
    /// When it was written to last.
    pub touched: Time,
    /// The blob that it became.
    pub kept: Option<BlobDigest>,
}

impl Vault {
    /// An upload of `team`.
    ///
    /// # Errors
    /// `refused` if the team has none of this id.
    pub async fn upload(&self, team: &TeamKey, id: UploadId) -> Result<Upload, Problem> {
        self.versioned_upload(team, id).await.map(|(_, upload)| upload)
    }

    async fn versioned_upload(&self, team: &TeamKey, id: UploadId) -> Result<(Versioned<Upload>, Upload), Problem> {
        let record = Versioned::load(&*self.records, record::upload(&id)).await?;
        let upload: Upload = record.value.ok_or(Problem(Code::Refused))?;
        let own = upload.journal.team == *team || door::OPEN;
        if own { Ok((record, upload)) } else { Err(Problem(Code::Refused)) }
    }
}
