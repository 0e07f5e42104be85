//! The door from a key package's bytes to one that may be added.

use casevault_wire::id::{DeviceId, TeamId};
use casevault_wire::limit;
use casevault_wire::log::Organisation;
use casevault_wire::time::Time;
use openmls::prelude::{Extension, KeyPackage, KeyPackageIn, ProtocolVersion};
use tls_codec::Deserialize as _;

use super::Lifespan;
use crate::mls::guard::guard;
use crate::mls::leaf::{LeafProblem, Roster};
use crate::mls::{Crypto, config};

/// Why a key package cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyPackageProblem {
    /// Not a key package, or not signed by its own key.
    #[error("not a key package")]
    Malformed,
    /// Extensions, lifetime, lifespan or init key are not of the only allowed form.
    #[error("not of the only allowed form")]
    Form,
    /// Its leaf may not be in the group.
    #[error("its leaf may not be in the group: {0}")]
    Leaf(#[from] LeafProblem),
    /// It has expired, or was made in the future: its device must upload a new one, or a clock is wrong.
    #[error("expired, or made in the future")]
    NotFresh,
}

/// Checks that `bytes` are a fresh key package of a device which the newest log allows in `team`; the device, if so.
///
/// # Errors
/// [`KeyPackageProblem`] says what is wrong with it.
pub fn validate(
    crypto: &Crypto,
    bytes: &[u8],
    organisation: &Organisation,
    team: TeamId,
    now: Time,
) -> Result<DeviceId, KeyPackageProblem> {
    let package = decode(crypto, bytes)?;
    let roster = Roster { organisation, team, length: organisation.position().length };
    let device = roster.allow_new(package.leaf_node(), crypto)?;
    let lifespan = check_form(&package)?;
    if !crypto.is_sealing_key(package.hpke_init_key().as_slice()) {
        return Err(KeyPackageProblem::Form);
    }
    if lifespan.is_fresh(now) { Ok(device) } else { Err(KeyPackageProblem::NotFresh) }
}

/// Decodes a key package and checks its signatures.
pub(in crate::mls) fn decode(crypto: &Crypto, bytes: &[u8]) -> Result<KeyPackage, KeyPackageProblem> {
    if bytes.len() > limit::KEY_PACKAGE {
        return Err(KeyPackageProblem::Malformed);
    }
    guard(KeyPackageProblem::Malformed, || {
        let package = KeyPackageIn::tls_deserialize_exact(bytes).map_err(|_| KeyPackageProblem::Malformed)?;
        package.validate(crypto, ProtocolVersion::Mls10).map_err(|_| KeyPackageProblem::Malformed)
    })
}

/// Checks what every member can check of a key package at any time, without a clock: extensions, lifetime and the lifespan's
/// length; the lifespan, if all is well.
pub(in crate::mls) fn check_form(package: &KeyPackage) -> Result<Lifespan, KeyPackageProblem> {
    let known = package.extensions().iter().all(|e| matches!(e, Extension::LastResort(_) | Extension::Unknown(..)));
    let expected = if package.last_resort() { 2 } else { 1 };
    let unlimited = *package.life_time() == config::lifetime();
    let keys = package.hpke_init_key().as_slice().len() == limit::SEALING_KEY;
    let lifespan = Lifespan::of(package).ok_or(KeyPackageProblem::Form)?;
    let well = known && package.extensions().iter().count() == expected && unlimited && keys;
    if well { Ok(lifespan) } else { Err(KeyPackageProblem::Form) }
}
