//! Making a policy: its seed is split at once and forgotten. The policy is stated once every share was typed back, so that a share
//! that was printed or copied wrongly is found while there is another.

use casevault_crypto::keys::RecoverySeed;
use casevault_crypto::random::{SystemRandom, draw};
use casevault_crypto::recovery::{RecoveryKeys, Share, judge, split, takes_escrows};
use casevault_wire::codec::{List, decode, encode};
use casevault_wire::id::{PersonId, RecoveryPolicyId};
use casevault_wire::limit;
use casevault_wire::log::{PolicyStanding, Role, Statement};
use casevault_wire::recovery::{RecoveryPolicy, Trustee, policy_hash};
use casevault_wire::time::Time;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::names::{Kind, name_of};
use crate::store::{meta, set_meta};
use crate::view::{CheckedShare, PrintedShare, ShareState, no_randomness};

/// Where the store keeps a policy whose shares are not all tested.
const DRAFT: &str = "recovery draft";

/// What a policy shall be.
#[derive(Clone, Debug)]
pub struct RecoveryPlan {
    /// How many shares open.
    pub threshold: u8,
    /// Who gets one, by name or id.
    pub trustees: Vec<String>,
    /// Milliseconds between an announcement and its opening.
    pub delay: u64,
    /// When the policy ends.
    pub until: Time,
}

/// A policy that waits for its shares to be tested. It holds nothing secret.
#[derive(Clone, Debug, TlsSerialize, TlsDeserialize, TlsSize)]
struct Draft {
    policy: RecoveryPolicy,
    /// The numbers of the shares that were tested.
    tested: List<u8, { limit::TRUSTEES }>,
}

impl Draft {
    /// Takes note that a share is good.
    fn test(&mut self, index: u8) -> Result<()> {
        let mut tested = std::mem::take(&mut self.tested).into_vec();
        if !tested.contains(&index) {
            tested.push(index);
        }
        self.tested = List::new(tested).map_err(|_| ClientError::Damaged)?;
        Ok(())
    }

    fn left(&self) -> usize {
        self.policy.trustees.as_slice().len().saturating_sub(self.tested.as_slice().len())
    }
}

impl Client {
    /// Makes a policy and the shares of its trustees, which are nowhere but in the answer. A policy that waited on this device is given
    /// up.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] unless this person is an administrator, [`ClientError::Policy`] for a policy that could not be used.
    pub async fn recovery_create(&self, plan: &RecoveryPlan) -> Result<Vec<PrintedShare>> {
        self.sync_log().await?;
        self.administer()?;
        let people = plan.trustees.iter().map(|person| self.find_person(person)).collect::<Result<Vec<_>>>()?;
        let count = u8::try_from(people.len()).ok().filter(|_| people.len() <= limit::TRUSTEES).ok_or(ClientError::Policy)?;
        let distinct = people.iter().collect::<std::collections::BTreeSet<_>>().len() == people.len();
        if !(2..=count).contains(&plan.threshold) || !distinct || plan.until <= self.now() {
            return Err(ClientError::Policy);
        }
        let id = RecoveryPolicyId(draw(&mut SystemRandom).map_err(no_randomness)?);
        let seed = RecoverySeed::generate(&mut SystemRandom).map_err(no_randomness)?;
        let shares = split(&seed, id, (plan.threshold, count), &mut SystemRandom).map_err(|_| ClientError::Randomness)?;
        let (sealing_key, signing_key) = RecoveryKeys::derive(&seed, self.me.organisation).public(&self.crypto);
        drop(seed);
        let trustee = |(person, share): (&PersonId, &Share)| Trustee { person: *person, commitment: share.commitment() };
        let trustees = List::new(people.iter().zip(&shares).map(trustee).collect()).map_err(|_| ClientError::Policy)?;
        let RecoveryPlan { threshold, delay, until, .. } = *plan;
        let policy = RecoveryPolicy { id, sealing_key, signing_key, threshold, trustees, delay, until };
        self.keep_draft(&Draft { policy, tested: List::default() })?;
        people.iter().zip(&shares).map(|(person, share)| self.printed(person, share, count)).collect()
    }

