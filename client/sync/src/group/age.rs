//! Rotation by age (R-8.3-26). Two clocks, each compared with itself alone: a clock that is wrong makes nobody rotate twice, and a
//! clock that stands still keeps no key for ever.

use casevault_wire::time::Time;

/// A team key is replaced at this age (90 days).
const KEY_AGE: u64 = 90 * 24 * 3600 * 1000;

/// When the newest generation began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Beginning {
    /// By this device's clock, when it merged the generation; nothing if it never did.
    pub here: Option<Time>,
    /// By the keyserver's clock, when it signed the generation's first receipt.
    pub receipted: Option<Time>,
}

/// The two clocks now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clocks {
    /// This device's.
    pub here: Time,
    /// The keyserver's at its newest log head; nothing until it was heard.
    pub keyserver: Option<Time>,
}

impl Beginning {
    /// Whether the generation that began then is too old by either clock.
    pub(super) fn is_over(&self, now: &Clocks) -> bool {
        let old = |began: Option<Time>, now: Option<Time>| began.zip(now).is_some_and(|(began, now)| now.since(began) > KEY_AGE);
        old(self.here, Some(now.here)) || old(self.receipted, now.keyserver)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 24 * 3600 * 1000;

    fn day(number: u64) -> Time {
        Time(number * DAY)
    }

    fn began(here: Option<u64>, receipted: Option<u64>) -> Beginning {
        Beginning { here: here.map(day), receipted: receipted.map(day) }
    }

    // Obeys R-8.3-26.
    // Breaks R-8.3-26.
    #[test]
    fn a_key_is_over_after_ninety_days_by_either_clock() {
        let now = |here, keyserver: Option<u64>| Clocks { here: day(here), keyserver: keyserver.map(day) };
        let key = began(Some(100), Some(100));
        assert!(!key.is_over(&now(190, Some(190))), "ninety days and not more");
        assert!(key.is_over(&now(191, Some(100))), "the keyserver's clock stands still");
        assert!(key.is_over(&now(100, Some(191))), "this device's does");
        assert!(!key.is_over(&now(50, Some(50))), "clocks that went back make nothing old");
        assert!(began(None, Some(100)).is_over(&now(100, Some(191))), "of before this device came");
        assert!(!began(None, None).is_over(&now(9999, Some(9999))));
        assert!(!began(None, Some(100)).is_over(&now(9999, None)), "the keyserver was not heard");
    }

    #[test]
    fn a_clock_that_is_wrong_by_a_year_makes_nobody_rotate_in_a_row() {
        let late = |day: u64| day + 365;
        let key = began(Some(late(10)), Some(10));
        assert!(!key.is_over(&Clocks { here: day(late(11)), keyserver: Some(day(11)) }), "each clock is compared with itself");
        let jumped = Clocks { here: day(late(400)), keyserver: Some(day(11)) };
        assert!(key.is_over(&jumped));
        let after = began(Some(late(400)), Some(11));
        assert!(!after.is_over(&jumped), "the new generation begins by the same clock");
        let colleague = began(Some(12), Some(11));
        assert!(!colleague.is_over(&Clocks { here: day(12), keyserver: Some(day(12)) }), "who follows does not rotate again");
    }
}
