//! `baseline create`, `update` and `show`.

use serde_json::Value;

use super::{NAME, NONE, accepting, baseline, create, listing, new, paths, text};
use crate::support::{Repo, command, key, report};

#[test]
fn what_is_created_is_accepted_and_says_what_is_left_to_do() {
    let (repo, keys) = (Repo::new(), [key(), key()]);
    repo.write("a.py", &keys[0])
        .write("b.py", keys.join("\n"))
        .commit("one");
    let args = [
        "create",
        "--reason",
        "revoked in 2024",
        "--author",
        "Ada <ada@example.org>",
        "--expires",
        "2999-01-31",
    ];
    let run = baseline(&repo, &args);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for expected in [
        "accepted 2 keys in 3 places",
        "live until it is revoked: https://console.aisa.one",
        ".aisaleaks-baseline.jsonl merge=union",
    ] {
        assert!(run.stdout.contains(expected), "{}", run.stdout);
    }
    let text = text(&repo);
    for key in &keys {
        assert!(!text.contains(&key[8..20]), "{text}");
        assert!(text.contains(&super::fingerprint(key)));
        assert_eq!(new(repo.path(), &["scan"], key), NONE);
    }
    let entry: Value = serde_json::from_str(text.lines().nth(1).expect("an entry")).expect("JSON");
    let today = jiff::Timestamp::now().to_string();
    assert_eq!(entry["reason"], "revoked in 2024");
    assert_eq!(entry["author"], "Ada <ada@example.org>");
    assert_eq!(entry["expires"], "2999-01-31");
    assert_eq!(entry["rule"], "aisa-api-key");
    assert!(
        today.starts_with(entry["added"].as_str().expect("a day")),
        "{entry}"
    );
    assert!(
        entry["shown"]
            .as_str()
            .is_some_and(|shown| shown.starts_with("sk-aisa-…"))
    );
    // Nothing in it is taken for a finding.
    let (code, report) = report(repo.path(), &["scan"]);
    assert_eq!((code, &report["keys"]), (0, &serde_json::json!([])));
    // Once git is told, nobody is told again.
    repo.write(".gitattributes", format!("{NAME} merge=union\n"));
    let again = baseline(&repo, &["create", "--force", "--reason", "x"]);
    assert!(
        again.code == 0 && !again.stdout.contains("union"),
        "{}",
        again.stdout
    );
}

#[test]
fn a_file_that_is_there_is_not_overwritten_by_accident() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", &key).commit("one");
    let before = create(&repo);
    let refused = baseline(&repo, &["create", "--reason", "other"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("baseline update") && refused.stderr.contains("--force"));
    assert_eq!(text(&repo), before);
    assert_eq!(
        baseline(&repo, &["create", "--reason", "other", "--force"]).code,
        0
    );
    assert_ne!(text(&repo), before);
    // What was accepted does not vanish because it was accepted.
    assert_eq!(paths(&repo), ["a.py"]);
    let printed = baseline(&repo, &["create", "--reason", "r", "-o", "-"]);
    assert!(
        printed.stdout.starts_with("{\"aisaleaks-baseline\":1}\n"),
        "{}",
        printed.stdout
    );
    assert!(
        printed.stderr.contains("accepted 1 key"),
        "{}",
        printed.stderr
    );
}

#[test]
fn words_are_checked_before_anything_is_scanned() {
    let repo = Repo::new();
    for (args, expected) in [
        (&["create"][..], "--reason"),
        (&["create", "--reason", " "], "--reason is empty"),
        (
            &["create", "--reason", "r", "--author", ""],
            "--author is empty",
        ),
        (
            &["create", "--reason", "r", "--expires", "soon"],
            "no date; write 2027-01-31",
        ),
        (
            &["create", "--reason", "r", "--expires", "2020-01-31"],
            "has passed already",
        ),
        (
            &["create", "nowhere", "--reason", "r"],
            "cannot scan nowhere",
        ),
        (&["update"], "there is no baseline here"),
        (&["update", "--renew"], "--reason"),
        (&["show"], "there is no baseline here"),
        (&["show", "nowhere"], "cannot be read"),
    ] {
        let run = baseline(&repo, args);
        assert_eq!(run.code, 2, "{args:?}: {}", run.stdout);
        assert!(run.stderr.contains(expected), "{args:?}: {}", run.stderr);
    }
    assert!(!repo.join(NAME).exists());
}

#[test]
fn who_accepts_is_who_commits() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", &key).commit("one");
    let mut command = command(repo.path(), &["baseline", "create", "--reason", "r"]);
    command
        .env("GIT_AUTHOR_NAME", "Ada")
        .env("GIT_AUTHOR_EMAIL", "ada@example.org");
    assert!(command.output().expect("run").status.success());
    assert!(
        text(&repo).contains("\"author\":\"Ada <ada@example.org>\""),
        "{}",
        text(&repo)
    );
}

