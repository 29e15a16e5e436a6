//! Packs and indexes that are cut off, changed, gone, or changed while they are read.

use std::fs;
use std::path::{Path, PathBuf};

use super::{damaged, look, look_with};
use crate::support::files::{change, fifo, pack_of};
use crate::support::pack::{BLOB, Pack, id};
use crate::support::{Repo, has, key};

/// The same where the damage is in a repository with one commit in a pack and the text in a later, loose one.
fn damaged_pack(kind: &str, damage: impl Fn(&Path)) {
    damaged(kind, |repo, text| {
        damage(&packed(repo, text));
        repo.path().to_path_buf()
    });
}

/// Puts one commit into a pack, whose path it returns, and the text into a later commit of loose objects.
fn packed(repo: &Repo, text: &str) -> PathBuf {
    for number in 0..5 {
        let line = format!("line {number}\n").repeat(20 + number);
        repo.write(&format!("{number}.txt"), line);
    }
    repo.commit("packed");
    repo.git(&["repack", "-adq"]);
    repo.write("text.txt", text);
    repo.commit("loose");
    pack_of(repo)
}

#[test]
fn a_truncated_index_is_named() {
    for keep in [0, 3, 4, 8, 500, 1032, 1050, -41, -20, -1] {
        damaged_pack("damaged-index", |pack| {
            change(&pack.with_extension("idx"), |bytes| {
                let end = if keep < 0 { bytes.len() as i64 } else { 0 };
                bytes.truncate((end + keep) as usize);
            });
        });
    }
}

#[test]
fn a_bit_flipped_index_is_named() {
    // Five blobs, a tree and a commit: the tables of ids, checksums and offsets follow the fan-out.
    const OBJECTS: usize = 7;
    const IDS: usize = 8 + 1024;
    const OFFSETS: usize = IDS + OBJECTS * 24;
    let places = [0, 7, 8 + 3, 8 + 1020, 8 + 1023, IDS + 5, IDS + 63];
    for place in places
        .into_iter()
        .chain((OFFSETS..OFFSETS + OBJECTS * 4 + 20).step_by(5))
    {
        let planted = key();
        for (text, expected) in [(planted.as_str(), 1), ("no key", 3)] {
            let repo = Repo::new();
            let pack = packed(&repo, text);
            change(&pack.with_extension("idx"), |bytes| {
                assert_eq!(bytes.len(), OFFSETS + OBJECTS * 4 + 40);
                bytes[place] ^= 0x80;
            });
            let (code, report) = look(repo.path());
            assert_eq!(code, expected, "byte {place}: {report:#}");
            assert_eq!(
                has(&report, &planted),
                code == 1,
                "byte {place}: {report:#}"
            );
            assert_eq!(report["complete"], false, "byte {place}");
        }
    }
}

#[test]
fn a_truncated_pack_is_named() {
    for keep in [0, 3, 4, 7] {
        damaged_pack("damaged-pack", |pack| {
            change(pack, |bytes| bytes.truncate(keep))
        });
    }
    for cut in [1, 20, 21, 100, 9] {
        damaged_pack("damaged-index", |pack| {
            change(pack, |bytes| bytes.truncate(bytes.len() - cut));
        });
    }
}

#[test]
fn what_stands_before_the_cut_in_a_pack_is_found() {
    damaged("damaged-object", |repo, text| {
        let mut pack = Pack::new();
        pack.whole(id(1), BLOB, text.as_bytes());
        pack.whole(id(2), BLOB, "cut off ".repeat(9000).as_bytes());
        let path = pack.write(&repo.join(".git"));
        change(&path, |bytes| bytes.truncate(bytes.len() - 40));
        repo.path().to_path_buf()
    });
}

#[test]
fn flips_all_over_a_pack_are_seen() {
    let planted = key();
    for (text, least) in [(planted.as_str(), 1), ("no key", 3)] {
        let repo = Repo::new();
        let path = packed(&repo, text);
        let whole = fs::read(&path).expect("read");
        let step = (whole.len() / 60).max(1);
        for (number, place) in (0..whole.len()).step_by(step).enumerate() {
            change(&path, |bytes| {
                bytes.clone_from(&whole);
                bytes[place] ^= 1 << (number % 8);
            });
            let (code, report) = look_with(repo.path(), "2", 20);
            assert_eq!(code, least, "byte {place}, bit {}: {report:#}", number % 8);
            assert_eq!(has(&report, &planted), least == 1, "byte {place}");
            assert_eq!(report["complete"], false, "byte {place}");
        }
    }
}

#[test]
fn an_index_for_another_pack_is_named() {
    damaged_pack("damaged-index", |path| {
        let other = Repo::new();
        other
            .write("other.txt", "another repository")
            .commit("other");
        other.git(&["repack", "-adq"]);
        let index = pack_of(&other).with_extension("idx");
        fs::copy(index, path.with_extension("idx")).expect("copied");
    });
}

#[test]
fn a_pack_without_an_index_is_named() {
    damaged_pack("damaged-index", |pack| {
        fs::remove_file(pack.with_extension("idx")).expect("removed");
    });
}

#[test]
fn an_index_without_a_pack_is_named() {
    damaged_pack("absent-object", |pack| {
        fs::remove_file(pack).expect("removed")
    });
}

#[test]
fn a_pack_or_index_that_is_a_fifo_is_named() {
    damaged_pack("damaged-pack", fifo);
    damaged_pack("damaged-index", |pack| fifo(&pack.with_extension("idx")));
}

#[test]
fn a_key_is_found_while_git_repacks() {
    let planted = key();
    let repo = Repo::new();
    for number in 0..60 {
        repo.write("text.txt", format!("{number}\n").repeat(number + 1));
        if number == 30 {
            repo.write("key.txt", &planted);
        }
        repo.commit("a change");
    }
    let mut runs = 0;
    std::thread::scope(|scope| {
        let repacks = scope.spawn(|| {
            // Another depth makes another pack, so that the old one goes.
            for depth in 1..=12 {
                repo.git(&["repack", "-adfq", &format!("--depth={depth}")]);
            }
        });
        while runs < 5 || !repacks.is_finished() {
            let (code, report) = look_with(repo.path(), "2", 20);
            assert_eq!(code, 1, "{report:#}");
            assert!(has(&report, &planted), "{report:#}");
            runs += 1;
        }
    });
}
