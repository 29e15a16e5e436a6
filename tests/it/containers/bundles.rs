//! Git bundles: every object in their pack is a member.

use std::collections::BTreeSet;

use aisaleaks::model::ProblemKind::{AbsentObject, DamagedArchive, Limit, Partial, Unsupported};

use super::{kinds, only, places, scan_file, text};
use crate::support::archive::{self, Method};
use crate::support::{Repo, command, feed, git, has, key, locations, problems, report};

/// The bundle that git makes of what these arguments say.
fn bundle(repo: &Repo, args: &[&str]) -> Vec<u8> {
    bundle_as("--version=2", repo, args)
}

fn bundle_as(version: &str, repo: &Repo, args: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("made.bundle");
    let path = path.to_str().expect("text");
    repo.git(&[&["bundle", "create", "-q", version, path][..], args].concat());
    std::fs::read(path).expect("read")
}

/// Text that nearly is the same in every version, so that git makes deltas.
fn version(number: usize, key: &str) -> Vec<u8> {
    let lines = (0..300).map(|line| format!("line {line}: {}\n", line * line * 7919));
    let lines: String = lines.collect();
    format!("version {number}\n{lines}\nAISA_API_KEY={key}\n").into_bytes()
}

/// Keys in every kind of object, and where they are in a bundle of it.
struct Sown {
    repo: Repo,
    expected: Vec<(String, String)>,
}

fn sow(repo: Repo) -> Sown {
    let keys: Vec<String> = (0..7).map(|_| key()).collect();
    repo.write("app/in/x.env", version(1, &keys[0]));
    repo.write("old.txt", text(&keys[1]));
    repo.commit("first");
    std::fs::remove_file(repo.join("old.txt")).expect("removed");
    repo.write("app/in/x.env", version(2, &keys[2]));
    let second = repo.commit("second");
    let third = repo.commit(&format!("third\n\nwith {} in it", keys[3]));
    repo.git(&["tag", "-a", "v1", "-m", &format!("tag {}", keys[4])]);
    let tag = repo.git(&["rev-parse", "v1"]);
    repo.write(&format!("d/{}.txt", keys[5]), "nothing");
    repo.write("d/last", version(3, &keys[6]));
    repo.commit("fourth");
    assert_ne!(second, third);
    repo.git(&["gc", "-q", "--prune=now"]);
    let at = |number: usize, name: String| (keys[number].clone(), name);
    let expected = vec![
        at(0, "app/in/x.env".into()),
        at(1, "old.txt".into()),
        at(2, "app/in/x.env".into()),
        at(3, format!("commit {third}")),
        at(4, format!("tag {tag}")),
        at(6, "d/last".into()),
    ];
    Sown { repo, expected }
}

/// The fingerprints of all keys in a report.
fn fingerprints(report: &serde_json::Value) -> BTreeSet<String> {
    let keys = report["keys"].as_array().expect("keys").iter();
    keys.map(|key| key["fingerprint"].to_string()).collect()
}

#[test]
fn keys_in_every_kind_of_object_are_where_git_has_them() {
    for (sown, version) in [
        (sow(Repo::new()), "--version=2"),
        (sow(Repo::new()), "--version=3"),
        (sow(Repo::sha256()), "--version=3"),
    ] {
        let bytes = bundle_as(version, &sown.repo, &["--all"]);
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join("files")).expect("created");
        std::fs::write(folder.path().join("files/a.bundle"), &bytes).expect("written");
        let (code, json) = report(&folder.path().join("files"), &["dir", "."]);
        assert_eq!((code, problems(&json)), (1, vec![]));
        for (key, member) in &sown.expected {
            let found = locations(&json, key);
            assert_eq!(found.len(), 1, "{member}");
            assert_eq!(found[0]["member"], serde_json::json!([member]));
            assert_eq!(found[0]["path"], "a.bundle");
        }
        git(folder.path(), &["clone", "-q", "files/a.bundle", "clone"]);
        let (_, cloned) = report(&folder.path().join("clone"), &["git"]);
        assert_eq!(fingerprints(&json), fingerprints(&cloned));
        assert_eq!(fingerprints(&json).len(), 7);
    }
}

#[test]
fn a_key_in_many_versions_of_a_file_is_one_place() {
    let key = key();
    let repo = Repo::new();
    for number in 0..10 {
        repo.write("app/x.env", version(number, &key))
            .commit("next");
    }
    repo.git(&["gc", "-q", "--prune=now"]);
    let outcome = scan_file(&bundle(&repo, &["--all"]), |_| {});
    assert_eq!(places(&outcome), only(&key, &[&["app/x.env"]]));
    assert_eq!(kinds(&outcome), []);
}