    fn printed(&self, person: &PersonId, share: &Share, of: u8) -> Result<PrintedShare> {
        let name = self.profile.store.read(|db| name_of(db, Kind::Person, &person.0))?;
        let Share { policy, index, threshold, .. } = *share;
        Ok(PrintedShare { policy, index, of, threshold, person: *person, name, words: share.words() })
    }

    /// Checks the words of a share against the policy that it is of. Once all shares of a policy that this device made are checked, the
    /// policy is stated.
    ///
    /// # Errors
    /// [`ClientError::Words`] if the words are none, [`ClientError::Share`] if they are another share's than the policy says,
    /// [`ClientError::Policy`] if nothing can be sealed to the policy.
    pub async fn recovery_check(&self, text: &str) -> Result<CheckedShare> {
        let share = Share::parse(text).map_err(ClientError::Words)?;
        self.refresh_log().await?;
        match self.draft()?.filter(|draft| draft.policy.id == share.policy) {
            Some(draft) => self.check_draft(draft, &share).await,
            None => self.check_stated(&share),
        }
    }

    async fn check_draft(&self, mut draft: Draft, share: &Share) -> Result<CheckedShare> {
        judge(&draft.policy, share).map_err(ClientError::Share)?;
        draft.test(share.index)?;
        self.keep_draft(&draft)?;
        let left = draft.left();
        if left > 0 {
            return checked(&draft.policy, share, ShareState::Draft(left));
        }
        let hash = policy_hash(&draft.policy);
        if !self.organisation()?.recovery().policies().contains_key(&hash) {
            self.state(&[Statement::RecoveryPolicy(draft.policy.clone())]).await?;
        }
        self.profile.store.write(|tx| Ok(tx.execute("DELETE FROM meta WHERE key = ?1", [DRAFT]).map(|_| ())?))?;
        self.check_stated(share)
    }

    fn check_stated(&self, share: &Share) -> Result<CheckedShare> {
        let organisation = self.organisation()?;
        let stated = organisation.recovery().policies().values().find(|stated| stated.policy.id == share.policy);
        let stated = stated.ok_or(ClientError::Share(casevault_crypto::recovery::ShareFault::OtherPolicy))?;
        judge(&stated.policy, share).map_err(ClientError::Share)?;
        self.takes_escrows(&stated.policy)?;
        let state = match stated.standing {
            PolicyStanding::Waiting => ShareState::Waiting,
            PolicyStanding::InForce(_) => ShareState::InForce,
            PolicyStanding::Ended => ShareState::Ended,
        };
        checked(&stated.policy, share, state)
    }

    /// That recovery by this policy would open something.
    pub(super) fn takes_escrows(&self, policy: &RecoveryPolicy) -> Result<()> {
        if takes_escrows(&self.crypto, policy) { Ok(()) } else { Err(ClientError::Policy) }
    }

    fn draft(&self) -> Result<Option<Draft>> {
        let kept = self.profile.store.read(|db| meta(db, DRAFT))?;
        kept.map(|bytes| decode(&bytes, limit::LOG_ENTRY).map_err(|_| ClientError::Damaged)).transpose()
    }

    fn keep_draft(&self, draft: &Draft) -> Result<()> {
        self.profile.store.write(|tx| set_meta(tx, DRAFT, &encode(draft)))
    }

    /// That this person administers.
    pub(super) fn administer(&self) -> Result<()> {
        let organisation = self.organisation()?;
        let administers = organisation.person(&self.me.person).is_some_and(|person| person.role == Role::Administrator);
        if administers { Ok(()) } else { Err(ClientError::NotAllowed) }
    }
}

fn checked(policy: &RecoveryPolicy, share: &Share, state: ShareState) -> Result<CheckedShare> {
    let trustee = policy.trustee(share.index).ok_or(ClientError::Damaged)?;
    Ok(CheckedShare { policy: policy_hash(policy), index: share.index, person: trustee.person, state })
}
