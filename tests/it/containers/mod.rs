//! Keys in archives and compressed files: each in the member that it is in, wherever the bytes come from.

mod bundles;
mod encoded;
mod formats;
mod hostile;
mod nested;
mod sources;
mod streams;

use std::path::Path;

use aisaleaks::control::Control;
use aisaleaks::detect::Detector;
use aisaleaks::model::{Outcome, ProblemKind, Secret};
use aisaleaks::pipeline::{self, Options};

/// A file with a key. It is long enough to be worth compressing: of a short one a compressor stores the bytes as they are.
fn text(key: &str) -> Vec<u8> {
    let comments = "# more settings than anybody reads\n".repeat(50);
    format!("# settings\nAISA_API_KEY=\"{key}\"\n{comments}").into_bytes()
}

/// What a scan of a folder finds, the same with one thread and with four.
fn scan_with(folder: &Path, control: impl Fn(&mut Control)) -> Outcome {
    let detector = Detector::new(aisaleaks::rules::builtin().expect("rules"));
    let mut outcomes = [1, 4].map(|threads| {
        let mut limited = Control::new(threads);
        control(&mut limited);
        let options = Options {
            paths: vec![folder.to_path_buf()],
            files: true,
            ..Options::default()
        };
        pipeline::scan(&options, &detector, &limited).expect("scanned")
    });
    let [one, four] = &outcomes;
    assert_eq!(one.problems, four.problems);
    assert_eq!(places(one), places(four));
    std::mem::take(&mut outcomes[0])
}

/// What a scan of one file finds.
fn scan_file(bytes: &[u8], control: impl Fn(&mut Control)) -> Outcome {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("file"), bytes).expect("written");
    scan_with(folder.path(), control)
}

/// The fingerprint of each key, and the members that lead to its places.
fn places(outcome: &Outcome) -> Vec<(String, Vec<Vec<String>>)> {
    let texts = |names: &Vec<Vec<u8>>| -> Vec<String> {
        let texts = names
            .iter()
            .map(|name| String::from_utf8_lossy(name).into_owned());
        texts.collect()
    };
    let keys = outcome.keys.iter().map(|key| {
        let members = key.locations.iter().map(|at| texts(&at.member));
        (key.secret.fingerprint(), members.collect())
    });
    let mut keys: Vec<_> = keys.collect();
    keys.sort();
    keys
}

/// What [`places`] says if this key is in these members, and no other key anywhere.
fn only(key: &str, members: &[&[&str]]) -> Vec<(String, Vec<Vec<String>>)> {
    let texts = |names: &&[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    vec![(
        Secret::new(key).fingerprint(),
        members.iter().map(texts).collect(),
    )]
}

fn kinds(outcome: &Outcome) -> Vec<ProblemKind> {
    outcome
        .problems
        .iter()
        .map(|problem| problem.kind)
        .collect()
}
