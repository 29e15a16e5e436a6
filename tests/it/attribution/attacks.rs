//! Repositories made to mislead, or to wear out, whoever works out who did what. None may cost a key, a panic or the
//! day; what git itself could not have written need not be attributed well.

use std::fs;

use aisaleaks::control::Control;
use aisaleaks::detect::Detector;
use aisaleaks::model::{ProblemKind, Reachable};
use aisaleaks::{pipeline, rules};
use serde_json::Value;

use super::{at, facts, only, refs};
use crate::support::bounded::{look, look_with};
use crate::support::pack::{BLOB, COMMIT, Id, Pack, TREE, copy, delta, id, insert};
use crate::support::{Repo, has, key, locations, problems};

const GIT: &[&str] = &["git", "--show-secrets"];

fn hex(id: &Id) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn entry(mode: &str, name: &str, id: &Id) -> Vec<u8> {
    [format!("{mode} {name}\0").as_bytes(), id].concat()
}

fn commit(tree: &Id, parents: &[&Id], date: u64) -> Vec<u8> {
    let mut text = format!("tree {}\n", hex(tree));
    parents
        .iter()
        .for_each(|parent| text += &format!("parent {}\n", hex(parent)));
    for who in ["author", "committer"] {
        text += &format!("{who} Eve <eve@example.org> {date} +0000\n");
    }
    (text + "\nhello\n").into_bytes()
}

/// A repository whose only pack is this; `main` points at an object of it.
fn hostile(main: &Id, fill: impl FnOnce(&mut Pack)) -> Repo {
    let repo = Repo::new();
    let mut pack = Pack::new();
    fill(&mut pack);
    pack.write(&repo.join(".git"));
    fs::write(repo.join(".git/refs/heads/main"), hex(main) + "\n").expect("written");
    repo
}

/// Scans with one thread and with four.
fn scan(repo: &Repo) -> Value {
    let (code, report) = look(repo.path(), GIT);
    assert_eq!(code, 1, "{report:#}");
    report
}

#[test]
fn commits_that_are_their_own_ancestors() {
    let (looped, named) = (key(), key());
    let repo = hostile(&id(1), |pack| {
        let text = commit(&id(3), &[&id(2)], 20);
        pack.whole(id(1), COMMIT, &text);
        pack.whole(id(2), COMMIT, &commit(&id(3), &[&id(1)], 10));
        let name = format!("n-{named}");
        let tree = [entry("100644", "a", &id(4)), entry("100644", &name, &id(5))];
        pack.whole(id(3), TREE, &tree.concat());
        pack.whole(id(4), BLOB, looped.as_bytes());
        pack.whole(id(5), BLOB, b"nothing");
    });
    let report = scan(&repo);
    assert_eq!(only(&report, &looped)["path"], "a");
    assert_eq!(refs(only(&report, &looped)), ["refs/heads/main"]);
    assert_eq!(only(&report, &looped)["reachable"], "refs");
    assert!(has(&report, &named));
}

#[test]
fn a_commit_that_is_its_own_parent() {
    let own = key();
    let repo = hostile(&id(1), |pack| {
        pack.whole(id(1), COMMIT, &commit(&id(3), &[&id(1), &id(1)], 20));
        pack.whole(id(3), TREE, &entry("100644", "a", &id(4)));
        pack.whole(id(4), BLOB, own.as_bytes());
    });
    assert_eq!(only(&scan(&repo), &own)["path"], "a");
}

#[test]
fn trees_that_contain_themselves() {
    let held = key();
    let repo = hostile(&id(1), |pack| {
        pack.whole(id(1), COMMIT, &commit(&id(3), &[], 20));
        let sub = [entry("100644", "key", &id(4)), entry("40000", "up", &id(3))];
        let root = [entry("40000", "me", &id(3)), entry("40000", "sub", &id(5))];
        pack.whole(id(3), TREE, &root.concat());
        pack.whole(id(5), TREE, &sub.concat());
        pack.whole(id(4), BLOB, held.as_bytes());
    });
    let report = scan(&repo);
    assert_eq!(at(&report, &held, "sub/key")["reachable"], "refs");
}

