//! What gitleaks accepts is taken over, as far as it is found here, too; its secrets go nowhere.

use serde_json::{Value, json};

use super::{NAME, NONE, baseline, new, paths, text};
use crate::support::{Repo, has, key, legacy_key, report};

/// A finding as gitleaks 8 reports it.
fn finding(file: &str, line: u64, secret: &str, commit: &str) -> Value {
    json!({
        "RuleID": "generic-api-key", "Description": "x", "StartLine": line, "EndLine": line, "StartColumn": 2,
        "EndColumn": 60, "Match": format!("key = '{secret}'"), "Secret": secret, "File": file, "SymlinkFile": "",
        "Commit": commit, "Entropy": 4.8, "Author": "Ada", "Email": "ada@example.org", "Date": "2026-01-02T03:04:05Z",
        "Message": "one", "Tags": [], "Fingerprint": format!("{commit}:{file}:generic-api-key:{line}"),
    })
}

fn import(repo: &Repo, files: &[&str]) -> crate::support::Run {
    let mut args = vec!["create", "--force", "--reason", "from gitleaks"];
    files
        .iter()
        .for_each(|file| args.extend(["--import", file]));
    let run = baseline(repo, &args);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run
}

#[test]
fn a_report_with_secrets_is_matched_by_secret_and_file() {
    let (repo, keys) = (Repo::new(), [key(), key(), key()]);
    repo.write("a.py", format!("\n\nkey = '{}'\n", keys[0]))
        .write("b.py", &keys[0])
        .write("c.py", &keys[1]);
    let commit = repo.commit("one");
    let report = json!([
        finding("a.py", 999, &keys[0], &commit),
        finding("./b.py", 1, &format!("Bearer {}", keys[0]), ""),
        finding(&repo.join("c.py").display().to_string(), 1, &keys[1], ""),
        finding("c.py", 1, &keys[2], ""),
        finding("gone.py", 1, &keys[1], &commit),
    ]);
    // Beside the repository: it is full of secrets.
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("gitleaks.json");
    std::fs::write(&file, report.to_string()).expect("written");
    let run = import(&repo, &[&file.display().to_string()]);
    for expected in [
        "of 5 imported findings 3 are accepted",
        "2 cannot be taken over",
        "gone.py:1: not found by any rule here",
    ] {
        assert!(run.stdout.contains(expected), "{expected}: {}", run.stdout);
    }
    assert_eq!(paths(&repo), ["a.py", "b.py", "c.py"]);
    for key in &keys {
        for text in [&run.stdout, &run.stderr, &text(&repo)] {
            assert!(!text.contains(&key[8..20]), "{text}");
        }
    }
    assert_eq!(new(repo.path(), &["scan"], &keys[0]), NONE);
}

#[test]
fn a_member_of_an_archive_is_accepted_by_the_path_of_the_archive() {
    let (repo, key) = (Repo::new(), key());
    // Not compressed: the key stands in the bytes of the archive as it is.
    repo.write("d/a!b.tar", format!("x/.env\nK={key}\n"))
        .commit("one");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("gitleaks.json");
    for (name, taken) in [("d/a!b.tar!in.zip!x/.env", 1), ("d/b.tar!x", 0)] {
        let report = json!([finding(name, 1, &key, "")]);
        std::fs::write(&file, report.to_string()).expect("written");
        let run = import(&repo, &[&file.display().to_string()]);
        let expected = format!("of 1 imported findings {taken} are accepted");
        assert!(run.stdout.contains(&expected), "{}", run.stdout);
    }
    let report = json!([finding("d/a!b.tar!x/.env", 1, &key, "")]);
    std::fs::write(&file, report.to_string()).expect("written");
    import(&repo, &[&file.display().to_string()]);
    assert_eq!(paths(&repo), ["d/a!b.tar"]);
}

