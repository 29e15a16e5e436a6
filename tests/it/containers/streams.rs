//! Archives that come as streams, longer than what is read at once: members of compressed archives, and large objects.

use aisaleaks::control::Control;
use aisaleaks::detect::Detector;
use aisaleaks::model::Outcome;
use aisaleaks::model::ProblemKind::{Limit, Unsupported};
use aisaleaks::pipeline::{self, Options};

use super::{kinds, only, places, scan_file, text};
use crate::support::archive::{self, Method};
use crate::support::{Repo, command, feed, has, key, problems};

/// Bytes that nothing makes shorter.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 1u64;
    let bytes = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 40) as u8
    });
    bytes.take(len).collect()
}

/// A zip archive of so many bytes or a little more, with a key that cannot be read without opening it.
fn zip(len: usize, key: &str) -> Vec<u8> {
    let members: [archive::Member<'_>; 2] = [("noise", &noise(len)), ("x", &text(key))];
    archive::zip(&members, Method::Deflate)
}

fn small_windows(control: &mut Control) {
    control.limits.window = 64 << 10;
}

fn tarball(name: &str, bytes: &[u8]) -> Vec<u8> {
    archive::gzip(&archive::tar(&[(name, bytes)]), None)
}

#[test]
fn a_program_that_extracts_itself_is_opened() {
    for head in [&b"MZ"[..], b"\x7fELF", b"#!/bin/sh\n", b"\xcf\xfa\xed\xfe"] {
        let key = key();
        let program = [head, &noise(300_000), &zip(10, &key)].concat();
        let outcome = scan_file(&tarball("program", &program), small_windows);
        assert_eq!(places(&outcome), only(&key, &[&["program", "x"]]));
        assert_eq!(kinds(&outcome), []);
        // Most programs are only programs.
        let plain = [head, &noise(300_000), &text(&key)].concat();
        let outcome = scan_file(&tarball("program", &plain), small_windows);
        assert_eq!(places(&outcome), only(&key, &[&["program"]]));
        assert_eq!(kinds(&outcome), []);
    }
}

#[test]
fn an_archive_that_shows_only_at_its_end_is_told() {
    let key = key();
    let program = [b"\x7fELF", &noise(300_000)[..], &zip(10, &key)].concat();
    let data = [&noise(300_000)[..], &zip(10, &key)].concat();
    type Change = fn(&mut Control);
    let cases: [(&[u8], Change, _, &str); 4] = [
        (&data, |_| {}, Unsupported, "a file of its own"),
        (
            &data,
            |control| control.limits.archives.depth = 1,
            Limit,
            "--archive-depth",
        ),
        (
            &program,
            |control| control.limits.archives.depth = 1,
            Limit,
            "--archive-depth",
        ),
        (
            &program,
            |control| control.limits.archives.member = 200_000,
            Limit,
            "--max-member-size",
        ),
    ];
    for (bytes, change, kind, words) in cases {
        let outcome = scan_file(&tarball("a", bytes), |control| {
            small_windows(control);
            change(control);
        });
        assert_eq!(kinds(&outcome), [kind], "{words}");
        let problem = &outcome.problems[0];
        assert_eq!(problem.place, "file!a");
        assert!(problem.message.contains(words), "{}", problem.message);
    }
}

#[test]
fn through_a_pipe_as_well() {
    let key = key();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let noise = noise(5 << 20);
    for (head, found) in [(&b"\x7fELF"[..], true), (b"....", false)] {
        let bytes = [head, &noise, &zip(10, &key)].concat();
        let mut stdin = command(folder.path(), &["stdin", "-f", "json"]);
        let read = feed(&mut stdin, &bytes);
        let told: &[&str] = if found { &[] } else { &["unsupported"] };
        assert_eq!(has(&read.json(), &key), found);
        assert_eq!(problems(&read.json()), told);
        assert_eq!(read.code, if found { 1 } else { 3 });
    }
}

#[test]
fn archives_in_memory_are_counted_together() {
    let (inner, outer) = (key(), key());
    let inside = zip(200_000, &inner);
    let members: [archive::Member<'_>; 2] = [("b.zip", &inside), ("y", &text(&outer))];
    let around = archive::zip(&members, Method::Deflate);
    let twice: [archive::Member<'_>; 2] = [("1.zip", &around), ("2.zip", &around)];
    let bytes = archive::gzip(&archive::tar(&twice), None);
    let with = |most: u64| {
        scan_file(&bytes, |control| {
            small_windows(control);
            control.limits.archives.member = most;
        })
    };
    let all = with(500_000);
    assert_eq!((all.keys.len(), kinds(&all)), (2, vec![]));
    // One of them has room, and so has the next one: not both at a time.
    let some = with(300_000);
    let expected: [&[&str]; 2] = [&["1.zip", "y"], &["2.zip", "y"]];
    assert_eq!(places(&some), only(&outer, &expected));
    assert_eq!(kinds(&some), [Limit, Limit]);
    assert_eq!(some.problems[0].place, "file!1.zip!b.zip");
}

#[test]
fn objects_that_are_too_large_to_be_held_are_opened() {
    let key = key();
    let bytes = zip(300_000, &key);
    let program = [b"\x7fELF", &noise(300_000)[..], &zip(10, &key)].concat();
    for (name, bytes) in [
        ("a.zip", bytes),
        (
            "a.tgz",
            tarball("x", &[&noise(300_000)[..], &text(&key)].concat()),
        ),
        ("program", program),
    ] {
        let repo = Repo::new();
        repo.write(name, bytes).commit("first");
        for packed in [false, true] {
            if packed {
                repo.git(&["gc", "-q", "--prune=now"]);
            }
            let outcome = history(&repo);
            assert_eq!(places(&outcome), only(&key, &[&["x"]]), "{name}");
            assert_eq!(kinds(&outcome), [], "{name}");
        }
    }
}

/// What is in a history, with small limits for what is held as a whole.
fn history(repo: &Repo) -> Outcome {
    let detector = Detector::new(aisaleaks::rules::builtin().expect("rules"));
    let mut control = Control::new(1);
    small_windows(&mut control);
    control.limits.max_whole_object = 100_000;
    let options = Options {
        paths: vec![repo.path().to_path_buf()],
        history: true,
        ..Options::default()
    };
    pipeline::scan(&options, &detector, &control).expect("scanned")
}
