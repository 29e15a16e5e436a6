//! Packs whose deltas build on objects outside them: other packs or loose objects, or nothing at all.

use std::fs;

use super::support::pack::{self, BLOB, COMMIT, Id, Pack, TREE, copy, deflate, delta, id, insert};
use super::support::{Repo, has, key, locations, problems, report};

const BASE: &[u8] = b"a base of thirty-two bytes, here";

/// A delta that keeps a base of `base` bytes and adds a text to it.
fn adding(base: usize, text: &[u8]) -> Vec<u8> {
    let code = [copy(0, base as u16), insert(text)].concat();
    delta(base as u64, (base + text.len()) as u64, &code)
}

/// A pack whose first delta builds on `base` and whose second builds on the first, with a key in what each adds.
fn thin(base: &Id, keys: &[String; 2]) -> Pack {
    let lines = [0, 1].map(|at| format!("\n{}\n", keys[at]));
    let len = BASE.len() + lines[0].len();
    let mut pack = Pack::new();
    pack.on(id(10), base, &adding(BASE.len(), lines[0].as_bytes()));
    pack.on_last(id(11), &adding(len, lines[1].as_bytes()));
    pack
}

/// Demands both keys, and that nothing is wrong.
fn whole(repo: &Repo, keys: &[String; 2]) {
    let (code, report) = report(repo.path(), &["git"]);
    assert_eq!(problems(&report), [""; 0], "{report:#}");
    assert_eq!((code, &report["complete"]), (1, &true.into()));
    assert!(keys.iter().all(|key| has(&report, key)), "{report:#}");
}

/// Demands that neither key is found, and that what is lost is named.
fn lost(repo: &Repo, keys: &[String; 2]) {
    let (code, report) = report(repo.path(), &["git"]);
    assert_eq!(code, 3, "{report:#}");
    assert!(problems(&report).contains(&"damaged-object"), "{report:#}");
    assert!(!keys.iter().any(|key| has(&report, key)), "{report:#}");
}

#[test]
fn a_base_in_another_pack_is_found() {
    for [base_name, thin_name] in [[0x11, 0x22], [0x22, 0x11]] {
        let (repo, keys) = (Repo::new(), [key(), key()]);
        let git = repo.join(".git");
        let mut base = Pack::new();
        base.whole(id(1), BLOB, b"0123456789")
            .on_last(id(2), &delta(10, 32, &insert(BASE)));
        base.write_as(&git, base_name);
        thin(&id(2), &keys).write_as(&git, thin_name);
        whole(&repo, &keys);
    }
}

#[test]
fn a_loose_base_is_found() {
    let (repo, keys) = (Repo::new(), [key(), key()]);
    let git = repo.join(".git");
    pack::loose(&git, &id(1), "blob 32", BASE);
    thin(&id(1), &keys).write(&git);
    whole(&repo, &keys);
}

#[test]
fn a_base_that_itself_builds_on_another_pack_is_found() {
    let (repo, keys) = (Repo::new(), [key(), key()]);
    let git = repo.join(".git");
    pack::loose(&git, &id(1), "blob 32", BASE);
    for number in 1..6 {
        Pack::new()
            .on(id(number + 1), &id(number), &delta(32, 32, &copy(0, 32)))
            .write_as(&git, number as u8);
    }
    thin(&id(6), &keys).write_as(&git, 0x77);
    whole(&repo, &keys);
}

#[test]
fn a_tree_on_a_base_in_another_pack_is_read() {
    let (repo, keys) = (Repo::new(), [key(), key()]);
    let git = repo.join(".git");
    let entry = |name: &str, id: Id| [format!("100644 {name}\0").as_bytes(), &id].concat();
    let base = entry("a.txt", id(1));
    let added = entry("found.txt", id(2));
    let named = entry(&format!("{}.txt", keys[1]), id(1));
    let mut all = Pack::new();
    all.whole(id(1), BLOB, b"nothing");
    all.whole(id(2), BLOB, keys[0].as_bytes());
    all.whole(id(3), TREE, &base);
    all.write_as(&git, 0x11);
    let mut thin = Pack::new();
    thin.on(id(4), &id(3), &adding(base.len(), &added));
    thin.on_last(id(5), &adding(base.len() + added.len(), &named));
    for (number, tree) in [(6, id(4)), (7, id(5))] {
        let tree: String = tree.iter().map(|byte| format!("{byte:02x}")).collect();
        let who = "A <a@example.org> 0 +0000";
        let commit = format!("tree {tree}\nauthor {who}\ncommitter {who}\n\nm\n");
        thin.whole(id(number), COMMIT, commit.as_bytes());
    }
    thin.write_as(&git, 0x22);
    whole(&repo, &keys);
    let (_, report) = report(repo.path(), &["git"]);
    assert_eq!(locations(&report, &keys[0])[0]["path"], "found.txt");
    assert_eq!(locations(&report, &keys[1])[0]["origin"], "path-name");
}

#[test]
fn a_base_that_is_nowhere_or_damaged_is_named() {
    let (repo, keys) = (Repo::new(), [key(), key()]);
    let git = repo.join(".git");
    let path = thin(&id(1), &keys).write_as(&git, 0x11);
    lost(&repo, &keys);
    let damaged = pack::loose(&git, &id(1), "blob 32", BASE);
    whole(&repo, &keys);
    // Its header can still be read, its contents cannot.
    pack::loose(&git, &id(1), "blob 33", BASE);
    lost(&repo, &keys);
    fs::write(&damaged, "not zlib").expect("written");
    lost(&repo, &keys);
    fs::remove_file(damaged).expect("removed");
    // A delta that was made for another base.
    Pack::new()
        .whole(id(1), BLOB, b"another")
        .write_as(&git, 0x22);
    lost(&repo, &keys);
    assert!(path.exists());
}

#[test]
fn packs_that_build_on_each_other_in_a_circle_are_named() {
    let (repo, keys) = (Repo::new(), [key(), key()]);
    let git = repo.join(".git");
    thin(&id(1), &keys).write_as(&git, 0x11);
    Pack::new()
        .on(id(1), &id(11), &delta(32, 32, &copy(0, 32)))
        .write_as(&git, 0x22);
    lost(&repo, &keys);
}

#[test]
fn a_healthy_loose_copy_stands_in_for_a_packed_one_that_has_no_kind() {
    let (repo, planted) = (Repo::new(), key());
    let git = repo.join(".git");
    Pack::new()
        .raw(id(1), 5, 32, &[], &deflate(BASE))
        .write(&git);
    pack::loose(
        &git,
        &id(1),
        &format!("blob {}", planted.len()),
        planted.as_bytes(),
    );
    let (code, report) = report(repo.path(), &["git"]);
    assert_eq!(code, 1, "{report:#}");
    assert!(has(&report, &planted), "{report:#}");
}
