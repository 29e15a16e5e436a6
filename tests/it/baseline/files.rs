//! Which baseline is read, and what one that cannot be used says.

use super::{NAME, NONE, accepting, fingerprint, listing, new};
use crate::support::files::fifo;
use crate::support::{Repo, key, report, run};

#[test]
fn the_own_file_is_read_unless_somebody_says_otherwise() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", &key).write("sub/x", "").commit("one");
    accepting(&repo, &[(&key, "a.py")]);
    repo.write("other.jsonl", listing(&[]));
    for (args, accepted) in [
        (&["scan"][..], true),
        (&["dir", "a.py"], true),
        (&["scan", "--no-config"], false),
        (&["scan", "--no-baseline"], false),
        (&["scan", "--baseline", "other.jsonl"], false),
        (&["scan", "--baseline", "other.jsonl", "--no-config"], false),
        (&["scan", "--no-config", "--baseline", NAME], true),
    ] {
        let found = new(repo.path(), args, &key);
        assert_eq!(found.is_empty(), accepted, "{args:?}: {found:?}");
    }
    assert_eq!(new(&repo.join("sub"), &["git"], &key), NONE);
    // One beside what is scanned comes before the one at the top; paths count from the top all the same.
    repo.write(&format!("sub/{NAME}"), listing(&[(&key, "sub/b.py")]))
        .write("sub/b.py", &key);
    assert_eq!(new(repo.path(), &["dir", "sub"], &key), NONE);
    assert_eq!(new(repo.path(), &["dir"], &key), ["sub/b.py"]);
    assert_eq!(new(repo.path(), &["dir", "sub", "."], &key), NONE);
    let both = run(repo.path(), &["scan", "--baseline", NAME, "--no-baseline"]);
    assert!(
        both.code == 2 && both.stderr.contains("--no-baseline"),
        "{}",
        both.stderr
    );
}

#[test]
fn a_pull_request_cannot_accept_its_own_keys() {
    let (repo, keys) = (Repo::new(), [key(), key()]);
    repo.write("a.py", &keys[0]);
    accepting(&repo, &[(&keys[0], "a.py")]);
    repo.commit("one");
    repo.write("b.py", &keys[1]);
    accepting(&repo, &[(&keys[0], "a.py"), (&keys[1], "b.py")]);
    repo.commit("two");
    let range = ["git", "--range", "HEAD~1..HEAD"];
    assert_eq!(new(repo.path(), &range, &keys[1]), NONE);
    let trusted = [&range[..], &["--config-ref", "HEAD~1"]].concat();
    assert_eq!(new(repo.path(), &trusted, &keys[1]), ["b.py"]);
    let (_, report) = report(
        repo.path(),
        &["scan", "--config-ref", "HEAD~1", "--show-suppressed"],
    );
    assert_eq!(
        report["suppressed_keys"][0]["fingerprint"],
        fingerprint(&keys[0])
    );
    // What is wrong with the trusted one is told with its commit.
    repo.write(NAME, "nonsense\n").commit("three");
    let wrong = run(repo.path(), &["scan", "--config-ref", "HEAD"]);
    assert!(
        wrong.code == 2 && wrong.stderr.contains(&format!("HEAD:{NAME}:1: error")),
        "{}",
        wrong.stderr
    );
}

