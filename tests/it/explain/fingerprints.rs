//! `explain FINGERPRINT`: every place of a key, candidates that are no findings, and problems.

use super::super::support::{Repo, Run, command, key, legacy_key, report};
use super::{FINDING, assert_refused, assert_silent, assert_told, explain};

fn fingerprint(key: &str) -> String {
    aisaleaks::model::Secret::new(key).fingerprint()
}

/// Two keys in files and in history: the second is allowed in one of its places, and removed from another.
fn planted() -> (Repo, String, String) {
    let repo = Repo::new();
    let (open, mixed) = (key(), key());
    repo.write("old.env", format!("AISA_API_KEY={open}\n"));
    repo.write("a.py", format!("K = '{mixed}'\n"));
    repo.commit("Begin");
    repo.git(&["rm", "-q", "old.env"]);
    repo.write(
        "src/b.py",
        format!("K = os.getenv('AISA_API_KEY', '{open}')\n"),
    );
    repo.write(
        "tests/b.py",
        format!("K = '{mixed}' # aisaleaks:allow a test\n"),
    );
    repo.commit("Move the key");
    (repo, open, mixed)
}

#[test]
fn every_place_of_a_key_is_told() {
    let (repo, open, mixed) = planted();
    let keys = [open.as_str(), &mixed];
    let (of_open, of_mixed) = (fingerprint(&open), fingerprint(&mixed));
    let digits = &of_open["sha256:".len()..];
    for what in [
        &of_open[..],
        digits,
        &of_open[..20],
        &digits[..8].to_uppercase(),
    ] {
        for threads in ["1", "4"] {
            let told = explain(repo.path(), &[what, "-j", threads], &keys);
            assert_told(
                &told,
                0,
                &[
                    &of_open,
                    "error: sk-aisa-…",
                    "high confidence, aisa-api-key, 2 places",
                    "env-fallback: used wherever the variable is not set",
                    "src/b.py:1:32",
                    "introduced 2026-01-02",
                    "by Ada <ada@example.org>",
                    "old.env:1:14 history, blob",
                    "removed 2026-01-02",
                    FINDING,
                    "the same steps as above -> high confidence",
                    "1. Revoke each key",
                    "Scanned",
                ],
            );
            assert_eq!(told.stdout.matches("shape ").count(), 1, "{}", told.stdout);
        }
    }
    let told = explain(repo.path(), &[&of_mixed], &keys);
    let allowed = "A finding, but allowed by a marker on its line or on the line above: a test";
    assert_told(
        &told,
        0,
        &[
            "aisa-api-key, 1 place",
            "a.py:1:6",
            FINDING,
            "tests/b.py:1:6",
            allowed,
        ],
    );
    // From a folder of the repository, too, and elsewhere if it is named.
    let told = explain(&repo.join("tests"), &[&of_mixed[..16]], &keys);
    assert_told(&told, 0, &["tests/b.py:1:6", allowed]);
    let elsewhere = tempfile::tempdir().expect("a folder");
    let path = repo.path().to_str().expect("UTF-8");
    let told = explain(elsewhere.path(), &[&of_mixed, path], &keys);
    assert_told(&told, 0, &["tests/b.py:1:6", allowed]);
    let told = explain(repo.path(), &[&of_mixed, "tests/b.py"], &keys);
    assert_told(&told, 0, &["tests/b.py:1:6", FINDING, allowed]);
}

#[test]
fn what_is_allowed_everywhere_counts_nowhere() {
    let (repo, open, mixed) = planted();
    let print = fingerprint(&open);
    let config = format!("[[allow]]\nreason = \"revoked\"\nfingerprints = [\"{print}\"]\n");
    repo.write(".aisaleaks.toml", config);
    let told = explain(repo.path(), &[&print], &[&open, &mixed]);
    let allowed = "A finding, but allowed by the [[allow]] entry at .aisaleaks.toml:1: revoked";
    assert_told(
        &told,
        0,
        &[
            "of the rule aisa-api-key, is allowed in 2 places, and counts nowhere.",
            allowed,
        ],
    );
    assert_eq!(told.stdout.matches(allowed).count(), 2, "{}", told.stdout);
    assert!(!told.stdout.contains("Revoke each key"), "{}", told.stdout);
}

