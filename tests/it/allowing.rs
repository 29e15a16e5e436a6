//! What markers, a configuration and disabled rules allow: suppressed and counted, never gone, never by a change itself.

use serde_json::{Value, json};

use super::support::{Repo, command, has, key, legacy_key, locations, report, run};

/// The locations of a key that are allowed.
fn suppressed<'a>(report: &'a Value, key: &str) -> Vec<&'a Value> {
    let fingerprint = aisaleaks::model::Secret::new(key).fingerprint();
    let keys = report["suppressed_keys"].as_array().expect("the list");
    let of_key = keys
        .iter()
        .filter(|found| found["fingerprint"] == fingerprint);
    let places = of_key.flat_map(|found| found["locations"].as_array().expect("locations"));
    places.collect()
}

/// Who allowed the only place of a key, and why.
fn allowed(report: &Value, key: &str) -> (String, Value) {
    assert!(!has(report, key), "it counts: {report:#}");
    let [place] = suppressed(report, key)[..] else {
        panic!("one place of the key: {report:#}");
    };
    let by = place["allowed"]["by"].as_str().expect("by");
    (by.to_owned(), place["allowed"]["reason"].clone())
}

fn listed(at: &Repo, args: &[&str]) -> (i32, Value) {
    report(at.path(), &[args, &["--show-suppressed"]].concat())
}

fn fingerprint(key: &str) -> String {
    aisaleaks::model::Secret::new(key).fingerprint()
}

#[test]
fn markers_allow_in_files_and_in_history() {
    let repo = Repo::new();
    let keys: Vec<String> = (0..7).map(|_| key()).collect();
    let [on, above, named, other, far, gitleaks, message] = &keys[..] else {
        panic!("seven keys");
    };
    repo.write(
        "a.py",
        format!(
            "a = '{on}'  # aisaleaks:allow a test key\n\n# aisaleaks:allow: above\nb = '{above}'\nc = '{other}'\n\
             d = '{named}' # aisaleaks:allow[aisa-api-key] by its rule\ne = '{far}' # aisaleaks:allow[another-rule]\n\
             f = '{gitleaks}' # gitleaks:allow\n"
        ),
    );
    repo.commit(&format!("begin\n\nlike {message} aisaleaks:allow quoted"));
    repo.git(&["rm", "-q", "--cached", "a.py"]);
    repo.git(&["commit", "-q", "-m", "remove"]);
    for command in ["scan", "git"] {
        let (code, report) = listed(&repo, &[command]);
        assert_eq!(code, 1, "{command}");
        for (key, reason) in [
            (on, json!("a test key")),
            (above, json!("above")),
            (named, json!("by its rule")),
            (gitleaks, Value::Null),
            (message, json!("quoted")),
        ] {
            assert_eq!(
                allowed(&report, key),
                ("inline".into(), reason),
                "{command}"
            );
        }
        for key in [other, far] {
            assert!(
                has(&report, key) && suppressed(&report, key).is_empty(),
                "{command}"
            );
        }
        assert_eq!(report["suppressed"], 5);
        assert_eq!(report["stale"], json!([]));
    }
    let (_, short) = report(repo.path(), &["scan"]);
    assert_eq!(
        (&short["suppressed"], short.get("suppressed_keys")),
        (&5.into(), None)
    );
}

#[test]
fn a_key_that_is_allowed_in_one_place_counts_in_another() {
    let (repo, key) = (Repo::new(), key());
    repo.write(
        "a.py",
        format!("a = '{key}' # aisaleaks:allow\nb = '{key}'\n"),
    );
    let (code, report) = listed(&repo, &["dir"]);
    assert_eq!(code, 1);
    assert_eq!(locations(&report, &key)[0]["line"], 2);
    assert_eq!(suppressed(&report, &key)[0]["line"], 1);
}

#[test]
fn what_is_allowed_does_not_fail_a_hook_or_a_range() {
    let (repo, key) = (Repo::new(), key());
    repo.commit("begin");
    repo.write("a.py", format!("a = '{key}' # aisaleaks:allow\n"));
    repo.git(&["add", "a.py"]);
    let (code, staged) = listed(&repo, &["staged"]);
    assert_eq!((code, allowed(&staged, &key).0.as_str()), (0, "inline"));
    repo.commit("add");
    let (code, range) = listed(&repo, &["git", "--since-ref", "HEAD~1"]);
    assert_eq!((code, allowed(&range, &key).0.as_str()), (0, "inline"));
    let human = run(repo.path(), &["scan"]);
    assert_eq!(human.code, 0);
    assert!(
        human.stdout.contains("no keys, 1 suppressed"),
        "{}",
        human.stdout
    );
}

