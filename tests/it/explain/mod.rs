//! `explain` as its users meet it.

mod fingerprints;
mod lines;
mod places;

use std::path::Path;

use super::support::{Run, run};

/// Explains, and demands that nothing of the keys is shown, and nothing that a terminal would obey.
fn explain(folder: &Path, args: &[&str], keys: &[&str]) -> Run {
    let run = run(folder, &[&["explain"], args].concat());
    assert_silent(&run, keys);
    run
}

fn assert_silent(run: &Run, keys: &[&str]) {
    for text in [&run.stdout, &run.stderr] {
        for key in keys {
            let body = key.rsplit('-').next().expect("a body");
            let body = if body.len() > 20 { body } else { &key[8..] };
            for at in 0..body.len() - 8 {
                assert!(!text.contains(&body[at..at + 8]), "{text}");
            }
        }
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
    }
}

/// The run ended so, and standard output has these parts, line breaks aside.
fn assert_told(run: &Run, code: i32, parts: &[&str]) {
    let Run { stdout, stderr, .. } = run;
    assert_eq!(run.code, code, "{stdout}\n{stderr}");
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in parts {
        assert!(
            words(stdout).contains(&words(part)),
            "{part:?} is not in\n{stdout}\n{stderr}"
        );
    }
}

/// The run was refused, and standard error has these parts.
fn assert_refused(run: &Run, parts: &[&str]) {
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    for part in parts {
        assert!(
            run.stderr.contains(part),
            "{part:?} is not in {}",
            run.stderr
        );
    }
}

const FINDING: &str = "This is a finding: error, high confidence.";
