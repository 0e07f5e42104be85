//! How records lie in the store: the key of every kind, in one place (SPEC §7.4.7). Numbers are big-endian, so that the order of
//! keys is theirs.
//!
//! | key | value |
//! |---|---|
//! | `01 ‖ organisation` | [`SignedLogEntry`](casevault_wire::log::SignedLogEntry), the founding |
//! | `02 ‖ organisation` | [`Cursor`](crate::feed::Cursor), where the feed stands |
//! | `03 ‖ organisation` | [`KeptHeads`](crate::feed::KeptHeads), the newest log heads |
//! | `10 ‖ organisation ‖ team` | [`Team`](crate::team::Team) |
//! | `11 ‖ organisation ‖ team ‖ journal` | [`Standing`](crate::journal::Standing), the journal's head |
//! | `12 ‖ organisation ‖ team ‖ uint64 change` | [`Head`](casevault_wire::journal::Head) after a journal's last change |
//! | `13 ‖ organisation ‖ journal` | `TeamId` of the one team that has this journal |
//! | `14 ‖ organisation ‖ team ‖ journal ‖ uint64 sequence` | [`Entry`](casevault_wire::journal::Entry) |
//! | `15 ‖ organisation ‖ team ‖ journal ‖ digest` | `uint64`, the blob's length |
//! | `16 ‖ upload` | [`Upload`](crate::upload::Upload) |
//! | `17 ‖ 16 random bytes` | [`Pending`](crate::pending::Pending), blobs that may have files and no record yet |
//! | `18 ‖ organisation ‖ team ‖ journal` | [`Dossier`](crate::grant::Dossier): the journal has a grant, or had one |
//! | `19 ‖ organisation ‖ team ‖ journal` | [`Terms`](crate::grant::Terms) of a grant that was not ended |
//! | `1a ‖ organisation ‖ team ‖ journal ‖ digest` | `JournalId` that this blob of such a grant was stored in |
//! | `1b ‖ organisation ‖ team ‖ journal` | `Time` at which the journal, which is marked, will be removed; there until all of it is gone |
//! | `1c ‖ organisation ‖ team ‖ journal` | `Time` at which the journal was to be removed: it is, or that goes on |
//! | `1d ‖ organisation ‖ period` | [`Kept`](casevault_service::statistics::Kept), whole, this vault's part of a task of the statistics |
//! | `1e ‖ organisation ‖ period ‖ report` | [`Given`](crate::statistics::Given), whole: a report that was given or withdrawn |
//! | `1f ‖ organisation ‖ period ‖ team ‖ report` | `uint8`: the team has given it, 0, or withdrawn it, 1 |
//! | `20 ‖ organisation ‖ period` | [`Tally`](crate::statistics::Tally), whole: the period is closed; all of them are the ledger |

mod versioned;
mod whole;

use casevault_service::store::{Records, StoreError};
use casevault_wire::codec::{decode, encode};
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::{JournalId, OrganisationId, TeamId, UploadId};
use casevault_wire::statistics::{Period, ReportId};
use tls_codec::{Deserialize, Serialize, TlsDeserialize, TlsSerialize, TlsSize};

pub use versioned::Versioned;
pub use whole::Whole;

/// Kinds of records: the first byte of their keys.
pub mod kind {
    /// An organisation.
    pub const ORGANISATION: u8 = 0x01;
    /// Where an organisation's feed stands.
    pub const CURSOR: u8 = 0x02;
    /// The newest log heads of an organisation.
    pub const LOG_HEADS: u8 = 0x03;
    /// A team.
    pub const TEAM: u8 = 0x10;
    /// A journal's head.
    pub const JOURNAL: u8 = 0x11;
    /// The last change of a journal.
    pub const CHANGE: u8 = 0x12;
    /// The team that has a journal.
    pub const OWNER: u8 = 0x13;
    /// An entry.
    pub const ENTRY: u8 = 0x14;
    /// A blob.
    pub const BLOB: u8 = 0x15;
    /// An upload.
    pub const UPLOAD: u8 = 0x16;
    /// Blobs that are being stored.
    pub const PENDING: u8 = 0x17;
    /// A journal that has a grant, or had one.
    pub const DOSSIER: u8 = 0x18;
    /// The terms of a grant.
    pub const TERMS: u8 = 0x19;
    /// A blob of a grant.
    pub const GRANTED: u8 = 0x1a;
    /// When a journal will be removed.
    pub const MARK: u8 = 0x1b;
    /// A journal that is removed.
    pub const REMOVED: u8 = 0x1c;
    /// This vault's part of a task of the statistics.
    pub const PART: u8 = 0x1d;
    /// A report.
    pub const REPORT: u8 = 0x1e;
    /// That a team has a report.
    pub const REPORTED: u8 = 0x1f;
    /// A period that is closed.
    pub const TALLY: u8 = 0x20;

