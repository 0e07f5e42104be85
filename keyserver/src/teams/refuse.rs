//! Refusals of accepted commits, and when they make one void (SPEC §8.5).

use casevault_service::http::problem::Problem;
use casevault_wire::codec::List;
use casevault_wire::feed::{FeedEvent, SignedFeedItem};
use casevault_wire::hash::Hash;
use casevault_wire::id::DeviceId;
use casevault_wire::keyserver::{Refusal, RefusedCommit, RefusedCommits, SignedRefusal};
use casevault_wire::limit;
use casevault_wire::mls::commit_hash;
use casevault_wire::problem::Code;

use super::group::{committed, group, membership_key};
use super::roster::{Roster, Voice};
use super::{Actor, void};
use crate::records::{Key, Kind, Place, bytes, list};
use crate::state::Keyserver;

/// Where a refusal is.
pub(super) fn refusal_key(place: &Place, (epoch, commit): (u64, &Hash), device: &DeviceId) -> Key {
    Key::of_team(Kind::Refusal, place).number(epoch).id(commit.as_bytes()).id(device.as_bytes())
}

impl Actor<'_> {
    /// Takes note of a refusal of a commit that is not confirmed; makes it void, with what was built on it, once a majority
    /// refused it.
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
        let group = found.value.ok_or(Problem(Code::Conflict))?;
        let commit = void::open_to_judgement(records, &self.place, &group, (refusal.epoch, refusal.commit)).await?;
        let roster = Roster::load(records, &self.place).await?;
        let membership = roster.get(&self.device).filter(|_| self.device != commit.committer).ok_or(Problem(Code::Conflict))?;
        if membership.has_merged(refusal.epoch) {
            return Err(Problem(Code::Conflict));
        }
        let decided = self.is_decided(&refusal, roster.voices(&organisation, (refusal.epoch, commit.committer))).await?;
        let mut pen = self.server.pen(self.place.organisation, *tip);
        pen.write.put(refusal_key(&self.place, (refusal.epoch, &refusal.commit), &self.device).bytes(), bytes(&signed));
        pen.write.expect(membership_key(&self.place, &self.device).bytes(), roster.stored(&self.device));
        if decided {
            let standing = void::Standing { group, before: found.bytes, roster };
            void::say(self.server, &mut pen, &self.place, (standing, refusal.epoch)).await?;
        }
        self.server.publish(self.cell, tip, pen, None).await
    }

    /// The commits that are neither confirmed nor void and that somebody refuses, oldest first.
    pub(crate) async fn refused(server: &Keyserver, place: &Place) -> Result<RefusedCommits, Problem> {
        let records = &*server.records;
        let mut commits = Vec::new();
        let Some(group) = group(records, place).await?.value else { return Ok(RefusedCommits { commits: List::default() }) };
        for epoch in group.confirmed.saturating_add(1)..=group.current.epoch {
            let Some(commit) = committed(records, place, epoch).await?.value else { continue };
            let hash = commit_hash(commit.record.commit.as_slice());
            let prefix = Key::of_team(Kind::Refusal, place).number(epoch).id(hash.as_bytes());
            let refusals: Vec<SignedRefusal> = list(records, &prefix, prefix.clone(), limit::TEAM_MEMBERS).await?;
            if !refusals.is_empty() && commits.len() < limit::COMMIT_PAGE {
                let refusals = List::new(refusals).map_err(|_| Problem(Code::Unavailable))?;
                commits.push(RefusedCommit { receipt: commit.record.receipt, refusals });
            }
        }
        Ok(RefusedCommits { commits: List::new(commits).map_err(|_| Problem(Code::Unavailable))? })
    }

    /// Whether the commit is void already.
    async fn is_void(&self, refusal: &Refusal) -> Result<bool, Problem> {
        let prefix = Key::of_team(Kind::Void, &self.place).number(refusal.epoch);
        let voids: Vec<SignedFeedItem> = list(&*self.server.records, &prefix, prefix.clone(), usize::MAX).await?;
        Ok(voids.iter().any(|item| matches!(&item.content.event, FeedEvent::Void(void) if void.commit == refusal.commit)))
    }

    /// Whether more than half of several who judge the commit refuse it, none of whose devices has merged it. One alone refuses nothing:
    /// whoever merged it could not go back, and an administrator can still make it void.
    async fn is_decided(&self, refusal: &Refusal, voices: Vec<Voice<'_>>) -> Result<bool, Problem> {
        let prefix = Key::of_team(Kind::Refusal, &self.place).number(refusal.epoch).id(refusal.commit.as_bytes());
        let earlier: Vec<SignedRefusal> = list(&*self.server.records, &prefix, prefix.clone(), usize::MAX).await?;
        let refused = |device: &DeviceId| *device == self.device || earlier.iter().any(|other| other.content.device == *device);
        let against = |voice: &&Voice<'_>| {
            voice.iter().any(|(device, _)| refused(device))
                && !voice.iter().any(|(_, membership)| membership.has_merged(refusal.epoch))
        };
        Ok(voices.len() > 1 && voices.iter().filter(against).count() * 2 > voices.len())
    }
}
