//! Appends events.

use casevault_wire::codec::Opaque;
use casevault_wire::hash::Hash;
use casevault_wire::journal::{Entry, entry_hash};
use casevault_wire::log::LogPosition;
use casevault_wire::time::Time;

use super::plaintext::encode_padded;
use super::{Author, ChainState, Header, KeyRing, Opening, header_hash};
use crate::event::{Body, KeyGeneration};
use crate::identity::sign;
use crate::keys::CaseKey;
use crate::random::{Random, RandomError, draw};
use crate::seal::seal;

/// Why events cannot be appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The newest key was made in an earlier team generation: a new one must be given to the team first.
    #[error("the journal needs a key of this team generation")]
    KeyNeeded,
    /// The ring lacks a key that the journal already uses, or the one before the newest.
    #[error("a key of the journal is missing")]
    KeyMissing,
    /// The journal was written with a newer log or team key than the writer has.
    #[error("the writer is behind the journal")]
    Behind,
    /// The author is of another journal.
    #[error("the author is of another journal")]
    Author,
    /// Certificates and key generations are written by the writer itself.
    #[error("the event is the writer's own to make")]
    Reserved,
    /// The body is longer than an event may be.
    #[error("the event is too long")]
    TooLong,
    /// No randomness.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// What was appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The entries, in order. There may be more than events: a certificate and a key generation come first where they are due.
    pub entries: Vec<Entry>,
    /// Where the journal will stand once the vault has them.
    pub state: ChainState,
}

/// Appends events to one journal.
#[derive(Clone, Copy)]
pub struct Writer<'a> {
    /// Who writes.
    pub author: &'a Author,
    /// The journal's keys. Entries are sealed under the newest.
    pub keys: &'a dyn KeyRing,
    /// The newest generation of the team key.
    pub team_generation: u64,
    /// How much of the organisation's log is verified.
    pub log: LogPosition,
}

impl Writer<'_> {
    /// The entries that append `bodies` after `state`. A client that loses the race reads what is new and calls this again.
    ///
    /// # Errors
    /// [`WriteError`] says what is missing; nothing is appended then.
    pub fn append(
        &self,
        state: &ChainState,
        bodies: &[Body],
        time: Time,
        random: &mut dyn Random,
    ) -> Result<Appended, WriteError> {
        if bodies.iter().any(|body| matches!(body, Body::AuthorCertificate(_) | Body::KeyGeneration(_))) {
            return Err(WriteError::Reserved);
        }
        let mut state = self.ready(state)?;
        let mut entries = Vec::new();
        for body in self.due(&state)?.iter().chain(bodies) {
            entries.push(self.entry(&mut state, body, time, random)?);
        }
        Ok(Appended { entries, state })
    }

    /// The state with the writer's own generations, if it may write at all.
    fn ready(&self, state: &ChainState) -> Result<ChainState, WriteError> {
        let certificate = &self.author.certificate().content;
        let place = state.place;
        let who = (certificate.organisation, certificate.team);
        let guest = state.guest.filter(|guest| (guest.who.organisation, guest.who.team) == who);
        if certificate.journal != place.journal || (guest.is_none() && who != (place.organisation, place.team)) {
            return Err(WriteError::Author);
        }
        let (seen_log, seen_team) = guest.map_or((state.log_length, state.team_generation.max(state.settled)), |guest| {
            (guest.log_length, guest.team_generation)
        });
        let generation = self.keys.newest();
        let key = self.keys.key(generation).ok_or(WriteError::KeyNeeded)?;
        if self.team_generation < seen_team || self.log.length < seen_log.max(certificate.log.length) {
            return Err(WriteError::Behind);
        }
        if key.created != 0 && key.created != self.team_generation {
            return Err(WriteError::KeyNeeded);
        }
        if generation < state.generation {
            return Err(WriteError::KeyMissing);
        }
        let begun = if state.header == Hash::ZERO || place.is_of_team() { generation } else { state.begun };
        let mut ready = ChainState { generation, begun, ..state.clone() };
        let (log_length, team_generation) = ready.named(guest.is_some());
        (*log_length, *team_generation) = (self.log.length, self.team_generation);
        Ok(ready)
    }

    /// The writer's own events that must come first.
    fn due(&self, state: &ChainState) -> Result<Vec<Body>, WriteError> {
        let mut due = Vec::new();
        if state.device(&self.author.public()).is_none() {
            due.push(Body::AuthorCertificate(self.author.certificate().clone()));
        }
        if state.generation > state.begun {
            let before =
                state.generation.checked_sub(1).and_then(|before| self.keys.key(before)).ok_or(WriteError::KeyMissing)?;
            let previous = CaseKey::new(before.secret);
            due.push(Body::KeyGeneration(KeyGeneration { generation: state.generation, previous }));
        }
        Ok(due)
    }

    fn entry(&self, state: &mut ChainState, body: &Body, time: Time, random: &mut dyn Random) -> Result<Entry, WriteError> {
        let body_bytes = Opaque::new(body.encode()).map_err(|_| WriteError::TooLong)?;
        let opening = Opening { salt: draw(random)?, body: body_bytes };
        let header = sign(
            self.author.key(),
            Header {
                journal: state.place.journal,
                sequence: state.length,
                previous: state.header,
                time,
                class: body.class(),
                author: self.author.public(),
                log: self.log,
                team_generation: self.team_generation,
                commitment: opening.commitment(),
            },
        );
        let key = self.keys.key(state.generation).ok_or(WriteError::KeyMissing)?;
        let context = state.place.context(state.length, state.generation, state.entry);
        let sealed = seal(&key.secret, &context, &encode_padded(&header, &opening), random)?;
        let previous = std::mem::replace(&mut state.entry, Hash::ZERO);
        let entry = Entry {
            journal: state.place.journal,
            sequence: state.length,
            generation: state.generation,
            previous,
            sealed: Opaque::new(sealed).map_err(|_| WriteError::TooLong)?,
        };
        state.length += 1;
        state.entry = entry_hash(&entry);
        state.header = header_hash(&header);
        match body {
            Body::AuthorCertificate(certificate) => {
                let owner =
                    (certificate.content.organisation, certificate.content.team) == (state.place.organisation, state.place.team);
                state.certify(self.author.public(), certificate.content.device, !owner);
            }
            Body::KeyGeneration(_) => state.begun = state.generation,
            _ => {}
        }
        Ok(entry)
    }
}
