//! Every kind of place that a report names.

use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::super::support::{Repo, git, git_command, key, legacy_key};
use super::{REVOKED, Reported, Server, verdict};

/// Scans, and says what becomes of a key of the report: its state, and why.
fn rechecked(at: &Path, scan: &[&str], key: &str, change: impl FnOnce()) -> (String, String) {
    let reported = Reported::scan(at, scan);
    change();
    again(&reported, at, key, &[])
}

/// What becomes of a key that was revoked.
fn again(reported: &Reported, at: &Path, key: &str, args: &[&str]) -> (String, String) {
    let server = Server::new(&[(key, REVOKED)]);
    let run = reported.recheck(at, &server, &[args, &["-f", "json"]].concat());
    let report = run.json();
    let verdict = verdict(&report, key);
    let [state, detail] = ["state", "detail"].map(|name| verdict[name].as_str().expect("a text"));
    let asked = usize::from(state == "revoked");
    assert_eq!(server.count(Some(key)), asked, "{verdict}");
    assert_eq!(run.code, if asked == 1 { 0 } else { 3 }, "{verdict}");
    (state.to_owned(), detail.to_owned())
}

fn assert_found(found: (String, String)) {
    assert_eq!(found.0, "revoked", "{}", found.1);
}

fn assert_gone(found: (String, String)) {
    assert_eq!(found.0, "unchecked");
    assert!(found.1.contains("any more"), "{}", found.1);
}

/// Takes away everything that nothing leads to.
fn collect(repo: &Repo) {
    repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    repo.git(&["gc", "-q", "--prune=now"]);
}

#[test]
fn a_key_in_the_work_tree_only() {
    let (repo, key) = (Repo::new(), key());
    repo.commit("nothing");
    repo.write("src/app.py", format!("k = '{key}'\n"));
    assert_found(rechecked(repo.path(), &["scan"], &key, || ()));
    let file = repo.join("src/app.py");
    let moved = || std::fs::rename(&file, repo.join("moved.py")).expect("moved");
    assert_gone(rechecked(repo.path(), &["scan"], &key, moved));
}

#[test]
fn a_key_in_history_only() {
    for packed in [false, true] {
        let (repo, key) = (Repo::new(), key());
        repo.write("a.py", format!("k = '{key}'\n")).commit("with");
        std::fs::remove_file(repo.join("a.py")).expect("removed");
        repo.commit("without");
        if packed {
            repo.git(&["gc", "-q"]);
        }
        assert_found(rechecked(repo.path(), &["git"], &key, || ()));
        let rewrite = || {
            repo.git(&["checkout", "-q", "--orphan", "clean"]);
            repo.commit("a new beginning");
            repo.git(&["branch", "-q", "-D", "main"]);
            collect(&repo);
        };
        assert_gone(rechecked(repo.path(), &["git"], &key, rewrite));
    }
}

#[test]
fn a_file_that_moved_or_was_deleted_after_a_commit_is_in_history() {
    for scan in ["scan", "git"] {
        let (repo, key) = (Repo::new(), key());
        repo.write("a/b.py", format!("k = '{key}'\n"))
            .commit("with");
        let change = || {
            repo.git(&["mv", "a/b.py", "c.py"]);
            repo.commit("moved");
            std::fs::remove_file(repo.join("c.py")).expect("removed");
        };
        assert_found(rechecked(repo.path(), &[scan], &key, change));
    }
}

#[test]
fn a_key_in_the_message_of_a_commit_or_a_tag_or_in_the_name_of_an_author() {
    let keys = [key(), key(), key()];
    for sha256 in [false, true] {
        let repo = if sha256 { Repo::sha256() } else { Repo::new() };
        repo.commit(&format!("use {}", keys[0]));
        repo.git(&["tag", "-a", "v1", "-m", &format!("key {}", keys[1])]);
        let mut commit = git_command(repo.path(), &["commit", "-q", "--allow-empty", "-m", "x"]);
        commit.env("GIT_AUTHOR_NAME", &keys[2]);
        assert!(commit.status().expect("git runs").success());
        for key in &keys {
            assert_found(rechecked(repo.path(), &["git"], key, || ()));
        }
        // Amended away, and still in the object database.
        repo.git(&[
            "commit",
            "-q",
            "--amend",
            "--allow-empty",
            "--reset-author",
            "-m",
            "y",
        ]);
        assert_found(rechecked(repo.path(), &["git"], &keys[2], || ()));
        let forget = || collect(&repo);
        assert_gone(rechecked(repo.path(), &["git"], &keys[2], forget));
    }
}

