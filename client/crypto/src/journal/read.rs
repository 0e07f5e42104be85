//! Accepts entries: the one door from what the vault serves to what is shown.

use casevault_wire::hash::Hash;
use casevault_wire::id::{DeviceId, JournalId, PersonId};
use casevault_wire::journal::{Entry, entry_hash};
use casevault_wire::log::Organisation;
use casevault_wire::time::Time;

use super::follow::Party;
use super::plaintext::decode_padded;
use super::{ChainState, EntryKey, Header, KeyRing, PlaintextError, SignedHeader, header_hash};
use crate::event::{Body, KeyGeneration, class};
use crate::keys::CaseKey;
use crate::seal::open;

/// Why an entry is refused. [`Self::is_waiting`] tells those that may yet be accepted from those that never will.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// Of another journal, team or organisation.
    #[error("the entry is of another journal")]
    Place,
    /// Not the entry that comes next, or not after the one that was accepted last.
    #[error("the entry does not continue the journal")]
    Chain,
    /// Under an older generation than the entry before.
    #[error("the entry is under an older key than the one before it")]
    GenerationFell,
    /// The key of this generation is not here yet.
    #[error("the key of generation {generation} is not here yet")]
    KeyMissing {
        /// The generation.
        generation: u64,
    },
    /// Does not open, for whatever reason.
    #[error("the entry does not open")]
    Sealed,
    /// Opens to something that is no event.
    #[error(transparent)]
    Plaintext(#[from] PlaintextError),
    /// The header is of another place in the chain.
    #[error("the event does not continue the journal")]
    Header,
    /// Nobody certified the author.
    #[error("the author is not certified")]
    Author,
    /// Not signed by its author.
    #[error("the event is not signed by its author")]
    Signature,
    /// The certificate is not that of a device for this author in this journal.
    #[error("the author's certificate is not valid")]
    Certificate,
    /// The device has certified as many authors in this journal as it may.
    #[error("the device has certified too many authors")]
    TooManyAuthors,
    /// The device was not trusted, or its person not in the team, at the log position of the event.
    #[error("the author was not in the team")]
    NotInTeam,
    /// The log position is older than an earlier event's.
    #[error("the event names an older log than an earlier one")]
    LogFell,
    /// The log had another hash at that position.
    #[error("the event was written on another log")]
    LogFork,
    /// The event was written on more of the log than is verified here.
    #[error("the event needs {length} entries of the log")]
    LogBehind {
        /// How many entries of the log it needs.
        length: u64,
    },
    /// Written in an older team generation than an earlier event.
    #[error("the event names an older team key than an earlier one")]
    TeamGenerationFell,
    /// Under a key that was made in another team generation than the event was written in.
    #[error("the event is under a key of another team generation")]
    KeyOfOtherGeneration,
    /// New, yet written in a team generation that ended before the journal was last read to its end.
    #[error("the event appeared after its team generation had ended")]
    Late,
    /// A key generation is missing where it is due, or stands where it is not.
    #[error("key generations are out of order")]
    KeyGeneration,
}

impl JournalError {
    /// Whether the entry may be accepted once the log or the team's journal has been read further. All others are final.
    pub fn is_waiting(&self) -> bool {
        matches!(self, Self::KeyMissing { .. } | Self::LogBehind { .. })
    }
}

/// An event that obeys every rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedEvent {
    /// The journal.
    pub journal: JournalId,
    /// Position in it.
    pub sequence: u64,
    /// When, by the author's clock.
    pub time: Time,
    /// The device that wrote it.
    pub device: DeviceId,
    /// Whose device it is.
    pub person: PersonId,
    /// The generation of the key it is sealed under.
    pub generation: u64,
    /// The generation of the team key in which it was written.
    pub team_generation: u64,
    /// The body.
    pub body: Body,
    /// The hash of its signed header.
    pub header_hash: Hash,
    /// The signed header, for evidence.
    pub header: SignedHeader,
    /// The salt that opens the header's commitment to the body.
    pub salt: [u8; 32],
    /// Whether it is of the team that a dossier is for, and not of the one whose dossier it is.
    pub guest: bool,
}

impl AcceptedEvent {
    /// What kind of event it is.
    pub fn class(&self) -> u16 {
        self.header.content.class
    }
}

/// Accepts the entries of journals.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The verified log.
    pub organisation: &'a Organisation,
    /// The journal's keys.
    pub keys: &'a dyn KeyRing,
}

