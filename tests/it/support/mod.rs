//! Sealed git repositories, keys made at test time, and runs of the real binary.
#![allow(dead_code, reason = "each theme uses some of it")]

pub mod archive;
pub mod bounded;
pub mod files;
pub mod pack;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A current key with 32 random bytes' worth of randomness; never the same twice.
pub fn key() -> String {
    format!("sk-aisa-{}", body(42, ALPHABET) + pick("AEIMQUYcgkosw048"))
}

/// A key of the older shape.
pub fn legacy_key() -> String {
    format!("sk-{}", body(48, &ALPHABET[..62]))
}

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn body(len: usize, alphabet: &str) -> String {
    (0..len).map(|_| pick(alphabet)).collect()
}

fn pick(alphabet: &str) -> &str {
    use std::hash::{BuildHasher, RandomState};
    // The standard library's one source of randomness: every RandomState has a new key.
    let at = RandomState::new().hash_one(0) as usize % alphabet.len();
    &alphabet[at..=at]
}

/// A temporary folder with a repository that no configuration of this machine reaches.
pub struct Repo {
    folder: tempfile::TempDir,
}

impl Repo {
    pub fn new() -> Self {
        Self::with(&["init", "-q", "-b", "main"])
    }

    pub fn sha256() -> Self {
        Self::with(&["init", "-q", "-b", "main", "--object-format=sha256"])
    }

    fn with(init: &[&str]) -> Self {
        let repo = Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        repo.git(init);
        repo
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub fn git(&self, args: &[&str]) -> String {
        git(self.path(), args)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("created");
        std::fs::write(path, text).expect("written");
        self
    }

    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A", "-f"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }
}

/// The arguments with which git adds a submodule from a folder, which it does not do unasked.
pub fn submodule<'a>(from: &'a str, name: &'a str) -> [&'a str; 7] {
    let allowed = "protocol.file.allow=always";
    ["-c", allowed, "submodule", "--quiet", "add", from, name]
}

/// Git, with nothing of this machine's configuration.
pub fn git_command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.current_dir(folder).args(args);
    for name in [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
    ] {
        command.env_remove(name);
    }
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("LC_ALL", "C");
    for who in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{who}_NAME"), "Ada")
            .env(format!("GIT_{who}_EMAIL"), "ada@example.org");
        command.env(format!("GIT_{who}_DATE"), "2026-01-02T03:04:05Z");
    }
    command
}

/// Runs git with nothing of this machine's configuration and returns what it prints, trimmed.
pub fn git(folder: &Path, args: &[&str]) -> String {
    let output = git_command(folder, args).output().expect("git runs");
    assert!(
        output.status.success(),
        "git {args:?}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// What a run of the binary did.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// The JSON report on standard output.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!(
                "{error}\n--- stdout\n{}\n--- stderr\n{}",
                self.stdout, self.stderr
            )
        })
    }
}

/// The real binary, ready to be given arguments; it never sees this machine's git configuration.
pub fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aisaleaks"));
    for name in [
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "AISALEAKS_CONFIG",
        "PRE_COMMIT",
        "PRE_COMMIT_FROM_REF",
        "PRE_COMMIT_TO_REF",
    ] {
        command.env_remove(name);
    }
    command
        .current_dir(folder)
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("HOME", "/nonexistent");
    command
}

/// Runs the binary.
pub fn run(folder: &Path, args: &[&str]) -> Run {
    ended(command(folder, args).output().expect("the binary runs"))
}

/// Runs a command with this on its standard input.
pub fn feed(command: &mut Command, input: &[u8]) -> Run {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = piped.stderr(Stdio::piped()).spawn().expect("it runs");
    // Whoever does not read all of it says so with its status.
    drop(child.stdin.take().expect("a pipe").write_all(input));
    ended(child.wait_with_output().expect("it ends"))
}

/// What a process that has ended did.
pub fn ended(output: Output) -> Run {
    let Output {
        status,
        stdout,
        stderr,
    } = output;
    Run {
        code: status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
    }
}

/// Runs a command with `-f json`, with one thread and with four, demands the same report, and returns it with the
/// exit status.
pub fn report(folder: &Path, args: &[&str]) -> (i32, Value) {
    let mut reports = ["1", "4"].map(|threads| {
        let run = run(folder, &[args, &["-f", "json", "-j", threads]].concat());
        let mut json = run.json();
        json["stats"]["duration_ms"] = 0.into();
        (run.code, json)
    });
    assert_eq!(
        reports[0], reports[1],
        "the report depends on the number of threads"
    );
    std::mem::take(&mut reports[0])
}

/// The locations of a key in a report made with `--show-secrets`, or of the key with this fingerprint.
pub fn locations<'a>(report: &'a Value, key: &str) -> Vec<&'a Value> {
    let fingerprint = aisaleaks::model::Secret::new(key).fingerprint();
    let keys = report["keys"].as_array().expect("keys");
    let found = keys
        .iter()
        .find(|found| found["fingerprint"] == fingerprint);
    found
        .map(|found| {
            found["locations"]
                .as_array()
                .expect("locations")
                .iter()
                .collect()
        })
        .unwrap_or_default()
}

/// Whether a key is in a report.
pub fn has(report: &Value, key: &str) -> bool {
    !locations(report, key).is_empty()
}

/// The kinds of the problems in a report.
pub fn problems(report: &Value) -> Vec<&str> {
    report["problems"]
        .as_array()
        .expect("problems")
        .iter()
        .map(|problem| problem["kind"].as_str().expect("kind"))
        .collect()
}
