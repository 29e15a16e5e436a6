//! `hook install`, `hook uninstall` and `hook status`, with real git.

mod bad;
mod chaining;
mod global;
mod install;
mod lines;
mod managers;
mod places;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::Run;

/// A user with a home folder, this program, and a repository. Every path has in it what shells stumble over.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        fs::create_dir(desk.home()).expect("created");
        let program = desk.program();
        fs::create_dir_all(program.parent().expect("a folder")).expect("created");
        desk.restore();
        desk.ok(desk.folder.path(), &["init", "-q", "-b", "main", WORK]);
        desk
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("home 'of' $USER")
    }

    fn program(&self) -> PathBuf {
        self.folder.path().join("pro\ngram's \"folder\"/aisaleaks")
    }

    /// Something in the repository.
    fn work(&self, name: &str) -> PathBuf {
        self.folder.path().join(WORK).join(name)
    }

    /// Something beside the repository.
    fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn sealed(&self, mut command: Command, folder: &Path) -> Command {
        for name in [
            "GIT_DIR",
            "GIT_INDEX_FILE",
            "GIT_CONFIG_GLOBAL",
            "GIT_CONFIG_PARAMETERS",
            "GIT_CONFIG_COUNT",
            "XDG_CONFIG_HOME",
            "AISALEAKS_CONFIG",
        ] {
            command.env_remove(name);
        }
        command
            .current_dir(folder)
            .env("HOME", self.home())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("LC_ALL", "C");
        for who in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{who}_NAME"), "Ada")
                .env(format!("GIT_{who}_EMAIL"), "ada@example.org");
        }
        command
    }

    fn git(&self, folder: &Path, args: &[&str]) -> Run {
        let mut command = self.sealed(Command::new("git"), folder);
        command.args(args);
        ran(command, b"")
    }

    /// Runs git, which must succeed.
    fn ok(&self, folder: &Path, args: &[&str]) -> String {
        let run = self.git(folder, args);
        assert_eq!(run.code, 0, "git {args:?}\n{}", run.stderr);
        run.stdout.trim_end_matches('\n').to_owned()
    }

    /// This program, before it is replaced by [`Desk::record`].
    fn command(&self, folder: &Path, args: &[&str]) -> Command {
        let mut command = self.sealed(Command::new(self.program()), folder);
        command.arg("hook").args(args);
        command
    }

    fn hook(&self, folder: &Path, args: &[&str]) -> Run {
        ran(self.command(folder, args), b"")
    }

    /// The same in the repository, and it must succeed.
    fn done(&self, args: &[&str]) -> String {
        let run = self.hook(&self.work(""), args);
        assert_eq!(
            (run.code, &*run.stderr),
            (0, ""),
            "{args:?}\n{}",
            run.stdout
        );
        run.stdout
    }

    /// The same, and it must be refused with such a message.
    fn refused(&self, args: &[&str], parts: &[&str]) {
        let run = self.hook(&self.work(""), args);
        assert_eq!(run.code, 2, "{args:?}\n{}\n{}", run.stdout, run.stderr);
        for part in parts {
            assert!(run.stderr.contains(part), "{part}\n{}", run.stderr);
        }
        // What to do stands on a line of its own.
        assert!(run.stderr.contains("\n  "), "{}", run.stderr);
    }

    /// Puts this program back where [`Desk::record`] replaced it.
    fn restore(&self) {
        let (real, program) = (env!("CARGO_BIN_EXE_aisaleaks"), self.program());
        drop(fs::remove_file(&program));
        if fs::hard_link(real, &program).is_err() {
            let copied = Command::new("cp").arg(real).arg(&program).status();
            assert!(copied.expect("cp runs").success());
        }
    }

    /// Puts a program in the place of this one, that writes down its arguments and its input and ends with a status.
    fn record(&self, status: u8) {
        self.script(&self.program(), "ours", status);
    }

    /// An executable script that writes down its name, its arguments and its input, and ends with a status.
    fn script(&self, path: &Path, name: &str, status: u8) {
        let text = format!(
            "#!/bin/sh\n{{ echo {name}; printf '<%s>' \"$@\"; echo; cat; }} >>\"$HOME/log\"\nexit {status}\n"
        );
        executable(path, &text);
    }

    /// What was written down since the last time.
    fn log(&self) -> String {
        let path = self.home().join("log");
        let text = fs::read(&path).unwrap_or_default();
        drop(fs::remove_file(path));
        String::from_utf8_lossy(&text).into_owned()
    }

    /// Runs a hook as git does, with this input.
    fn run(&self, script: &Path, args: &[&str], input: &[u8]) -> Run {
        let mut command = self.sealed(Command::new(script), &self.work(""));
        command.args(args);
        ran(command, input)
    }

    fn commit(&self) -> Run {
        self.git(
            &self.work(""),
            &["commit", "-q", "--allow-empty", "-m", "x"],
        )
    }
}

const WORK: &str = "it's a\n\"work\" $tree `x`;";

/// Writes an executable file, by a process of its own: while one of this process has it open for writing, so has every
/// process that another test is about to start, and none can run it.
pub fn executable(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("created");
    let mut command = Command::new("sh");
    let write = "rm -f \"$1\" && cat >\"$1\" && chmod 755 \"$1\"";
    command.args(["-c", write, "sh"]).arg(path);
    let run = ran(command, text.as_bytes());
    assert_eq!(run.code, 0, "{}", run.stderr);
}

fn ran(mut command: Command, input: &[u8]) -> Run {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("it runs");
    let mut stdin = child.stdin.take().expect("standard input");
    let output = std::thread::scope(|scope| {
        // Who reads nothing closes the pipe.
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output().expect("its output")
    });
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The names in a folder of hooks, without git's samples.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let names = names.map(|name| name.to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| !name.ends_with(".sample")).collect();
    names.sort();
    names
}

/// The last line of a text.
fn last(text: &str) -> &str {
    text.lines().last().unwrap_or_default()
}
