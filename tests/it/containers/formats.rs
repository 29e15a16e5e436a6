//! Every format, found by its bytes.

use aisaleaks::model::{Key, Secret};

use super::{kinds, only, places, scan_file, scan_with, text};
use crate::support::archive::{self, Method};
use crate::support::key;

#[test]
fn a_key_in_a_member_is_found_there_and_only_there() {
    let key = key();
    let text = text(&key);
    let members: [archive::Member<'_>; 3] = [
        ("a.txt", b"nothing"),
        ("in/x.env", &text),
        ("z", b"nothing"),
    ];
    let mut made = vec![
        ("tar", archive::tar(&members)),
        ("7z", archive::sevenz(&members)),
        (
            "tar.gz",
            archive::gzip(&archive::tar(&members), Some("x.tar")),
        ),
        ("tar.bz2", archive::bzip2(&archive::tar(&members))),
        ("tar.xz", archive::xz(&archive::tar(&members))),
        ("tar.zst", archive::zstd(&archive::tar(&members))),
    ];
    for method in archive::METHODS {
        made.push(("zip", archive::zip(&members, method)));
    }
    let mut extracting = b"MZ and a program".to_vec();
    extracting.extend(archive::zip(&members, Method::Deflate));
    made.push(("self-extracting", extracting));
    for (name, bytes) in made {
        let outcome = scan_file(&bytes, |_| {});
        assert_eq!(places(&outcome), only(&key, &[&["in/x.env"]]), "{name}");
        assert_eq!(kinds(&outcome), [], "{name}");
        let place = outcome.keys[0].locations[0].place.expect("a place");
        assert_eq!((place.line, place.column), (2, 15), "{name}");
    }
}

#[test]
fn a_compressed_file_has_the_name_that_it_would_have() {
    let key = key();
    let text = text(&key);
    for (file, bytes, name) in [
        ("x.env.gz", archive::gzip(&text, None), "x.env"),
        ("y.gz", archive::gzip(&text, Some("x.env")), "x.env"),
        ("x.log.bz2", archive::bzip2(&text), "x.log"),
        ("x.log.xz", archive::xz(&text), "x.log"),
        ("x.zst", archive::zstd(&text), "x"),
        ("dump", archive::zstd(&text), "contents"),
    ] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join(file), bytes).expect("written");
        let outcome = scan_with(folder.path(), |_| {});
        assert_eq!(places(&outcome), only(&key, &[&[name]]), "{file}");
        assert_eq!(kinds(&outcome), [], "{file}");
    }
}

#[test]
fn streams_that_follow_each_other_are_all_read_and_garbage_behind_them_is_no_problem() {
    let key = key();
    let text = text(&key);
    for make in [
        |bytes: &[u8]| archive::gzip(bytes, None),
        archive::bzip2 as fn(&[u8]) -> Vec<u8>,
        archive::xz,
        archive::zstd,
    ] {
        for garbage in [&b""[..], b"garbage"] {
            let bytes = [&make(b"first\n")[..], &make(&text), garbage].concat();
            let outcome = scan_file(&bytes, |_| {});
            assert_eq!(places(&outcome), only(&key, &[&["contents"]]));
            assert_eq!(kinds(&outcome), []);
            assert_eq!(outcome.keys[0].locations[0].place.expect("a place").line, 3);
        }
    }
}

/// A Zstandard frame that decoders step over (RFC 8878, 3.1.2).
fn skippable(bytes: &[u8]) -> Vec<u8> {
    let len = u32::try_from(bytes.len()).expect("short");
    [&0x184d_2a53u32.to_le_bytes()[..], &len.to_le_bytes(), bytes].concat()
}

