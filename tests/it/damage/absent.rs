//! Repositories that hold less than their history names.

use std::fs;

use super::{damaged, look};
use crate::support::files::object;
use crate::support::{Repo, git};

#[test]
fn an_empty_repository_is_clean() {
    let repo = Repo::new();
    let (code, report) = look(repo.path());
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["complete"], true);
}

#[test]
fn a_shallow_clone_is_incomplete() {
    damaged("shallow", |repo, text| {
        repo.write("origin/old.txt", "old");
        let origin = repo.join("origin");
        git(&origin, &["init", "-q", "-b", "main"]);
        for text in ["first", text] {
            fs::write(origin.join("text.txt"), text).expect("written");
            git(&origin, &["add", "-A"]);
            git(&origin, &["commit", "-q", "-m", "a change"]);
        }
        let url = format!("file://{}", origin.display());
        repo.git(&["clone", "-q", "--depth", "1", &url, "clone"]);
        repo.join("clone")
    });
}

#[test]
fn a_partial_clone_is_incomplete() {
    damaged("partial", |repo, text| {
        repo.write("origin/text.txt", "old");
        let origin = repo.join("origin");
        git(&origin, &["init", "-q", "-b", "main"]);
        git(&origin, &["config", "uploadpack.allowFilter", "true"]);
        for text in ["first", text] {
            fs::write(origin.join("text.txt"), text).expect("written");
            git(&origin, &["add", "-A"]);
            git(&origin, &["commit", "-q", "-m", "a change"]);
        }
        let url = format!("file://{}", origin.display());
        // What is checked out is fetched, what history holds besides is not.
        repo.git(&["clone", "-q", "--filter=blob:none", &url, "clone"]);
        fs::remove_dir_all(&origin).expect("removed");
        repo.join("clone")
    });
}

#[test]
fn an_absent_blob_is_named() {
    damaged("absent-object", |repo, text| {
        repo.write("gone.txt", "gone").write("text.txt", text);
        repo.commit("both");
        fs::remove_file(object(repo, "HEAD:gone.txt")).expect("removed");
        repo.path().to_path_buf()
    });
}

#[test]
fn an_absent_tree_or_parent_is_named() {
    for name in ["HEAD^{tree}", "HEAD~", "HEAD:folder"] {
        damaged("absent-object", |repo, text| {
            repo.commit("first");
            repo.write("text.txt", text).write("folder/a", "a");
            repo.commit("second");
            fs::remove_file(object(repo, name)).expect("removed");
            repo.path().to_path_buf()
        });
    }
}
