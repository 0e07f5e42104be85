//! A device has merged a commit. The first one besides the committer's confirms it to the vault.

use casevault_service::http::problem::Problem;
use casevault_service::store::{StoreError, Write};
use casevault_wire::feed::{Confirmation, FeedEvent};
use casevault_wire::hash::Hash;
use casevault_wire::id::DeviceId;
use casevault_wire::keyserver::Acknowledgement;
use casevault_wire::problem::Code;

use super::Actor;
use super::group::{commit_key, committed, group, is_current, membership_key, welcome_key};
use super::refuse::refusal_key;
use crate::records::{Committed, Found, Group, Key, Kind, Membership, bytes, load};

/// How often a write that lost a race is tried again.
const TRIES: usize = 16;

/// A commit that is to be acknowledged, as stored.
struct Reached {
    committed: Committed,
    before: Option<Vec<u8>>,
}

impl Actor<'_> {
    /// Takes note that the device has reached an epoch. Repeating it changes nothing.
    pub(crate) async fn acknowledge(&self, acknowledgement: Acknowledgement) -> Result<(), Problem> {
        for _ in 0..TRIES {
            match self.try_acknowledge(acknowledgement).await {
                Err(Problem(Code::Busy)) => {}
                other => return other,
            }
        }
        Err(Problem(Code::Busy))
    }

    async fn try_acknowledge(&self, Acknowledgement { epoch, commit }: Acknowledgement) -> Result<(), Problem> {
        let records = &*self.server.records;
        let group_now = group(records, &self.place).await?;
        let key = membership_key(&self.place, &self.device);
        let member = load::<Membership>(records, &key).await?;
        let (Some(group), Some(membership)) = (&group_now.value, member.value) else { return Err(Problem(Code::Conflict)) };
        let reached = self.reached(group, epoch, commit).await?;
        if membership.acknowledged.is_some_and(|acknowledged| acknowledged >= epoch) {
            return Ok(());
        }
        if membership.joined > epoch {
            return Err(Problem(Code::Conflict));
        }
        let refusal = refusal_key(&self.place, (epoch, &commit), &self.device).bytes();
        if records.read(&refusal).await?.is_some() {
            return Err(Problem(Code::Conflict));
        }
        let mut write = Write::default();
        write.expect(Key::of_team(Kind::Group, &self.place).bytes(), group_now.bytes);
        write.expect(key.clone().bytes(), member.bytes);
        write.expect(refusal, None);
        write.put(key.bytes(), bytes(&Membership { acknowledged: Some(epoch), ..membership }));
        if membership.waits() && !self.others_wait(membership.joined).await? {
            write.delete(welcome_key(&self.place, membership.joined).bytes());
        }
        match reached {
            Some(reached) if reached.committed.confirmed == 0 && reached.committed.committer != self.device => {
                self.confirm(reached, write).await
            }
            _ => written(records.write(write).await),
        }
    }

    /// The commit that began `epoch`, if it is still kept; it must be the one that was merged.
    async fn reached(&self, group: &Group, epoch: u64, commit: Hash) -> Result<Option<Reached>, Problem> {
        if epoch == 0 && commit == Hash::ZERO {
            return Ok(None);
        }
        let Found { value, bytes: before } = committed(&*self.server.records, &self.place, epoch).await?;
        let Some(committed) = value.filter(|_| epoch <= group.current.epoch) else { return Err(Problem(Code::Conflict)) };
        let same = casevault_wire::mls::commit_hash(committed.record.commit.as_slice()) == commit;
        if same { Ok(Some(Reached { committed, before })) } else { Err(Problem(Code::Conflict)) }
    }

    async fn confirm(&self, Reached { committed, before }: Reached, mut write: Write) -> Result<(), Problem> {
        let tip = self.cell.tip.lock().await;
        let (epoch, generation) = (committed.data.epoch, committed.data.generation);
        let key = commit_key(&self.place, epoch).bytes();
        write.expect(key.clone(), before);
        write.put(key, bytes(&Committed { confirmed: 1, ..committed }));
        let mut pen = self.server.pen(self.place.organisation, *tip);
        pen.write = write;
        pen.say(FeedEvent::Confirmed(Confirmation { team: self.place.team, epoch, generation }));
        match self.server.publish(self.cell, tip, pen, None).await {
            Err(Problem(Code::Conflict)) => Err(Problem(Code::Busy)),
            other => other,
        }
    }

    /// Whether another current device still needs the Welcome of `epoch`.
    async fn others_wait(&self, epoch: u64) -> Result<bool, Problem> {
        let Some(committed) = committed(&*self.server.records, &self.place, epoch).await?.value else { return Ok(false) };
        let organisation = self.cell.organisation();
        let waits = |device: &DeviceId| *device != self.device && is_current(&organisation, &self.place, device);
        for device in committed.added.as_slice().iter().filter(|device| waits(device)) {
            let membership = load::<Membership>(&*self.server.records, &membership_key(&self.place, device)).await?.value;
            if membership.is_some_and(|membership| membership.joined == epoch && membership.waits()) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// A precondition that does not hold means that the group moved on meanwhile: to be tried again.
fn written(result: Result<(), StoreError>) -> Result<(), Problem> {
    match result {
        Err(StoreError::Conflict) => Err(Problem(Code::Busy)),
        other => Ok(other?),
    }
}
