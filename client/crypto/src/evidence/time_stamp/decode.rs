//! What an authority answers, from the outside in: an answer, a signed envelope, and what was signed.

use std::time::Duration;

use casevault_wire::time::Time;
use cms::cert::CertificateChoices;
use cms::signed_data::{SignedData, SignerIdentifier, SignerInfo};
use der::asn1::{GeneralizedTime, Int, ObjectIdentifier};
use der::{Any, Decode as _, Encode as _, Sequence, Tag, Tagged as _};
use pki_types::CertificateDer;
use x509_cert::Certificate;
use x509_cert::ext::Extensions;
use x509_cert::ext::pkix::SubjectKeyIdentifier;
use x509_tsp::{Accuracy, MessageImprint, TimeStampResp, TspVersion};

use super::{SHA256, Stamp, StampError, signature};

/// Kinds of content (RFC 5652, RFC 3161).
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
pub(super) const STAMPED: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
/// Answers in which there is a stamp: as asked, or nearly.
const GRANTED: [u8; 2] = [0, 1];

/// `TSTInfo` (RFC 3161, 2.4.2). The library's does not know fractions of a second.
#[derive(Sequence)]
struct Info {
    version: TspVersion,
    policy: ObjectIdentifier,
    message_imprint: MessageImprint,
    serial_number: Int,
    gen_time: Any,
    #[asn1(optional = "true")]
    accuracy: Option<Accuracy>,
    #[asn1(default = "Default::default")]
    ordering: bool,
    #[asn1(optional = "true")]
    nonce: Option<Int>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    tsa: Option<Any>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    extensions: Option<Extensions>,
}

pub(super) fn decode(response: &[u8]) -> Result<Stamp, StampError> {
    let answer = TimeStampResp::from_der(response).map_err(malformed)?;
    if !GRANTED.contains(&(answer.status.status as u8)) {
        return Err(StampError::Denied);
    }
    let token = answer.time_stamp_token.filter(|token| token.content_type == SIGNED_DATA).ok_or(StampError::Malformed)?;
    let signed: SignedData = token.content.decode_as().map_err(malformed)?;
    let content = signed.encap_content_info.econtent.as_ref().filter(|content| content.tag() == Tag::OctetString);
    let content = content.filter(|_| signed.encap_content_info.econtent_type == STAMPED).ok_or(StampError::Malformed)?;
    let info = Info::from_der(content.value()).map_err(malformed)?;
    let [signer] = signed.signer_infos.0.as_slice() else { return Err(StampError::NoSigner) };
    let certificates = certificates(&signed);
    let at = certificates.iter().position(|one| is_by(signer, one)).ok_or(StampError::NoSigner)?;
    let encoded = certificates.iter().map(|one| one.to_der().map(CertificateDer::from)).collect::<Result<Vec<_>, _>>();
    let mut others = encoded.map_err(malformed)?;
    let own = others.remove(at);
    let certificate = certificates.get(at).ok_or(StampError::NoSigner)?;
    signature::verify((signer, content.value()), (certificate, &own))?;
    stamp(&info, (certificate, own, others))
}

fn malformed(_: der::Error) -> StampError {
    StampError::Malformed
}

fn certificates(signed: &SignedData) -> Vec<Certificate> {
    let all = signed.certificates.iter().flat_map(|all| all.0.iter());
    let ordinary = |one: &CertificateChoices| match one {
        CertificateChoices::Certificate(certificate) => Some(certificate.clone()),
        CertificateChoices::Other(_) => None,
    };
    all.filter_map(ordinary).collect()
}

/// Whether a signer says that this is their certificate.
fn is_by(signer: &SignerInfo, certificate: &Certificate) -> bool {
    let of = &certificate.tbs_certificate;
    match &signer.sid {
        SignerIdentifier::IssuerAndSerialNumber(said) => said.issuer == of.issuer && said.serial_number == of.serial_number,
        SignerIdentifier::SubjectKeyIdentifier(said) => {
            matches!(of.get::<SubjectKeyIdentifier>(), Ok(Some((_, own))) if own == *said)
        }
    }
}

fn stamp(
    info: &Info,
    (certificate, signer, others): (&Certificate, CertificateDer<'static>, Vec<CertificateDer<'static>>),
) -> Result<Stamp, StampError> {
    // What is critical and unknown could say that it means something else.
    let strange = info.extensions.iter().flatten().any(|one| one.critical);
    let imprint = &info.message_imprint;
    let digest = <[u8; 32]>::try_from(imprint.hashed_message.as_bytes()).map_err(|_| StampError::OtherDigest)?;
    if imprint.hash_algorithm.oid != SHA256 {
        return Err(StampError::OtherDigest);
    }
    let (time, fine) = time(&info.gen_time).filter(|_| !strange).ok_or(StampError::Malformed)?;
    let off = info.accuracy.as_ref().map_or(Duration::ZERO, off);
    let latest = time.plus(u64::try_from(off.as_millis()).unwrap_or(u64::MAX)).plus(if fine { 0 } else { 999 });
    let nonce = info.nonce.as_ref().map(|nonce| nonce.as_bytes().to_vec());
    Ok(Stamp { time, latest, authority: certificate.tbs_certificate.subject.to_string(), digest, nonce, signer, others })
}

/// How far an authority says that its time may be off, rounded up.
fn off(accuracy: &Accuracy) -> Duration {
    let millis = accuracy.millis.and_then(|millis| u64::try_from(millis).ok()).unwrap_or(0);
    let rest = u64::from(accuracy.micros.is_some());
    // A century and more would be no accuracy.
    Duration::from_secs(accuracy.seconds.unwrap_or(0).min(u64::from(u32::MAX))) + Duration::from_millis(millis + rest)
}

/// A `GeneralizedTime`, and whether it has a fraction of a second (RFC 3161, 2.4.2).
fn time(value: &Any) -> Option<(Time, bool)> {
    let text = std::str::from_utf8(value.value()).ok().filter(|_| value.tag() == Tag::GeneralizedTime)?;
    let (whole, fraction) = match text.strip_suffix('Z')?.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction).filter(|digits| !digits.is_empty())?),
        None => (text.strip_suffix('Z')?, ""),
    };
    if !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let seconds: GeneralizedTime = Any::new(Tag::GeneralizedTime, format!("{whole}Z").into_bytes()).ok()?.decode_as().ok()?;
    let millis: u64 = fraction.chars().chain(std::iter::repeat('0')).take(3).collect::<String>().parse().ok()?;
    let seconds = seconds.to_unix_duration().as_secs().checked_mul(1000)?;
    Some((Time(seconds.checked_add(millis)?), !fraction.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_to_the_millisecond() {
        let read = |text: &str| time(&Any::new(Tag::GeneralizedTime, text.as_bytes()).unwrap());
        assert_eq!(read("20261129073000Z"), Some((Time(1_795_937_400_000), false)));
        assert_eq!(read("20261129073000.25Z"), Some((Time(1_795_937_400_250), true)));
        assert_eq!(read("20261129073000.123456789Z"), Some((Time(1_795_937_400_123), true)));
        for none in [
            "",
            "Z",
            "20261129073000",
            "20261129073000.Z",
            "20261129073000.xZ",
            "20261329073000Z",
            "2026112907300.5Z",
            "20261129073000+0100",
        ] {
            assert_eq!(read(none), None, "{none}");
        }
        assert_eq!(time(&Any::new(Tag::Utf8String, *b"20261129073000Z").unwrap()), None);
    }
}
