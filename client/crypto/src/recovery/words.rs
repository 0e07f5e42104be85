//! A share as words to print and to type: 32 words of the English list of BIP-39 that say it, and three that check them. One word
//! that is wrong is named by its place; two are always noticed.
//!
//! The check is a Reed-Solomon code over the field of 2,048 elements, so that each word is one symbol.

use bip39::Language;
use casevault_wire::codec::decode;
use zeroize::Zeroizing;

use super::Share;
use crate::secret::{SecretBytes, SecretText};

/// How many words a share has.
pub const WORDS: usize = DATA + CHECK;
const DATA: usize = 32;
const CHECK: usize = 3;
/// Bits of a word.
const BITS: u32 = 11;
/// The form of a printed share.
const VERSION: u8 = 1;
/// Bytes that the words say: version, share, and zeros to the end of the last word.
const BYTES: usize = 44;
/// The first letters of a word, which no other has.
const PREFIX: usize = 4;

/// Why words are not a share. Places count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// There are more or fewer words than a share has.
    #[error("{0} words where a share has {WORDS}")]
    Count(usize),
    /// The words at these places are not in the list.
    #[error("words that are not in the list: {0:?}")]
    Unknown(Vec<usize>),
    /// The word at this place is wrong; the others say which one it should be.
    #[error("word {0} is wrong")]
    Wrong(usize, &'static str),
    /// More than one word is wrong.
    #[error("more than one word is wrong")]
    Several,
    /// The words are of a share that this program does not know, or of something else.
    #[error("the words are of a version that this program does not know")]
    Version,
}

impl Share {
    /// The words, in order, with blanks between them.
    pub fn words(&self) -> SecretText {
        let mut bytes = Zeroizing::new(Vec::with_capacity(BYTES));
        bytes.push(VERSION);
        bytes.extend_from_slice(&SecretBytes::encode(self));
        bytes.resize(BYTES, 0);
        let mut symbols = Zeroizing::new(symbols(&bytes));
        let check = remainder(&symbols);
        symbols.extend_from_slice(&check);
        // Room for the longest words, so that no copy is left behind by growing.
        let mut text = String::with_capacity(WORDS * 9);
        for (at, symbol) in symbols.iter().enumerate() {
            if at > 0 {
                text.push(' ');
            }
            text.push_str(word(*symbol));
        }
        SecretText::from(text)
    }

    /// Reads words. Case does not count, nor does what is not a letter; the first four letters of a word are enough.
    ///
    /// # Errors
    /// [`WordsError`].
    pub fn parse(text: &str) -> Result<Self, WordsError> {
        let typed: Vec<_> = text.split(|letter: char| !letter.is_ascii_alphabetic()).filter(|word| !word.is_empty()).collect();
        if typed.len() != WORDS {
            return Err(WordsError::Count(typed.len()));
        }
        let mut symbols = Zeroizing::new(Vec::with_capacity(WORDS));
        let mut unknown = Vec::new();
        for (at, word) in typed.iter().enumerate() {
            match number(word) {
                Some(number) => symbols.push(number),
                None => unknown.push(at + 1),
            }
        }
        if !unknown.is_empty() {
            return Err(WordsError::Unknown(unknown));
        }
        check(&symbols)?;
        Self::decode(&bytes(symbols.get(..DATA).unwrap_or_default()))
    }

    fn decode(bytes: &[u8]) -> Result<Self, WordsError> {
        let (version, rest) = bytes.split_first().ok_or(WordsError::Version)?;
        let (padding, share) = rest.split_last().ok_or(WordsError::Version)?;
        if (*version, *padding) != (VERSION, 0) {
            return Err(WordsError::Version);
        }
        decode(share, BYTES).map_err(|_| WordsError::Version)
    }
}

/// The word of this number.
fn word(number: u16) -> &'static str {
    Language::English.word_list().get(usize::from(number)).copied().unwrap_or_default()
}

/// The number of a word that was typed: whole, or as far as it tells the word from all others.
fn number(typed: &str) -> Option<u16> {
    let typed = Zeroizing::new(typed.to_ascii_lowercase());
    if let Some(number) = Language::English.find_word(&typed) {
        return Some(number);
    }
    let mut begins = Language::English.words_by_prefix_iter(&typed);
    match (begins.next(), begins.next()) {
        (Some(word), None) if typed.len() >= PREFIX => Language::English.find_word(word),
        _ => None,
    }
}

/// `bytes` in words' bits, the first bits first.
fn symbols(bytes: &[u8]) -> Vec<u16> {
    let (mut symbols, mut kept, mut bits) = (Vec::with_capacity(WORDS), 0u32, 0);
    for byte in bytes {
        kept = (kept << 8) | u32::from(*byte);
        bits += 8;
        if bits >= BITS {
            bits -= BITS;
            symbols.push((kept >> bits) as u16 & MASK);
        }
    }
    symbols
}

/// What [`symbols`] came from.
fn bytes(symbols: &[u16]) -> Zeroizing<Vec<u8>> {
    let (mut bytes, mut kept, mut bits) = (Zeroizing::new(Vec::with_capacity(BYTES)), 0u32, 0);
    for symbol in symbols {
        kept = (kept << BITS) | u32::from(*symbol);
        bits += BITS;
        while bits >= 8 {
            bits -= 8;
            bytes.push((kept >> bits) as u8);
        }
    }
    bytes
}

const MASK: u16 = (1 << BITS) - 1;
/// x¹¹ + x² + 1, without its first term.
const REDUCTION: u16 = 0b101;
/// (x − 1)(x − 2)(x − 4) without its first term.
const GENERATOR: [u16; CHECK] = [7, 14, 8];

/// The product of two elements of the field.
fn times(mut a: u16, b: u16) -> u16 {
    let mut product = 0;
    for bit in 0..BITS {
        // Neither branches nor looks up by a secret.
        product ^= a & (0u16.wrapping_sub((b >> bit) & 1));
        a = ((a << 1) & MASK) ^ (REDUCTION & 0u16.wrapping_sub(a >> (BITS - 1)));
    }
    product
}

/// What has to follow `symbols` so that the whole is a multiple of the generator.
fn remainder(symbols: &[u16]) -> [u16; CHECK] {
    symbols.iter().fold([0; CHECK], |[first, second, third], symbol| {
        let [a, b, c] = GENERATOR.map(|factor| times(symbol ^ first, factor));
        [second ^ a, third ^ b, c]
    })
}

/// The polynomial of `symbols`, the first of them its first coefficient, at `point`.
fn at(symbols: &[u16], point: u16) -> u16 {
    symbols.iter().fold(0, |value, symbol| times(value, point) ^ symbol)
}

/// Whether all words are right.
fn check(symbols: &[u16]) -> Result<(), WordsError> {
    let syndromes = [1, 2, 4].map(|point| at(symbols, point));
    if syndromes == [0; CHECK] {
        return Ok(());
    }
    let [error, first, second] = syndromes;
    // One word that is wrong by `error` contributes error·pᵈ to the value at p, d words before the end.
    let (mut one, mut two) = (error, error);
    for (place, symbol) in symbols.iter().enumerate().rev() {
        if error != 0 && (one, two) == (first, second) {
            return Err(WordsError::Wrong(place + 1, word(symbol ^ error)));
        }
        (one, two) = (times(one, 2), times(two, 4));
    }
    Err(WordsError::Several)
}
