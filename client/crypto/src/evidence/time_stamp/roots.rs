//! Whom somebody trusts to say which authorities there are.

use std::time::Duration;

use pki_types::pem::PemObject as _;
use pki_types::{CertificateDer, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, Error, KeyUsage, anchor_from_trusted_cert};

use super::{Stamp, StampError};

/// What certificates that are between a root and an authority's are for, if they say so: time stamps (1.3.6.1.5.5.7.3.8).
const TIME_STAMPING: &[u8] = &[43, 6, 1, 5, 5, 7, 3, 8];
/// What a certificate as text begins with.
const TEXT: &[u8] = b"-----BEGIN";

/// Certificates that somebody vouches for.
#[derive(Clone, Debug, Default)]
pub struct Roots(Vec<CertificateDer<'static>>);

/// There is no certificate in what was given as one, or it cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no certificate")]
pub struct RootsError;

impl Roots {
    /// Takes certificates in, as text (PEM, one or several) or one as bytes (DER).
    ///
    /// # Errors
    /// [`RootsError`] if there is none, or one of them is none.
    pub fn add(&mut self, file: &[u8]) -> Result<(), RootsError> {
        let new: Vec<CertificateDer<'static>> = if file.windows(TEXT.len()).any(|window| window == TEXT) {
            CertificateDer::pem_slice_iter(file).collect::<Result<_, _>>().map_err(|_| RootsError)?
        } else {
            vec![CertificateDer::from(file.to_vec())]
        };
        if new.is_empty() || new.iter().any(|one| anchor_from_trusted_cert(one).is_err()) {
            return Err(RootsError);
        }
        self.0.extend(new);
        Ok(())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// That the certificate of a stamp's authority leads to one of these, and was valid at the stamp's time. Nobody is asked whether it was
    /// revoked.
    ///
    /// # Errors
    /// [`StampError::Outdated`], [`StampError::Purpose`], [`StampError::Algorithm`] or [`StampError::Untrusted`].
    pub fn vouch(&self, stamp: &Stamp) -> Result<(), StampError> {
        let anchors: Vec<_> = self.0.iter().filter_map(|one| anchor_from_trusted_cert(one).ok()).collect();
        let signer = EndEntityCert::try_from(&stamp.signer).map_err(|_| StampError::Malformed)?;
        let (at, usage) = (Duration::from_millis(stamp.time.0), KeyUsage::required_if_present(TIME_STAMPING));
        let at = UnixTime::since_unix_epoch(at);
        let path = signer.verify_for_usage(ALL_VERIFICATION_ALGS, &anchors, &stamp.others, at, usage, None, None);
        path.map(|_| ()).map_err(|error| match error {
            Error::CertExpired { .. } | Error::CertNotValidYet { .. } => StampError::Outdated,
            Error::RequiredEkuNotFoundContext(_) => StampError::Purpose,
            Error::UnsupportedSignatureAlgorithmContext(_) => StampError::Algorithm,
            // A key of another kind under the same name is another root's.
            _ => StampError::Untrusted,
        })
    }
}
