//! Recovery (SPEC §8.9): a policy's keys come from one seed, which exists only while it is split among trustees and again when enough
//! of them have put their shares together.

mod combine;
mod escrow;
mod keys;
mod share;
mod split;
mod words;

#[cfg(test)]
mod tests;

pub use combine::{BadShare, CombineError, Combined, ShareFault, combine, judge};
pub use escrow::{EscrowError, open_escrow, seal_escrow, takes_escrows};
pub use keys::RecoveryKeys;
pub use share::Share;
pub use split::{SplitError, split};
pub use words::{WORDS, WordsError};
