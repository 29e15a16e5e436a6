//! Problems are accepted like keys, but only on request.

use super::{NAME, baseline, create, text};
use crate::support::{Repo, key, problems, report, run};

/// A repository with a ref that points at nothing.
fn broken() -> Repo {
    let repo = Repo::new();
    repo.write("a.py", key()).commit("one");
    repo.write(".git/refs/heads/broken", "nonsense\n");
    repo
}

#[test]
fn a_problem_is_accepted_on_request_and_listed_all_the_same() {
    let repo = broken();
    let run = baseline(&repo, &["create", "--reason", "known"]);
    assert_eq!(run.code, 3, "{}", run.stdout);
    assert!(run.stdout.contains("--accept-problems"), "{}", run.stdout);
    assert!(!text(&repo).contains("\"problem\""));
    assert_eq!(report(repo.path(), &["scan"]).0, 3);
    let run = baseline(
        &repo,
        &[
            "create",
            "--force",
            "--reason",
            "known",
            "--accept-problems",
        ],
    );
    assert!(
        run.code == 0 && run.stdout.contains("and 1 problem"),
        "{}",
        run.stdout
    );
    let last = text(&repo);
    let last = last.lines().last().expect("a line");
    assert!(
        last.starts_with("{\"problem\":\"sha256:") && last.contains("\"kind\":\"broken-ref\""),
        "{last}"
    );
    let (code, report) = report(repo.path(), &["scan"]);
    assert_eq!((code, problems(&report)), (0, vec!["broken-ref"]));
    assert_eq!(report["problems"][0]["accepted"], "known");
    assert_eq!(report["complete"], true);
}

#[test]
fn the_configuration_is_told_first() {
    let repo = broken();
    baseline(
        &repo,
        &["create", "--reason", "by the baseline", "--accept-problems"],
    );
    let (_, before) = report(repo.path(), &["scan"]);
    let print = before["problems"][0]["fingerprint"]
        .as_str()
        .expect("a fingerprint");
    repo.write(
        ".aisaleaks.toml",
        format!("[[accept]]\nproblem = '{print}'\nreason = 'by the configuration'\n"),
    );
    let (_, after) = report(repo.path(), &["scan"]);
    assert_eq!(after["problems"][0]["accepted"], "by the configuration");
}

#[test]
fn an_update_leaves_problems_alone_unless_it_is_asked() {
    let repo = broken();
    create_with_problems(&repo);
    let before = text(&repo);
    std::fs::remove_file(repo.join(".git/refs/heads/broken")).expect("removed");
    assert_eq!(baseline(&repo, &["update"]).code, 0);
    assert_eq!(text(&repo), before);
    let run = baseline(&repo, &["update", "--accept-problems"]);
    assert!(
        run.code == 0 && run.stdout.contains("taken out     broken-ref"),
        "{}",
        run.stdout
    );
    assert!(!text(&repo).contains("problem"));
    repo.write(".git/refs/heads/other", "nonsense\n");
    let run = baseline(&repo, &["update", "--accept-problems"]);
    assert_eq!(run.code, 1, "{}", run.stdout);
    let run = baseline(&repo, &["update", "--accept-problems", "--reason", "again"]);
    assert!(
        run.code == 0 && text(&repo).contains("again"),
        "{}",
        run.stdout
    );
    assert_eq!(report(repo.path(), &["scan"]).0, 0);
}

fn create_with_problems(repo: &Repo) {
    let run = baseline(repo, &["create", "--reason", "known", "--accept-problems"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn an_expired_problem_counts_again() {
    let repo = broken();
    create_with_problems(&repo);
    let expired = text(&repo).replace(
        "\"reason\":\"known\"",
        "\"reason\":\"known\",\"expires\":\"2020-01-31\"",
    );
    repo.write(NAME, expired);
    let run = run(repo.path(), &["scan"]);
    assert!(
        run.stdout.contains("the problem counts again"),
        "{}",
        run.stdout
    );
    let (_, report) = report(repo.path(), &["scan"]);
    assert_eq!(
        (&report["complete"], &report["problems"][0]["accepted"]),
        (&false.into(), &().into())
    );
}

#[test]
fn a_clean_repository_gets_an_empty_baseline() {
    let repo = Repo::new();
    repo.write("a.py", "x").commit("one");
    assert_eq!(create(&repo), "{\"aisaleaks-baseline\":1}\n");
}