    /// Every kind, in order.
    pub const ALL: [u8; 20] = [
        ORGANISATION,
        CURSOR,
        LOG_HEADS,
        TEAM,
        JOURNAL,
        CHANGE,
        OWNER,
        ENTRY,
        BLOB,
        UPLOAD,
        PENDING,
        DOSSIER,
        TERMS,
        GRANTED,
        MARK,
        REMOVED,
        PART,
        REPORT,
        REPORTED,
        TALLY,
    ];
}

/// Values are shorter than this.
const VALUE: usize = 1024 * 1024;

/// A team. Two organisations that name the same team id name two teams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct TeamKey {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The team.
    pub team: TeamId,
}

/// A journal of a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct JournalKey {
    /// The team.
    pub team: TeamKey,
    /// The journal.
    pub journal: JournalId,
}

/// A blob of a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct BlobKey {
    /// The journal.
    pub journal: JournalKey,
    /// The digest.
    pub digest: BlobDigest,
}

/// A period of an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct PeriodKey {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The period.
    pub period: Period,
}

fn key<T: Serialize>(kind: u8, name: &T) -> Vec<u8> {
    // Names are of fixed length: their encodings are their bytes.
    let mut key = vec![kind];
    key.extend(encode(name));
    key
}

/// Key of an organisation's founding.
pub fn organisation(id: &OrganisationId) -> Vec<u8> {
    key(kind::ORGANISATION, id)
}

/// Key of an organisation's feed cursor.
pub fn cursor(id: &OrganisationId) -> Vec<u8> {
    key(kind::CURSOR, id)
}

/// Key of an organisation's log heads.
pub fn log_heads(id: &OrganisationId) -> Vec<u8> {
    key(kind::LOG_HEADS, id)
}

/// Key of a team.
pub fn team(team: &TeamKey) -> Vec<u8> {
    key(kind::TEAM, team)
}

/// Key of a journal's head.
pub fn journal(journal: &JournalKey) -> Vec<u8> {
    key(kind::JOURNAL, journal)
}

/// Key of the last change of a journal.
pub fn change(team: &TeamKey, change: u64) -> Vec<u8> {
    numbered(key(kind::CHANGE, team), change)
}

/// Key of the team that has a journal.
pub fn owner(journal: &JournalKey) -> Vec<u8> {
    let mut owner = key(kind::OWNER, &journal.team.organisation);
    owner.extend(journal.journal.as_bytes());
    owner
}

/// Key of an entry.
pub fn entry(journal: &JournalKey, sequence: u64) -> Vec<u8> {
    numbered(key(kind::ENTRY, journal), sequence)
}

/// Key of a blob.
pub fn blob(blob: &BlobKey) -> Vec<u8> {
    key(kind::BLOB, blob)
}

/// Key of an upload.
pub fn upload(upload: &UploadId) -> Vec<u8> {
    key(kind::UPLOAD, upload)
}

/// Key of a list of blobs that are being stored.
pub fn pending(id: &[u8; 16]) -> Vec<u8> {
    [&[kind::PENDING], id.as_slice()].concat()
}

/// Key of what stays known of a journal's grant.
pub fn dossier(journal: &JournalKey) -> Vec<u8> {
    key(kind::DOSSIER, journal)
}

/// Key of the terms of a journal's grant.
pub fn terms(journal: &JournalKey) -> Vec<u8> {
    key(kind::TERMS, journal)
}

