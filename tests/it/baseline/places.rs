//! Paths count from the top of the repository, whatever folder is scanned and however the repository is laid out.

use super::{NAME, NONE, accepting, baseline, create, listing, new, paths, text};
use crate::support::{Repo, git, key, run};

#[test]
fn a_part_of_the_tree_proves_nothing() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a/k.py", &key).write("b/k.py", "").commit("one");
    accepting(&repo, &[(&key, "a/k.py")]);
    // a/k.py is not among what is scanned, and there all the same.
    repo.write("b/k.py", &key);
    for args in [
        &["dir", "b"][..],
        &["scan", "b"],
        &["dir", "b/k.py"],
        &["dir", "a", "b"],
    ] {
        let found = new(repo.path(), args, &key);
        assert!(
            found == ["b/k.py"] || found == ["k.py"],
            "{args:?}: {found:?}"
        );
    }
    assert_eq!(new(&repo.join("b"), &["dir"], &key), ["k.py"]);
    assert_eq!(new(&repo.join("b"), &["dir", "../a", "."], &key), ["k.py"]);
    // The history that comes with a scan has no b/k.py.
    for args in [&["dir", "a"][..], &["scan", "a/k.py"], &["dir", "b/../a"]] {
        assert_eq!(new(repo.path(), args, &key), NONE, "{args:?}");
    }
    // It moves from a folder that is not scanned into one that is.
    std::fs::remove_file(repo.join("a/k.py")).expect("removed");
    assert_eq!(new(repo.path(), &["dir", "b"], &key), NONE);
    assert_eq!(new(&repo.join("b"), &["dir", "."], &key), NONE);
}

#[test]
fn a_sparse_checkout_lacks_files_that_are_not_gone() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a/k.py", &key).write("b/x", "").commit("one");
    accepting(&repo, &[(&key, "a/k.py")]);
    repo.commit("the baseline");
    repo.git(&["sparse-checkout", "set", "b"]);
    assert!(!repo.join("a/k.py").exists());
    repo.write("b/k.py", &key);
    for args in [&["dir"][..], &["scan"]] {
        assert_eq!(new(repo.path(), args, &key), ["b/k.py"], "{args:?}");
    }
    // The index still has it, too.
    repo.git(&["add", "--sparse", "b/k.py"]);
    assert_eq!(new(repo.path(), &["staged"], &key), ["b/k.py"]);
}

#[test]
fn what_lies_behind_a_link_is_not_the_listed_file() {
    let (repo, key) = (Repo::new(), key());
    repo.write("old/k.py", &key).commit("one");
    accepting(&repo, &[(&key, "old/k.py")]);
    repo.git(&["mv", "old", "new"]);
    std::os::unix::fs::symlink("new", repo.join("old")).expect("a link");
    for args in [&["dir"][..], &["scan"]] {
        assert_eq!(new(repo.path(), args, &key), NONE, "{args:?}");
    }
}

#[test]
fn linked_work_trees_and_nested_repositories_have_paths_of_their_own() {
    let (repo, key) = (Repo::new(), key());
    repo.write("k.py", &key);
    accepting(&repo, &[(&key, "k.py")]);
    repo.commit("one");
    repo.git(&["worktree", "add", "-q", "linked", "-b", "other"]);
    let linked = repo.join("linked");
    for args in [&["scan"][..], &["git"], &["dir"]] {
        assert_eq!(new(&linked, args, &key), NONE, "{args:?}");
    }
    git(&linked, &["mv", "k.py", "l.py"]);
    assert_eq!(new(&linked, &["scan"], &key), NONE);
    assert_eq!(new(&linked, &["staged"], &key), NONE);
    repo.git(&["worktree", "remove", "--force", "linked"]);
    // A repository in the repository: its k.py is another one.
    git(repo.path(), &["init", "-q", "-b", "main", "inner"]);
    repo.write("inner/k.py", &key);
    assert_eq!(new(repo.path(), &["scan"], &key), ["inner/k.py"]);
    accepting(&repo, &[(&key, "k.py"), (&key, "inner/k.py")]);
    assert_eq!(new(repo.path(), &["scan"], &key), NONE);
    // Scanned by itself it is no business of the one around it.
    assert_eq!(new(repo.path(), &["scan", "inner"], &key), ["k.py"]);
}

