//! The text of a code: groups of five letters and digits, to be typed or shown as a QR code.

use casevault_wire::hash::hash_bytes;
use casevault_wire::label::Label;
use data_encoding::{BASE32_NOPAD, DecodeKind};
use tls_codec::{Deserialize, Error};
use zeroize::Zeroizing;

use super::Code;
use crate::secret::{SecretBytes, SecretText};

const VERSION: u8 = 1;
const CHECKSUM: usize = 5;
const GROUP: usize = 5;
/// No code is longer, separators included.
const LONGEST: usize = 2048;

/// Why a text is not an invitation code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// It has characters that no code has.
    #[error("a code consists of letters and digits")]
    Characters,
    /// Its end is missing.
    #[error("the code is not complete")]
    Truncated,
    /// Something was mistyped.
    #[error("the code has a typing mistake")]
    Checksum,
    /// Made by a later version.
    #[error("the code is of a version that this program does not know")]
    Version,
}

impl Code {
    /// The code as people pass it on.
    pub fn text(&self) -> SecretText {
        let mut bytes = Zeroizing::new(Vec::with_capacity(1024));
        bytes.push(VERSION);
        bytes.extend_from_slice(&SecretBytes::encode(self));
        let checksum = checksum(&bytes);
        bytes.extend_from_slice(&checksum);
        let letters = Zeroizing::new(BASE32_NOPAD.encode(&bytes));
        let mut text = String::with_capacity(letters.len() * 2);
        for (position, letter) in letters.chars().enumerate() {
            if position > 0 && position % GROUP == 0 {
                text.push('-');
            }
            text.push(letter);
        }
        SecretText::from(text)
    }

    /// Reads a code. Case, blanks, line ends and hyphens do not count, and 0, 1 and 8 are read as O, I and B.
    ///
    /// # Errors
    /// [`CodeError`].
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let bytes = letters(text)?;
        let (version, _) = bytes.split_first().ok_or(CodeError::Truncated)?;
        if *version != VERSION {
            return Err(CodeError::Version);
        }
        let (content, expected) = bytes.split_last_chunk::<CHECKSUM>().ok_or(CodeError::Truncated)?;
        let intact = checksum(content) == *expected;
        let code = content.get(1..).ok_or(CodeError::Truncated).and_then(|code| match Self::tls_deserialize_exact(code) {
            Ok(code) => Ok(code),
            Err(Error::EndOfStream) if !intact => Err(CodeError::Truncated),
            Err(_) => Err(CodeError::Checksum),
        })?;
        if intact { Ok(code) } else { Err(CodeError::Checksum) }
    }
}

/// The bytes of the base32 (RFC 4648 §6) in `text`.
fn letters(text: &str) -> Result<SecretBytes, CodeError> {
    if text.len() > LONGEST {
        return Err(CodeError::Checksum);
    }
    let mut letters = Zeroizing::new(Vec::with_capacity(text.len()));
    for letter in text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-') {
        letters.push(match letter.to_ascii_uppercase() {
            '0' => b'O',
            '1' => b'I',
            '8' => b'B',
            letter @ ('A'..='Z' | '2'..='7') => u8::try_from(letter).map_err(|_| CodeError::Characters)?,
            _ => return Err(CodeError::Characters),
        });
    }
    BASE32_NOPAD.decode(&letters).map(SecretBytes::from).map_err(|error| match error.kind {
        DecodeKind::Symbol => CodeError::Characters,
        DecodeKind::Length | DecodeKind::Trailing | DecodeKind::Padding => CodeError::Truncated,
    })
}

fn checksum(content: &[u8]) -> [u8; CHECKSUM] {
    let [a, b, c, d, e, ..] = hash_bytes(Label::InvitationChecksum, content).0;
    [a, b, c, d, e]
}