#[test]
fn dropped_candidates_are_found_by_their_text() {
    let repo = Repo::new();
    let (legacy, short) = (legacy_key(), "sk-aisa-your-key");
    let words = format!("sk-aisa-{}", "your-api-key-goes-here");
    repo.write(
        "a.py",
        format!("KEY = '{legacy}'\nK = '{words}'\nK = '{short}'\n"),
    );
    repo.commit("Begin");
    repo.write("b.py", format!("AISA_API_KEY = '{legacy}'\n"));
    let (one, none) = ("a.py:1:8", "and none is a finding.");
    for (text, parts) in [
        (
            &words[..],
            &[
                "candidates with this fingerprint",
                none,
                "a.py:2:6",
                "the step placeholder drops it",
            ][..],
        ),
        (
            short,
            &[
                none,
                "sk-aisa-…: 16 characters",
                "the step shape drops it (too short for a key)",
            ],
        ),
        (
            &legacy,
            &[
                "aisa-api-key-legacy, 1 place",
                "b.py:1:17",
                FINDING,
                one,
                "the step context drops it",
            ],
        ),
    ] {
        let told = explain(repo.path(), &[&fingerprint(text)], &[&legacy]);
        assert_told(&told, 0, parts);
    }
}

#[test]
fn every_version_of_a_candidate_is_judged() {
    // What a delta copies is found where it came from; here it is dropped in some versions only.
    let repo = Repo::new();
    let legacy = legacy_key();
    let filler: String = (0..400)
        .map(|n| format!("line {n} of some text\n"))
        .collect();
    for head in ["AISA_API_KEY", "OTHER_KEY"] {
        for tail in 0..4 {
            repo.write(
                "a.txt",
                format!("{filler}{head} = '{legacy}'\n{filler}{tail}\n"),
            );
            repo.commit(&format!("{head} {tail}"));
        }
    }
    repo.git(&["repack", "-adfq", "--depth=50", "--window=50"]);
    let told = explain(repo.path(), &[&fingerprint(&legacy)], &[&legacy]);
    assert_told(&told, 0, &["aisa-api-key-legacy, 1 place", FINDING]);
    // Four blobs, and the file.
    assert_eq!(
        told.stdout
            .matches("Not a finding: the step context")
            .count(),
        5,
        "{}",
        told.stdout
    );
}

#[test]
fn names_and_messages_have_no_lines_to_mask_and_are_masked_all_the_same() {
    let repo = Repo::new();
    let secret = key();
    repo.write(&format!("backup-{secret}.txt"), "x");
    repo.commit(&format!("Use {secret}"));
    repo.git(&["branch", &format!("fix/{secret}")]);
    let told = explain(repo.path(), &[&fingerprint(&secret)], &[&secret]);
    assert_told(
        &told,
        0,
        &[
            "backup-sk-aisa-…",
            "path-name",
            "(commit-message):5:5",
            "ref-name",
            "edges less sure",
            FINDING,
        ],
    );
    assert!(!told.stdout.contains("one by one"), "{}", told.stdout);
}

#[test]
fn a_problem_is_explained_and_says_how_to_accept_it() {
    let repo = Repo::new();
    repo.write("a.txt", "x").commit("Begin");
    let pack = repo.join(".git/objects/pack");
    std::fs::write(pack.join("pack-1.pack"), "garbage").expect("written");
    let (code, json) = report(repo.path(), &["git"]);
    assert_eq!(code, 3, "{json:#}");
    let print = json["problems"][0]["fingerprint"]
        .as_str()
        .expect("one")
        .to_owned();
    let told = explain(repo.path(), &[&print[..16]], &[]);
    let entry = format!("[[accept]] problem = \"{print}\" reason = \"…\"");
    assert_told(
        &told,
        0,
        &[
            "A problem: something could not be read",
            "pack-1.pack",
            &entry,
        ],
    );
    repo.write(
        ".aisaleaks.toml",
        format!("[[accept]]\nproblem = \"{print}\"\nreason = \"on purpose\"\n"),
    );
    let told = explain(repo.path(), &[&print], &[]);
    assert_told(
        &told,
        0,
        &["It is accepted by .aisaleaks.toml:1: on purpose"],
    );

    // What is nowhere may be in what could not be read.
    let absent = "sha256:0123456789";
    repo.write(".aisaleaks.toml", "");
    let told = explain(repo.path(), &[absent], &[]);
    assert_told(
        &told,
        3,
        &[
            "Nothing that was scanned has the fingerprint sha256:0123456789",
            "Not everything could be read: 1 problem",
        ],
    );
    std::fs::remove_file(pack.join("pack-1.pack")).expect("removed");
    let told = explain(repo.path(), &[absent], &[]);
    assert_told(
        &told,
        1,
        &[
            "no key, no candidate and no problem",
            "looked at: .",
            "Scanned",
        ],
    );
}

