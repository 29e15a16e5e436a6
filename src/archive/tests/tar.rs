//! Numbers in tar headers, and what leads nowhere.

use super::super::Fault;
use super::super::tar::is_tar;
use super::super::tar::{Part, walk};
use super::made;

/// Names and lengths of the members of an archive.
fn members(bytes: &[u8], most: u64) -> (Vec<(String, usize)>, Result<(), Fault>) {
    let mut found = Vec::new();
    let walked = walk(&mut &bytes[..], most, &mut |part| {
        if let Part::Member(name, contents) = part {
            let mut text = Vec::new();
            contents.read_to_end(&mut text).expect("memory");
            found.push((String::from_utf8_lossy(name).into_owned(), text.len()));
        }
        true
    });
    (found, walked)
}

/// The archive of one member with so written a size, and the right checksum.
fn with_size(field: &[u8; 12], contents: usize) -> Vec<u8> {
    let mut bytes = made::tar_header("a", 0, b'0');
    bytes[124..136].copy_from_slice(field);
    bytes[148..156].fill(b' ');
    let sum: u32 = bytes.iter().map(|byte| u32::from(*byte)).sum();
    bytes[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    assert!(is_tar(&bytes));
    bytes.resize(512 + contents.next_multiple_of(512) + 1024, 0);
    bytes
}

#[test]
fn sizes_are_octal_or_in_base_256() {
    for (field, len) in [
        (b"00000000005\0", 5),
        (b"00000000005 ", 5),
        (b"         5  ", 5),
        (b"          5\0", 5),
        (b"5\0\0\0\0\0\0\0\0\0\0\0", 5),
        (b"000000000005", 5),
        (b"\x80\0\0\0\0\0\0\0\0\0\x02\x01", 513),
    ] {
        let found = members(&with_size(field, len), 9);
        assert_eq!(found, (vec![("a".to_owned(), len)], Ok(())), "{field:?}");
    }
    let none = members(&with_size(b"            ", 0), 9);
    assert_eq!(none, (vec![], Ok(())));
}

#[test]
fn sizes_that_no_file_has_are_damage() {
    for field in [
        // Negative, larger than 64 bits, and no number at all.
        b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x80\0\0\x01\0\0\0\0\0\0\0\0",
        b"\x81\0\0\0\0\0\0\0\0\0\0\0",
        b"-0000000005\0",
        b"0000000000x\0",
        b"0000000000: ",
    ] {
        let (found, walked) = members(&with_size(field, 512), 9);
        assert_eq!((found.len(), walked), (0, Err(Fault::Damaged)), "{field:?}");
    }
    // One that the archive does not have: what there is of it is shown.
    let large = b"\x80\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff";
    let (found, walked) = members(&with_size(large, 512), 9);
    assert_eq!((found.len(), walked), (1, Err(Fault::Damaged)));
}

#[test]
fn an_extension_may_not_say_a_size_that_is_none() {
    for (record, expected) in [
        ("12 size=700\n", 700),
        ("13 size=-700\n", 512),
        ("31 size=99999999999999999999999\n", 512),
        ("99 size=700\n", 512),
        ("0000000000000000000000012 size=700\n", 512),
    ] {
        let mut bytes = made::tar_header("pax", record.len(), b'x');
        bytes.extend(record.as_bytes());
        bytes.resize(1024, 0);
        bytes.extend(made::tar_header("a", 512, b'0'));
        bytes.resize(1024 + 512 + 1024 + 1024, b'.');
        let (found, _) = members(&bytes, 9);
        assert_eq!(found.first(), Some(&("a".to_owned(), expected)), "{record}");
    }
}

#[test]
fn members_are_counted_without_contents_too() {
    let empty = made::tar_header("a", 0, b'0').repeat(20);
    assert_eq!(members(&empty, 20).1, Ok(()));
    assert_eq!(members(&empty, 19).1, Err(Fault::Members));
}
