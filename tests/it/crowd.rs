//! Thousands of keys in one place: each is told apart from its neighbours, and the threads agree.

use std::collections::HashMap;

use aisaleaks::model::Secret;
use serde_json::Value;

use super::support::{Repo, has, key, legacy_key, report};

/// Keys under their fingerprints.
fn by_fingerprint(report: &Value) -> HashMap<&str, &Value> {
    let keys = report["keys"].as_array().expect("keys").iter();
    keys.map(|key| (key["fingerprint"].as_str().expect("text"), key))
        .collect()
}

/// Demands that each key of a text is reported in this file, at the line and the column where it stands.
fn expect_all(report: &Value, file: &str, text: &str, keys: &[String]) {
    let found = by_fingerprint(report);
    let mut places = HashMap::new();
    for (number, line) in text.lines().enumerate() {
        for (at, _) in line.match_indices("sk-") {
            let column = line[..at].chars().count() + 1;
            let end = line.len().min(at + 51);
            places.insert(&line[at..end], (number + 1, column));
        }
    }
    for key in keys {
        let found = found[Secret::new(key).fingerprint().as_str()];
        let (line, column) = places[key.as_str()];
        let at = found["locations"].as_array().expect("locations");
        let at = at.iter().find(|at| at["path"] == file).expect("the file");
        assert_eq!((&at["line"], &at["column"]), (&line.into(), &column.into()));
        assert_eq!(at["end_column"], column + key.len());
    }
}

#[test]
fn every_key_of_a_crowd_has_its_place() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let keys = Vec::from_iter((0..2000).map(|_| key()));
    let lines = |part: &[String]| {
        let line = |(n, key): (usize, &String)| format!("{}é{n}: {key}\n", "\n".repeat(n % 3));
        Vec::from_iter(part.iter().enumerate().map(line)).concat()
    };
    // The same keys stand in several files, in lines of their own, on one line, and one behind the other.
    let texts = [
        ("lines.txt", lines(&keys[..1200]), 0..1200),
        ("overlap.txt", lines(&keys[800..]), 800..2000),
        ("one-line.txt", format!("鑰 {}", keys.join(" é ")), 0..2000),
        ("joined.txt", format!("é\né{}", keys.concat()), 0..2000),
    ];
    for (name, text, _) in &texts {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    let (code, report) = report(folder.path(), &["dir", "."]);
    assert_eq!(code, 1);
    assert_eq!(by_fingerprint(&report).len(), keys.len());
    for (name, text, part) in texts {
        expect_all(&report, name, &text, &keys[part]);
    }
}

#[test]
fn a_crowd_that_deltas_copy_is_judged_where_it_stands() {
    let repo = Repo::new();
    let keys = Vec::from_iter((0..150).map(|_| key()));
    let legacy = Vec::from_iter((0..20).map(|_| legacy_key()));
    let filler = "prose that says nothing\n".repeat(200);
    // A legacy key is a finding only where AIsa is named near by: in the even ones.
    let text = |n: usize| {
        let name = if n.is_multiple_of(2) {
            "AISA_KEY"
        } else {
            "OTHER"
        };
        let mut text = format!("version {n}\n{}\n{filler}", keys[..n * 5].join("\n"));
        for key in &legacy {
            text.push_str(&format!("{name}\n{key}\n"));
        }
        text
    };
    for n in 1..30 {
        repo.write("keys.txt", text(n)).commit("more");
    }
    repo.git(&["gc", "-q"]);
    let last = text(29);
    let (_, whole) = report(repo.path(), &["git", "."]);
    expect_all(&whole, "keys.txt", &last, &keys[..145]);
    assert_eq!(by_fingerprint(&whole).len(), 145 + legacy.len());

    // Of the odd one alone, the legacy keys are no findings.
    let odd = Repo::new();
    odd.write("keys.txt", last).commit("one");
    let (_, report) = report(odd.path(), &["git", "."]);
    assert_eq!(by_fingerprint(&report).len(), 145);
    assert!(legacy.iter().all(|key| !has(&report, key)));
}
