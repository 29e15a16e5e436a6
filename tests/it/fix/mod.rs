//! `fix` as its users meet it.

mod beside;
mod changing;
mod editing;
mod input;
mod refusing;
mod sarif;

use std::path::Path;

use super::support::{Repo, Run, run};

/// Runs `fix`, and demands that nothing of the keys is printed.
fn fix(repo: &Repo, args: &[&str], keys: &[&str]) -> Run {
    let run = run(repo.path(), &[&["fix"], args].concat());
    for key in keys {
        let body = &key["sk-aisa-".len()..];
        for at in 0..body.len() - 8 {
            let piece = &body[at..at + 8];
            assert!(!run.stdout.contains(piece), "{}", run.stdout);
            assert!(!run.stderr.contains(piece), "{}", run.stderr);
        }
    }
    run
}

/// The run ended so, and standard output has these parts.
fn assert_told(run: &Run, code: i32, parts: &[&str]) {
    let Run { stdout, stderr, .. } = run;
    assert_eq!(run.code, code, "{stdout}\n{stderr}");
    for part in parts {
        assert!(
            stdout.contains(part),
            "{part:?} is not in\n{stdout}\n{stderr}"
        );
    }
}

fn read(repo: &Repo, name: &str) -> String {
    std::fs::read_to_string(repo.join(name)).expect("read")
}

/// The names of all files below a folder but git's own.
fn files(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(at) = folders.pop() {
        for entry in std::fs::read_dir(at).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() && !path.ends_with(".git") {
                folders.push(path);
            } else if !path.ends_with(".git") {
                let inside = path.strip_prefix(folder).expect("below it");
                names.push(inside.display().to_string());
            }
        }
    }
    names.sort();
    names
}
