//! What the next commit would add, whatever form the index has.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;

use serde_json::Value;

use super::support::{Repo, command, git, has, key, locations, problems, report, run, submodule};

fn staged(folder: &Path) -> (i32, Value) {
    report(folder, &["staged"])
}

fn old_keys(report: &Value) -> u64 {
    report["stats"]["excluded"]["already-there"]
        .as_u64()
        .unwrap_or(0)
}

/// A repository with one commit that holds a key in `old.txt`.
fn with_old_key() -> (Repo, String) {
    let (repo, old) = (Repo::new(), key());
    repo.write(
        "old.txt",
        format!("# settings\nAISA_API_KEY={old}\nport = 1\nhost = here\nname = there\n"),
    );
    repo.write("deep/er/file.txt", "nothing here\n");
    repo.commit("begin");
    (repo, old)
}

#[test]
fn a_new_key_is_found_before_there_is_any_commit() {
    for repo in [Repo::new(), Repo::sha256()] {
        let key = key();
        repo.write("a/b.txt", format!("one\nAISA_API_KEY={key}\n"));
        repo.git(&["add", "."]);
        let (code, report) = staged(repo.path());
        assert_eq!((code, problems(&report)), (1, vec![]), "{report:#}");
        assert_eq!(report["targets"][0]["kind"], "staged");
        assert_eq!(report["targets"][0]["head"], Value::Null);
        let places = locations(&report, &key);
        assert_eq!(places.len(), 1);
        assert_eq!(places[0]["origin"], "staged");
        assert_eq!(places[0]["path"], "a/b.txt");
        assert_eq!(places[0]["line"], 2);
        assert_eq!(places[0]["blob"], repo.git(&["rev-parse", ":a/b.txt"]));
    }
}

#[test]
fn the_index_counts_and_not_the_work_tree() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.txt", &key);
    repo.git(&["add", "."]);
    repo.write("a.txt", "clean\n");
    assert_eq!(staged(repo.path()).0, 1);
    repo.git(&["add", "."]);
    repo.write("a.txt", &key);
    repo.write("untracked.txt", &key);
    assert_eq!(staged(repo.path()).0, 0);
}

#[test]
fn an_old_key_does_not_stop_a_commit() {
    let (repo, old) = with_old_key();
    let text = fs::read_to_string(repo.join("old.txt")).expect("read");
    repo.write("old.txt", format!("{text}more = yes\n"));
    repo.git(&["add", "."]);
    let (code, report) = staged(repo.path());
    assert_eq!((code, old_keys(&report)), (0, 1), "{report:#}");
    let human = run(repo.path(), &["staged"]).stdout;
    assert!(
        human.contains("1 old key stands in files that this change touches"),
        "{human}"
    );
    assert!(!human.contains("Left out"), "{human}");
    // Once more is new, and it is the added line that is shown.
    repo.write("old.txt", format!("again = {old}\n{text}"));
    repo.git(&["add", "."]);
    let (code, report) = staged(repo.path());
    assert_eq!(code, 1, "{report:#}");
    let places = locations(&report, &old);
    assert_eq!(
        (places.len(), &places[0]["line"]),
        (1, &1.into()),
        "{report:#}"
    );
    // Elsewhere is new as well.
    repo.git(&["reset", "-q", "--hard"]);
    repo.write("other.txt", format!("key = {old}\n"));
    repo.git(&["add", "."]);
    assert_eq!(staged(repo.path()).0, 1);
}

#[test]
fn a_key_that_moves_with_its_file_is_not_new() {
    let (repo, old) = with_old_key();
    repo.git(&["mv", "old.txt", "deep/moved.txt"]);
    let (code, report) = staged(repo.path());
    assert_eq!((code, old_keys(&report)), (0, 1), "{report:#}");
    let new = key();
    let text = fs::read_to_string(repo.join("deep/moved.txt")).expect("read");
    repo.write("deep/moved.txt", format!("{text}new={new}\n"));
    repo.git(&["add", "."]);
    let (code, report) = staged(repo.path());
    assert_eq!(code, 1, "{report:#}");
    assert!(has(&report, &new) && !has(&report, &old), "{report:#}");
    // A copy is new: of one removed file there is one that it moved to.
    repo.git(&["reset", "-q", "--hard"]);
    repo.git(&["mv", "old.txt", "one.txt"]);
    repo.write("two.txt", fs::read(repo.join("one.txt")).expect("read"));
    repo.git(&["add", "."]);
    let (code, report) = staged(repo.path());
    assert_eq!((code, locations(&report, &old).len()), (1, 1), "{report:#}");
    // So is a key that goes to a file that has nothing else in common with the removed one.
    repo.git(&["reset", "-q", "--hard"]);
    repo.git(&["rm", "-q", "old.txt"]);
    repo.write(
        "client.py",
        format!("import os\n{}\nKEY = '{old}'\n", "print(1)\n".repeat(50)),
    );
    repo.git(&["add", "."]);
    assert_eq!(staged(repo.path()).0, 1);
}

