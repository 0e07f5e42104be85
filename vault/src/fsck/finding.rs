//! What can be wrong.

use std::fmt;

/// A rule that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    /// A record's key or value is not of its form.
    Unreadable,
    /// An entry is of another journal or place than its key says.
    Misplaced,
    /// An entry does not follow the one before: a gap, another hash, a lower generation.
    Chain,
    /// A journal's head is not that of its entries, or one of both is missing.
    Head,
    /// A journal's last change is listed wrongly, twice, or not at all.
    Change,
    /// A journal has no team, or another than its entries.
    Owner,
    /// A blob has no file.
    BlobMissing,
    /// A blob's file is not as long as its record says.
    BlobLength,
    /// A blob's file has another digest.
    BlobDigest,
    /// A file that no record knows.
    Orphan,
    /// An open upload has less than was acknowledged.
    Upload,
    /// A team's access keys contradict each other.
    Access,
    /// A team's counters are not those of what it stores.
    Count,
    /// A grant is not of its team's journal, or has not the blobs or the counts that it should have.
    Grant,
    /// An organisation's founding is none, or its feed's cursor has no organisation.
    Organisation,
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong.
    pub fault: Fault,
    /// Identifiers of where.
    pub at: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.fault {
            Fault::Unreadable => "unreadable record",
            Fault::Misplaced => "entry in the wrong place",
            Fault::Chain => "broken chain of entries",
            Fault::Head => "head differs from entries",
            Fault::Change => "index of changes differs from heads",
            Fault::Owner => "journal without its team",
            Fault::BlobMissing => "blob without a file",
            Fault::BlobLength => "blob of the wrong length",
            Fault::BlobDigest => "blob with the wrong digest",
            Fault::Orphan => "file without a record",
            Fault::Upload => "upload shorter than acknowledged",
            Fault::Access => "impossible state of access keys",
            Fault::Count => "counters differ from what is stored",
            Fault::Grant => "grant of what is not there",
            Fault::Organisation => "organisation without a valid founding",
        };
        write!(f, "{text}: {}", self.at)
    }
}