#[test]
fn bundles_in_archives_and_archives_in_bundles() {
    let key = key();
    let repo = Repo::new();
    let inner = archive::gzip(&archive::tar(&[("app/.env", &text(&key))]), None);
    let zip = archive::zip(&[("inner.tgz", &inner), ("b", b"x")], Method::Deflate);
    repo.write("lib/app.zip", zip).commit("first");
    let bytes = bundle(&repo, &["--all"]);
    let outer = archive::zip(&[("a.bundle", &bytes)], Method::Deflate);
    let outer = archive::xz(&archive::tar(&[("o.zip", &outer)]));
    let inside: &[&str] = &["lib/app.zip", "inner.tgz", "app/.env"];
    let outcome = scan_file(&bytes, |_| {});
    assert_eq!(places(&outcome), only(&key, &[inside]));
    assert_eq!(kinds(&outcome), []);
    let around = [&["o.zip", "a.bundle"][..], inside].concat();
    let deeper = |depth| {
        move |control: &mut aisaleaks::control::Control| {
            control.limits.archives.depth = depth;
        }
    };
    let outcome = scan_file(&outer, deeper(5));
    assert_eq!(places(&outcome), only(&key, &[&around]));
    assert_eq!(kinds(&outcome), []);
    assert_eq!(kinds(&scan_file(&outer, deeper(4))), [Limit]);
    assert_eq!(kinds(&scan_file(&outer, deeper(2))), [Limit]);
}

#[test]
fn histories_the_index_and_standard_input() {
    let (key, inner) = (key(), Repo::new());
    inner.write("x.env", text(&key)).commit("first");
    let bytes = bundle(&inner, &["--all"]);
    let mut stdin = command(inner.path(), &["stdin", "-f", "json"]);
    let read = feed(&mut stdin, &bytes);
    let found = locations(&read.json(), &key).len();
    assert_eq!((read.code, found, problems(&read.json()).len()), (1, 1, 0));
    let repo = Repo::new();
    repo.commit("empty");
    repo.write("a.bundle", &bytes);
    repo.git(&["add", "a.bundle"]);
    let (_, json) = report(repo.path(), &["staged"]);
    assert!(has(&json, &key));
    repo.commit("added");
    std::fs::remove_file(repo.join("a.bundle")).expect("removed");
    repo.commit("removed");
    let (_, json) = report(repo.path(), &["git"]);
    let found = locations(&json, &key);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["path"], "a.bundle");
    assert_eq!(found[0]["member"], serde_json::json!(["x.env"]));
    assert_eq!(found[0]["introduced"]["summary"], "added");
    assert_eq!(problems(&json), Vec::<&str>::new());
}

#[test]
fn a_thin_bundle_is_read_as_far_as_it_goes() {
    let (hidden, seen) = (key(), key());
    let repo = Repo::new();
    repo.write("x.txt", version(1, "none")).commit("first");
    repo.write("x.txt", version(2, &hidden));
    repo.write("new.env", text(&seen)).commit("second");
    repo.git(&["gc", "-q", "--prune=now"]);
    let outcome = scan_file(&bundle(&repo, &["HEAD~1..main"]), |_| {});
    assert_eq!(places(&outcome), only(&seen, &[&["new.env"]]));
    assert_eq!(kinds(&outcome), [AbsentObject]);
    assert_eq!(outcome.problems[0].place, "file");
    assert!(outcome.problems[0].message.starts_with("1 of its members"));
}

#[test]
fn what_a_filter_left_out_is_said() {
    let key = key();
    let repo = Repo::new();
    repo.write("in/x.env", text(&key)).write("y", "more");
    repo.commit(&format!("with {key}"));
    let commit = repo.git(&["rev-parse", "HEAD"]);
    let bytes = bundle_as("--version=3", &repo, &["--filter=blob:none", "--all"]);
    let outcome = scan_file(&bytes, |_| {});
    assert_eq!(
        places(&outcome),
        only(&key, &[&[&format!("commit {commit}")]])
    );
    assert_eq!(kinds(&outcome), [Partial]);
    assert!(outcome.problems[0].message.starts_with("2 of its members"));
}

