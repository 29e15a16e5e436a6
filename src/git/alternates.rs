//! Object directories that a repository borrows from (gitrepository-layout, objects/info/alternates).

use std::path::{Path, PathBuf};

use super::plain;
use crate::model::{Problem, ProblemKind};

/// `objects` and every object directory that it borrows from, each once, `deepest` levels deep.
pub fn follow(objects: &Path, deepest: usize, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let mut found = vec![objects.to_path_buf()];
    let mut level = found.clone();
    for depth in 0..=deepest {
        let mut next = Vec::new();
        for directory in &level {
            for path in listed(directory, problems) {
                let known = |other: &PathBuf| same(other, &path);
                if !path.is_dir() {
                    let message = "an alternate object directory is not there; objects in it were not scanned";
                    problems.push(Problem::new(
                        ProblemKind::BrokenAlternate,
                        path.display().to_string(),
                        message,
                    ));
                } else if depth == deepest {
                    let message = "alternates lead deeper than the limit; objects further on were not scanned";
                    problems.push(Problem::new(
                        ProblemKind::Limit,
                        path.display().to_string(),
                        message,
                    ));
                } else if !found.iter().any(known) {
                    found.push(path.clone());
                    next.push(path);
                }
            }
        }
        level = next;
    }
    found
}

fn same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

fn listed(objects: &Path, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let file = objects.join("info/alternates");
    let text = match plain::read(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            let message = format!(
                "the list of alternates cannot be read: {error}; objects in them were not scanned"
            );
            problems.push(Problem::new(
                ProblemKind::BrokenAlternate,
                file.display().to_string(),
                message,
            ));
            return Vec::new();
        }
    };
    let lines = text
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty() && line.first() != Some(&b'#'));
    // A relative path counts from the object directory.
    lines
        .map(|line| objects.join(plain::to_path(line)))
        .collect()
}
