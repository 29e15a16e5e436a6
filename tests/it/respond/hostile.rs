//! Reports and repositories that were made to do harm.

use std::time::Duration;

use pulldown_cmark::{Event, Parser};
use serde_json::json;

use super::{Leak, command, key, states};
use crate::support::bounded::finish;

#[test]
fn nothing_of_a_report_is_obeyed_or_believed() {
    let leak = Leak::new();
    let other = key();
    let nasty = format!("\u{1b}[2J\n::error::##[x] <img src=x> @all `{other}`");
    let report = json!({
        "schema": "aisaleaks/1",
        "targets": [{"path": nasty, "kind": "git", "head": nasty}, {"path": "/", "kind": "files"}],
        "keys": [
            {
                "fingerprint": nasty, "redacted": nasty, "rule": nasty, "secret": nasty,
                "verdict": {"state": "revoked", "checked_at": nasty, "balance": {"amount": nasty, "currency": nasty}},
                "locations": [{"origin": nasty, "path": nasty, "member": [nasty]}],
            },
            {
                "fingerprint": format!("sha256:{}", "0".repeat(64)), "redacted": other, "rule": other,
                "verdict": {"state": "revoked", "checked_at": "9999-01-01T00:00:00Z", "balance": 7},
                "locations": [{"origin": "history", "path": "a", "introduced": {"commit": "zz", "date": "1"}}],
            },
        ],
    });
    std::fs::write(leak.report(), report.to_string()).expect("written");
    for form in ["human", "markdown", "json"] {
        let run = leak.respond(&["-f", form]);
        assert_eq!(run.code, 3, "{}", run.stderr);
        let text = &run.stdout;
        assert!(!text.contains(&other[12..30]), "{text}");
        assert!(!text.contains('\u{1b}') && !text.contains("##["), "{text}");
        assert!(
            !text.lines().any(|line| line.trim_start().starts_with("::")),
            "{text}"
        );
        if form == "markdown" {
            let told = Parser::new(text).filter_map(|event| match event {
                Event::Text(words) => Some(words.into_string()),
                Event::Html(html) | Event::InlineHtml(html) => panic!("{html}"),
                _ => None,
            });
            let told: String = told.collect();
            assert!(!told.contains("@all") && !told.contains("img"), "{told}");
        }
    }
    let json = leak.json();
    // Neither a verdict without a moment nor one of the future is proof.
    assert_eq!(states(&json, "revoke"), ["unknown", "unknown"]);
    assert_eq!(json["keys"][0]["fingerprint"], serde_json::Value::Null);
}

#[test]
fn names_in_the_repository_are_not_obeyed() {
    let leak = Leak::new();
    let name = "a\u{1b}[2J`x`\n::error::.py";
    leak.repo
        .write(name, format!("KEY = '{}'\n", leak.key))
        .commit("more");
    for form in ["human", "markdown"] {
        let text = leak.respond(&["-f", form]).stdout;
        assert!(text.contains("a\\x1b[2J"), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
        assert!(
            !text.lines().any(|line| line.trim_start().starts_with("::")),
            "{text}"
        );
    }
}

#[test]
fn targets_are_no_way_to_hang_nor_to_the_whole_disk() {
    let leak = Leak::new();
    crate::support::files::fifo(&leak.repo.join("fifo"));
    let targets: Vec<_> = ["fifo", "/dev/zero", "/", "/proc", "", "\0", "..", "…"]
        .iter()
        .flat_map(|path| ["files", "git", "other"].map(|kind| json!({"path": path, "kind": kind})))
        .collect();
    let report = json!({"schema": "aisaleaks/1", "targets": targets, "keys": []});
    std::fs::write(leak.report(), report.to_string()).expect("written");
    let mut respond = command(leak.repo.path(), &["respond", "-f", "json"]);
    respond.arg(leak.report());
    let (_, json) = finish(respond, Duration::from_secs(60));
    assert_eq!(json["looked_at"], json!(["."]));
}

#[test]
fn a_report_whose_name_a_shell_would_obey_is_quoted() {
    let leak = Leak::new();
    let odd = leak.repo.join("$(touch x) 'y'.json");
    std::fs::copy(leak.report(), &odd).expect("copied");
    let name = odd
        .file_name()
        .and_then(|name| name.to_str())
        .expect("UTF-8");
    let run = super::run(leak.repo.path(), &["respond", name]);
    let line = run
        .stdout
        .lines()
        .find(|line| line.contains("recheck -f json"));
    let line = line.expect("a command").trim();
    assert!(line.ends_with(r"'$(touch x) '\''y'\''.json'"), "{line}");
}
