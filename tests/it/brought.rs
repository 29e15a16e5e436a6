//! What rules that somebody brought find, in every source, and that nothing of it is shown.

use serde_json::Value;

use super::support::{Repo, command, key, report};

const RULES: &str = r#"
title = "ours"

[[rules]]
id = "vendor-token"
description = "A vendor's token"
regex = '''\b(vendor_[a-z0-9]{12})\b'''
keywords = ["vendor_"]

[[rules]]
id = "password"
description = "A password"
regex = '''(?i)password\s*[:=]\s*['"]?([^\s'"]{6,40})'''
entropy = 2.0
keywords = ["password"]
[[rules.allowlists]]
paths = ['''^vendor/''']
[[rules.allowlists]]
condition = "AND"
paths = ['''\.md$''']
regexes = ['''correct''']

[[rules]]
id = "python-only"
description = "Something in Python files"
regex = '''snake_([0-9]{8})'''
path = '''\.py$'''
keywords = ["snake_"]
"#;

/// Random lower-case letters, none of which is a hexadecimal digit: reports are full of those.
fn word(length: usize) -> String {
    let keys = std::iter::repeat_with(key);
    let letters: Vec<char> = keys
        .take(8)
        .flat_map(|key| key[8..].to_lowercase().chars().collect::<Vec<_>>())
        .filter(|letter| matches!(letter, 'g'..='z'))
        .collect();
    letters.into_iter().take(length).collect()
}

/// A folder with the rules, outside of everything that is scanned.
fn rules() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("rules.toml");
    std::fs::write(&path, RULES).expect("written");
    let path = path.to_str().expect("UTF-8").to_owned();
    (folder, path)
}

/// Rule, secret, path and origin of everything that brought rules found, sorted. The environment gives the key of the
/// fingerprints, so that two runs are the same.
fn found(folder: &std::path::Path, args: &[&str]) -> Vec<(String, String, String, String)> {
    let run = |threads: &str| {
        let args = [args, &["-f", "json", "--show-secrets", "-j", threads]].concat();
        let output = command(folder, &args)
            .env("AISALEAKS_FINGERPRINT_KEY", "a key for tests")
            .output()
            .expect("the binary runs");
        let mut report: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
        report["stats"]["duration_ms"] = 0.into();
        report
    };
    let report = run("1");
    assert_eq!(
        report,
        run("4"),
        "the report depends on the number of threads"
    );
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut all = Vec::new();
    for key in report["keys"].as_array().expect("keys") {
        for at in key["locations"].as_array().expect("locations") {
            let facts = [&key["rule"], &key["secret"], &at["path"], &at["origin"]];
            let [rule, secret, path, origin] = facts.map(text);
            all.push((rule, secret, path, origin));
        }
    }
    all.sort();
    all
}

fn expected(all: &[(&str, &str, &str, &str)]) -> Vec<(String, String, String, String)> {
    let mut all: Vec<_> = all
        .iter()
        .map(|&(rule, secret, path, origin)| {
            (rule.into(), secret.into(), path.into(), origin.into())
        })
        .collect();
    all.sort();
    all
}

#[test]
fn paths_decide_in_files_and_in_history() {
    let (_folder, rules) = rules();
    let token = format!("vendor_{}", word(12));
    let password = format!("pw{}", word(10));
    let snake = "snake_31415926";
    let text = format!("token = {token}\npassword = {password}\n{snake}\n");
    let repo = Repo::new();
    for name in ["src/a.py", "vendor/a.txt", "notes.md"] {
        repo.write(name, &text);
    }
    repo.write("ok.md", format!("password: correct{password}"));
    let in_files = |origin: &'static str| {
        expected(&[
            ("vendor-token", &token, "src/a.py", origin),
            ("vendor-token", &token, "vendor/a.txt", origin),
            ("vendor-token", &token, "notes.md", origin),
            ("password", &password, "src/a.py", origin),
            ("password", &password, "notes.md", origin),
            ("python-only", "31415926", "src/a.py", origin),
        ])
    };
    assert_eq!(
        found(repo.path(), &["dir", "--rules", &rules]),
        in_files("worktree")
    );
    repo.git(&["add", "-A"]);
    assert_eq!(
        found(repo.path(), &["staged", "--rules", &rules]),
        in_files("staged")
    );
    repo.commit("Add everything");
    assert_eq!(
        found(repo.path(), &["git", "--rules", &rules]),
        in_files("history")
    );
    let range = ["git", "--rules", &rules, "--since", "2001-01-01"];
    assert_eq!(found(repo.path(), &range), in_files("history"));
    repo.git(&["gc", "-q"]);
    assert_eq!(
        found(repo.path(), &["git", "--rules", &rules]),
        in_files("history")
    );
}