#[test]
fn a_key_in_the_name_of_a_file_or_folder() {
    let [file, folder, inside] = [key(), key(), key()];
    let repo = Repo::new();
    repo.write(&format!("docs/backup {file}.txt"), "nothing");
    repo.write(&format!("x/{folder}/a.txt"), format!("k = '{inside}'"));
    // On disk alone, and then in a tree alone.
    for key in [&file, &folder, &inside] {
        assert_found(rechecked(repo.path(), &["dir", "."], key, || ()));
        assert_found(rechecked(
            repo.path().parent().expect("/tmp"),
            &["dir", &repo.path().display().to_string()],
            key,
            || (),
        ));
    }
    repo.commit("with");
    for name in ["docs", "x"] {
        std::fs::remove_dir_all(repo.join(name)).expect("removed");
    }
    repo.commit("without");
    for key in [&file, &folder, &inside] {
        assert_found(rechecked(repo.path(), &["git"], key, || ()));
        // A range names no tree: the commit leads there.
        let change = || collect(&repo);
        assert_found(rechecked(
            repo.path(),
            &["git", "--since", "2001-01-01"],
            key,
            change,
        ));
    }
}

#[test]
fn a_key_in_the_name_of_a_ref() {
    for packed in [false, true] {
        let (repo, key) = (Repo::new(), key());
        repo.commit("nothing");
        repo.git(&["branch", &format!("fix/{key}")]);
        if packed {
            repo.git(&["pack-refs", "--all"]);
        }
        assert_found(rechecked(repo.path(), &["git"], &key, || ()));
        let delete = || drop(repo.git(&["branch", "-q", "-D", &format!("fix/{key}")]));
        assert_gone(rechecked(repo.path(), &["git"], &key, delete));
    }
}

#[test]
fn a_key_that_is_staged_only() {
    let [contents, name] = [key(), key()];
    let repo = Repo::new();
    repo.commit("nothing");
    repo.write("a.py", format!("k = '{contents}'\n"));
    repo.write(&format!("{name}.txt"), "nothing");
    repo.git(&["add", "-A"]);
    for file in ["a.py".to_owned(), format!("{name}.txt")] {
        std::fs::remove_file(repo.join(&file)).expect("removed");
    }
    for key in [&contents, &name] {
        assert_found(rechecked(repo.path(), &["staged"], key, || ()));
    }
    let unstage = || {
        repo.git(&["reset", "-q"]);
        collect(&repo);
    };
    let reported = Reported::scan(repo.path(), &["staged"]);
    unstage();
    for key in [&contents, &name] {
        assert_gone(again(&reported, repo.path(), key, &[]));
    }
}

#[test]
fn a_key_in_the_configuration_a_note_or_the_stash() {
    let [config, note, stash] = [key(), key(), key()];
    let repo = Repo::new();
    repo.write("a", "a").commit("nothing");
    repo.git(&["config", "x.key", &config]);
    repo.git(&["notes", "add", "-m", &note]);
    repo.write("a", &stash);
    repo.git(&["stash", "-q"]);
    for key in [&config, &note, &stash] {
        assert_found(rechecked(repo.path(), &["scan"], key, || ()));
    }
}

#[test]
fn the_message_of_a_commit_that_is_not_made_yet() {
    let (repo, key) = (Repo::new(), key());
    repo.write("MESSAGE", format!("use {key}\n"));
    let hook = ["hook", "run", "commit-msg", "--", "MESSAGE"];
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("report.json");
    let output = format!("json={}", file.display());
    let args = [&hook[..3], &["-f", &output], &hook[3..]].concat();
    let run = super::run(repo.path(), &args);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let reported = Reported::text(std::fs::read(file).expect("a report"));
    assert_found(again(&reported, repo.path(), &key, &[]));
}

#[test]
fn standard_input_cannot_be_read_again() {
    let key = key();
    let here = tempfile::tempdir().expect("a folder");
    let mut scan = super::command(here.path(), &["stdin", "-f", "json"]);
    let scan = super::super::support::feed(&mut scan, key.as_bytes());
    let reported = Reported::text(&scan.stdout);
    let (state, detail) = again(&reported, here.path(), &key, &[]);
    assert_eq!(state, "unchecked");
    assert!(
        detail.contains("standard input cannot be read again"),
        "{detail}"
    );
}

#[test]
fn paths_that_are_not_utf_8() {
    let (repo, key, inside) = (Repo::new(), key(), key());
    let path = |name: &[u8]| repo.join(".").join(std::ffi::OsStr::from_bytes(name));
    let write = |path: PathBuf, text: &str| {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("created");
        std::fs::write(path, text).expect("written");
    };
    write(path(b"\xff\xfe/caf\xe9.py"), &format!("k = '{key}'"));
    // With a key in it, a path is not told exactly.
    let name = [&b"\xff "[..], key.as_bytes(), b"/b\xe9.py"].concat();
    write(path(&name), &format!("k = '{inside}'"));
    for key in [&key, &inside] {
        assert_found(rechecked(repo.path(), &["dir", "."], key, || ()));
    }
}

