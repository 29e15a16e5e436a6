//! Makes a folder of source-like files.

use std::path::Path;

use super::random::{Rng, Writer};

/// Files in one folder.
const FOLDER: usize = 40;

/// Writes so many files, with so many distinct keys spread over them.
pub fn make(folder: &Path, files: usize, keys: usize) {
    let mut writer = Writer::new(2);
    let mut secret = Rng::unpredictable();
    let mut planted = 0;
    for file in 0..files {
        let count = 100 + writer.rng.below(200);
        let mut text = writer.lines(count);
        while planted < keys * (file + 1) / files {
            planted += 1;
            let at = writer.rng.below(text.len());
            text.insert(at, format!("AISA_API_KEY = \"{}\"\n", secret.key()));
        }
        let parent = folder.join(format!("part{}", file / FOLDER));
        std::fs::create_dir_all(&parent).expect("a folder");
        std::fs::write(parent.join(format!("file{file}.src")), text.concat()).expect("written");
    }
}
