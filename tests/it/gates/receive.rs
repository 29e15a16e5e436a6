//! A push, as a server sees it before it is accepted: its objects are in a quarantine.

use std::fs;

use super::{add, attempt, install, passes, with_server};
use crate::support::{Repo, Run, key};

fn push(repo: &Repo, refs: &[&str]) -> Run {
    attempt(
        repo.path(),
        &[&["push", "-q", "--force", "origin"], refs].concat(),
    )
}

fn refused(run: &Run, says: &[&str]) {
    assert_ne!(run.code, 0, "{}", run.stderr);
    for text in says {
        assert!(run.stderr.contains(text), "{text}\n{}", run.stderr);
    }
    let remote = run
        .stderr
        .lines()
        .filter(|line| line.starts_with("remote:"));
    let remote: Vec<&str> = remote.map(str::trim_end).collect();
    assert!(remote.len() <= 24, "{}", run.stderr);
    assert!(
        remote.iter().all(|line| line.chars().count() <= 80),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("pre-receive hook declined"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_leak_is_refused_and_everything_else_accepted() {
    let (repo, server) = with_server();
    install(&server, "pre-receive", "");
    repo.write("b.txt", "fine\n");
    add(&repo, "fine");
    passes(&push(
        &repo,
        &["main", "main:refs/heads/other", "main:refs/tags/t"],
    ));
    let key = key();
    repo.write("c.txt", format!("KEY={key}\n"));
    let leak = add(&repo, "leak");
    let says = [
        "aisaleaks on this server stopped this push: it would leak 1 key",
        &format!("c.txt:1  in {}", &leak[..12]),
        "default branch",
    ];
    let stopped = push(&repo, &["main"]);
    refused(&stopped, &says);
    assert!(!stopped.stderr.contains(&key[8..30]));
    // Behind a branch that is fine, and packed: fifty refs and a forced one.
    repo.git(&["reset", "-q", "--hard", "HEAD~2"]);
    repo.write("d.txt", "rewritten\n");
    add(&repo, "rewritten");
    let refs: Vec<String> = (0..50)
        .map(|nth| format!("main:refs/heads/n{nth}"))
        .collect();
    let mut refs: Vec<&str> = refs.iter().map(String::as_str).collect();
    let bad = format!("{leak}:refs/heads/bad");
    refs.extend(["main", &bad]);
    refused(&push(&repo, &refs), &["c.txt:1"]);
    refs.pop();
    passes(&push(&repo, &refs));
    passes(&push(&repo, &[":refs/heads/other"]));
    // What is there already is no news.
    fs::remove_file(server.join("hooks/pre-receive")).expect("removed");
    passes(&push(&repo, &[&bad]));
    install(&server, "pre-receive", "");
    passes(&push(&repo, &[&format!("{leak}:refs/heads/again")]));
}

#[test]
fn a_server_may_have_any_path() {
    let (repo, server) = with_server();
    for name in [".a:b.git", ".a\"b.git", ".a\n b.git"] {
        let moved = repo.join(name);
        fs::rename(&server, &moved).expect("renamed");
        install(&moved, "pre-receive", "");
        let push = |revision: &str| {
            let target = format!("{revision}:refs/heads/other");
            let args = [
                "push",
                "-q",
                "--force",
                &moved.display().to_string(),
                &target,
            ];
            attempt(repo.path(), &args)
        };
        repo.write("b.txt", name);
        repo.git(&["add", "b.txt"]);
        repo.git(&["commit", "-q", "-m", "fine"]);
        passes(&push("HEAD"));
        repo.write("b.txt", format!("KEY={}\n", key()));
        repo.git(&["commit", "-q", "-a", "-m", "leak"]);
        refused(&push("HEAD"), &["b.txt:1"]);
        repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
        fs::rename(&moved, &server).expect("renamed");
    }
}

#[test]
fn a_push_cannot_allow_itself() {
    let (repo, server) = with_server();
    install(&server, "pre-receive", "");
    let key = key();
    let allow = "[[allow]]\nreason = \"a key of the sandbox\"\npaths = [\"c.txt\"]\n";
    repo.write(
        "c.txt",
        format!("KEY={key}  # aisaleaks:allow it is mine\n"),
    );
    repo.write(".aisaleaks.toml", allow);
    add(&repo, "leak");
    refused(&push(&repo, &["main"]), &["c.txt:1"]);
    // Neither on a branch of one's own, in two steps.
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repo.write(".aisaleaks.toml", allow);
    let allowed = add(&repo, "allow it");
    passes(&push(&repo, &["main:refs/heads/mine"]));
    repo.write(
        "c.txt",
        format!("KEY={key}  # aisaleaks:allow it is mine\n"),
    );
    add(&repo, "leak");
    refused(&push(&repo, &["main:refs/heads/mine"]), &["c.txt:1"]);
    // The default branch says what is allowed.
    passes(&push(&repo, &[&format!("{allowed}:refs/heads/main")]));
    passes(&push(&repo, &["main:refs/heads/mine"]));
}

#[test]
fn the_first_push_cannot_allow_itself_either() {
    let repo = Repo::new();
    repo.git(&["init", "-q", "--bare", "-b", "main", ".server.git"]);
    repo.git(&["remote", "add", "origin", ".server.git"]);
    repo.write(".gitignore", ".server.git\n");
    install(&repo.join(".server.git"), "pre-receive", "");
    repo.write(
        "c.txt",
        format!("KEY={}  # aisaleaks:allow it is mine\n", key()),
    );
    repo.write(
        ".aisaleaks.toml",
        "[[allow]]\nreason = \"r\"\npaths = [\"c.txt\"]\n",
    );
    add(&repo, "leak");
    refused(&push(&repo, &["main"]), &["c.txt:1"]);
    // Whoever runs the server may.
    let file = repo.join("server.toml");
    fs::write(&file, "[[allow]]\nreason = \"r\"\npaths = [\"c.txt\"]\n").expect("written");
    install(
        &repo.join(".server.git"),
        "pre-receive",
        &format!("--config '{}'", file.display()),
    );
    passes(&push(&repo, &["main"]));
}

#[test]
fn what_takes_too_long_is_refused_unless_somebody_chose_otherwise() {
    let (repo, server) = with_server();
    repo.write("b.txt", "fine\n");
    add(&repo, "fine");
    let short = "--time-limit 0.000001";
    install(&server, "pre-receive", short);
    let says = ["it could not read all of it", "time limit", "--time-limit"];
    refused(&push(&repo, &["main"]), &says);
    install(
        &server,
        "pre-receive",
        &format!("{short} --on-incomplete pass"),
    );
    let passed = push(&repo, &["main"]);
    assert_eq!(passed.code, 0, "{}", passed.stderr);
    assert!(
        passed
            .stderr
            .contains("let this push through (--on-incomplete pass)"),
        "{}",
        passed.stderr
    );
}