#[test]
fn a_key_in_the_words_is_masked() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", &key).commit("one");
    let run = baseline(
        &repo,
        &[
            "create",
            "--reason",
            &format!("like {key}"),
            "--author",
            &key,
        ],
    );
    assert_eq!(run.code, 0);
    assert!(!text(&repo).contains(&key) && !run.stdout.contains(&key));
}

#[test]
fn an_update_follows_adds_and_takes_out() {
    let (repo, keys) = (Repo::new(), [key(), key(), key()]);
    repo.write("moves.py", &keys[0]).commit("one");
    repo.write("goes.py", &keys[1]);
    let args = [
        "create",
        "--reason",
        "first",
        "--author",
        "Ada",
        "--expires",
        "2999-01-31",
    ];
    assert_eq!(baseline(&repo, &args).code, 0);
    let before = text(&repo);
    let nothing = baseline(&repo, &["update"]);
    assert!(
        nothing.code == 0 && nothing.stdout.contains("nothing to change, 2 kept"),
        "{}",
        nothing.stdout
    );
    assert_eq!(text(&repo), before);

    repo.git(&["mv", "moves.py", "moved.py"]);
    std::fs::remove_file(repo.join("goes.py")).expect("removed");
    repo.write("comes.py", &keys[2]);
    let dry = baseline(&repo, &["update", "--dry-run"]);
    assert!(
        dry.stdout.contains("would keep 1, 1 moved, 1 taken out"),
        "{}",
        dry.stdout
    );
    assert_eq!((dry.code, text(&repo) == before), (1, true));

    let run = baseline(&repo, &["update"]);
    assert_eq!(run.code, 1, "{}", run.stdout);
    for expected in [
        "moves.py -> moved.py",
        "goes.py",
        "not accepted",
        "comes.py",
        "--reason",
    ] {
        assert!(run.stdout.contains(expected), "{expected}: {}", run.stdout);
    }
    // History still has the old place.
    assert_eq!(paths(&repo), ["moved.py", "moves.py"]);
    assert_eq!(new(repo.path(), &["scan"], &keys[2]), ["comes.py"]);

    let run = baseline(&repo, &["update", "--reason", "second", "--author", "Bob"]);
    assert!(
        run.code == 0 && run.stdout.contains("1 added"),
        "{}",
        run.stdout
    );
    let after = text(&repo);
    assert_eq!(paths(&repo), ["comes.py", "moved.py", "moves.py"]);
    for line in after.lines().skip(1) {
        let expected = match line.contains("comes.py") {
            true => "\"reason\":\"second\",\"author\":\"Bob\"",
            false => "\"reason\":\"first\",\"author\":\"Ada\"",
        };
        assert!(line.contains(expected), "{line}");
        assert_eq!(
            line.contains("2999-01-31"),
            !line.contains("comes.py"),
            "{line}"
        );
    }
    for _ in 0..2 {
        assert_eq!(baseline(&repo, &["update", "--reason", "third"]).code, 0);
        assert_eq!(text(&repo), after);
    }
    repo.commit("two");
    assert_eq!(baseline(&repo, &["update"]).code, 0);
    assert_eq!(text(&repo), after);
}

#[test]
fn a_part_of_the_tree_takes_nothing_out_that_is_elsewhere() {
    let (repo, keys) = (Repo::new(), [key(), key()]);
    repo.write("a/a.py", &keys[0]).write("b/b.py", &keys[1]);
    create(&repo);
    let before = text(&repo);
    for args in [
        &["update", "a"][..],
        &["update", "a/a.py"],
        &["update", "--only-rule", "aisa-api-key"],
    ] {
        assert_eq!(baseline(&repo, args).code, 0, "{args:?}");
        assert_eq!(text(&repo), before, "{args:?}");
    }
    let run = crate::support::run(&repo.join("b"), &["baseline", "update"]);
    assert_eq!(
        (run.code, text(&repo) == before),
        (0, true),
        "{}",
        run.stderr
    );
    std::fs::remove_file(repo.join("b/b.py")).expect("removed");
    assert_eq!(baseline(&repo, &["update", "a"]).code, 0);
    assert_eq!(paths(&repo), ["a/a.py"]);
}

#[test]
fn nothing_is_taken_out_unless_everything_was_read() {
    let (repo, keys) = (Repo::new(), [key(), key()]);
    repo.write("a.py", &keys[0])
        .write("b.py", &keys[1])
        .commit("one");
    create(&repo);
    repo.git(&["rm", "-q", "-f", "a.py"]);
    repo.git(&["commit", "-q", "--amend", "-m", "without"]);
    repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    repo.git(&["gc", "-q", "--prune=now"]);
    let head = repo.join(".git/refs/heads/broken");
    std::fs::write(&head, "nonsense\n").expect("written");
    let run = baseline(&repo, &["update"]);
    assert_eq!(run.code, 3, "{}", run.stdout);
    assert!(
        run.stdout.contains("nothing was taken out"),
        "{}",
        run.stdout
    );
    assert_eq!(paths(&repo), ["a.py", "b.py"]);
    std::fs::remove_file(head).expect("removed");
    assert_eq!(baseline(&repo, &["update"]).code, 0);
    assert_eq!(paths(&repo), ["b.py"]);
}

