//! What the place of a key means, through the real binary on real repositories.

use serde_json::{Value, json};

use super::support::{Repo, git, key, locations, report, run};

/// The notes of the only place of a key at this path.
fn notes(report: &Value, key: &str, path: &str) -> Value {
    let places = locations(report, key);
    let place = places.iter().find(|place| place["path"] == path);
    place.unwrap_or_else(|| panic!("{path}: {report:#}"))["notes"].clone()
}

/// The notes of a key as a whole.
fn of_key(report: &Value, key: &str) -> Value {
    let fingerprint = aisaleaks::model::Secret::new(key).fingerprint();
    let keys = report["keys"].as_array().expect("keys");
    let found = keys.iter().find(|at| at["fingerprint"] == fingerprint);
    found.expect("the key")["notes"].clone()
}

#[test]
fn every_kind_of_place_is_told_in_files_and_in_history() {
    let cases = [
        (
            "src/client.ts",
            "const k = process.env.AISA_API_KEY ||\n  '{key}'",
            "env-fallback",
        ),
        (
            "src/web.ts",
            "const VITE_AISA_KEY = '{key}'",
            "client-exposed",
        ),
        ("dist/app.js", "k='{key}'", "client-exposed"),
        ("app.js.map", "{key}", "client-exposed"),
        (
            "app/src/main/res/values/strings.xml",
            "<string>{key}</string>",
            "client-exposed",
        ),
        (
            ".github/workflows/ci.yml",
            "env:\n  AISA_API_KEY: {key}\n",
            "ci-literal",
        ),
        (
            "Jenkinsfile",
            "environment { AISA_API_KEY = '{key}' }",
            "ci-literal",
        ),
        (".env", "AISA_API_KEY={key}\n", "dotenv-tracked"),
        ("Dockerfile", "ENV AISA_API_KEY={key}\n", "container-file"),
        (
            ".mcp.json",
            "{\"headers\": \"Bearer {key}\"}",
            "agent-config",
        ),
        (
            "secret.yaml",
            "apiVersion: v1\nkind: Secret\nstringData:\n  k: {key}\n",
            "kubernetes-secret",
        ),
        ("main.tf", "k = \"{key}\"", "cloud-config"),
        ("run.log", "key {key}", "in-log"),
        ("tests/api.py", "k = '{key}'", "in-test"),
        ("notes.md", "the key {key} that will be rotated", "in-docs"),
        ("src/plain.py", "k = '{key}'", ""),
    ];
    let repo = Repo::new();
    let keys = cases.map(|_| key());
    for ((path, text, _), key) in cases.iter().zip(&keys) {
        repo.write(path, text.replace("{key}", key));
    }
    repo.commit("all of them");
    let (_, both) = report(repo.path(), &["scan"]);
    for (path, _, _) in cases {
        std::fs::remove_file(repo.join(path)).expect("removed");
    }
    repo.commit("none of them");
    repo.git(&["gc", "-q"]);
    let (_, history) = report(repo.path(), &["git"]);
    for report in [&both, &history] {
        for ((path, _, note), key) in cases.iter().zip(&keys) {
            let expected: Vec<&str> = [*note]
                .into_iter()
                .filter(|note| !note.is_empty())
                .collect();
            assert_eq!(notes(report, key, path), json!(expected), "{path}");
        }
    }
    // Staged, and on a stream that is called so.
    let key = key();
    repo.write("Dockerfile", format!("ENV K={key}"))
        .git(&["add", "."]);
    let (_, staged) = report(repo.path(), &["staged"]);
    assert_eq!(
        notes(&staged, &key, "Dockerfile"),
        json!(["container-file"])
    );
}

#[test]
fn a_dotenv_file_is_tracked_only_if_git_has_it() {
    let (repo, keys) = (Repo::new(), [(); 4].map(|()| key()));
    let [tracked, staged, untracked, removed] = &keys;
    repo.write("a/.env", tracked).write("old/.env", removed);
    repo.commit("two");
    repo.git(&["rm", "-q", "old/.env"]);
    repo.commit("one");
    repo.write("b/.env", staged).git(&["add", "b"]);
    repo.write("c/.env", untracked);
    for args in [&["scan", "."][..], &["scan", "a", "b", "c", "."]] {
        let (_, report) = report(repo.path(), args);
        for (key, path, is_tracked, note) in [
            (tracked, "a/.env", json!(true), json!(["dotenv-tracked"])),
            (staged, "b/.env", json!(true), json!(["dotenv-tracked"])),
            (untracked, "c/.env", json!(false), json!([])),
            (removed, "old/.env", Value::Null, json!(["dotenv-tracked"])),
        ] {
            assert_eq!(notes(&report, key, path), note, "{path}");
            assert_eq!(locations(&report, key)[0]["tracked"], is_tracked, "{path}");
        }
    }
    // From inside, by name, through a linked work tree, and without a repository.
    let (_, inside) = report(&repo.join("b"), &["dir", "."]);
    assert_eq!(notes(&inside, staged, ".env"), json!(["dotenv-tracked"]));
    let (_, named) = report(repo.path(), &["dir", "b/.env"]);
    assert_eq!(notes(&named, staged, "b/.env"), json!(["dotenv-tracked"]));
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let linked = elsewhere.path().join("linked");
    git(
        repo.path(),
        &["worktree", "add", "-q", linked.to_str().expect("UTF-8")],
    );
    let (_, other) = report(&linked, &["dir", "."]);
    assert_eq!(notes(&other, tracked, "a/.env"), json!(["dotenv-tracked"]));
    let plain = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(plain.path().join(".env"), tracked).expect("written");
    let (_, outside) = report(plain.path(), &["dir", "."]);
    assert_eq!(notes(&outside, tracked, ".env"), json!([]));
    assert_eq!(locations(&outside, tracked)[0]["tracked"], Value::Null);
}