#[test]
fn rules_about_paths_find_names_in_every_source() {
    let (folder, _) = rules();
    let path = folder.path().join("paths.toml");
    let text = "[[rules]]\nid = \"keystore\"\npath = '''(?i)(?:^|/)[^/]+\\.p(?:12|fx)$'''\n\
        [[rules.allowlists]]\npaths = ['''^test/''']\n";
    std::fs::write(&path, text).expect("written");
    let rules = path.to_str().expect("UTF-8");
    let repo = Repo::new();
    repo.write("a/one.p12", "1").write("test/two.PFX", "2");
    repo.write("three.p12.txt", "3").write("p12", "4");
    for n in 0..40 {
        repo.write(&format!("a/{n:02}.txt"), "5");
    }
    let all = expected(&[("keystore", "one.p12", "a/one.p12", "path-name")]);
    assert_eq!(found(repo.path(), &["dir", "--rules", rules]), all);
    repo.git(&["add", "-A"]);
    assert_eq!(found(repo.path(), &["staged", "--rules", rules]), all);
    repo.commit("Begin");
    assert_eq!(found(repo.path(), &["git", "--rules", rules]), all);
    let range = ["git", "--rules", rules, "--since", "2001-01-01"];
    assert_eq!(found(repo.path(), &range), all);
    repo.write("b/four.pfx", "6")
        .write("a/07.txt", "7")
        .commit("Another");
    repo.git(&["rm", "-q", "-r", "a"]);
    repo.commit("Remove");
    repo.git(&["gc", "-q"]);
    let both = expected(&[
        ("keystore", "one.p12", "a/one.p12", "path-name"),
        ("keystore", "four.pfx", "b/four.pfx", "path-name"),
    ]);
    assert_eq!(found(repo.path(), &["git", "--rules", rules]), both);
}

#[test]
fn what_an_edit_makes_a_finding_is_found_in_packed_deltas() {
    let (_folder, rules) = rules();
    let password = format!("pw{}", word(10));
    let repo = Repo::new();
    let filler = "a line of filler that deltas copy\n".repeat(200);
    let split = format!("{filler}pass\nword = {password}\n{filler}");
    repo.write("a.txt", &split).commit("Two lines");
    repo.write("a.txt", split.replace("pass\nword", "password"))
        .commit("One line");
    repo.write("a.txt", &split).commit("Two lines again");
    repo.git(&[
        "repack",
        "-q",
        "-a",
        "-d",
        "-f",
        "--depth=50",
        "--window=50",
    ]);
    let all = found(repo.path(), &["git", "--rules", &rules]);
    assert_eq!(
        all,
        expected(&[("password", &password, "a.txt", "history")])
    );
}

#[test]
fn messages_count_and_ids_in_headers_do_not() {
    let (folder, _) = rules();
    let path = folder.path().join("ids.toml");
    let text =
        "[[rules]]\nid = \"hash\"\nregex = '''\\b([0-9a-f]{40})\\b'''\nkeywords = [\"digest\"]\n";
    std::fs::write(&path, text).expect("written");
    let rules = path.to_str().expect("UTF-8");
    let repo = Repo::new();
    repo.write("a.txt", "nothing").commit("Begin");
    let hash = "0123456789abcdef".repeat(3)[..40].to_owned();
    repo.commit(&format!("The digest is {hash}"));
    let all = found(repo.path(), &["git", "--rules", rules]);
    assert_eq!(all, expected(&[("hash", &hash, "", "commit-message")]));
}