#[test]
fn a_tree_with_one_name_twice() {
    let [one, other, same] = [key(), key(), key()];
    let repo = hostile(&id(1), |pack| {
        pack.whole(id(1), COMMIT, &commit(&id(3), &[], 20));
        let tree = [
            entry("100644", "a", &id(4)),
            entry("100644", "a", &id(5)),
            entry("40000", "d", &id(6)),
            entry("40000", "d", &id(7)),
            entry("100644", "e", &id(8)),
            entry("100644", "e", &id(8)),
        ];
        pack.whole(id(3), TREE, &tree.concat());
        pack.whole(id(4), BLOB, one.as_bytes());
        pack.whole(id(5), BLOB, other.as_bytes());
        pack.whole(id(6), TREE, &entry("100644", "x", &id(4)));
        pack.whole(id(7), TREE, &entry("100644", "x", &id(5)));
        pack.whole(id(8), BLOB, same.as_bytes());
    });
    let report = scan(&repo);
    for (key, path) in [(&one, "a"), (&other, "a"), (&same, "e")] {
        let location = at(&report, key, path);
        assert_eq!(refs(location), ["refs/heads/main"], "{location:#}");
    }
    for key in [&one, &other] {
        assert_eq!(at(&report, key, "d/x")["reachable"], "refs");
    }
}

/// Two commits, the second with a tree made by a delta from the first's.
fn second_tree(base: &[Vec<u8>], result: &[u8], instructions: &[u8], key: &str) -> Repo {
    hostile(&id(2), |pack| {
        let base = base.concat();
        pack.whole(id(1), COMMIT, &commit(&id(11), &[], 10));
        pack.whole(id(2), COMMIT, &commit(&id(12), &[&id(1)], 20));
        pack.whole(id(11), TREE, &base);
        let text = delta(base.len() as u64, result.len() as u64, instructions);
        pack.on_last(id(12), &text);
        pack.whole(id(4), BLOB, key.as_bytes());
        pack.whole(id(5), BLOB, b"nothing");
    })
}

#[test]
fn a_delta_that_drops_one_of_two_equal_entries() {
    let held = key();
    let twice = [entry("100644", "a", &id(4)), entry("100644", "a", &id(4))];
    let len = twice[0].len();
    let repo = second_tree(&twice, &twice[0], &copy(0, len as u16), &held);
    let report = scan(&repo);
    let location = only(&report, &held);
    assert_eq!(refs(location), ["refs/heads/main"], "{location:#}");
    assert_eq!(location["events_total"], 1, "{location:#}");
}

#[test]
fn deltas_that_copy_entries_twice_or_out_of_order() {
    let held = key();
    let base = [
        entry("100644", "a", &id(4)),
        entry("100644", "b", &id(5)),
        entry("100644", "c", &id(4)),
    ];
    let len = base[0].len() as u32;
    let whole = |nth: u32| copy(nth * len, len as u16);
    let [a, b, c] = [0, 1, 2];
    for order in [
        vec![a, a],
        vec![c, a],
        vec![c, b, a],
        vec![b, a, a],
        vec![b],
        vec![a, c, b, c],
    ] {
        let result: Vec<u8> = order
            .iter()
            .flat_map(|&nth| base[nth as usize].clone())
            .collect();
        let code: Vec<u8> = order.iter().flat_map(|&nth| whole(nth)).collect();
        let report = scan(&second_tree(&base, &result, &code, &held));
        for (nth, path) in [(a, "a"), (c, "c")] {
            let location = at(&report, &held, path);
            let kept = order.contains(&nth);
            assert_eq!(
                refs(location).len(),
                usize::from(kept),
                "{order:?} {location:#}"
            );
            assert_eq!(
                location["removed"].is_null(),
                kept,
                "{order:?} {location:#}"
            );
        }
    }
    // An entry that is put together from pieces of three.
    let result = [&base[0][..], &base[1]].concat();
    let code = [
        copy(0, 8),
        copy(2 * len + 8, len as u16 - 8),
        copy(len, len as u16),
    ]
    .concat();
    let report = scan(&second_tree(&base, &result, &code, &held));
    assert!(at(&report, &held, "a")["removed"].is_null());
    // The base's entry again, but inserted.
    let code = [insert(&base[0]), copy(len, len as u16)].concat();
    let result = [&base[0][..], &base[1]].concat();
    let report = scan(&second_tree(&base, &result, &code, &held));
    assert!(at(&report, &held, "a")["removed"].is_null());
    assert!(!at(&report, &held, "c")["removed"].is_null());
}

