//! Times as pages are made with them: in UTC, in an order that every language reads alike. Where scripts run, the page shows a moment in the
//! time of the machine, and says which that is.

use casevault_sync::time::Time;
use time::OffsetDateTime;
use time::{Date, macros::format_description};

/// The day, `YYYY-MM-DD`.
pub(crate) fn day(time: Time) -> String {
    at(time).date().to_string()
}

/// Day and minute.
pub(crate) fn minute(time: Time) -> String {
    let at = at(time);
    format!("{} {:02}:{:02} UTC", at.date(), at.hour(), at.minute())
}

/// The moment, for a program.
pub(crate) fn instant(time: Time) -> String {
    let at = at(time);
    format!("{}T{:02}:{:02}:{:02}Z", at.date(), at.hour(), at.minute(), at.second())
}

/// The last moment of a day that was typed.
pub(crate) fn end_of(day: &str) -> Option<Time> {
    let date = Date::parse(day, format_description!("[year]-[month]-[day]")).ok()?;
    let end = date.with_hms(23, 59, 59).ok()?.assume_utc().unix_timestamp();
    u64::try_from(end).ok().map(|seconds| Time(seconds * 1000))
}

fn at(time: Time) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(time.0) * 1_000_000)
        .unwrap_or(time::macros::datetime!(9999-12-31 23:59:59 UTC))
}
