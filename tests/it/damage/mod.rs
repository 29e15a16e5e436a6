//! Bad input: damaged and incomplete repositories never panic, hang or come out clean, and one broken object does not
//! lose the others.
//!
//! Nearly every case is built twice, with a key in its undamaged part and without one.

mod absent;
mod directory;
mod lies;
mod loose;
mod packs;

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Repo, bounded, has, key, problems};

/// Scans the history of a repository with so many threads.
fn look_with(folder: &Path, threads: &str, seconds: u64) -> (i32, Value) {
    bounded::look_with(folder, &["git"], threads, seconds)
}

/// Scans the history of a repository.
fn look(folder: &Path) -> (i32, Value) {
    bounded::look(folder, &["git"])
}

/// Builds a damaged repository with a key in its undamaged part, and one without: both reports name the problem.
/// `build` gets a new repository and the text to plant, and returns the folder to scan.
fn damaged(kind: &str, build: impl Fn(&Repo, &str) -> PathBuf) {
    let planted = key();
    for (text, expected) in [(planted.as_str(), 1), ("no key at all", 3)] {
        let repo = Repo::new();
        let folder = build(&repo, text);
        let (code, report) = look(&folder);
        assert_eq!(code, expected, "{report:#}");
        assert_eq!(has(&report, &planted), expected == 1, "{report:#}");
        assert_eq!(report["complete"], false, "{report:#}");
        assert!(problems(&report).contains(&kind), "{kind}: {report:#}");
    }
}
