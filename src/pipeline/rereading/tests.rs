//! Keys read again from places on disk and in repositories. What repositories hold is tested through the real binary.

use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering;

use super::*;
use crate::detect::testing::Rng;

fn detector() -> Detector {
    Detector::new(crate::rules::builtin().expect("valid rules"))
}

fn sought(key: &str, paths: &[&str]) -> Sought {
    let spot = |path: &&str| Spot {
        path: Some(path.as_bytes().to_vec()),
        ..Spot::default()
    };
    Sought {
        fingerprint: Secret::new(key).fingerprint(),
        places: paths.iter().map(spot).collect(),
        told: None,
    }
}

fn ground(directory: &Path) -> Ground {
    Ground {
        directory: directory.to_path_buf(),
        targets: Vec::new(),
    }
}

/// Reads again, and says how many bytes of files that took.
fn read(sought: &[Sought], directory: &Path) -> (Vec<Reread>, u64) {
    let control = Control::default();
    let found = reread(sought, &ground(directory), &detector(), &control);
    (found, control.progress.bytes.load(Ordering::Relaxed))
}

#[test]
fn each_file_is_read_once_whatever_keys_are_in_it() {
    let (mut rng, folder) = (Rng::new(3), tempfile::tempdir().expect("a folder"));
    let keys: Vec<String> = (0..50).map(|_| rng.key(true)).collect();
    let text = keys.join("\n");
    fs::write(folder.path().join("all"), &text).expect("written");
    fs::create_dir(folder.path().join("x")).expect("created");
    let sought: Vec<Sought> = (keys.iter())
        .map(|key| sought(key, &["none", "all", "x/../all"]))
        .collect();
    let (found, bytes) = read(&sought, folder.path());
    assert!(found.iter().all(|found| found.secret.is_some()));
    assert_eq!(bytes, text.len() as u64);
    for (found, key) in found.iter().zip(&keys) {
        assert_eq!(found.secret.as_ref().map(Secret::expose), Some(&**key));
        assert!(found.names_issuer && found.unread.is_none());
    }
}

#[test]
fn a_key_is_looked_for_until_a_place_names_its_issuer() {
    let (mut rng, folder) = (Rng::new(4), tempfile::tempdir().expect("a folder"));
    let legacy = format!("sk-{}", rng.body(48, crate::detect::testing::ALNUM));
    let write = |name: &str, text: &str| {
        let text = text.replace("{}", &legacy);
        fs::write(folder.path().join(name), text).expect("written");
    };
    write("a", "key {}");
    write("b", "AISA_API_KEY={}");
    for (paths, names_issuer) in [
        (&["a"][..], false),
        (&["a", "b"], true),
        (&["b", "a"], true),
    ] {
        let (found, _) = read(&[sought(&legacy, paths)], folder.path());
        assert!(found[0].secret.is_some());
        assert_eq!(found[0].names_issuer, names_issuer, "{paths:?}");
    }
    // Of a key that says itself who issued it, one place is enough.
    let key = rng.key(true);
    fs::write(folder.path().join("c"), &key).expect("written");
    fs::write(folder.path().join("d"), &key).expect("written");
    let (_, bytes) = read(&[sought(&key, &["c", "d"])], folder.path());
    assert_eq!(bytes, key.len() as u64);
}

#[test]
fn nothing_but_a_key_with_the_fingerprint_is_found() {
    let (mut rng, folder) = (Rng::new(5), tempfile::tempdir().expect("a folder"));
    let (there, other) = (rng.key(true), rng.key(true));
    fs::write(folder.path().join("a"), &there).expect("written");
    let told = Sought {
        told: Some(Secret::new(&other)),
        ..sought(&other, &["a"])
    };
    let (found, _) = read(&[sought(&other, &["a"]), told], folder.path());
    // One fingerprint is one key: the last of equals counts.
    assert!(found[0].secret.is_none() && found[0].unread.is_none());
    assert_eq!(found[1].secret.as_ref().map(Secret::expose), Some(&*other));
}

#[test]
fn a_masked_folder_stands_for_each_that_is_shown_so() {
    let (mut rng, folder) = (Rng::new(6), tempfile::tempdir().expect("a folder"));
    let keys = [rng.key(true), rng.key(true)];
    // Two names that are masked alike: with the last three characters of the first.
    let tail = &keys[0][keys[0].len() - 3..];
    let twin = format!("{}{tail}", &keys[1][..keys[1].len() - 3]);
    for name in [&keys[0], &twin] {
        fs::create_dir(folder.path().join(name)).expect("created");
        fs::write(folder.path().join(name).join("other"), "").expect("written");
    }
    let inside = rng.key(true);
    fs::write(folder.path().join(&twin).join("a.py"), &inside).expect("written");
    let path = format!("{}/a.py", Secret::new(&twin).redacted());
    let (found, _) = read(&[sought(&inside, &[&path])], folder.path());
    assert!(found[0].secret.is_some(), "{path}");
}

#[test]
fn what_could_not_be_read_is_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = Rng::new(7).key(true);
    let paths = ["/dev/null", "absent", "/dev/zero", "also/absent"];
    let (found, _) = read(&[sought(&key, &paths)], folder.path());
    let unread = found[0].unread.clone().expect("places that cannot be read");
    assert_eq!(
        unread,
        (2, "/dev/null: it is not a regular file".to_owned())
    );
}

#[test]
fn a_run_that_was_ended_finds_nothing_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = Rng::new(8).key(true);
    fs::write(folder.path().join("a"), &key).expect("written");
    let control = Control::default();
    control.cancel();
    let found = reread(
        &[sought(&key, &["a"])],
        &ground(folder.path()),
        &detector(),
        &control,
    );
    assert!(found[0].secret.is_none());
}
