//! What was to be done by a day that is over, in all cases of this device.

use casevault_crypto::assistance::{Record, is_past};
use casevault_crypto::event::RecordKind;
use casevault_crypto::journal::Place;
use casevault_wire::id::TeamId;

use crate::client::Client;
use crate::error::Result;
use crate::view::{OverdueKind, OverdueView};

use super::SERVICES;

/// Cases that say something of assistance, or of which something waits to be sent.
const CASES: &str =
    "SELECT s.team, s.journal FROM standing s JOIN teams t ON t.team = s.team WHERE t.gone = 0 AND (?1 IS NULL OR s.team = ?1)
    AND (EXISTS (SELECT 1 FROM entries e WHERE e.team = s.team AND e.journal = s.journal AND e.class BETWEEN 0x0130 AND 0x0132)
        OR EXISTS (SELECT 1 FROM outbox o WHERE o.team = s.team AND o.journal = s.journal))";

impl Client {
    /// Services, follow-ups, goals and reviews that are past their day by this device's clock, in all cases that are on this device or in
    /// those of one team, the longest overdue first. Asks no server.
    ///
    /// # Errors
    /// [`ClientError::Unknown`](crate::ClientError::Unknown) or [`ClientError::Ambiguous`](crate::ClientError::Ambiguous) if `team` names none or several.
    pub async fn overdue(&self, team: Option<&str>) -> Result<Vec<OverdueView>> {
        let _turn = self.turn.lock().await;
        self.check_at_home()?;
        let team: Option<TeamId> = team.map(|team| self.find_team(team)).transpose()?;
        let places = self.profile.store.read(|db| self.places(db, CASES, [team.map(|team| team.0)]))?;
        let mut found = Vec::new();
        for place in &places {
            found.extend(self.overdue_in(place)?);
        }
        found.sort_by(|one, other| (&one.due, &one.title, one.kind).cmp(&(&other.due, &other.title, other.kind)));
        Ok(found)
    }

    fn overdue_in(&self, place: &Place) -> Result<Vec<OverdueView>> {
        let said = self.assistance_of(place)?;
        let title = self.title_of(place)?;
        let view = |kind, id, text, due: &str| OverdueView {
            case: place.journal,
            title: title.clone(),
            team: place.team,
            kind,
            id,
            text,
            fields: Vec::new(),
            due: due.to_owned(),
        };
        let mut late = Vec::new();
        for record in said.records.0.values() {
            if let Some(due) = record.due().filter(|due| is_past(due, self.now())) {
                let fields = few(record);
                let text = fields.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", ");
                late.push(OverdueView { fields, ..view(OverdueKind::Record(record.kind), Some(record.id), text, due) });
            }
        }
        if let Some(plan) = said.plan() {
            let goals = plan.made.goals.as_slice().iter().map(|goal| self.goal_view(&said, goal));
            let goals = goals.filter(|goal| goal.overdue);
            late.extend(goals.map(|goal| view(OverdueKind::Record(RecordKind::Goal), Some(goal.goal), goal.text, &goal.due)));
            if is_past(plan.made.review.as_str(), self.now()) {
                let (objectives, review) = (plan.made.objectives.as_str(), plan.made.review.as_str());
                late.push(view(OverdueKind::Review, None, objectives.to_owned(), review));
            }
        }
        Ok(late)
    }
}

/// What a record is, in few of its fields.
fn few(record: &Record) -> Vec<(&'static str, String)> {
    let fields = SERVICES.iter().map(|(_, field)| *field).chain(["cv_ServiceAgency", "cv_FollowUpNote"]);
    fields.map(|field| (field, record.value(field).to_owned())).filter(|(_, value)| !value.is_empty()).collect()
}
