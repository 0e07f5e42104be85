//! Whether a commit, its data and the keyserver's receipt belong together, before anything is decrypted.

use casevault_wire::commit::{CommitData, link_hash};
use casevault_wire::feed::{FeedEvent, Receipt, SignedFeedItem};
use casevault_wire::hash::Hash;
use casevault_wire::keyserver::CommitRecord;
use casevault_wire::log::Organisation;
use casevault_wire::mls::{commit_data, commit_hash};

/// The keyserver's fault: what it delivered does not belong together. Nothing is refused; the server is alarmed about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Not signed by the keyserver, of another organisation, or no receipt.
    #[error("not a receipt of this organisation's keyserver")]
    Receipt,
    /// The commit is no commit message, which the keyserver checks before it accepts one.
    #[error("not a commit message")]
    Malformed,
    /// The receipt is for something else than the commit and its data, or the link is not the one that the data name.
    #[error("the receipt or the link is not this commit's")]
    Mismatch,
}

/// A commit record whose parts belong together. That the commit is a good one is another question.
#[derive(Clone, Debug)]
pub struct CheckedRecord<'a> {
    /// The record.
    pub record: &'a CommitRecord,
    /// The commit's data.
    pub data: CommitData,
    /// The hash that names the commit.
    pub commit: Hash,
    /// What the keyserver signed.
    pub receipt: Receipt,
}

/// Checks that the keyserver signed a receipt for exactly this commit and its data.
///
/// # Errors
/// [`RecordError`] says what does not belong to what.
pub fn check_record<'a>(record: &'a CommitRecord, organisation: &Organisation) -> Result<CheckedRecord<'a>, RecordError> {
    let receipt = check_receipt(&record.receipt, organisation)?;
    let data = commit_data(record.commit.as_slice()).map_err(|_| RecordError::Malformed)?;
    let commit = commit_hash(record.commit.as_slice());
    if receipt == Receipt::of(&data, commit) && link_hash(record.link.as_ref()) == data.link {
        Ok(CheckedRecord { record, data, commit, receipt })
    } else {
        Err(RecordError::Mismatch)
    }
}

/// Checks that the keyserver signed a receipt for the creation of a group with this data.
///
/// # Errors
/// [`RecordError`] as [`check_record`].
pub fn check_creation(item: &SignedFeedItem, data: &CommitData, organisation: &Organisation) -> Result<Receipt, RecordError> {
    let receipt = check_receipt(item, organisation)?;
    if receipt == Receipt::of(data, Hash::ZERO) { Ok(receipt) } else { Err(RecordError::Mismatch) }
}

/// Checks that the keyserver signed `item`, of this organisation, as a receipt; which.
///
/// # Errors
/// [`RecordError::Receipt`] if not.
pub fn check_receipt(item: &SignedFeedItem, organisation: &Organisation) -> Result<Receipt, RecordError> {
    let content = item.verify(organisation.keyserver_key()).map_err(|_| RecordError::Receipt)?;
    match content.event {
        FeedEvent::Receipt(receipt) if content.organisation == organisation.id() => Ok(receipt),
        _ => Err(RecordError::Receipt),
    }
}
