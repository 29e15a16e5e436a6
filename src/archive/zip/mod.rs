//! Zip archives (APPNOTE.TXT of PKWARE; numbers in comments are its sections).
//!
//! Read here, and not by a crate: one that keeps members by name shows one of two with the same name, and the other is what
//! a hostile archive would hide a key in.

mod directory;
mod lost;
mod member;

use std::io::{self, Read, Seek, SeekFrom};

use super::Fault;
use directory::Found;

pub use member::{contents, open};

/// A member of an archive, as the directory has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, as it is stored.
    pub name: Vec<u8>,
    /// Where its local header is.
    pub offset: u64,
    /// How many bytes it has in the archive.
    pub stored: u64,
    /// How many bytes it says that it has outside.
    pub size: u64,
    /// The checksum of its contents; `None` if nobody knows.
    pub crc: Option<u32>,
    /// How it is compressed.
    pub method: u16,
    /// Whether it is encrypted.
    pub encrypted: bool,
}

/// The members of an archive that have contents.
#[derive(Debug, Default)]
pub struct Directory {
    /// In the order of the directory.
    pub entries: Vec<Entry>,
    /// Why there may be more.
    pub fault: Option<Fault>,
    /// Where those without contents are: their first bytes, and their ends.
    empty: Vec<(u64, u64)>,
}

/// Reads the directory of an archive with at most `most` members. `None` if it is no archive: no record stands at the end, and
/// no member at the start.
pub fn directory<R: Read + Seek>(source: &mut R, most: usize) -> Option<Directory> {
    let len = source.seek(SeekFrom::End(0)).ok()?;
    let (end, is_told) = match directory::find(source, len) {
        Ok(Found::Directory(end)) => (Some(end), true),
        Ok(Found::Record) | Err(_) => (None, true),
        Ok(Found::Nothing) => (None, false),
    };
    let mut found = match end {
        Some(end) => directory::read(source, &end, most),
        // It is cut off, or damaged where the directory is.
        None => lost::read(source, len, 0, most),
    };
    if is_told && found.entries.is_empty() && found.fault == Some(Fault::Damaged) {
        // A program may stand in front.
        let first = lost::find(source, 0, len).unwrap_or(0);
        found = lost::read(source, len, first, most);
    }
    if let Some(end) = &end {
        lost::add_hidden(source, (len, end.start), most, &mut found);
    }
    (is_told || !found.entries.is_empty()).then_some(found)
}

/// Reads `len` bytes at a place.
fn at<R: Read + Seek>(source: &mut R, offset: u64, len: usize) -> io::Result<Vec<u8>> {
    source.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    source.take(len as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}
