//! Times for scripts and for people, both in UTC.

use casevault_wire::time::Time;
use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime};

/// RFC 3339 with milliseconds where there are any; the last time that can be written if it is later still.
pub fn rfc3339(time: Time) -> String {
    date_time(time).format(&Rfc3339).unwrap_or_else(|_| time.0.to_string())
}

/// Date and minute.
pub fn short(time: Time) -> String {
    let at = date_time(time);
    format!("{} {:02}:{:02} UTC", at.date(), at.hour(), at.minute())
}

/// A day, as `YYYY-MM-DD`: its last moment in UTC.
///
/// # Errors
/// What was expected.
pub fn parse_date(text: &str) -> Result<Time, &'static str> {
    let format = time::macros::format_description!("[year]-[month]-[day]");
    let date = Date::parse(text, format).map_err(|_| "expected a date such as 2027-12-31")?;
    let end = date.with_hms(23, 59, 59).map_err(|_| "expected a date such as 2027-12-31")?.assume_utc().unix_timestamp();
    u64::try_from(end).map(|seconds| Time(seconds * 1000)).map_err(|_| "expected a date after 1970")
}

/// Milliseconds in a number of seconds, minutes, hours or days, such as `72h`.
///
/// # Errors
/// What was expected.
pub fn parse_span(text: &str) -> Result<u64, &'static str> {
    const EXPECTED: &str = "expected a time such as 72h, 5d, 30m or 10s";
    let units = [("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
    let (number, unit) = units.iter().find_map(|(letter, unit)| Some((text.strip_suffix(letter)?, *unit))).ok_or(EXPECTED)?;
    number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)).ok_or(EXPECTED)
}

/// A time for people, in the largest unit that fits.
pub fn span(milliseconds: u64) -> String {
    let units = [(86_400_000, "days"), (3_600_000, "hours"), (60_000, "minutes")];
    let fits = units.iter().find(|(unit, _)| milliseconds >= 2 * unit && milliseconds.is_multiple_of(*unit));
    fits.map_or_else(|| format!("{} seconds", milliseconds / 1000), |(unit, name)| format!("{} {name}", milliseconds / unit))
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
    fn dates_and_spans_are_read() {
        assert_eq!(parse_date("2026-10-26").map(rfc3339), Ok("2026-10-26T23:59:59Z".to_owned()));
        assert!(["26.10.2026", "2026-13-01", "1969-12-30", ""].iter().all(|text| parse_date(text).is_err()));
        assert_eq!(["72h", "5d", "90m", "10s", "0s"].map(parse_span), [259_200_000, 432_000_000, 5_400_000, 10_000, 0].map(Ok));
        assert!(["72", "h", "-1h", "1.5h", "99999999999999999999d"].iter().all(|text| parse_span(text).is_err()));
        assert_eq!([259_200_000, 86_400_000, 5_400_000, 1000].map(span), ["3 days", "24 hours", "90 minutes", "1 seconds"]);
    }

    #[test]
    fn a_clock_beyond_the_calendar_is_written_as_its_end() {
        assert_eq!(rfc3339(Time(u64::MAX)), "9999-12-31T23:59:59Z");
    }
}