#[test]
fn what_is_cut_off_is_read_as_far_as_it_goes() {
    let sown = sow(Repo::new());
    let bytes = bundle(&sown.repo, &["--all"]);
    let all = scan_file(&bytes, |_| {}).keys.len();
    let mut before = 0;
    for part in 1..40 {
        let cut = &bytes[..bytes.len() * part / 40];
        let outcome = scan_file(cut, |_| {});
        assert_eq!(kinds(&outcome), [DamagedArchive], "{part}");
        assert!(outcome.keys.len() >= before, "{part}");
        before = outcome.keys.len();
    }
    assert!(before + 2 >= all, "{before} of {all}");
    // The last object is whole, and the checksum is not.
    let outcome = scan_file(&bytes[..bytes.len() - 1], |_| {});
    assert_eq!(
        (kinds(&outcome), outcome.keys.len()),
        (vec![DamagedArchive], all)
    );
}

#[test]
fn a_pack_with_more_than_it_says_is_told() {
    let sown = sow(Repo::new());
    let mut bytes = bundle(&sown.repo, &["--all"]);
    let pack = memchr::memmem::find(&bytes, b"PACK").expect("a pack");
    // The count of its objects, the high byte first (gitformat-pack).
    bytes[pack + 11] -= 1;
    assert_eq!(kinds(&scan_file(&bytes, |_| {})), [DamagedArchive]);
}

#[test]
fn the_beginning_of_an_object_that_breaks_off_is_searched() {
    let key = key();
    let repo = Repo::new();
    let mut state = 1u64;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1);
        format!("{:x}\n", state >> 20)
    });
    let noise: String = noise.take(20_000).collect();
    repo.write("x", [&text(&key)[..], noise.as_bytes()].concat())
        .commit("first");
    let bytes = bundle(&repo, &["--all"]);
    let outcome = scan_file(&bytes[..bytes.len() / 2], |_| {});
    assert_eq!(places(&outcome), only(&key, &[&["blob"]]));
    assert_eq!(kinds(&outcome), [DamagedArchive]);
}

#[test]
fn no_change_of_a_byte_is_more_than_damage() {
    let key = key();
    let repo = Repo::new();
    for number in 0..3 {
        repo.write("x", version(number, &key)).commit("next");
    }
    repo.git(&["gc", "-q", "--prune=now"]);
    let bytes = bundle(&repo, &["--all"]);
    let start = bytes
        .windows(4)
        .position(|four| four == b"PACK")
        .expect("a pack");
    for at in (start..bytes.len()).step_by(bytes.len() / 60) {
        for value in [0, 0x7f, 0xff, bytes[at] ^ 0x10] {
            let mut changed = bytes.clone();
            changed[at] = value;
            // It may still be a whole pack, with another object in it.
            for kind in kinds(&scan_file(&changed, |_| {})) {
                assert!([DamagedArchive, AbsentObject, Unsupported, Limit].contains(&kind));
            }
        }
    }
}

#[test]
fn limits_are_said() {
    let key = key();
    let repo = Repo::new();
    repo.write("a", text(&key))
        .write("b", vec![b'\n'; 3 << 20])
        .commit("first");
    let bytes = bundle(&repo, &["--all"]);
    // A file that is not in memory has to fit into it.
    let kept = scan_file(&bytes, |control| {
        control.limits.window = 1024;
        control.limits.archives.member = 1024;
    });
    assert_eq!((kinds(&kept), kept.keys.len()), (vec![Limit], 0));
    assert!(kept.problems[0].message.contains("kept in memory"));
    let held = scan_file(&bytes, |control| control.limits.archives.member = 100);
    assert!(kinds(&held).iter().all(|kind| *kind == Limit));
    assert!(held.problems[0].message.contains("were not scanned"));
    let member = scan_file(&bytes, |control| control.limits.archives.member = 1 << 20);
    assert_eq!((kinds(&member), member.keys.len()), (vec![Limit], 1));
    let out = scan_file(&bytes, |control| {
        control.limits.archives.expansion = 1 << 20
    });
    assert_eq!(kinds(&out), [Limit]);
    let few = scan_file(&bytes, |control| control.limits.archives.members = 2);
    assert_eq!(kinds(&few), [Limit]);
    let streamed = scan_file(&bytes, |control| control.limits.max_whole_object = 1 << 20);
    assert_eq!(places(&streamed), only(&key, &[&["a"]]));
    assert_eq!(kinds(&streamed), []);
}

#[test]
fn a_form_that_is_not_known_is_said() {
    let bytes = b"# v3 git bundle\n@object-format=md5\n\nPACK";
    assert_eq!(kinds(&scan_file(bytes, |_| {})), [Unsupported]);
    let bytes = b"# v2 git bundle\nis how they begin\n";
    assert_eq!(kinds(&scan_file(bytes, |_| {})), [DamagedArchive]);
}
