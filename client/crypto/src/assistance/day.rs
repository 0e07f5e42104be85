//! Calendar days, which compare as they follow each other.

use std::fmt;

use casevault_wire::time::Time;
use time::OffsetDateTime;

/// Year, month and day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(i32, u8, u8);

impl Day {
    /// The day of `time` in UTC; the last one of the calendar if it is later still.
    pub fn of(time: Time) -> Self {
        let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(time.0) * 1_000_000);
        let date = at.map_or(time::Date::MAX, OffsetDateTime::date);
        Self(date.year(), u8::from(date.month()), date.day())
    }

    /// The last day that a date `YYYY-MM-DD`, `YYYY-MM` or `YYYY` may mean; of a month 31, whatever it has.
    pub fn last_of(date: &str) -> Option<Self> {
        let mut parts = date.split('-');
        let year = parts.next().filter(|year| year.len() == 4)?.parse().ok()?;
        let mut number = |last: u8| match parts.next() {
            None => Some(last),
            Some(part) => part.parse().ok().filter(|number| (1..=last).contains(number)),
        };
        let day = Self(year, number(12)?, number(31)?);
        parts.next().is_none().then_some(day)
    }

    /// The same day of a later year.
    pub fn years_later(self, years: i32) -> Self {
        Self(self.0.saturating_add(years), self.1, self.2)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0, self.1, self.2)
    }
}

/// Whether the day that `date` names is over at `time` (R-6.10-4). A date that cannot be read is never over.
pub fn is_past(date: &str, time: Time) -> bool {
    Day::last_of(date).is_some_and(|day| day < Day::of(time))
}
