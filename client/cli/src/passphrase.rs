//! Where the passphrase comes from: a file or a prompt, never an argument. However a keyboard composes its letters, it is the same
//! passphrase: what leaves this file is in Unicode's form NFKC (SPEC §6.6).

use std::io::ErrorKind;
use std::path::Path;

use casevault_sync::SecretBytes;
pub(crate) use casevault_sync::passphrase::SHORTEST;
use casevault_sync::passphrase::normalised;
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::message;

/// A passphrase.
pub(crate) type Passphrase = SecretBytes;

/// The passphrase of an existing profile.
pub(crate) fn known(file: Option<&Path>) -> Result<Passphrase, Failure> {
    let passphrase = match file {
        Some(file) => read(file)?,
        None => prompt("Passphrase: ")?,
    };
    Ok(to_secret(&passphrase))
}

/// The passphrase of a new profile: long enough, and typed twice where it is typed.
pub(crate) fn new(file: Option<&Path>) -> Result<Passphrase, Failure> {
    let passphrase = match file {
        Some(file) => long_enough(read(file)?)?,
        None => {
            let first = long_enough(prompt("New passphrase for this device: ")?)?;
            if prompt("The same passphrase again: ")? != first {
                return Err(message::passphrases_differ());
            }
            first
        }
    };
    Ok(to_secret(&passphrase))
}

fn to_secret(passphrase: &str) -> Passphrase {
    SecretBytes::from(passphrase.as_bytes().to_vec())
}

fn long_enough(passphrase: Zeroizing<String>) -> Result<Zeroizing<String>, Failure> {
    if passphrase.chars().count() < SHORTEST { Err(message::passphrase_too_short()) } else { Ok(passphrase) }
}

/// The first line of a file.
fn read(file: &Path) -> Result<Zeroizing<String>, Failure> {
    let text = std::fs::read_to_string(file).map(Zeroizing::new).map_err(|error| message::passphrase_file(file, &error))?;
    Ok(normalised(text.lines().next().unwrap_or_default()))
}

fn prompt(words: &str) -> Result<Zeroizing<String>, Failure> {
    let typed = rpassword::prompt_password(words).map(Zeroizing::new).map_err(|error| match error.kind() {
        ErrorKind::Interrupted => message::interrupted(),
        _ => message::no_terminal(),
    })?;
    Ok(normalised(&typed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Exit;

    fn file(content: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        file
    }

    #[test]
    fn a_passphrase_file_is_its_first_line() {
        for content in ["correct horse", "correct horse\n", "correct horse\r\nsecond line\n"] {
            assert_eq!(&*known(Some(file(content).path())).unwrap(), b"correct horse", "{content:?}");
        }
    }

    #[test]
    fn a_new_passphrase_has_eight_characters_or_more() {
        assert_eq!(new(Some(file("1234567\n").path())).unwrap_err().exit, Exit::Usage);
        assert!(new(Some(file("12345678\n").path())).is_ok());
        assert!(new(Some(file("كلمةالسر").path())).is_ok(), "characters are counted, not bytes");
        assert_eq!(new(Some(file("كلمة\n").path())).unwrap_err().code, "passphrase-too-short");
    }

    #[test]
    fn a_passphrase_is_the_same_however_it_is_composed() {
        let composed = known(Some(file("caf\u{e9} \u{fb01}ve words").path())).unwrap();
        let decomposed = known(Some(file("cafe\u{301} five words").path())).unwrap();
        assert_eq!(&*composed, "caf\u{e9} five words".as_bytes());
        assert_eq!(&*composed, &*decomposed);
    }

    #[test]
    fn a_missing_passphrase_file_is_not_a_wrong_passphrase() {
        assert_eq!(known(Some(Path::new("/nonexistent/passphrase"))).unwrap_err().code, "passphrase-file");
    }
}
