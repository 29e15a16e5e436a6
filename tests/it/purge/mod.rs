//! `purge-plan` as its users meet it, with the real git-filter-repo where a test runs what it prints.

mod refusing;
mod remote;
mod rewriting;
mod telling;

use std::path::{Path, PathBuf};
use std::process::Command;

use super::support::{Repo, Run, command, ended, git, git_command};

/// What follows each command that was done.
const DONE: &str = "[done]";
/// Names the folder with `git-filter-repo`; where it is set, no test that needs that is left out.
const VARIABLE: &str = "AISALEAKS_FILTER_REPO";

/// The folder with `git-filter-repo`: the one that the variable names, or one of PATH. `None`, and a word on standard error, if it
/// is nowhere.
fn filter_repo() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os(VARIABLE) {
        let folder = PathBuf::from(folder);
        assert!(
            folder.join("git-filter-repo").is_file(),
            "{VARIABLE} names {}, which has no git-filter-repo",
            folder.display()
        );
        return Some(folder);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).find(|at| at.join("git-filter-repo").is_file());
    if found.is_none() {
        eprintln!("NOT TESTED: git-filter-repo is missing (pip install git-filter-repo==2.47.0)");
    }
    found
}

/// A folder for plans, which is gone in the end.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    fn to(&self) -> PathBuf {
        self.0.path().join("plan")
    }

    /// Makes a plan, and demands that nothing of the keys is told; without `--write-literals` nothing of them is written either.
    fn plan(&self, folder: &Path, args: &[&str], keys: &[&str]) -> Plan {
        let to = self.to();
        let to = to.to_str().expect("text");
        let run = ended(
            command(folder, &["purge-plan", "--to", to])
                .args(args)
                .output()
                .expect("it runs"),
        );
        let mut texts = vec![run.stdout.clone(), run.stderr.clone()];
        if !args.contains(&"--write-literals") {
            texts.extend(self.files().into_iter().map(|(_, text)| text));
        }
        for key in keys {
            let body = key.strip_prefix("sk-aisa-").unwrap_or(&key[3..]);
            for at in 0..body.len() - 6 {
                let piece = &body[at..at + 6];
                let is_told = texts.iter().any(|text| text.contains(piece));
                assert!(!is_told, "a piece of a key in\n{texts:?}");
            }
        }
        Plan(run)
    }

    /// The files of the plan.
    fn files(&self) -> Vec<(String, String)> {
        let Ok(entries) = std::fs::read_dir(self.to()) else {
            return Vec::new();
        };
        let entries = entries.map(|entry| entry.expect("an entry").path());
        let mut files: Vec<(String, String)> = entries
            .map(|path| {
                let name = path.file_name().expect("a name").to_string_lossy();
                let text = std::fs::read(&path).expect("read");
                (
                    name.into_owned(),
                    String::from_utf8_lossy(&text).into_owned(),
                )
            })
            .collect();
        files.sort();
        files
    }
}

struct Plan(Run);

impl Plan {
    /// It ended so, and has these parts in this order, however its lines are broken.
    fn told(&self, code: i32, parts: &[&str]) -> &Self {
        let Run { stdout, stderr, .. } = &self.0;
        assert_eq!(self.0.code, code, "{stdout}\n{stderr}");
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let all = words(stdout);
        let mut rest = all.as_str();
        for part in parts {
            let part = words(part);
            let at = rest.find(&part);
            let at = at.unwrap_or_else(|| panic!("{part:?} is not in\n{rest}\n{stderr}"));
            rest = &rest[at + part.len()..];
        }
        self
    }

    /// The commands, as a script.
    fn commands(&self) -> String {
        let (_, steps) = (self.0.stdout)
            .split_once("Then, in this order")
            .expect("steps");
        let commands = steps.lines().filter(|line| line.starts_with("         "));
        let commands: Vec<&str> = commands.map(str::trim_start).collect();
        commands.join("\n")
    }

    /// The command at which a run stopped.
    fn stopped_at(&self, run: &Run) -> String {
        let done = run.stdout.lines().filter(|line| line.starts_with(DONE));
        let commands = self.commands();
        let stopped = commands.lines().nth(done.count());
        stopped.expect("a command that failed").to_owned()
    }

    /// Runs the commands as they were printed, in a shell that stops at errors, and counts those that were done.
    fn follow(&self, filter_repo: &Path) -> Run {
        let commands = self.commands();
        let script: String = (commands.lines())
            .map(|command| format!("{command}\necho '{DONE}'\n"))
            .collect();
        let mut shell = Command::new("sh");
        shell
            .args(["-e", "-c", &script])
            .current_dir(std::env::temp_dir());
        let own = Path::new(env!("CARGO_BIN_EXE_aisaleaks"));
        let own = own.parent().expect("a folder").to_path_buf();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = [own, filter_repo.to_path_buf()].into_iter();
        let folders = folders.chain(std::env::split_paths(&path));
        let sealed = git_command(Path::new("."), &[]);
        for (name, value) in sealed.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        shell
            .env("PATH", std::env::join_paths(folders).expect("a PATH"))
            .env("HOME", "/nonexistent")
            .env_remove("AISALEAKS_CONFIG");
        ended(shell.output().expect("sh runs"))
    }

    /// The same, and demands that all went well and that the files of the plan are gone.
    fn done(&self, desk: &Desk, filter_repo: &Path) -> Run {
        let run = self.follow(filter_repo);
        assert_eq!(
            run.code,
            0,
            "{}\n--- stdout\n{}\n--- stderr\n{}",
            self.commands(),
            run.stdout,
            run.stderr
        );
        assert!(!desk.to().exists(), "files are left");
        run
    }
}

/// Everything that an object database holds, as git itself reads it.
fn all_objects(folder: &Path) -> Vec<u8> {
    let args = ["cat-file", "--batch", "--batch-all-objects"];
    let output = git_command(folder, &args).output().expect("git runs");
    assert!(output.status.success());
    output.stdout
}

fn holds(folder: &Path, text: &str) -> bool {
    let all = all_objects(folder);
    memchr::memmem::find(&all, text.as_bytes()).is_some()
}

/// A commit that no ref leads to, with this file.
fn lose(repo: &Repo, name: &str, text: &str) {
    repo.git(&["checkout", "-q", "-b", "lost"]);
    repo.write(name, text).commit("to be lost");
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["branch", "-q", "-D", "lost"]);
}

/// A file of a commit.
fn shown(folder: &Path, what: &str) -> String {
    git(folder, &["show", what])
}
