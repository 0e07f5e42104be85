//! The registry of labels (SPEC §4). Every structure that is signed, sealed, hashed or derived from has its own; a new meaning
//! gets a new label.

use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

/// Declares the registry: number, name and use of every label.
macro_rules! labels {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $name:literal;)*) => {
        /// What a signature, seal, hash or derived key is for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, TlsSerialize, TlsDeserialize, TlsSize)]
        #[repr(u16)]
        pub enum Label {
            $($(#[$doc])* $variant = $code,)*
        }

        impl Label {
            /// Every label, in order of its number.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The number that stands in encodings.
            pub fn code(self) -> u16 {
                match self { $(Self::$variant => $code,)* }
            }

            /// The name that stands in signed content, after `Casevault 1.0 `.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

labels! {
    /// Signature of a log entry by the root or a device.
    LogEntry = 0x0001, "log entry";
    /// Signature of the keyserver over the newest log entry.
    LogHead = 0x0002, "log head";
    /// Signature of the keyserver over an item of its feed: receipt, void, confirmation, freeze.
    FeedItem = 0x0003, "feed item";
    /// Signature over a request, by a team's access key.
    TeamRequest = 0x0004, "team request";
    /// Signature over a request, by a device.
    DeviceRequest = 0x0005, "device request";
    /// Signature over a request, by the key of an invitation.
    InvitationRequest = 0x0006, "invitation request";
    /// Signature over a request, by the other server.
    ServerRequest = 0x0007, "server request";
    /// Signature of a new access key over the receipt that names it.
    AccessPossession = 0x0008, "access key possession";
    /// Signature of an author over a journal header.
    JournalHeader = 0x0009, "journal header";
    /// Signature of a device over one of its author keys.
    AuthorCertificate = 0x000a, "author certificate";
    /// Signature of the vault over the state of a team's journals.
    VaultState = 0x000b, "vault state";
    /// Signature of a device that refuses an accepted commit.
    CommitRefusal = 0x000c, "commit refusal";
    /// Signature of a new device over its join request.
    JoinRequest = 0x000d, "join request";
    /// Signature of a device over a statement of heads.
    HeadStatement = 0x000e, "head statement";
    /// Signature of a keyserver over a voucher for one of its devices, for a partner's keyserver.
    PartnerVoucher = 0x000f, "partner voucher";
    /// Signature over a request to a partner's keyserver, by a device that a voucher is for.
    PartnerRequest = 0x0010, "partner request";
    /// Signature of a recovery policy's signing key over the opening of a team.
    RecoveryOpening = 0x0011, "recovery opening";
    /// Signature over a request, by the key of a grant.
    GrantRequest = 0x0012, "grant request";
    /// Signature of a device over the envelope of a dossier.
    DossierEnvelope = 0x0013, "dossier envelope";
    /// Signature of a server over its part in a task of the statistics.
    Aggregator = 0x0014, "aggregator";
    /// Signature of the keyserver over the closing of a period.
    StatisticsClosing = 0x0015, "statistics closing";
    /// Signature of a server over its share of the counts.
    AggregateShare = 0x0016, "aggregate share";

    /// Hash of a signed log entry; the first one's is the organisation's id.
    LogEntryHash = 0x0101, "log entry hash";
    /// Hash of the root's public key, compared by people.
    RootFingerprint = 0x0102, "root fingerprint";
    /// Hash of a device's public keys.
    DeviceKeysHash = 0x0103, "device keys hash";
    /// Hash of an outer journal entry.
    JournalEntryHash = 0x0104, "journal entry hash";
    /// Hash of a signed journal header.
    JournalHeaderHash = 0x0105, "journal header hash";
    /// Hash of salt and body, which a journal header commits to.
    BodyCommitment = 0x0106, "body commitment";
    /// Hash of an MLS commit message.
    CommitHash = 0x0107, "commit hash";
    /// Hash of a team's id that names its own journal.
    TeamJournalHash = 0x0108, "team journal hash";
    /// Hash of a record of heads.
    HeadRecordHash = 0x0109, "head record hash";
    /// Hash of a team's sealing public key.
    SealingKeyHash = 0x010c, "sealing key hash";
    /// Hash of a server's public key.
    ServerKeyHash = 0x010d, "server key hash";
    /// Hash of a feed item, which the next one names.
    FeedItemHash = 0x010e, "feed item hash";
    /// Hash of a commit's data, which its bundle is bound to.
    CommitDataHash = 0x0110, "commit data hash";
    /// Hash of the link that comes with a commit, which its data name.
    TeamLinkHash = 0x0111, "team link hash";
    /// Hash of a keystore's header, which its seal is bound to.
    KeystoreHeaderHash = 0x0120, "keystore header hash";
    /// Hash whose first bytes tell a damaged keystore from a wrong passphrase.
    KeystoreChecksum = 0x0121, "keystore checksum";
    /// Hash whose first bytes tell a mistyped invitation code.
    InvitationChecksum = 0x0122, "invitation checksum";
    /// Hash of a recovery policy, which names it.
    RecoveryPolicyHash = 0x0123, "recovery policy hash";
    /// Hash of a trustee's share, which the policy names.
    RecoveryShareCommitment = 0x0124, "recovery share commitment";
    /// Hash of two organisations' ids and fingerprints, which people compare in digits.
    SafetyNumberHash = 0x0127, "safety number hash";
    /// Hash of a keystore's salt that names its secret in the operating system's key store.
    KeystoreSecretName = 0x012c, "keystore secret name";
    /// Hash of the variables that are counted.
    SchemaHash = 0x012d, "schema hash";
    /// Hash of a task of the statistics, which names it.
    TaskHash = 0x012e, "task hash";
    /// Hash of a set of reports, by one report after the other.
    ReportSetHash = 0x012f, "report set hash";

    /// Seal of a journal entry.
    SealEntry = 0x0201, "seal entry";
    /// Seal of the bundle that travels with a commit.
    SealBundle = 0x0202, "seal bundle";
    /// Seal of a team key under its successor.
    SealTeamLink = 0x0203, "seal team link";
    /// Seal of a record of heads.
    SealHeads = 0x0204, "seal heads";
    /// Seal of what an invitation tells the invited person.
    SealInvitation = 0x0205, "seal invitation";
    /// Seal of the device's store key under a passphrase.
    SealKeystore = 0x0206, "seal keystore";
    /// HPKE seal to a team's sealing key.
    SealToTeam = 0x0210, "seal to team";
    /// HPKE seal of a team's keys to a recovery policy's sealing key.
    SealToRecovery = 0x0211, "seal to recovery";
    /// HPKE seal of a share of a report to a server.
    SealToAggregator = 0x0212, "seal to aggregator";

    /// Key of a team's own journal, from the team key.
    DeriveTeamJournal = 0x0301, "derive team journal";
    /// Access key of a team, from the team key.
    DeriveTeamAccess = 0x0302, "derive team access";
    /// Key of a team's records of heads, from the team key.
    DeriveTeamHeads = 0x0303, "derive team heads";
    /// Key of the link to the team key before.
    DeriveTeamLink = 0x0304, "derive team link";
    /// Key and commitment of a document's chunks, from its content key.
    DeriveContent = 0x0305, "derive content";
    /// Invitation id, from the invitation's secret.
    DeriveInvitationId = 0x0306, "derive invitation id";
    /// Request key of an invitation, from its secret.
    DeriveInvitationAccess = 0x0307, "derive invitation access";
    /// Sealing key of an invitation, from its secret.
    DeriveInvitationSeal = 0x0308, "derive invitation seal";
    /// Key that authenticates both sides of an invitation, from its secret.
    DeriveInvitationMac = 0x0309, "derive invitation mac";
    /// Exporter label of the bundle key (RFC 9420 §8.5).
    ExportBundle = 0x030a, "export bundle";
    /// Database key of a device's store, from its store key.
    DeriveDatabase = 0x030b, "derive database";
    /// Key of ciphertext-at-rest records outside the database, from the store key.
    DeriveOutbox = 0x030c, "derive outbox";
    /// Seed of a recovery policy's sealing key, from the policy's seed.
    DeriveRecoverySealing = 0x030d, "derive recovery sealing";
    /// Signing key of a recovery policy, from the policy's seed.
    DeriveRecoverySigning = 0x030e, "derive recovery signing";
    /// Key that seals a keystore, from the stretched passphrase and the operating system's secret.
    DeriveKeystore = 0x0310, "derive keystore";
    /// Key of a dossier's grant, from the dossier's key.
    DeriveGrant = 0x0311, "derive grant";
    /// End of the id of a team's journal, from the team key that its history begins with.
    DeriveTeamHistory = 0x0312, "derive team history";
    /// Id of a case's report, from the case's first key.
    DeriveReport = 0x0313, "derive report";

    /// Authentication of an invited device's keys by the invitation's secret.
    MacInvitation = 0x0401, "mac invitation";
    /// Authentication of a nonce by the server that issued it.
    MacNonce = 0x0402, "mac nonce";
    /// Proof of a report, which its shares are made and checked in.
    ReportProof = 0x0403, "report proof";
    /// Noise of a server's share of the counts, by its key.
    MacNoise = 0x0404, "mac noise";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn labels_are_unique() {
        let codes: BTreeSet<_> = Label::ALL.iter().map(|label| label.code()).collect();
        let names: BTreeSet<_> = Label::ALL.iter().map(|label| label.name()).collect();
        assert_eq!(codes.len(), Label::ALL.len());
        assert_eq!(names.len(), Label::ALL.len());
    }
}