/// Key of a granted blob, by the journal that has the grant.
pub fn granted(blob: &BlobKey) -> Vec<u8> {
    key(kind::GRANTED, blob)
}

/// The range of all blobs of a journal's grant.
pub fn all_granted(journal: &JournalKey) -> (Vec<u8>, Vec<u8>) {
    below(key(kind::GRANTED, journal))
}

/// Key of when a journal will be removed.
pub fn mark(journal: &JournalKey) -> Vec<u8> {
    key(kind::MARK, journal)
}

/// The range of all marks of a team.
pub fn all_marks(team: &TeamKey) -> (Vec<u8>, Vec<u8>) {
    below(key(kind::MARK, team))
}

/// Key of a journal's having been removed.
pub fn removed(journal: &JournalKey) -> Vec<u8> {
    key(kind::REMOVED, journal)
}

/// Key of this vault's part of a task.
pub fn part(place: &PeriodKey) -> Vec<u8> {
    key(kind::PART, place)
}

/// Key of a report.
pub fn report(place: &PeriodKey, id: &ReportId) -> Vec<u8> {
    key(kind::REPORT, &(*place, *id))
}

/// Key of a team's having a report.
pub fn reported(place: &PeriodKey, team: &TeamKey, id: &ReportId) -> Vec<u8> {
    key(kind::REPORTED, &(*place, team.team, *id))
}

/// The range of all reports that a team has.
pub fn all_reported(place: &PeriodKey, team: &TeamKey) -> (Vec<u8>, Vec<u8>) {
    below(key(kind::REPORTED, &(*place, team.team)))
}

/// Key of a period that is closed.
pub fn tally(place: &PeriodKey) -> Vec<u8> {
    key(kind::TALLY, place)
}

/// The range of all periods that are closed of the same year.
pub fn all_tallies(place: &PeriodKey) -> (Vec<u8>, Vec<u8>) {
    below(key(kind::TALLY, &(place.organisation, place.period.year)))
}

/// The range of all journals of a team.
pub fn all_journals(team: &TeamKey) -> (Vec<u8>, Vec<u8>) {
    below(key(kind::JOURNAL, team))
}

/// The range of all journals of a team that have a grant, or had one.
pub fn all_dossiers(team: &TeamKey) -> (Vec<u8>, Vec<u8>) {
    below(key(kind::DOSSIER, team))
}

/// The range of all blobs of a journal.
pub fn all_blobs(journal: &JournalKey) -> (Vec<u8>, Vec<u8>) {
    below(key(kind::BLOB, journal))
}

/// The range of all keys that begin with `from`: none is longer by as much.
fn below(from: Vec<u8>) -> (Vec<u8>, Vec<u8>) {
    let to = [from.as_slice(), &[0xff; 64]].concat();
    (from, to)
}

fn numbered(mut key: Vec<u8>, number: u64) -> Vec<u8> {
    key.extend(number.to_be_bytes());
    key
}

/// The range of all records of a kind.
pub fn all(kind: u8) -> (Vec<u8>, Vec<u8>) {
    (vec![kind], vec![kind.saturating_add(1)])
}

/// The name in the key of a record of `kind`.
///
/// # Errors
/// [`StoreError::Corrupt`] if it is not of this form.
pub fn name<T: Deserialize>(kind: u8, key: &[u8]) -> Result<T, StoreError> {
    match key.split_first() {
        Some((first, name)) if *first == kind => decode(name, name.len()).map_err(|_| StoreError::Corrupt),
        _ => Err(StoreError::Corrupt),
    }
}

/// Decodes a value.
///
/// # Errors
/// [`StoreError::Corrupt`] if it is not one `T`.
pub fn value<T: Deserialize>(bytes: &[u8]) -> Result<T, StoreError> {
    decode(bytes, VALUE).map_err(|_| StoreError::Corrupt)
}

/// Reads the record at `key`.
///
/// # Errors
/// [`StoreError`]; [`StoreError::Corrupt`] if it is not one `T`.
pub async fn load<T: Deserialize>(records: &dyn Records, key: &[u8]) -> Result<Option<T>, StoreError> {
    records.read(key).await?.as_deref().map(value).transpose()
}

