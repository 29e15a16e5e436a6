//! Tells containers by their bytes.

use super::fields::{le16, le32};
use super::tar;

/// So many bytes from the start tell what something is.
pub const HEAD: usize = 512;
/// So many bytes from the end tell whether it ends as a zip archive does: the record at its end, and the longest comment.
pub const TAIL: usize = 22 + u16::MAX as usize;

/// What a container is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A zip archive (APPNOTE.TXT of PKWARE), and all that is built on it.
    Zip,
    /// A tar archive (POSIX `ustar` and `pax`, GNU, and the older ones).
    Tar,
    /// A gzip stream (RFC 1952).
    Gzip,
    /// A bzip2 stream.
    Bzip2,
    /// An xz stream (the .xz file format 1.2.1).
    Xz,
    /// A Zstandard stream (RFC 8878).
    Zstd,
    /// A 7z archive (7zFormat.txt).
    SevenZip,
    /// A git bundle (gitformat-bundle).
    Bundle,
}

impl Format {
    /// Whether it is one compressed stream.
    pub fn is_stream(self) -> bool {
        matches!(self, Self::Gzip | Self::Bzip2 | Self::Xz | Self::Zstd)
    }

    /// Whether it has to be read here and there, and not from the start to the end.
    pub fn is_sought(self) -> bool {
        matches!(self, Self::Zip | Self::SevenZip | Self::Bundle)
    }
}

/// What begins with `head`, the first [`HEAD`] bytes or all, and ends with `tail`, the last [`TAIL`] bytes or fewer.
///
/// This is asked of every object of a history: what is no container costs a few comparisons.
#[inline]
pub fn recognise(head: &[u8], tail: &[u8]) -> Option<Format> {
    let format = match head.first()? {
        b'P' if is_zip(head) => Some(Format::Zip),
        0x1f if is_gzip(head) => Some(Format::Gzip),
        b'B' if is_bzip2(head) => Some(Format::Bzip2),
        0xfd if is_xz(head) => Some(Format::Xz),
        0x28 | 0x50..=0x5f if is_zstd(head) => Some(Format::Zstd),
        b'7' if is_sevenz(head) => Some(Format::SevenZip),
        b'#' if is_bundle(head) => Some(Format::Bundle),
        _ => None,
    };
    format
        .or_else(|| tar::is_tar(head).then_some(Format::Tar))
        .or_else(|| ends_as_zip(head, tail).then_some(Format::Zip))
}

/// Whether a local header of a member (APPNOTE 4.3.7) stands here that makes sense, or the end of an empty archive.
pub(super) fn is_zip(head: &[u8]) -> bool {
    if head.starts_with(b"PK\x05\x06") {
        return head.len() >= 22;
    }
    // Archives in several parts, of which this is the first or the only one, have a marker in front (8.5.3, 8.5.4).
    let head = head
        .strip_prefix(b"PK\x07\x08")
        .or_else(|| head.strip_prefix(b"PK00"))
        .unwrap_or(head);
    if !head.starts_with(b"PK\x03\x04") {
        return false;
    }
    let version = le16(head, 4).is_some_and(|version| version & 0xff <= 63);
    let method = le16(head, 8).is_some_and(|method| method <= 20 || (92..=99).contains(&method));
    version && method && le16(head, 26).is_some_and(|len| len > 0)
}

/// RFC 1952, 2.3: deflate, and no reserved flag.
fn is_gzip(head: &[u8]) -> bool {
    head.starts_with(&[0x1f, 0x8b, 8]) && head.get(3).is_some_and(|flags| flags & 0xe0 == 0)
}

/// The level, and then the first block or the end (pi, and its square root).
fn is_bzip2(head: &[u8]) -> bool {
    let block = head.get(4..10);
    let known = [
        &[0x31, 0x41, 0x59, 0x26, 0x53, 0x59],
        &[0x17, 0x72, 0x45, 0x38, 0x50, 0x90],
    ];
    head.starts_with(b"BZh")
        && head
            .get(3)
            .is_some_and(|level| (b'1'..=b'9').contains(level))
        && known.iter().any(|magic| block == Some(&magic[..]))
}

/// The header of a stream (2.1.1), with its checksum.
fn is_xz(head: &[u8]) -> bool {
    let sum = head.get(6..8).map(crc32);
    head.starts_with(b"\xfd7zXZ\0") && sum.is_some() && sum == le32(head, 8)
}

/// A frame (RFC 8878, 3.1.1), or a skippable one (3.1.2) with a frame behind it.
fn is_zstd(head: &[u8]) -> bool {
    let mut head = head;
    while let Some(magic) = le32(head, 0) {
        if magic == 0xfd2f_b528 {
            // The reserved bit is zero.
            return head.get(4).is_some_and(|descriptor| descriptor & 8 == 0);
        }
        if magic & 0xffff_fff0 != 0x184d_2a50 {
            return false;
        }
        let len = le32(head, 4).map_or(0, |len| len as usize);
        match head.get(8..).and_then(|rest| rest.get(len..)) {
            Some(rest) => head = rest,
            None => return false,
        }
    }
    false
}

/// The signature, and the checksum of the header at the start.
fn is_sevenz(head: &[u8]) -> bool {
    let sum = head.get(12..32).map(crc32);
    head.starts_with(b"7z\xbc\xaf\x27\x1c") && sum.is_some() && sum == le32(head, 8)
}

fn is_bundle(head: &[u8]) -> bool {
    head.starts_with(b"# v2 git bundle\n") || head.starts_with(b"# v3 git bundle\n")
}

/// Whether the record at the end of a zip archive (4.3.16) stands at the end: of one that something else stands in front of,
/// a program that extracts it, say. With a comment behind the record only programs and scripts are looked at.
fn ends_as_zip(head: &[u8], tail: &[u8]) -> bool {
    let Some(at) = tail.len().checked_sub(22) else {
        return false;
    };
    let record = tail.get(at..).unwrap_or_default();
    if record.starts_with(b"PK\x05\x06") {
        return record.ends_with(&[0, 0]) && le16(record, 4) == Some(0);
    }
    if !is_program(head) {
        return false;
    }
    let tail = tail.get(tail.len().saturating_sub(TAIL)..).unwrap_or(tail);
    // The record says that the archive has one part, which takes zeros, and most scripts have none.
    if memchr::memrchr(0, tail).is_none() {
        return false;
    }
    let found = memchr::memmem::rfind(tail, b"PK\x05\x06");
    found.is_some_and(|at| {
        le16(tail, at + 20).is_some_and(|len| at + 22 + len as usize == tail.len())
    })
}

/// Whether it begins as programs and scripts do, which may extract what stands behind them.
pub fn is_program(head: &[u8]) -> bool {
    let runs: [&[u8]; 6] = [
        b"MZ",
        b"\x7fELF",
        b"#!",
        b"\xcf\xfa\xed\xfe",
        b"\xca\xfe\xba\xbe",
        b"\xce\xfa\xed\xfe",
    ];
    runs.iter().any(|magic| head.starts_with(magic))
}

/// The checksum of gzip, zip, xz and 7z.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = flate2::Crc::new();
    sum.update(bytes);
    sum.sum()
}
