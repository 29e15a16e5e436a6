//! `hook run`: what is stopped, what passes, and what somebody sees whose commit or push was stopped.

mod commit;
mod hostile;
mod message;
mod push;
mod receive;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::support::{Repo, Run, command, ended, feed, git_command};

/// What git writes for a ref that is not there.
const NONE: &str = "0000000000000000000000000000000000000000";

/// Runs a hook by hand.
fn hook(folder: &Path, args: &[&str], input: &str) -> Run {
    let args = [&["hook", "run"], args].concat();
    feed(&mut command(folder, &args), input.as_bytes())
}

/// Makes git run a hook, with more arguments for it.
fn install(git_dir: &Path, name: &str, more: &str) {
    let file = git_dir.join("hooks").join(name);
    fs::create_dir_all(file.parent().expect("a folder")).expect("created");
    let binary = env!("CARGO_BIN_EXE_aisaleaks");
    let text = format!("#!/bin/sh\nexec '{binary}' hook run {name} {more} \"$@\"\n");
    fs::write(&file, text).expect("written");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("set");
}

/// Runs git, and tells whether it succeeded and what it and its hooks said.
fn attempt(folder: &Path, args: &[&str]) -> Run {
    ended(git_command(folder, args).output().expect("git runs"))
}

/// A gate that lets pass says nothing at all.
fn passes(run: &Run) {
    let said = (run.code, &*run.stdout, &*run.stderr);
    assert_eq!(said, (0, "", ""));
}

/// A gate that stops says why, on one screen, without the key.
fn stops(run: &Run, keys: &[&str], says: &[&str]) {
    assert_eq!((run.code, &*run.stdout), (1, ""), "{}", run.stderr);
    for text in says {
        assert!(run.stderr.contains(text), "{text}\n{}", run.stderr);
    }
    for key in keys {
        assert!(!run.stderr.contains(&key[8..30]), "{}", run.stderr);
    }
    assert!(run.stderr.lines().count() <= 24, "{}", run.stderr);
    let widest = run.stderr.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(80), "{}", run.stderr);
}

/// A repository with one commit, and a bare one that it is pushed to as `origin`.
fn with_server() -> (Repo, std::path::PathBuf) {
    let repo = Repo::new();
    repo.git(&["init", "-q", "--bare", "-b", "main", ".server.git"]);
    let server = repo.join(".server.git");
    repo.git(&["remote", "add", "origin", ".server.git"]);
    repo.write(".gitignore", ".server.git\n.gitignore\n");
    repo.write("a.txt", "begin\n");
    add(&repo, "begin");
    repo.git(&["push", "-q", "origin", "main"]);
    (repo, server)
}

/// Commits what no ignore rule covers.
fn add(repo: &Repo, message: &str) -> String {
    repo.git(&["add", "-A"]);
    repo.git(&[
        "commit",
        "-q",
        "--allow-empty",
        "--no-verify",
        "-m",
        message,
    ]);
    repo.git(&["rev-parse", "HEAD"])
}
