//! What is written is read again, and what is nonsense is told with its line.

use proptest::prelude::*;

use super::super::{Listing, Print, Spot, Terms, read, write};
use super::{entry, file, print, problem, terms};
use crate::model::{FingerprintKey, Origin};

const HEADER: &str = "{\"aisaleaks-baseline\":1}\n";

/// The messages about a file, with their lines.
fn said(text: impl AsRef<[u8]>) -> Vec<String> {
    let (_, said) = read(text.as_ref(), "b");
    said.iter().map(ToString::to_string).collect()
}

fn print_text() -> String {
    print("sk-").to_string()
}

/// A good entry, with something replaced in it.
fn with(old: &str, new: &str) -> String {
    let line = format!(
        "{{\"key\":\"{}\",\"path\":\"a.py\",\"reason\":\"r\"}}",
        print_text()
    );
    assert!(line.contains(old), "{old}");
    format!("{HEADER}{}\n", line.replacen(old, new, 1))
}

#[test]
fn an_entry_has_what_people_want_to_know_and_no_more() {
    let mut one = entry("one", "src/a.py");
    one.terms = Terms {
        reason: "revoked in \"2024\"".into(),
        author: Some("Ada <ada@example.org>".into()),
        added: "2026-11-24".parse().ok(),
        expires: "2027-01-31".parse().ok(),
    };
    let mut message = entry("one", "");
    message.spot = Spot {
        path: None,
        origin: Some(Origin::CommitMessage),
    };
    message.shown = None;
    let listing = Listing {
        entries: vec![one, message],
        problems: vec![problem("x.git")],
        ..Listing::default()
    };
    let (key, trouble) = (print("one"), problem("x.git").print);
    let expected = [
        "{\"aisaleaks-baseline\":1}".to_owned(),
        format!(
            "{{\"key\":\"{key}\",\"rule\":\"aisa-api-key\",\"origin\":\"commit-message\",\"reason\":\"known\"}}"
        ),
        format!(
            "{{\"key\":\"{key}\",\"rule\":\"aisa-api-key\",\"shown\":\"sk-aisa-…Q9k\",\"path\":\"src/a.py\",\
             \"reason\":\"revoked in \\\"2024\\\"\",\"author\":\"Ada <ada@example.org>\",\"added\":\"2026-11-24\",\
             \"expires\":\"2027-01-31\"}}"
        ),
        format!(
            "{{\"problem\":\"{trouble}\",\"kind\":\"shallow\",\"place\":\"x.git\",\"reason\":\"known\"}}"
        ),
    ];
    assert_eq!(write(&listing).lines().collect::<Vec<_>>(), expected);
}

#[test]
fn order_and_repetition_do_not_matter() {
    let listing = |entries| Listing {
        entries,
        ..Listing::default()
    };
    let (a, b, c) = (entry("one", "a"), entry("two", "b"), entry("one", "c"));
    let text = write(&listing(vec![a.clone(), b.clone(), c.clone()]));
    assert_eq!(write(&listing(vec![c, a.clone(), b, a])), text);
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    let mixed = format!(
        "\u{feff}{}\r\n\r\n{}\r\n{}\r\n",
        lines.join("\r\n"),
        lines[0],
        lines[2]
    );
    let (again, said) = read(mixed.as_bytes(), "b");
    assert_eq!((said, again.entries.len()), (vec![], 4));
    assert_eq!(write(&again), text);
}

#[test]
fn of_two_entries_for_a_place_the_one_that_holds_longest_stays() {
    let until = |reason: &str, added: &str, expires: Option<&str>| {
        let mut entry = entry("one", "a");
        entry.terms = terms(reason);
        entry.terms.added = added.parse().ok();
        entry.terms.expires = expires.and_then(|day| day.parse().ok());
        entry
    };
    for (entries, stays) in [
        (
            vec![
                until("a", "2026-01-01", Some("2026-02-01")),
                until("b", "2025-01-01", Some("2026-03-01")),
            ],
            "b",
        ),
        (
            vec![
                until("a", "2026-01-01", None),
                until("b", "2026-02-01", Some("2027-03-01")),
            ],
            "a",
        ),
        (
            vec![
                until("a", "2026-01-01", None),
                until("b", "2026-02-01", None),
            ],
            "b",
        ),
        (
            vec![
                until("b", "2026-01-01", None),
                until("a", "2026-01-01", None),
            ],
            "a",
        ),
    ] {
        let mut backwards = entries.clone();
        backwards.reverse();
        for entries in [entries, backwards] {
            let text = write(&Listing {
                entries,
                ..Listing::default()
            });
            assert!(text.contains(&format!("\"reason\":\"{stays}\"")), "{text}");
            assert_eq!(text.lines().count(), 2, "{text}");
        }
    }
}