#[test]
fn what_has_expired_counts_again_until_it_is_renewed() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", &key).commit("one");
    let expired =
        listing(&[(&key, "a.py")]).replace("\"reason\"", "\"expires\":\"2020-01-31\",\"reason\"");
    repo.write(NAME, &expired);
    for args in [&["scan"][..], &["git"], &["dir"]] {
        assert_eq!(new(repo.path(), args, &key), ["a.py"], "{args:?}");
        let (_, report) = report(repo.path(), args);
        let stale = report["stale"][0].as_str().expect("it is told");
        assert!(
            stale.starts_with(&format!("{NAME}:2: ")) && stale.contains("expired on 2020-01-31"),
            "{stale}"
        );
    }
    let run = baseline(&repo, &["update"]);
    assert!(run.stdout.contains("--renew"), "{}", run.stdout);
    assert_eq!(text(&repo).lines().count(), 2);
    assert_eq!(new(repo.path(), &["scan"], &key), ["a.py"]);
    let run = baseline(
        &repo,
        &[
            "update",
            "--renew",
            "--reason",
            "still known",
            "--expires",
            "2999-01-31",
        ],
    );
    assert!(
        run.code == 0 && run.stdout.contains("1 renewed"),
        "{}",
        run.stdout
    );
    assert_eq!(new(repo.path(), &["scan"], &key), NONE);
    assert!(text(&repo).contains("still known"));
}

#[test]
fn entries_of_no_use_are_told_only_if_everything_was_looked_at() {
    let (repo, keys) = (Repo::new(), [key(), key()]);
    repo.write("a.py", &keys[0]).commit("one");
    repo.write("b.py", &keys[1]);
    accepting(
        &repo,
        &[
            (&keys[0], "a.py"),
            (&keys[1], "b.py"),
            (&keys[1], "gone.py"),
        ],
    );
    let stale = |args: &[&str]| -> Vec<String> {
        let (_, report) = report(repo.path(), args);
        let stale = report["stale"].as_array().expect("a list").iter();
        stale
            .map(|text| text.as_str().expect("a text").to_owned())
            .collect()
    };
    for args in [&["scan"][..], &["git"]] {
        let told = stale(args);
        assert_eq!(told.len(), 1, "{args:?}: {told:?}");
        assert!(
            told[0].starts_with(&format!("{NAME}:4: ")) && told[0].contains("baseline update"),
            "{told:?}"
        );
    }
    for args in [
        &["dir"][..],
        &["staged"],
        &["scan", "--exclude", "x"],
        &["scan", "--only-rule", "aisa-api-key"],
    ] {
        assert_eq!(stale(args), NONE, "{args:?}");
    }
    assert_eq!(stale(&["scan", "a.py"]).len(), 1);
}

#[test]
fn a_baseline_is_shown_with_what_has_expired_first() {
    let (repo, keys) = (Repo::new(), [key(), key()]);
    let mut text = listing(&[(&keys[0], "a.py")]);
    text.push_str(&listing(&[(&keys[1], "z\\u001b[2J.py")]).lines().nth(1).expect("an entry").replace(
        "\"known\"",
        &format!("\"like {}\",\"author\":\"Ada\",\"added\":\"2019-01-31\",\"expires\":\"2020-01-31\"", keys[0]),
    ));
    repo.write(NAME, &text);
    let run = baseline(&repo, &["show"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert!(
        lines[0].starts_with("EXPIRES") && lines.len() == 3,
        "{}",
        run.stdout
    );
    assert!(
        lines[1].starts_with("2020-01-31 EXPIRED") && lines[1].contains("z\\x1b[2J.py"),
        "{}",
        lines[1]
    );
    assert!(lines[1].contains("Ada     like sk-aisa-…"), "{}", lines[1]);
    assert!(
        lines[2].starts_with("- ") && lines[2].ends_with("known"),
        "{}",
        lines[2]
    );
    assert!(!run.stdout.contains(&keys[0]));
    let json = baseline(&repo, &["show", NAME, "-f", "json"]);
    assert!(!json.stdout.contains(&keys[0]));
    let json: Value = json.json();
    assert_eq!(json["schema"], "aisaleaks-baseline/1");
    assert_eq!(json["keys"][0]["fingerprint"], super::fingerprint(&keys[0]));
    assert_eq!(
        (&json["keys"][0]["expired"], &json["keys"][1]["expired"]),
        (&false.into(), &true.into())
    );
    assert_eq!(
        (&json["keys"][1]["line"], &json["keys"][1]["path"]),
        (&3.into(), &"z\u{1b}[2J.py".into())
    );
    repo.write(NAME, "{\"aisaleaks-baseline\":1}\n");
    assert!(
        baseline(&repo, &["show"])
            .stdout
            .contains("nothing is accepted")
    );
}
