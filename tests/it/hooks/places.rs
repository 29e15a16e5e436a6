//! Where git looks for hooks: asked of git itself, and tried with real commits.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::{Desk, executable, last, names};
use crate::support::{Run, submodule};

/// The folder in which this program says that git looks.
fn said(run: &Run) -> &str {
    let line = run.stdout.split("git looks for hooks in ").nth(1);
    let line = line.unwrap_or_else(|| panic!("{}\n{}", run.stdout, run.stderr));
    line.split(" (").next().unwrap_or_default()
}

/// Holds what this program says against what git says.
fn agrees(desk: &Desk, folder: &Path) {
    let git = desk.ok(folder, &["rev-parse", "--git-path", "hooks"]);
    let git = folder.join(git);
    fs::create_dir_all(&git).expect("created");
    let git = git.canonicalize().expect("a path");
    let status = desk.hook(folder, &["status", "pre-commit"]);
    let shown = git.display().to_string();
    let shown = shown.replace('\n', "\\n").replace('\t', "\\t");
    assert_eq!(said(&status), shown, "{}", status.stderr);
}

fn config(desk: &Desk, args: &[&str]) {
    desk.ok(&desk.work(""), &[&["config"], args].concat());
}

#[test]
fn git_and_this_program_look_in_the_same_folder() {
    let desk = Desk::new();
    let work = desk.work("");
    fs::create_dir_all(desk.work("sub/deep")).expect("created");
    agrees(&desk, &work);
    agrees(&desk, &desk.work("sub/deep"));
    let user = |text: &str| fs::write(desk.home().join(".gitconfig"), text).expect("written");
    let inside = desk.work(".git/other").display().to_string();
    for path in [
        "hooks dir",
        "./a/../b",
        "sub/",
        ".git/x",
        &inside,
        "it's \"a\"\nname",
    ] {
        config(&desk, &["core.hooksPath", path]);
        for folder in [&work, &desk.work("sub/deep")] {
            fs::create_dir_all(desk.work("a")).expect("created");
            agrees(&desk, folder);
        }
    }
    config(&desk, &["--unset", "core.hooksPath"]);
    fs::write(
        desk.home().join("inc"),
        "[core]\n hooksPath = ~/from-include\n",
    )
    .expect("written");
    let beside = desk.beside("").canonicalize().expect("a path");
    let condition = beside.display();
    for text in [
        "[core]\n\thooksPath = ~/my\\thooks ; not this\n".to_owned(),
        "[core]\n\thooksPath = /nowhere\n[CORE]\nHOOKSPATH=~/x\\\ny\n".to_owned(),
        "[include]\npath = inc\n".to_owned(),
        format!("[includeIf \"gitdir:{condition}/\"]\npath = inc\n"),
        "[includeIf \"gitdir:~/\"]\npath = inc\n".to_owned(),
        "[includeIf \"onbranch:main\"]\npath = inc\n".to_owned(),
        "[includeIf \"onbranch:mai\"]\npath = inc\n".to_owned(),
    ] {
        user(&text);
        agrees(&desk, &work);
    }
    user("");
    config(&desk, &["extensions.worktreeConfig", "true"]);
    config(&desk, &["--worktree", "core.hooksPath", "of-the-worktree"]);
    agrees(&desk, &work);
}

