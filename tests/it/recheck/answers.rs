//! What is told of the answers, how the run ends, and what of the report changes.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use aisaleaks::model::Secret;
use serde_json::{Value, json};

use super::super::support::bounded::wait;

use super::super::support::{Repo, command, feed, key};
use super::{REVOKED, Reported, Server, WORKS, naming, verdict};

/// A folder with a key in each of its files, and the report of it.
fn scanned(keys: &[&str]) -> (tempfile::TempDir, Reported) {
    let folder = tempfile::tempdir().expect("a folder");
    for (nth, key) in keys.iter().enumerate() {
        let file = folder.path().join(format!("{nth}.py"));
        std::fs::write(file, format!("k = '{key}'\n")).expect("written");
    }
    let reported = Reported::scan(folder.path(), &["dir", "."]);
    (folder, reported)
}

const UNCLEAR: (u16, &str) = (418, "{}");
const OVER: (u16, &str) = (429, r#"{"error": {"code": "quota_exceeded"}}"#);
const INVALID: (u16, &str) = (401, r#"{"error": {"code": "invalid_api_key"}}"#);

#[test]
fn the_exit_status_says_whether_a_key_works() {
    let keys = [key(), key()];
    let all: Vec<&str> = keys.iter().map(String::as_str).collect();
    let (folder, reported) = scanned(&all);
    for (answers, code, line) in [
        ([REVOKED, REVOKED], 0, "2 keys: 2 revoked"),
        ([REVOKED, INVALID], 0, "2 keys: 1 invalid, 1 revoked"),
        ([INVALID, INVALID], 0, "2 keys: 2 invalid"),
        ([WORKS, REVOKED], 1, "2 keys: 1 works, 1 revoked"),
        ([REVOKED, OVER], 1, "2 keys: 1 works, 1 revoked"),
        ([UNCLEAR, WORKS], 1, "2 keys: 1 works, 1 unknown"),
        ([WORKS, WORKS], 1, "2 keys: 2 work"),
        ([UNCLEAR, REVOKED], 3, "2 keys: 1 unknown, 1 revoked"),
    ] {
        let known = [(all[0], answers[0]), (all[1], answers[1])];
        let server = Server::new(&known);
        let run = reported.recheck(folder.path(), &server, &[]);
        assert_eq!(run.code, code, "{}{}", run.stdout, run.stderr);
        assert!(
            run.stdout.contains(&format!("\n{line}\n")),
            "{}",
            run.stdout
        );
        assert_eq!(run.stdout.contains("Revoke"), code == 1, "{}", run.stdout);
        assert_eq!(run.stdout.contains("https://console.aisa.one"), code == 1);
        all.iter()
            .for_each(|key| assert!(!run.stdout.contains(key)));
        // A gateway that knows no key at all says nothing of AIsa's.
        let is_suspect = answers == [INVALID, INVALID];
        let doubts = run.stdout.contains("if it is not AIsa's");
        assert_eq!(doubts, is_suspect, "{}", run.stdout);
        let quiet = reported.recheck(folder.path(), &server, &["-q"]);
        assert_eq!((quiet.code, quiet.stdout.is_empty()), (code, code == 0));
    }
}

#[test]
fn no_control_key_refused_is_no_verdict() {
    let key = key();
    let (folder, reported) = scanned(&[&key]);
    let nobody = Server::new(&[]);
    let [flag, url] = nobody.flags();
    drop(nobody);
    let file = reported.file().display().to_string();
    let mut recheck = command(
        folder.path(),
        &["recheck", &file, "--verify-timeout", "1", &flag, &url],
    );
    let run = super::ended(recheck.output().expect("the binary runs"));
    assert_eq!(run.code, 3, "{}", run.stdout);
    assert!(
        run.stdout.starts_with("unknown: sk-aisa-…"),
        "{}",
        run.stdout
    );
}

#[test]
fn what_works_comes_first_with_what_it_was() {
    let [dead, live, gone] = [key(), key(), key()];
    let (folder, reported) = scanned(&[&dead, &live, &gone]);
    std::fs::remove_file(folder.path().join("2.py")).expect("removed");
    reported.edit(|report| {
        let keys = report["keys"].as_array_mut().expect("keys");
        for key in keys {
            key["verdict"] =
                json!({"state": "active", "detail": "x", "checked_at": "2026-11-27T22:10:31Z"});
        }
    });
    let server = Server::new(&[(&dead, REVOKED), (&live, WORKS)]);
    let run = reported.recheck(folder.path(), &server, &[]);
    assert_eq!(run.code, 1);
    let heads: Vec<&str> = (run.stdout.lines())
        .filter(|line| line.contains("sk-aisa-…"))
        .collect();
    for (head, (word, key)) in heads.iter().zip([
        ("active", &live),
        ("not checked", &gone),
        ("revoked", &dead),
    ]) {
        let secret = aisaleaks::model::Secret::new(key);
        let (redacted, fingerprint) = (secret.redacted(), secret.fingerprint());
        let wanted = format!("{word}: {redacted}  aisa-api-key, {}", &fingerprint[..19]);
        assert_eq!(*head, wanted, "{}", run.stdout);
    }
    for line in [
        "  1.py:1:6",
        "  was active on 2026-11-27 22:10 UTC, is active still: the API let it in, and refused a key that nobody issued",
        "  spend authority: whoever has it can spend from its wallet (12.5 USD, as the answer has it)",
        "  was active on 2026-11-27 22:10 UTC, is revoked now: the API says that it was revoked",
        "3 keys: 1 still works, 1 not checked, 1 revoked",
    ] {
        assert!(
            run.stdout.lines().any(|known| known == line),
            "{line}\n{}",
            run.stdout
        );
    }
    assert!(run.stdout.contains("  was active on 2026-11-27 22:10 UTC, cannot be checked now: it is not at its place any more"), "{}", run.stdout);
    assert!(run.stdout.contains("-C DIR"), "{}", run.stdout);
}

#[test]
fn a_report_without_keys_is_fine() {
    let reported = Reported::of(&json!({"schema": "aisaleaks/1", "targets": [], "keys": []}));
    let server = Server::new(&[]);
    let here = tempfile::tempdir().expect("a folder");
    let run = reported.recheck(here.path(), &server, &[]);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (0, "The report has no keys.\n")
    );
    let run = reported.recheck(here.path(), &server, &["-f", "json"]);
    assert_eq!(run.code, 0);
    assert_eq!(run.json()["live"]["requests"], 0);
    assert_eq!(server.count(None), 0);
}

#[test]
fn json_is_the_report_with_other_verdicts() {
    let keys = [key(), key()];
    let repo = Repo::new();
    repo.write("ä ##[x].py", format!("k = '{}'\n", keys[0]))
        .commit("one");
    repo.write("b.py", format!("k = '{}'\n", keys[1]));
    let reported = Reported::scan(repo.path(), &["scan"]);
    let server = Server::new(&[(&keys[0], REVOKED), (&keys[1], WORKS)]);
    let run = reported.recheck(repo.path(), &server, &["-f", "json"]);
    assert_eq!(run.code, 1);
    let (before, after) = (reported.json(), run.json());
    assert_eq!(verdict(&after, &keys[0])["state"], "revoked");
    assert_eq!(verdict(&after, &keys[1])["state"], "active");
    assert_eq!(
        verdict(&after, &keys[1])["balance"],
        json!({"amount": "12.5", "currency": "USD"})
    );
    // The control key, and each key once.
    assert_eq!(
        after["live"],
        json!({"base": server.flags()[1], "requests": 3, "interrupted": false})
    );
    assert_eq!(server.count(None), 3);
    let stripped = |mut report: Value| {
        report.as_object_mut().expect("an object").remove("live");
        for key in report["keys"].as_array_mut().expect("keys") {
            key["verdict"] = Value::Null;
        }
        report
    };
    assert_eq!(stripped(before), stripped(after));
    // The lines of everything else are as they were.
    let text = std::fs::read_to_string(reported.file()).expect("read");
    let lines = |text: &str| -> Vec<String> {
        let lines = text
            .lines()
            .filter(|line| !line.starts_with("        \"") && !line.starts_with("  \"live\""));
        lines.map(str::to_owned).collect()
    };
    assert!(lines(&run.stdout).starts_with(&lines(&text)[..20]));
    assert!(!run.stdout.contains("##["), "{}", run.stdout);

    // The answer is a report, too, which can take the place of the first one.
    std::fs::write(reported.file(), &run.stdout).expect("written");
    let file = reported.file().display().to_string();
    let revoked = Server::new(&[(&keys[0], REVOKED), (&keys[1], REVOKED)]);
    let run = reported.recheck(repo.path(), &revoked, &["-f", "json", "-o", &file]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    let again = reported.json();
    assert_eq!(verdict(&again, &keys[1])["state"], "revoked");
    let run = reported.recheck(repo.path(), &revoked, &[]);
    assert!(run.stdout.contains("was revoked on 20"), "{}", run.stdout);
}

#[test]
fn a_report_on_standard_input() {
    let key = key();
    let (folder, reported) = scanned(&[&key]);
    let server = Server::new(&[(&key, WORKS)]);
    let mut recheck = command(folder.path(), &["recheck", "-"]);
    let text = std::fs::read(reported.file()).expect("read");
    let run = feed(recheck.args(server.flags()), &text);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stdout.contains("1 key: 1 works"), "{}", run.stdout);
}

#[test]
fn one_request_a_key_however_often_it_is_named() {
    let key = key();
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a"), &key).expect("written");
    let mut report = naming(
        &key,
        ".",
        json!([{"origin": "worktree", "path": "a"}, {"origin": "worktree", "path": "./a"}]),
    );
    let twice = report["keys"][0].clone();
    report["keys"].as_array_mut().expect("keys").push(twice);
    let reported = Reported::of(&report);
    let server = Server::new(&[(&key, WORKS)]);
    let run = reported.recheck(folder.path(), &server, &["-f", "json"]);
    assert_eq!(
        (run.code, server.count(Some(&key)), server.count(None)),
        (1, 1, 2)
    );
    let states = run.json()["keys"]
        .as_array()
        .expect("keys")
        .iter()
        .map(|key| key["verdict"]["state"].clone())
        .collect::<Vec<_>>();
    assert_eq!(states, ["active", "active"]);
}

#[test]
fn those_that_worked_are_asked_about_first() {
    let keys = [key(), key(), key()];
    let all: Vec<&str> = keys.iter().map(String::as_str).collect();
    let (folder, reported) = scanned(&all);
    reported.edit(|report| report["keys"][2]["verdict"]["state"] = "active".into());
    let server = Server::new(&[]);
    let run = reported.recheck(
        folder.path(),
        &server,
        &["-f", "json", "--verify-limit", "1"],
    );
    assert_eq!(run.code, 3);
    let report = run.json();
    let states: Vec<&str> = (0..3)
        .map(|nth| {
            report["keys"][nth]["verdict"]["state"]
                .as_str()
                .expect("a state")
        })
        .collect();
    assert_eq!(states, ["unchecked", "unchecked", "invalid"]);
}

#[test]
fn a_key_of_a_brought_rule_is_sent_to_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("rules.toml");
    std::fs::write(
        &rules,
        "[[rules]]\nid = 'pin'\nregex = '''pin=([0-9]{6})'''\n",
    )
    .expect("written");
    let scanned = folder.path().join("in");
    std::fs::create_dir(&scanned).expect("created");
    std::fs::write(scanned.join("a"), "pin=271828\n").expect("written");
    let rules = rules.display().to_string();
    let reported = Reported::scan(&scanned, &["dir", ".", "--rules", &rules]);
    let server = Server::new(&[]);
    let run = reported.recheck(&scanned, &server, &[]);
    assert_eq!((run.code, server.count(None)), (3, 0), "{}", run.stderr);
    assert!(
        run.stdout.contains("a rule that was brought found it"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_key_that_the_report_tells_in_full_is_asked_about_and_never_printed() {
    let key = key();
    let (folder, _) = scanned(&[&key]);
    let reported = Reported::scan(folder.path(), &["dir", ".", "--show-secrets"]);
    std::fs::remove_file(folder.path().join("0.py")).expect("removed");
    let server = Server::new(&[(&key, REVOKED)]);
    let run = reported.recheck(folder.path(), &server, &[]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(!run.stdout.contains(&key) && run.stdout.contains("sk-aisa-…"));
    // The report is its owner's: it stays what it was.
    let run = reported.recheck(folder.path(), &server, &["-f", "json"]);
    assert_eq!(run.json()["keys"][0]["secret"], key.as_str());
    // Another text is not the key.
    reported.edit(|report| report["keys"][0]["secret"] = super::super::support::key().into());
    let run = reported.recheck(folder.path(), &server, &[]);
    assert_eq!(run.code, 3, "{}", run.stdout);
}

#[test]
fn the_help_tells_the_exit_status() {
    let here = tempfile::tempdir().expect("a folder");
    let run = super::run(here.path(), &["recheck", "--help"]);
    assert_eq!(run.code, 0);
    for part in [
        "0 AIsa says of every key",
        "1 a key works",
        "3 no key is known to work",
    ] {
        let words: Vec<&str> = run.stdout.split_whitespace().collect();
        assert!(words.join(" ").contains(part), "{part}\n{}", run.stdout);
    }
    assert!(!run.stdout.contains("--show-secrets"));
}

#[test]
fn a_run_that_is_interrupted_while_it_waits_for_its_report_says_so() {
    let here = tempfile::tempdir().expect("a folder");
    let mut recheck = command(here.path(), &["recheck", "-"]);
    let mut child = recheck.stdin(Stdio::piped()).spawn().expect("it runs");
    let mut pipe = child.stdin.take().expect("a pipe");
    pipe.write_all(b"{\"schema\": ").expect("written");
    // Its handler is set before it reads; of a signal that comes earlier, the status is none.
    std::thread::sleep(Duration::from_millis(500));
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status();
    assert!(sent.expect("kill runs").success());
    assert_eq!(wait(&mut child, Duration::from_secs(10)), 130);
}

#[test]
fn what_the_report_leaves_out_may_work() {
    let server = Server::new(&[]);
    let folder = tempfile::tempdir().expect("a folder");
    for (hidden, code) in [
        (json!({"unknown": 3}), 3),
        (json!({"revoked": 1, "unchecked": 1}), 3),
        (json!({"of a later version": 1}), 3),
        (json!({"revoked": 1, "invalid": 2}), 0),
        (json!({}), 0),
    ] {
        let report = json!({"schema": "aisaleaks/1", "keys": [], "hidden": hidden});
        let run = Reported::of(&report).recheck(folder.path(), &server, &[]);
        assert_eq!(run.code, code, "{hidden}: {}{}", run.stdout, run.stderr);
        let says = run.stdout.contains("leaves out");
        assert_eq!(says, code == 3, "{hidden}: {}", run.stdout);
    }
}

#[cfg(unix)]
#[test]
fn the_report_is_replaced_whole_and_stays_as_private_as_it_was() {
    use std::os::unix::fs::PermissionsExt;
    let key = key();
    let (folder, reported) = scanned(&[&key]);
    let server = Server::new(&[(&key, REVOKED)]);
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(reported.file(), private).expect("changed");
    let link = folder.path().join("link.json");
    std::os::unix::fs::symlink(reported.file(), &link).expect("linked");
    let output = link.to_str().expect("a path");
    let run = reported.recheck(folder.path(), &server, &["-f", "json", "-o", output]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(verdict(&reported.json(), &key)["state"], "revoked");
    let metadata = std::fs::metadata(reported.file()).expect("a report");
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    assert!(
        std::fs::symlink_metadata(&link)
            .expect("a link")
            .is_symlink()
    );
}

#[test]
fn places_that_hide_are_named_and_their_names_obey_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (plain, other) = (key(), key());
    std::fs::write(folder.path().join("a.py"), &plain).expect("written");
    let reported = Reported::scan(folder.path(), &["dir", "."]);
    reported.edit(|report| {
        let at = &mut report["keys"][0]["locations"][0];
        at["member"] = json!(["in.tar", format!("x\u{1b}[2J{other}/.env")]);
        at["member_bytes"] = json!(["in.tar", "x"]);
        at["encoding"] = json!(["base64", "a later one\u{1b}"]);
        at["cell"] = json!(3);
    });
    let server = Server::new(&[(plain.as_str(), REVOKED)]);
    let run = reported.recheck(folder.path(), &server, &[]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(!run.stdout.contains('\u{1b}'), "{}", run.stdout);
    assert!(!run.stdout.contains(&other), "{}", run.stdout);
    let redacted = Secret::new(&other).redacted();
    let place =
        format!("a.py!in.tar!x\\x1b[2J{redacted}/.env:1:1 (cell 3, a later one\\x1b in base64)");
    assert!(run.stdout.contains(&place), "{}", run.stdout);
    // The report itself keeps what it said.
    let again = reported.recheck(folder.path(), &server, &["-f", "json"]);
    let at = &again.json()["keys"][0]["locations"][0];
    assert_eq!(at["encoding"][0], "base64");
    assert_eq!(
        (&at["cell"], &at["member"][0]),
        (&json!(3), &json!("in.tar"))
    );
}
