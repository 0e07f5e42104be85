//! Alarms, as people and scripts see them.

use casevault_wire::id::{DocumentId, JournalId, OrganisationId, TeamId};
use casevault_wire::time::Time;

/// Something wrong that a server or a colleague's device did. Kept until a person has seen it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// What kind.
    pub kind: AlarmKind,
    /// When it was noticed.
    pub time: Time,
    /// The team it is about, if any.
    pub team: Option<TeamId>,
    /// The case it is about, if any.
    pub journal: Option<JournalId>,
    /// The partner organisation it is about, if any.
    pub partner: Option<OrganisationId>,
    /// The document it is about, if verification found it and it is about one.
    pub document: Option<DocumentId>,
}

/// Declares the kinds with their names.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal;)*) => {
        /// Kinds of [`Alarm`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum AlarmKind {
            $($(#[$doc])* $kind,)*
        }

        impl AlarmKind {
            /// The name in JSON and in the store.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }

            /// The kind of this name.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$kind),)* _ => None }
            }
        }
    };
}

kinds! {
    /// A server shows an older state than it showed before, or than the other server knows.
    Rollback = "rollback";
    /// Two histories that exclude each other.
    Fork = "fork";
    /// The log does not verify.
    Log = "log";
    /// A commit was refused.
    Commit = "commit";
    /// A commit that this device merged was declared void.
    Void = "void";
    /// An entry of a journal does not verify.
    Journal = "journal";
    /// The vault does not hold what was acknowledged.
    Missing = "missing";
    /// The sealed bytes of a document that waits on this device are damaged, or gone. No server is accused.
    Unsendable = "unsendable";
    /// A document is not what its author's entry says, or was added under the id of another one. No server is accused.
    Document = "document";
    /// Several teams claim a case of one number. No server is accused.
    Claim = "claim";
    /// The keyserver does not give the way back to a team's older keys, or a colleague's device cut them off without being asked.
    History = "history";
    /// Somebody who has a team's key had the vault delete a journal that nobody erased. It was told to keep it.
    Deletion = "deletion";
    /// A colleague's device recorded something unreadable about how journals stand. It was stepped over; no server is accused.
    Heads = "heads";
    /// The log names a sealing key of a team that the team does not have.
    SealingKey = "sealing-key";
    /// A device that the log has removed is still in a team's group, although this one tried to take it out.
    Revocation = "revocation";
    /// Nothing can be sealed to the key of the recovery policy in force: recovery would open nothing.
    RecoveryKey = "recovery-key";
    /// A partner's log does not verify, became shorter, or has two histories.
    PartnerLog = "partner-log";
    /// An organisation with another root was named in the place of a partner.
    PartnerRoot = "partner-root";
    /// A case says that it shares what neither a consent nor a second person allows. It is sent to nobody.
    Consent = "consent";
    /// A plan was approved by its author, or by somebody who was no supervisor. It counts for nothing; no server is accused.
    Approval = "approval";
    /// This device was removed.
    Removed = "removed";
    /// There is a copy of this device, or this is one, or an older state of it.
    Copied = "copied";
}

impl AlarmKind {
    /// Whether it is about a partner organisation.
    pub fn is_of_partner(self) -> bool {
        matches!(self, Self::PartnerLog | Self::PartnerRoot)
    }
}
