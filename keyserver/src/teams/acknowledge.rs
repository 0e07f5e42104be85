//! A device has merged a commit. Once enough have, it is confirmed.

use casevault_service::http::problem::Problem;
use casevault_service::store::{StoreError, Write};
use casevault_wire::hash::Hash;
use casevault_wire::id::DeviceId;
use casevault_wire::keyserver::{Acknowledgement, SignedRefusal};
use casevault_wire::problem::Code;

use super::Actor;
use super::group::{committed, group, is_current, membership_key, welcome_key};
use super::refuse::refusal_key;
use crate::records::{Group, Key, Kind, Membership, bytes, list, load};

/// How often a write that lost a race is tried again.
const TRIES: usize = 16;

impl Actor<'_> {
    /// Takes note that the device has reached an epoch, and confirms what that settles. Repeating it changes nothing.
    pub(crate) async fn acknowledge(&self, acknowledgement: Acknowledgement) -> Result<(), Problem> {
        for _ in 0..TRIES {
            match self.try_acknowledge(acknowledgement).await {
                Err(Problem(Code::Busy)) => {}
                Err(problem) => return Err(problem),
                Ok(()) => {
                    self.confirm().await?;
                    self.forget_history().await;
                    return Ok(());
                }
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
        self.stands(group, epoch, commit).await?;
        if membership.has_merged(epoch) {
            return Ok(());
        }
        if membership.joined > epoch {
            return Err(Problem(Code::Conflict));
        }
        let mut write = Write::kept();
        write.expect(Key::of_team(Kind::Group, &self.place).bytes(), group_now.bytes);
        write.expect(key.clone().bytes(), member.bytes);
        write.put(key.bytes(), bytes(&Membership { acknowledged: Some(epoch), ..membership }));
        self.withdraw_refusals((group.confirmed, epoch), &mut write).await?;
        if membership.waits() && !self.others_wait(membership.welcomed).await? {
            write.delete(welcome_key(&self.place, membership.welcomed).bytes());
        }
        match records.write(write).await {
            // The group moved on meanwhile: to be tried again.
            Err(StoreError::Conflict) => Err(Problem(Code::Busy)),
            other => Ok(other?),
        }
    }

    /// That `commit` began `epoch` and stands.
    async fn stands(&self, group: &Group, epoch: u64, commit: Hash) -> Result<(), Problem> {
        if epoch == group.creation.epoch && commit == Hash::ZERO {
            return Ok(());
        }
        let committed = committed(&*self.server.records, &self.place, epoch).await?.value;
        let committed = committed.filter(|_| epoch <= group.current.epoch).ok_or(Problem(Code::Conflict))?;
        let same = casevault_wire::mls::commit_hash(committed.record.commit.as_slice()) == commit;
        if same { Ok(()) } else { Err(Problem(Code::Conflict)) }
    }

    /// Whoever merges a commit after all no longer refuses it, nor those before it.
    async fn withdraw_refusals(&self, (confirmed, epoch): (u64, u64), write: &mut Write) -> Result<(), Problem> {
        let prefix = Key::of_team(Kind::Refusal, &self.place);
        let refusals: Vec<SignedRefusal> =
            list(&*self.server.records, &prefix, prefix.clone().number(confirmed + 1), usize::MAX).await?;
        let own = refusals.iter().map(|refusal| &refusal.content).filter(|refusal| refusal.device == self.device);
        for refusal in own.filter(|refusal| refusal.epoch <= epoch) {
            write.delete(refusal_key(&self.place, (refusal.epoch, &refusal.commit), &self.device).bytes());
        }
        Ok(())
    }

    /// Whether another current device may still need the Welcome of `epoch`.
    async fn others_wait(&self, epoch: u64) -> Result<bool, Problem> {
        let Some(committed) = committed(&*self.server.records, &self.place, epoch).await?.value else { return Ok(false) };
        let organisation = self.cell.organisation();
        let waits = |device: &DeviceId| *device != self.device && is_current(&organisation, &self.place, device);
        for device in committed.added.as_slice().iter().filter(|device| waits(device)) {
            let membership = load::<Membership>(&*self.server.records, &membership_key(&self.place, device)).await?.value;
            if membership.is_some_and(|member| member.waits() && (member.joined..=member.welcomed).contains(&epoch)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