#[test]
fn a_merge_counts_both_parents() {
    let (repo, _) = with_old_key();
    let (theirs, evil) = (key(), key());
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.write("side.txt", format!("key={theirs}\n"));
    repo.commit("side");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("main.txt", "main\n");
    repo.commit("main");
    repo.git(&["merge", "-q", "--no-commit", "--no-ff", "side"]);
    let (code, report) = staged(repo.path());
    assert_eq!(code, 0, "{report:#}");
    repo.write("side.txt", format!("key={theirs}\nother={evil}\n"));
    repo.git(&["add", "."]);
    let (code, report) = staged(repo.path());
    assert_eq!(code, 1, "{report:#}");
    assert!(has(&report, &evil) && !has(&report, &theirs), "{report:#}");
}

#[test]
fn conflicts_are_scanned_and_said() {
    let (repo, _) = with_old_key();
    let key = key();
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.write("deep/er/file.txt", format!("theirs {key}\n"));
    repo.commit("side");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("deep/er/file.txt", "ours\n");
    repo.commit("main");
    let mut pick = std::process::Command::new("git");
    pick.current_dir(repo.path()).args([
        "-c",
        "user.name=A",
        "-c",
        "user.email=a@b",
        "cherry-pick",
        "side",
    ]);
    assert!(!pick.output().expect("git runs").status.success());
    let (code, report) = staged(repo.path());
    assert_eq!(
        (code, problems(&report)),
        (1, vec!["unmerged"]),
        "{report:#}"
    );
    assert!(has(&report, &key), "{report:#}");
    assert_eq!(report["problems"][0]["where"], "deep/er/file.txt");
}

#[test]
fn files_that_are_only_intended_have_nothing_to_scan() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.txt", &key);
    repo.git(&["add", "-N", "a.txt"]);
    let (code, report) = staged(repo.path());
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["stats"]["excluded"]["intent-to-add"], 1);
}

#[test]
fn attributes_links_and_submodules_hide_nothing() {
    let (repo, inner, keys) = (Repo::new(), Repo::new(), [(); 4].map(|()| key()));
    inner.write("a.txt", key());
    inner.commit("inner");
    repo.write(
        ".gitattributes",
        "*.txt -diff binary export-ignore filter=x merge=ours\n",
    );
    repo.write("hidden.txt", &keys[0]);
    repo.write("bin", format!("\0\u{1}{}\0", keys[1]));
    symlink(&keys[2], repo.join("link")).expect("a link");
    repo.write(&format!("named/{}", keys[3]), "x");
    repo.git(&submodule(&inner.path().display().to_string(), "sub"));
    repo.git(&["add", "-A"]);
    let (code, report) = staged(repo.path());
    assert_eq!((code, problems(&report)), (1, vec![]), "{report:#}");
    for key in &keys {
        assert_eq!(locations(&report, key).len(), 1, "{report:#}");
    }
    assert_eq!(locations(&report, &keys[3])[0]["origin"], "path-name");
    // A file beside the one whose folder has a key in its name adds no key.
    repo.git(&["commit", "-q", "-m", "all"]);
    repo.write("plain.txt", "x");
    repo.git(&["add", "-A"]);
    repo.git(&["update-index", "--chmod=+x", "hidden.txt"]);
    assert_eq!(staged(repo.path()).0, 0);
}

