//! What a case says of consent and of what is shared under it (SPEC §6.8), folded from its journal.

use std::collections::{BTreeMap, BTreeSet};

use casevault_wire::hash::Hash;
use casevault_wire::id::{DeviceId, JournalId, PersonId};
use casevault_wire::log::{Organisation, Role};
use casevault_wire::time::Time;

use crate::event::{Body, ConsentGiven, ConsentId, Ending, OverrideAsked, ShareMade, VersionOf};
use crate::journal::AcceptedEvent;
use crate::keys::CaseKey;

/// An event of a case, and who wrote it.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// Its sequence in the journal.
    pub sequence: u64,
    /// When, by its author's clock.
    pub time: Time,
    /// Whose device wrote it.
    pub person: PersonId,
    /// The device.
    pub device: DeviceId,
    /// The hash of its signed header.
    pub hash: Hash,
    /// How much of the log its author had verified.
    pub log_length: u64,
    /// What it says.
    pub body: &'a Body,
}

impl<'a> From<&'a AcceptedEvent> for Told<'a> {
    fn from(event: &'a AcceptedEvent) -> Self {
        Self {
            sequence: event.sequence,
            time: event.time,
            person: event.person,
            device: event.device,
            hash: event.header_hash,
            log_length: event.header.content.log.length,
            body: &event.body,
        }
    }
}

/// A consent and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// What was consented to.
    pub given: ConsentGiven,
    /// The hash of the header that says so.
    pub hash: Hash,
    /// When.
    pub time: Time,
    /// Who recorded it.
    pub person: PersonId,
    /// When it was withdrawn, if it was.
    pub withdrawn: Option<Time>,
    /// Whether it follows a withdrawal and no second person stands for it yet.
    pub unconfirmed: bool,
}

impl Consent {
    /// Whether it is in force at `time` (R-6.8-1).
    pub fn in_force(&self, time: Time) -> bool {
        self.withdrawn.is_none() && !self.unconfirmed && time < self.given.until
    }

    /// Whether a share made at `time` is covered (R-6.8-2).
    pub fn covers(&self, share: &ShareMade, time: Time) -> bool {
        let given = &self.given;
        self.in_force(time)
            && (given.consent, self.hash) == (share.consent, share.given)
            && given.purpose == share.purpose
            && share.until <= given.until
            && given.recipients.as_slice().contains(&share.to)
            && is_part(versions(share), given.documents.as_slice().iter().copied())
            && is_part(share.fields.as_slice(), given.fields.as_slice())
    }
}

fn is_part<T: Ord>(part: impl IntoIterator<Item = T>, whole: impl IntoIterator<Item = T>) -> bool {
    let whole: BTreeSet<T> = whole.into_iter().collect();
    part.into_iter().all(|item| whole.contains(&item))
}

fn versions(share: &ShareMade) -> impl Iterator<Item = VersionOf> {
    share.documents.as_slice().iter().map(|document| document.of)
}

/// Something shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// What, with whom, until when.
    pub made: ShareMade,
    /// Where in the case's journal that stands.
    pub sequence: u64,
    /// When.
    pub time: Time,
    /// Who shared it.
    pub person: PersonId,
    /// Whether its consent covers it, or an override that two people signed. One that neither does is nobody's to send.
    pub allowed: bool,
    /// The dossier's keys, by generation.
    pub keys: BTreeMap<u64, CaseKey>,
    /// Why it ended, if somebody ended it.
    pub ended: Option<Ending>,
}

/// A wish to share what no consent covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// What shall be shared.
    pub asked: OverrideAsked,
    /// The hash of the header that asks.
    pub hash: Hash,
    /// When.
    pub time: Time,
    /// Who asks.
    pub person: PersonId,
    /// The second person and the hash of the header of their approval.
    pub approved: Option<(PersonId, Hash)>,
    /// Whether a share was made under it.
    pub used: bool,
}

impl Override {
    /// Whether it is exactly what `share` shares.
    fn serves(&self, share: &ShareMade) -> bool {
        let asked = &self.asked;
        let same = |one: Vec<VersionOf>, other: Vec<VersionOf>| one == other;
        !self.used
            && self.approved.is_some_and(|(_, hash)| Some(hash) == share.overridden)
            && (asked.to, asked.until, asked.consent) == (share.to, share.until, share.consent)
            && (&asked.purpose, &asked.fields) == (&share.purpose, &share.fields)
            && same(versions(share).collect(), asked.documents.as_slice().to_vec())
    }
}

/// All that a case says of consent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consents {
    /// In the journal's order.
    pub consents: Vec<Consent>,
    /// In the journal's order.
    pub shares: Vec<Share>,
    /// In the journal's order.
    pub overrides: Vec<Override>,
}

