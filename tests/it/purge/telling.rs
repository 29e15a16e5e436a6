//! What no replacement reaches, and what to do about each.

use super::super::support::{Repo, git_command, key};
use super::Desk;

#[test]
fn names_of_people_files_and_refs_are_told_with_what_to_do() {
    let (repo, desk, key) = (Repo::new(), Desk::new(), key());
    repo.write(&format!("backup/{key}.txt"), "x").commit("Add");
    repo.git(&["branch", &format!("try-{key}")]);
    let mut commit = git_command(repo.path(), &["commit", "-q", "--allow-empty", "-m", "x"]);
    commit.env("GIT_AUTHOR_NAME", &key);
    assert!(commit.status().expect("git runs").success());
    let plan = desk.plan(repo.path(), &[], &[&key]);
    for parts in [
        ["the name or address of a person has it", "--mailmap"],
        ["the name of a file or folder has it", "backup/sk-aisa-…"],
        [
            "the name of a branch, tag or other ref",
            "refs/heads/try-sk-aisa-…",
        ],
        ["Nothing was written", "what each place needs"],
    ] {
        plan.told(1, &parts);
    }
    assert!(!desk.to().exists());
}

#[test]
fn older_versions_of_a_file_are_reached_and_told() {
    let (repo, desk, key) = (Repo::new(), Desk::new(), key());
    for round in 0..30 {
        repo.write("a.py", format!("k = '{key}' # {round}\n"))
            .commit("Again");
    }
    repo.write("a.py", "gone\n").commit("Gone");
    // One version is a binary file to git-filter-repo.
    repo.write("b.bin", format!("\0{key}")).commit("Binary");
    repo.write("b.bin", format!("{key}\n")).commit("Text");
    let plan = desk.plan(repo.path(), &[], &[&key]);
    plan.told(
        1,
        &[
            "replaced by its pattern: in 31 versions of files, 0 messages",
            "takes the file for a binary one",
            "git log --all --find-object=",
        ],
    );
    let stripped = Desk::new();
    let plan = stripped.plan(repo.path(), &["--strip-files"], &[&key]);
    plan.told(1, &["what is taken out: 1 blob"]);
}

#[test]
fn a_repository_is_found_from_below_and_from_a_linked_work_tree() {
    let (repo, desk, key) = (Repo::new(), Desk::new(), key());
    repo.write("sub/a.py", format!("k = '{key}'\n"))
        .commit("Add");
    let linked = desk.0.path().join("linked");
    repo.git(&[
        "worktree",
        "add",
        "-q",
        "--detach",
        linked.to_str().expect("text"),
    ]);
    let top = repo.path().canonicalize().expect("there");
    let command = format!("(cd {} && git -c submodule.recurse=false ", top.display());
    for folder in [repo.join("sub"), linked] {
        let plan = desk.plan(&folder, &[], &[&key]);
        plan.told(1, &["sk-aisa-…", " worktree remove ", &command]);
        std::fs::remove_dir_all(desk.to()).expect("removed");
    }
}

#[test]
fn what_is_printed_is_quoted_and_made_visible() {
    let (repo, desk, key) = (Repo::new(), Desk::new(), key());
    repo.write("a.py", format!("k = '{key}'\n")).commit("Add");
    repo.git(&["branch", "a$(touch${IFS}pwned)"]);
    let remote = "o'$(touch pwned)";
    for (name, address) in [
        (remote, "/nowhere"),
        ("\u{1b}[2J", "/nowhere"),
        (&key, "/nowhere"),
    ] {
        let setting = format!("remote.{name}.url");
        repo.git(&["config", "--add", &setting, address]);
    }
    let plan = desk.plan(repo.path(), &[], &[&key]);
    plan.told(
        1,
        &[
            "branches: 2 (a$(touch${IFS}pwned), main)",
            "remotes: 3 (",
            "\\x1b[2J",
            "git remote get-url --push -- 'o'\\''$(touch pwned)'",
        ],
    );
    assert!(!plan.0.stdout.contains('\u{1b}'));
    // Names that cannot be shown as they are have no commands.
    assert!(!plan.commands().contains("remote-2.git"));
    plan.told(
        1,
        &["There are more remotes, or some whose names cannot be printed"],
    );
}

#[test]
fn of_two_keys_in_one_file_each_is_told_by_its_own_form() {
    use base64::Engine as _;
    let (repo, desk, key) = (Repo::new(), Desk::new(), key());
    let encoded = base64::engine::general_purpose::STANDARD.encode(&key);
    repo.write("a.txt", format!("k = '{key}'\nsame = '{encoded}'\n"))
        .commit("Add");
    let plan = desk.plan(repo.path(), &[], &[&key]);
    plan.told(
        1,
        &[
            "in 1 version of a file",
            "it is encoded or in pieces there",
            "a.txt:",
        ],
    );
    assert!(!plan.0.stdout.contains("in this form"));
}

#[test]
fn where_refs_cannot_be_read_nothing_is_said_to_be_lost_and_nothing_collected() {
    let (repo, desk, key) = (Repo::new(), Desk::new(), key());
    repo.write("a.py", format!("k = '{key}'\n")).commit("Add");
    repo.git(&["config", "core.repositoryFormatVersion", "1"]);
    // As in a repository whose refs are in tables.
    repo.git(&["pack-refs", "--all"]);
    std::fs::remove_file(repo.join(".git/packed-refs")).expect("removed");
    let config = std::fs::read_to_string(repo.join(".git/config")).expect("read");
    repo.write(
        ".git/config",
        config + "[extensions]\n\trefStorage = reftable\n",
    );
    let plan = desk.plan(repo.path(), &[], &[&key]);
    plan.told(1, &["no ref that could be read leads to it", "Not read"]);
    assert!(
        !plan.0.stdout.contains("gc --prune=now"),
        "{}",
        plan.0.stdout
    );
}