#[test]
fn a_bare_repository_has_its_baseline_elsewhere() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", &key);
    accepting(&repo, &[(&key, "a.py")]);
    repo.commit("one");
    repo.git(&["mv", "a.py", "b.py"]);
    repo.commit("two");
    git(repo.path(), &["clone", "-q", "--bare", ".", "bare.git"]);
    repo.write("elsewhere.jsonl", listing(&[(&key, "a.py")]));
    for args in [
        &["git", "bare.git", "--baseline", "elsewhere.jsonl"][..],
        &["git", "bare.git", "--config-ref", "HEAD"],
    ] {
        assert_eq!(new(repo.path(), args, &key), NONE, "{args:?}");
    }
    assert_eq!(new(repo.path(), &["git", "bare.git"], &key).len(), 2);
    let refused = run(
        repo.path(),
        &["baseline", "create", "bare.git", "--reason", "x"],
    );
    assert!(
        refused.code == 2 && refused.stderr.contains("--output"),
        "{}",
        refused.stderr
    );
    std::fs::remove_file(repo.join("elsewhere.jsonl")).expect("removed");
    let args = [
        "create",
        "bare.git",
        "--reason",
        "x",
        "-o",
        "elsewhere.jsonl",
    ];
    assert_eq!(baseline(&repo, &args).code, 0);
    let text = std::fs::read_to_string(repo.join("elsewhere.jsonl")).expect("written");
    assert!(
        text.contains("\"a.py\"") && text.contains("\"b.py\""),
        "{text}"
    );
    let args = ["git", "bare.git", "--baseline", "elsewhere.jsonl"];
    assert_eq!(new(repo.path(), &args, &key), NONE);
}

#[test]
fn a_folder_without_a_repository_has_one_too() {
    let (folder, key) = (tempfile::tempdir().expect("a folder"), key());
    let at = |path: &str| folder.path().join(path);
    std::fs::create_dir_all(at("in/deep")).expect("created");
    std::fs::write(at("in/deep/a.py"), &key).expect("written");
    let run = |args: &[&str]| run(folder.path(), args);
    assert_eq!(run(&["baseline", "create", "in", "--reason", "x"]).code, 0);
    let text = std::fs::read_to_string(at("in").join(NAME)).expect("beside what is scanned");
    assert!(text.contains("\"path\":\"deep/a.py\""), "{text}");
    assert_eq!(new(folder.path(), &["dir", "in"], &key), NONE);
    assert_eq!(new(&at("in"), &["dir"], &key), NONE);
    // From further up the file has to be named, and its folder still is what paths count from.
    assert_eq!(new(folder.path(), &["dir"], &key), ["in/deep/a.py"]);
    std::fs::rename(at("in/deep/a.py"), at("in/b.py")).expect("moved");
    assert_eq!(new(folder.path(), &["dir", "in"], &key), NONE);
    std::fs::copy(at("in/b.py"), at("in/c.py")).expect("copied");
    assert_eq!(new(folder.path(), &["dir", "in"], &key), ["c.py"]);
}

#[test]
fn a_stream_is_accepted_by_its_label_from_a_file_that_is_named() {
    let (repo, key) = (Repo::new(), key());
    accepting(&repo, &[(&key, "src/a.py")]);
    let stream = |args: &[&str]| {
        use std::io::Write;
        let mut command = crate::support::command(repo.path(), &[&["stdin", "-q"], args].concat());
        command
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::null());
        let mut child = command.spawn().expect("started");
        child
            .stdin
            .take()
            .expect("a pipe")
            .write_all(key.as_bytes())
            .expect("written");
        child.wait().expect("ended").code()
    };
    assert_eq!(
        stream(&["--label", "src/a.py", "--baseline", NAME]),
        Some(0)
    );
    assert_eq!(
        stream(&["--label", "src/b.py", "--baseline", NAME]),
        Some(1)
    );
    assert_eq!(stream(&["--baseline", NAME]), Some(1));
    assert_eq!(stream(&["--label", "src/a.py"]), Some(1));
}

