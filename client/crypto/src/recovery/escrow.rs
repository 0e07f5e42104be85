//! A team's keys, sealed to a recovery policy: what each member's client leaves with the keyserver, and what an opening reads.

use casevault_wire::codec::{Opaque, decode};
use casevault_wire::context::Context;
use casevault_wire::hash::Hash;
use casevault_wire::id::{OrganisationId, TeamId};
use casevault_wire::label::Label;
use casevault_wire::recovery::{Escrow, RecoveryPolicy, policy_hash};

use super::RecoveryKeys;
use crate::mls::Crypto;
use crate::random::Random;
use crate::seal::OpenError;
use crate::secret::SecretBytes;
use crate::team::{Generation, SealToError, open_in, seal_in};

/// Keys could not be sealed to a policy.
pub type EscrowError = SealToError;

/// The context of an escrow: the policy's hash binds its key.
fn context(organisation: OrganisationId, team: TeamId, generation: u64, policy: Hash) -> Context {
    Context { team, generation, binding: policy, ..Context::new(Label::SealToRecovery, organisation) }
}

/// Whether anything can be sealed to `policy`.
pub fn takes_escrows(crypto: &Crypto, policy: &RecoveryPolicy) -> bool {
    crypto.is_sealing_key(policy.sealing_key.as_slice())
}

/// Seals `keys` of `team` to `policy`.
///
/// # Errors
/// [`EscrowError`] if the policy's key is none, or there is no randomness.
pub fn seal_escrow(
    crypto: &Crypto,
    (organisation, team): (OrganisationId, TeamId),
    policy: &RecoveryPolicy,
    keys: &Generation,
    random: &mut dyn Random,
) -> Result<Escrow, EscrowError> {
    let hash = policy_hash(policy);
    let context = context(organisation, team, keys.number, hash);
    let sealed = seal_in(crypto, &policy.sealing_key, &context, &SecretBytes::encode(keys), random)?;
    Ok(Escrow { policy: hash, generation: keys.number, sealed: Opaque::new(sealed).map_err(|_| SealToError::Key)? })
}

/// Opens an escrow of `team`.
///
/// # Errors
/// [`OpenError`], whatever was wrong.
pub fn open_escrow(
    crypto: &Crypto,
    (organisation, team): (OrganisationId, TeamId),
    keys: &RecoveryKeys,
    escrow: &Escrow,
) -> Result<Generation, OpenError> {
    let context = context(organisation, team, escrow.generation, escrow.policy);
    let plaintext = open_in(crypto, &keys.sealing, &context, escrow.sealed.as_slice())?;
    let opened: Generation = decode(&plaintext, plaintext.len()).map_err(|_| OpenError)?;
    if opened.number == escrow.generation { Ok(opened) } else { Err(OpenError) }
}