impl Reader<'_> {
    /// Checks that `entry` continues the journal and obeys every rule, and takes it over into `state`, which is unchanged on error.
    ///
    /// # Errors
    /// [`JournalError`] says which rule it breaks.
    pub fn accept(&self, state: &mut ChainState, entry: &Entry) -> Result<AcceptedEvent, JournalError> {
        self.read(state, entry, (state.settled, self.organisation))
    }

    /// The same in a dossier, which the team that it is for writes into too: `guest` is the verified log of that team's organisation, which may
    /// be the same.
    ///
    /// # Errors
    /// As [`Self::accept`].
    pub fn accept_of_dossier(
        &self,
        state: &mut ChainState,
        entry: &Entry,
        guest: &Organisation,
    ) -> Result<AcceptedEvent, JournalError> {
        self.read(state, entry, (0, guest))
    }

    /// Takes an entry that [`Self::accept`] refused as [`JournalError::Late`], and for no other reason, into the chain alone: whoever had not
    /// read the journal when it came accepts it, and what they write after it follows it. Its event changes nothing here.
    ///
    /// # Errors
    /// As [`Self::accept`].
    pub fn chain_late(&self, state: &mut ChainState, entry: &Entry) -> Result<(), JournalError> {
        self.read(state, entry, (0, self.organisation)).map(|_| ())
    }

    fn read(
        &self,
        state: &mut ChainState,
        entry: &Entry,
        (settled, guest): (u64, &Organisation),
    ) -> Result<AcceptedEvent, JournalError> {
        let key = self.check_outer(state, entry)?;
        let context = state.place.context(entry.sequence, entry.generation, entry.previous);
        let plaintext = open(&key.secret, &context, entry.sealed.as_slice()).map_err(|_| JournalError::Sealed)?;
        let (header, opening) = decode_padded(&plaintext)?;
        let body = Body::decode(header.content.class, opening.body.as_slice());
        let party = Party::of(state, &header.content, Some(&body), (self.organisation, guest))?;
        check_header(state, &header.content, &key, &party)?;
        if header.content.team_generation < settled {
            return Err(JournalError::Late);
        }
        let device = party.check_author(state, &header, Some(&body))?;
        let begun = self.check_generation(state, entry.generation, &body)?;
        let person = party.organisation.device(&device).ok_or(JournalError::NotInTeam)?.person;
        let event = AcceptedEvent {
            journal: entry.journal,
            sequence: entry.sequence,
            time: header.content.time,
            device,
            person,
            generation: entry.generation,
            team_generation: header.content.team_generation,
            body,
            header_hash: header_hash(&header),
            header,
            salt: opening.salt,
            guest: party.guest,
        };
        let header = &event.header;
        state.certify(header.content.author, device, event.guest);
        state.begin(&event.body);
        state.length += 1;
        state.entry = entry_hash(entry);
        state.header = event.header_hash;
        state.generation = entry.generation;
        state.begun = begun;
        let (log_length, team_generation) = state.named(event.guest);
        (*log_length, *team_generation) = (header.content.log.length, event.team_generation);
        Ok(event)
    }

    fn check_outer(&self, state: &ChainState, entry: &Entry) -> Result<EntryKey, JournalError> {
        if entry.journal != state.place.journal || self.organisation.id() != state.place.organisation {
            return Err(JournalError::Place);
        }
        if entry.sequence != state.length || entry.previous != state.entry {
            return Err(JournalError::Chain);
        }
        if entry.generation < state.generation {
            return Err(JournalError::GenerationFell);
        }
        self.keys.key(entry.generation).ok_or(JournalError::KeyMissing { generation: entry.generation })
    }

    /// The newest generation begun, with this event.
    fn check_generation(&self, state: &ChainState, generation: u64, body: &Body) -> Result<u64, JournalError> {
        let first = state.header == Hash::ZERO || state.place.is_of_team();
        let begun = if first { generation } else { state.begun };
        match body {
            Body::KeyGeneration(event) if generation > begun && event.generation == generation => {
                if self.is_previous(event) {
                    Ok(generation)
                } else {
                    Err(JournalError::KeyGeneration)
                }
            }
            Body::KeyGeneration(_) => Err(JournalError::KeyGeneration),
            Body::Unknown { class: class::KEY_GENERATION, .. } => Err(JournalError::KeyGeneration),
            Body::AuthorCertificate(_) => Ok(begun),
            _ if generation > begun => Err(JournalError::KeyGeneration),
            _ => Ok(begun),
        }
    }

    /// Whether the event passes on the key that the ring has for the generation before, if it has one.
    fn is_previous(&self, event: &KeyGeneration) -> bool {
        let before = event.generation.checked_sub(1).and_then(|before| self.keys.key(before));
        before.is_none_or(|key| CaseKey::new(key.secret) == event.previous)
    }
}

fn check_header(state: &ChainState, header: &Header, key: &EntryKey, party: &Party<'_>) -> Result<(), JournalError> {
    if header.journal != state.place.journal || header.sequence != state.length || header.previous != state.header {
        return Err(JournalError::Header);
    }
    party.check_order(header)?;
    if key.created != 0 && header.team_generation != key.created {
        return Err(JournalError::KeyOfOtherGeneration);
    }
    Ok(())
}