/// Commits through a real hook, and says whether the commit was made.
fn commit_through_hook(repo: &Repo, args: &[&str]) -> bool {
    let hook = repo.join(".git/hooks/pre-commit");
    let binary = env!("CARGO_BIN_EXE_aisaleaks");
    fs::create_dir_all(hook.parent().expect("a parent")).expect("created");
    fs::write(
        &hook,
        format!("#!/bin/sh\nexec '{binary}' staged >out.log 2>&1\n"),
    )
    .expect("written");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("permissions");
    let mut commit = std::process::Command::new("git");
    commit
        .current_dir(repo.path())
        .args([
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@b",
            "commit",
            "-q",
            "-m",
            "x",
        ])
        .args(args);
    for name in ["GIT_DIR", "GIT_INDEX_FILE"] {
        commit.env_remove(name);
    }
    commit.output().expect("git runs").status.success()
}

#[test]
fn a_hook_sees_the_index_of_every_kind_of_commit() {
    let (repo, _) = with_old_key();
    fs::write(repo.join(".git/info/exclude"), "out.log\n").expect("written");
    repo.write("deep/er/file.txt", format!("key {}\n", key()));
    assert!(
        !commit_through_hook(&repo, &["-a"]),
        "the index is another file"
    );
    assert!(
        !commit_through_hook(&repo, &["--", "deep/er/file.txt"]),
        "a partial commit"
    );
    assert!(
        commit_through_hook(&repo, &["--allow-empty"]),
        "nothing staged"
    );
    repo.write("fine.txt", "fine\n");
    repo.git(&["add", "fine.txt"]);
    assert!(
        commit_through_hook(&repo, &["--", "fine.txt"]),
        "the file with the key is left out"
    );
    repo.write(
        "old.txt",
        fs::read_to_string(repo.join("old.txt")).expect("read") + "more\n",
    );
    repo.git(&["checkout", "-q", "deep"]);
    assert!(commit_through_hook(&repo, &["-a"]), "an old key");
}

#[test]
fn git_index_file_names_another_index() {
    let (repo, _) = with_old_key();
    let mine = repo.join(".git/index");
    fs::copy(&mine, repo.join(".git/other")).expect("copied");
    repo.write("a.txt", key());
    repo.git(&["add", "a.txt"]);
    fs::rename(&mine, repo.join(".git/with-key")).expect("renamed");
    fs::rename(repo.join(".git/other"), &mine).expect("renamed");
    let with = |name: &str, folder: &str| {
        let mut command = command(&repo.join(folder), &["staged"]);
        command
            .env("GIT_INDEX_FILE", name)
            .output()
            .expect("the binary runs")
            .status
            .code()
    };
    let absolute = repo.join(".git/with-key").display().to_string();
    assert_eq!(staged(repo.path()).0, 0);
    assert_eq!(with(&absolute, ""), Some(1));
    assert_eq!(with(".git/with-key", ""), Some(1));
    assert_eq!(
        with(".git/with-key", "deep/er"),
        Some(1),
        "from a folder further down"
    );
    assert_eq!(
        with(".git/nowhere", ""),
        Some(3),
        "a slip of the pen is not a clean commit"
    );
}

#[test]
fn linked_work_trees_have_an_index_of_their_own() {
    let (repo, old) = with_old_key();
    let other = repo.join("linked");
    repo.git(&["worktree", "add", "-q", "-b", "other", "linked"]);
    let key = key();
    fs::write(other.join("new.txt"), format!("{key}\n{old}\n")).expect("written");
    git(&other, &["add", "."]);
    let (code, report) = staged(&other);
    assert_eq!((code, problems(&report)), (1, vec![]), "{report:#}");
    assert_eq!(locations(&report, &key)[0]["path"], "new.txt");
    assert_eq!(staged(repo.path()).0, 0);
    let mut command = command(repo.path(), &["staged"]);
    let from_env = command
        .env("GIT_DIR", repo.join(".git/worktrees/linked"))
        .output()
        .expect("the binary runs");
    assert_eq!(from_env.status.code(), Some(1));
}

