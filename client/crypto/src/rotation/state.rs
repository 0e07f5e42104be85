//! States, events and effects: plain data.

use casevault_wire::feed::Receipt;
use casevault_wire::hash::Hash;
use casevault_wire::id::RotationId;

/// A commit on its way: what is known of it before it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Attempt {
    /// Names the attempt.
    pub rotation: RotationId,
    /// The epoch that it would begin.
    pub epoch: u64,
    /// The team key's generation after it.
    pub generation: u64,
    /// The hash of the commit message.
    pub commit: Hash,
}

impl From<&Receipt> for Attempt {
    fn from(receipt: &Receipt) -> Self {
        let Receipt { rotation, epoch, generation, commit, .. } = *receipt;
        Self { rotation, epoch, generation, commit }
    }
}

impl State {
    /// Where a member begins that merged the commit of this receipt, whoever made it: any member can take the remaining steps.
    pub fn adopt(receipt: &Receipt) -> Self {
        Self::Merged(Attempt::from(receipt))
    }
}

/// How far a change of a team is, on one device. Each is durable before the next send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// The group shall become what the log says; nothing is staged.
    Intent(RotationId),
    /// A commit is pending, and its upload is in the outbox.
    Staged(Attempt),
    /// The upload may have reached the keyserver.
    Sent(Attempt),
    /// The keyserver's receipt is stored: this commit, and no other, ended the epoch.
    Receipted(Attempt),
    /// The commit is merged and the new keys are on the ring. Members who merge somebody else's commit begin here.
    Merged(Attempt),
    /// The vault has the generation's access key.
    VaultSwitched(Attempt),
    /// Another commit ended the epoch; it is not processed yet. The rotation is planned anew afterwards. If this device refuses
    /// the other commit, it stays here until that is void.
    Lost(RotationId),
    /// Over.
    Done(Outcome),
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// Every server has it.
    Complete,
    /// The group is what the log says already: somebody else was first.
    NothingToDo,
    /// This device is no longer a member.
    Removed,
    /// The commit was voided after this device had merged it. Alarmed; nothing is followed silently.
    Voided,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Event {
    /// The program started again, or it is time to try again.
    Resume,
    /// There is a difference between log and group, and a commit was staged for it (local, in one transaction with the state).
    Staged(Attempt),
    /// There is no difference.
    NothingToDo,
    /// The upload is on its way. Stored before the first byte leaves.
    Sending,
    /// No answer, or one that says nothing about the epoch.
    Unanswered,
    /// The keyserver says that the epoch is over, or gave a receipt: this commit ended the epoch that the attempt began.
    Ended(Hash),
    /// The keyserver says that the epoch is open: our commit did not arrive.
    Open,
    /// The commit is merged (local).
    Merged,
    /// There is no commit left to process (local).
    Processed,
    /// The winner removed this device, and the group is deleted (local).
    Removed,
    /// A void receipt for our commit.
    Voided,
    /// The vault's access key has this generation.
    Vault(u64),
    /// The newest sealing key of the team in the log has this generation; 0 if there is none.
    SealingKey(u64),
}

/// What the driver shall do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effect {
    /// Read the log, plan, and stage under this rotation id; tell by [`Event::Staged`] or [`Event::NothingToDo`].
    Plan(RotationId),
    /// Send the stored upload; first tell [`Event::Sending`]. Its answer is [`Event::Ended`] or [`Event::Unanswered`].
    Send(Attempt),
    /// Ask the keyserver which commit began this epoch.
    Ask(u64),
    /// Merge the pending commit. Local.
    Merge(Attempt),
    /// Give the pending commit up. Local.
    ClearPending,
    /// Process the keyserver's commits in order until there are no more.
    Process,
    /// Tell the keyserver that this epoch is merged.
    Acknowledge(u64),
    /// Ask the vault for its access key's generation.
    AskVault,
    /// Give the vault the receipt of generation `to`, signed by the key of `from`, the generation before.
    SwitchVault {
        /// The generation whose key signs.
        from: u64,
        /// The generation that shall be in force.
        to: u64,
    },
    /// Read the team's newest sealing key in the log.
    AskSealingKey,
    /// State the sealing key of this generation in the log.
    StateSealingKey(u64),
    /// Tell the person: a commit that this device merged was voided.
    Alarm,
}

/// A state and what follows from having come to it.
pub type Steps = (State, Vec<Effect>);
