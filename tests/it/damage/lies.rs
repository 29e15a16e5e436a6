//! Packs made by hand, whose entries are not what they say.

use super::{damaged, look, look_with};
use crate::support::pack::{self, BLOB, COMMIT, Pack, TREE, copy, deflate, delta, id, insert};
use crate::support::{Repo, has, key};

/// A hand-made pack with one good blob that holds the text, and what `fill` adds.
fn lying(kind: &str, fill: impl Fn(&mut Pack)) {
    damaged(kind, |repo, text| {
        let mut pack = Pack::new();
        fill(&mut pack);
        pack.whole(id(1000), BLOB, text.as_bytes());
        pack.write(&repo.join(".git"));
        repo.path().to_path_buf()
    });
}

const BASE: &[u8] = b"a base of thirty-two bytes, here";

#[test]
fn a_hand_made_pack_is_read() {
    let (whole, made) = (key(), key());
    let repo = Repo::new();
    let mut pack = Pack::new();
    pack.whole(id(1), BLOB, whole.as_bytes());
    let size = whole.len() as u64 + 1 + made.len() as u64;
    let code = [
        copy(0, whole.len() as u16),
        insert(format!("\n{made}").as_bytes()),
    ]
    .concat();
    pack.on_last(id(2), &delta(whole.len() as u64, size, &code));
    // A base may stand behind the delta that names it.
    pack.on(id(3), &id(4), &delta(32, 32, &copy(0, 32)));
    pack.whole(id(4), BLOB, BASE);
    pack.write(&repo.join(".git"));
    let (code, report) = look(repo.path());
    assert_eq!(code, 1, "{report:#}");
    assert!(has(&report, &whole) && has(&report, &made), "{report:#}");
    assert_eq!(report["complete"], true, "{report:#}");
}

#[test]
fn a_stream_of_another_length_than_its_header_says_is_named() {
    for kind in [BLOB, COMMIT, TREE] {
        for said in [0, 31, 33, 1 << 20, 100 << 20, 1 << 40, u64::MAX >> 4] {
            // Only a blob can be read as a stream; others have a limit.
            let too_large = kind != BLOB && said > 1 << 30;
            let problem = if too_large { "limit" } else { "damaged-object" };
            lying(problem, |pack| {
                pack.raw(id(1), kind, said, &[], &deflate(BASE));
            });
        }
    }
}

#[test]
fn a_zlib_bomb_is_named() {
    let bomb = deflate(&vec![0; 70 << 20]);
    for said in [100, 63 << 20, 65 << 20, 1 << 40] {
        lying("damaged-object", |pack| {
            pack.raw(id(1), BLOB, said, &[], &bomb);
        });
    }
}

#[test]
fn a_delta_that_lies_is_named() {
    let whole = copy(0, 32);
    for lie in [
        delta(31, 32, &whole),
        delta(33, 32, &whole),
        delta(32, 31, &whole),
        delta(32, 33, &whole),
        delta(32, 1 << 24, &whole),
        delta(u64::MAX >> 1, 32, &whole),
        delta(32, 32, &copy(1, 32)),
        delta(32, 32, &copy(u32::MAX, 32)),
        delta(32, 32, &copy(0, u16::MAX)),
        delta(32, 32, &[0]),
        delta(32, 32, &[0xff]),
        delta(32, 32, &[32, 1]),
        vec![0xff; 30],
        vec![32],
        vec![],
    ] {
        lying("damaged-object", |pack| {
            pack.whole(id(1), BLOB, BASE);
            pack.on_last(id(2), &lie);
            pack.on_last(id(3), &delta(32, 32, &whole));
        });
    }
}

#[test]
fn a_delta_that_makes_too_much_reaches_a_limit() {
    lying("limit", |pack| {
        pack.whole(id(1), BLOB, BASE);
        pack.on_last(id(2), &delta(32, 1 << 40, &copy(0, 32)));
    });
}

#[test]
fn a_chain_that_loops_is_named() {
    let same = delta(32, 32, &copy(0, 32));
    lying("damaged-object", |pack| {
        pack.on(id(1), &id(2), &same).on(id(2), &id(1), &same);
        pack.on(id(3), &id(1), &same).on(id(4), &id(4), &same);
    });
    lying("damaged-object", |pack| {
        for number in 0..3000 {
            pack.on(id(number), &id((number + 1) % 3000), &same);
        }
    });
}

#[test]
fn a_delta_without_its_base_is_named() {
    lying("damaged-object", |pack| {
        pack.on(id(1), &id(2), &delta(32, 32, &copy(0, 32)));
        pack.raw(id(3), 6, 3, &[0x7f], &deflate(b"abc"));
        pack.raw(id(4), 6, 3, &[0], &deflate(b"abc"));
        pack.raw(id(5), 6, 3, &[0xff; 12], &deflate(b"abc"));
    });
}

#[test]
fn kinds_that_are_none_are_named() {
    for kind in [0, 5] {
        lying("damaged-object", |pack| {
            pack.raw(id(1), kind, 32, &[], &deflate(BASE));
        });
    }
}

#[test]
fn a_chain_of_ten_thousand_deltas_is_scanned() {
    let planted = key();
    for (last, expected) in [(planted.as_str(), 1), ("no key", 0)] {
        let repo = Repo::new();
        let mut pack = Pack::new();
        pack.whole(id(0), BLOB, BASE);
        for number in 1..10_000 {
            let text = insert(format!("{number:032}").as_bytes());
            pack.on_last(id(number), &delta(32, 32, &text));
        }
        let code = [copy(0, 32), insert(last.as_bytes())].concat();
        pack.on_last(id(10_000), &delta(32, 32 + last.len() as u64, &code));
        pack.write(&repo.join(".git"));
        let (code, report) = look(repo.path());
        assert_eq!(code, expected, "{report:#}");
        assert_eq!(has(&report, &planted), expected == 1);
        assert_eq!(report["complete"], true, "{report:#}");
    }
}

#[test]
fn a_hundred_mebibytes_of_zeros_hide_no_key() {
    let planted = key();
    let mut zeros = vec![0; 100 << 20];
    let middle = (50 << 20) + 12_345;
    zeros[middle..middle + planted.len()].copy_from_slice(planted.as_bytes());
    let repo = Repo::new();
    repo.write("zeros", zeros).commit("large");
    for packed in [false, true] {
        if packed {
            repo.git(&["repack", "-adq"]);
        }
        let (code, report) = look_with(repo.path(), "2", 120);
        assert_eq!(code, 1, "{report:#}");
        assert!(has(&report, &planted), "packed: {packed}");
        assert_eq!(report["complete"], true, "{report:#}");
    }
}

#[test]
fn a_corrupt_tree_does_not_lose_the_others() {
    for tree in [
        &b"100644 name"[..],
        b"100644 name\0too short",
        b"garbage without a sense",
        &[0xff; 64],
        &[0; 64],
    ] {
        for packed in [false, true] {
            let planted = key();
            let repo = Repo::new();
            repo.write("text.txt", &planted).commit("text");
            if packed {
                Pack::new()
                    .whole(id(1), TREE, tree)
                    .write(&repo.join(".git"));
            } else {
                let header = format!("tree {}", tree.len());
                pack::loose(&repo.join(".git"), &id(1), &header, tree);
            }
            let (code, report) = look(repo.path());
            assert_eq!(code, 1, "{report:#}");
            assert!(has(&report, &planted));
        }
    }
}
