//! Small archives with every truncation, and with any byte changed: nothing panics, and what comes out is bounded.

use std::io::{Cursor, Read};

use proptest::prelude::*;

use super::super::streams::Streams;
use super::super::{Fault, Format, sevenz, tar, zip};
use super::Counted;
use super::made::{self, Method};

const MOST: usize = 8;
const WINDOW: u64 = 8 << 20;
/// No decoder of so small an archive is read any further.
const LONGEST: u64 = 1 << 20;

fn members() -> [made::Member<'static>; 2] {
    [
        ("a", b"contents, contents, contents, contents, contents"),
        ("folder/b", b"others"),
    ]
}

/// Reads all that a reader gives, up to a limit.
fn drain(reader: impl Read) -> u64 {
    let mut out = Vec::new();
    // Damage is an error here; that it ends is what counts.
    drop(reader.take(LONGEST).read_to_end(&mut out));
    out.len() as u64
}

/// The number of members, and of bytes of all of them.
type Found = (usize, u64);

fn read_zip(bytes: &[u8]) -> Found {
    let mut source = Counted::new(bytes.to_vec());
    let Some(found) = zip::directory(&mut source, MOST) else {
        return (0, 0);
    };
    assert!(source.read < 1 << 20, "{} bytes read", source.read);
    let mut all = 0;
    for entry in &found.entries {
        let opened = zip::open(&mut source, entry, WINDOW);
        all += opened.map_or(0, drain);
    }
    (found.entries.len(), all)
}

fn read_sevenz(bytes: &[u8]) -> Found {
    let mut source = Cursor::new(bytes);
    let Ok(found) = sevenz::directory(&mut source, MOST, WINDOW) else {
        return (0, 0);
    };
    let (mut many, mut all) = (0, 0);
    for (folder, entries) in &found.folders {
        many += entries.len();
        let opened = sevenz::open(&mut source, folder, WINDOW);
        let Ok(mut reader) = opened else {
            continue;
        };
        for entry in entries {
            all += drain(sevenz::file(&mut reader, entry));
        }
    }
    (many, all)
}

fn read_tar(bytes: &[u8]) -> Found {
    let (mut many, mut all) = (0, 0);
    let walked = tar::walk(&mut &bytes[..], MOST as u64, &mut |part| {
        match part {
            tar::Part::Member(_, contents) => {
                many += 1;
                all += drain(contents);
            }
            tar::Part::Aside(bytes) => all += bytes.len() as u64,
            tar::Part::Rest(rest) => all += drain(rest),
        }
        true
    });
    assert!(walked.is_ok() || many <= MOST);
    (many, all)
}

fn read_stream(format: Format, bytes: &[u8]) -> Found {
    (1, drain(Streams::new(format, bytes, WINDOW, MOST)))
}

type Reader = fn(&[u8]) -> Found;

/// Archives of every kind, each with how it is read and how many bytes may come out of it.
fn archives() -> Vec<(&'static str, Vec<u8>, Reader)> {
    let members = members();
    let tar = made::tar(&members);
    vec![
        ("stored", made::zip(&members, Method::Stored), read_zip),
        ("deflate", made::zip(&members, Method::Deflate), read_zip),
        ("zip bzip2", made::zip(&members, Method::Bzip2), read_zip),
        ("zip zstd", made::zip(&members, Method::Zstd), read_zip),
        ("zip xz", made::zip(&members, Method::Xz), read_zip),
        ("7z", made::sevenz(&members), read_sevenz),
        ("tar", tar.clone(), read_tar),
        ("gzip", made::gzip(&tar, Some("name")), |bytes| {
            read_stream(Format::Gzip, bytes)
        }),
        ("bzip2", made::bzip2(&tar), |bytes| {
            read_stream(Format::Bzip2, bytes)
        }),
        ("xz", made::xz(&tar), |bytes| read_stream(Format::Xz, bytes)),
        ("zstd", made::zstd(&tar), |bytes| {
            read_stream(Format::Zstd, bytes)
        }),
    ]
}

/// A tar archive is its own contents; what is compressed here gives a few blocks.
fn assert_bounded(what: &str, (many, bytes): Found) {
    assert!(many <= MOST, "{what}: {many} members");
    assert!(bytes < MOST as u64 * LONGEST, "{what}: {bytes} bytes");
}

#[test]
fn whole_archives_are_read() {
    for (what, bytes, read) in archives() {
        let (many, all) = read(&bytes);
        assert!((1..=2).contains(&many), "{what}: {many}");
        assert!(all >= 54, "{what}: {all}");
    }
}

#[test]
fn every_truncation_ends() {
    for (what, bytes, read) in archives() {
        for len in 0..bytes.len() {
            assert_bounded(what, read(&bytes[..len]));
        }
    }
}

#[test]
fn every_changed_byte_of_a_header_ends() {
    for (what, bytes, read) in archives() {
        // A tar archive is mostly zeros.
        let step = if bytes.len() > 2000 { 7 } else { 1 };
        for at in (0..bytes.len()).step_by(step) {
            for change in [0x01, 0x80, 0xff] {
                let mut changed = bytes.clone();
                changed[at] ^= change;
                assert_bounded(what, read(&changed));
            }
        }
    }
}

/// The header of a 7z archive has a checksum: changes behind it are looked at only with the right one.
#[test]
fn every_changed_byte_of_a_sealed_header_ends() {
    let bytes = made::sevenz(&members());
    let field = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight"));
    let start = 32 + field(12) as usize;
    for at in start..bytes.len() {
        for change in [0x01, 0x10, 0x80, 0xff] {
            let mut changed = bytes.clone();
            changed[at] ^= change;
            let sum = super::super::recognise::crc32(&changed[start..]).to_le_bytes();
            changed[28..32].copy_from_slice(&sum);
            assert_bounded("7z", read_sevenz(&changed));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_damage_ends(
        which in 0usize..11,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let (what, mut bytes, read) = archives().swap_remove(which);
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        assert_bounded(what, read(&bytes));
    }

    #[test]
    fn any_bytes_behind_a_signature_end(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        which in 0usize..3,
    ) {
        let zip = [&b"PK\x03\x04"[..], &bytes, b"PK\x05\x06", &bytes].concat();
        assert_bounded("zip", read_zip(&zip));
        let mut tar = bytes.clone();
        tar.resize(2048, which as u8);
        assert_bounded("tar", read_tar(&tar));
        let header = [&[[1, 4], [1, 5], [0x17, 6]][which][..], &bytes].concat();
        let mut start = [0u64.to_le_bytes(), (header.len() as u64).to_le_bytes()].concat();
        start.extend(super::super::recognise::crc32(&header).to_le_bytes());
        let sevenz = [&b"7z\xbc\xaf\x27\x1c\0\x04\0\0\0\0"[..], &start, &header].concat();
        assert_bounded("7z", read_sevenz(&sevenz));
    }
}

#[test]
fn the_limit_of_members_is_one() {
    let many: Vec<made::Member<'_>> = vec![("a", b"x"); MOST + 1];
    let (found, _) = read_zip(&made::zip(&many, Method::Stored));
    assert_eq!(found, MOST);
    assert_eq!(read_tar(&made::tar(&many)).0, MOST);
    let mut source = Cursor::new(made::sevenz(&many));
    let refused = sevenz::directory(&mut source, MOST, WINDOW);
    assert_eq!(refused.err(), Some(Fault::Members));
}