#[test]
fn keys_of_keyed_fingerprints_are_told_apart() {
    let check = |text: &[u8]| Print::parse(&FingerprintKey::new(text).check()).expect("a check");
    let listing = Listing {
        keyed: true,
        checks: vec![check(b"one")],
        ..Listing::default()
    };
    let text = write(&listing);
    assert!(
        text.starts_with("{\"aisaleaks-baseline\":1,\"keyed\":true,\"key\":\"hmac-sha256:"),
        "{text}"
    );
    // What a merge leaves: two headers.
    let other = write(&Listing {
        checks: vec![check(b"two")],
        ..listing
    });
    let (merged, said) = read(format!("{text}{other}{text}").as_bytes(), "b");
    assert_eq!((said, merged.keyed, merged.checks.len()), (vec![], true, 2));
    assert_eq!(write(&merged).lines().count(), 2);
}

#[test]
fn what_is_no_baseline_is_told() {
    for (text, expected) in [
        ("", "b:1: error: this is no baseline"),
        ("\n\n", "b:1: error: this is no baseline"),
        ("[\n {\"RuleID\": \"x\"}\n]\n", "--import FILE"),
        ("{}\n", "b:1: error: this is no baseline"),
        ("\n{\"reason\":\"r\"}\n", "b:2: error: this is no baseline"),
        ("{\"aisaleaks-baseline\":2}\nnonsense\n", "newer version"),
        ("{\"aisaleaks-baseline\":0}\n", "there is no format 0"),
        (
            "{\"aisaleaks-baseline\":\"1\"}\n",
            "b:1: error: this is no baseline",
        ),
        (
            "{\"aisaleaks-baseline\":1,\"path\":\"a\"}\n",
            "b:1: error: the header has",
        ),
        (
            "{\"aisaleaks-baseline\":1,\"key\":\"x\"}\n",
            "b:1: error: `key`",
        ),
        (
            "{\"aisaleaks-baseline\":1,\"keyed\":true}\n",
            "b:1: error: `keyed` needs `key`",
        ),
    ] {
        let said = said(text);
        assert!(
            said.len() == 1 && said[0].contains(expected),
            "{text:?}: {said:?}"
        );
    }
    let said = said([HEADER.as_bytes(), b"\n{\"key\": \"\xff\"}\n"].concat());
    assert!(
        said[0].starts_with("b:3: error: this is no UTF-8"),
        "{said:?}"
    );
}

#[test]
fn every_line_that_is_wrong_is_told_with_what_to_do() {
    for (old, new, expected) in [
        ("{", "", "no JSON from column"),
        ("{", "[{", "no JSON from column"),
        ("{\"key\"", "{\"keys\"", "no key `keys`; known are"),
        (
            "\"reason\":",
            "\"expire\":\"2027-01-31\",\"reason\":",
            "no key `expire`",
        ),
        ("\"path\":\"a.py\"", "\"path\":3", "`path` has to be a text"),
        (
            "\"path\":\"a.py\"",
            "\"path\":\"a.py\",\"path\":\"b\"",
            "twice",
        ),
        (",\"path\":\"a.py\"", "", "lacks `path`"),
        (
            "\"a.py\"",
            "\"/etc/passwd\"",
            "from the top of the repository",
        ),
        (
            "\"a.py\"",
            "\"a/../../b\"",
            "from the top of the repository",
        ),
        ("\"a.py\"", "\"\"", "from the top of the repository"),
        ("\"a.py\"", "\"a\\u0000\"", "from the top of the repository"),
        (
            "\"a.py\"",
            "\"a\",\"path_bytes\":\"%2E./x\"",
            "from the top of the repository",
        ),
        ("\"a.py\"", "\"a\",\"path_bytes\":\"%F\"", "percent-encoded"),
        (
            "\"path\":\"a.py\"",
            "\"origin\":\"nowhere\"",
            "`origin`: there is none of this name",
        ),
        (
            "\"path\":",
            "\"origin\":\"commit-message\",\"path\":",
            "has no `path`",
        ),
        (
            "\"path\":\"a.py\"",
            "\"origin\":\"path-name\"",
            "lacks `path`",
        ),
        ("\"reason\":\"r\"", "\"reason\":\" \"", "lacks a `reason`"),
        (",\"reason\":\"r\"", "", "lacks a `reason`"),
        (",\"reason\":\"r\"", ",\"reason\":null", "lacks a `reason`"),
        (
            "\"r\"}",
            "\"r\",\"expires\":\"2027-02-30\"}",
            "`expires`: this is no date; write 2027-01-31",
        ),
        (
            "\"r\"}",
            "\"r\",\"expires\":\"20270131\"}",
            "`expires`: this is no date",
        ),
        (
            "\"r\"}",
            "\"r\",\"added\":\"yesterday\"}",
            "`added`: this is no date",
        ),
        ("sha256:", "sha1:", "no fingerprint of a key"),
        ("\"key\":", "\"kind\":\"shallow\",\"key\":", "of problems"),
        ("\"key\":", "\"problem\":\"x\",\"key\":", "not both"),
        ("\"key\":", "\"problem\":", "nothing that tells about keys"),
        ("{", "{\"keyed\":true,", "of the header"),
    ] {
        let text = with(old, new);
        let said = said(&text);
        assert!(said.len() == 1, "{new}: {said:?}");
        assert!(
            said[0].starts_with("b:2: error: ") && said[0].contains(expected),
            "{new}: {said:?}"
        );
    }
    let long = format!("\"{}\"", "x".repeat(5_000));
    assert!(said(with("\"r\"", &long))[0].contains("longer than"));
    assert!(said(with("{\"key\"", "{\"rule\":null,\"key\"")).is_empty());
}

