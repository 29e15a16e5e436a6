//! Keyed fingerprints: who has the file cannot tell which key it is about, and who has not the key accepts nothing.

use super::{NAME, NONE, new_at, text};
use crate::support::{Repo, Run, command, key};

const VARIABLE: &str = "AISALEAKS_FINGERPRINT_KEY";

/// A run with a key for fingerprints.
fn keyed(repo: &Repo, key: Option<&str>, args: &[&str]) -> Run {
    let mut command = command(repo.path(), args);
    command.env_remove(VARIABLE);
    if let Some(key) = key {
        command.env(VARIABLE, key);
    }
    let output = command.output().expect("the binary runs");
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn a_keyed_baseline_needs_its_key() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", &key).commit("one");
    let create = ["baseline", "create", "--keyed", "--reason", "known"];
    let refused = keyed(&repo, None, &create);
    assert!(
        refused.code == 2 && refused.stderr.contains(VARIABLE),
        "{}",
        refused.stderr
    );
    assert_eq!(keyed(&repo, Some("one"), &create).code, 0);
    let text = text(&repo);
    assert!(
        text.starts_with("{\"aisaleaks-baseline\":1,\"keyed\":true,\"key\":\"hmac-sha256:"),
        "{text}"
    );
    assert!(
        text.contains("{\"key\":\"hmac-sha256:") && !text.contains("sk-aisa"),
        "{text}"
    );
    assert!(!text.contains(&super::fingerprint(&key)[7..]), "{text}");
    let scan = |key: Option<&str>| keyed(&repo, key, &["scan", "-f", "json", "-q"]);
    let right = scan(Some("one"));
    assert_eq!((right.code, right.stderr.as_str()), (0, ""));
    for (given, expected) in [
        (
            None,
            "1 of its entries are keyed, and accept nothing now: set AISALEAKS_FINGERPRINT_KEY",
        ),
        (
            Some("two"),
            "keyed with another key than AISALEAKS_FINGERPRINT_KEY",
        ),
    ] {
        let run = scan(given);
        assert_eq!(
            (run.code, new_at(&run.json(), &key)),
            (1, vec!["a.py".to_owned()])
        );
        assert!(
            run.stderr.contains(expected) && run.stderr.contains(NAME),
            "{}",
            run.stderr
        );
        let update = keyed(&repo, given, &["baseline", "update", "--reason", "r"]);
        assert!(
            update.code == 2 && update.stderr.contains(VARIABLE),
            "{}",
            update.stderr
        );
    }
    // It is shown without the key.
    let show = keyed(&repo, None, &["baseline", "show"]);
    assert!(
        show.code == 0 && show.stdout.contains("a.py"),
        "{}",
        show.stderr
    );
    // A move is followed, and what is added is keyed, too.
    repo.git(&["mv", "a.py", "b.py"]);
    repo.write("c.py", &key);
    let update = keyed(&repo, Some("one"), &["baseline", "update", "--reason", "r"]);
    assert_eq!(update.code, 0, "{}", update.stderr);
    let after = super::text(&repo);
    assert_eq!(
        after.matches("{\"key\":\"hmac-sha256:").count(),
        3,
        "{after}"
    );
    assert!(!after.contains("\"key\":\"sha256:"), "{after}");
    assert_eq!(scan(Some("one")).code, 0);
}

#[test]
fn a_merge_of_two_keys_is_told() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", &key).commit("one");
    let create = ["baseline", "create", "--keyed", "--reason", "known", "-o"];
    for given in ["one", "two"] {
        let file = format!("{given}.jsonl");
        let args = [&create[..], &[&file]].concat();
        assert_eq!(keyed(&repo, Some(given), &args).code, 0);
    }
    let read = |name: &str| std::fs::read_to_string(repo.join(name)).expect("read");
    repo.write(NAME, read("one.jsonl") + &read("two.jsonl"));
    let run = keyed(&repo, Some("one"), &["scan"]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(run.stderr.contains("several keys"), "{}", run.stderr);
    assert_eq!(keyed(&repo, Some("three"), &["scan"]).code, 1);
}

#[test]
fn what_brought_rules_find_is_always_keyed() {
    let repo = Repo::new();
    let secret = format!("acme_{}", &key()[8..24]);
    repo.write(
        "rules.toml",
        "[[rules]]\nid = 'acme'\nregex = '''acme_[\\w-]{16}'''\n",
    );
    repo.write("a.py", &secret).commit("one");
    let create = [
        "baseline",
        "create",
        "--rules",
        "rules.toml",
        "--reason",
        "known",
    ];
    let refused = keyed(&repo, None, &create);
    assert!(
        refused.code == 2 && refused.stderr.contains(VARIABLE),
        "{}",
        refused.stderr
    );
    assert!(!repo.join(NAME).exists());
    let chosen = [
        &create[..],
        &["--only-rule", "aisa-api-key", "--output", "-"],
    ]
    .concat();
    assert_eq!(keyed(&repo, None, &chosen).code, 0);
    assert_eq!(keyed(&repo, Some("one"), &create).code, 0);
    let text = text(&repo);
    assert!(
        text.contains("\"rule\":\"acme\",\"path\":\"a.py\"") && !text.contains(&secret),
        "{text}"
    );
    // Keys of AIsa are not keyed for that.
    assert!(
        text.starts_with("{\"aisaleaks-baseline\":1,\"key\":\"hmac-sha256:"),
        "{text}"
    );
    let scan = |key, more: &[&str]| {
        keyed(
            &repo,
            key,
            &[&["scan", "--rules", "rules.toml", "-f", "json"], more].concat(),
        )
    };
    let right = scan(Some("one"), &[]);
    assert_eq!(
        (right.code, &right.json()["stale"]),
        (0, &serde_json::json!([]))
    );
    assert_eq!(scan(None, &[]).code, 1);
    assert_eq!(scan(Some("two"), &[]).code, 1);
    // Without the rule nobody can tell whether it is of use, and an update leaves it alone.
    let without = keyed(&repo, Some("one"), &["scan", "-f", "json"]);
    assert_eq!(without.json()["stale"], serde_json::json!([]));
    for given in [None, Some("one"), Some("two")] {
        assert_eq!(keyed(&repo, given, &["baseline", "update"]).code, 0);
        assert_eq!(super::text(&repo), text);
    }
    // A rule for any random text next to the word key does not take fingerprints for secrets.
    let generic = "[[rules]]\nid = 'generic'\nregex = '''(?i)key[\\w.-]*[\\s'\"]{0,3}[=:]{1,3}[\\s'\"]{0,5}([\\w.=-]{10,150})(?:['\"\\s;]|$)'''\n";
    repo.write("rules.toml", generic);
    let (code, report) = {
        let run = scan(Some("one"), &[]);
        (run.code, run.json())
    };
    let told = report["keys"].as_array().map(Vec::len);
    assert_eq!((code, told), (0, Some(NONE.len())), "{report:#}");
}
