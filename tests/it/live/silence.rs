//! Without `--verify` no socket is ever made: the system ends whoever makes one.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio};
use std::thread;

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};

use crate::support::{Repo, command, key};

/// Whatever makes a socket, or leads somewhere with one.
const FORBIDDEN: [i64; 5] = [
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_io_uring_setup,
];

/// Runs a command that is killed on these system calls, with this on its standard input.
fn confined(mut command: Command, input: &[u8]) -> (ExitStatus, String) {
    let rules = FORBIDDEN.map(|call| (call, vec![])).into_iter().collect();
    let arch = std::env::consts::ARCH
        .try_into()
        .expect("because the crate knows this machine");
    let filter = SeccompFilter::new(
        rules,
        SeccompAction::Allow,
        SeccompAction::KillProcess,
        arch,
    );
    let filter: BpfProgram = filter.expect("a filter").try_into().expect("a program");
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), input).expect("written");
    let output = thread::scope(|scope| {
        let run = || {
            // It is this thread's, and that of the processes that it starts.
            apply_filter(&filter).expect("because every kernel of these years has filters");
            let input = std::fs::File::open(file.path()).expect("opened");
            let command = command.stdin(Stdio::from(input));
            command.output().expect("the binary runs")
        };
        scope.spawn(run).join().expect("no panic")
    });
    (
        output.status,
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// A repository with keys in its history, its index and its files.
fn leak() -> Repo {
    let repo = Repo::new();
    repo.write("old.env", format!("AISA_API_KEY={}\n", key()))
        .commit("one");
    repo.write("old.env", "").commit("two");
    repo.write("staged.env", format!("AISA_API_KEY={}\n", key()));
    repo.git(&["add", "-A"]);
    repo.write("new.env", format!("AISA_API_KEY={}\n", key()));
    repo
}

#[test]
fn no_command_makes_a_socket() {
    let repo = leak();
    let one = key();
    std::fs::write(repo.join("message"), format!("key {one}\n")).expect("written");
    let push = format!(
        "refs/heads/main {} refs/heads/main {}\n",
        repo.git(&["rev-parse", "HEAD"]),
        "0".repeat(40)
    );
    for (args, input, code) in [
        (&["scan", "."][..], "", 1),
        (&["dir", "."], "", 1),
        (&["git", "."], "", 1),
        (&["staged"], "", 1),
        (&["stdin"], &*one, 1),
        (&["hook", "run", "pre-commit"], "", 1),
        (
            &[
                "hook",
                "run",
                "pre-push",
                "origin",
                "https://gateway.invalid/x.git",
            ],
            &push,
            1,
        ),
        (&["hook", "run", "commit-msg", "message"], "", 1),
        (&["hook", "install"], "", 0),
        (&["hook", "status"], "", 0),
        (&["explain", "new.env:1"], "", 0),
        (&["rules", "list"], "", 0),
        (&["baseline", "create", "--reason", "known"], "", 0),
        (&["baseline", "show"], "", 0),
    ] {
        let (status, stderr) = confined(command(repo.path(), args), input.as_bytes());
        assert_eq!(status.code(), Some(code), "{args:?}: {status} {stderr}");
    }
}

#[test]
fn ci_makes_no_socket() {
    let hub = crate::ci::Hub::new();
    hub.commit("main", "leak.env", &format!("AISA_API_KEY={}\n", key()));
    let head = hub.server.git(&["rev-parse", "HEAD"]);
    let mut ci = command(hub.server.path(), &["ci"]);
    ci.env("CI", "true")
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_SHA", &head);
    ci.env("GITHUB_EVENT_NAME", "schedule")
        .env("GITHUB_WORKSPACE", hub.server.path());
    let (status, stderr) = confined(ci, b"");
    assert_eq!(status.signal(), None, "{stderr}");
    assert!(
        status.code().is_some_and(|code| code == 1),
        "{status} {stderr}"
    );
}

#[test]
fn the_check_that_somebody_asks_for_does() {
    let repo = leak();
    let live = [
        "dir",
        ".",
        "--verify",
        "--verify-base-url",
        "http://127.0.0.1:1/v1",
    ];
    let (status, stderr) = confined(command(repo.path(), &live), b"");
    assert_eq!(status.signal(), Some(libc::SIGSYS), "{status} {stderr}");
}
