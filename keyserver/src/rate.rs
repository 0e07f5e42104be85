//! How often something may happen: so many times at once, and then one more each interval. Kept in memory only.

use casevault_wire::time::Time;

/// A burst, and the interval after which one more is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    /// How many at once.
    pub(crate) burst: u64,
    /// Milliseconds.
    pub(crate) interval: u64,
}

/// Commits of one team: more than people make, and than a program needs to catch up.
pub(crate) const COMMITS: Rate = Rate { burst: 1024, interval: 1000 };
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
}
