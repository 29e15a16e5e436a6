//! Installing, installing again, and taking away.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use super::{Desk, executable, last, names};

#[test]
fn a_commit_and_a_push_run_what_was_installed() {
    let desk = Desk::new();
    let said = desk.done(&["install"]);
    assert!(said.starts_with("pre-commit: installed in "), "{said}");
    assert_eq!(names(&desk.work(".git/hooks")), ["pre-commit", "pre-push"]);
    desk.record(0);
    assert_eq!(desk.commit().code, 0);
    assert_eq!(desk.log(), "ours\n<hook><run><pre-commit><-->\n");
    desk.ok(&desk.beside(""), &["init", "-q", "--bare", "re'mote"]);
    let url = desk.beside("re'mote").display().to_string();
    desk.ok(&desk.work(""), &["push", "-q", &url, "main"]);
    let log = desk.log();
    let head = desk.ok(&desk.work(""), &["rev-parse", "HEAD"]);
    let zeros = "0".repeat(40);
    assert_eq!(
        log,
        format!(
            "ours\n<hook><run><pre-push><--><{url}><{url}>\nrefs/heads/main {head} refs/heads/main {zeros}\n"
        )
    );
    desk.record(1);
    let before = desk.ok(&desk.work(""), &["rev-parse", "HEAD"]);
    assert_eq!(desk.commit().code, 1);
    assert_eq!(desk.ok(&desk.work(""), &["rev-parse", "HEAD"]), before);
}

#[test]
fn each_hook_can_be_chosen() {
    let desk = Desk::new();
    desk.done(&["install", "commit-msg"]);
    assert_eq!(names(&desk.work(".git/hooks")), ["commit-msg"]);
    let said = desk.done(&["install", "pre-receive"]);
    assert!(
        said.contains("when somebody pushes into this repository"),
        "{said}"
    );
    desk.record(0);
    desk.commit();
    assert_eq!(
        desk.log(),
        "ours\n<hook><run><commit-msg><--><.git/COMMIT_EDITMSG>\n"
    );
}

#[test]
fn more_arguments_reach_the_program_and_stay() {
    let desk = Desk::new();
    let args = ["--rules", "my 'rules'\n$x.toml", "--only-rule", ""];
    desk.done(&[&["install", "pre-commit", "--"][..], &args].concat());
    let said = desk.done(&["install", "pre-commit"]);
    assert!(
        said.contains("already installed, and written anew"),
        "{said}"
    );
    assert!(said.contains("--only-rule"), "{said}");
    desk.done(&["install", "pre-push", "--", "-q"]);
    desk.done(&["install", "pre-push", "--", "--no-progress"]);
    desk.record(0);
    desk.commit();
    let given = "<--rules><my 'rules'\n$x.toml><--only-rule><>";
    assert_eq!(
        desk.log(),
        format!("ours\n<hook><run><pre-commit>{given}<-->\n")
    );
    desk.run(&desk.work(".git/hooks/pre-push"), &["o", "u"], b"");
    assert_eq!(
        desk.log(),
        "ours\n<hook><run><pre-push><--no-progress><--><o><u>\n"
    );
    desk.restore();
    for wrong in [&["--ruels", "x"][..], &["--help"], &["x", "--", "y"]] {
        let args = [&["install", "pre-commit", "--"][..], wrong].concat();
        desk.refused(&args, &["hook run --help"]);
    }
}

#[test]
fn installing_twice_changes_nothing_and_never_chains_to_itself() {
    let desk = Desk::new();
    let path = desk.work(".git/hooks/pre-commit");
    executable(&path, "#!/bin/sh\necho mine\n");
    desk.done(&["install", "pre-commit"]);
    let first = fs::read(&path).expect("read");
    let said = desk.done(&["install", "pre-commit"]);
    assert!(
        said.contains("already installed, and written anew"),
        "{said}"
    );
    assert_eq!(fs::read(&path).expect("read"), first);
    // Git runs what is executable only.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("set");
    let run = desk.hook(&desk.work(""), &["status", "pre-commit"]);
    assert!(run.stdout.contains("not executable"), "{}", run.stdout);
    assert_eq!(run.code, 1);
    desk.done(&["install", "pre-commit"]);
    assert_eq!(fs::metadata(&path).expect("there").mode() & 0o777, 0o755);
    let all = ["pre-commit", "pre-commit.before-aisaleaks"];
    assert_eq!(names(&desk.work(".git/hooks")), all);
}