#[test]
fn a_value_is_never_quoted() {
    let secret = "sk-aisa-Secret";
    for (old, new) in [
        ("\"a.py\"", format!("{{\"{secret}\":1}}")),
        ("\"r\"", format!("[\"{secret}\"]")),
        ("\"r\"}", format!("\"r\",\"expires\":\"{secret}\"}}")),
        ("\"r\"}", format!("\"r\",\"origin\":\"{secret}\"}}")),
        ("\"key\":\"", format!("\"key\":\"{secret}")),
    ] {
        let said = said(with(old, &new));
        assert!(said.len() == 1 && !said[0].contains("Secret"), "{said:?}");
    }
}

#[test]
fn all_errors_are_told_at_once_and_endless_ones_are_counted() {
    let text = format!("{HEADER}x\n{{}}\n<<<<<<< HEAD\n=======\n{{}}\n>>>>>>> other\n");
    let said_of_few = said(&text);
    let lines: Vec<&str> = said_of_few
        .iter()
        .filter_map(|said| said.split(": ").next())
        .collect();
    assert_eq!(lines, ["b:2", "b:3", "b:4", "b:6"]);
    assert!(said_of_few[2].contains("conflict"), "{said_of_few:?}");
    let said = said(format!("{HEADER}{}", "x\n".repeat(1_000)));
    assert_eq!(said.len(), 21);
    assert!(said[20].contains("980 more lines"), "{}", said[20]);
    // The header may be in the conflict.
    let text = format!("<<<<<<< a\n{HEADER}=======\n{HEADER}>>>>>>> b\n");
    let (_, said) = read(text.as_bytes(), "b");
    assert!(said.len() == 1 && said[0].line == Some(1), "{said:?}");
}

#[test]
fn paths_that_are_no_utf8_keep_their_bytes() {
    let line = format!(
        "{HEADER}{{\"key\":\"{}\",\"path\":\"d/\u{fffd}.py\",\"path_bytes\":\"d/%FF.py\",\"reason\":\"r\"}}\n",
        print_text()
    );
    let (listing, said) = read(line.as_bytes(), "b");
    assert_eq!(said, []);
    let path = listing.entries[0].spot.path.clone().expect("a path");
    assert_eq!(path.to_bytes().as_deref(), Some(&b"d/\xff.py"[..]));
    assert_eq!(write(&listing), line);
}

proptest! {
    /// Whatever is accepted is read as it was written.
    #[test]
    fn what_is_written_is_read(
        entries in proptest::collection::vec(("[ab]", "[a-c/\\PC]{1,6}", "\\PC{1,20}", any::<bool>()), 0..20),
        problems in proptest::collection::vec("\\PC{1,4}", 0..4),
    ) {
        let mut listing = Listing { name: "b".to_owned(), ..Listing::default() };
        for (key, path, reason, expires) in entries {
            let path = path.replace(['/', '\0'], "-");
            let mut entry = entry(&key, "");
            entry.spot = file(&format!("d/{path}.x"));
            entry.terms.reason = format!("r{reason}").into();
            entry.terms.expires = expires.then(|| "2027-01-31".parse().expect("a date"));
            listing.entries.push(entry);
        }
        listing.problems = problems.iter().map(|place| problem(place)).collect();
        let text = write(&listing);
        let (again, said) = read(text.as_bytes(), "b");
        prop_assert_eq!(said, vec![]);
        prop_assert_eq!(write(&again), text);
    }

    /// Nothing makes it fall over.
    #[test]
    fn nonsense_is_told(text in "(\\{\"aisaleaks-baseline\":1\\}\n)?[\\PC\n{}\"]{0,200}") {
        let _ = read(text.as_bytes(), "b");
    }
}