#[test]
fn each_criterion_allows_what_it_is_about() {
    let keys: Vec<String> = (0..6).map(|_| key()).collect();
    let [path, regex, word, print, both, none] = &keys[..] else {
        panic!("six keys");
    };
    let old = legacy_key();
    let repo = Repo::new();
    repo.write("docs/a.md", path)
        .write("src/b.py", keys.join("\n"));
    repo.write("src/legacy.py", format!("AISA_API_KEY = '{old}'\n"));
    // Ends of random keys, which nothing else has.
    let config = format!(
        "[[allow]]\nreason = 'by path'\npaths = ['docs/']\n\
         [[allow]]\nreason = 'by regex'\nregexes = ['{}$']\n\
         [[allow]]\nreason = 'by word'\nstop_words = ['{}']\n\
         [[allow]]\nreason = 'by print'\nfingerprints = ['{}']\n\
         [[allow]]\nreason = 'by rule'\nrules = ['aisa-legacy-key', 'aisa-api-key-legacy']\npaths = ['legacy.py']\n\
         [[allow]]\nreason = 'not both'\nfingerprints = ['{}']\npaths = ['elsewhere/']\n",
        &regex[30..],
        word[30..].to_uppercase(),
        fingerprint(print),
        fingerprint(both),
    );
    let rules = aisaleaks::rules::builtin().expect("the rules");
    let legacy = rules
        .iter()
        .find(|rule| rule.id.contains("legacy"))
        .expect("the rule");
    repo.write(
        ".aisaleaks.toml",
        config.replace("aisa-legacy-key", &legacy.id),
    );
    let (code, report) = listed(&repo, &["dir"]);
    assert_eq!(code, 1);
    for (key, reason) in [
        (regex, "by regex"),
        (word, "by word"),
        (print, "by print"),
        (&old, "by rule"),
    ] {
        assert_eq!(allowed(&report, key), ("config".into(), json!(reason)));
    }
    assert_eq!(suppressed(&report, path)[0]["path"], "docs/a.md");
    assert_eq!(locations(&report, path)[0]["path"], "src/b.py");
    for key in [both, none] {
        assert!(has(&report, key) && suppressed(&report, key).is_empty());
    }
}

#[test]
fn expired_and_unused_entries_are_told_and_change_no_status() {
    let (repo, found) = (Repo::new(), key());
    repo.write("a.py", format!("k = '{found}'\n"));
    let entry = |day: &str| {
        format!(
            "[[allow]]\nreason = 'r'\nexpires = {day}\nfingerprints = ['{}']\n",
            fingerprint(&found)
        )
    };
    let unused = "[[allow]]\nreason = 'r'\npaths = ['gone/']\n";
    let print = "0".repeat(64);
    let accept =
        format!("[[accept]]\nproblem = 'sha256:{print}'\nreason = 'r'\nexpires = '2020-02-03'\n");
    repo.write(".aisaleaks.toml", entry("2020-01-31") + unused + &accept);
    repo.commit("all");
    let expired = |line, table, day: &str, rest: &str| {
        format!(".aisaleaks.toml:{line}: this [[{table}]] entry has expired on {day}{rest}")
    };
    let more = " and allows nothing any more; remove it, or give it a later day";
    let again = ", and its problem counts again; remove it, or give it a later day";
    let first = expired(1, "allow", "2020-01-31", more);
    let last = expired(8, "accept", "2020-02-03", again);
    let unused = ".aisaleaks.toml:5: this [[allow]] entry allows nothing that was found; remove it, or correct it";
    for command in ["scan", "git"] {
        let (code, report) = listed(&repo, &[command]);
        assert_eq!(
            (code, has(&report, &found)),
            (1, true),
            "an entry that has expired does not hold"
        );
        assert_eq!(report["stale"], json!([first, unused, last]), "{command}");
    }
    for args in [
        &["dir"][..],
        &["git", "--range", "HEAD..HEAD"],
        &["staged"],
        &["scan", "--exclude", "x"],
    ] {
        let (_, report) = listed(&repo, args);
        assert_eq!(
            report["stale"],
            json!([first, last]),
            "{args:?}: it cannot know what is unused"
        );
    }
    let human = run(repo.path(), &["scan"]).stdout;
    assert!(human.contains(&format!("Stale: {unused}\n")), "{human}");
    let sarif = run(repo.path(), &["scan", "-f", "sarif"]).json();
    let notices = &sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    assert_eq!(notices[1]["message"]["text"], unused);
    assert_eq!(notices[1]["level"], "note");

    repo.write(".aisaleaks.toml", entry("9999-12-31"));
    let (code, report) = listed(&repo, &["scan"]);
    assert_eq!(
        (code, report["stale"].clone()),
        (0, json!([])),
        "stale entries alone change nothing"
    );
    repo.write(".aisaleaks.toml", entry("9999-12-31") + &accept);
    assert_eq!(listed(&repo, &["scan"]).0, 0);
}

