//! The same edits in SARIF, as a program applies them.

use serde_json::Value;

use super::super::support::{Repo, key, run};
use super::{assert_told, fix, read};

/// The byte of a line and a column in code points, both from 1.
fn byte(text: &str, line: &Value, column: &Value) -> usize {
    let number = |value: &Value| value.as_u64().expect("a number") as usize;
    let lines = text.split_inclusive('\n').take(number(line) - 1);
    let start: usize = lines.map(str::len).sum();
    let mut characters = text[start..].char_indices().map(|(at, _)| at);
    let column = characters.nth(number(column) - 1);
    start + column.unwrap_or(text.len() - start)
}

/// Applies the replacements of a file, the last first.
fn applied(text: &str, change: &Value) -> String {
    let mut text = text.to_owned();
    let replacements = change["replacements"].as_array().expect("replacements");
    for replacement in replacements.iter().rev() {
        let region = &replacement["deletedRegion"];
        let start = byte(&text, &region["startLine"], &region["startColumn"]);
        let end = byte(&text, &region["endLine"], &region["endColumn"]);
        let new = replacement["insertedContent"]["text"].as_str();
        text.replace_range(start..end, new.unwrap_or_default());
    }
    text
}

#[test]
fn the_fixes_are_those_of_the_command() {
    let (repo, key) = (Repo::new(), key());
    repo.write(
        "é/a.py",
        format!("# é\r\nx = 'ö Bearer {key}'\r\ny = '{key}'\r\n"),
    );
    repo.write(
        ".github/workflows/b.yml",
        format!("env:\n  AISA_API_KEY: {key}\n"),
    );
    repo.write("c.go", format!("k := \"{key}\"\n"));
    repo.commit("keys");
    let report = run(repo.path(), &["scan", ".", "-f", "sarif"]);
    assert!(!report.stdout.contains(&key[8..30]));
    let json = report.json();
    let results = json["runs"][0]["results"].as_array().expect("results");
    let [result] = &results[..] else {
        panic!("{json:#}")
    };
    let [made] = &result["fixes"].as_array().expect("fixes")[..] else {
        panic!("{result:#}")
    };
    let mut changed = Vec::new();
    for change in made["artifactChanges"].as_array().expect("changes") {
        let location = &change["artifactLocation"];
        assert_eq!(location["uriBaseId"], "%SRCROOT%");
        let name = location["uri"]
            .as_str()
            .expect("a path")
            .replace("%C3%A9", "é");
        changed.push((name.clone(), applied(&read(&repo, &name), change)));
    }
    std::fs::remove_file(repo.join("c.go")).expect("removed");
    let run = fix(&repo, &["--write"], &[&key]);
    assert_told(&run, 0, &["3 keys replaced"]);
    assert_eq!(changed.len(), 2);
    for (name, text) in changed {
        assert_eq!(text, read(&repo, &name), "{name}");
    }
}

#[test]
fn a_file_in_which_a_key_stays_in_pieces_has_no_fix() {
    let (repo, [one, two]) = (Repo::new(), [key(), key()]);
    let whole = format!("import os\nA = '{one}'\nB = '{two}'\n");
    let pieces = format!("{whole}C = ('{}'\n     + '{}')\n", &one[..24], &one[24..]);
    for (text, fixes) in [(&whole, 2), (&pieces, 0)] {
        repo.write("a.py", text);
        let json = run(repo.path(), &["dir", ".", "-f", "sarif"]).json();
        let results = json["runs"][0]["results"].as_array().expect("results");
        let with = results
            .iter()
            .filter(|result| result.get("fixes").is_some());
        assert_eq!(with.count(), fixes, "{json:#}");
        let left = fix(&repo, &["--write", "a.py"], &[&one, &two]).code;
        assert_eq!(left == 0, fixes > 0, "the command does not agree");
    }
}

#[test]
fn what_a_person_has_to_do_has_no_fix() {
    let (repo, key) = (Repo::new(), key());
    repo.write("c.go", format!("k := \"{key}\"\n"));
    let json = run(repo.path(), &["dir", ".", "-f", "sarif"]).json();
    assert!(json["runs"][0]["results"][0].get("fixes").is_none());
}
