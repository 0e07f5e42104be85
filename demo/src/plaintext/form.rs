//! The forms that bytes may be stored in.

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, Encoding, HEXLOWER, HEXUPPER};

/// Every form of `bytes` that is sought, each with its name.
pub(super) fn forms(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut forms = vec![
        ("as it is", bytes.to_vec()),
        ("hexadecimal", HEXLOWER.encode(bytes).into_bytes()),
        ("hexadecimal", HEXUPPER.encode(bytes).into_bytes()),
    ];
    for before in 0..3 {
        forms.push(("base64", inner(&BASE64_NOPAD, bytes, before)));
        forms.push(("base64url", inner(&BASE64URL_NOPAD, bytes, before)));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        forms.push(("UTF-16LE", text.encode_utf16().flat_map(u16::to_le_bytes).collect()));
        forms.push(("UTF-16BE", text.encode_utf16().flat_map(u16::to_be_bytes).collect()));
    }
    forms
}

/// The digits that depend on `bytes` alone when `before` other bytes precede them in their group of three.
fn inner(encoding: &Encoding, bytes: &[u8], before: usize) -> Vec<u8> {
    let padded = [vec![0; before], bytes.to_vec()].concat();
    let digits = encoding.encode(&padded).into_bytes();
    let (begin, end) = ((before * 8).div_ceil(6), padded.len() * 8 / 6);
    digits.into_iter().take(end).skip(begin).collect()
}