#[test]
fn a_problem_counts_again_when_its_day_is_over() {
    let repo = Repo::new();
    repo.write("a.txt", "nothing").commit("begin");
    std::fs::write(repo.join(".git/refs/heads/broken"), "garbage").expect("written");
    let (code, before) = report(repo.path(), &["git"]);
    assert_eq!(code, 3);
    let print = before["problems"][0]["fingerprint"]
        .as_str()
        .expect("a fingerprint");
    for (day, expected) in [("2020-01-01", 3), ("9999-12-31", 0)] {
        let text = format!("[[accept]]\nproblem = '{print}'\nreason = 'r'\nexpires = {day}\n");
        repo.write(".aisaleaks.toml", text);
        assert_eq!(run(repo.path(), &["git"]).code, expected, "{day}");
    }
}

#[test]
fn a_disabled_built_in_rule_is_counted() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", format!("k = '{key}'\n"));
    repo.write(".aisaleaks.toml", "disable = ['aisa-api-key']\n");
    let (code, report) = listed(&repo, &["scan"]);
    assert_eq!((code, &report["suppressed"]), (0, &1.into()));
    assert_eq!(
        allowed(&report, &key),
        ("disabled-rule".into(), Value::Null)
    );
    for args in [&["scan"][..], &["scan", "-q"]] {
        let human = run(repo.path(), args).stdout;
        assert!(human.contains("no keys, 1 suppressed"), "{args:?}: {human}");
    }
    let own = report_without_config(&repo);
    assert!(has(&own, &key));
}

fn report_without_config(repo: &Repo) -> Value {
    report(repo.path(), &["scan", "--no-config"]).1
}

/// A repository whose main branch holds an allowed key, and a change that brings another key and everything to allow it.
fn silenced() -> (Repo, String, String) {
    let (repo, old, new) = (Repo::new(), key(), key());
    repo.write("old.py", format!("k = '{old}' # aisaleaks:allow known\n"));
    repo.commit("begin");
    repo.git(&["branch", "trusted"]);
    repo.write("new.py", format!("k = '{new}' # aisaleaks:allow\n"));
    repo.write(
        "old.py",
        format!("x = 1\nk = '{old}' # aisaleaks:allow known\n"),
    );
    repo.write("both.py", format!("k = '{new}'\n"));
    repo.write("moved.py", format!("k = '{old}' # aisaleaks:allow\n"));
    repo.write(
        ".aisaleaks.toml",
        "[[allow]]\nreason = 'mine'\npaths = ['*.py']\n",
    );
    (repo, old, new)
}

#[test]
fn a_change_cannot_silence_its_own_scan() {
    let (repo, old, new) = silenced();
    let check = |args: &[&str], without: i32| {
        assert_eq!(
            run(repo.path(), args).code,
            without,
            "{args:?}: without a trusted commit"
        );
        let args = [args, &["--config-ref", "trusted"]].concat();
        let (code, report) = listed(&repo, &args);
        assert_eq!(code, 1, "{args:?}");
        let paths = |places: Vec<&Value>| -> Vec<String> {
            places
                .iter()
                .map(|at| at["path"].as_str().expect("a path").to_owned())
                .collect()
        };
        assert_eq!(
            paths(locations(&report, &new)),
            ["both.py", "new.py"],
            "{args:?}"
        );
        assert_eq!(suppressed(&report, &new).len(), 0, "{args:?}");
        (
            paths(locations(&report, &old)),
            paths(suppressed(&report, &old)),
        )
    };
    repo.git(&["add", "-A"]);
    check(&["staged"], 0);
    repo.commit("silence");
    check(&["git", "--range", "trusted..HEAD"], 0);
    for command in ["scan", "git", "dir"] {
        let (open, allowed) = check(&[command], 0);
        assert_eq!(open, ["moved.py"], "{command}: the key did not stand there");
        assert_eq!(allowed, ["old.py"], "{command}: the key stood there before");
    }
    let below = repo.join("below");
    std::fs::create_dir(&below).expect("created");
    std::fs::write(
        below.join("x.py"),
        format!("k = '{old}' # aisaleaks:allow\n"),
    )
    .expect("written");
    let run = run(&below, &["dir", "--config-ref", "trusted"]);
    assert_eq!(run.code, 1, "paths count from the top: {}", run.stdout);
}

