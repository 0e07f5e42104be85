//! Whose signature a stamp has: of the certificate that it names, over what it says, and for no other use.

use cms::signed_data::{SignedAttributes, SignerInfo};
use der::asn1::{ObjectIdentifier, OctetString};
use der::{Any, Encode as _, Sequence};
use pki_types::{CertificateDer, SignatureVerificationAlgorithm};
use ring::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512, digest};
use webpki::{EndEntityCert, Error, aws_lc_rs};
use x509_cert::Certificate;
use x509_cert::ext::pkix::ExtendedKeyUsage;
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::decode::STAMPED;
use super::{StampError, TIME_STAMPING};

/// What a signer signs besides (RFC 5652, 11; RFC 5035).
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");

/// `SigningCertificate` and its second version: by which certificate it is signed, by digest.
#[derive(Sequence)]
struct SigningCertificate {
    certificates: Vec<CertificateId>,
    #[asn1(optional = "true")]
    policies: Option<Any>,
}

#[derive(Sequence)]
struct CertificateId {
    #[asn1(optional = "true")]
    algorithm: Option<AlgorithmIdentifierOwned>,
    digest: OctetString,
    #[asn1(optional = "true")]
    issuer: Option<Any>,
}

/// Verifies that the owner of `certificate` signed `content`, and that it is for that alone.
pub(super) fn verify(
    (signer, content): (&SignerInfo, &[u8]),
    (certificate, encoded): (&Certificate, &CertificateDer<'_>),
) -> Result<(), StampError> {
    let (hash, algorithms) = algorithms(signer)?;
    let attributes = signer.signed_attrs.as_ref().ok_or(StampError::Malformed)?;
    let kind: ObjectIdentifier = one(attributes, CONTENT_TYPE)?.decode_as().map_err(|_| StampError::Malformed)?;
    let said: OctetString = one(attributes, MESSAGE_DIGEST)?.decode_as().map_err(|_| StampError::Malformed)?;
    if kind != STAMPED || said.as_bytes() != digest(hash, content).as_ref() || !names(attributes, encoded)? {
        return Err(StampError::Forged);
    }
    let message = attributes.to_der().map_err(|_| StampError::Malformed)?;
    let signed_by = EndEntityCert::try_from(encoded).map_err(|_| StampError::Malformed)?;
    let verified =
        algorithms.iter().map(|algorithm| signed_by.verify_signature(*algorithm, &message, signer.signature.as_bytes()));
    let outcome =
        verified.into_iter().find(|outcome| !matches!(outcome, Err(Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_))));
    match outcome {
        Some(Ok(())) if is_for_stamps(certificate) => Ok(()),
        Some(Ok(())) => Err(StampError::Purpose),
        Some(Err(_)) => Err(StampError::Forged),
        None => Err(StampError::Algorithm),
    }
}

/// The digest that a signer says, and with what the signature may be verified.
fn algorithms(signer: &SignerInfo) -> Result<(&'static Algorithm, [&'static dyn SignatureVerificationAlgorithm; 4]), StampError> {
    use aws_lc_rs as by;
    let hash = hash(&signer.digest_alg.oid).ok_or(StampError::Algorithm)?;
    let known = match (signer.signature_algorithm.oid.to_string().as_str(), hash.output_len()) {
        // RSA with PKCS #1 and ECDSA, either with the digest in its name or with the one said before; Ed25519.
        ("1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.11" | "1.2.840.10045.4.3.2", 32) => {
            [by::RSA_PKCS1_2048_8192_SHA256, by::ECDSA_P256_SHA256, by::ECDSA_P384_SHA256, by::ECDSA_P521_SHA256]
        }
        ("1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3", 48) => {
            [by::RSA_PKCS1_2048_8192_SHA384, by::ECDSA_P256_SHA384, by::ECDSA_P384_SHA384, by::ECDSA_P521_SHA384]
        }
        ("1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4", 64) => {
            [by::RSA_PKCS1_2048_8192_SHA512, by::ECDSA_P256_SHA512, by::ECDSA_P384_SHA512, by::ECDSA_P521_SHA512]
        }
        ("1.3.101.112", 64) => [by::ED25519; 4],
        _ => return Err(StampError::Algorithm),
    };
    Ok((hash, known))
}

fn hash(name: &ObjectIdentifier) -> Option<&'static Algorithm> {
    let known = [("2.16.840.1.101.3.4.2.1", &SHA256), ("2.16.840.1.101.3.4.2.2", &SHA384), ("2.16.840.1.101.3.4.2.3", &SHA512)];
    let name = name.to_string();
    known.into_iter().find(|(known, _)| *known == name).map(|(_, hash)| hash)
}

/// The one value of an attribute that is there once.
fn one(attributes: &SignedAttributes, name: ObjectIdentifier) -> Result<&Any, StampError> {
    let mut found = attributes.iter().filter(|attribute| attribute.oid == name);
    let (Some(attribute), None) = (found.next(), found.next()) else { return Err(StampError::Malformed) };
    let [value] = attribute.values.as_slice() else { return Err(StampError::Malformed) };
    Ok(value)
}

/// Whether what is signed names this certificate (RFC 5816): another with the same key could be for something else.
fn names(attributes: &SignedAttributes, certificate: &[u8]) -> Result<bool, StampError> {
    let (value, usual) = match one(attributes, SIGNING_CERTIFICATE_V2) {
        Ok(value) => (value, &SHA256),
        Err(_) => (one(attributes, SIGNING_CERTIFICATE)?, &SHA1_FOR_LEGACY_USE_ONLY),
    };
    let said: SigningCertificate = value.decode_as().map_err(|_| StampError::Malformed)?;
    let first = said.certificates.first().ok_or(StampError::Malformed)?;
    let by = match &first.algorithm {
        None => usual,
        Some(algorithm) => hash(&algorithm.oid).ok_or(StampError::Algorithm)?,
    };
    Ok(first.digest.as_bytes() == digest(by, certificate).as_ref())
}

/// Whether a certificate is for time stamps, says so where nobody may overlook it, and is for nothing else (RFC 3161, 2.3).
fn is_for_stamps(certificate: &Certificate) -> bool {
    let usage = certificate.tbs_certificate.get::<ExtendedKeyUsage>();
    matches!(usage, Ok(Some((true, usage))) if usage.0 == [TIME_STAMPING])
}