impl Consents {
    /// Takes the next event of the case over. `organisation` is the verified log, which says who had which role.
    pub fn apply(&mut self, told: &Told<'_>, organisation: &Organisation) {
        match told.body {
            Body::ConsentGiven(given) if self.consent(&given.consent).is_none() => self.consents.push(Consent {
                given: given.clone(),
                hash: told.hash,
                time: told.time,
                person: told.person,
                withdrawn: None,
                unconfirmed: self.follows_withdrawal(given),
            }),
            Body::ConsentConfirmed(confirmed) => {
                let consent = self.consents.iter_mut().find(|consent| consent.hash == confirmed.given);
                if let Some(consent) = consent.filter(|consent| consent.person != told.person) {
                    consent.unconfirmed = false;
                }
            }
            Body::ConsentWithdrawn(withdrawn) => {
                let consent = self.consents.iter_mut().find(|consent| consent.given.consent == withdrawn.consent);
                if let Some(consent) = consent {
                    consent.withdrawn.get_or_insert(told.time);
                }
            }
            Body::OverrideAsked(asked) => self.overrides.push(Override {
                asked: asked.clone(),
                hash: told.hash,
                time: told.time,
                person: told.person,
                approved: None,
                used: false,
            }),
            Body::OverrideApproved(approved) => self.approve(&approved.asked, told, organisation),
            Body::ShareMade(made) if self.share(&made.dossier).is_none() => self.make(made, told, organisation),
            Body::DossierKeyGiven(given) => {
                let share = self.shares.iter_mut().find(|share| share.made.dossier == given.dossier);
                if let Some(share) = share {
                    share.give(given.generation, &given.key);
                }
            }
            Body::ShareEnded(ended) => {
                let share = self.shares.iter_mut().find(|share| share.made.dossier == ended.dossier);
                if let Some(share) = share {
                    share.ended.get_or_insert(ended.why);
                }
            }
            _ => {}
        }
    }

    /// The consent with this id.
    pub fn consent(&self, id: &ConsentId) -> Option<&Consent> {
        self.consents.iter().find(|consent| consent.given.consent == *id)
    }

    /// The share whose dossier this is.
    pub fn share(&self, dossier: &JournalId) -> Option<&Share> {
        self.shares.iter().find(|share| share.made.dossier == *dossier)
    }

    /// Why a share is over at `time`, if it is (R-6.8-9).
    pub fn ending(&self, share: &Share, time: Time) -> Option<Ending> {
        let withdrawn = self.consent(&share.made.consent).is_some_and(|consent| consent.withdrawn.is_some());
        share.ended.or(withdrawn.then_some(Ending::Withdrawn)).or((share.made.until <= time).then_some(Ending::Expired))
    }

    /// Whether a consent for one of these recipients was withdrawn before.
    fn follows_withdrawal(&self, given: &ConsentGiven) -> bool {
        let withdrawn = self.consents.iter().filter(|consent| consent.withdrawn.is_some());
        let mut recipients = withdrawn.flat_map(|consent| consent.given.recipients.as_slice());
        recipients.any(|recipient| given.recipients.as_slice().contains(recipient))
    }

    /// A second person of standing approves (R-6.8-3).
    fn approve(&mut self, asked: &Hash, told: &Told<'_>, organisation: &Organisation) {
        let stands = stands(organisation, &told.person, told.log_length);
        let wish = self.overrides.iter_mut().find(|wish| wish.hash == *asked);
        if let Some(wish) = wish.filter(|wish| stands && wish.person != told.person) {
            wish.approved.get_or_insert((told.person, told.hash));
        }
    }

    fn make(&mut self, made: &ShareMade, told: &Told<'_>, organisation: &Organisation) {
        let covered = self.consent(&made.consent).is_some_and(|consent| consent.covers(made, told.time));
        let still = |wish: &Override| wish.approved.is_some_and(|(person, _)| stands(organisation, &person, told.log_length));
        let wish = self.overrides.iter_mut().find(|wish| wish.serves(made) && still(wish));
        let overridden = wish.map(|wish| wish.used = true).is_some();
        let (sequence, time, person) = (told.sequence, told.time, told.person);
        let allowed = covered || overridden;
        self.shares.push(Share { made: made.clone(), sequence, time, person, allowed, keys: BTreeMap::new(), ended: None });
    }
}

/// Whether a person has a role, with this much of the log, in which they may approve an override, or confirm an erasure.
pub fn stands(organisation: &Organisation, person: &PersonId, log_length: u64) -> bool {
    let role = organisation.role_at(person, log_length);
    matches!(role, Some(Role::Supervisor | Role::Legal | Role::Administrator))
}

impl Share {
    /// The newest key's generation; 0 if there is none.
    pub fn newest(&self) -> u64 {
        self.keys.last_key_value().map_or(0, |(generation, _)| *generation)
    }

    fn give(&mut self, generation: u64, key: &CaseKey) {
        if self.newest().checked_add(1) == Some(generation) {
            self.keys.insert(generation, key.clone());
        }
    }
}

#[cfg(test)]
mod tests;
