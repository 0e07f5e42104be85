//! What a passphrase is once it was typed. However a keyboard composes its letters, it is the same passphrase: in Unicode's form NFKC
//! (SPEC §6.6).

use casevault_crypto::secret::SecretBytes;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// The fewest characters of a new passphrase.
pub const SHORTEST: usize = 8;
/// How many times longer NFKC makes a text at most, in UTF-8 (Unicode Standard Annex 15).
const LONGEST_FORM: usize = 11;

/// The one form of a passphrase that may be typed in several.
pub fn normalised(typed: &str) -> Zeroizing<String> {
    // Room for the longest form, so that no copy is left behind by growing.
    let mut one = Zeroizing::new(String::with_capacity(typed.len() * LONGEST_FORM));
    one.extend(typed.nfkc());
    one
}

/// The passphrase that was typed.
pub fn parse(typed: &str) -> SecretBytes {
    SecretBytes::from(normalised(typed).as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_is_the_same_however_it_is_composed() {
        let (composed, decomposed) = (parse("caf\u{e9} \u{fb01}ve words"), parse("cafe\u{301} five words"));
        assert_eq!(&*composed, "caf\u{e9} five words".as_bytes());
        assert_eq!(&*composed, &*decomposed);
        let longest = "\u{fdfa}".repeat(5);
        assert_eq!(normalised(&longest).capacity(), longest.len() * LONGEST_FORM, "it did not grow");
    }
}
