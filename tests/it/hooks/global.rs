//! Hooks for all repositories of a user, and that each repository's own go on running.

use std::fs;
use std::path::PathBuf;

use super::{Desk, executable, last, names};
use crate::support::submodule;

impl Desk {
    fn shared(&self) -> PathBuf {
        self.home().join(".config/aisaleaks/hooks")
    }

    fn gitconfig(&self) -> String {
        fs::read_to_string(self.home().join(".gitconfig")).expect("read")
    }

    fn set_gitconfig(&self, text: &str) {
        fs::write(self.home().join(".gitconfig"), text).expect("written");
    }
}

const CONFIG: &str = "# mine\n[user]\n\tname = Ada ; me\n\n[core]\n    editor = vi\\\n m # why\n[init]\n\tdefaultBranch = main\n";

#[test]
fn every_repository_is_checked_and_all_is_taken_away_again() {
    let desk = Desk::new();
    desk.set_gitconfig(CONFIG);
    let said = desk.done(&["install", "--global"]);
    assert!(said.contains("core.hooksPath in "), "{said}");
    assert!(desk.gitconfig().starts_with(CONFIG));
    let path = desk.ok(&desk.work(""), &["config", "--global", "core.hooksPath"]);
    assert_eq!(PathBuf::from(path), desk.shared());
    // Again: nothing is added.
    let before = desk.gitconfig();
    let said = desk.done(&["install", "--global"]);
    assert!(said.contains("already installed"), "{said}");
    assert_eq!(desk.gitconfig(), before);
    let run = desk.hook(&desk.home(), &["status", "--global"]);
    assert_eq!(run.code, 0);
    assert!(
        last(&run.stdout).starts_with("Checked: commits, pushes in every repository"),
        "{}",
        run.stdout
    );
    let run = desk.hook(&desk.work(""), &["status"]);
    assert_eq!(
        (run.code, last(&run.stdout)),
        (0, "Checked: commits, pushes.")
    );
    desk.record(1);
    assert_eq!(desk.commit().code, 1);
    assert_eq!(desk.log(), "ours\n<hook><run><pre-commit><-->\n");
    desk.restore();
    let said = desk.done(&["uninstall", "--global"]);
    assert!(said.contains("no longer set"), "{said}");
    assert_eq!(desk.gitconfig(), CONFIG);
    assert!(!desk.home().join(".config/aisaleaks").exists());
    let run = desk.hook(&desk.home(), &["status", "--global"]);
    assert_eq!(run.code, 1);
    assert!(
        last(&run.stdout).contains("aisaleaks hook install --global"),
        "{}",
        run.stdout
    );
    let said = desk.done(&["uninstall", "--global"]);
    assert_eq!(said, "there is no hook of aisaleaks for all repositories\n");
}

#[test]
fn each_repositorys_own_hooks_run_with_what_git_gives_them() {
    let desk = Desk::new();
    let own = desk.work(".git/hooks");
    let all = [
        "pre-commit",
        "prepare-commit-msg",
        "commit-msg",
        "post-commit",
        "post-checkout",
        "post-rewrite",
        "reference-transaction",
        "pre-push",
    ];
    for name in all {
        desk.script(&own.join(name), name, 0);
    }
    fs::write(own.join("post-merge"), "#!/bin/sh\nexit 1\n").expect("written");
    // First without, then with: the same hooks run with the same arguments and input, and ours beside them.
    let round = |desk: &Desk, at: &str| {
        let work = desk.work("");
        desk.commit();
        desk.ok(
            &work,
            &["commit", "-q", "--amend", "--allow-empty", "-m", "y"],
        );
        desk.ok(&work, &["checkout", "-q", "-b", at]);
        desk.ok(&work, &["checkout", "-q", "main"]);
        desk.ok(&work, &["merge", "-q", "--no-ff", "-m", "m", at]);
        let bare = desk.beside(&format!("{at}.git")).display().to_string();
        desk.ok(&work, &["init", "-q", "--bare", &bare]);
        desk.ok(&work, &["push", "-q", &bare, "main"]);
        let log = desk.log();
        // Ids and paths differ.
        let words = log.split(|c: char| c.is_whitespace() || "<>".contains(c));
        let words = words.filter(|word| !word.contains('/') && word.len() != 40);
        words
            .map(str::to_owned)
            .filter(|word| word != at && !word.is_empty())
            .collect::<Vec<_>>()
    };
    let before = round(&desk, "one");
    desk.done(&["install", "--global"]);
    desk.record(0);
    let after = round(&desk, "two");
    let ours = ["ours", "hook", "run", "--"].map(str::to_owned);
    let mut rest = after.clone();
    for name in ["pre-commit", "pre-commit", "pre-push"] {
        let mut words = ours.to_vec();
        words.insert(3, name.to_owned());
        let at = rest.windows(words.len()).position(|found| found == words);
        let at = at.unwrap_or_else(|| panic!("{name}\n{after:?}"));
        rest.drain(at..at + words.len());
    }
    assert_eq!(rest, before);
}

