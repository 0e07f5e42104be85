//! Handover (SPEC R-6.8-12 to 14): a team goes on with another's case. Its sender offers it in a dossier; who takes it over has all of it before
//! they say so, and tells in the dossier what becomes of it.

mod give;
mod take;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use casevault_crypto::assistance::{Records, sets};
use casevault_crypto::event::{Body, CaseTakenOver, FieldSet, class};
use casevault_crypto::handover::Handover;
use casevault_crypto::journal::Place;
use casevault_wire::id::JournalId;

pub(crate) use give::Offer;

use crate::client::Client;
use crate::dossier::Read;
use crate::error::Result;
use crate::store::sql::{Connection, params};
use crate::view::{HandoverState, HandoverView};

/// Classes of the events that the state of a handover follows from.
const CLASSES: &[RangeInclusive<u16>] = &[
    class::CASE_OPENED..=class::CASE_OPENED,
    class::SHARE_MADE..=class::SHARE_ENDED,
    class::HANDOVER_OFFERED..=class::CASE_TAKEN_OVER,
];

/// What a case, or a dossier, says of a person: fields and records.
struct Said {
    fields: BTreeMap<String, String>,
    records: Records,
}

impl Said {
    fn in_dossier(read: &Read) -> Self {
        let fields = read.dossier.case.fields.values().map(|record| (record.field.clone(), record.value.clone())).collect();
        Self { fields, records: read.dossier.records.clone() }
    }

    /// The events after which `there` says the same, and whatever else it says.
    fn missing_beside(&self, there: &Self) -> Vec<Body> {
        let fields = there.fields.clone().into_iter().filter(|(field, _)| self.fields.contains_key(field)).collect();
        let records = there.records.0.clone().into_iter().filter(|(key, _)| self.records.0.contains_key(key)).collect();
        self.missing(&Self { fields, records: Records(records) }, |_| true)
    }

    /// The events after which `there` says the same of those fields that `counts`.
    fn missing(&self, there: &Self, counts: impl Fn(&str) -> bool) -> Vec<Body> {
        let fields = sets(&self.fields, &there.fields, &counts).into_iter().map(|values| FieldSet { values }.into());
        fields.chain(self.records.missing(&there.records, &counts).into_iter().map(Body::from)).collect()
    }
}

/// Notices that a case was another team's.
pub(crate) fn notice(db: &Connection, place: &Place, taken: &CaseTakenOver) -> Result<()> {
    let sql = "INSERT OR IGNORE INTO takeovers (team, journal, organisation, sender, dossier) VALUES (?1, ?2, ?3, ?4, ?5)";
    let (from, dossier) = (taken.from, taken.dossier.0);
    let row = params![place.team.0, place.journal.0, from.organisation.0, from.team.0, dossier];
    db.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

impl Client {
    /// What a case that is at the vault says.
    fn said(&self, place: &Place) -> Result<Said> {
        let fields = self.profile.store.read(|db| crate::cases::fields(db, place))?.into_iter().collect();
        Ok(Said { fields, records: self.accepted_assistance(place)?.records })
    }

    /// What a case says of a handover, what waits to be sent included.
    pub(crate) fn handover_of(&self, place: &Place) -> Result<Handover> {
        let mut handover = Handover::default();
        self.tell_accepted(place, CLASSES, |told, _| handover.apply((told.sequence, told.body)))?;
        self.tell_queued(place, |told, _| handover.apply((told.sequence, told.body)))?;
        Ok(handover)
    }

    /// The same for people.
    pub(crate) fn handover_view(&self, place: &Place) -> Result<Option<HandoverView>> {
        if self.travels()? {
            return Ok(None);
        }
        let handover = self.handover_of(place)?;
        let view = |state, dossier, with| Ok(Some(HandoverView { state, dossier, with: self.recipient_view(&with)? }));
        let consents = self.consents_of(place)?;
        let to = |dossier: &JournalId| consents.share(dossier).map(|share| share.made.to);
        match (handover.given, handover.standing(), handover.taken) {
            (Some(given), _, _) => to(&given.dossier).map_or(Ok(None), |to| view(HandoverState::Given, given.dossier, to)),
            (None, Some(offer), _) => to(&offer.dossier).map_or(Ok(None), |to| view(HandoverState::Offered, offer.dossier, to)),
            (None, None, Some(taken)) => view(HandoverState::Taken, taken.dossier, taken.from),
            (None, None, None) => Ok(None),
        }
    }
}
