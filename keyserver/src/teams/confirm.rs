//! When a commit can no longer become void: once more than half of those who may judge it have merged it.

use casevault_service::http::problem::Problem;
use casevault_wire::feed::{Confirmation, FeedEvent};
use casevault_wire::log::Organisation;
use casevault_wire::problem::Code;

use super::Actor;
use super::group::{committed, group};
use super::roster::Roster;
use crate::records::{Committed, Group, Key, Kind, bytes};

/// Commits confirmed by one item at most, so that a step stays in bounds; the next acknowledgement goes on.
const STEP: u64 = 64;

impl Actor<'_> {
    /// Confirms, in order, what acknowledgements have settled.
    pub(super) async fn confirm(&self) -> Result<(), Problem> {
        let records = &*self.server.records;
        let Some(now) = group(records, &self.place).await?.value else { return Ok(()) };
        if self.settled(&self.cell.organisation(), &now).await?.is_none() {
            return Ok(());
        }
        let tip = self.cell.tip.lock().await;
        let found = group(records, &self.place).await?;
        let Some(now) = found.value else { return Ok(()) };
        let Some(last) = self.settled(&self.cell.organisation(), &now).await? else { return Ok(()) };
        let mut pen = self.server.pen(self.place.organisation, *tip);
        let key = Key::of_team(Kind::Group, &self.place).bytes();
        pen.write.expect(key.clone(), found.bytes);
        pen.write.put(key, bytes(&Group { confirmed: last.data.epoch, ..now }));
        let (epoch, generation) = (last.data.epoch, last.data.generation);
        pen.say(FeedEvent::Confirmed(Confirmation { team: self.place.team, epoch, generation }));
        match self.server.publish(self.cell, tip, pen, None).await {
            // Somebody else confirmed it.
            Err(Problem(Code::Conflict)) => Ok(()),
            other => other,
        }
    }

    /// The last of the commits that are settled and all follow each other from the last confirmed one.
    async fn settled(&self, organisation: &Organisation, group: &Group) -> Result<Option<Committed>, Problem> {
        let records = &*self.server.records;
        let newest = group.current.epoch.min(group.confirmed + STEP);
        let mut last = None;
        let mut roster = None;
        for epoch in group.confirmed + 1..=newest {
            let Some(commit) = committed(records, &self.place, epoch).await?.value else { return Ok(last) };
            if roster.is_none() {
                roster = Some(Roster::load(records, &self.place).await?);
            }
            if !roster.as_ref().is_some_and(|roster| is_settled(roster, organisation, &commit)) {
                return Ok(last);
            }
            last = Some(commit);
        }
        Ok(last)
    }
}

/// Whether more than half of those who judge the commit have merged it, each on one device at least: the rest cannot make it void any
/// more. Where nobody judges, anybody's word is enough, the committer's included.
fn is_settled(roster: &Roster, organisation: &Organisation, commit: &Committed) -> bool {
    let epoch = commit.data.epoch;
    let voices = roster.voices(organisation, (epoch, commit.committer));
    let merged = voices.iter().filter(|voice| voice.iter().any(|(_, membership)| membership.has_merged(epoch))).count();
    let anybody = || roster.members().any(|(_, membership)| membership.has_merged(epoch));
    if voices.is_empty() { anybody() } else { merged * 2 > voices.len() }
}
