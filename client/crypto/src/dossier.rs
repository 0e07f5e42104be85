//! Dossiers (SPEC §6.8): what a team shares with another one, a journal of its own.

use std::collections::{BTreeMap, BTreeSet};

use casevault_wire::codec::List;
use casevault_wire::context::Context;
use casevault_wire::hash::Hash;
use casevault_wire::id::{JournalId, PersonId};
use casevault_wire::label::Label;
use casevault_wire::time::Time;

use crate::assistance::Records;
use crate::case::{Case, CaseEffect, FieldRecord, effects};
use crate::consent::Told;
use crate::derive;
use crate::event::{
    Answer, Body, DocumentAdded, DocumentVersion, DossierAnswered, DossierMade, Ending, FieldSet, FieldValue, Recipient,
    ShareMade, Shared, TakeoverOffered, class,
};
use crate::journal::{AcceptedEvent, EntryKey, KeyRing, Place};
use crate::keys::{CaseKey, SigningKey};
use crate::secret::Secret;

/// What a recipient answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerRecord {
    /// The answer.
    pub answer: Answer,
    /// The reason, or what was done.
    pub text: String,
    /// When, by the author's clock.
    pub time: Time,
    /// Who.
    pub person: PersonId,
}

impl AnswerRecord {
    /// What it says to people: of a case that was taken over nothing.
    pub fn words(&self) -> String {
        if self.answer == Answer::TakenOver { String::new() } else { self.text.clone() }
    }
}

/// The offer to go on with a case, and whether its recipient does (R-6.8-12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Takeover {
    /// The header hash of the event that offers it.
    pub offered: Hash,
    /// The fields of which the sender is told what becomes.
    pub fields: BTreeSet<String>,
    /// The header hash of the answer by which it is taken over.
    pub answered: Option<Hash>,
    /// The case that goes on, as that answer says.
    pub goes_on: Option<JournalId>,
}

/// Everything that a dossier's journal says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dossier {
    /// Whom it is for.
    to: Recipient,
    /// Whether an event was read that is not an author's certificate.
    begun: bool,
    /// What it is for; nothing before its first event was read, or if that is no dossier's.
    pub made: Option<DossierMade>,
    /// Fields, documents and custody.
    pub case: Case,
    /// The case's records, if it may be taken over.
    pub records: Records,
    /// Whether it may be taken over, or is.
    pub takeover: Option<Takeover>,
    /// What the recipient answered, in order.
    pub answers: Vec<AnswerRecord>,
    /// Why the sender ended it, if they did.
    pub ended: Option<Ending>,
}

impl Dossier {
    /// A dossier for `to` without events.
    pub fn new(journal: JournalId, to: Recipient) -> Self {
        let (case, records) = (Case::new(journal), Records::default());
        Self { to, begun: false, made: None, case, records, takeover: None, answers: Vec::new(), ended: None }
    }

    /// Takes the next accepted event over (R-6.8-5, R-6.8-12).
    pub fn apply(&mut self, event: &AcceptedEvent) {
        for effect in effects(event) {
            let counts = match &effect {
                CaseEffect::Custody(_) => true,
                CaseEffect::SetField(FieldRecord { field, .. }) | CaseEffect::ClearField(field) => {
                    self.has_say(event.guest, field)
                }
                CaseEffect::PutDocument(_) => !event.guest && self.made.is_some() && !self.is_taken_over(),
                _ => false,
            };
            if counts {
                self.case.take(effect);
            }
        }
        let first = !self.begun;
        self.begun |= event.class() != class::AUTHOR_CERTIFICATE;
        match &event.body {
            Body::DossierMade(made) if first && !event.guest && made.to == self.to => self.made = Some(made.clone()),
            Body::DossierAnswered(answered) if event.guest => self.answered(answered, event),
            Body::DossierEnded(ended) if !event.guest => {
                self.ended.get_or_insert(ended.why);
            }
            Body::TakeoverOffered(TakeoverOffered { fields }) if !event.guest && self.made.is_some() => {
                let fields = fields.as_slice().iter().map(|field| field.as_str().to_owned()).collect();
                self.takeover.get_or_insert(Takeover { offered: event.header_hash, fields, answered: None, goes_on: None });
            }
            Body::RecordSet(set) => {
                let mut records = std::mem::take(&mut self.records);
                records.set(set, &Told::from(event), |field| self.has_say(event.guest, field));
                self.records = records;
            }
            _ => {}
        }
    }

