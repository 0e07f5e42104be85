//! A group made anew for a team that was opened (SPEC R-8.9-10): it takes the old group's place at once, and nobody can undo it.

use casevault_service::http::problem::Problem;
use casevault_wire::commit::CommitData;
use casevault_wire::feed::{Confirmation, FeedEvent, Receipt, SignedFeedItem};
use casevault_wire::hash::Hash;
use casevault_wire::problem::Code;
use casevault_wire::recovery::Regroup;

use super::group::{commit_key, group, membership_key, welcome_key};
use super::roster::Roster;
use super::{Actor, check};
use crate::feed::Pen;
use crate::records::{Found, Group, Key, Kind, Membership, bytes};

impl Actor<'_> {
    /// Makes the group anew. Repeating it is answered with the same receipt.
    pub(crate) async fn regroup(&self, Regroup { data, link }: Regroup) -> Result<SignedFeedItem, Problem> {
        let tip = self.cell.tip.lock().await;
        let organisation = self.cell.organisation();
        let Found { value, bytes: before } = group(&*self.server.records, &self.place).await?;
        let group = value.ok_or(Problem(Code::Refused))?;
        if group.creation == data && group.creator == self.device {
            return Ok(group.receipt);
        }
        self.opening(&organisation, &group).ok_or(Problem(Code::Refused))?;
        check::place(&organisation, &self.place, &data)?;
        check::follows(&group.current, &data, (Some(&link), false))?;
        if organisation.recovery().opened(&self.place.team).is_none_or(|(length, _)| data.log_length < length) {
            return Err(Problem(Code::Conflict));
        }
        let mut pen = self.server.pen(self.place.organisation, *tip);
        let item = pen.say(FeedEvent::Receipt(Receipt::of(&data, Hash::ZERO)));
        let CommitData { team, epoch, generation, .. } = data;
        pen.say(FeedEvent::Confirmed(Confirmation { team, epoch, generation }));
        self.forget(&group, &mut pen).await?;
        pen.write.put(Key::of_team(Kind::Link, &self.place).number(generation).bytes(), bytes(&link));
        let key = Key::of_team(Kind::Group, &self.place).bytes();
        pen.write.expect(key.clone(), before);
        let anew = Group {
            creator: self.device,
            creation: data.clone(),
            receipt: item.clone(),
            current: data,
            oldest: epoch.saturating_add(1),
            confirmed: epoch,
        };
        pen.write.put(key, bytes(&anew));
        self.server.publish(self.cell, tip, pen, None).await?;
        self.forget_history().await;
        Ok(item)
    }

    /// Lets the old group's members and commits go. This device alone is in the group now.
    async fn forget(&self, old: &Group, pen: &mut Pen<'_>) -> Result<(), Problem> {
        let roster = Roster::load(&*self.server.records, &self.place).await?;
        for (device, _) in roster.members().filter(|(device, _)| **device != self.device) {
            pen.write.delete(membership_key(&self.place, device).bytes());
        }
        for epoch in old.oldest..=old.current.epoch {
            pen.write.delete(commit_key(&self.place, epoch).bytes());
            pen.write.delete(welcome_key(&self.place, epoch).bytes());
        }
        let epoch = old.current.epoch.saturating_add(1);
        let membership = Membership { joined: epoch, welcomed: epoch, acknowledged: Some(epoch) };
        pen.write.put(membership_key(&self.place, &self.device).bytes(), bytes(&membership));
        Ok(())
    }
}
