//! Hooks that were there before run first, and decide first.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use super::{Desk, ran};

#[test]
fn the_earlier_hook_runs_first_with_the_same_arguments() {
    let desk = Desk::new();
    for (name, args, expected) in [
        ("pre-commit", &[][..], "<>"),
        ("commit-msg", &["a file's\nname"], "<a file's\nname>"),
        ("pre-push", &["-x", "u r l"], "<-x><u r l>"),
    ] {
        let path = desk.work(".git/hooks").join(name);
        desk.script(&path, "earlier", 0);
        desk.done(&["install", name]);
        desk.record(0);
        let run = desk.run(&path, args, b"lines\n");
        assert_eq!(run.code, 0, "{}", run.stderr);
        let both = desk.log();
        let (earlier, ours) = both.split_once("ours\n").expect("both ran");
        assert_eq!(earlier, format!("earlier\n{expected}\nlines\n"));
        let rest = if args.is_empty() { "" } else { expected };
        let input = if name == "pre-push" { "lines\n" } else { "" };
        // Where git gives no input, the first one took what there was.
        assert_eq!(ours, format!("<hook><run><{name}><-->{rest}\n{input}"));
        desk.restore();
    }
}

#[test]
fn an_earlier_hook_that_fails_stops_it_with_its_status() {
    let desk = Desk::new();
    for name in ["pre-commit", "pre-push"] {
        desk.script(&desk.work(".git/hooks").join(name), "earlier", 7);
    }
    desk.done(&["install"]);
    desk.record(0);
    assert_eq!(desk.commit().code, 1);
    for name in ["pre-commit", "pre-push"] {
        let run = desk.run(&desk.work(".git/hooks").join(name), &[], b"");
        assert_eq!(run.code, 7);
    }
    assert!(!desk.log().contains("ours"));
}

#[test]
fn an_earlier_hook_that_git_would_not_run_does_not_run() {
    let desk = Desk::new();
    let path = desk.work(".git/hooks/pre-commit");
    fs::write(&path, "#!/bin/sh\nexit 1\n").expect("written");
    desk.done(&["install", "pre-commit"]);
    desk.record(0);
    assert_eq!(desk.commit().code, 0);
    assert!(desk.log().contains("ours"));
}

#[test]
fn a_link_is_kept_as_a_link() {
    let desk = Desk::new();
    desk.script(&desk.work("tools/check"), "linked", 0);
    let path = desk.work(".git/hooks/pre-commit");
    symlink("../../tools/check", &path).expect("linked");
    desk.done(&["install", "pre-commit"]);
    desk.record(0);
    desk.commit();
    let log = desk.log();
    assert!(log.starts_with("linked\n") && log.contains("ours"), "{log}");
    assert!(!fs::symlink_metadata(&path).expect("there").is_symlink());
}

#[test]
fn a_hook_that_leads_back_does_not_go_round() {
    let desk = Desk::new();
    let path = desk.work(".git/hooks/pre-commit");
    desk.done(&["install", "pre-commit"]);
    symlink(
        "pre-commit",
        desk.work(".git/hooks/pre-commit.before-aisaleaks"),
    )
    .expect("linked");
    desk.record(0);
    assert_eq!(desk.run(&path, &[], b"").code, 0);
    assert_eq!(desk.log().matches("ours").count(), 2);
}

#[test]
fn without_the_program_everything_stops_and_says_what_to_do() {
    let desk = Desk::new();
    desk.script(&desk.work(".git/hooks/pre-commit"), "earlier", 0);
    desk.done(&["install", "pre-commit", "pre-push", "pre-receive"]);
    fs::remove_file(desk.program()).expect("removed");
    let run = desk.commit();
    assert_eq!(run.code, 1);
    for part in [
        "this commit was stopped",
        "install aisaleaks",
        "git commit --no-verify",
    ] {
        assert!(run.stderr.contains(part), "{part}\n{}", run.stderr);
    }
    assert_eq!(desk.log(), "");
    let run = desk.run(&desk.work(".git/hooks/pre-push"), &[], b"");
    assert!(run.code == 1 && run.stderr.contains("git push --no-verify"));
    let run = desk.run(&desk.work(".git/hooks/pre-receive"), &[], b"");
    assert!(run.code == 1 && run.stderr.contains("whoever runs this server"));
    assert!(!run.stderr.contains("--no-verify"), "{}", run.stderr);
}

#[test]
fn the_program_in_path_stands_in_but_never_one_in_the_repository() {
    let desk = Desk::new();
    desk.done(&["install", "pre-commit"]);
    fs::remove_file(desk.program()).expect("removed");
    let other = desk.beside("other bin's");
    desk.script(&other.join("aisaleaks"), "other", 0);
    desk.script(&desk.work("aisaleaks"), "hostile", 0);
    let script = desk.work(".git/hooks/pre-commit");
    let run = |path: String| {
        let mut command = desk.sealed(Command::new(&script), &desk.work(""));
        command.env("PATH", path);
        ran(command, b"")
    };
    let system = std::env::var("PATH").expect("PATH");
    assert_eq!(run(format!("{}:{system}", other.display())).code, 0);
    assert_eq!(desk.log(), "other\n<hook><run><pre-commit><-->\n");
    for path in [format!(".:{system}"), format!(":{system}")] {
        assert_eq!(run(path).code, 1);
    }
    assert_eq!(desk.log(), "");
}

#[test]
fn what_stands_in_the_environment_does_not_get_past_it() {
    let desk = Desk::new();
    desk.script(&desk.work(".git/hooks/pre-push"), "earlier", 0);
    desk.done(&["install", "pre-push"]);
    desk.record(0);
    let mut command = desk.sealed(
        Command::new(desk.work(".git/hooks/pre-push")),
        &desk.work(""),
    );
    for name in ["kept", "lines", "program", "folder", "hook", "missing"] {
        command.env(name, "/bin/true");
    }
    assert_eq!(ran(command, b"one\ntwo").code, 0);
    let log = desk.log();
    assert_eq!(log.matches("one\ntwo").count(), 2, "{log}");
}