#[test]
fn split_indexes_are_joined() {
    let repo = Repo::new();
    for name in ["kept.txt", "replaced.txt", "deleted.txt", "dir/kept.txt"] {
        repo.write(name, name);
    }
    repo.commit("begin");
    repo.git(&["config", "splitIndex.maxPercentChange", "100"]);
    repo.git(&["update-index", "--split-index"]);
    let keys = [(); 3].map(|()| key());
    for (name, key) in ["replaced.txt", "added.txt", "dir/added.txt"]
        .iter()
        .zip(&keys)
    {
        repo.write(name, key);
        repo.git(&["add", name]);
    }
    repo.git(&["rm", "-q", "--cached", "deleted.txt"]);
    let has_shared = || {
        let mut files = fs::read_dir(repo.join(".git")).expect("a git directory");
        files.any(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .starts_with("sharedindex.")
        })
    };
    assert!(has_shared());
    let (code, report) = staged(repo.path());
    assert_eq!((code, problems(&report)), (1, vec![]), "{report:#}");
    assert!(keys.iter().all(|key| has(&report, key)), "{report:#}");
    assert_eq!(report["stats"]["blobs"], 3);
}

#[test]
fn sparse_indexes_are_read() {
    let (repo, _) = with_old_key();
    repo.write("far/away/x.txt", "x\n");
    repo.commit("far");
    repo.git(&["sparse-checkout", "init", "--cone", "--sparse-index"]);
    repo.git(&["sparse-checkout", "set", "deep"]);
    let key = key();
    repo.write("deep/new.txt", &key);
    repo.git(&["add", "deep/new.txt"]);
    assert!(repo.git(&["ls-files", "--sparse"]).contains("far/\n"));
    let (code, report) = staged(repo.path());
    assert_eq!((code, problems(&report)), (1, vec![]), "{report:#}");
    assert_eq!(
        (report["stats"]["blobs"].as_u64(), has(&report, &key)),
        (Some(1), true),
        "{report:#}"
    );
    // A folder that stands in the index as one tree may differ from HEAD's.
    let before = repo.git(&["rev-parse", "HEAD"]);
    repo.git(&["sparse-checkout", "disable"]);
    repo.git(&["rm", "-q", "--cached", "deep/new.txt"]);
    let far = super::support::key();
    repo.write("far/away/y.txt", &far);
    repo.git(&["add", "far"]);
    repo.git(&["commit", "-q", "-m", "y"]);
    repo.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "deep"]);
    repo.git(&["reset", "-q", "--soft", &before]);
    assert!(repo.git(&["ls-files", "--sparse"]).contains("far/\n"));
    let (code, report) = staged(repo.path());
    assert_eq!(code, 1, "{report:#}");
    assert_eq!(locations(&report, &far)[0]["path"], "far/away/y.txt");
}

#[test]
fn an_index_without_a_checksum_is_sound() {
    let (repo, _) = with_old_key();
    repo.git(&["config", "index.skipHash", "true"]);
    let key = key();
    repo.write("new.txt", &key);
    repo.git(&["add", "new.txt"]);
    assert!(
        fs::read(repo.join(".git/index"))
            .expect("read")
            .ends_with(&[0; 20])
    );
    let (code, report) = staged(repo.path());
    assert_eq!((code, problems(&report)), (1, vec![]), "{report:#}");
}

#[test]
fn every_version_of_the_index_is_read_and_others_are_named() {
    let (repo, _) = with_old_key();
    let key = key();
    repo.write("deep/new.txt", &key);
    repo.git(&["add", "deep/new.txt"]);
    for version in ["2", "3", "4"] {
        repo.git(&["update-index", "--index-version", version]);
        assert_eq!(staged(repo.path()).0, 1, "version {version}");
    }
    let file = repo.join(".git/index");
    let whole = fs::read(&file).expect("read");
    let edited = |edit: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = whole.clone();
        edit(&mut bytes);
        fs::write(&file, bytes).expect("written");
        let (code, report) = staged(repo.path());
        (code, problems(&report).join(" "))
    };
    assert_eq!(edited(&|bytes| bytes[7] = 9), (3, "unreadable".to_owned()));
    assert_eq!(
        edited(&|bytes| bytes.truncate(50)),
        (3, "unreadable".to_owned())
    );
    assert_eq!(edited(&|bytes| bytes.clear()), (3, "unreadable".to_owned()));
    // What it says is scanned although the checksum is wrong.
    assert_eq!(
        edited(&|bytes| *bytes.last_mut().expect("a byte") ^= 1),
        (1, "damaged-index".to_owned())
    );
    for at in (0..whole.len()).step_by(7) {
        let (code, _) = edited(&|bytes| bytes[at] ^= 0x55);
        assert!(
            [1, 3].contains(&code),
            "a changed byte at {at} passed for a clean commit"
        );
    }
    fs::remove_file(&file).expect("removed");
    fs::create_dir(&file).expect("created");
    assert_eq!(staged(repo.path()).0, 3);
}

