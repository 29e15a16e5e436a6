//! The page for whoever answers a leak, as the real binary writes it about real repositories. How a browser takes it is in
//! `.ci/html`.

use super::support::{Repo, git_command, key, run};
use reading::{Reading, faults, read};

#[path = "../../src/report/html/reading.rs"]
mod reading;

/// Names that want to be markup, or commands to whoever copies them.
const NAMES: [&str; 6] = [
    "<script>alert(1)<\\script>.py",
    "\"><img src=x onerror=alert(1)>.html",
    "a' onmouseover='alert(1)/.env",
    "$(touch pwned)`touch pwned`;/.env",
    "bidi\u{202e}gpj.py",
    "&lt;b&gt;&#x3c;script&#x3e;",
];

/// A page in which nothing acts and no key stands.
fn page(repo: &Repo, args: &[&str], keys: &[String]) -> Reading {
    let run = run(repo.path(), &[args, &["-f", "html"]].concat());
    assert_eq!(run.code, 1, "{args:?}: {}", run.stderr);
    for key in keys {
        assert!(!run.stdout.contains(&key[8..30]), "{args:?}");
    }
    let page = read(&run.stdout);
    assert_eq!(faults(&page), [""; 0], "{args:?}");
    page
}

#[test]
fn hostile_names_and_messages_are_text() {
    let repo = Repo::new();
    let keys: Vec<String> = NAMES.iter().map(|_| key()).collect();
    for (name, key) in NAMES.iter().zip(&keys) {
        repo.write(name, format!("k = '{key}' # <b>\"{name}\n"));
    }
    repo.git(&["add", "-A", "-f"]);
    let mut commit = git_command(
        repo.path(),
        &["commit", "-q", "-m", "</p><script>alert(2)</script>"],
    );
    for who in ["AUTHOR", "COMMITTER"] {
        commit.env(format!("GIT_{who}_NAME"), "\"><svg onload=alert(3)>");
    }
    assert!(commit.status().expect("git runs").success());
    repo.git(&["branch", "\"><img/src=x>"]);
    repo.write(".git/refs/heads/<b>bad", "<i>nothing\n");
    for args in [&["scan"][..], &["dir", "."], &["git"], &["scan", "-vv"]] {
        let page = page(&repo, args, &keys);
        for name in NAMES {
            let shown = name.replace('\u{202e}', "\\u{202e}");
            assert!(
                page.words.contains(&shown),
                "{args:?}: {shown} in {}",
                page.words
            );
        }
    }
    let page = page(&repo, &["scan"], &keys);
    for said in [
        "</p><script>alert(2)</script>",
        // Git itself takes the brackets out of a name.
        "svg onload=alert(3)",
        "\"><img/src=x>",
        "<b>bad",
    ] {
        assert!(page.words.contains(said), "{said} in {}", page.words);
    }
    let words: Vec<&str> = page.words.lines().collect();
    for command in [
        "git rm --cached -- '$(touch pwned)`touch pwned`;/.env'",
        "git rm --cached -- 'a'\\'' onmouseover='\\''alert(1)/.env'",
    ] {
        assert!(words.contains(&command), "{command} in {}", page.words);
    }
}

#[test]
fn a_page_tells_how_a_key_came_spread_and_went() {
    let (repo, one, other) = (Repo::new(), key(), key());
    repo.write("README", "nothing\n");
    repo.commit("Begin");
    repo.write("old.py", format!("k = '{one}'\n"));
    let added = repo.commit("Add the client");
    repo.write("copy.py", format!("k = '{one}'\n"));
    repo.commit("Copy it");
    repo.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    repo.git(&["rm", "-q", "old.py", "copy.py"]);
    let removed = repo.commit("Read it from the environment");
    repo.write("now.py", format!("k = '{other}'\n"));
    repo.commit("Again");
    let page = page(&repo, &["scan"], &[one.clone(), other.clone()]);
    let by =
        |id: &str, summary: &str| format!(" by Ada <ada@example.org> in {}: {summary}", &id[..12]);
    for said in [
        by(&added, "Add the client"),
        // The remote branch still has it.
        format!("removed 2026-01-02 in {}", &removed[..12]),
        "pushed: treat it as public".to_owned(),
        "still at HEAD".to_owned(),
        // Every commit has the same date here.
        "git show ".to_owned(),
        "aisaleaks purge-plan --key sha256:".to_owned(),
        "Revoke each key, before anything else".to_owned(),
    ] {
        let words = page.words.replace('\n', "");
        assert!(words.contains(&said), "{said} in {}", page.words);
    }
    let json = run(repo.path(), &["scan", "-f", "json"]).json();
    let fingerprints: Vec<&str> = json["keys"]
        .as_array()
        .expect("keys")
        .iter()
        .filter_map(|key| key["fingerprint"].as_str())
        .collect();
    let keys = page
        .tags
        .iter()
        .filter(|tag| tag.get("data-severity").is_some());
    let ids: Vec<&str> = keys.filter_map(|tag| tag.get("id")).collect();
    assert_eq!(ids, fingerprints, "the same keys in the same order");
    let drawn = |what: &str| {
        page.tags
            .iter()
            .filter(|tag| tag.get("href") == Some(what))
            .count()
    };
    assert!(
        drawn("#introduced") >= 3 && drawn("#removed") >= 2,
        "{page:?}"
    );
    assert!(drawn("#pushed") >= 2 && drawn("#head") >= 1, "{page:?}");
}

#[test]
fn the_page_is_the_same_for_any_number_of_threads() {
    let repo = Repo::new();
    let keys: Vec<String> = (0..20).map(|_| key()).collect();
    for (nth, key) in keys.iter().enumerate() {
        repo.write(&format!("{nth}.py"), format!("k = '{key}'\n"));
        repo.commit(&format!("Add {nth}"));
    }
    let pages = ["1", "4"].map(|threads| {
        let words = page(&repo, &["scan", "-j", threads], &keys).words;
        let lines = words
            .lines()
            .filter(|line| !line.starts_with("Scanned ") && !line.contains("Written by"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    });
    assert_eq!(pages[0], pages[1]);
}

#[test]
fn a_page_goes_to_a_file_and_has_keys_only_on_request() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", format!("k = '{key}'\n")).commit("add");
    let out = tempfile::tempdir().expect("a temporary folder");
    let file = out.path().join("leak.html");
    let option = format!("html={}", file.display());
    let text = |args: &[&str]| {
        let run = run(repo.path(), &[&["git", "-f", &option], args].concat());
        assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{}", run.stderr);
        std::fs::read_to_string(&file).expect("the page")
    };
    assert!(!text(&[]).contains(&key[8..30]));
    assert!(text(&["--show-secrets"]).contains(&key));
    let clean = Repo::new();
    clean.write("a.py", "k = env\n").commit("add");
    let run = run(clean.path(), &["-f", "html"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(read(&run.stdout).words.contains("Nothing found"));
}
