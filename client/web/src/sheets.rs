//! Sheets of recovery that are shown, and are not yet seen to be on paper: two words of each are typed back. They are nowhere else, and gone
//! when the profile is locked.

use std::sync::{Mutex, MutexGuard, PoisonError};

use casevault_sync::view::PrintedShare;

use crate::failure::Failure;

/// The sheets, in order.
#[derive(Default)]
pub(crate) struct Sheets(Mutex<Vec<Sheet>>);

/// A sheet.
#[derive(Clone)]
pub(crate) struct Sheet {
    /// What is on it.
    pub(crate) share: PrintedShare,
    /// The numbers, from 1, of the two words that are typed back.
    pub(crate) asked: [usize; 2],
}

impl Sheet {
    /// Draws which words are typed back.
    fn of(share: PrintedShare) -> Result<Self, Failure> {
        let all = share.words.expose().split(' ').count();
        let mut drawn = [0; 2];
        getrandom::fill(&mut drawn).map_err(|_| Failure::Internal)?;
        // One of each half, so that there are two.
        let half = (all / 2).max(1);
        let [first, second] = drawn.map(|byte| usize::from(byte) % half + 1);
        Ok(Self { share, asked: [first, half + second] })
    }

    /// Whether these are the words.
    pub(crate) fn is_typed_back(&self, typed: [&str; 2]) -> bool {
        let word = |number: usize| self.share.words.expose().split(' ').nth(number.saturating_sub(1));
        self.asked
            .into_iter()
            .zip(typed)
            .all(|(number, typed)| word(number).is_some_and(|word| word.eq_ignore_ascii_case(typed.trim())))
    }
}

impl Sheets {
    /// Keeps new ones, in place of any.
    pub(crate) fn keep(&self, shares: Vec<PrintedShare>) -> Result<(), Failure> {
        *self.held() = shares.into_iter().map(Sheet::of).collect::<Result<_, _>>()?;
        Ok(())
    }

    /// The one that is to be typed back next, and how many there are.
    pub(crate) fn next(&self) -> Option<(Sheet, usize)> {
        let held = self.held();
        held.first().map(|sheet| (sheet.clone(), held.len()))
    }

    /// Takes off the sheet of this number, which is on paper.
    pub(crate) fn take_off(&self, index: u8) {
        self.held().retain(|sheet| sheet.share.index != index);
    }

    /// Forgets all of them.
    pub(crate) fn forget(&self) {
        self.held().clear();
    }

    fn held(&self) -> MutexGuard<'_, Vec<Sheet>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use casevault_sync::id::{PersonId, RecoveryPolicyId};

    use super::*;

    #[test]
    fn a_sheet_is_typed_back_by_two_words_of_it() {
        let words: Vec<_> = (1..=35).map(|number| format!("word{number}")).collect();
        let share = PrintedShare {
            policy: RecoveryPolicyId([1; 8]),
            index: 1,
            of: 2,
            threshold: 2,
            person: PersonId([2; 16]),
            name: None,
            words: words.join(" ").into(),
        };
        for _ in 0..50 {
            let sheet = Sheet::of(share.clone()).unwrap();
            let [first, second] = sheet.asked;
            assert!(first >= 1 && first < second && second <= 35, "{:?}", sheet.asked);
            let typed = [format!(" Word{first}"), format!("word{second} ")];
            assert!(sheet.is_typed_back([&typed[0], &typed[1]]));
            assert!(!sheet.is_typed_back([&typed[1], &typed[0]]), "in their order");
            assert!(!sheet.is_typed_back([&typed[0], ""]));
        }
    }
}