/// A file this many folders deep, outermost first in the pack or last.
fn nested(depth: u32, outermost_first: bool, key: &str) -> Repo {
    hostile(&id(1), |pack| {
        pack.whole(id(1), COMMIT, &commit(&id(10), &[], 20));
        pack.whole(id(2), BLOB, key.as_bytes());
        let mut order: Vec<u32> = (0..=depth).collect();
        if !outermost_first {
            order.reverse();
        }
        for at in order {
            let tree = match at == depth {
                true => entry("100644", "k", &id(2)),
                false => entry("40000", "d", &id(11 + at)),
            };
            pack.whole(id(10 + at), TREE, &tree);
        }
    })
}

#[test]
fn folders_nested_without_end() {
    for depth in [2_040, 5_000, 50_000] {
        for outermost_first in [true, false] {
            let held = key();
            let report = scan(&nested(depth, outermost_first, &held));
            let location = only(&report, &held);
            assert_eq!(location["reachable"], "refs", "{depth}");
            let path = location["path"].as_str().expect("a path");
            assert_eq!(path.split('/').count(), depth as usize + 1);
        }
    }
}

#[test]
fn thousands_of_folders_side_by_side() {
    let keys: Vec<String> = (0..3).map(|_| key()).collect();
    let count = 5_000;
    let repo = hostile(&id(1), |pack| {
        pack.whole(id(1), COMMIT, &commit(&id(5), &[], 20));
        for (nth, key) in keys.iter().enumerate() {
            pack.whole(id(10 + nth as u32), BLOB, key.as_bytes());
        }
        let root: Vec<u8> = (0..count)
            .flat_map(|at| entry("40000", &format!("{at:04}"), &id(100 + at)))
            .collect();
        pack.whole(id(5), TREE, &root);
        for at in 0..count {
            let (outer, inner) = (id(100 + at), id(100 + count + at));
            pack.whole(outer, TREE, &entry("40000", "in", &inner));
            let name = format!("k{at}");
            pack.whole(inner, TREE, &entry("100644", &name, &id(10 + at % 3)));
        }
    });
    let report = scan(&repo);
    let told: usize = keys.iter().map(|key| locations(&report, key).len()).sum();
    assert_eq!(told, count as usize);
    for key in &keys {
        let all = locations(&report, key);
        assert!(all.iter().all(|at| at["reachable"] == "refs"));
    }
}

#[test]
fn few_trees_that_make_more_paths_than_anyone_could_tell() {
    let held = key();
    let repo = hostile(&id(1), |pack| {
        pack.whole(id(1), COMMIT, &commit(&id(10), &[&id(3)], 20));
        pack.whole(id(3), COMMIT, &commit(&id(4), &[], 10));
        pack.whole(id(4), TREE, b"");
        pack.whole(id(2), BLOB, held.as_bytes());
        for level in 0..12 {
            let (mode, next) = if level == 11 {
                ("100644", id(2))
            } else {
                ("40000", id(11 + level))
            };
            let tree: Vec<u8> = (0..10)
                .flat_map(|at| entry(mode, &format!("d{at}"), &next))
                .collect();
            pack.whole(id(10 + level), TREE, &tree);
        }
    });
    // A long report; that threads do not matter is shown above.
    let (_, report) = look_with(repo.path(), GIT, "4", 300);
    assert!(has(&report, &held));
    assert_eq!(problems(&report), ["limit"]);
    assert_eq!(facts(&report, &held)["at_head"], true);
    for location in locations(&report, &held) {
        assert_eq!(refs(location), ["refs/heads/main"], "{location:#}");
        assert_eq!(location["reachable"], "refs");
        assert!(location["removed"].is_null());
    }
}

