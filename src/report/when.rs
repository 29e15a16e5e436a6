//! Dates as reports tell them: RFC 3339 in UTC for programs, a day and an age for people.

use jiff::Timestamp;
use jiff::tz::TimeZone;

const DAY: i64 = 24 * 60 * 60;

/// `2026-01-02T03:04:05Z`; `None` for a time that no calendar has (a commit can claim any number).
pub(super) fn rfc3339(seconds: i64) -> Option<String> {
    Some(Timestamp::from_second(seconds).ok()?.to_string())
}

/// `2026-01-02`, in UTC.
pub(super) fn day(seconds: i64) -> Option<String> {
    let at = Timestamp::from_second(seconds).ok()?;
    Some(at.to_zoned(TimeZone::UTC).date().to_string())
}

/// `2026-01-02 03:04 UTC`: near enough for a person.
pub fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// `2026-01-02T03:04:05`, in UTC but without saying so: what GitLab's schema and JUnit's want.
pub(super) fn without_zone(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// When a run of this length began that ended now.
pub(super) fn begun(now: Timestamp, duration_ms: u64) -> Timestamp {
    let length = i64::try_from(duration_ms).unwrap_or(i64::MAX);
    let begun = now.as_millisecond().saturating_sub(length);
    Timestamp::from_millisecond(begun).unwrap_or(now)
}

/// Whole days from then to now; a date in the future is no days ago.
pub(super) fn age_days(seconds: i64, now: Timestamp) -> u64 {
    let age = now.as_second().saturating_sub(seconds) / DAY;
    u64::try_from(age).unwrap_or(0)
}

/// `today`, `3 days ago`, `2 months ago`, `3 years ago`: near enough to tell old from new.
pub(super) fn age(seconds: i64, now: Timestamp) -> String {
    let days = age_days(seconds, now);
    let (number, unit) = match days {
        0 if seconds > now.as_second() => return "in the future".to_owned(),
        0 => return "today".to_owned(),
        1..60 => (days, "day"),
        60..731 => (days * 12 / 365, "month"),
        _ => (days * 4 / 1461, "year"),
    };
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural} ago")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-01-02T03:04:05Z.
    const THEN: i64 = 1_767_323_045;

    fn after(days: i64) -> Timestamp {
        Timestamp::from_second(THEN + days * DAY + 5).expect("a date")
    }

    #[test]
    fn dates_are_in_utc_and_impossible_ones_are_none() {
        assert_eq!(rfc3339(THEN).as_deref(), Some("2026-01-02T03:04:05Z"));
        assert_eq!(day(THEN).as_deref(), Some("2026-01-02"));
        assert_eq!(day(-1).as_deref(), Some("1969-12-31"));
        assert_eq!((rfc3339(i64::MAX), day(i64::MIN)), (None, None));
    }

    #[test]
    fn a_run_began_before_it_ended_and_no_zone_is_said() {
        let now = Timestamp::from_second(THEN).expect("a date");
        assert_eq!(without_zone(now), "2026-01-02T03:04:05");
        assert_eq!(minute(now), "2026-01-02 03:04 UTC");
        assert_eq!(without_zone(begun(now, 5001)), "2026-01-02T03:03:59");
        assert_eq!(begun(now, u64::MAX), now);
    }

    #[test]
    fn ages_are_in_the_unit_that_tells_most() {
        for (days, text) in [
            (0, "today"),
            (1, "1 day ago"),
            (59, "59 days ago"),
            (60, "1 month ago"),
            (364, "11 months ago"),
            (365, "12 months ago"),
            (730, "24 months ago"),
            (731, "2 years ago"),
            (1461, "4 years ago"),
            (3653, "10 years ago"),
        ] {
            assert_eq!(age(THEN, after(days)), text, "{days}");
            assert_eq!(age_days(THEN, after(days)), days as u64);
        }
        assert_eq!(age(THEN, after(-3)), "in the future");
        assert_eq!(age_days(THEN, after(-3)), 0);
        assert_eq!(age_days(i64::MIN, after(0)), (i64::MAX / DAY) as u64);
    }
}
