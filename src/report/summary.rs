//! The last lines of the human report: what was scanned, in how long, what was left out, and what that means.

use crate::model::{AllowedBy, Outcome, Stats, Target, TargetKind};

/// `Scanned 12 files and 3,401 blobs in 790 commits (12.3 MiB) in 0.9 s: 2 keys in 5 places, 1 problem`.
pub(super) fn scanned(outcome: &Outcome) -> String {
    let places: usize = outcome.keys.iter().map(|key| key.locations.len()).sum();
    let hidden = outcome.hidden.len() as u64;
    let mut found = match (outcome.keys.len() as u64, hidden) {
        (0, 0) => "no keys".to_owned(),
        (0, _) => "no key that is known to work".to_owned(),
        (keys, _) => format!(
            "{} in {}",
            count(keys, "key"),
            count(places as u64, "place")
        ),
    };
    if hidden > 0 {
        found.push_str(&format!(", {} hidden", grouped(hidden)));
    }
    if !outcome.hygiene.is_empty() {
        let habits = count(outcome.hygiene.len() as u64, "bad habit");
        found.push_str(&format!(", {habits}"));
    }
    let accepted = outcome
        .problems
        .iter()
        .filter(|p| p.accepted.is_some())
        .count();
    let open = outcome.problems.len() - accepted;
    if open > 0 {
        found.push_str(&format!(", {}", count(open as u64, "problem")));
    }
    if accepted > 0 {
        found.push_str(&format!(", {}", count(accepted as u64, "accepted problem")));
    }
    let suppressed = outcome.suppressed_count();
    if suppressed > 0 {
        found.push_str(&format!(", {} suppressed", grouped(suppressed)));
    }
    let seconds = outcome.stats.duration_ms as f64 / 1000.0;
    format!(
        "Scanned {} in {seconds:.1} s: {found}",
        amount(&outcome.stats)
    )
}

fn amount(stats: &Stats) -> String {
    let mut things = Vec::new();
    if stats.files > 0 {
        things.push(count(stats.files, "file"));
    }
    if stats.blobs > 0 || stats.commits > 0 {
        let mut history = count(stats.blobs, "blob");
        if stats.commits > 0 {
            history.push_str(&format!(" in {}", count(stats.commits, "commit")));
        }
        things.push(history);
    }
    if things.is_empty() {
        return size(stats.bytes);
    }
    format!("{} ({})", things.join(" and "), size(stats.bytes))
}

/// One line with what was left out, if anything was. What git keeps of a history is no file to read, but it was left
/// out only if no history was scanned that has it.
pub fn left_out(outcome: &Outcome) -> Option<String> {
    let is_git = |at: &&Target| at.kind == TargetKind::Git;
    let histories = outcome.targets.iter().filter(is_git).count() as u64;
    let scanned = |reason: &str, number: u64| {
        matches!(reason, "git-objects" | "git-index") && number <= histories
    };
    let excluded: Vec<String> = outcome
        .stats
        .excluded
        .iter()
        .filter(|(reason, number)| **number > 0 && **reason != Stats::OLD)
        .filter(|(reason, number)| !scanned(reason, **number))
        .map(|(reason, number)| match *reason {
            "lfs-content" => format!("the contents of {}", count(*number, "Git LFS pointer")),
            "git-objects" => count(*number, "git object database"),
            "git-index" => count(*number, "git index file"),
            reason => format!("{} {reason}", grouped(*number)),
        })
        .collect();
    (!excluded.is_empty()).then(|| format!("Left out: {}", excluded.join(", ")))
}

