//! Limits (SPEC §5). Each is checked before anything is allocated or computed.

/// The only ciphersuite: `MLS_256_XWING_CHACHA20POLY1305_SHA256_Ed25519`.
pub const SUITE: u16 = 0x004d;
/// An X-Wing public key, bytes.
pub const SEALING_KEY: usize = 1216;
/// An address of a server, bytes.
pub const ADDRESS: usize = 256;
/// One signed log entry, bytes.
pub const LOG_ENTRY: usize = 16 * 1024;
/// Log entries in one request or answer.
pub const LOG_PAGE: usize = 1024;
/// Entries of an organisation's log.
pub const LOG: u64 = 524_288;
/// Log entries in a founding.
pub const FOUNDING: usize = 16;
/// Devices that one person has at once.
pub const DEVICES: usize = 16;
/// Members named when a team is created.
pub const TEAM_MEMBERS: usize = 1000;
/// An MLS commit, bytes.
pub const COMMIT: usize = 2 * 1024 * 1024;
/// An MLS Welcome, bytes.
pub const WELCOME: usize = 8 * 1024 * 1024;
/// The `authenticated_data` of a commit, bytes.
pub const COMMIT_DATA: usize = 4 * 1024;
/// A bundle of team keys, bytes.
pub const BUNDLE: usize = 16 * 1024;
/// A link from a team key to its predecessor, bytes.
pub const TEAM_LINK: usize = 1024;
/// A key package, bytes.
pub const KEY_PACKAGE: usize = 8 * 1024;
/// Key packages that a device keeps at the keyserver, besides the last-resort one.
pub const KEY_PACKAGES: usize = 100;
/// Devices whose key packages one request claims.
pub const CLAIMS: usize = 128;
/// Commits in one answer.
pub const COMMIT_PAGE: usize = 64;
/// One outer journal entry, bytes.
pub const ENTRY: usize = 256 * 1024;
/// Entries in one request or answer.
pub const ENTRY_PAGE: usize = 512;
/// Journals in one answer about changes.
pub const CHANGE_PAGE: usize = 1024;
/// A request or answer of records, bytes.
pub const BODY: usize = 16 * 1024 * 1024;
/// One piece of an upload, bytes.
pub const UPLOAD_PIECE: usize = 8 * 1024 * 1024;
/// A whole blob, bytes (64 GiB).
pub const BLOB: u64 = 64 << 30;
/// A blob that may travel within a batch, bytes.
pub const SMALL_BLOB: usize = 4 * 1024 * 1024;
/// Blobs in one batch or one fetch.
pub const BATCH_BLOBS: usize = 512;
/// One record of heads, bytes.
pub const HEAD_RECORD: usize = 5 * 1024 * 1024;
/// Records of heads in one answer.
pub const HEAD_PAGE: usize = 512;
/// Items of the feed in one answer.
pub const FEED_PAGE: usize = 256;
/// How long a server-issued nonce lives, milliseconds.
pub const NONCE_LIFETIME: u64 = 10 * 60 * 1000;
/// How long an invitation may live, milliseconds (14 days).
pub const INVITATION_LIFETIME: u64 = 14 * 24 * 3600 * 1000;
/// What an invitation tells the invited person, sealed, bytes.
pub const INVITATION_SEALED: usize = 1024;
/// How long a key package lives, milliseconds (30 days).
pub const KEY_PACKAGE_LIFETIME: u64 = 30 * 24 * 3600 * 1000;
/// The body of an event, bytes.
pub const EVENT_BODY: usize = 192 * 1024;
/// The shortest plaintext of a journal entry; longer ones are padded to their Padmé length.
pub const ENTRY_FLOOR: usize = 512;
/// Authors that one device may certify in one journal.
pub const AUTHORS: usize = 16;
/// A name or title, bytes of UTF-8.
pub const NAME: usize = 1024;
/// A media type, bytes.
pub const MEDIA_TYPE: usize = 128;
/// The text of a note, bytes.
pub const NOTE: usize = 64 * 1024;
/// The name of a case field, bytes.
pub const FIELD: usize = 64;
/// The value of a case field, bytes.
pub const FIELD_VALUE: usize = 32 * 1024;
/// Fields set in one event.
pub const FIELDS: usize = 256;
/// Document versions named in one event.
pub const OPENED: usize = 4096;
/// Boxes that cover parts of one copy.
pub const BOXES: usize = 1024;
/// A file of an evidence bundle that is no document, bytes.
pub const EVIDENCE_FILE: u64 = 268_435_456;
/// The time stamp of an evidence bundle, bytes.
pub const TIME_STAMP: usize = 65_536;
/// Heads that one record holds.
pub const HEADS: usize = 30_000;
/// The shortest plaintext of a record of heads; longer ones are padded to their Padmé length.
pub const HEADS_FLOOR: usize = 1024;
/// Records of heads from one checkpoint to the next.
pub const CHECKPOINT: u64 = 256;
/// How long a voucher may be good, milliseconds (1 hour).
pub const VOUCHER_LIFETIME: u64 = 3600 * 1000;
/// How far a log's head may be from the sealing client's clock, milliseconds (1 hour).
pub const HEAD_AGE: u64 = 3600 * 1000;
/// Entries of a partner's log that a client reads.
pub const PARTNER_LOG: u64 = 65_536;
/// Trustees of a recovery policy.
pub const TRUSTEES: usize = 64;
/// A team's keys sealed to a recovery policy, bytes.
pub const ESCROW: usize = 2048;
/// Escrows in one answer.
pub const ESCROWS: usize = 4096;
/// What a consent is for, bytes.
pub const PURPOSE: usize = 1024;
/// Teams that one consent names.
pub const RECIPIENTS: usize = 16;
/// Document versions of one consent or share.
pub const COVERED: usize = 2048;
/// Blobs of one grant.
pub const GRANTED: usize = 4096;
/// Entries that the holder of a grant appends to one journal.
pub const GRANT_ENTRIES: u64 = 1024;
/// Entries in one batch of theirs.
pub const GRANT_BATCH: usize = 16;
/// Goals of one plan.
pub const GOALS: usize = 64;
/// A calendar date as text, bytes.
pub const DATE: usize = 10;
/// A sealed envelope, bytes.
pub const ENVELOPE: usize = 2048;
/// Envelopes that wait for a team.
pub const INBOX: usize = 1024;
/// Of these, from one other organisation.
pub const INBOX_PARTNER: usize = 256;
/// Envelopes in one answer.
pub const INBOX_PAGE: usize = 64;
/// How long an envelope waits, milliseconds (180 days).
pub const INBOX_LIFETIME: u64 = 15_552_000_000;
/// Journals of a team that are marked for deletion.
pub const DELETIONS: usize = 4096;
/// How long the vault keeps what is marked, milliseconds (30 days).
pub const DELETION_HOLD: u64 = 2_592_000_000;
/// From an erasure's confirmation to its day, milliseconds (30 days).
pub const ERASURE_WAIT: u64 = 2_592_000_000;
/// How much earlier that day may be by another's clock, milliseconds (7 days).
pub const ERASURE_SLACK: u64 = 604_800_000;
/// Cases in one event about a ring.
pub const KEPT: usize = 1024;
/// Keys of one case in it.
pub const CASE_KEYS: usize = 1024;
/// Reports in one contribution or one job.
pub const JOB: usize = 64;
/// Reports of a team in one period.
pub const REPORTS: usize = 30_000;
/// Periods of one year.
pub const PERIODS: usize = 5;
/// A report's share for both servers, bytes.
pub const PUBLIC_SHARE: usize = 64;
/// A report's share for one server, sealed, bytes.
pub const SEALED_SHARE: usize = 65_536;
/// What a server says about a report's proof, bytes.
pub const PROOF: usize = 8192;
/// A server's share of the counts, bytes.
pub const SUM: usize = 32_768;
/// How long after its end a period is counted, milliseconds (2 years).
pub const STATISTICS_WAIT: u64 = 63_072_000_000;
