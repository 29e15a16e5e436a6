//! Dates as people type them.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Unit, Zoned};

use crate::error::{Error, Result};

/// The second since 1970 that a text names: a date (its first second in UTC), a date with a time, seconds since 1970, or
/// how long ago it is.
///
/// # Errors
/// A text that is none of these.
pub(super) fn seconds(text: &str, now: Timestamp) -> Result<i64> {
    parse(text.trim(), now).ok_or_else(|| Error::Revision {
        what: "the date",
        text: text.to_owned(),
        reason: "it is none; write 2026-01-31 (UTC), 2026-01-31T12:00:00Z, seconds since 1970, or \"2 weeks ago\"".to_owned(),
    })
}

fn parse(text: &str, now: Timestamp) -> Option<i64> {
    let digits = text.strip_prefix('@').unwrap_or(text);
    // Fewer digits are a year or a typing error.
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number && (digits.len() >= 9 || digits.len() < text.len()) {
        return digits.parse().ok();
    }
    let utc = |zoned: std::result::Result<Zoned, jiff::Error>| {
        zoned.ok().map(|zoned| zoned.timestamp().as_second())
    };
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment.as_second());
    }
    if let Ok(moment) = text
        .parse::<DateTime>()
        .or(text.replacen(' ', "T", 1).parse())
    {
        return utc(moment.to_zoned(TimeZone::UTC));
    }
    if let Ok(date) = text.parse::<Date>() {
        return utc(date.to_zoned(TimeZone::UTC));
    }
    ago(text, now)
}

/// `now`, `yesterday`, `3 days ago`, `2.weeks.ago`: git's words, of which the last may be left out.
fn ago(text: &str, now: Timestamp) -> Option<i64> {
    let text = text.to_ascii_lowercase().replace('.', " ");
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let (number, unit) = match words.as_slice() {
        ["now"] => return Some(now.as_second()),
        ["yesterday"] => (1, Unit::Day),
        [number, unit] | [number, unit, "ago"] => (number.parse::<u32>().ok()?, unit_named(unit)?),
        _ => return None,
    };
    let number = i64::from(number);
    let date = now.to_zoned(TimeZone::UTC);
    let then = match unit {
        Unit::Year => date.checked_sub(jiff::Span::new().try_years(number).ok()?),
        Unit::Month => date.checked_sub(jiff::Span::new().try_months(number).ok()?),
        Unit::Week => date.checked_sub(jiff::Span::new().try_weeks(number).ok()?),
        Unit::Day => date.checked_sub(jiff::Span::new().try_days(number).ok()?),
        Unit::Hour => date.checked_sub(SignedDuration::from_secs(number * 3600)),
        Unit::Minute => date.checked_sub(SignedDuration::from_secs(number * 60)),
        _ => date.checked_sub(SignedDuration::from_secs(number)),
    };
    then.ok().map(|then| then.timestamp().as_second())
}

fn unit_named(word: &str) -> Option<Unit> {
    Some(match word.strip_suffix('s').unwrap_or(word) {
        "year" => Unit::Year,
        "month" => Unit::Month,
        "week" => Unit::Week,
        "day" => Unit::Day,
        "hour" => Unit::Hour,
        "minute" => Unit::Minute,
        "second" => Unit::Second,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_dates_and_refuses_what_is_none() {
        let now = Timestamp::from_second(1_800_000_000).expect("a moment");
        for (text, second) in [
            ("2026-01-31", 1_769_817_600),
            ("2026-01-31T12:00:00Z", 1_769_860_800),
            ("2026-01-31 12:00:00", 1_769_860_800),
            ("2026-01-31T12:00:00+01:00", 1_769_857_200),
            ("1769860800", 1_769_860_800),
            ("@5", 5),
            ("2 weeks ago", 1_800_000_000 - 14 * 86_400),
            ("1.day.ago", 1_800_000_000 - 86_400),
            ("yesterday", 1_800_000_000 - 86_400),
        ] {
            assert_eq!(parse(text, now), Some(second), "{text}");
        }
        for text in [
            "",
            "soon",
            "2026-02-30",
            "2026",
            "-3 days ago",
            "3 moons ago",
            "99999999999999999999",
            "999999999 years ago",
        ] {
            assert_eq!(parse(text, now), None, "{text}");
        }
    }
}
