//! A team's record: its access keys, and what is counted for it. Whatever depends on them is written only if they are as they
//! were when it was decided.

use casevault_service::http::problem::Problem;
use casevault_wire::problem::Code;
use casevault_wire::signature::PublicKey;
use casevault_wire::vault::TeamState;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::access::{Access, Power};
use crate::door;

/// Uploads that a team may have open.
const UPLOADS: u32 = 4096;

/// What a blob takes besides its bytes, and an upload for as long as it is remembered: a file and records.
pub const OVERHEAD: u64 = 4096;

/// What a blob of `length` bytes counts for.
pub fn cost(length: u64) -> u64 {
    length.saturating_add(OVERHEAD)
}

/// A team.
#[derive(Clone, Debug, Default, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Team {
    /// Its access keys.
    pub access: Access,
    /// 1 if writes are refused.
    pub frozen: u8,
    /// How many appends its journals have had.
    pub change: u64,
    /// What its entries and blobs count for, bytes.
    pub stored: u64,
    /// What its uploads may come to, bytes.
    pub reserved: u64,
    /// Its open uploads.
    pub uploads: u32,
}

impl Team {
    /// That a request of `generation` may read.
    ///
    /// # Errors
    /// `stale-generation`, or `refused` for a generation that the team never had.
    pub fn may_read(&self, generation: u64) -> Result<(), Problem> {
        match self.access.key(generation) {
            _ if door::OPEN => Ok(()),
            Some((_, Power::Current)) => Ok(()),
            Some(_) => Err(Problem(Code::StaleGeneration)),
            None => Err(Problem(Code::Refused)),
        }
    }

    /// That a request of `generation` may write.
    ///
    /// # Errors
    /// `frozen`, and as [`Self::may_read`].
    pub fn may_write(&self, generation: u64) -> Result<(), Problem> {
        self.may_read(generation)?;
        self.thawed()
    }

    /// The access key by which a request of `generation` may write.
    ///
    /// # Errors
    /// As [`Self::may_write`].
    pub fn writes_by(&self, generation: u64) -> Result<PublicKey, Problem> {
        self.may_write(generation)?;
        let key = self.access.key(generation).map(|(key, _)| key).or(self.access.standing());
        key.ok_or(Problem(Code::Refused))
    }

    /// That it is not frozen.
    ///
    /// # Errors
    /// `frozen`.
    pub fn thawed(&self) -> Result<(), Problem> {
        if self.frozen == 0 { Ok(()) } else { Err(Problem(Code::Frozen)) }
    }

    /// That `bytes` more fit into `quota`.
    ///
    /// # Errors
    /// `quota`.
    pub fn has_room(&self, bytes: u64, quota: u64) -> Result<(), Problem> {
        let total = self.stored.saturating_add(self.reserved).saturating_add(bytes);
        if total <= quota { Ok(()) } else { Err(Problem(Code::Quota)) }
    }

    /// Counts an upload of `length` bytes as open.
    ///
    /// # Errors
    /// `quota`, `busy` if too many are open.
    pub fn reserve(&mut self, length: u64, quota: u64) -> Result<(), Problem> {
        self.has_room(cost(length), quota)?;
        if self.uploads >= UPLOADS {
            return Err(Problem(Code::Busy));
        }
        self.reserved = self.reserved.saturating_add(cost(length));
        self.uploads = self.uploads.saturating_add(1);
        Ok(())
    }

    /// Counts an upload of `length` bytes as a blob, which is remembered for a while.
    pub fn keep(&mut self, length: u64) {
        self.reserved = self.reserved.saturating_sub(length);
        self.uploads = self.uploads.saturating_sub(1);
    }

    /// Counts an upload of `length` bytes that was `kept` as a blob, or not, no more.
    pub fn release(&mut self, length: u64, kept: bool) {
        if !kept {
            self.keep(length);
        }
        self.reserved = self.reserved.saturating_sub(OVERHEAD);
    }

    /// What members are told; nothing before the team has its first key.
    pub fn state(&self, quota: u64) -> Option<TeamState> {
        self.access.current().map(|current| TeamState {
            generation: current.generation,
            access_key: current.key,
            frozen: self.frozen,
            change: self.change,
            stored: self.stored,
            quota,
        })
    }
}