#[test]
fn the_repositorys_own_hook_decides_first_and_gets_gits_lines() {
    let desk = Desk::new();
    desk.done(&["install", "--global"]);
    desk.record(0);
    desk.script(&desk.work(".git/hooks/pre-commit"), "own", 3);
    assert_eq!(desk.commit().code, 1);
    assert!(!desk.log().contains("ours"));
    fs::remove_file(desk.work(".git/hooks/pre-commit")).expect("removed");
    desk.script(&desk.work(".git/hooks/pre-push"), "own", 0);
    let run = desk.run(&desk.shared().join("pre-push"), &["o", "u"], b"one\ntwo");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let ours = "ours\n<hook><run><pre-push><--><o><u>\none\ntwo";
    assert_eq!(desk.log(), format!("own\n<o><u>\none\ntwo{ours}"));
    // On a server of this user's, too.
    desk.ok(&desk.beside(""), &["init", "-q", "--bare", "ba're"]);
    desk.script(&desk.beside("ba're/hooks/update"), "update", 1);
    desk.commit();
    drop(desk.log());
    let url = desk.beside("ba're").display().to_string();
    let run = desk.git(&desk.work(""), &["push", "-q", &url, "main"]);
    assert!(run.stderr.contains("hook declined"), "{}", run.stderr);
}

#[test]
fn work_trees_submodules_and_new_repositories_work_on() {
    let desk = Desk::new();
    for name in ["post-checkout", "reference-transaction"] {
        desk.script(&desk.work(".git/hooks").join(name), name, 0);
    }
    desk.commit();
    desk.done(&["install", "--global"]);
    desk.record(0);
    drop(desk.log());
    let tree = desk.beside("tree\nwith 'all'");
    let path = tree.display().to_string();
    desk.ok(
        &desk.work(""),
        &["worktree", "add", "-q", "-b", "other", &path],
    );
    assert!(desk.log().contains("post-checkout\n"));
    desk.ok(&tree, &["commit", "-q", "--allow-empty", "-m", "x"]);
    let log = desk.log();
    assert!(log.contains("ours\n<hook><run><pre-commit><-->\n"), "{log}");
    assert!(log.contains("reference-transaction\n"), "{log}");
    let url = desk.work("").display().to_string();
    desk.ok(&desk.beside(""), &["clone", "-q", &url, "cl'one"]);
    desk.ok(&desk.beside(""), &["init", "-q", "fresh"]);
    let add = submodule(&url, "sub");
    desk.ok(&desk.beside("fresh"), &add);
    let sub = desk.beside("fresh/sub");
    desk.script(
        &desk.beside("fresh/.git/modules/sub/hooks/pre-commit"),
        "sub",
        0,
    );
    drop(desk.log());
    desk.ok(&sub, &["commit", "-q", "--allow-empty", "-m", "x"]);
    let log = desk.log();
    assert!(log.contains("sub\n") && log.contains("ours\n"), "{log}");
}

#[test]
fn what_is_for_one_repository_stays_out_of_the_folder_for_all() {
    let desk = Desk::new();
    desk.done(&["install", "--global", "pre-commit"]);
    let gate = fs::read(desk.shared().join("pre-commit")).expect("read");
    let said = desk.done(&["install"]);
    assert!(
        said.contains("pre-commit: already installed for all repositories"),
        "{said}"
    );
    assert_eq!(names(&desk.work(".git/hooks")), ["pre-push"]);
    let run = desk.hook(&desk.work(""), &["status"]);
    assert_eq!(last(&run.stdout), "Checked: commits, pushes.");
    desk.record(0);
    desk.run(&desk.shared().join("pre-push"), &["o", "u"], b"x");
    assert_eq!(desk.log(), "ours\n<hook><run><pre-push><--><o><u>\nx");
    desk.restore();
    let said = desk.done(&["uninstall"]);
    assert_eq!(said, "pre-push: taken away\n");
    assert_eq!(
        fs::read(desk.shared().join("pre-commit")).expect("read"),
        gate
    );
}