#[test]
fn nothing_of_a_guessable_secret_is_shown() {
    let (_folder, rules) = rules();
    let (password, other) = (format!("pw{}", word(10)), format!("pw{}", word(10)));
    let repo = Repo::new();
    let line = format!("password = '{password}'; second = {{ password: '{other}' }}\n");
    repo.write("a.txt", &line)
        .commit(&format!("Set the password={other}"));
    for format in ["human", "json", "jsonl", "sarif"] {
        for verbose in ["-q", "-vv"] {
            let output = command(
                repo.path(),
                &["scan", "--rules", &rules, "-f", format, verbose],
            )
            .output()
            .expect("the binary runs");
            assert_eq!(output.status.code(), Some(1));
            let all = [output.stdout, output.stderr].concat();
            let all = String::from_utf8_lossy(&all);
            for secret in [&password, &other] {
                for part in secret.as_bytes().windows(6) {
                    let part = String::from_utf8_lossy(part);
                    assert!(!all.contains(part.as_ref()), "{format} {verbose}: {all}");
                }
            }
        }
    }
}

#[test]
fn fingerprints_are_keyed_and_stable_only_with_a_key() {
    let (_folder, rules) = rules();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = format!("password = pw{}", word(10));
    std::fs::write(folder.path().join("a.txt"), text).expect("written");
    let fingerprint = |key: Option<&str>| {
        let mut command = command(folder.path(), &["dir", "--rules", &rules, "-f", "json"]);
        command.env_remove("AISALEAKS_FINGERPRINT_KEY");
        if let Some(key) = key {
            command.env("AISALEAKS_FINGERPRINT_KEY", key);
        }
        let output = command.output().expect("the binary runs");
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let said = String::from_utf8_lossy(&output.stderr).contains("AISALEAKS_FINGERPRINT_KEY");
        assert_eq!(said, key.is_none());
        report["keys"][0]["fingerprint"]
            .as_str()
            .expect("one")
            .to_owned()
    };
    assert!(fingerprint(None).starts_with("hmac-sha256:"));
    assert_ne!(fingerprint(None), fingerprint(None));
    assert_eq!(fingerprint(Some("one")), fingerprint(Some("one")));
    assert_ne!(fingerprint(Some("one")), fingerprint(Some("two")));
}

#[test]
fn an_aisa_key_stays_an_aisa_key() {
    let (_folder, rules) = rules();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let key = key();
    std::fs::write(folder.path().join("a.txt"), format!("password = {key}\n")).expect("written");
    let (code, report) = report(folder.path(), &["dir", "--rules", &rules]);
    assert_eq!(code, 1);
    let keys = report["keys"].as_array().expect("keys");
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0]["rule"], "aisa-api-key");
}

#[test]
fn every_decision_is_told_without_the_secret() {
    let (_folder, rules) = rules();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let secret = format!("pw{}", word(10));
    let text = format!("password = {secret}\npassword = aaaaaaaaa\nsnake_31415926\n");
    std::fs::write(folder.path().join("a.txt"), text).expect("written");
    let args = ["dir", "--rules", &rules, "-vv"];
    let output = command(folder.path(), &args)
        .output()
        .expect("the binary runs");
    let said = String::from_utf8_lossy(&output.stderr);
    for line in [
        "a.txt:1:12: … (12 characters): shape: fits (password) -> medium confidence",
        "a.txt:2:12: … (9 characters): shape: fits (password); entropy: not what its rule asks for -> dropped",
        "a.txt:3:7: … (8 characters): shape: fits (python-only); path: not one that its rule is about -> dropped",
    ] {
        assert!(said.contains(line), "{line}\n{said}");
    }
    assert!(!said.contains(&secret[..6]), "{said}");
}

#[test]
fn what_is_not_followed_to_its_end_is_a_problem_of_that_file_alone() {
    let (folder, _) = rules();
    let path = folder.path().join("open.toml");
    let text = "[[rules]]\nid = \"open\"\nregex = '''begin_[a-z_]*9zz'''\n";
    std::fs::write(&path, text).expect("written");
    let rules = path.to_str().expect("UTF-8");
    let repo = Repo::new();
    repo.write("a.txt", "begin_".repeat(20_000));
    repo.write("b.txt", "nothing").write("c.txt", "begin_x9zz");
    repo.commit("Begin");
    for args in [["dir", "--rules", rules], ["git", "--rules", rules]] {
        let output = command(
            repo.path(),
            &[&args[..], &["-f", "json", "-j", "1"]].concat(),
        )
        .output()
        .expect("the binary runs");
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(report["complete"], false);
        let problems = report["problems"].as_array().expect("problems");
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0]["kind"], "limit");
        assert_eq!(report["keys"].as_array().map(Vec::len), Some(1));
    }
}
