//! Erasure (SPEC §6.11): a case that two people agree to erase is, after its day, made unreadable for whoever has synchronised since.
//!
//! `ask` writes what people say; `cut` takes a key from which no older one is reached, and writes anew what is kept, with what people said
//! of it (`again`); `forget` deletes here what is not, and has the vault delete it.

mod again;
mod ask;
mod cut;
mod forget;
mod show;

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use casevault_crypto::erasure::Requests;
use casevault_crypto::event::{Body, class};
use casevault_crypto::journal::Place;
use casevault_wire::id::{JournalId, TeamId};

use crate::client::Client;
use crate::consent::told;
use crate::error::Result;

/// Classes of the events that erasure follows from; the store has an index of exactly these.
const CLASSES: &[RangeInclusive<u16>] = &[class::ERASURE_ASKED..=class::KEYS_FORGOTTEN];

impl Client {
    /// What is asked to be erased, as far as the team's journal at `place` was read.
    fn requests(&self, place: &Place) -> Result<Requests> {
        let mut requests = Requests::default();
        self.tell_accepted(place, CLASSES, |told, organisation| requests.apply(told, organisation))?;
        Ok(requests)
    }

    /// Why a case may not be erased, if the law holds it: by the last word of its journal as it was read.
    pub(crate) fn legal_hold(&self, place: &Place) -> Result<Option<String>> {
        let said = self.profile.store.read(|db| told(db, place, &[class::LEGAL_HOLD..=class::LEGAL_HOLD]))?;
        Ok(match said.last() {
            Some((_, Body::LegalHold(hold))) if hold.on != 0 => Some(hold.text.as_str().to_owned()),
            Some((_, Body::Unknown { .. })) => Some(String::new()), // nobody erases what they cannot read
            _ => None,
        })
    }

    /// The cases of a team whose erasure is due, by the journal at `place`, which is the team's.
    fn due_cases(&self, place: &Place, slack: bool) -> Result<BTreeSet<JournalId>> {
        let mut due = BTreeSet::new();
        for request in self.requests(place)?.iter() {
            let is_due = if slack { request.is_due_elsewhere(self.now()) } else { request.is_due(self.now()) };
            if is_due && self.legal_hold(&self.place(place.team, request.case))?.is_none() {
                due.insert(request.case);
            }
        }
        Ok(due)
    }

    /// The cases of a team for which its history is to be cut now (R-6.11-3).
    pub(crate) fn cut_is_due(&self, team: &TeamId) -> Result<BTreeSet<JournalId>> {
        if self.organisation()?.directory() == Some(*team) {
            return Ok(BTreeSet::new());
        }
        self.due_cases(&self.team_place(*team)?, false)
    }
}
