//! Refusals of accepted commits, and when they make one void (SPEC §8.5).

use casevault_service::http::problem::Problem;
use casevault_wire::feed::{FeedEvent, SignedFeedItem};
use casevault_wire::hash::Hash;
use casevault_wire::id::DeviceId;
use casevault_wire::keyserver::{Refusal, SignedRefusal};
use casevault_wire::log::Organisation;
use casevault_wire::problem::Code;

use super::group::{Member, committed, group, is_current, members};
use super::{Actor, void};
use crate::records::{Committed, Key, Kind, Place, bytes, list};

/// Where a refusal is.
pub(super) fn refusal_key(place: &Place, (epoch, commit): (u64, &Hash), device: &DeviceId) -> Key {
    Key::of_team(Kind::Refusal, place).number(epoch).id(commit.as_bytes()).id(device.as_bytes())
}

impl Actor<'_> {
    /// Takes note of a refusal of the newest commit; makes the commit void once a majority refused it.
    pub(crate) async fn refuse(&self, signed: SignedRefusal) -> Result<(), Problem> {
        let tip = self.cell.tip.lock().await;
        let organisation = self.cell.organisation();
        let device = organisation.current_device(&self.device).ok_or(Problem(Code::Refused))?;
        let refusal = *signed.verify(&device.keys.signing).map_err(|_| Problem(Code::Malformed))?;
        if refusal.device != self.device || refusal.team != self.place.team {
            return Err(Problem(Code::Malformed));
        }
        if self.is_void(&refusal).await? {
            return Ok(());
        }
        let records = &*self.server.records;
        let found = group(records, &self.place).await?;
        let newest = found.value.as_ref().filter(|group| group.current.epoch == refusal.epoch);
        let commit = committed(records, &self.place, refusal.epoch)
            .await?
            .value
            .filter(|commit| newest.is_some() && names(commit, &refusal));
        let (Some(group), Some(commit)) = (newest, commit) else { return Err(Problem(Code::Conflict)) };
        let members = members(records, &self.place).await?;
        let voters = voters(&organisation, &self.place, &commit, &members);
        let refuser = members.iter().find(|member| member.device == self.device && member.device != commit.committer);
        let refuser = refuser.ok_or(Problem(Code::Conflict))?;
        if refuser.membership.acknowledged.is_some_and(|acknowledged| acknowledged >= refusal.epoch) {
            return Err(Problem(Code::Conflict));
        }
        let decided = self.is_decided(&refusal, &voters, commit.confirmed == 1).await?;
        let mut pen = self.server.pen(self.place.organisation, *tip);
        pen.write.expect(super::group::membership_key(&self.place, &self.device).bytes(), Some(refuser.bytes.clone()));
        pen.write.put(refusal_key(&self.place, (refusal.epoch, &refusal.commit), &self.device).bytes(), bytes(&signed));
        if decided {
            let standing = void::Standing { group, before: found.bytes.clone(), commit: &commit, members: &members };
            void::say(self.server, &mut pen, &self.place, standing).await?;
        }
        self.server.publish(self.cell, tip, pen, None).await
    }

    /// Whether the commit is void already.
    async fn is_void(&self, refusal: &Refusal) -> Result<bool, Problem> {
        let prefix = Key::of_team(Kind::Void, &self.place).number(refusal.epoch);
        let voids: Vec<SignedFeedItem> = list(&*self.server.records, &prefix, prefix.clone(), usize::MAX).await?;
        Ok(voids.iter().any(|item| matches!(&item.content.event, FeedEvent::Void(void) if void.commit == refusal.commit)))
    }

    /// Whether, with this one, more than half of the voters have refused. Where there is one voter alone, its word is enough only
    /// as long as nobody confirmed the commit.
    async fn is_decided(&self, refusal: &Refusal, voters: &[&Member], confirmed: bool) -> Result<bool, Problem> {
        let prefix = Key::of_team(Kind::Refusal, &self.place).number(refusal.epoch).id(refusal.commit.as_bytes());
        let earlier: Vec<SignedRefusal> = list(&*self.server.records, &prefix, prefix.clone(), usize::MAX).await?;
        let refused =
            |member: &&&Member| member.device == self.device || earlier.iter().any(|other| other.content.device == member.device);
        let refusals = voters.iter().filter(refused).count();
        Ok(refusals * 2 > voters.len() && (voters.len() > 1 || !confirmed))
    }
}

/// Who may judge a commit: the current devices of the team that were in the group before it, but not the committer. Refusals of
/// others, such as of those whom it adds, are kept and not counted.
fn voters<'a>(organisation: &Organisation, place: &Place, commit: &Committed, members: &'a [Member]) -> Vec<&'a Member> {
    let judges = |member: &&Member| {
        member.device != commit.committer
            && member.membership.joined < commit.data.epoch
            && is_current(organisation, place, &member.device)
    };
    members.iter().filter(judges).collect()
}

fn names(commit: &Committed, refusal: &Refusal) -> bool {
    matches!(&commit.record.receipt.content.event, FeedEvent::Receipt(receipt) if receipt.commit == refusal.commit)
}
