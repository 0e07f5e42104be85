//! What must hold of a keyserver's records.

casevault_service::invariants! {
    Form = "form": "every record can be read, and has a key and a value of its kind's form";
    Stray = "stray": "every record is of a known kind and of an organisation that is kept";
    Log = "log": "every organisation's log is there and verifies, whole";
    Feed = "feed": "every feed is a chain signed by this server, and says what it may";
    Heads = "heads": "what a feed says of the log is so, up to the log's end";
    Group = "group": "every group is where the feed's receipts and confirmations leave it";
    Commit = "commit": "every commit that is needed is there and what its receipt says, and no other";
    Membership = "membership": "every membership is of a known device, and not ahead of its group";
    Welcome = "welcome": "every Welcome that a device waits for is there";
    Link = "link": "every generation after the first, or the last cut, has its link, and no other";
    Void = "void": "the voids are those of the feed";
    Refusal = "refusal": "every refusal is signed by its device, and lies where it belongs";
    Packages = "packages": "every device has as many key packages as are counted, without a gap";
    Records = "records": "a team's records of heads are a chain, and as many as are counted";
    Invitation = "invitation": "every invitation is of a known device, and its join is signed";
    Escrow = "escrow": "every escrow is of a device and a policy that the log knows";
    Arrival = "arrival": "every announcement of the log has arrived, and no other";
    Inbox = "inbox": "what waits for a team is as many envelopes as are counted, each as it came";
    Standing = "standing": "where devices stand is kept of known devices alone";
}

/// One thing that is wrong. Says where by position, never by id: reports are passed around.
pub type Finding = casevault_service::fsck::Finding<Fault>;