/// How many records of a walk are read at once.
const STRIDE: usize = 64;

/// Visits every record from `from` to `to`, in order, a few at a time.
#[derive(Debug)]
pub struct Walk {
    from: Vec<u8>,
    to: Vec<u8>,
}

impl Walk {
    /// Of all records of a kind.
    pub fn of(kind: u8) -> Self {
        let (from, to) = all(kind);
        Self { from, to }
    }

    /// Of the teams of an organisation.
    pub fn teams(organisation: &OrganisationId) -> Self {
        let (from, to) = below(key(kind::TEAM, organisation));
        Self { from, to }
    }

    /// Of the reports of a period.
    pub fn reports(place: &PeriodKey) -> Self {
        let (from, to) = below(key(kind::REPORT, place));
        Self { from, to }
    }

    /// Of those after the report `id`.
    pub fn reports_after(place: &PeriodKey, id: &ReportId) -> Self {
        Self { from: [report(place, id).as_slice(), &[0]].concat(), ..Self::reports(place) }
    }

    /// Of the blobs of a team's grants.
    pub fn granted(team: &TeamKey) -> Self {
        let (from, to) = below(key(kind::GRANTED, team));
        Self { from, to }
    }

    /// The next few records; empty at the end. One whose value cannot be read stands between the others.
    ///
    /// # Errors
    /// [`StoreError`] if not even keys can be read.
    pub async fn next(&mut self, records: &dyn Records) -> Result<Vec<Visited>, StoreError> {
        let found: Vec<Visited> = match records.scan(&self.from, &self.to, STRIDE).await {
            Err(StoreError::Corrupt) => self.one_by_one(records).await?,
            found => found?.into_iter().map(|(key, value)| (key, Ok(value))).collect(),
        };
        if let Some((last, _)) = found.last() {
            self.from = [last.as_slice(), &[0]].concat();
        }
        Ok(found)
    }

    async fn one_by_one(&self, records: &dyn Records) -> Result<Vec<Visited>, StoreError> {
        let mut found = Vec::new();
        for key in records.keys(&self.from, &self.to, STRIDE).await? {
            let value = records.read(&key).await;
            found.push((key, value.and_then(|value| value.ok_or(StoreError::Corrupt))));
        }
        Ok(found)
    }
}

/// A record on a walk: its key, and its value if that can be read.
pub type Visited = (Vec<u8>, Result<Vec<u8>, StoreError>);

/// The name and value of a record of `kind` that was visited.
///
/// # Errors
/// [`StoreError`]; [`StoreError::Corrupt`] if they are not of their form.
pub fn visited<N: Deserialize, T: Deserialize>(kind: u8, (key, bytes): &Visited) -> Result<(N, T), StoreError> {
    Ok((name(kind, key)?, value(bytes.as_deref().map_err(|error| *error)?)?))
}

/// Those of the records that were visited which can be read. The others hinder nobody who does not need them.
pub fn readable<N: Deserialize, T: Deserialize>(kind: u8, found: &[Visited]) -> Vec<(N, T)> {
    let read: Vec<_> = found.iter().filter_map(|record| visited(kind, record).ok()).collect();
    if read.len() < found.len() {
        tracing::error!("records are damaged and passed over: run `fsck`");
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_ordered_as_their_numbers_and_read_back() {
        let team = TeamKey { organisation: OrganisationId([1; 32]), team: TeamId([2; 32]) };
        let journal = JournalKey { team, journal: JournalId([3; 16]) };
        assert!(entry(&journal, 255) < entry(&journal, 256));
        assert!(change(&team, u64::MAX - 1) < change(&team, u64::MAX));
        assert_eq!(super::journal(&journal).len(), 1 + 32 + 32 + 16);
        assert_eq!(name::<JournalKey>(kind::JOURNAL, &super::journal(&journal)), Ok(journal));
        assert_eq!(name::<(JournalKey, u64)>(kind::ENTRY, &entry(&journal, 7)), Ok((journal, 7)));
        assert_eq!(name::<JournalKey>(kind::TEAM, &super::journal(&journal)), Err(StoreError::Corrupt));
    }
}
