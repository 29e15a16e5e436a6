//! Which keys are asked about, and from where.

use super::replies::{balance, error, knowing};
use super::{Leak, verdict};
use crate::support::{Repo, command, ended, feed, key, legacy_key, run};

#[test]
fn what_is_allowed_is_sent_only_where_it_is_shown() {
    let [open, allowed] = [key(), key()];
    let server = knowing([(open.clone(), balance()), (allowed.clone(), balance())]);
    let text = format!("AISA_KEY={open}\nAISA_KEY={allowed} # aisaleaks:allow for a test\n");
    let leak = Leak::with(&text);
    leak.report(&server.base(), &[]);
    assert_eq!(server.asked_with(&open).len(), 1);
    assert_eq!(server.asked_with(&allowed).len(), 0);
    let report = leak.report(&server.base(), &["--show-suppressed"]);
    assert_eq!(server.asked_with(&allowed).len(), 1);
    let shown = &report["suppressed_keys"][0]["verdict"];
    assert_eq!(shown["state"], "active", "{report:#}");
}

#[test]
fn what_rules_find_that_were_not_asked_for_is_not_sent() {
    let [current, legacy] = [key(), legacy_key()];
    let server = knowing([]);
    let leak = Leak::of(&[&current, &legacy]);
    leak.report(&server.base(), &["--only-rule", "aisa-api-key"]);
    assert_eq!(server.asked_with(&current).len(), 1);
    assert_eq!(server.asked_with(&legacy).len(), 0);
}

#[test]
fn keys_are_asked_about_wherever_they_stand() {
    let [gone, staged, piped] = [key(), key(), key()];
    let known = [&gone, &staged, &piped].map(|key| (key.clone(), balance()));
    let server = knowing(known);
    let repo = Repo::new();
    repo.write("a.env", format!("AISA_KEY={gone}\n"))
        .commit("leak");
    repo.write("a.env", "AISA_KEY=\n").commit("gone");
    repo.write("b.env", format!("AISA_KEY={staged}\n"));
    repo.git(&["add", "."]);
    let base = server.base();
    let flags = ["--verify", "--verify-base-url", &base, "-f", "json"];
    for (command, key) in [("git", &gone), ("staged", &staged)] {
        let run = run(repo.path(), &[&[command], &flags[..]].concat());
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert_eq!(verdict(&run.json(), key).0, "active");
    }
    let mut stdin = command(repo.path(), &[&["stdin"], &flags[..]].concat());
    let run = feed(&mut stdin, piped.as_bytes());
    assert_eq!(verdict(&run.json(), &piped).0, "active");
}

#[test]
fn a_hook_says_that_the_key_works() {
    let key = key();
    let repo = Repo::new();
    repo.write("a", "a").commit("begin");
    repo.write("a.env", format!("AISA_KEY={key}\n"));
    repo.git(&["add", "."]);
    for (reply, says) in [
        (balance(), "(active)"),
        (error(401, "revoked_api_key"), "(revoked)"),
        (error(403, "other"), "(unknown)"),
    ] {
        let server = knowing([(key.clone(), reply)]);
        let flags = ["--verify", "--verify-base-url", &server.base()];
        let run = run(
            repo.path(),
            &[&["hook", "run", "pre-commit"], &flags[..]].concat(),
        );
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(run.stderr.contains(says), "{}", run.stderr);
    }
}

#[test]
fn verdicts_are_kept_where_somebody_says_so() {
    let key = key();
    let server = knowing([(key.clone(), balance())]);
    let leak = Leak::of(&[&key]);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("verdicts");
    let kept = ["--verify-cache", file.to_str().expect("UTF-8")];
    let keyless = leak.ask(&server.base(), &kept);
    assert_eq!(keyless.code, 2, "{}", keyless.stderr);
    assert!(keyless.stderr.contains("AISALEAKS_FINGERPRINT_KEY"));
    assert_eq!(server.asked().len(), 0);
    for _ in 0..2 {
        let mut scan = leak.asking(&server.base(), &kept);
        scan.env("AISALEAKS_FINGERPRINT_KEY", "a secret text");
        let run = ended(scan.output().expect("the binary runs"));
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(run.stdout.contains("live: active"), "{}", run.stdout);
        assert_eq!(server.asked_with(&key).len(), 1);
    }
}
