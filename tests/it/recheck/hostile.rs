//! Reports that are none, and reports that were made to do harm.

use std::fs::File;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use super::super::support::bounded::{finish, wait};
use super::super::support::files::fifo;
use super::super::support::{Repo, command, key};
use super::{REVOKED, Reported, Server, naming, verdict};

/// A recheck of what is in a file, as JSON, which must neither hang nor panic.
fn bounded(folder: &std::path::Path, reported: &Reported, server: &Server) -> (i32, Value) {
    let mut recheck = command(folder, &["recheck", "-f", "json"]);
    recheck.arg(reported.file()).args(server.flags());
    finish(recheck, Duration::from_secs(20))
}

/// What is said of a report that cannot be used.
fn refused(text: impl AsRef<[u8]>) -> String {
    let reported = Reported::text(text);
    let server = Server::new(&[]);
    let run = reported.recheck(reported.folder.path(), &server, &[]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert!(
        run.stderr.starts_with("aisaleaks: cannot use the report "),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    assert_eq!(server.count(None), 0);
    run.stderr
}

#[test]
fn other_formats_are_named_and_what_to_do_is_said() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", format!("k = '{key}'\n"));
    for (format, what) in [
        ("jsonl", "it is JSON lines"),
        ("sarif", "it is SARIF"),
        ("gitlab", "it is a report for GitLab"),
        ("junit", "it is XML"),
        ("human", "it is no report in JSON"),
        ("markdown", "it is no report in JSON"),
    ] {
        let scan = super::run(repo.path(), &["dir", ".", "-f", format]);
        let said = refused(&scan.stdout);
        assert!(said.contains(what), "{format}: {said}");
        assert!(
            said.contains("give the file that `-f json=FILE` wrote"),
            "{said}"
        );
    }
    // Of a scan that found nothing there is a single line.
    let line = r#"{"type":"summary","schema":"aisaleaks/1","complete":true}"#;
    for (text, what) in [
        (line, "it is JSON lines"),
        ("", "it is empty"),
        (" \n", "it is empty"),
        ("[]", "it is no report in JSON"),
        ("{}", "it names no schema"),
        (
            r#"{"schema":"aisaleaks/2","keys":[]}"#,
            "its schema is aisaleaks/2, and this version reads aisaleaks/1",
        ),
    ] {
        let said = refused(text);
        assert!(said.contains(what), "{text}: {said}");
    }
}

#[test]
fn damaged_reports_are_refused_without_a_word_of_theirs() {
    let key = key();
    let whole = naming(
        &key,
        ".",
        json!([{"origin": "worktree", "path": "a", "line": 1}]),
    );
    let text = whole.to_string();
    for cut in [1, text.len() / 2, text.len() - 1] {
        let said = refused(&text[..cut]);
        assert!(said.contains("it ends in the middle"), "{cut}: {said}");
    }
    let huge = "9".repeat(400);
    for (from, to) in [
        (r#""schema""#, r#""schema":"aisaleaks/1","schema""#),
        (r#""locations":["#, r#""locations":[7,"#),
        (r#""line":1"#, r#""line":-1"#),
        (r#""line":1"#, r#""line":1e400"#),
        (r#""line":1"#, &format!(r#""line":{huge}"#)),
        (r#""line":1"#, r#""line":{}"#),
        (r#""keys":["#, r#""keys":[null,"#),
        (r#""keys":["#, r#""keys":[["x",[]],"#),
        (r#""keys":["#, &format!(r#""keys":["{key}","#)),
        (r#""targets":["#, r#""targets":["#.trim_end_matches('[')),
    ] {
        let other = text.replacen(from, to, 1);
        assert_ne!(other, text, "{from}");
        let said = refused(&other);
        assert!(!said.contains(&key), "{said}");
    }
    let deep = 1_000_000;
    refused("[".repeat(deep));
    refused(format!("{{\"schema\":{}", "{\"a\":".repeat(deep)));
    refused(b"\xff\xfe");
    let said = refused(r#"{"schema":"\u001b[2J\n::error::x"}"#);
    assert!(
        !said.contains('\x1b') && said.lines().count() == 1,
        "{said}"
    );
}

#[test]
fn depth_is_no_matter_where_nobody_looks() {
    let key = key();
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a"), &key).expect("written");
    let deep = 1_000_000;
    let text = naming(&key, ".", json!([{"origin": "worktree", "path": "a"}])).to_string();
    let more = format!("{{\"more\":{}{},", "[".repeat(deep), "]".repeat(deep));
    let reported = Reported::text(text.replacen('{', &more, 1));
    let server = Server::new(&[(&key, REVOKED)]);
    let run = reported.recheck(folder.path(), &server, &["-f", "json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("\"revoked\""));
}

#[test]
fn only_regular_files_are_read() {
    let key = key();
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    fifo(&here.join("fifo"));
    std::fs::create_dir(here.join("folder")).expect("created");
    std::os::unix::fs::symlink("/dev/zero", here.join("zero")).expect("linked");
    std::os::unix::fs::symlink("loop", here.join("loop")).expect("linked");
    let huge = File::create(here.join("huge")).expect("created");
    huge.set_len(17 << 30).expect("a hole");
    let long = "a".repeat(300);
    for (path, detail) in [
        ("/dev/zero", "it is not a regular file"),
        ("/dev/stdin", "it is not a regular file"),
        ("/proc/self/environ", "it is no file of a disk"),
        ("/proc/self/maps", "it is no file of a disk"),
        ("zero", "it is not a regular file"),
        ("fifo", "it is not a regular file"),
        ("huge", "it is larger than 16 GiB"),
        ("loop", "loop: "),
        (&long, "any more"),
        ("folder", "any more"),
        ("folder/../absent", "any more"),
        ("", "any more"),
        ("a\0b", "any more"),
        ("\u{fffd}/…", "any more"),
        ("../../../../../../../../../../../..", "any more"),
    ] {
        let report = naming(&key, ".", json!([{"origin": "worktree", "path": path}]));
        let reported = Reported::of(&report);
        let server = Server::new(&[(&key, REVOKED)]);
        let (code, report) = bounded(here, &reported, &server);
        let verdict = verdict(&report, &key);
        assert_eq!(
            (code, &verdict["state"]),
            (3, &json!("unchecked")),
            "{path}"
        );
        let told = verdict["detail"].as_str().expect("a text");
        assert!(told.contains(detail), "{path:.80}: {told:.300}");
        assert_eq!(server.count(None), 0);
    }
}

#[test]
fn targets_are_no_way_to_hang() {
    let key = key();
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    fifo(&here.join("fifo"));
    std::fs::create_dir(here.join("repo")).expect("created");
    fifo(&here.join("repo/.git"));
    let targets: Vec<Value> = ["fifo", "/dev/zero", "repo", "", "\0", "/", "/proc", "…"]
        .iter()
        .flat_map(|path| {
            ["files", "git", "staged", "message", "stdin", "other"]
                .map(|kind| json!({"path": path, "kind": kind}))
        })
        .collect();
    let mut report = naming(
        &key,
        ".",
        json!([
            {"origin": "worktree", "path": "a"},
            {"origin": "commit-message"},
            {"origin": "ref-name", "path": "x"},
            {"origin": "path-name", "path": "x/y"},
            {"origin": "history", "path": "x", "blob": "a".repeat(40), "introduced": {"commit": "b".repeat(64)}},
            {"origin": "history", "path": "x", "blob": "zz", "introduced": {"commit": ""}},
            {"origin": "something else", "path": "x"},
        ]),
    );
    report["targets"] = targets.into();
    let server = Server::new(&[(&key, REVOKED)]);
    let (code, _) = bounded(here, &Reported::of(&report), &server);
    assert_eq!((code, server.count(None)), (3, 0));
}

#[test]
fn a_report_that_is_no_file_is_refused_or_read_from_standard_input() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    fifo(&here.join("fifo"));
    for (name, part) in [
        ("fifo", "aisaleaks recheck -"),
        (".", ""),
        ("absent", "cannot be read"),
        ("/dev/zero", "aisaleaks recheck -"),
    ] {
        let mut recheck: Command = command(here, &["recheck", name]);
        let err = here.join("err");
        recheck.stderr(File::create(&err).expect("created"));
        let mut child = recheck.spawn().expect("it runs");
        assert_eq!(wait(&mut child, Duration::from_secs(10)), 2, "{name}");
        let said = std::fs::read_to_string(err).expect("read");
        assert!(said.contains(part), "{said}");
    }
    // A report has an end.
    let mut recheck = command(here, &["recheck", "-"]);
    recheck.stdin(File::open("/dev/zero").expect("opened"));
    let mut child = recheck.spawn().expect("it runs");
    assert_eq!(wait(&mut child, Duration::from_secs(60)), 2);
}

#[test]
fn nothing_of_the_report_reaches_a_terminal_as_it_is() {
    let [other, told] = [key(), key()];
    let nasty = format!("\u{1b}[2J\n::error::##[x] {other}");
    let report = json!({
        "schema": "aisaleaks/1",
        "targets": [],
        "keys": [
            {
                "fingerprint": nasty, "redacted": nasty, "rule": nasty, "secret": nasty,
                "verdict": {"state": nasty, "detail": nasty, "checked_at": nasty},
                "locations": [{"origin": nasty, "path": nasty, "line": 1, "column": 1}],
            },
            {
                "fingerprint": aisaleaks::model::Secret::new(&told).fingerprint(), "redacted": told, "rule": told,
                "locations": [{"origin": "ref-name", "path": nasty}, {"origin": "worktree", "path": format!("/dev/{other}/x")}],
            },
        ],
    });
    let reported = Reported::of(&report);
    let server = Server::new(&[]);
    let run = reported.recheck(reported.folder.path(), &server, &[]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    for key in [&other, &told] {
        assert!(!run.stdout.contains(&key[12..30]), "{}", run.stdout);
    }
    assert!(!run.stdout.contains('\u{1b}'), "{}", run.stdout);
    assert!(!run.stdout.contains("##["), "{}", run.stdout);
    let starts = |line: &str| line.trim_start().starts_with("::");
    assert!(!run.stdout.lines().any(starts), "{}", run.stdout);
}

#[test]
fn a_file_that_cannot_be_read_is_not_said_to_be_gone() {
    if super::super::support::files::is_root() {
        return;
    }
    use std::os::unix::fs::PermissionsExt;
    let key = key();
    let folder = tempfile::tempdir().expect("a folder");
    let [file, closed] = ["a", "closed"].map(|name| folder.path().join(name));
    std::fs::write(&file, &key).expect("written");
    std::fs::create_dir(&closed).expect("created");
    for path in [&file, &closed] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o0)).expect("set");
    }
    for (path, shown) in [
        ("a", "./a"),
        ("closed/b", "./closed/b"),
        ("closed/b/c", "./closed/b/c"),
    ] {
        let place = json!([{"origin": "worktree", "path": path}]);
        let reported = Reported::of(&naming(&key, ".", place));
        let server = Server::new(&[]);
        let (code, report) = bounded(folder.path(), &reported, &server);
        let detail = verdict(&report, &key)["detail"].as_str().expect("a text");
        assert_eq!(code, 3);
        let wanted = format!("its place cannot be read: {shown}: Permission denied");
        assert!(detail.contains(&wanted), "{detail}");
    }
    for path in [&file, &closed] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).expect("set");
    }
}