#[test]
fn hooks_of_a_linked_work_tree_are_those_of_the_repository() {
    let desk = Desk::new();
    desk.commit();
    let tree = desk.beside("tr'ee");
    let path = tree.display().to_string();
    desk.ok(
        &desk.work(""),
        &["worktree", "add", "-q", "-b", "other", &path],
    );
    agrees(&desk, &tree);
    let run = desk.hook(&tree, &["install", "pre-commit"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(names(&desk.work(".git/hooks")), ["pre-commit"]);
    desk.record(0);
    for folder in [&tree, &desk.work("")] {
        desk.ok(folder, &["commit", "-q", "--allow-empty", "-m", "x"]);
        assert!(desk.log().starts_with("ours\n"));
    }
}

#[test]
fn a_relative_path_is_one_of_each_work_tree() {
    let desk = Desk::new();
    desk.commit();
    config(&desk, &["core.hooksPath", "my hooks"]);
    let tree = desk.beside("tree");
    let path = tree.display().to_string();
    desk.ok(
        &desk.work(""),
        &["worktree", "add", "-q", "-b", "other", &path],
    );
    assert_eq!(desk.hook(&tree, &["install", "pre-commit"]).code, 0);
    assert_eq!(names(&tree.join("my hooks")), ["pre-commit"]);
    assert!(!desk.work("my hooks").exists());
    desk.record(0);
    desk.ok(&tree, &["commit", "-q", "--allow-empty", "-m", "x"]);
    assert!(desk.log().starts_with("ours\n"));
}

#[test]
fn a_submodule_has_hooks_of_its_own() {
    let desk = Desk::new();
    desk.ok(&desk.beside(""), &["init", "-q", "-b", "main", "inner"]);
    let inner = desk.beside("inner");
    desk.ok(&inner, &["commit", "-q", "--allow-empty", "-m", "x"]);
    let url = inner.display().to_string();
    let add = submodule(&url, "sub");
    desk.ok(&desk.work(""), &add);
    let sub = desk.work("sub");
    agrees(&desk, &sub);
    assert_eq!(desk.hook(&sub, &["install", "pre-commit"]).code, 0);
    assert_eq!(names(&desk.work(".git/modules/sub/hooks")), ["pre-commit"]);
    assert!(names(&desk.work(".git/hooks")).is_empty());
    desk.record(0);
    desk.ok(&sub, &["commit", "-q", "--allow-empty", "-m", "y"]);
    assert!(desk.log().starts_with("ours\n"));
    desk.commit();
    assert_eq!(desk.log(), "");
}

#[test]
fn a_bare_repository_gets_pre_receive() {
    let desk = Desk::new();
    desk.commit();
    desk.ok(&desk.beside(""), &["init", "-q", "--bare", "ba're"]);
    let bare = desk.beside("ba're");
    for setting in [None, Some("own hooks")] {
        if let Some(path) = setting {
            desk.ok(&bare, &["config", "core.hooksPath", path]);
        }
        let name = desk.beside("ba're").display().to_string();
        let run = desk.hook(&desk.beside(""), &["install", "--repo", &name]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let folder = bare.join(setting.unwrap_or("hooks"));
        assert_eq!(names(&folder), ["pre-receive"]);
        let run = desk.hook(&bare, &["status"]);
        assert_eq!(last(&run.stdout), "Checked: pushes into this repository.");
        desk.record(1);
        let push = ["push", "-q", &name, "main"];
        let run = desk.git(&desk.work(""), &push);
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(
            run.stderr.contains("pre-receive hook declined"),
            "{}",
            run.stderr
        );
        let head = desk.ok(&desk.work(""), &["rev-parse", "HEAD"]);
        let line = format!("{} {head} refs/heads/main\n", "0".repeat(40));
        assert_eq!(
            desk.log(),
            format!("ours\n<hook><run><pre-receive><-->\n{line}")
        );
        desk.restore();
    }
    let run = desk.hook(&bare, &["install", "pre-commit"]);
    assert!(
        run.stdout
            .contains("no commits are made in a bare repository"),
        "{}",
        run.stdout
    );
}

#[test]
fn who_receives_a_push_takes_a_relative_path_from_the_git_directory() {
    let desk = Desk::new();
    desk.commit();
    config(&desk, &["core.hooksPath", "rel"]);
    desk.done(&["install", "pre-receive", "pre-commit"]);
    assert_eq!(names(&desk.work(".git/rel")), ["pre-receive"]);
    assert_eq!(names(&desk.work("rel")), ["pre-commit"]);
    desk.record(1);
    let url = desk.work("").display().to_string();
    let run = desk.git(&desk.work(""), &["push", "-q", &url, "main:other"]);
    assert!(
        run.stderr.contains("pre-receive hook declined"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_folder_outside_is_used_only_if_the_user_names_it() {
    let desk = Desk::new();
    let outside = desk.beside("out side");
    fs::create_dir(&outside).expect("created");
    let path = outside.display().to_string();
    config(&desk, &["core.hooksPath", &path]);
    let remedy = "git config --unset core.hooksPath";
    desk.refused(
        &["install"],
        &[
            "outside the repository",
            "only the repository says so",
            remedy,
        ],
    );
    assert!(names(&outside).is_empty());
    let run = desk.hook(&desk.work(""), &["status"]);
    assert_eq!(run.code, 1);
    assert!(
        run.stdout.contains("outside the repository"),
        "{}",
        run.stdout
    );
    assert_eq!(last(&run.stdout), "Nothing is checked: see above.");
    // The user says so, too, however it is spelled.
    let user = format!("[core]\n\thooksPath = \"{}/../out side\"\n", path);
    fs::write(desk.home().join(".gitconfig"), user).expect("written");
    let said = desk.done(&["install"]);
    assert!(
        said.contains("git looks there in other repositories, too"),
        "{said}"
    );
    assert_eq!(names(&outside), ["pre-commit", "pre-push"]);
    desk.done(&["uninstall"]);
    config(&desk, &["--unset", "core.hooksPath"]);
    desk.done(&["install"]);
    desk.done(&["uninstall"]);
    fs::remove_file(desk.home().join(".gitconfig")).expect("removed");
    let mut command = desk.command(&desk.work(""), &["install"]);
    command
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "core.hooksPath")
        .env("GIT_CONFIG_VALUE_0", &outside);
    assert_eq!(super::ran(command, b"").code, 0);
    assert_eq!(names(&outside), ["pre-commit", "pre-push"]);
}

#[test]
fn a_link_that_leads_out_is_outside() {
    let desk = Desk::new();
    let outside = desk.beside("outside");
    fs::create_dir(&outside).expect("created");
    symlink("../outside", desk.work("hooks")).expect("linked");
    config(&desk, &["core.hooksPath", "hooks"]);
    desk.refused(&["install"], &["outside the repository"]);
    config(&desk, &["core.hooksPath", "hooks/deeper"]);
    desk.refused(&["install"], &["outside the repository"]);
    config(&desk, &["core.hooksPath", "absent/../../outside"]);
    desk.refused(&["install"], &["leads nowhere"]);
    config(&desk, &["--unset", "core.hooksPath"]);
    fs::remove_dir_all(desk.work(".git/hooks")).expect("removed");
    symlink("../../outside", desk.work(".git/hooks")).expect("linked");
    desk.refused(
        &["install"],
        &["outside the repository", "a link leads there"],
    );
    assert!(names(&outside).is_empty());
    // A link that stays inside is a folder like any other.
    fs::remove_file(desk.work(".git/hooks")).expect("removed");
    fs::create_dir(desk.work("shared")).expect("created");
    symlink("../shared", desk.work(".git/hooks")).expect("linked");
    desk.done(&["install"]);
    assert_eq!(names(&desk.work("shared")), ["pre-commit", "pre-push"]);
}

#[test]
fn a_work_tree_that_the_configuration_claims_is_not_the_repositorys() {
    let desk = Desk::new();
    let claimed = desk.beside("claimed");
    fs::create_dir_all(claimed.join("hooks")).expect("created");
    config(&desk, &["core.worktree", &claimed.display().to_string()]);
    config(&desk, &["core.hooksPath", "hooks"]);
    desk.refused(&["install"], &["outside the repository"]);
    assert!(names(&claimed.join("hooks")).is_empty());
}

#[test]
fn a_tracked_folder_is_used_and_told() {
    let desk = Desk::new();
    executable(&desk.work("dev/hooks/pre-push"), "#!/bin/sh\n");
    config(&desk, &["core.hooksPath", "dev/hooks"]);
    let said = desk.done(&["install", "pre-commit"]);
    assert!(!said.contains("commit the hook"), "{said}");
    desk.ok(&desk.work(""), &["add", "dev/hooks/pre-push"]);
    let said = desk.done(&["install", "pre-commit"]);
    assert!(
        said.contains("commit the hook, so that others have it"),
        "{said}"
    );
    // This machine's paths are nothing to others.
    let script = fs::read_to_string(desk.work("dev/hooks/pre-commit")).expect("read");
    assert!(script.contains("\nprogram=''\n"), "{script}");
    let bin = desk.beside("bin");
    desk.script(&bin.join("aisaleaks"), "path", 0);
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").expect("PATH"));
    let mut commit = desk.sealed(std::process::Command::new("git"), &desk.work(""));
    commit
        .args(["commit", "-q", "--allow-empty", "-m", "x"])
        .env("PATH", path);
    assert_eq!(super::ran(commit, b"").code, 0);
    assert!(desk.log().starts_with("path\n"));
}

#[test]
fn ours_is_found_where_git_looked_before() {
    let desk = Desk::new();
    desk.done(&["install"]);
    config(&desk, &["core.hooksPath", "other"]);
    let run = desk.hook(&desk.work(""), &["status"]);
    assert_eq!(run.code, 1);
    assert!(
        run.stdout.contains("too, where git does not look"),
        "{}",
        run.stdout
    );
    desk.done(&["install", "pre-push"]);
    let said = desk.done(&["uninstall"]);
    assert_eq!(said.matches(": taken away").count(), 3, "{said}");
    assert!(names(&desk.work(".git/hooks")).is_empty());
    assert!(names(&desk.work("other")).is_empty());
}
