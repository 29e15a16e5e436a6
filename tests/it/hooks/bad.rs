//! What stands in the way is told, with what to do, and nothing is lost.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::time::Duration;

use super::{Desk, executable, names};
use crate::support::bounded;
use crate::support::files::{fifo, is_root};

#[test]
fn outside_a_repository_there_is_nothing_to_install() {
    let desk = Desk::new();
    for args in [["install"], ["uninstall"], ["status"]] {
        let run = desk.hook(&desk.home(), &args);
        assert_eq!(run.code, 2);
        assert!(
            run.stderr.contains("is not in a git repository\n  "),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn a_missing_folder_is_made_and_a_file_in_its_place_is_told() {
    let desk = Desk::new();
    let folder = desk.work(".git/hooks");
    fs::remove_dir_all(&folder).expect("removed");
    desk.done(&["install"]);
    assert_eq!(names(&folder), ["pre-commit", "pre-push"]);
    fs::remove_dir_all(&folder).expect("removed");
    fs::write(&folder, "a file").expect("written");
    desk.refused(&["install"], &["which is no folder"]);
    assert_eq!(fs::read_to_string(&folder).expect("read"), "a file");
    let run = desk.hook(&desk.work(""), &["status"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    // So people turn all hooks off.
    let off = "[core]\n\thooksPath = /dev/null\n";
    fs::write(desk.home().join(".gitconfig"), off).expect("written");
    for args in [&["install"][..], &["install", "--global"]] {
        desk.refused(args, &["/dev/null, which is no folder, so that none runs"]);
    }
}

#[test]
fn what_git_could_not_run_is_told_and_stays() {
    let desk = Desk::new();
    let path = desk.work(".git/hooks/pre-commit");
    let told = |what: &str| {
        desk.refused(
            &["install", "pre-commit"],
            &[what, "move it away or remove it"],
        );
        let run = desk.hook(&desk.work(""), &["status"]);
        assert_eq!(run.code, 1);
        assert!(run.stdout.contains(what), "{what}\n{}", run.stdout);
        let said = desk.done(&["uninstall"]);
        assert!(said.contains(what) && said.contains("and stays"), "{said}");
    };
    fs::create_dir(&path).expect("created");
    told("is a folder");
    fs::remove_dir(&path).expect("removed");
    symlink("nowhere", &path).expect("linked");
    told("is a link that leads nowhere");
    fifo(&path);
    told("is no regular file");
    assert_eq!(names(&desk.work(".git/hooks")), ["pre-commit"]);
}

#[test]
fn one_that_stands_in_the_way_does_not_stop_the_others() {
    let desk = Desk::new();
    fs::create_dir(desk.work(".git/hooks/pre-commit")).expect("created");
    let run = desk.hook(&desk.work(""), &["install"]);
    assert_eq!(run.code, 2);
    assert!(run.stdout.contains("pre-push: installed"), "{}", run.stdout);
    assert!(
        run.stderr.contains("pre-commit: not installed"),
        "{}",
        run.stderr
    );
}

#[test]
fn the_name_for_the_earlier_hook_is_never_overwritten() {
    let desk = Desk::new();
    let path = desk.work(".git/hooks/pre-commit");
    let kept = desk.work(".git/hooks/pre-commit.before-aisaleaks");
    executable(&path, "#!/bin/sh\n# now\n");
    fs::write(&kept, "older").expect("written");
    desk.refused(&["install", "pre-commit"], &["is in the way"]);
    assert_eq!(fs::read_to_string(&kept).expect("read"), "older");
    fs::remove_file(&kept).expect("removed");
    symlink("nowhere", &kept).expect("linked");
    desk.refused(&["install", "pre-commit"], &["is in the way"]);
    assert_eq!(
        fs::read_to_string(&path).expect("read"),
        "#!/bin/sh\n# now\n"
    );
}

#[test]
fn what_somebody_wrote_into_our_script_is_not_lost() {
    let desk = Desk::new();
    desk.done(&["install", "pre-commit"]);
    let path = desk.work(".git/hooks/pre-commit");
    let text = fs::read_to_string(&path).expect("read");
    let text = text.replace("exec ", "make check && exec ");
    fs::write(&path, &text).expect("written");
    for args in [["install", "pre-commit"], ["uninstall", "pre-commit"]] {
        desk.refused(&args, &["was changed since aisaleaks wrote it"]);
    }
    assert_eq!(fs::read_to_string(&path).expect("read"), text);
    let run = desk.hook(&desk.work(""), &["status"]);
    assert!(run.stdout.contains("changed by hand"), "{}", run.stdout);
}

#[test]
fn a_link_to_our_script_is_left_alone() {
    let desk = Desk::new();
    desk.done(&["install", "pre-commit"]);
    let path = desk.work(".git/hooks/pre-push");
    symlink("pre-commit", &path).expect("linked");
    desk.refused(
        &["install", "pre-push"],
        &["is a link to a hook of aisaleaks"],
    );
    desk.refused(
        &["uninstall", "pre-push"],
        &["is a link to a hook of aisaleaks"],
    );
    assert!(fs::symlink_metadata(&path).expect("there").is_symlink());
}

#[test]
fn a_folder_that_may_not_be_written_is_told() {
    if is_root() {
        // Permissions do not bind root.
        return;
    }
    let desk = Desk::new();
    let folder = desk.work(".git/hooks");
    executable(&folder.join("pre-commit"), "#!/bin/sh\n");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).expect("set");
    desk.refused(
        &["install"],
        &["cannot write", "let this user write in that folder"],
    );
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("set");
    assert_eq!(names(&folder), ["pre-commit"]);
}

#[test]
fn a_configuration_that_git_cannot_use_either_is_told() {
    let desk = Desk::new();
    let file = desk.work(".git/config");
    let text = fs::read_to_string(&file).expect("read");
    for (more, what) in [
        ("[core\n", "is not written as git's configuration is"),
        ("[core]\n\thooksPath\n", "core.hooksPath: it has no value"),
        ("[core]\n\thooksPath =\n", "core.hooksPath: it has no value"),
        (
            "[core]\n\thooksPath = ~nobody-at-all/x\n",
            "~ at its beginning",
        ),
        (
            "[include]\n\tpath = config\n",
            "more than 10 files include each other",
        ),
        ("[include]\n\tpath = fifo\n", "not a regular file"),
    ] {
        fs::write(&file, format!("{text}{more}")).expect("written");
        fifo(&desk.work(".git/fifo"));
        let mut command = desk.command(&desk.work(""), &["install"]);
        let mut child = command
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("it runs");
        assert_eq!(
            bounded::wait(&mut child, Duration::from_secs(20)),
            2,
            "{more}"
        );
        desk.refused(
            &["install"],
            &["cannot tell where git looks for hooks", what],
        );
        let run = desk.hook(&desk.work(""), &["status"]);
        assert_eq!(run.code, 2, "{more}");
    }
    assert!(names(&desk.work(".git/hooks")).is_empty());
}

#[test]
fn what_a_terminal_would_obey_is_shown() {
    let desk = Desk::new();
    let name = "a\u{1b}[2J\u{202e}b";
    desk.ok(&desk.work(""), &["config", "core.hooksPath", name]);
    let said = desk.done(&["install"]);
    assert!(said.contains("a\\x1b[2J\\u{202e}b"), "{said}");
    fs::create_dir(desk.work(name).join("commit-msg")).expect("created");
    desk.refused(&["install", "commit-msg"], &["a\\x1b[2J\\u{202e}b"]);
}
