//! `minVersion`: the version that a file was written for.

use super::draft::Dialect;
use crate::rules::table::{Lined, Table};

/// The versions whose formats are known, major and minor.
const GITLEAKS: (u64, u64) = (8, 30);
const BETTERLEAKS_1: (u64, u64) = (1, 7);
const BETTERLEAKS_2: (u64, u64) = (2, 0);

/// Which format `minVersion` means: betterleaks 2 counts its own versions there, betterleaks 1 those of gitleaks.
pub(super) fn is_betterleaks_2(text: &str) -> bool {
    parse(text).is_some_and(|(major, _)| (2..8).contains(&major))
}

/// Says whether a file asks for more than is known.
pub(super) fn check(
    root: &Table<'_, '_>,
    dialect: Dialect,
    least: Option<&Lined<String>>,
    betterleaks: Option<&Lined<String>>,
) {
    let (name, known) = match dialect {
        Dialect::Betterleaks2 => ("betterleaks", BETTERLEAKS_2),
        _ => ("gitleaks", GITLEAKS),
    };
    let asked = [
        ("minVersion", least, name, known),
        (
            "betterleaksMinVersion",
            betterleaks,
            "betterleaks",
            BETTERLEAKS_1,
        ),
    ];
    for (key, text, name, known) in asked {
        let Some(text) = text.filter(|text| !text.value.is_empty()) else {
            continue;
        };
        let Some(asked) = parse(&text.value) else {
            root.error(text.line, format!("`{key}` must be a version like v8.25.0"));
            continue;
        };
        if asked <= known {
            continue;
        }
        let message = format!(
            "`{key}` asks for {name} {}.{}, and this program knows its format up to {}.{}",
            asked.0, asked.1, known.0, known.1
        );
        // betterleaks 2 refuses such a file, gitleaks and betterleaks 1 warn.
        if dialect == Dialect::Betterleaks2 {
            root.error(text.line, message);
        } else {
            root.warning(text.line, message);
        }
    }
}

fn parse(text: &str) -> Option<(u64, u64)> {
    let text = text.trim();
    let text = text.strip_prefix('v').unwrap_or(text);
    let text = text.split(['-', '+']).next().unwrap_or_default();
    let parts = text.split('.').map(|part| part.parse::<u64>().ok());
    let parts: Vec<u64> = parts.collect::<Option<_>>()?;
    match parts.as_slice() {
        [major] => Some((*major, 0)),
        [major, minor] | [major, minor, _] => Some((*major, *minor)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_people_write_them() {
        for (text, expected) in [
            ("v8.25.0", Some((8, 25))),
            ("8.25", Some((8, 25))),
            ("2", Some((2, 0))),
            ("v2.0.0-rc.4", Some((2, 0))),
            ("", None),
            ("eight", None),
            ("1.2.3.4", None),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
        assert!(is_betterleaks_2("v2.0.0"));
        assert!(!is_betterleaks_2("v8.25.0"));
    }
}
