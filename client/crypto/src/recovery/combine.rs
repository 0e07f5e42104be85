//! Putting shares together: each is judged by the commitment that the policy has of it, and those that are good are enough.

use casevault_wire::id::OrganisationId;
use casevault_wire::recovery::RecoveryPolicy;
use vsss_rs::Gf256;
use zeroize::{Zeroize, Zeroizing};

use super::{RecoveryKeys, Share};
use crate::keys::RecoverySeed;
use crate::mls::Crypto;
use crate::secret::Secret;

/// What is wrong with a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShareFault {
    /// It belongs to another policy.
    #[error("the share is of another policy")]
    OtherPolicy,
    /// It is not the one that was given to the trustee of its number.
    #[error("the share is not the one that its trustee was given")]
    Altered,
    /// It was given twice.
    #[error("the share was given twice")]
    Repeated,
}

/// A share that does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadShare {
    /// Which of the shares that were given, from 0.
    pub at: usize,
    /// The number that it claims.
    pub index: u8,
    /// What is wrong with it.
    pub fault: ShareFault,
}

/// Shares do not yield the policy's keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CombineError {
    /// There are too few good shares.
    #[error("{good} good shares of {needed}")]
    TooFew {
        /// How many are good.
        good: usize,
        /// How many it takes.
        needed: usize,
        /// Those that are not.
        bad: Vec<BadShare>,
    },
    /// All shares are those that the policy names, and yet they yield other keys: whoever made the policy made it wrongly.
    #[error("the shares yield other keys than the policy's")]
    OtherKeys,
}

/// What good shares yield.
#[derive(Clone, Debug)]
pub struct Combined {
    /// The policy's keys.
    pub keys: RecoveryKeys,
    /// The shares that did not count.
    pub bad: Vec<BadShare>,
}

/// Whether `share` is one of `policy`.
///
/// # Errors
/// [`ShareFault`] if it is not.
pub fn judge(policy: &RecoveryPolicy, share: &Share) -> Result<(), ShareFault> {
    if share.policy != policy.id {
        return Err(ShareFault::OtherPolicy);
    }
    let named = policy.trustee(share.index).is_some_and(|trustee| trustee.commitment == share.commitment());
    if named { Ok(()) } else { Err(ShareFault::Altered) }
}

/// The keys of `policy`, from any of `shares` that are good and enough.
///
/// # Errors
/// [`CombineError`].
pub fn combine(
    crypto: &Crypto,
    organisation: OrganisationId,
    policy: &RecoveryPolicy,
    shares: &[Share],
) -> Result<Combined, CombineError> {
    let (mut good, mut bad) = (Vec::<&Share>::new(), Vec::new());
    for (at, share) in shares.iter().enumerate() {
        let repeated = good.iter().any(|other| other.index == share.index);
        match judge(policy, share) {
            Ok(()) if !repeated => good.push(share),
            Ok(()) => bad.push(BadShare { at, index: share.index, fault: ShareFault::Repeated }),
            Err(fault) => bad.push(BadShare { at, index: share.index, fault }),
        }
    }
    let needed = usize::from(policy.threshold);
    let Some(enough) = good.get(..needed) else { return Err(CombineError::TooFew { good: good.len(), needed, bad }) };
    let seed = interpolate(enough).ok_or(CombineError::OtherKeys)?;
    let keys = RecoveryKeys::derive(&seed, organisation);
    if keys.are_of(policy, crypto) { Ok(Combined { keys, bad }) } else { Err(CombineError::OtherKeys) }
}

fn interpolate(shares: &[&Share]) -> Option<RecoverySeed> {
    let point = |share: &&Share| [&[share.index], share.value.expose().as_slice()].concat();
    let points = Zeroizing::new(shares.iter().map(point).collect::<Vec<_>>());
    let seed = Zeroizing::new(Gf256::combine_bytes(points.as_slice()).ok()?);
    let mut bytes: [u8; 32] = seed.as_slice().try_into().ok()?;
    let seed = RecoverySeed::new(Secret::new(bytes));
    bytes.zeroize();
    Some(seed)
}
