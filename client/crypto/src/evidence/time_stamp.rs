//! Time stamps of a bundle (R-6.7-13, RFC 3161): an authority that is neither the organisation nor its servers signs that a digest was there
//! by some time. What it answers is outside bytes: bounded, decoded by a library, and looked at before anything of it is believed.

mod decode;
mod roots;
mod signature;

use casevault_wire::limit;
use casevault_wire::time::Time;
use der::asn1::{Int, ObjectIdentifier, OctetString};
use der::{Any, Encode as _};
use pki_types::CertificateDer;
use x509_cert::spki::AlgorithmIdentifier;
use x509_tsp::{MessageImprint, TimeStampReq, TspVersion};

pub use roots::{Roots, RootsError};

/// SHA-256, by which a bundle's stamp names what is stamped.
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
/// What an authority's certificate is for, and for nothing else.
const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");

/// Bytes of a request's number.
pub const NONCE: usize = 16;

/// A time stamp whose signature is that of the certificate that comes with it. Whose that is, nobody has said yet.
#[derive(Clone, Debug)]
pub struct Stamp {
    time: Time,
    latest: Time,
    authority: String,
    digest: [u8; 32],
    nonce: Option<Vec<u8>>,
    /// The signer's certificate, and what else came with it.
    signer: CertificateDer<'static>,
    others: Vec<CertificateDer<'static>>,
}

/// What is wrong with a time stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StampError {
    /// It is longer than it may be.
    #[error("is longer than a time stamp may be")]
    TooLong,
    /// It is encoded as none is.
    #[error("is no time stamp")]
    Malformed,
    /// The authority did not stamp.
    #[error("is an answer in which the authority refuses to stamp")]
    Denied,
    /// It is of another digest.
    #[error("is a time stamp of something else")]
    OtherDigest,
    /// It answers another request.
    #[error("is a time stamp that answers another request")]
    OtherNonce,
    /// The certificate that it says it is signed by is not with it, or it says so twice or not at all.
    #[error("is a time stamp without its authority's certificate")]
    NoSigner,
    /// It is signed in a way that this program does not know, which says nothing about it.
    #[error("is a time stamp that is signed with an algorithm which this program does not know")]
    Algorithm,
    /// The signature is not of what it says.
    #[error("is a time stamp that its authority did not sign")]
    Forged,
    /// The certificate is not one for time stamps, or not for them alone.
    #[error("is a time stamp by a certificate that is not for time stamps alone")]
    Purpose,
    /// The certificate was not valid at the time of the stamp.
    #[error("is a time stamp by a certificate that was not valid at its time")]
    Outdated,
    /// The certificate does not lead to one that somebody vouches for.
    #[error("is a time stamp by an authority that none of the given certificates vouches for")]
    Untrusted,
}

/// What asks an authority for a stamp of `digest`, with its certificate (RFC 3161, 2.4.1).
///
/// # Errors
/// [`StampError::Malformed`] never, as far as anybody knows: the library may refuse to encode.
pub fn request(digest: &[u8; 32], nonce: &[u8; NONCE]) -> Result<Vec<u8>, StampError> {
    let encode = || {
        let hash_algorithm = AlgorithmIdentifier { oid: SHA256, parameters: Some(Any::null()) };
        let message_imprint = MessageImprint { hash_algorithm, hashed_message: OctetString::new(digest.as_slice())? };
        TimeStampReq {
            version: TspVersion::V1,
            message_imprint,
            req_policy: None,
            nonce: Some(Int::new(&positive(nonce))?),
            cert_req: true,
            extensions: None,
        }
        .to_der()
    };
    encode().map_err(|_: der::Error| StampError::Malformed)
}

/// The nonce as the number that it is on the wire: positive, and of as many bytes.
fn positive(nonce: &[u8; NONCE]) -> [u8; NONCE] {
    let mut number = *nonce;
    if let Some(first) = number.first_mut() {
        *first = *first & 0x3f | 0x40;
    }
    number
}

impl Stamp {
    /// Decodes what an authority answers (RFC 3161, 2.4.2), and verifies its signature with the certificate that is in it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn decode(response: &[u8]) -> Result<Self, StampError> {
        if response.len() > limit::TIME_STAMP {
            return Err(StampError::TooLong);
        }
        decode::decode(response)
    }

    /// That it is of `digest`.
    ///
    /// # Errors
    /// [`StampError::OtherDigest`] if it is not.
    pub fn is_of(&self, digest: &[u8; 32]) -> Result<(), StampError> {
        if self.digest == *digest { Ok(()) } else { Err(StampError::OtherDigest) }
    }

    /// That it answers the request with this nonce.
    ///
    /// # Errors
    /// [`StampError::OtherNonce`] if it does not.
    pub fn answers(&self, nonce: &[u8; NONCE]) -> Result<(), StampError> {
        if self.nonce.as_deref() == Some(&positive(nonce)) { Ok(()) } else { Err(StampError::OtherNonce) }
    }

    /// When it was stamped, by the authority's clock: nobody vouches for it unless [`Roots::vouch`] says so.
    pub fn time(&self) -> Time {
        self.time
    }

    /// The latest time that it can mean, by how finely it tells time and how far the authority says that it may be off.
    pub fn latest(&self) -> Time {
        self.latest
    }

    /// What its certificate calls the authority.
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

#[cfg(test)]
mod tests;
