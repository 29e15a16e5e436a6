//! Where new keys go: what the repository shows, and that no command leaks the key.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::{Leak, items, key};
use crate::support::feed;

fn told(response: &Value) -> Vec<String> {
    let items = items(response, "deploy").iter();
    let items = items.filter(|item| item["commands"][0].is_object());
    items
        .map(|item| item["what"].as_str().expect("a name").to_owned())
        .collect()
}

#[test]
fn the_repository_shows_where_keys_go() {
    let leak = Leak::new();
    let json = leak.json();
    assert!(told(&json).is_empty(), "{:?}", told(&json));
    let notes = json["steps"][2]["notes"].to_string();
    assert!(
        notes.contains("--store NAME") && notes.contains("kubernetes"),
        "{notes}"
    );
    leak.repo
        .write(".github/workflows/ci.yml", "on: push\n")
        .write("deploy/app.yaml", "apiVersion: apps/v1\nkind: Deployment\n")
        .write(
            "infra/main.tf",
            "resource \"google_secret_manager_secret\" \"a\" {}\n",
        )
        .write("values.yaml", "image: x\n")
        .commit("deploy");
    let json = leak.json();
    let expected = [
        "GitHub Actions secrets",
        "Google Secret Manager",
        "Kubernetes Secrets",
    ];
    assert_eq!(told(&json), expected);
    assert!(
        items(&json, "deploy")[2]["evidence"]
            .to_string()
            .contains("deploy/app.yaml shows it")
    );

    let json = leak.respond(&["-f", "json", "--store", "fly"]).json();
    assert_eq!(told(&json), ["Fly.io secrets"]);
    let json = leak.respond(&["-f", "json", "--all"]).json();
    assert_eq!(told(&json).len(), 11);
    assert_eq!(
        told(&json)[..3],
        expected,
        "what the repository shows comes first"
    );
    let unknown = leak.respond(&["--store", "vault"]);
    assert_eq!((unknown.code, unknown.stdout.as_str()), (2, ""));
    assert!(
        unknown.stderr.contains("aws-secrets-manager"),
        "{}",
        unknown.stderr
    );
}

/// A program that takes down its arguments, its environment and what it reads, and hands that on.
fn fake(folder: &Path, name: &str) {
    let text = "#!/bin/sh\nd=${0%/*}/..\nprintf '%s\\n' \"$0\" \"$@\" >>\"$d/args\"\nenv >>\"$d/env\"\ntee -a \"$d/stdin\"\n";
    let file = folder.join(name);
    std::fs::write(&file, text).expect("written");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).expect("set");
}

/// The shells that are here.
fn shells() -> Vec<&'static str> {
    let is_here = |shell: &&str| {
        let mut command = Command::new(shell);
        command
            .args(["-c", ":"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    ["sh", "bash", "zsh", "dash"]
        .into_iter()
        .filter(|shell| is_here(shell))
        .collect()
}

#[test]
fn a_key_that_is_typed_arrives_on_standard_input_and_nowhere_else() {
    let leak = Leak::new();
    let json = leak.respond(&["-f", "json", "--all"]).json();
    let mut lines = 0;
    for item in items(&json, "deploy") {
        for commands in item["commands"].as_array().expect("commands") {
            let line = commands["lines"][0].as_str().expect("a line");
            for shell in shells() {
                check(shell, line);
            }
            lines += 1;
        }
    }
    assert_eq!(lines, 14);
}

fn check(shell: &str, line: &str) {
    let parsed = Command::new(shell).args(["-n", "-c", line]).status();
    assert!(parsed.expect("a shell").success(), "{shell}: {line}");
    let folder = tempfile::tempdir().expect("a folder");
    let bin = folder.path().join("bin");
    std::fs::create_dir(&bin).expect("created");
    for name in [
        "gh", "glab", "circleci", "aws", "gcloud", "az", "fly", "curl", "railway", "kubectl",
    ] {
        fake(&bin, name);
    }
    let new = key();
    let mut command = Command::new(shell);
    let path = format!(
        "{}:{}",
        bin.display(),
        std::env::var("PATH").unwrap_or_default()
    );
    command
        .args(["-c", line])
        .env("PATH", path)
        .env("HOME", folder.path())
        .env("key", "exported");
    command.current_dir(folder.path());
    let run = feed(&mut command, format!("{new}\n").as_bytes());
    assert_eq!(run.code, 0, "{shell}: {line}\n{}", run.stderr);
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("read");
    let got = read("stdin");
    assert!(got.contains(&new), "{shell}: {line}\n{got}");
    // The key alone has no line end behind it, unless the program takes what is typed itself.
    let is_plain = line.contains("printf %s \"$key\"");
    assert!(!is_plain || !got.contains('\n'), "{shell}: {line}");
    for name in ["args", "env"] {
        assert!(!read(name).contains(&new), "{shell}: {line}");
    }
    assert!(!run.stderr.contains(&new), "{}", run.stderr);
    // No file has it but the one of this test.
    let mut files: Vec<_> = (std::fs::read_dir(folder.path()).expect("a folder"))
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    files.sort();
    assert_eq!(files, ["args", "bin", "env", "stdin"], "{line}");
}

#[test]
fn nothing_is_sent_where_nothing_was_typed() {
    let leak = Leak::new();
    let json = leak
        .respond(&["-f", "json", "--store", "google-secret-manager"])
        .json();
    let line = items(&json, "deploy")[0]["commands"][0]["lines"][0]
        .as_str()
        .expect("a line");
    let folder = tempfile::tempdir().expect("a folder");
    let bin = folder.path().join("bin");
    std::fs::create_dir(&bin).expect("created");
    fake(&bin, "gcloud");
    let mut command = Command::new("sh");
    let path = format!(
        "{}:{}",
        bin.display(),
        std::env::var("PATH").unwrap_or_default()
    );
    command.args(["-c", line]).env("PATH", path);
    let run = feed(&mut command, b"\n");
    assert_ne!(run.code, 0);
    assert!(!folder.path().join("args").exists());
}
