//! What git writes to a hook's standard input reaches two hooks, whatever the shell.

use std::fs;
use std::process::Command;

use super::{Desk, executable, ran};

/// The shells of this machine.
fn shells() -> Vec<Vec<&'static str>> {
    let all = [
        &["sh"][..],
        &["dash"],
        &["bash", "--posix"],
        &["busybox", "sh"],
    ];
    let is_there = |shell: &&[&str]| Command::new(shell[0]).arg("-c").arg(":").output().is_ok();
    all.into_iter()
        .filter(is_there)
        .map(<[&str]>::to_vec)
        .collect()
}

#[test]
fn both_hooks_get_every_byte() {
    let desk = Desk::new();
    // It keeps its input apart, for it is large.
    let keep = |name: &str| format!("#!/bin/sh\ncat >\"$HOME/{name}\"\n");
    for name in ["pre-push", "pre-receive"] {
        executable(&desk.work(".git/hooks").join(name), &keep("earlier"));
    }
    desk.done(&["install", "pre-push", "pre-receive"]);
    executable(&desk.program(), &keep("ours"));
    let line = |at: usize| format!("refs/heads/b{at} {at:040x} refs/heads/b{at} {:040x}\n", 0);
    let many: String = (0..100_000).map(line).collect();
    let odd: Vec<u8> = (1..=255).chain(b"\n\n\n".iter().copied()).collect();
    for shell in shells() {
        for input in [
            many.as_bytes(),
            b"",
            b"one",
            b"\n",
            b"one\ntwo",
            b"%s\\n\n",
            &odd,
        ] {
            let names = ["pre-push", "pre-receive"].into_iter();
            // The text of both is the same: the large input goes to one.
            for name in names.take(if input.len() > 1000 { 1 } else { 2 }) {
                let mut command = Command::new(shell[0]);
                command
                    .args(&shell[1..])
                    .arg(desk.work(".git/hooks").join(name));
                let run = ran(desk.sealed(command, &desk.work("")), input);
                assert_eq!((run.code, &*run.stderr), (0, ""), "{shell:?}");
                for kept in ["earlier", "ours"] {
                    let got = fs::read(desk.home().join(kept)).expect("kept");
                    let bytes = (got.len(), input.len());
                    assert!(got == input, "{shell:?} {name} {kept} {bytes:?}");
                    fs::remove_file(desk.home().join(kept)).expect("removed");
                }
            }
        }
    }
}

#[test]
fn an_earlier_hook_that_reads_nothing_takes_nothing_away() {
    let desk = Desk::new();
    let path = desk.work(".git/hooks/pre-push");
    executable(&path, "#!/bin/sh\nexit 0\n");
    desk.done(&["install", "pre-push"]);
    executable(&desk.program(), "#!/bin/sh\nwc -c >\"$HOME/log\"\n");
    let input = vec![b'x'; 1 << 20];
    let run = desk.run(&path, &[], &input);
    assert_eq!((run.code, &*run.stderr), (0, ""));
    assert_eq!(desk.log().trim(), (1 << 20).to_string());
}

#[test]
fn a_push_that_cannot_be_read_is_stopped() {
    let desk = Desk::new();
    let path = desk.work(".git/hooks/pre-push");
    executable(&path, "#!/bin/sh\nexit 0\n");
    desk.done(&["install", "pre-push"]);
    desk.record(0);
    // Without `cat` nothing is read: that must not look like a push of nothing.
    fs::create_dir(desk.beside("empty")).expect("created");
    let mut command = Command::new("/bin/sh");
    command.arg(&path);
    let mut command = desk.sealed(command, &desk.work(""));
    command.env("PATH", desk.beside("empty"));
    let run = ran(command, b"a line\n");
    assert_eq!(run.code, 1);
    assert!(
        run.stderr.contains("this push was stopped"),
        "{}",
        run.stderr
    );
    assert_eq!(desk.log(), "");
}
