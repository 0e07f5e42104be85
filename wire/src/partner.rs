//! Partner organisations (SPEC §8.8): what a log says of one, vouchers that let its devices read the log, and the number that people
//! compare.

use std::fmt;

use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::hash::{Hash, hash};
use crate::id::{DeviceId, OrganisationId};
use crate::label::Label;
use crate::server::ServerEntry;
use crate::signature::{PublicKey, Signable, Signature, Signed};
use crate::time::Time;

/// A partner, as an administrator names it before anybody has compared anything.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct PartnerStatement {
    /// The partner's id, which binds its root and servers.
    pub partner: OrganisationId,
    /// Its root's fingerprint.
    pub fingerprint: Hash,
    /// Its keyserver.
    pub keyserver: ServerEntry,
    /// Its vault.
    pub vault: ServerEntry,
}

/// For which server a voucher is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct VoucherRequest {
    /// The id of the partner's keyserver.
    pub server: Hash,
}

/// A keyserver's word that a device belongs to an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Voucher {
    /// The organisation that vouches.
    pub organisation: OrganisationId,
    /// The device.
    pub device: DeviceId,
    /// The device's signing key.
    pub key: PublicKey,
    /// The id of the server that it is for.
    pub server: Hash,
    /// Until when it is good, by the keyserver's clock.
    pub until: Time,
}

impl Signable for Voucher {
    const LABEL: Label = Label::PartnerVoucher;
}

/// A [`Voucher`] as the keyserver signed it.
pub type SignedVoucher = Signed<Voucher>;

/// A voucher within a request's credentials; encoded as a [`SignedVoucher`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Vouched {
    /// What it says.
    pub voucher: Voucher,
    /// The keyserver's signature.
    pub signature: Signature,
}

impl From<&SignedVoucher> for Vouched {
    fn from(signed: &SignedVoucher) -> Self {
        Self { voucher: signed.content, signature: signed.signature }
    }
}

impl Vouched {
    /// Whether `keyserver` signed it.
    pub fn is_by(&self, keyserver: &PublicKey) -> bool {
        keyserver.verify(Voucher::LABEL, &self.voucher, &self.signature).is_ok()
    }
}

/// An organisation as people compare it: id and root fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Pin {
    /// The id.
    pub organisation: OrganisationId,
    /// The root's fingerprint.
    pub fingerprint: Hash,
}

#[derive(TlsSerialize, TlsSize)]
struct SafetyInput {
    half: u8,
    first: Pin,
    second: Pin,
}

/// Groups of five digits in one half.
const GROUPS: usize = 6;

/// Sixty digits that two organisations compare (R-8.8-2), the same on both sides. Shown as twelve groups of five.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SafetyNumber([u32; 2 * GROUPS]);

impl SafetyNumber {
    /// The number of two organisations, in any order.
    pub fn of(one: Pin, other: Pin) -> Self {
        let (first, second) = if one <= other { (one, other) } else { (other, one) };
        let halves = [1, 2].map(|half| hash(Label::SafetyNumberHash, &SafetyInput { half, first, second }));
        let mut groups = [0; 2 * GROUPS];
        let digests = halves.iter().flat_map(|half| half.0.chunks_exact(5).take(GROUPS));
        for (group, bytes) in groups.iter_mut().zip(digests) {
            let number = bytes.iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
            *group = u32::try_from(number % 100_000).unwrap_or_default();
        }
        Self(groups)
    }

    /// The sixty digits without spaces, as the QR code has them.
    pub fn digits(&self) -> String {
        self.0.iter().map(|group| format!("{group:05}")).collect()
    }
}

impl fmt::Display for SafetyNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups: Vec<_> = self.0.iter().map(|group| format!("{group:05}")).collect();
        f.write_str(&groups.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(organisation: u8, fingerprint: u8) -> Pin {
        Pin { organisation: OrganisationId([organisation; 32]), fingerprint: Hash([fingerprint; 32]) }
    }

    // Obeys R-8.8-2.
    // Breaks R-8.8-2.
    #[test]
    fn both_sides_read_the_same_sixty_digits_and_any_other_root_gives_others() {
        let number = SafetyNumber::of(pin(1, 2), pin(3, 4));
        assert_eq!(number, SafetyNumber::of(pin(3, 4), pin(1, 2)), "whoever reads it");
        // Computed from the SPEC with Python's hashlib.
        assert_eq!(number.to_string(), "82040 63272 56962 78187 17060 46662 23895 57605 14340 75026 16775 58334");
        assert_eq!(number.digits(), number.to_string().replace(' ', ""));
        assert_eq!(number.digits().len(), 60);
        for other in [pin(3, 5), pin(5, 4), pin(1, 2)] {
            assert_ne!(number, SafetyNumber::of(pin(1, 2), other));
        }
        assert_ne!(number, SafetyNumber::of(pin(1, 4), pin(3, 2)), "the roots changed places");
    }
}