    /// Whether the recipient goes on with the case.
    pub fn is_taken_over(&self) -> bool {
        self.takeover.as_ref().is_some_and(|takeover| takeover.answered.is_some())
    }

    /// Whether a side says what a field is: the sender until it is taken over, then the recipient, of what was offered.
    fn has_say(&self, guest: bool, field: &str) -> bool {
        match &self.takeover {
            Some(takeover) if takeover.answered.is_some() => guest && takeover.fields.contains(field),
            _ => !guest && self.made.is_some(),
        }
    }

    fn answered(&mut self, answered: &DossierAnswered, event: &AcceptedEvent) {
        self.answers.push(AnswerRecord {
            answer: answered.answer,
            text: answered.text.as_str().to_owned(),
            time: event.time,
            person: event.person,
        });
        if let (Answer::TakenOver, Some(takeover @ Takeover { answered: None, .. })) = (answered.answer, &mut self.takeover) {
            takeover.answered = Some(event.header_hash);
            takeover.goes_on = JournalId::parse(answered.text.as_str()).ok();
        }
    }

    /// The last answer.
    pub fn answer(&self) -> Option<&AnswerRecord> {
        self.answers.last()
    }
}

/// The first events of the dossier of a share (R-6.8-6): of `versions` those that the share names, and `fields` of the case.
pub fn first_events(made: &ShareMade, versions: &[(Shared, DocumentVersion)], fields: Vec<FieldValue>) -> Vec<Body> {
    // Under an override there is no consent that its recipient could count on.
    let consent = if made.overridden.is_some() { Hash::ZERO } else { made.given };
    let begin = DossierMade { consent, to: made.to, purpose: made.purpose.clone(), until: made.until };
    let mut events: Vec<Body> = vec![begin.into()];
    // Several at once could be longer than an event may be.
    events.extend(fields.into_iter().filter_map(|field| List::new(vec![field]).ok()).map(|values| FieldSet { values }.into()));
    events.extend(versions.iter().map(|(shared, version)| {
        Body::from(DocumentAdded(DocumentVersion { document: shared.shown_as, version: 1, ..version.clone() }))
    }));
    events
}

/// A dossier's keys. They are bound to no generation of a team's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DossierKeys(pub BTreeMap<u64, CaseKey>);

impl DossierKeys {
    /// The key that requests to the vault are signed by while the grant of `generation` stands.
    pub fn grant_key(&self, place: &Place, generation: u64) -> Option<SigningKey> {
        let context = Context {
            team: place.team,
            journal: place.journal,
            generation,
            ..Context::new(Label::DeriveGrant, place.organisation)
        };
        self.0.get(&generation).map(|key| derive::grant_key(key, &context))
    }
}

impl DossierKeys {
    /// Every key of the dossier `journal`, of the team whose case is at `place`, and what is derived from it.
    pub fn secrets(&self, place: &Place, journal: JournalId) -> Vec<Secret> {
        let place = Place { journal, ..*place };
        let grants = self.0.keys().filter_map(|generation| self.grant_key(&place, *generation)).map(|key| key.seed());
        self.0.values().map(|key| key.secret().clone()).chain(grants).collect()
    }
}

impl KeyRing for DossierKeys {
    fn key(&self, generation: u64) -> Option<EntryKey> {
        self.0.get(&generation).map(|key| EntryKey { secret: key.secret().clone(), created: 0 })
    }

    fn newest(&self) -> u64 {
        self.0.last_key_value().map_or(0, |(generation, _)| *generation)
    }
}

#[cfg(test)]
mod tests;
