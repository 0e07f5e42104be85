//! What is inside a record: `signed statement ‖ zeros` up to the length class.

use casevault_wire::blob::padme;
use casevault_wire::codec::{List, encode};
use casevault_wire::hash::Hash;
use casevault_wire::id::{DeviceId, OrganisationId, TeamId};
use casevault_wire::journal::{Head, SignedVaultState, VaultState};
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::log::LogPosition;
use casevault_wire::signature::{PublicKey, Signable, Signature, Signed};
use casevault_wire::time::Time;
use tls_codec::{Deserialize, TlsDeserialize, TlsSerialize, TlsSize};

/// The vault's word for a journal's head: a signed state without what every state of the team has in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Word {
    /// How many appends the team's journals had had.
    pub change: u64,
    /// The head.
    pub head: Head,
    /// When, by the vault's clock.
    pub time: Time,
    /// The vault's signature over the state.
    pub signature: Signature,
}

impl Word {
    /// What the vault said of a journal. It is of the team of `said`, and nobody else's.
    pub fn of(said: &SignedVaultState) -> Self {
        let VaultState { change, head, time, .. } = said.content;
        Self { change, head, time, signature: said.signature }
    }

    /// Whether `vault` signed it for `team`.
    pub(super) fn holds(&self, organisation: OrganisationId, team: TeamId, vault: &PublicKey) -> bool {
        let Self { change, head, time, signature } = *self;
        let content = VaultState { organisation, team, change, head, time };
        SignedVaultState { content, signature }.verify(vault).is_ok()
    }
}

/// How some of a team's journals stand, and who says so.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct HeadStatement {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The team.
    pub team: TeamId,
    /// The record's position.
    pub sequence: u64,
    /// The hash of the record before.
    pub previous: Hash,
    /// 1 in a checkpoint.
    pub checkpoint: u8,
    /// The device that records.
    pub device: DeviceId,
    /// How much of the log it had verified.
    pub log: LogPosition,
    /// The heads that are new; in a checkpoint all that the recorder knows, the newest first.
    pub words: List<Word, { limit::HEADS }>,
}

impl Signable for HeadStatement {
    const LABEL: Label = Label::HeadStatement;
}

/// A [`HeadStatement`] as its device signed it.
pub type SignedHeadStatement = Signed<HeadStatement>;

pub(super) fn encode_padded(statement: &SignedHeadStatement) -> Vec<u8> {
    let mut plaintext = encode(statement);
    plaintext.resize(class_length(plaintext.len()), 0);
    plaintext
}

pub(super) fn decode_padded(plaintext: &[u8]) -> Option<SignedHeadStatement> {
    let mut rest = plaintext;
    let statement = SignedHeadStatement::tls_deserialize(&mut rest).ok()?;
    let length = plaintext.len().checked_sub(rest.len())?;
    let padded = plaintext.len() == class_length(length) && rest.iter().all(|byte| *byte == 0);
    padded.then_some(statement)
}

fn class_length(length: usize) -> usize {
    let padded = usize::try_from(padme(length as u64)).unwrap_or(usize::MAX);
    padded.max(limit::HEADS_FLOOR)
}