#[test]
fn places_together_make_a_key_shared_pushed_and_due() {
    let (repo, keys) = (Repo::new(), [(); 4].map(|()| key()));
    let [shared, alone, moved, due] = &keys;
    repo.write("services/a/app.py", shared)
        .write("services/b/app.py", shared);
    repo.write("src/app.py", alone).write("tests/app.py", alone);
    repo.write("services/a/moved.py", moved)
        .write("due.py", due);
    repo.commit("begin");
    repo.git(&["mv", "services/a/moved.py", "services/b/moved.py"]);
    repo.commit("move");
    let (_, before) = report(repo.path(), &["scan"]);
    let has = |report: &Value, key: &str, note: &str| {
        let notes = of_key(report, key);
        notes.as_array().expect("notes").contains(&json!(note))
    };
    assert!(has(&before, shared, "shared-across"), "{before:#}");
    for key in [alone, moved, due] {
        assert!(!has(&before, key, "shared-across"), "{before:#}");
    }
    assert!(!has(&before, alone, "pushed"));
    repo.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    let (_, pushed) = report(repo.path(), &["scan"]);
    assert!(has(&pushed, alone, "pushed"));

    // A commit of long ago, which no clock in a test can make young.
    let tree = repo.git(&["write-tree"]);
    let who = "Ada <ada@example.org> 1577836800 +0000";
    let text = format!("tree {tree}\nauthor {who}\ncommitter {who}\n\nlong ago\n");
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), text).expect("written");
    let path = file.path().to_str().expect("UTF-8");
    let id = repo.git(&["hash-object", "-t", "commit", "-w", path]);
    repo.git(&["update-ref", "refs/heads/main", &id]);
    let (_, old) = report(repo.path(), &["scan"]);
    assert!(has(&old, due, "rotation-due"), "{old:#}");
    repo.git(&["rm", "-q", "due.py"]);
    repo.commit("gone");
    let (_, gone) = report(repo.path(), &["scan"]);
    assert!(!has(&gone, due, "rotation-due"), "{gone:#}");
}

#[test]
fn the_worst_comes_first_and_the_report_says_why() {
    let (repo, keys) = (Repo::new(), [(); 5].map(|()| key()));
    let paths = [
        "docs/a.txt",
        "run.log",
        "Dockerfile",
        "ci/azure-pipelines.yml",
        "out/a.js",
    ];
    for (path, key) in paths.iter().zip(&keys) {
        repo.write(path, format!("K: {key}\n"));
    }
    // A key in many more places, of which none means anything.
    let many = key();
    for nth in 0..5 {
        repo.write(&format!("src/{nth}.py"), &many);
    }
    let (code, report) = report(repo.path(), &["dir", "."]);
    assert_eq!(code, 1);
    let found = report["keys"].as_array().expect("keys").iter();
    let first = |key: &Value| key["locations"][0]["path"].clone();
    let order: Vec<Value> = found.map(first).collect();
    let expected = [
        "out/a.js",
        "ci/azure-pipelines.yml",
        "Dockerfile",
        "run.log",
        "src/0.py",
        "docs/a.txt",
    ];
    assert_eq!(order, expected);

    let human = run(repo.path(), &["dir", "."]).stdout;
    for note in [
        "client-exposed",
        "ci-literal",
        "container-file",
        "in-log",
        "in-docs",
    ] {
        let explained = format!("\n  {note}: ");
        assert_eq!(human.matches(&explained).count(), 1, "{note}: {human}");
    }
    assert!(
        human.contains("  out/a.js:1:4  untracked, client-exposed\n"),
        "{human}"
    );
}

#[test]
fn what_is_read_as_a_stream_has_its_notes_too() {
    let (repo, key) = (Repo::new(), key());
    // Above the size from which objects are inflated as a stream.
    let mut text = format!("{key}\n").into_bytes();
    text.resize(65 << 20, b'\n');
    repo.write("tests/large.bin", text).commit("large");
    let (_, report) = report(repo.path(), &["git"]);
    assert_eq!(notes(&report, &key, "tests/large.bin"), json!(["in-test"]));
}