#[test]
fn places_that_are_no_files_are_told_by_their_kind() {
    let (repo, key) = (Repo::new(), key());
    repo.write(&format!("d/{key}.txt"), "x");
    repo.commit(&format!("subject {key}\n\nlike {key}"));
    repo.git(&["tag", "-a", "-m", &format!("tagged {key}"), "v1"]);
    repo.git(&["branch", &format!("like-{key}")]);
    repo.git(&["notes", "add", "-m", &key]);
    let text = create(&repo);
    assert!(!text.contains(&key), "{text}");
    let shown = format!("d/sk-aisa-…{}.txt", &key[key.len() - 3..]);
    let found = paths(&repo);
    for expected in ["commit-message", "note", "ref-name", "tag-message", &shown] {
        assert!(
            found.iter().any(|path| path == expected),
            "{expected}: {found:?}"
        );
    }
    assert_eq!(new(repo.path(), &["scan"], &key), NONE);
    // Other commits, other reflogs: the same kinds of places.
    repo.git(&["commit", "-q", "--amend", "-m", &format!("again {key}")]);
    repo.git(&["mv", "d", "e"]);
    repo.commit(&format!("moved {key}"));
    assert_eq!(new(repo.path(), &["scan"], &key), NONE);
    // Another kind of place is new.
    repo.write("f.py", &key);
    assert_eq!(new(repo.path(), &["scan"], &key), ["f.py"]);
}

#[test]
fn paths_that_are_no_utf8_are_found_again() {
    use std::os::unix::ffi::OsStrExt;
    let (repo, key) = (Repo::new(), key());
    let name = |bytes: &[u8]| repo.path().join(std::ffi::OsStr::from_bytes(bytes));
    std::fs::write(name(b"a\xff.py"), &key).expect("written");
    repo.commit("one");
    let text = create(&repo);
    assert!(text.contains("\"path_bytes\":\"a%FF.py\""), "{text}");
    assert_eq!(new(repo.path(), &["scan"], &key), NONE);
    // The same when it is shown, and another file.
    std::fs::write(name(b"a\xfe.py"), &key).expect("written");
    assert_eq!(new(repo.path(), &["dir"], &key).len(), 1);
    std::fs::remove_file(name(b"a\xff.py")).expect("removed");
    assert_eq!(new(repo.path(), &["dir"], &key), NONE);
}

#[test]
fn versions_that_nobody_committed_are_accepted_with_their_file() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", &key).commit("one");
    accepting(&repo, &[(&key, "a.py")]);
    for text in ["one", "two"] {
        repo.write("a.py", format!("{text} {key}"))
            .git(&["add", "a.py"]);
    }
    assert_eq!(new(repo.path(), &["scan"], &key), NONE);
}

#[test]
fn an_encoded_key_is_accepted_by_its_fingerprint_and_not_written_down() {
    let (repo, one) = (Repo::new(), key());
    let hex: String = one.bytes().map(|byte| format!("{byte:02x}")).collect();
    let percent: String = one.bytes().map(|byte| format!("%{byte:02X}")).collect();
    repo.write("a.txt", format!("K={hex}\n"))
        .write("b.txt", format!("K={percent}\n"))
        .commit("two encodings");
    assert_ne!(new(repo.path(), &["scan"], &one), NONE);
    create(&repo);
    let written = text(&repo);
    for encoded in [&one[8..20], &hex[16..40], &percent[24..60]] {
        assert!(!written.contains(encoded), "{written}");
    }
    assert_eq!(paths(&repo), ["a.txt", "b.txt"]);
    assert_eq!(new(repo.path(), &["scan"], &one), NONE);
    // Written otherwise, it is the same key at the same place.
    repo.write("a.txt", &one).commit("plain");
    assert_eq!(new(repo.path(), &["scan"], &one), NONE);
    repo.write("c.txt", &hex).commit("a copy");
    assert_eq!(new(repo.path(), &["scan"], &one), ["c.txt"]);
}
