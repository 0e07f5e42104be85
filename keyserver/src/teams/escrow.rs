//! Teams' keys that wait for recovery (SPEC §8.9): kept sealed, and handed to nobody but the device that a logged opening names.

use casevault_service::http::problem::Problem;
use casevault_wire::codec::List;
use casevault_wire::id::DeviceId;
use casevault_wire::limit;
use casevault_wire::log::{Organisation, TeamKind};
use casevault_wire::problem::Code;
use casevault_wire::recovery::{Announcement, Escrow, Escrows};

use super::Actor;
use super::group::group;
use super::history::{cut_key, cuts};
use crate::records::{Bounds, Group, Key, Kind, Place, bytes, load, page};

/// Where a device's escrow is.
pub(crate) fn escrow_key(place: &Place, device: &DeviceId) -> Key {
    Key::of_team(Kind::Escrow, place).id(device.as_bytes())
}

impl Actor<'_> {
    /// Keeps what the device leaves, in place of what it left before.
    pub(crate) async fn leave_escrow(&self, escrow: Escrow) -> Result<(), Problem> {
        let organisation = self.cell.organisation();
        let chosen = organisation.team(&self.place.team).is_some_and(|team| team.kind == TeamKind::RecoverableCases);
        if !chosen {
            return Err(Problem(Code::Refused));
        }
        let in_force = organisation.recovery().in_force().is_some_and(|(hash, _)| hash == escrow.policy);
        let group = group(&*self.server.records, &self.place).await?.value;
        let cuts = cuts(&*self.server.records, &self.place).await?;
        let since = cuts.iter().filter(|(_, cut, _)| cut.settled != 0).map(|(generation, ..)| *generation).max().unwrap_or(1);
        let reached = group.is_some_and(|group| (since..=group.current.generation).contains(&escrow.generation));
        if !in_force || !reached {
            return Err(Problem(Code::Conflict));
        }
        let key = escrow_key(&self.place, &self.device);
        let before = load::<Escrow>(&*self.server.records, &key).await?;
        let mut write = casevault_service::store::Write::default();
        for (generation, _, stored) in cuts {
            write.expect(cut_key(&self.place, generation).bytes(), Some(stored));
        }
        write.expect(key.clone().bytes(), before.bytes);
        write.put(key.bytes(), bytes(&escrow));
        Ok(self.server.records.write(write).await?)
    }

    /// What was left for the team, for the device that the newest opening names.
    pub(crate) async fn escrows(&self) -> Result<Escrows, Problem> {
        let organisation = self.cell.organisation();
        let group = group(&*self.server.records, &self.place).await?.value.ok_or(Problem(Code::Refused))?;
        let opened = self.opening(&organisation, &group).ok_or(Problem(Code::Refused))?;
        let prefix = Key::of_team(Kind::Escrow, &self.place);
        let bounds = Bounds { count: limit::ESCROWS, bytes: limit::BODY / 2 };
        let mut escrows: Vec<Escrow> = page(&*self.server.records, &prefix, prefix.clone(), bounds).await?;
        escrows.retain(|escrow| escrow.policy == opened.policy);
        Ok(Escrows { escrows: List::new(escrows).map_err(|_| Problem(Code::Unavailable))? })
    }

    /// The opening that lets this device have the team's keys: the newest, as long as the group has not gone on since, nor was made anew.
    pub(super) fn opening(&self, organisation: &Organisation, group: &Group) -> Option<Announcement> {
        let (length, announcement) = organisation.recovery().opened(&self.place.team)?;
        let open = announcement.device == self.device && group.current.log_length < length;
        open.then_some(*announcement)
    }
}
