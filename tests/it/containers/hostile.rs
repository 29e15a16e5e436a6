//! Containers that were made to keep a scan busy, to fill its memory, or to hide a key from it.

use aisaleaks::model::ProblemKind::{self, DamagedArchive, EncryptedArchive, Limit, Unsupported};

use super::{kinds, only, places, scan_file, text};
use crate::support::archive::{self, Method};
use crate::support::key;

/// The zip archive with a key, and a second member that is `change`d.
fn changed(key: &str, method: Method, change: impl Fn(&mut Vec<u8>, usize)) -> Vec<u8> {
    let members: [archive::Member<'_>; 2] = [("a", &text(key)), ("b", b"some other contents")];
    let mut bytes = archive::zip(&members, method);
    let entry = archive::entries(&bytes)[1];
    change(&mut bytes, entry);
    bytes
}

#[test]
fn what_cannot_be_read_is_told_once_and_the_rest_is_scanned() {
    type Change = fn(&mut Vec<u8>, usize);
    let cases: [(&str, Change, ProblemKind); 6] = [
        ("encrypted", |zip, at| zip[at + 8] |= 1, EncryptedArchive),
        ("AES", |zip, at| zip[at + 10] = 99, EncryptedArchive),
        ("method", |zip, at| zip[at + 10] = 97, Unsupported),
        ("checksum", |zip, at| zip[at + 16] ^= 1, DamagedArchive),
        ("size", |zip, at| zip[at + 24] = 10, DamagedArchive),
        ("large size", |zip, at| zip[at + 27] = 0xff, DamagedArchive),
    ];
    for (name, change, kind) in cases {
        let key = key();
        let outcome = scan_file(&changed(&key, Method::Deflate, change), |_| {});
        assert_eq!(places(&outcome), only(&key, &[&["a"]]), "{name}");
        assert_eq!(kinds(&outcome), [kind], "{name}");
        assert_eq!(outcome.problems[0].place, "file", "{name}");
    }
}

#[test]
fn a_member_that_lies_about_its_size_is_read_to_its_end() {
    for size in [10, u32::MAX - 1] {
        let key = key();
        let members: [archive::Member<'_>; 1] = [("a", &text(&key))];
        let mut bytes = archive::zip(&members, Method::Deflate);
        let entry = archive::entries(&bytes)[0];
        bytes[entry + 24..entry + 28].copy_from_slice(&size.to_le_bytes());
        let outcome = scan_file(&bytes, |_| {});
        assert_eq!(places(&outcome), only(&key, &[&["a"]]));
        assert_eq!(kinds(&outcome), [DamagedArchive]);
    }
}

#[test]
fn what_is_cut_off_is_read_as_far_as_it_goes() {
    let key = key();
    let mut rest = vec![0; 100_000];
    for (at, byte) in rest.iter_mut().enumerate() {
        *byte = (at * at / 7) as u8 ^ (at >> 8) as u8;
    }
    let members: [archive::Member<'_>; 2] = [("a", &text(&key)), ("b", &rest)];
    let tar = archive::tar(&members);
    for (name, bytes) in [
        ("zip", archive::zip(&members, Method::Deflate)),
        ("tar", tar.clone()),
        ("gzip", archive::gzip(&tar, None)),
        (
            "bzip2",
            archive::bzip2(&[&tar[..], &rest.repeat(10)].concat()),
        ),
        (
            "zstd",
            archive::zstd(&[&tar[..], &rest.repeat(10)].concat()),
        ),
    ] {
        let cut = &bytes[..bytes.len() * 2 / 3];
        let outcome = scan_file(cut, |_| {});
        assert_eq!(places(&outcome), only(&key, &[&["a"]]), "{name}");
        assert_eq!(kinds(&outcome), [DamagedArchive], "{name}");
    }
    for bytes in [archive::sevenz(&members), archive::xz(&tar)] {
        let outcome = scan_file(&bytes[..bytes.len() - 30], |_| {});
        assert_eq!(kinds(&outcome), [DamagedArchive]);
    }
}

#[test]
fn limits_are_told_with_the_flag_that_raises_them() {
    let key = key();
    let deep = archive::zip(
        &[(
            "b.zip",
            &archive::zip(&[("c", &text(&key))], Method::Deflate),
        )],
        Method::Deflate,
    );
    let zeros = archive::gzip(&vec![0; 1 << 20], None);
    let large = archive::gzip(&[&vec![b' '; 200_000][..], &text(&key)].concat(), None);
    type Limits = fn(&mut aisaleaks::control::ArchiveLimits);
    let cases: [(&str, &[u8], Limits, &str); 5] = [
        (
            "file!b.zip",
            &deep,
            |limits| limits.depth = 1,
            "--archive-depth",
        ),
        (
            "file!contents",
            &large,
            |limits| limits.member = 1000,
            "--max-member-size",
        ),
        (
            "file",
            &zeros,
            |limits| limits.expansion = 1000,
            "--max-expansion",
        ),
        (
            "file",
            &zeros,
            |limits| limits.ratio_from = 1000,
            "--max-expansion",
        ),
        ("file", &deep, |limits| limits.members = 0, "unpack it"),
    ];
    for (place, bytes, change, words) in cases {
        let outcome = scan_file(bytes, |control| change(&mut control.limits.archives));
        assert!(outcome.keys.is_empty(), "{words}");
        assert_eq!(kinds(&outcome), [Limit], "{words}");
        let problem = &outcome.problems[0];
        assert_eq!(problem.place, place);
        assert!(problem.message.contains(words), "{}", problem.message);
    }
    let none = scan_file(&deep, |control| control.limits.archives.depth = 0);
    assert_eq!((none.keys.len(), kinds(&none)), (0, vec![]));
    let all = scan_file(&large, |_| {});
    assert_eq!((all.keys.len(), kinds(&all)), (1, vec![]));
}

#[test]
fn bombs_end_as_one_problem() {
    let mut bomb = vec![0; 1 << 20];
    for depth in 0..4 {
        let names: Vec<String> = (0..8)
            .map(|number| format!("{depth}-{number}.zip"))
            .collect();
        let members: Vec<archive::Member<'_>> = names
            .iter()
            .map(|name| (name.as_str(), &bomb[..]))
            .collect();
        bomb = archive::zip(&members, Method::Deflate);
    }
    // Sixty thousand members that are all the same bytes.
    let one = archive::zip(&[("a", &vec![0; 1 << 18])], Method::Deflate);
    let entry = archive::entries(&one)[0];
    let directory = one[entry..one.len() - 22].repeat(10_000);
    let overlapping = archive::end(one[..entry].to_vec(), &directory, 10_000);
    for bytes in [bomb, overlapping] {
        let few = |control: &mut aisaleaks::control::Control| {
            control.limits.archives.ratio_from = 2 << 20;
        };
        assert_eq!(kinds(&scan_file(&bytes, few)), [Limit]);
    }
}

#[test]
fn dictionaries_are_refused_before_there_is_memory_for_them() {
    let text = vec![b'a'; 100];
    let mut lzma = archive::sevenz(&[("a", &text)]);
    let few = |control: &mut aisaleaks::control::Control| control.limits.archives.window = 1 << 10;
    for bytes in [archive::xz(&text), archive::sevenz(&[("a", &text)])] {
        let outcome = scan_file(&bytes, few);
        assert_eq!(kinds(&outcome), [Limit]);
        assert!(outcome.problems[0].message.contains("1024 bytes of memory"));
    }
    // The header of a zstd frame with a window of 2^41 bytes.
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0, 31 << 3, 1, 0, 0];
    assert_eq!(kinds(&scan_file(&frame, |_| {})), [Limit]);
    lzma.truncate(40);
    assert_eq!(kinds(&scan_file(&lzma, |_| {})), [DamagedArchive]);
}

#[test]
fn a_thousand_damaged_archives_in_one_are_few_problems() {
    let names: Vec<String> = (0..1000).map(|number| format!("{number}.gz")).collect();
    let mut damaged = archive::gzip(b"some contents", None);
    damaged.truncate(damaged.len() - 4);
    let members: Vec<archive::Member<'_>> = names
        .iter()
        .map(|name| (name.as_str(), &damaged[..]))
        .collect();
    let outcome = scan_file(&archive::tar(&members), |_| {});
    assert!(
        (2..20).contains(&outcome.problems.len()),
        "{}",
        outcome.problems.len()
    );
    let told = |part: &str| {
        outcome
            .problems
            .iter()
            .any(|problem| problem.message.contains(part))
    };
    assert!(told("990 more"));
}

/// A 7z archive with two files in one folder of a coder that has this number, and no properties.
fn coded(id: &[u8]) -> Vec<u8> {
    let sum = |bytes: &[u8]| {
        let mut sum = flate2::Crc::new();
        sum.update(bytes);
        sum.sum().to_le_bytes()
    };
    let mut header = vec![1, 4, 6, 0, 1, 9, 8, 0, 7, 0x0b, 1, 0, 1, id.len() as u8];
    header.extend(id);
    // It gives eight bytes, four of each file.
    header.extend([0x0c, 8, 0, 8, 0x0d, 2, 9, 4, 0, 0, 5, 2, 0x11, 9, 0]);
    header.extend([b'a', 0, 0, 0, b'b', 0, 0, 0]);
    header.extend([0, 0]);
    let mut start = 8u64.to_le_bytes().to_vec();
    start.extend((header.len() as u64).to_le_bytes());
    start.extend(sum(&header));
    let front = [&b"7z\xbc\xaf\x27\x1c\0\x04"[..], &sum(&start)].concat();
    [&front[..], &start, b"somebyte", &header].concat()
}

#[test]
fn coders_that_are_not_known_are_told_with_the_number_of_members() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (id, kind, code) in [
        // A copy, PPMd, RAR's, and AES.
        (&[0][..], None, 0),
        (&[3, 4, 1], Some("unsupported"), 3),
        (&[4, 3, 1], Some("unsupported"), 3),
        (&[6, 0xf1, 7, 1], Some("encrypted-archive"), 3),
    ] {
        std::fs::write(folder.path().join("a.7z"), coded(id)).expect("written");
        let (ended, json) = crate::support::report(folder.path(), &["dir", "."]);
        assert_eq!(ended, code, "{id:?}");
        let kinds: Vec<&str> = kind.into_iter().collect();
        assert_eq!(crate::support::problems(&json), kinds, "{id:?}");
        if kind.is_some() {
            let message = json["problems"][0]["message"].as_str().expect("a message");
            assert!(message.starts_with("2 of its members: "), "{message}");
        }
    }
}

#[test]
fn a_zip_archive_whose_end_leads_nowhere() {
    let key = key();
    let members: [archive::Member<'_>; 1] = [("a", &text(&key))];
    for front in [&b""[..], b"\x7fELF and a program"] {
        let mut bytes = [front, &archive::zip(&members, Method::Deflate)].concat();
        let end = bytes.len() - 22;
        bytes[end + 12..end + 20].fill(0xfe);
        let outcome = scan_file(&bytes, |_| {});
        assert_eq!(places(&outcome), only(&key, &[&["a"]]));
        assert_eq!(kinds(&outcome), [DamagedArchive]);
    }
}

#[test]
fn names_are_only_names() {
    let key = key();
    let name = "../../../etc/\u{1b}[31m/x";
    for bytes in [
        archive::zip(&[(name, &text(&key))], Method::Deflate),
        archive::tar(&[(name, &text(&key))]),
    ] {
        assert_eq!(places(&scan_file(&bytes, |_| {})), only(&key, &[&[name]]));
    }
}

#[test]
fn a_million_members_without_contents_are_no_problem() {
    let one = archive::zip(&[("a", b"")], Method::Stored);
    let entry = archive::entries(&one)[0];
    let directory = one[entry..one.len() - 22].repeat(60_000);
    let bytes = archive::end(one[..entry].to_vec(), &directory, 60_000);
    assert_eq!(kinds(&scan_file(&bytes, |_| {})), []);
}

#[test]
fn random_damage_never_ends_the_program() {
    let text = text(&key());
    let members: [archive::Member<'_>; 2] = [("a", &text), ("b", b"other")];
    let tar = archive::tar(&members);
    let made = [
        archive::zip(&members, Method::Xz),
        archive::zip(&members, Method::Zstd),
        archive::sevenz(&members),
        archive::gzip(&tar, None),
        archive::bzip2(&tar),
        archive::xz(&tar),
        archive::zstd(&tar),
        tar,
    ];
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut seed = 1u64;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) as usize % below
    };
    for number in 0..800 {
        let mut bytes = made[number % made.len()].clone();
        for _ in 0..=next(3) {
            let at = next(bytes.len());
            bytes[at] = next(256) as u8;
        }
        if next(4) == 0 {
            bytes.truncate(next(bytes.len()));
        }
        std::fs::write(folder.path().join(number.to_string()), bytes).expect("written");
    }
    super::scan_with(folder.path(), |control| {
        control.limits.archives.window = 16 << 20;
    });
}

#[test]
fn a_piece_of_a_key_in_a_member_does_not_hide_the_key() {
    let (real, decoy) = (key(), key());
    let decoy = format!("{}{}", &real[..16], &decoy[16..]);
    let member = format!("AISA_API_KEY={decoy} # aisaleaks:allow\n");
    let zip = archive::zip(&[("x.env", member.as_bytes())], Method::Deflate);
    let script = format!("#!/bin/sh\nexport AISA_API_KEY={real}\n");
    let outcome = scan_file(&[script.as_bytes(), &zip].concat(), |_| {});
    assert_eq!(places(&outcome), only(&real, &[&[]]));
}

#[test]
fn a_stream_that_is_no_gzip_is_not_lost_in_silence() {
    let key = key();
    let mut bytes = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x07".to_vec();
    bytes.resize(200 << 10, b'\n');
    bytes.extend(text(&key));
    let bytes = archive::gzip(&archive::tar(&[("a", &bytes)]), None);
    let outcome = scan_file(&bytes, |control| control.limits.window = 64 << 10);
    assert!(!outcome.keys.is_empty() || !outcome.problems.is_empty());
}

#[test]
fn the_names_of_folders_in_a_7z_archive_are_searched() {
    let key = key();
    let name = format!("d/{key}");
    let outcome = scan_file(&archive::sevenz_of_a_folder(&name), |_| {});
    let name: &str = &name;
    assert_eq!(places(&outcome), only(&key, &[&[name]]));
}

#[test]
fn more_gaps_than_are_looked_into_are_told() {
    let members: Vec<archive::Member<'_>> = vec![("a", b"x"); 10_100];
    let bytes = archive::zip_with_gaps(&members, Method::Stored, &[0; 60]);
    assert_eq!(kinds(&scan_file(&bytes, |_| {})), [Limit]);
    let few = archive::zip_with_gaps(&members[..100], Method::Stored, &[0; 60]);
    assert_eq!(kinds(&scan_file(&few, |_| {})), []);
}
