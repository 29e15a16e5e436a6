//! Zip archives whose directories lie, or are gone.

use super::super::{Fault, recognise, zip};
use super::Counted;
use super::made::{self, Method};

const MOST: usize = 1_000_000;

fn names(directory: &zip::Directory) -> Vec<String> {
    let names = directory.entries.iter();
    names
        .map(|entry| String::from_utf8_lossy(&entry.name).into_owned())
        .collect()
}

/// Writes a field of the record at the end.
fn change_end(bytes: &mut [u8], field: usize, value: u32) {
    let at = bytes.len() - 22 + field;
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

#[test]
fn to_look_for_lost_members_takes_a_small_multiple_of_the_archive() {
    // Headers that do not say how long their members are, each with a few bytes behind.
    let one = made::zip(&[("a", b"some contents")], Method::Stored);
    let mut header = one[..made::entries(&one)[0]].to_vec();
    header[6] = 8;
    let mut source = Counted::new(header.repeat(20_000));
    let found = zip::directory(&mut source, MOST).expect("an archive");
    assert_eq!(found.entries.len(), 20_000);
    assert_eq!(found.fault, Some(Fault::Damaged));
    let (read, len) = (source.read, source.len());
    assert!(read < 20 * len, "{read} bytes read of {len}");
}

#[test]
fn members_far_from_each_other_are_found() {
    let one = made::zip(&[("a", b"some contents")], Method::Stored);
    let mut header = one[..made::entries(&one)[0]].to_vec();
    header[6] = 8;
    let mut bytes = Vec::new();
    // Such that headers stand across the edges of windows of every size.
    for gap in (0..400).chain(32_600..32_800) {
        bytes.extend(&header);
        bytes.resize(bytes.len() + gap, b'.');
    }
    let found = zip::directory(&mut Counted::new(bytes), MOST).expect("an archive");
    assert_eq!(found.entries.len(), 600);
}

#[test]
fn an_end_that_leads_nowhere_is_damage_and_members_are_looked_for() {
    let members: [made::Member<'_>; 2] = [("a", b"some contents"), ("b", b"others")];
    let plain = made::zip(&members, Method::Stored);
    let program = [&b"\x7fELF and more"[..], &[1; 5000], &plain].concat();
    // With the locator of zip64, whose record would be at a place that no file has.
    let far = {
        let (front, end) = program.split_at(program.len() - 22);
        let mut locator = b"PK\x06\x07\0\0\0\0".to_vec();
        locator.extend(u64::MAX.to_le_bytes());
        locator.extend([1, 0, 0, 0]);
        [front, &locator, end].concat()
    };
    for (what, mut bytes) in [("zip", plain), ("program", program), ("zip64", far)] {
        change_end(&mut bytes, 12, 0xffff_fff0);
        change_end(&mut bytes, 16, 0xffff_ffff);
        assert!(recognise(&bytes, &bytes).is_some(), "{what}");
        let found = zip::directory(&mut Counted::new(bytes), MOST).expect(what);
        assert_eq!(names(&found), ["a", "b"], "{what}");
        assert_eq!(found.fault, Some(Fault::Damaged), "{what}");
    }
}

#[test]
fn an_end_without_any_member_is_damage() {
    let mut bytes = made::end(b"#!/bin/sh\n".to_vec(), &[1; 46], 1);
    change_end(&mut bytes, 16, 3);
    let found = zip::directory(&mut Counted::new(bytes), MOST).expect("an archive");
    assert_eq!(
        (found.entries.len(), found.fault),
        (0, Some(Fault::Damaged))
    );
    let text = b"PK\x03\x04 are the first bytes of a zip archive, and this is none".to_vec();
    let found = zip::directory(&mut Counted::new(text), MOST);
    assert!(found.is_none(), "{found:?}");
}

#[test]
fn members_that_the_directory_does_not_count() {
    // The record has sixteen bits for their number: without zip64 writers let it run over.
    let names: Vec<String> = (0..66_000).map(|number| number.to_string()).collect();
    let members: Vec<made::Member<'_>> = names
        .iter()
        .map(|name| (name.as_str(), &b"x"[..]))
        .collect();
    let mut bytes = made::zip(&members, Method::Stored);
    for count in [65_535u16, 66_000u32 as u16] {
        let at = bytes.len() - 14;
        bytes[at..at + 2].copy_from_slice(&count.to_le_bytes());
        let found = zip::directory(&mut Counted::new(bytes.clone()), MOST).expect("an archive");
        assert_eq!(
            (found.entries.len(), found.fault),
            (66_000, None),
            "{count}"
        );
        let few = zip::directory(&mut Counted::new(bytes.clone()), 1000).expect("an archive");
        assert_eq!((few.entries.len(), few.fault), (1000, Some(Fault::Members)));
    }
}

#[test]
fn sizes_and_offsets_of_zip64() {
    let plain = made::zip(&[("first", b"x"), ("a", b"some contents")], Method::Stored);
    let entry = made::entries(&plain)[1];
    let (members, directory) = plain[..plain.len() - 22].split_at(made::entries(&plain)[0]);
    let mut directory = directory.to_vec();
    let entry = entry - members.len();
    let offset = u64::from(u32::from_le_bytes(
        directory[entry + 42..entry + 46].try_into().expect("four"),
    ));
    directory[entry + 20..entry + 28].fill(0xff);
    directory[entry + 30] = 4 + 4 + 24 + 4;
    directory[entry + 42..entry + 46].fill(0xff);
    // A field that says nothing here, and the one with the numbers.
    directory.extend([7, 0, 0, 0, 1, 0, 24, 0]);
    for number in [13, 13, offset] {
        directory.extend(number.to_le_bytes());
    }
    directory.extend([9, 0, 0, 0]);
    let start = members.len() as u64;
    let mut record = b"PK\x06\x06".to_vec();
    record.extend(44u64.to_le_bytes());
    record.resize(24, 0);
    for number in [2, 2, directory.len() as u64, start] {
        record.extend(number.to_le_bytes());
    }
    let mut locator = b"PK\x06\x07\0\0\0\0".to_vec();
    locator.extend((start + directory.len() as u64).to_le_bytes());
    locator.extend([1, 0, 0, 0]);
    let front = [members, &directory, &record, &locator].concat();
    let mut bytes = made::end(front, &[], 0xffff);
    change_end(&mut bytes, 12, u32::MAX);
    change_end(&mut bytes, 16, u32::MAX);
    for bytes in [bytes.clone(), [&b"in front"[..], &bytes].concat()] {
        let shift = (bytes.len() - plain.len()) as u64;
        let mut source = Counted::new(bytes);
        let found = zip::directory(&mut source, MOST).expect("an archive");
        assert_eq!((found.entries.len(), found.fault), (2, None), "{shift}");
        let mut contents = Vec::new();
        let mut reader = zip::open(&mut source, &found.entries[1], 1 << 20).expect("opened");
        std::io::Read::read_to_end(&mut reader, &mut contents).expect("read");
        assert_eq!(contents, b"some contents");
    }
}

#[test]
fn a_member_that_reaches_over_another_one_is_damaged() {
    for method in made::METHODS {
        let bytes = made::zip(&[("a", &[b'x'; 5000]), ("b", b"hidden")], method);
        let [first, second] = made::entries(&bytes)[..] else {
            panic!("two members");
        };
        // The directory has the first one only, up to where it begins itself.
        let (members, directory) = bytes.split_at(first);
        let mut directory = directory[..second - first].to_vec();
        let reaches = (members.len() - 30 - 1) as u32;
        directory[20..24].copy_from_slice(&reaches.to_le_bytes());
        let bytes = made::end(members.to_vec(), &directory, 1);
        let mut source = Counted::new(bytes);
        let found = zip::directory(&mut source, MOST).expect("an archive");
        assert_eq!(names(&found), ["a"], "{method:?}");
        let mut entry = found.entries[0].clone();
        // The number that Zstandard had at first.
        let numbers = match method {
            Method::Zstd => vec![entry.method, 20],
            _ => vec![entry.method],
        };
        for number in numbers {
            entry.method = number;
            let mut contents = Vec::new();
            let read = zip::open(&mut source, &entry, 1 << 27)
                .map(|mut reader| std::io::Read::read_to_end(&mut reader, &mut contents));
            assert!(!matches!(read, Ok(Ok(_))), "{number}");
        }
    }
}

#[test]
fn members_that_overlap_are_not_read_for_ever() {
    // Blocks of deflate that hold nothing: a decoder reads them, and nothing comes out.
    let empty = [0, 0, 0, 0xff, 0xff].repeat(10_000);
    let mut one = made::zip(&[("a", &empty)], Method::Stored);
    let entry = made::entries(&one)[0];
    one[8] = 8;
    one[entry + 10] = 8;
    let directory = one[entry..one.len() - 22].repeat(1000);
    let bytes = made::end(one[..entry].to_vec(), &directory, 1000);
    let found = zip::directory(&mut Counted::new(bytes), MOST).expect("an archive");
    assert_eq!(found.fault, Some(Fault::Damaged));
    assert!(
        (64..200).contains(&found.entries.len()),
        "{}",
        found.entries.len()
    );
}