#[test]
fn a_repository_with_a_path_of_its_own_is_told_not_to_be_checked() {
    let desk = Desk::new();
    desk.done(&["install", "--global"]);
    desk.ok(&desk.work(""), &["config", "core.hooksPath", "own"]);
    let run = desk.hook(&desk.work(""), &["status"]);
    assert_eq!(run.code, 1);
    assert!(
        run.stdout
            .contains("but not here, where git looks elsewhere"),
        "{}",
        run.stdout
    );
}

#[test]
fn one_hook_of_several_can_be_taken_away() {
    let desk = Desk::new();
    desk.done(&[
        "install",
        "--global",
        "pre-commit",
        "pre-push",
        "commit-msg",
    ]);
    desk.script(&desk.work(".git/hooks/pre-push"), "own", 0);
    desk.done(&["uninstall", "--global", "pre-push"]);
    desk.record(0);
    desk.run(&desk.shared().join("pre-push"), &[], b"x");
    assert_eq!(desk.log(), "own\n<>\nx");
    desk.restore();
    desk.done(&["uninstall", "--global", "pre-commit"]);
    assert!(desk.gitconfig().contains("hooksPath"));
    desk.done(&["uninstall", "--global", "commit-msg"]);
    assert_eq!(desk.gitconfig(), "");
    assert!(!desk.shared().exists());
}

#[test]
fn a_folder_that_the_user_has_is_used_as_it_is() {
    let desk = Desk::new();
    desk.set_gitconfig("[core]\n\thooksPath = ~/my hooks\n");
    let folder = desk.home().join("my hooks");
    desk.script(&folder.join("pre-commit"), "mine", 0);
    desk.done(&["install", "--global"]);
    let all = ["pre-commit", "pre-commit.before-aisaleaks", "pre-push"];
    assert_eq!(names(&folder), all);
    desk.record(0);
    desk.commit();
    let log = desk.log();
    assert!(log.starts_with("mine\n") && log.contains("ours\n"), "{log}");
    desk.restore();
    desk.done(&["uninstall", "--global"]);
    assert_eq!(names(&folder), ["pre-commit"]);
    assert_eq!(desk.gitconfig(), "[core]\n\thooksPath = ~/my hooks\n");
}

#[test]
fn hooks_that_somebody_put_there_keep_the_folder() {
    let desk = Desk::new();
    executable(&desk.shared().join("pre-commit"), "#!/bin/sh\n# first\n");
    desk.done(&["install", "--global"]);
    executable(&desk.shared().join("post-merge"), "#!/bin/sh\n# mine\n");
    let said = desk.done(&["install", "--global"]);
    assert!(said.contains("post-merge is not aisaleaks'"), "{said}");
    let said = desk.done(&["uninstall", "--global"]);
    assert!(said.contains("core.hooksPath stays"), "{said}");
    assert!(desk.gitconfig().contains("hooksPath"));
    let text = fs::read_to_string(desk.shared().join("pre-commit")).expect("read");
    assert_eq!(text, "#!/bin/sh\n# first\n");
    for name in ["pre-commit", "post-merge"] {
        fs::remove_file(desk.shared().join(name)).expect("removed");
    }
    desk.done(&["uninstall", "--global"]);
    assert_eq!(desk.gitconfig(), "");
    assert!(!desk.shared().exists());
}

#[test]
fn what_cannot_be_done_for_all_is_refused() {
    let desk = Desk::new();
    desk.refused(
        &["install", "--global", "pre-receive"],
        &["runs on a server"],
    );
    desk.set_gitconfig("[core]\n\thooksPath = .githooks\n");
    desk.refused(
        &["install", "--global"],
        &["another folder in each repository"],
    );
    desk.set_gitconfig("[core\n");
    desk.refused(&["install", "--global"], &["line 1 is not written"]);
    desk.set_gitconfig("[user]\n\tname = x\n");
    fs::write(desk.home().join(".gitconfig.lock"), "").expect("written");
    desk.refused(&["install", "--global"], &[".gitconfig.lock is there"]);
    fs::remove_file(desk.home().join(".gitconfig.lock")).expect("removed");
    let mut command = desk.command(&desk.work(""), &["install", "--global"]);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null");
    let run = super::ran(command, b"");
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("GIT_CONFIG_GLOBAL names no file"),
        "{}",
        run.stderr
    );
}