#[test]
fn a_report_of_another_folder_is_found_with_its_folder() {
    let (repo, key) = (Repo::new(), key());
    let elsewhere = tempfile::tempdir().expect("a folder");
    repo.write("sub/a.py", format!("k = '{key}'\n"));
    repo.commit("with");
    let top = repo.path().display().to_string();
    let sub = repo.join("sub").display().to_string();
    // What a scan calls the same file, from where it began and where it was pointed to.
    for (at, scan, directory) in [
        (repo.path().to_path_buf(), &["dir", "."][..], &top),
        (repo.path().to_path_buf(), &["dir", "sub"], &top),
        (repo.path().to_path_buf(), &["dir", "sub/a.py"], &top),
        (repo.join("sub"), &["dir", "."], &sub),
        (repo.join("sub"), &["dir", ".", "a.py"], &sub),
        (repo.join("sub"), &["dir", "../sub", "."], &sub),
        (repo.join("sub"), &["git"], &sub),
        (repo.join("sub"), &["git", ".."], &sub),
    ] {
        let reported = Reported::scan(&at, scan);
        if scan.contains(&"dir") {
            assert_gone(again(&reported, elsewhere.path(), &key, &[]));
        }
        let with = ["-C", directory];
        assert_found(again(&reported, elsewhere.path(), &key, &with));
    }
    // An absolute path needs none.
    let reported = Reported::scan(elsewhere.path(), &["dir", &sub]);
    assert_found(again(&reported, elsewhere.path(), &key, &[]));
}

#[test]
fn a_report_of_another_machine_is_about_the_clone_that_is_here() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", format!("k = '{key}'\n")).commit("with");
    std::fs::remove_file(repo.join("a.py")).expect("removed");
    repo.commit("without");
    let there = repo.path().display().to_string();
    let reported = Reported::scan(Path::new("/"), &["git", &there]);
    let clone = tempfile::tempdir().expect("a folder");
    git(clone.path(), &["clone", "-q", &there, "clone"]);
    drop(repo);
    assert_gone(again(&reported, clone.path(), &key, &[]));
    let here = clone.path().join("clone");
    assert_found(again(&reported, &here, &key, &[]));
    assert_found(again(&reported, clone.path(), &key, &["-C", "clone"]));
}

#[test]
fn links_and_large_files() {
    let [target, linked, far] = [key(), key(), key()];
    let folder = tempfile::tempdir().expect("a folder");
    symlink(format!("/nowhere/{target}"), folder.path().join("link")).expect("linked");
    let outside = tempfile::tempdir().expect("a folder");
    let file = outside.path().join("real.py");
    std::fs::write(&file, format!("k = '{linked}'")).expect("written");
    symlink(&file, folder.path().join("named.py")).expect("linked");
    // Behind the first window of a stream.
    let mut large = vec![b' '; 9 << 20];
    large.extend_from_slice(far.as_bytes());
    std::fs::write(folder.path().join("large.bin"), large).expect("written");
    for key in [&target, &far] {
        assert_found(rechecked(folder.path(), &["dir", "."], key, || ()));
    }
    assert_found(rechecked(
        folder.path(),
        &["dir", "named.py"],
        &linked,
        || (),
    ));
}

#[test]
fn a_large_object_is_read_as_a_stream() {
    let (repo, key) = (Repo::new(), key());
    let mut large = vec![b' '; 65 << 20];
    large.extend_from_slice(key.as_bytes());
    repo.write("large.bin", large).commit("with");
    std::fs::remove_file(repo.join("large.bin")).expect("removed");
    repo.commit("without");
    assert_found(rechecked(repo.path(), &["git"], &key, || ()));
    repo.git(&["gc", "-q"]);
    assert_found(rechecked(repo.path(), &["git"], &key, || ()));
}

#[test]
fn objects_of_a_lender_are_found() {
    let (lender, key) = (Repo::new(), key());
    lender
        .write("a.py", format!("k = '{key}'\n"))
        .commit("with");
    std::fs::remove_file(lender.join("a.py")).expect("removed");
    lender.commit("without");
    let folder = tempfile::tempdir().expect("a folder");
    let from = lender.path().display().to_string();
    git(
        folder.path(),
        &["clone", "-q", "--shared", &from, "borrower"],
    );
    let borrower = folder.path().join("borrower");
    assert_found(rechecked(&borrower, &["git"], &key, || ()));
}

#[test]
fn a_legacy_key_is_asked_about_where_one_of_its_places_says_whose_it_is() {
    let key = legacy_key();
    let repo = Repo::new();
    repo.write("a.py", format!("# https://aisa.one\nk = '{key}'\n"));
    let (state, detail) = rechecked(repo.path(), &["dir", "."], &key, || ());
    assert_eq!(state, "unchecked");
    assert!(detail.contains("another issuer"), "{detail}");
    repo.write("b.py", format!("AISA_API_KEY = '{key}'\n"));
    assert_found(rechecked(repo.path(), &["dir", "."], &key, || ()));
}
