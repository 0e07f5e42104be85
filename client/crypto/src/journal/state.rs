//! What is remembered of a journal.

use casevault_wire::hash::Hash;
use casevault_wire::id::DeviceId;
use casevault_wire::journal::{Entry, Head, entry_hash};
use casevault_wire::signature::PublicKey;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use super::Place;
use crate::event::{Body, Recipient};

/// An author whose certificate was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub(super) struct Certified {
    pub(super) author: PublicKey,
    pub(super) device: DeviceId,
    /// 1 if it is of the team that a dossier is for.
    pub(super) guest: u8,
}

/// The team that a dossier is for, which writes into it too, and what its events have named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub(super) struct Guest {
    pub(super) who: Recipient,
    /// Whether it may write: 0 until the first event that is not a certificate, then 1 if that says that the dossier is for it, else 2.
    pub(super) may_write: u8,
    pub(super) team_generation: u64,
    pub(super) log_length: u64,
}

/// Where a journal stands: enough to check or make its next entry. Its encoding is for the local store.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct ChainState {
    pub(super) place: Place,
    pub(super) length: u64,
    pub(super) entry: Hash,
    pub(super) header: Hash,
    pub(super) generation: u64,
    /// The newest generation that its first entry or a key generation event began.
    pub(super) begun: u64,
    pub(super) team_generation: u64,
    pub(super) settled: u64,
    pub(super) log_length: u64,
    /// In order of author key.
    pub(super) authors: Vec<Certified>,
    pub(super) guest: Option<Guest>,
}

impl ChainState {
    /// A journal without entries.
    pub fn new(place: Place) -> Self {
        Self {
            place,
            length: 0,
            entry: Hash::ZERO,
            header: Hash::ZERO,
            generation: 0,
            begun: 0,
            team_generation: 0,
            settled: 0,
            log_length: 0,
            authors: Vec::new(),
            guest: None,
        }
    }

    /// A dossier without entries: a journal that the team it is for may write into once it says so.
    pub fn of_dossier(place: Place, guest: Recipient) -> Self {
        let guest = Guest { who: guest, may_write: 0, team_generation: 0, log_length: 0 };
        Self { guest: (guest.who != place.owner()).then_some(guest), ..Self::new(place) }
    }

    /// Lets a team write from here on: the one that a dossier is for.
    pub fn open_to(&mut self, guest: Recipient) {
        self.guest = Some(Guest { who: guest, may_write: 1, team_generation: 0, log_length: 0 });
    }

    /// Takes over what an event says of whom a dossier is for: the first that is not a certificate says so, or it is none.
    pub(super) fn begin(&mut self, body: &Body) {
        let Some(guest) = self.guest.as_mut().filter(|guest| guest.may_write == 0) else { return };
        guest.may_write = match body {
            Body::AuthorCertificate(_) => 0,
            Body::DossierMade(made) if made.to == guest.who => 1,
            _ => 2,
        };
    }

    /// Whom a dossier is for.
    pub fn guest(&self) -> Option<Recipient> {
        self.guest.map(|guest| guest.who)
    }

    /// Which journal.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// How many entries.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Where the journal stands, as the vault would say it.
    pub fn head(&self) -> Head {
        Head { journal: self.place.journal, length: self.length, hash: self.entry, generation: self.generation }
    }

    /// The hash of the last accepted header; zero if there is none.
    pub fn header_hash(&self) -> Hash {
        self.header
    }

    /// The newest team generation that an accepted header named.
    pub fn team_generation(&self) -> u64 {
        self.team_generation
    }

    /// The device behind an author key, if its certificate was accepted.
    pub fn device(&self, author: &PublicKey) -> Option<DeviceId> {
        self.certified(author).map(|certified| certified.device)
    }

    pub(super) fn certified(&self, author: &PublicKey) -> Option<&Certified> {
        let at = self.authors.binary_search_by_key(author, |certified| certified.author).ok()?;
        self.authors.get(at)
    }

    /// Remembers that the journal was read to its end with the access key of `team_generation`: whatever is new after this was
    /// written in that generation or later, whoever serves it.
    pub fn settle(&mut self, team_generation: u64) {
        self.settled = self.settled.max(team_generation);
    }

    /// Passes over an entry that was refused for good, so that what follows it can still be read. The event is not accepted, the
    /// inner chain does not have it, and the gap in its sequence shows for ever. Only the journal's own next entry can be passed.
    /// Returns whether it was.
    pub fn pass(&mut self, entry: &Entry) -> bool {
        let next = entry.journal == self.place.journal && entry.sequence == self.length && entry.previous == self.entry;
        if next {
            self.length += 1;
            self.entry = entry_hash(entry);
        }
        next
    }

    /// How many authors of `device` were accepted.
    pub(super) fn authors_of(&self, device: &DeviceId) -> usize {
        self.authors.iter().filter(|certified| certified.device == *device).count()
    }

    pub(super) fn certify(&mut self, author: PublicKey, device: DeviceId, guest: bool) {
        if let Err(at) = self.authors.binary_search_by_key(&author, |certified| certified.author) {
            self.authors.insert(at, Certified { author, device, guest: u8::from(guest) });
        }
    }

    /// What was last named by an event of the owner's, or of the guest's: log and team generation only ever grow.
    pub(super) fn named(&mut self, guest: bool) -> (&mut u64, &mut u64) {
        match &mut self.guest {
            Some(of) if guest => (&mut of.log_length, &mut of.team_generation),
            _ => (&mut self.log_length, &mut self.team_generation),
        }
    }
}
