//! 7z archives (7zFormat.txt of 7-Zip and the LZMA SDK).

mod coders;
mod header;
mod names;

use std::io::{Read, Seek, SeekFrom};

use super::Fault;
use super::decode::{Checked, Decoder};
use super::fields::{le32, le64};
use super::guard::{Guarded, guarded};
use super::recognise::crc32;

pub use header::Folder;

/// Headers are not longer than this, compressed or not.
const LONGEST: u64 = 16 << 20;

/// A file in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, in UTF-8; where it is not UTF-16, with replacements.
    pub name: Vec<u8>,
    /// How many bytes it has.
    pub size: u64,
    /// The checksum of its contents.
    pub crc: Option<u32>,
}

/// What an archive has.
#[derive(Debug, Default)]
pub struct Directory {
    /// What is compressed together, with the files in it, in the order of their bytes.
    pub folders: Vec<(Folder, Vec<Entry>)>,
    /// The names of what has no contents, folders mostly, each with a zero behind: there may be millions.
    pub bare: Vec<u8>,
}

/// Reads the header of an archive with at most `most` members. `window` is what a decoder may take for its window.
///
/// # Errors
/// It is damaged, cut off, encrypted, asks for too much, or has more members.
pub fn directory<R: Read + Seek>(
    source: &mut R,
    most: usize,
    window: u64,
) -> Result<Directory, Fault> {
    let start = read(source, 0, 32)?;
    let (Some(next), Some(len), Some(sum)) = (le64(&start, 12), le64(&start, 20), le32(&start, 28))
    else {
        return Err(Fault::Damaged);
    };
    if len == 0 {
        return Ok(Directory::default());
    }
    let at = next.checked_add(32).ok_or(Fault::Damaged)?;
    let mut bytes = read(source, at, len)?;
    if crc32(&bytes) != sum {
        return Err(Fault::Damaged);
    }
    // A header may be compressed, and what comes out again; no writer does that.
    for _ in 0..4 {
        match header::parse(&bytes, most)? {
            header::Parsed::Files(directory) => return Ok(directory),
            header::Parsed::Encoded(folder) => {
                let size = folder.size();
                if size > LONGEST {
                    return Err(Fault::Window);
                }
                let sum = folder.crc;
                let mut plain = Vec::new();
                let reader = open(source, &folder, window)?;
                Checked::new(reader.take(size), sum, Some(size)).read_to_end(&mut plain)?;
                bytes = plain;
            }
        }
    }
    Err(Fault::Damaged)
}

/// Reads what a folder holds: its files one after the other.
///
/// # Errors
/// It is encrypted, compressed in a way that is not known, or its window is too large.
pub fn open<'a, R: Read + Seek>(
    source: &'a mut R,
    folder: &'a Folder,
    window: u64,
) -> Result<Box<dyn Read + 'a>, Fault> {
    let decoder: Decoder<'a> = guarded(|| coders::open(source, folder, window))??;
    Ok(Box::new(Guarded::new(decoder)))
}

/// The contents of a file, of all that a folder holds from here on.
pub fn file<'a>(folder: &'a mut dyn Read, entry: &Entry) -> impl Read + use<'a> {
    Checked::new(folder.take(entry.size), entry.crc, Some(entry.size))
}

fn read<R: Read + Seek>(source: &mut R, offset: u64, len: u64) -> Result<Vec<u8>, Fault> {
    if len > LONGEST {
        return Err(Fault::Damaged);
    }
    source.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    source.take(len).read_to_end(&mut bytes)?;
    match bytes.len() as u64 == len {
        true => Ok(bytes),
        false => Err(Fault::Damaged),
    }
}