#[test]
fn of_zstandards_bytes_only_those_that_became_a_member_are_not_told() {
    let (inside, between, behind) = (key(), key(), key());
    let text = text(&inside);
    let bytes = [
        &archive::zstd(b"first\n")[..],
        &skippable(format!("AISA_API_KEY={between}\n").as_bytes()),
        &archive::zstd(&text),
        format!("\nAISA_API_KEY={behind}\n").as_bytes(),
    ]
    .concat();
    let outcome = scan_file(&bytes, |_| {});
    assert_eq!(kinds(&outcome), []);
    let mut expected = only(&inside, &[&["contents"]]);
    expected.extend(only(&between, &[&[]]));
    expected.extend(only(&behind, &[&[]]));
    expected.sort();
    let mut found = places(&outcome);
    found.sort();
    assert_eq!(found, expected);

    // Of a frame that cannot be read to its end nothing is left out.
    let mut cut = archive::zstd(&text);
    cut.truncate(cut.len() - 2);
    let outcome = scan_file(&cut, |_| {});
    assert!(!kinds(&outcome).is_empty());
    let fingerprint = Secret::new(&inside).fingerprint();
    let found = |key: &Key| key.secret.fingerprint() == fingerprint;
    assert!(outcome.keys.iter().any(found));
}

#[test]
fn long_names_and_large_members_are_read() {
    let key = key();
    let text = text(&key);
    let long = "d/".repeat(150) + "x.env";
    let mut gnu = archive::tar_header("././@LongLink", long.len() + 1, b'L');
    gnu.extend(format!("{long}\0").bytes());
    gnu.resize(gnu.len().next_multiple_of(512), 0);
    gnu.extend(archive::tar(&[("short", &text)]));
    let record = format!("{} path={long}\n", long.len() + 10);
    let mut pax = archive::tar_header("PaxHeaders/x", record.len(), b'x');
    pax.extend(record.bytes());
    pax.resize(pax.len().next_multiple_of(512), 0);
    pax.extend(archive::tar(&[("short", &text)]));
    for bytes in [gnu, pax] {
        let outcome = scan_file(&archive::gzip(&bytes, None), |_| {});
        assert_eq!(places(&outcome), only(&key, &[&[&long]]));
    }
    // Larger than a window, and than what threads share.
    let mut large = vec![b'\n'; 20 << 20];
    large.extend(&text);
    for bytes in [
        archive::zip(&[("large", &large), ("small", b"x")], Method::Stored),
        archive::gzip(&archive::tar(&[("large", &large)]), None),
    ] {
        let outcome = scan_file(&bytes, |_| {});
        assert_eq!(places(&outcome), only(&key, &[&["large"]]));
        assert_eq!(kinds(&outcome), []);
    }
}

#[test]
fn two_members_of_one_name_are_both_read_and_so_is_one_that_is_not_listed() {
    let (one, other) = (key(), key());
    let members = [text(&one), text(&other)];
    let twice: [archive::Member<'_>; 2] = [("a", &members[0]), ("a", &members[1])];
    let bytes = archive::zip(&twice, Method::Deflate);
    assert_eq!(scan_file(&bytes, |_| {}).keys.len(), 2);
    // The directory names the first one only.
    let entries = archive::entries(&bytes);
    let (first, second) = (entries[0], entries[1]);
    let hiding = archive::end(bytes[..first].to_vec(), &bytes[first..second], 1);
    let outcome = scan_file(&hiding, |_| {});
    assert_eq!(outcome.keys.len(), 2);
    assert_eq!(kinds(&outcome), []);
}

#[test]
fn what_only_begins_as_a_container_is_searched_as_it_is() {
    let key = key();
    for begin in [
        &b"BZh9 is no bzip2 "[..],
        b"PK\x03\x04 is no zip ",
        b"\x1f\x8b\x08\0 is no gzip ",
        b"\xfd7zXZ\0 is no xz ",
        b"7z\xbc\xaf\x27\x1c is no 7z ",
        b"# v2 of what is no git bundle ",
    ] {
        let bytes = [begin, &text(&key)].concat();
        let outcome = scan_file(&bytes, |_| {});
        assert_eq!(places(&outcome), only(&key, &[&[]]), "{begin:?}");
        assert_eq!(kinds(&outcome), [], "{begin:?}");
    }
}