#[test]
fn the_trusted_configuration_is_the_one_that_holds() {
    let (repo, old, new) = silenced();
    repo.commit("silence");
    repo.git(&["checkout", "-q", "trusted"]);
    let text = "[[allow]]\nreason = 'ours'\npaths = ['both.py']\n[[allow]]\nreason = 'gone'\npaths = ['gone.py']\n";
    repo.write(".aisaleaks.toml", text);
    repo.commit("allow");
    repo.git(&["checkout", "-q", "main"]);
    let (code, report) = listed(&repo, &["scan", "--config-ref", "trusted"]);
    assert_eq!(code, 1);
    let place = suppressed(&report, &new);
    assert_eq!(
        (&place[0]["path"], &place[0]["allowed"]["reason"]),
        (&json!("both.py"), &json!("ours"))
    );
    assert_eq!(locations(&report, &new)[0]["path"], "new.py");
    assert!(!suppressed(&report, &old).is_empty());
    let stale = "trusted:.aisaleaks.toml:4: this [[allow]] entry allows nothing that was found; remove it, or correct it";
    assert_eq!(report["stale"], json!([stale]));

    // A file that somebody names is read instead; markers still need the commit.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let named = folder.path().join("c.toml");
    std::fs::write(&named, "").expect("written");
    let named = named.to_str().expect("UTF-8");
    let (_, report) = listed(
        &repo,
        &["scan", "--config-ref", "trusted", "--config", named],
    );
    assert_eq!(locations(&report, &new).len(), 2);
    assert_eq!(suppressed(&report, &old).len(), 1);
}

#[test]
fn a_commit_that_cannot_be_trusted_is_an_error() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", &key).commit("begin");
    let plain = tempfile::tempdir().expect("a temporary folder");
    let fails = |at: &std::path::Path, args: &[&str], part: &str| {
        let run = run(at, args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}");
        assert!(run.stderr.contains(part), "{args:?}: {}", run.stderr);
    };
    for command in ["scan", "git", "staged", "dir"] {
        fails(
            repo.path(),
            &[command, "--config-ref", "absent"],
            "--config-ref absent",
        );
        fails(
            plain.path(),
            &[command, "--config-ref", "main"],
            "not a git repository",
        );
    }
    fails(
        repo.path(),
        &["stdin", "--config-ref", "main"],
        "a stream is in no repository",
    );
    repo.write("x/y", "").write("target", "");
    std::os::unix::fs::symlink("target", repo.join(".aisaleaks.toml")).expect("linked");
    repo.commit("link");
    fails(
        repo.path(),
        &["scan", "--config-ref", "HEAD"],
        "HEAD:.aisaleaks.toml: error: it is a link",
    );
    repo.git(&["rm", "-q", ".aisaleaks.toml"]);
    repo.write(".aisaleaks.toml/a", "").commit("folder");
    fails(
        repo.path(),
        &["scan", "--config-ref", "HEAD"],
        "HEAD:.aisaleaks.toml: error: it is a folder",
    );
    fails(repo.path(), &["scan"], "not a regular file");
}

#[test]
fn markers_in_a_stream_allow_too() {
    use std::io::Write as _;
    let key = key();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = command(folder.path(), &["stdin", "-f", "json", "--show-suppressed"]);
    let pipe = || std::process::Stdio::piped();
    let mut child = command
        .stdin(pipe())
        .stdout(pipe())
        .spawn()
        .expect("it runs");
    let text = format!("# aisaleaks:allow quoted\nk = '{key}'\n");
    child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(text.as_bytes())
        .expect("written");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    let report = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!(allowed(&report, &key), ("inline".into(), json!("quoted")));
}
