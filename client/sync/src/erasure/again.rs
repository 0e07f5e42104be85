//! Requests whose day had not come when history was cut: whoever made one makes it again, in the team's new journal.

use std::collections::BTreeSet;

use casevault_crypto::event::{Body, ErasureAsked};
use casevault_crypto::journal::Place;
use casevault_wire::codec::Text;
use casevault_wire::id::{JournalId, PersonId};
use casevault_wire::time::Time;

use super::CLASSES;
use crate::client::Client;
use crate::error::{ClientError, Result};

/// Who asked for which case, and when.
type Asked = (JournalId, PersonId, Time);

impl Client {
    /// The events by which this device's person asks again in the journal `after` for what they asked for before, but for what is `settled`.
    /// Nobody's device confirms anything: a second person does, who sees it, and everybody has the time to stop it anew.
    pub(super) fn asked_again(&self, befores: &[Place], after: &Place, settled: &BTreeSet<JournalId>) -> Result<Vec<Body>> {
        let organisation = self.organisation()?;
        let mut later = self.asked(after)?;
        let mut bodies = Vec::new();
        // The newest journal first: what was asked again there had its fate there.
        for before in befores.iter().rev() {
            for request in self.requests(before)?.iter().filter(|request| !settled.contains(&request.case)) {
                let is_later = |asked: &Asked| (asked.0, asked.1) == (request.case, request.person) && asked.2 >= request.time;
                // Where who asked has left, whoever confirmed it wanted it, too.
                let confirmed = request.confirmed.map(|(person, _)| person);
                let left = !organisation.is_member(&after.team, &request.person);
                let wanted = if left { confirmed } else { Some(request.person) };
                if wanted == Some(self.me.person) && !later.iter().any(is_later) {
                    let reason = Text::new(request.reason.clone()).map_err(|_| ClientError::Damaged)?;
                    bodies.push(ErasureAsked { case: request.case, reason }.into());
                }
            }
            later.extend(self.asked(before)?);
        }
        Ok(bodies)
    }

    /// What was asked for in a journal, whatever became of it.
    fn asked(&self, place: &Place) -> Result<BTreeSet<Asked>> {
        let mut found = BTreeSet::new();
        self.tell_accepted(place, CLASSES, |told, _| {
            if let Body::ErasureAsked(asked) = told.body {
                found.insert((asked.case, told.person, told.time));
            }
        })?;
        Ok(found)
    }
}