#[test]
fn what_is_not_imported_is_not_accepted() {
    let (repo, keys) = (Repo::new(), [key(), key()]);
    repo.write("a.py", &keys[0])
        .write("b.py", &keys[1])
        .commit("one");
    repo.write(".gitleaksignore", "a.py:aisa:1\n");
    import(&repo, &[".gitleaksignore"]);
    assert_eq!(paths(&repo), ["a.py"]);
    let (_, report) = report(repo.path(), &["scan"]);
    assert!(!has(&report, &keys[0]) && has(&report, &keys[1]));
}

#[test]
fn a_line_is_looked_up_in_the_commit_or_on_disk() {
    let (repo, keys) = (Repo::new(), [key(), key(), key()]);
    repo.write("d/a.py", format!("x\n{}\n", keys[0]));
    let first = repo.commit("one");
    // In the work tree the line is another one.
    repo.write("d/a.py", format!("more\nlines\n{}\n{}\n", keys[1], keys[2]));
    repo.commit("two");
    let absent = "0123456789abcdef0123456789abcdef01234567";
    repo.write(
        ".gitleaksignore",
        format!("# ours\n{first}:d/a.py:generic:2\n\nd\\a.py:generic:4\nd/a.py:generic:1\n{absent}:d/a.py:generic:2\nx.py:g:1\n"),
    );
    let run = import(&repo, &[".gitleaksignore"]);
    for expected in [
        "of 5 imported findings 2 are accepted",
        "d/a.py:1: no rule here finds anything on this line",
        &format!("{absent}:d/a.py:2: there is no such commit here"),
        "x.py:1: there is no such file",
    ] {
        assert!(run.stdout.contains(expected), "{expected}: {}", run.stdout);
    }
    let (_, report) = report(repo.path(), &["scan"]);
    assert_eq!(
        [0, 1, 2].map(|at| has(&report, &keys[at])),
        [false, true, false]
    );
}

#[test]
fn a_redacted_report_is_read_by_place() {
    let (repo, held) = (Repo::new(), key());
    let old = legacy_key();
    repo.write(
        "a.py",
        format!("x\nAISA_API_KEY = '{held}'\nAISA_API_KEY = '{old}'\n"),
    );
    let commit = repo.commit("one");
    repo.write("a.py", "y\n").commit("two");
    let report = json!([
        finding("a.py", 2, "REDACTED", &commit),
        finding("a.py", 3, "sk-ab...", &commit)
    ]);
    repo.write("gitleaks.json", report.to_string());
    import(&repo, &["gitleaks.json"]);
    assert_eq!(text(&repo).lines().count(), 3, "{}", text(&repo));
    for key in [&held, &old] {
        assert_eq!(new(repo.path(), &["scan"], key), NONE);
    }
}

#[test]
fn what_is_allowed_already_needs_no_entry() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", format!("{key} # gitleaks:allow\n"))
        .commit("one");
    repo.write(".gitleaksignore", "a.py:aisa:1\n");
    let run = import(&repo, &[".gitleaksignore"]);
    assert!(
        run.stdout.contains("0 are accepted, 1 are allowed already"),
        "{}",
        run.stdout
    );
    assert_eq!(text(&repo).lines().count(), 1);
}

#[test]
fn a_file_that_is_none_of_gitleaks_is_refused() {
    let repo = Repo::new();
    repo.write("a.sarif", "{\"runs\": []}")
        .write("b", "a:b:c\nnonsense\n");
    let args = [
        "create", "--reason", "r", "--import", "a.sarif", "--import", "b", "--import", "gone",
    ];
    let run = baseline(&repo, &args);
    assert_eq!(run.code, 2);
    for expected in [
        "a.sarif:1: error: this is no JSON report of gitleaks",
        "b:1: error",
        "b:2: error",
        "gone: error: it cannot be read",
    ] {
        assert!(run.stderr.contains(expected), "{expected}: {}", run.stderr);
    }
    assert!(!repo.join(NAME).exists());
}
