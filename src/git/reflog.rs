//! Reflogs: what refs have pointed at (gitrepository-layout, `logs/`).

use std::path::Path;

use super::{Repository, plain};
use crate::model::ObjectId;

/// No folder of reflogs is deeper than this.
const DEEPEST: usize = 64;

/// What every reflog names: the ref's full name, and each object that it has pointed at. What cannot be read is left
/// out: nothing is lost by it but a word about how an object is reached.
pub fn read(repository: &Repository) -> Vec<(Vec<u8>, ObjectId)> {
    let mut found = Vec::new();
    let mut directories = vec![&repository.common_dir];
    if repository.git_dir != repository.common_dir {
        directories.push(&repository.git_dir);
    }
    for directory in directories {
        folder(&directory.join("logs"), &[], 0, &mut found);
    }
    found.sort();
    found.dedup();
    found
}

fn folder(directory: &Path, name: &[u8], depth: usize, found: &mut Vec<(Vec<u8>, ObjectId)>) {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return;
    };
    for entry in entries.flatten() {
        let mut full = name.to_vec();
        if !full.is_empty() {
            full.push(b'/');
        }
        full.extend_from_slice(entry.file_name().as_encoded_bytes());
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            if depth < DEEPEST {
                folder(&entry.path(), &full, depth + 1, found);
            }
            continue;
        }
        let text = plain::read(&entry.path()).unwrap_or_default();
        for line in text.split(|&byte| byte == b'\n') {
            let mut words = line.split(|&byte| byte == b' ');
            let ids = [words.next(), words.next()]
                .into_iter()
                .flatten()
                .filter_map(ObjectId::from_hex);
            // Where a ref began, its log says all zeros.
            let ids = ids.filter(|id| id.as_bytes().iter().any(|&byte| byte != 0));
            found.extend(ids.map(|id| (full.clone(), id)));
        }
    }
}