#[test]
fn a_pipe_for_an_index_is_no_hang() {
    let (repo, _) = with_old_key();
    fs::remove_file(repo.join(".git/index")).expect("removed");
    let made = std::process::Command::new("mkfifo")
        .arg(repo.join(".git/index"))
        .status()
        .expect("mkfifo runs");
    assert!(made.success());
    let (code, report) = staged(repo.path());
    assert_eq!((code, problems(&report)), (3, vec!["special-file"]));
}

#[test]
fn another_owner_is_no_reason_to_refuse() {
    let (repo, _) = with_old_key();
    repo.write("new.txt", key());
    repo.git(&["add", "new.txt"]);
    // Only root can give a folder away.
    for name in [".", ".git"] {
        if chown(repo.join(name), Some(12_345), Some(12_345)).is_err() {
            return;
        }
    }
    assert_eq!(staged(repo.path()).0, 1);
}

#[test]
fn objects_that_are_not_there_are_named() {
    let (repo, _) = with_old_key();
    let loose = |id: &str| repo.join(&format!(".git/objects/{}/{}", &id[..2], &id[2..]));
    repo.write("new.txt", "fine\n");
    repo.git(&["add", "new.txt"]);
    let blob = repo.git(&["rev-parse", ":new.txt"]);
    fs::remove_file(loose(&blob)).expect("removed");
    let (code, report) = staged(repo.path());
    assert_eq!(
        (code, problems(&report)),
        (3, vec!["absent-object"]),
        "{report:#}"
    );
    assert_eq!(report["problems"][0]["where"], blob);
    // Without HEAD's commit nobody can tell what is old.
    repo.git(&["rm", "-q", "--cached", "new.txt"]);
    fs::remove_file(loose(&repo.git(&["rev-parse", "HEAD"]))).expect("removed");
    let (code, report) = staged(repo.path());
    assert_eq!(
        (code, problems(&report)),
        (1, vec!["absent-object"]),
        "{report:#}"
    );
}

#[test]
fn what_is_no_repository_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for args in [&["staged"][..], &["staged", "nowhere"]] {
        let run = run(folder.path(), args);
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(!run.stderr.is_empty());
    }
    let bare = Repo::new();
    bare.git(&["init", "-q", "--bare", "bare.git"]);
    assert_eq!(staged(&bare.join("bare.git")).0, 0);
}

#[test]
fn the_same_blobs_are_read_as_git_names() {
    let repo = Repo::new();
    for at in 0..300 {
        repo.write(
            &format!("d{}/e{}/f{at}.txt", at % 7, at % 3),
            format!("{at}\n"),
        );
    }
    repo.commit("begin");
    repo.git(&["gc", "-q"]);
    for at in (0..300).step_by(6) {
        repo.write(
            &format!("d{}/e{}/f{at}.txt", at % 7, at % 3),
            format!("changed {at}\n"),
        );
        repo.write(&format!("new{}/f{at}.txt", at % 5), format!("new {at}\n"));
    }
    repo.git(&["rm", "-q", "-r", "-f", "d1/e1"]);
    repo.git(&["add", "-A"]);
    let raw = repo.git(&[
        "diff",
        "--cached",
        "--raw",
        "--abbrev=40",
        "--no-renames",
        "--diff-filter=d",
    ]);
    let blobs: BTreeSet<&str> = raw
        .lines()
        .filter_map(|line| line.split(' ').nth(3))
        .collect();
    let (code, report) = staged(repo.path());
    assert_eq!((code, problems(&report)), (0, vec![]), "{report:#}");
    assert!(blobs.len() > 64, "so that threads are started too");
    assert_eq!(report["stats"]["blobs"], blobs.len());
}

#[test]
fn contents_that_lfs_keeps_elsewhere_are_counted() {
    let (repo, _) = with_old_key();
    let oid = "5a".repeat(32);
    repo.write(
        "big.bin",
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 12345\n"),
    );
    repo.git(&["add", "."]);
    let (code, report) = staged(repo.path());
    assert_eq!(
        (code, &report["stats"]["excluded"]["lfs-content"]),
        (0, &1.into()),
        "{report:#}"
    );
}
