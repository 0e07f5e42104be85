//! How often something may happen: so many times at once, and then one more each interval. Kept in memory only.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use casevault_wire::time::Time;

/// A burst, and the interval after which one more is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    /// How many at once.
    pub(crate) burst: u64,
    /// Milliseconds.
    pub(crate) interval: u64,
}

/// Commits of one person in one team, besides those that follow an instruction: more than people make, and too few
/// for anybody to use up the epochs that recovery goes through (R-8.9-10).
pub(crate) const COMMITS: Rate = Rate { burst: 64, interval: 600_000 };
/// Statements of one person who does not administer, besides sealing keys, which need a new receipt each.
pub(crate) const STATEMENTS: Rate = Rate { burst: 256, interval: 10_000 };
/// Statements of one person who administers: ten thousand people come in at once, and nobody fills the log in a day.
pub(crate) const INSTRUCTIONS: Rate = Rate { burst: 32_768, interval: 1000 };
/// Foundings, which nobody has to sign in for.
pub(crate) const FOUNDINGS: Rate = Rate { burst: 64, interval: 60_000 };

/// What was used of a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Used {
    count: u64,
    since: Time,
}

impl Used {
    /// Uses one at `now`, if one is left.
    pub(crate) fn take(&mut self, rate: Rate, now: Time) -> bool {
        let back = now.since(self.since).checked_div(rate.interval).unwrap_or_default();
        if back > 0 {
            self.count = self.count.saturating_sub(back);
            self.since = now;
        }
        if self.count >= rate.burst {
            return false;
        }
        self.count += 1;
        true
    }

    /// Whether all of it has come back by `now`, so that it may be forgotten.
    fn is_over(&self, rate: Rate, now: Time) -> bool {
        now.since(self.since).checked_div(rate.interval).unwrap_or_default() >= self.count
    }
}

/// What each of many used of one rate. Whoever uses theirs up hinders nobody else.
#[derive(Debug)]
pub(crate) struct Shares<K> {
    rate: Rate,
    used: Mutex<HashMap<K, Used>>,
}

/// With so many shares in use those that came back are looked for.
const MANY: usize = 4096;

impl<K: Eq + Hash> Shares<K> {
    /// Nobody has used any of `rate` yet.
    pub(crate) fn new(rate: Rate) -> Self {
        Self { rate, used: Mutex::default() }
    }

    /// Uses one of `whose` share at `now`, if one is left.
    pub(crate) fn take(&self, whose: K, now: Time) -> bool {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() >= MANY && !used.contains_key(&whose) {
            used.retain(|_, used| !used.is_over(self.rate, now));
        }
        used.entry(whose).or_default().take(self.rate, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_used_up_and_comes_back_with_time() {
        let rate = Rate { burst: 2, interval: 10 };
        let mut used = Used::default();
        assert!(used.take(rate, Time(1000)) && used.take(rate, Time(1001)));
        assert!(!used.take(rate, Time(1009)), "used up");
        assert!(used.take(rate, Time(1010)), "one more after the interval");
        assert!(!used.take(rate, Time(1011)));
        assert!(!used.take(rate, Time(3)), "a clock that goes back gives nothing");
        assert!(
            used.take(rate, Time(5000)) && used.take(rate, Time(5000)) && !used.take(rate, Time(5000)),
            "never more than the burst"
        );
    }

    #[test]
    fn each_has_a_share_of_its_own_and_those_that_came_back_are_forgotten() {
        let shares = Shares::new(Rate { burst: 1, interval: 10 });
        assert!(shares.take(0, Time(1000)) && !shares.take(0, Time(1000)));
        for other in 1..=MANY {
            assert!(shares.take(other, Time(1000)), "{other}");
        }
        assert!(shares.take(MANY + 1, Time(1010)));
        assert_eq!(shares.used.lock().unwrap().len(), 1, "the others' came back");
        assert!(!shares.take(MANY + 1, Time(1010)));
    }
}
