//! What git tracks is scanned although a rule ignores it, whether its index is one file or split in two.

use std::fs;
use std::path::PathBuf;

use super::support::{Repo, has, key, problems, report};

/// A repository whose split index replaced, deleted and added entries since it was split, and a key for each.
fn split() -> (Repo, [String; 4]) {
    let (repo, keys) = (Repo::new(), [(); 4].map(|()| key()));
    for name in ["kept.log", "replaced.log", "deleted.log"] {
        repo.write(name, name);
    }
    // Else git writes one file again as soon as a fifth of the entries differ.
    repo.git(&["config", "splitIndex.maxPercentChange", "100"]);
    repo.git(&["add", "."]);
    repo.git(&["update-index", "--split-index"]);
    let names = ["kept.log", "replaced.log", "added.log", "deleted.log"];
    for (name, key) in names.iter().zip(&keys) {
        repo.write(name, key);
    }
    repo.git(&["add", "replaced.log", "added.log"]);
    repo.git(&["rm", "-q", "--cached", "-f", "deleted.log"]);
    repo.write(".gitignore", "*.log\n");
    (repo, keys)
}

fn shared(repo: &Repo) -> PathBuf {
    let files = fs::read_dir(repo.join(".git")).expect("a git directory");
    let mut paths = files.map(|entry| entry.expect("an entry").path());
    let is_shared = |path: &PathBuf| path.to_string_lossy().contains("sharedindex.");
    paths.find(is_shared).expect("a shared part")
}

#[test]
fn both_parts_of_a_split_index_count() {
    let (repo, [kept, replaced, added, deleted]) = split();
    assert!(shared(&repo).exists());
    let (code, report) = report(repo.path(), &["dir", "."]);
    assert_eq!((code, problems(&report)), (1, vec![]), "{report:#}");
    for key in [kept, replaced, added] {
        assert!(has(&report, &key), "{report:#}");
    }
    assert!(!has(&report, &deleted), "{report:#}");
}

#[test]
fn a_shared_part_that_cannot_be_used_is_named() {
    let (repo, _) = split();
    let path = shared(&repo);
    let whole = fs::read(&path).expect("read");
    let cut = whole[..whole.len() / 2].to_vec();
    let mut other = whole.clone();
    *other.last_mut().expect("a checksum") ^= 1;
    let damages: [(&str, &dyn Fn()); 4] = [
        ("unreadable", &|| fs::remove_file(&path).expect("removed")),
        ("unreadable", &|| fs::write(&path, &cut).expect("written")),
        ("unreadable", &|| fs::write(&path, &other).expect("written")),
        ("special-file", &|| {
            fs::remove_file(&path).expect("removed");
            fs::create_dir(&path).expect("created");
        }),
    ];
    for (kind, damage) in damages {
        damage();
        let (code, report) = report(repo.path(), &["dir", "."]);
        assert_eq!((code, problems(&report)), (3, vec![kind]), "{report:#}");
    }
}