#[test]
fn a_baseline_of_nonsense_stops_every_command_with_all_that_is_wrong() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", &key).git(&["add", "a.py"]);
    let good = listing(&[(&key, "a.py")]);
    let text = format!(
        "{good}{{\"key\":1}}\n{}\n<<<<<<< HEAD\n",
        good.lines().nth(1).expect("an entry").replace("known", " ")
    );
    repo.write(NAME, text);
    for args in [
        &["scan"][..],
        &["dir"],
        &["git"],
        &["staged"],
        &["git", "--since", "1 day ago"],
        &["baseline", "update"],
        &["baseline", "show"],
    ] {
        let run = run(repo.path(), args);
        assert_eq!(run.code, 2, "{args:?}");
        for line in [
            ":3: error: `key` has to be",
            ":4: error: this entry lacks a `reason`",
            ":5: error: git left a conflict",
        ] {
            let told = format!("{NAME}{line}");
            assert!(
                run.stderr.contains(&told),
                "{args:?} {told}: {}",
                run.stderr
            );
        }
    }
    for (text, expected) in [
        (
            "{\"aisaleaks-baseline\":2}\n{\"new\":1}\n",
            "newer version of aisaleaks",
        ),
        ("[]\n", "this is no baseline"),
        ("", "this is no baseline"),
    ] {
        repo.write(NAME, text);
        let run = run(repo.path(), &["staged"]);
        assert!(
            run.code == 2 && run.stderr.contains(expected),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn what_a_hostile_repository_puts_there_is_not_followed_or_waited_for() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", &key).commit("one");
    let outside = tempfile::tempdir().expect("a folder");
    let file = outside.path().join("theirs.jsonl");
    std::fs::write(&file, listing(&[(&key, "a.py")])).expect("written");
    std::os::unix::fs::symlink(&file, repo.join(NAME)).expect("a link");
    for args in [
        &["scan"][..],
        &["baseline", "show"],
        &["baseline", "update"],
    ] {
        let run = run(repo.path(), args);
        assert!(
            run.code == 2 && run.stderr.contains("leads out of the repository"),
            "{}",
            run.stderr
        );
    }
    let refused = run(
        repo.path(),
        &["baseline", "create", "--force", "--reason", "r"],
    );
    assert!(
        refused.code == 2 && refused.stderr.contains("it is a link"),
        "{}",
        refused.stderr
    );
    assert_eq!(
        std::fs::read_to_string(&file).expect("read"),
        listing(&[(&key, "a.py")])
    );
    std::fs::remove_file(repo.join(NAME)).expect("removed");
    fifo(&repo.join(NAME));
    let run = run(repo.path(), &["scan"]);
    assert!(
        run.code == 2 && run.stderr.contains("not a regular file"),
        "{}",
        run.stderr
    );
}

#[test]
fn what_an_entry_names_is_looked_at_without_harm() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", &key).write("d/x", "x").commit("one");
    fifo(&repo.join("pipe"));
    std::os::unix::fs::symlink("/dev/zero", repo.join("endless")).expect("a link");
    // None of these holds the key, so that one of them went to a.py.
    for path in ["pipe", "endless", "d", "d/x/y"] {
        accepting(&repo, &[(&key, path)]);
        assert_eq!(new(repo.path(), &["dir"], &key), NONE, "{path}");
    }
    std::fs::create_dir_all(repo.join("e")).expect("created");
    repo.write("e/a.py", &key);
    accepting(&repo, &[(&key, "a.py")]);
    assert_eq!(new(repo.path(), &["dir"], &key), ["e/a.py"]);
}

#[test]
fn rules_are_listed_whatever_the_baseline_says() {
    let repo = Repo::new();
    repo.write(NAME, "nonsense\n");
    assert_eq!(run(repo.path(), &["rules", "list"]).code, 0);
}

#[test]
fn markers_and_configuration_are_told_before_the_baseline() {
    let (repo, keys) = (Repo::new(), [key(), key(), key()]);
    repo.write("a.py", format!("{} # aisaleaks:allow inline\n", keys[0]));
    repo.write("b.py", &keys[1]).write("c.py", &keys[2]);
    accepting(
        &repo,
        &[(&keys[0], "a.py"), (&keys[1], "b.py"), (&keys[2], "c.py")],
    );
    let print = fingerprint(&keys[1]);
    repo.write(
        ".aisaleaks.toml",
        format!("[[allow]]\nreason = 'config'\nfingerprints = ['{print}']\n"),
    );
    repo.commit("one");
    let (code, report) = report(repo.path(), &["scan", "--show-suppressed"]);
    assert_eq!((code, &report["stale"]), (0, &serde_json::json!([])));
    for (key, by) in keys.iter().zip(["inline", "config", "baseline"]) {
        let all = report["suppressed_keys"].as_array().expect("a list");
        let found = all
            .iter()
            .find(|found| found["fingerprint"] == fingerprint(key));
        let allowed = &found.expect("suppressed")["locations"][0]["allowed"];
        assert_eq!(allowed["by"], by, "{allowed}");
    }
    let human = run(repo.path(), &["scan"]);
    assert!(
        human.stdout.contains("1 by the baseline"),
        "{}",
        human.stdout
    );
    let sarif = run(repo.path(), &["scan", "-f", "sarif"]).json();
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    let kinds = results
        .iter()
        .map(|result| result["suppressions"][0]["kind"].as_str());
    let external = kinds.filter(|kind| *kind == Some("external")).count();
    assert_eq!(external, 2);
}
