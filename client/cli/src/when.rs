//! Times for scripts and for people, both in UTC.

use casevault_wire::time::Time;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// RFC 3339 with milliseconds where there are any; the last time that can be written if it is later still.
pub(crate) fn rfc3339(time: Time) -> String {
    date_time(time).format(&Rfc3339).unwrap_or_else(|_| time.0.to_string())
}

/// Date and minute.
pub(crate) fn short(time: Time) -> String {
    let at = date_time(time);
    format!("{} {:02}:{:02} UTC", at.date(), at.hour(), at.minute())
}

fn date_time(time: Time) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(time.0) * 1_000_000)
        .unwrap_or(time::macros::datetime!(9999-12-31 23:59:59 UTC))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_utc() {
        assert_eq!(rfc3339(Time(0)), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(Time(1_793_000_000_123)), "2026-10-26T07:33:20.123Z");
        assert_eq!(short(Time(1_793_000_000_123)), "2026-10-26 07:33 UTC");
    }

    #[test]
    fn a_clock_beyond_the_calendar_is_written_as_its_end() {
        assert_eq!(rfc3339(Time(u64::MAX)), "9999-12-31T23:59:59Z");
    }
}