/// One line about who allowed what does not count, if anybody did: a disabled rule must not look like a clean run.
pub(super) fn suppressed(outcome: &Outcome) -> Option<String> {
    let places = outcome.suppressed.iter().flat_map(|key| &key.locations);
    let by: Vec<AllowedBy> = places
        .filter_map(|at| Some(at.allowed.as_ref()?.by))
        .collect();
    let counts = [
        (AllowedBy::Inline, "by a marker in the file"),
        (AllowedBy::Config, "by the configuration"),
        (AllowedBy::DisabledRule, "by a disabled rule"),
        (AllowedBy::Baseline, "by the baseline"),
    ];
    let counts = counts.map(|(who, text)| (by.iter().filter(|by| **by == who).count(), text));
    let said = counts.iter().filter(|(number, _)| *number > 0);
    let said: Vec<String> = said
        .map(|(number, text)| format!("{} {text}", grouped(*number as u64)))
        .collect();
    let said = said.join(", ");
    (!said.is_empty()).then(|| format!("Suppressed: {said}; --show-suppressed lists them"))
}

/// One line about keys that a change did not add, if its files hold any.
pub(super) fn old_keys(outcome: &Outcome) -> Option<String> {
    let number = *outcome.stats.excluded.get(Stats::OLD)?;
    let verb = if number == 1 { "stands" } else { "stand" };
    (number > 0).then(|| {
        let keys = count(number, "old key");
        format!("{keys} {verb} in files that this change touches")
    })
}

/// What the summary must not leave to be guessed: that an incomplete run without keys is not a clean one.
pub(super) fn verdict(outcome: &Outcome) -> Option<&'static str> {
    match (
        outcome.interrupted,
        outcome.complete(),
        outcome.keys.is_empty() && outcome.hidden.is_empty(),
    ) {
        (true, _, true) => {
            Some("Interrupted: no keys in what was read so far, but not everything was read.")
        }
        (true, _, false) => {
            Some("Interrupted: not everything was read, and there may be more keys.")
        }
        (false, false, true) => {
            Some("No keys in what could be read, but not everything could be read.")
        }
        (false, false, false) => Some("Not everything could be read, and there may be more keys."),
        (false, true, _) => None,
    }
}

/// `1 file`, `3,401 blobs`.
pub(super) fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// `3,401`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 1024 {
        return count(bytes, "byte");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut unit = UNITS[0];
    for next in &UNITS[1..] {
        // 1023.95 would be written as 1024.0.
        if value < 1023.95 {
            break;
        }
        value /= 1024.0;
        unit = next;
    }
    format!("{value:.1} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_sizes_have_units() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1234567, "1,234,567"),
        ] {
            assert_eq!(grouped(number), text);
        }
        for (bytes, text) in [
            (1, "1 byte"),
            (1023, "1,023 bytes"),
            (1024, "1.0 KiB"),
            ((1 << 20) - 1, "1.0 MiB"),
            (12_897_485, "12.3 MiB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn what_was_left_out_is_said() {
        let mut outcome = Outcome::default();
        assert_eq!(left_out(&outcome), None);
        outcome.stats.excluded = [("ignored", 1200), ("lfs-content", 2), ("special", 0)].into();
        assert_eq!(
            left_out(&outcome).as_deref(),
            Some("Left out: 1,200 ignored, the contents of 2 Git LFS pointers")
        );
    }

    #[test]
    fn what_the_scan_of_a_history_read_was_not_left_out() {
        let mut outcome = Outcome::default();
        outcome.stats.excluded = [("git-objects", 1), ("git-index", 2)].into();
        assert_eq!(
            left_out(&outcome).as_deref(),
            Some("Left out: 2 git index files, 1 git object database")
        );
        outcome.targets.push(Target {
            path: ".".to_owned(),
            kind: TargetKind::Git,
            head: None,
            shallow: false,
        });
        assert_eq!(
            left_out(&outcome).as_deref(),
            Some("Left out: 2 git index files")
        );
    }

    #[test]
    fn standard_input_has_neither_files_nor_blobs() {
        let mut outcome = Outcome::default();
        outcome.stats.bytes = 2048;
        assert_eq!(scanned(&outcome), "Scanned 2.0 KiB in 0.0 s: no keys");
    }
}
