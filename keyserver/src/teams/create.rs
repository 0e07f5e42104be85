//! The creation of a team's group, once.

use casevault_service::http::problem::Problem;
use casevault_wire::feed::{FeedEvent, Receipt, SignedFeedItem};
use casevault_wire::hash::Hash;
use casevault_wire::keyserver::GroupCreation;
use casevault_wire::log::Organisation;
use casevault_wire::problem::Code;

use super::group::{group, is_current, membership_key};
use super::{Actor, check};
use crate::records::{Group, Key, Kind, Membership, bytes};

impl Actor<'_> {
    /// Makes the group. Repeating it is answered with the same receipt.
    pub(crate) async fn create(&self, creation: GroupCreation) -> Result<SignedFeedItem, Problem> {
        let data = creation.data;
        let tip = self.cell.tip.lock().await;
        let organisation = self.cell.organisation();
        if let Some(group) = group(&*self.server.records, &self.place).await?.value {
            let same = group.creation == data && group.creator == self.device;
            return if same { Ok(group.receipt) } else { Err(Problem(Code::Conflict)) };
        }
        check::place(&organisation, &self.place, &data)?;
        if data.epoch != 0 || data.generation != 1 || data.link != Hash::ZERO {
            return Err(Problem(Code::Malformed));
        }
        if !self.may_create(&organisation) {
            return Err(Problem(Code::Refused));
        }
        let mut pen = self.server.pen(self.place.organisation, *tip);
        let item = pen.say(FeedEvent::Receipt(Receipt::of(&data, Hash::ZERO)));
        let key = Key::of_team(Kind::Group, &self.place).bytes();
        pen.write.expect(key.clone(), None);
        let group =
            Group { creator: self.device, creation: data.clone(), receipt: item.clone(), current: data, oldest: 1, confirmed: 0 };
        pen.write.put(key, bytes(&group));
        let membership = Membership { joined: 0, welcomed: 0, acknowledged: Some(0) };
        pen.write.put(membership_key(&self.place, &self.device).bytes(), bytes(&membership));
        self.server.publish(self.cell, tip, pen, None).await?;
        Ok(item)
    }

    /// The person named first makes the group; if they have no device in the team any more, anybody in it does.
    fn may_create(&self, organisation: &Organisation) -> bool {
        let Some(team) = organisation.team(&self.place.team) else { return false };
        let of_first = |device| organisation.device(device).is_some_and(|device| device.person == team.first);
        let first_is_there =
            organisation.devices().keys().any(|device| of_first(device) && is_current(organisation, &self.place, device));
        is_current(organisation, &self.place, &self.device) && (of_first(&self.device) || !first_is_there)
    }
}
