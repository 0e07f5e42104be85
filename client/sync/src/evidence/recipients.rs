//! For whom alone a bundle is (R-6.7-14): age recipients as people type them, and where what is encrypted for them may lie.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use age::Encryptor;
use age::x25519::Recipient;
use data_encoding::{Encoding, Specification};
use ring::agreement::{EphemeralPrivateKey, UnparsedPublicKey, X25519, agree_ephemeral};
use ring::rand::SystemRandom;

use crate::error::ClientError;
use crate::http::Authority;

/// What encrypted files are called.
pub const ENDING: &str = "age";
/// Letters of a recipient before its key and after it, which are a checksum.
const BEFORE: usize = 4;
const CHECKSUM: usize = 6;
/// The letters of its key (BIP 173).
const LETTERS: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/// What secret keys of age and its plugins begin with, in lower case.
const SECRETS: [&str; 2] = ["age-secret-key-", "age-plugin-"];

/// Who can open a bundle that is encrypted: one at least.
#[derive(Clone, Debug)]
pub struct Recipients(Vec<Recipient>);

/// Why something is no recipient. Nothing of what was typed is in it: it may be a secret key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecipientError {
    /// There is none.
    #[error("no recipient")]
    None,
    /// The one in this place, from 1 on, is a secret key.
    #[error("recipient {0} is a secret key")]
    Secret(usize),
    /// The one in this place is of another kind: a key of SSH or a plugin, or no key at all.
    #[error("recipient {0} is no X25519 public key")]
    Kind(usize),
    /// The one in this place begins as a recipient does and is none: it was cut or mistyped, or nobody can have a secret key for it.
    #[error("recipient {0} is mistyped")]
    Mistyped(usize),
}

impl FromStr for Recipients {
    type Err = RecipientError;

    /// Reads recipients with spaces, line ends, commas or semicolons between them.
    fn from_str(text: &str) -> Result<Self, RecipientError> {
        let words =
            text.split(|letter: char| letter.is_whitespace() || matches!(letter, ',' | ';')).filter(|word| !word.is_empty());
        let mut all = Vec::new();
        for (before, word) in words.enumerate() {
            let one = recipient(word, before + 1)?;
            if !all.contains(&one) {
                all.push(one);
            }
        }
        if all.is_empty() { Err(RecipientError::None) } else { Ok(Self(all)) }
    }
}

impl Recipients {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// What begins a file for them.
    pub(super) fn encryptor(&self) -> Result<Encryptor, ClientError> {
        let all = self.0.iter().map(|one| one as &dyn age::Recipient);
        // Recipients of one kind are there, and agree on what they need.
        Encryptor::with_recipients(all).map_err(|_| ClientError::Damaged)
    }
}

fn recipient(word: &str, place: usize) -> Result<Recipient, RecipientError> {
    let lower = word.to_ascii_lowercase();
    if SECRETS.iter().any(|secret| lower.contains(secret)) {
        return Err(RecipientError::Secret(place));
    }
    if !lower.starts_with("age1") {
        return Err(RecipientError::Kind(place));
    }
    match Recipient::from_str(word) {
        Ok(one) if is_contributory(&one) => Ok(one),
        // A plugin's has its name before the last 1, which no letter of a key is.
        Err(_) if lower.rmatch_indices('1').next().is_some_and(|(at, _)| at >= BEFORE) => Err(RecipientError::Kind(place)),
        _ => Err(RecipientError::Mistyped(place)),
    }
}

/// Whether a secret that is agreed on with this key depends on both sides: with one of small order it is zero, and everybody could open the file.
fn is_contributory(recipient: &Recipient) -> bool {
    let text = recipient.to_string();
    let letters = text.len().checked_sub(CHECKSUM).and_then(|end| text.get(BEFORE..end)).unwrap_or_default();
    let Some(key) = letters_of_keys().and_then(|encoding| encoding.decode(letters.as_bytes()).ok()) else { return false };
    let ours = EphemeralPrivateKey::generate(&X25519, &SystemRandom::new());
    ours.is_ok_and(|ours| agree_ephemeral(ours, &UnparsedPublicKey::new(&X25519, key), |_| ()).is_ok())
}

fn letters_of_keys() -> Option<Encoding> {
    let mut specification = Specification::new();
    specification.symbols.push_str(LETTERS);
    specification.encoding().ok()
}

/// Where a bundle is to be, for whom alone, and who stamps it. What is called as an encrypted file is one, and no other is.
#[derive(Clone, Debug)]
pub struct Destination {
    path: PathBuf,
    recipients: Option<Recipients>,
    authority: Option<Authority>,
}

/// Why nothing is made under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// It is called as an encrypted file, and for nobody.
    #[error("nobody can open it")]
    Nobody,
    /// It is for recipients, and not called as an encrypted file.
    #[error("not called an encrypted file")]
    Ending,
}

impl Destination {
    /// The path of a bundle, and its recipients if it is to be encrypted.
    ///
    /// # Errors
    /// [`NameError`] if the one does not fit the other.
    pub fn new(path: impl Into<PathBuf>, recipients: Option<Recipients>) -> Result<Self, NameError> {
        let path = path.into();
        match (is_encrypted(&path), &recipients) {
            (true, None) => Err(NameError::Nobody),
            (false, Some(_)) => Err(NameError::Ending),
            _ => Ok(Self { path, recipients, authority: None }),
        }
    }

    /// The same, with a time stamp of this authority if there is one.
    pub fn stamped_by(self, authority: Option<Authority>) -> Self {
        Self { authority, ..self }
    }

    /// Who stamps it, if anybody does.
    pub(super) fn authority(&self) -> Option<&Authority> {
        self.authority.as_ref()
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Who can open it, if not everybody can.
    pub fn recipients(&self) -> Option<&Recipients> {
        self.recipients.as_ref()
    }
}

fn is_encrypted(path: &Path) -> bool {
    // A slash at the end is none of the name.
    path.file_name().and_then(|name| Path::new(name).extension()).is_some_and(|ending| ending.eq_ignore_ascii_case(ENDING))
}

#[cfg(test)]
mod tests;
