//! What must hold of a vault's data directory.

casevault_service::invariants! {
    Form = "form": "every record is of a known kind, can be read, and is of its form";
    Organisation = "organisation": "every organisation has a valid founding, and every feed and team its organisation";
    Heads = "heads": "log heads are the keyserver's words, in order, from before where its feed stands";
    Place = "place": "every entry is of the journal and place that its key says";
    Chain = "chain": "every entry follows the one before: no gap, its hash, no lower generation";
    Head = "head": "every journal's head is that of its last entry";
    Change = "change": "every journal stands once in the index of changes, at its last change";
    Owner = "owner": "every journal that has something has its team, and no other journal has one";
    File = "file": "every blob has a file";
    Length = "length": "every blob's file is as long as its record says";
    Digest = "digest": "every blob's file can be read and has its digest";
    Orphan = "orphan": "every file among the blobs is a blob's, or one's that is being stored";
    Upload = "upload": "an open upload has a file with all that was acknowledged, any other its blob";
    Grant = "grant": "every grant is of its team's journal, with what was given, until it ended";
    Deletion = "deletion": "a journal that is marked is its team's, and of one that was removed nothing is left";
    Statistics = "statistics": "every part, report and closed period of the statistics is where it belongs";
    Access = "access": "a team's access keys are in an order that can have come about";
    Count = "count": "a team's counters are those of what it stores, uploads and changed";
}

/// One thing that is wrong, and where: identifiers, as people pass on only to whoever keeps the vault.
pub type Finding = casevault_service::fsck::Finding<Fault>;
