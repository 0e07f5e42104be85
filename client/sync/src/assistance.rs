//! The work of assistance (SPEC §6.10): services, movements and follow-ups of a case, and its plan. All of it works offline.

mod overdue;
mod plan;

use std::ops::RangeInclusive;

use casevault_crypto::assistance::{Assistance, Record, is_past};
use casevault_crypto::event::{Body, RecordId, RecordKind, RecordSet, class};
use casevault_crypto::journal::Place;
use casevault_crypto::random::{SystemRandom, draw};
use casevault_wire::id::JournalId;
use data_encoding::HEXLOWER;

use crate::cases::check_fields;
use crate::client::Client;
use crate::error::{ClientError, Result, What};
use crate::names::{Kind, choose, name_of};
use crate::search;
use crate::store::sql::Connection;
use crate::view::{AssistanceView, Delivery, RecordView, no_randomness};

pub use plan::NewPlan;

/// The kinds of services, each with the field that says which one it is.
pub const SERVICES: [(&str, &str); 7] = [
    ("accommodation", "cv_Accommodation"),
    ("medical", "cv_MedicalSupport"),
    ("psychosocial", "cv_PsychosocialSupport"),
    ("training", "cv_SkillsTraining"),
    ("legal", "cv_LegalSupport"),
    ("reintegration", "cv_Reintegration"),
    ("other", "cv_OtherSupport"),
];

/// Classes of the events that a case's assistance follows from.
const CLASSES: &[RangeInclusive<u16>] = &[
    class::FIELD_SET..=class::FIELD_SET,
    class::CONSENT_GIVEN..=class::CONSENT_CONFIRMED,
    class::RECORD_SET..=class::PLAN_APPROVED,
];

impl Client {
    /// Adds a service, a movement or a follow-up to a case. Returns its id.
    ///
    /// # Errors
    /// [`ClientError::Field`] for a field or a code that the standard does not have; [`ClientError::Text`] without any.
    pub async fn record_add(&self, case: &str, kind: RecordKind, fields: &[(String, String)]) -> Result<(RecordId, Delivery)> {
        let values = check_fields(fields)?.ok_or(ClientError::Text)?.values;
        self.check_writing()?;
        let record = draw(&mut SystemRandom).map_err(no_randomness)?;
        let delivery = self.write_to_case(case, &[RecordSet { kind, record, values }.into()]).await?;
        Ok((record, delivery))
    }

    /// Sets fields of a service, a movement, a follow-up or a goal. An empty value clears a field.
    ///
    /// # Errors
    /// As [`Client::record_add`]; [`ClientError::Unknown`] or [`ClientError::Ambiguous`] if `record` names none or several.
    pub async fn record_set(
        &self,
        case: &str,
        (kind, record): (RecordKind, &str),
        fields: &[(String, String)],
    ) -> Result<(RecordId, Delivery)> {
        let values = check_fields(fields)?.ok_or(ClientError::Text)?.values;
        let _turn = self.turn.lock().await;
        self.check_writing()?;
        let place = self.case_place(case).await?;
        let record = match find(&self.assistance_of(&place)?, kind, record) {
            Err(ClientError::Unknown(_)) => {
                self.refresh_case(&place).await?;
                find(&self.assistance_of(&place)?, kind, record)?
            }
            found => found?,
        };
        let first = self.queue(&place, &[RecordSet { kind, record, values }.into()])?;
        Ok((record, self.deliver(first).await?))
    }

    /// What a case says of assistance.
    ///
    /// # Errors
    /// As [`Client::case`].
    pub async fn assistance(&self, case: &str) -> Result<AssistanceView> {
        self.check_at_home()?;
        let (_turn, place) = self.look_at_case(case).await?;
        self.assistance_view(&place)
    }

    /// Today, by this device's clock, in UTC.
    pub fn today(&self) -> String {
        casevault_crypto::assistance::Day::of(self.now()).to_string()
    }

    pub(crate) fn assistance_view(&self, place: &Place) -> Result<AssistanceView> {
        let said = self.assistance_of(place)?;
        let shown = RecordKind::ALL.into_iter().filter(|kind| *kind != RecordKind::Goal);
        let records =
            shown.flat_map(|kind| said.records_of(kind)).map(|record| self.record_view(record)).collect::<Result<_>>()?;
        let plan = self.plan_view(&said)?;
        Ok(AssistanceView { records, plan, lacks_guardian: said.lacks_guardian(self.now()) })
    }

    /// What a case says, what waits to be sent included. A profile to travel with has nothing of it (R-6.6-9).
    pub(crate) fn assistance_of(&self, place: &Place) -> Result<Assistance> {
        if self.travels()? {
            return Ok(Assistance::default());
        }
        let mut said = self.accepted_assistance(place)?;
        self.tell_queued(place, |told, organisation| said.apply(told, organisation))?;
        Ok(said)
    }

    pub(crate) fn accepted_assistance(&self, place: &Place) -> Result<Assistance> {
        let mut said = Assistance::default();
        self.tell_accepted(place, CLASSES, |told, organisation| said.apply(told, organisation))?;
        Ok(said)
    }

    /// Whether somebody approved a plan who may not, which no program of ours does (R-6.10-2).
    pub(crate) fn has_false_approval(&self, place: &Place) -> Result<bool> {
        Ok(self.accepted_assistance(place)?.approvals.iter().any(|approval| approval.verdict.is_false()))
    }

    pub(crate) fn record_view(&self, record: &Record) -> Result<RecordView> {
        Ok(RecordView {
            kind: record.kind,
            id: record.id,
            fields: record.values.iter().map(|(field, value)| (field.clone(), value.clone())).collect(),
            overdue: record.due().is_some_and(|due| is_past(due, self.now())),
            time: record.time,
            person: record.person,
            person_name: self.profile.store.read(|db| name_of(db, Kind::Person, &record.person.0))?,
            delivery: if record.sequence == u64::MAX { Delivery::Queued } else { Delivery::Sent },
        })
    }
}

/// The record, or the goal of the plan, that `text` names by its id or the beginning of it.
fn find(said: &Assistance, kind: RecordKind, text: &str) -> Result<RecordId> {
    let ids: Vec<RecordId> = match kind {
        RecordKind::Goal => {
            let goals = said.plan().map(|plan| plan.made.goals.as_slice()).unwrap_or_default();
            goals.iter().map(|goal| goal.goal).collect()
        }
        _ => said.records_of(kind).iter().map(|record| record.id).collect(),
    };
    choose(text, What::Record, ids.into_iter().map(|id| (JournalId(id), None))).map(|id| id.0)
}

/// Puts what an event says of assistance into the index.
pub(crate) fn index(db: &Connection, place: &Place, body: &Body) -> Result<()> {
    let case = (&place.team, &place.journal);
    match body {
        Body::RecordSet(set) => set.values.as_slice().iter().try_for_each(|value| {
            let key = format!("{} {}", HEXLOWER.encode(&set.record), value.field.as_str());
            match value.value.as_str() {
                "" => search::forget(db, case, (set.kind.as_str(), &key)),
                text => search::index(db, case, (set.kind.as_str(), &key), text),
            }
        }),
        Body::PlanMade(made) => {
            let goals = made.goals.as_slice().iter().map(|goal| goal.text.as_str());
            let text: Vec<_> = std::iter::once(made.objectives.as_str()).chain(goals).collect();
            search::index(db, case, ("plan", ""), &text.join("\n"))
        }
        _ => Ok(()),
    }
}