#[test]
fn what_brought_rules_find_needs_the_key_of_its_fingerprint() {
    let folder = tempfile::tempdir().expect("a folder");
    let secret = key()[8..24].to_lowercase();
    std::fs::write(
        folder.path().join("a.txt"),
        format!("password = {secret}\n"),
    )
    .expect("written");
    let rules = "[[rules]]\nid = \"password\"\nregex = '''password = (\\S+)'''\n";
    std::fs::write(folder.path().join("rules.toml"), rules).expect("written");
    let run = |args: &[&str], fingerprint_key: Option<&str>| {
        let args = [args, &["--rules", "rules.toml"]].concat();
        let mut command = command(folder.path(), &args);
        command.env_remove("AISALEAKS_FINGERPRINT_KEY");
        if let Some(key) = fingerprint_key {
            command.env("AISALEAKS_FINGERPRINT_KEY", key);
        }
        let output = command.output().expect("the binary runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Run {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    };
    let json = run(&["dir", "a.txt", "-f", "json"], Some("one")).json();
    let print = json["keys"][0]["fingerprint"]
        .as_str()
        .expect("one")
        .to_owned();
    assert!(print.starts_with("hmac-sha256:"), "{print}");
    for what in [&print[..], &print[12..24]] {
        let told = run(&["explain", what], Some("one"));
        assert_told(
            &told,
            0,
            &[
                "warning: password (not shown)",
                "a.txt:1:12",
                "This is a finding: warning",
            ],
        );
        assert!(!told.stdout.contains(&secret[..8]), "{}", told.stdout);
    }
    let told = run(&["explain", &print], None);
    assert_told(
        &told,
        1,
        &["hold for one run only, unless AISALEAKS_FINGERPRINT_KEY is set"],
    );
    assert_told(
        &run(&["explain", &print], Some("two")),
        1,
        &["Nothing that was scanned"],
    );
    assert_silent(&told, &[]);
}

#[test]
fn what_its_rule_leaves_out_in_a_history_is_told() {
    let repo = Repo::new();
    let secret = key()[8..24].to_lowercase();
    repo.write("vendor/a.txt", format!("password = {secret}\n"));
    let rules = "[[rules]]\nid = \"password\"\nregex = '''password = (\\S+)'''\n\
                 [[rules.allowlists]]\npaths = ['''^vendor/''']\n";
    repo.write(".aisaleaks.toml", rules).commit("Begin");
    repo.git(&["rm", "-q", "vendor/a.txt"]);
    repo.commit("End");
    let fingerprint_key = aisaleaks::model::FingerprintKey::new(b"one");
    let of = aisaleaks::model::Secret::foreign(&secret, &"password".into(), &fingerprint_key);
    let output = command(repo.path(), &["explain", &of.fingerprint()])
        .env("AISALEAKS_FINGERPRINT_KEY", "one")
        .output()
        .expect("the binary runs");
    let told = String::from_utf8_lossy(&output.stdout);
    let sentence = "Not a finding: its rule does not count what stands under this path";
    assert!(told.contains(sentence), "{told}");
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(!told.contains(&secret[..8]), "{told}");
}

#[test]
fn flags_that_mean_nothing_here_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for flag in [
        &["--show-secrets"][..],
        &["-f", "json"],
        &["--fail-on", "never"],
    ] {
        let told = explain(folder.path(), &[&["sha256:0123456789"], flag].concat(), &[]);
        assert_refused(&told, &["unexpected argument"]);
    }
}