#[test]
fn a_hundred_thousand_refs_at_one_commit() {
    let held = key();
    let repo = Repo::new();
    for at in 0..50 {
        repo.write(&format!("{at}/key"), &held);
    }
    let tip = repo.commit("one");
    let refs: String = (0..100_000)
        .map(|at| format!("{tip} refs/heads/b/{at:06}\n"))
        .collect();
    fs::write(repo.join(".git/packed-refs"), refs).expect("written");
    let report = scan(&repo);
    assert_eq!(locations(&report, &held).len(), 50);
    for location in locations(&report, &held) {
        assert_eq!(location["refs_total"], 100_001);
        assert_eq!(location["refs"].as_array().map(Vec::len), Some(100));
        assert_eq!(location["refs"][0], "refs/heads/b/000000");
    }
}

#[test]
fn many_versions_of_a_folder_with_very_many_keys() {
    const FILES: u32 = 20_000;
    const VERSIONS: u32 = 1_100;
    let held = key();
    let repo = hostile(&id(100 + VERSIONS), |pack| {
        let base: Vec<u8> = (0..FILES)
            .flat_map(|at| entry("100644", &format!("f{at:05}"), &id(4)))
            .collect();
        let len = base.len() as u32 / FILES;
        pack.whole(id(4), BLOB, held.as_bytes());
        pack.whole(id(5), TREE, &base);
        // Each version lacks another file.
        for at in 1..=VERSIONS {
            let mut code = Vec::new();
            for (mut from, to) in [(0, at * len), ((at + 1) * len, FILES * len)] {
                while from < to {
                    let part = (to - from).min(60_000);
                    code.extend(copy(from, part as u16));
                    from += part;
                }
            }
            let size = base.len() as u64;
            let made = delta(size, size - u64::from(len), &code);
            pack.on(id(10_000 + at), &id(5), &made);
            let parent = id(100 + at - 1);
            let parents: &[&Id] = if at == 1 { &[] } else { &[&parent] };
            let text = commit(&id(10_000 + at), parents, u64::from(at));
            pack.whole(id(100 + at), COMMIT, &text);
        }
    });
    let (code, report) = look_with(repo.path(), GIT, "4", 300);
    assert_eq!(code, 1);
    assert_eq!(problems(&report), ["limit"]);
    assert!(has(&report, &held));
    assert_eq!(facts(&report, &held)["at_head"], true);
}

#[test]
fn more_trees_than_the_limit_cost_no_key() {
    let (repo, held) = (Repo::new(), key());
    repo.write("a/b/c.txt", format!("k={held}")).commit("first");
    let detector = Detector::new(rules::builtin().expect("the built-in rules"));
    let options = pipeline::Options {
        paths: vec![repo.path().to_path_buf()],
        history: true,
        ..pipeline::Options::default()
    };
    for (limit, reached) in [(100, true), (1 << 20, false)] {
        let mut control = Control::new(1);
        control.limits.attribution.log = limit;
        let outcome = pipeline::scan(&options, &detector, &control).expect("a scan");
        let [only] = &outcome.keys[..] else {
            panic!("{} keys", outcome.keys.len())
        };
        assert_eq!(only.locations[0].path.is_none(), reached);
        // What was not found out is not taken for unreachable.
        assert_ne!(only.locations[0].reachable, Some(Reachable::None));
        let limits = outcome.problems.iter();
        let limits = limits.filter(|problem| problem.kind == ProblemKind::Limit);
        assert_eq!(limits.count() > 0, reached, "{limit}");
    }
}