#[test]
fn what_was_there_comes_back_exactly() {
    let desk = Desk::new();
    let folder = desk.work(".git/hooks");
    let bytes = b"#!/bin/sh\n# \xff\0 odd\r\nexit 0";
    for (name, mode) in [
        ("pre-commit", 0o750),
        ("pre-push", 0o640),
        ("commit-msg", 0o4711),
    ] {
        fs::write(folder.join(name), bytes).expect("written");
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(folder.join(name), mode).expect("set");
    }
    executable(&desk.work("tools/check"), "#!/bin/sh\n");
    symlink("../../tools/check", folder.join("pre-receive")).expect("linked");
    let all = ["pre-commit", "pre-push", "commit-msg", "pre-receive"];
    let look = || {
        all.map(|name| {
            let file = fs::symlink_metadata(folder.join(name)).expect("there");
            let target = fs::read_link(folder.join(name)).ok();
            (file.ino(), file.mode(), file.mtime_nsec(), target)
        })
    };
    // A link is made anew: only its target is the same.
    let before = look();
    let said = desk.done(&[&["install"][..], &all].concat());
    assert!(
        said.contains("it is not executable, so that it does not run"),
        "{said}"
    );
    assert_eq!(names(&folder).len(), 8);
    desk.done(&["uninstall"]);
    let after = look();
    assert_eq!(before[..3], after[..3]);
    assert_eq!(before[3].3, after[3].3);
    assert_eq!(fs::read(folder.join("pre-push")).expect("read"), bytes);
    assert_eq!(names(&folder).len(), 4);
    assert_eq!(
        desk.done(&["uninstall"]),
        "there is no hook of aisaleaks here\n"
    );
}

#[test]
fn only_what_is_named_is_taken_away() {
    let desk = Desk::new();
    desk.done(&["install"]);
    let said = desk.done(&["uninstall", "pre-push"]);
    assert_eq!(said, "pre-push: taken away\n");
    assert_eq!(names(&desk.work(".git/hooks")), ["pre-commit"]);
    // One that somebody removed leaves what was there before.
    executable(&desk.work(".git/hooks/pre-push"), "#!/bin/sh\n");
    desk.done(&["install", "pre-push"]);
    fs::remove_file(desk.work(".git/hooks/pre-push")).expect("removed");
    desk.refused(
        &["install", "pre-push"],
        &["pre-push.before-aisaleaks", "in the way"],
    );
    let said = desk.done(&["uninstall", "pre-push"]);
    assert!(said.contains("was gone already"), "{said}");
    let left = ["pre-commit", "pre-push"];
    assert_eq!(names(&desk.work(".git/hooks")), left);
}

#[test]
fn status_says_what_is_checked_and_what_to_type() {
    let desk = Desk::new();
    let status = |args: &[&str]| {
        let run = desk.hook(&desk.work(""), &[&["status"], args].concat());
        assert_eq!(run.stderr, "");
        (run.code, run.stdout)
    };
    let (code, text) = status(&[]);
    assert_eq!(code, 1);
    let nothing = "Nothing is checked: type `aisaleaks hook install pre-commit pre-push`.";
    assert_eq!(last(&text), nothing);
    desk.done(&["install", "pre-commit"]);
    let (code, text) = status(&[]);
    assert_eq!(code, 0);
    assert!(text.contains("pre-commit   aisaleaks; runs "), "{text}");
    assert!(text.contains("pre-push     none"), "{text}");
    assert_eq!(
        last(&text),
        "Checked: commits. Not checked: pushes: type `aisaleaks hook install pre-push`."
    );
    assert_eq!(status(&["pre-push"]).0, 1);
    desk.done(&["install", "pre-push", "commit-msg"]);
    let (_, text) = status(&[]);
    assert_eq!(
        last(&text),
        "Checked: commits, messages of commits, pushes."
    );
    // The hook's own program is gone, and this one runs from elsewhere.
    let other = desk.beside("other/aisaleaks");
    fs::create_dir(desk.beside("other")).expect("created");
    fs::rename(desk.program(), &other).expect("moved");
    let mut command = desk.command(&desk.work(""), &["status"]);
    command = {
        let mut moved = std::process::Command::new(&other);
        moved.args(command.get_args());
        desk.sealed(moved, &desk.work(""))
    };
    let run = super::ran(command, b"");
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert!(
        run.stdout.contains("everything is stopped"),
        "{}",
        run.stdout
    );
}
