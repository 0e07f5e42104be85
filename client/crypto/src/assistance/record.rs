//! Records of a case (SPEC R-6.10-1): what is done for a person, each with an id and fields of its own.

use std::collections::BTreeMap;

use casevault_wire::codec::{List, Text};
use casevault_wire::id::PersonId;
use casevault_wire::limit;
use casevault_wire::time::Time;

use crate::consent::Told;
use crate::event::{FieldValue, RecordId, RecordKind, RecordSet};

/// A service, a movement, a follow-up, or what became of a goal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What it is about.
    pub kind: RecordKind,
    /// Its id.
    pub id: RecordId,
    /// The fields that have a value.
    pub values: BTreeMap<String, String>,
    /// The event that said the last of it.
    pub sequence: u64,
    /// When that was.
    pub time: Time,
    /// Who said it.
    pub person: PersonId,
}

impl Record {
    /// The value of a field; empty if it has none.
    pub fn value(&self, field: &str) -> &str {
        self.values.get(field).map(String::as_str).unwrap_or_default()
    }

    /// The field with the date by which it was to be done, unless it was done or given up (R-6.10-4).
    pub fn due(&self) -> Option<&str> {
        let open = |state: &str, over: [&str; 2]| !over.contains(&self.value(state));
        let (field, open) = match self.kind {
            RecordKind::Service => ("cv_ServiceUntil", open("cv_ServiceState", ["Delivered", "Cancelled"])),
            RecordKind::FollowUp => ("cv_FollowUpDate", self.value("cv_FollowUpDone").is_empty()),
            RecordKind::Movement | RecordKind::Goal => return None,
        };
        Some(self.value(field)).filter(|_| open)
    }

    /// Of what became of a goal: whether nothing is left to do.
    pub fn is_over(&self) -> bool {
        ["Reached", "Dropped"].contains(&self.value("cv_GoalState"))
    }
}

/// Records by kind and id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records(pub BTreeMap<(RecordKind, RecordId), Record>);

impl Records {
    /// Takes over what an event says of those fields that `counts`.
    pub fn set(&mut self, set: &RecordSet, told: &Told<'_>, counts: impl Fn(&str) -> bool) {
        let mut said = set.values.as_slice().iter().filter(|value| counts(value.field.as_str())).peekable();
        if said.peek().is_none() {
            return;
        }
        let (kind, id, values) = (set.kind, set.record, BTreeMap::new());
        let new = || Record { kind, id, values, sequence: told.sequence, time: told.time, person: told.person };
        let record = self.0.entry((kind, id)).or_insert_with(new);
        (record.sequence, record.time, record.person) = (told.sequence, told.time, told.person);
        for FieldValue { field, value } in said {
            match value.as_str() {
                "" => record.values.remove(field.as_str()),
                text => record.values.insert(field.as_str().to_owned(), text.to_owned()),
            };
        }
    }

    /// The events after which `there` has the values that these records have, of the fields that `counts`.
    pub fn missing(&self, there: &Self, counts: impl Fn(&str) -> bool) -> Vec<RecordSet> {
        let none = BTreeMap::new();
        let all = self.0.iter().flat_map(|(&(kind, record), own)| {
            let known = there.0.get(&(kind, record)).map_or(&none, |record| &record.values);
            let values = sets(&own.values, known, &counts).into_iter();
            values.map(move |values| RecordSet { kind, record, values })
        });
        all.collect()
    }
}

/// The values to set where `there` stands so that those of `here` stand, of the fields that `counts`: as many at once as one value may be
/// long, so that each fits an event.
pub fn sets(
    here: &BTreeMap<String, String>,
    there: &BTreeMap<String, String>,
    counts: impl Fn(&str) -> bool,
) -> Vec<List<FieldValue, { limit::FIELDS }>> {
    let new = here.iter().filter(|(field, value)| there.get(*field) != Some(value)).map(|(field, value)| (field, value.as_str()));
    let gone = there.keys().filter(|field| !here.contains_key(*field)).map(|field| (field, ""));
    let mut groups: Vec<Vec<FieldValue>> = Vec::new();
    let mut room = 0;
    for (field, value) in new.chain(gone).filter(|(field, _)| counts(field)) {
        let (Ok(name), Ok(text)) = (Text::new(field.clone()), Text::new(value)) else { continue };
        let length = field.len() + value.len();
        match groups.last_mut().filter(|group| length <= room && group.len() < limit::FIELDS) {
            Some(group) => {
                room -= length;
                group.push(FieldValue { field: name, value: text });
            }
            None => {
                room = limit::FIELD_VALUE.saturating_sub(length);
                groups.push(vec![FieldValue { field: name, value: text }]);
            }
        }
    }
    groups.into_iter().filter_map(|group| List::new(group).ok()).collect()
}
