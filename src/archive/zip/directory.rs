//! The central directory and the records that lead to it (4.3.12 to 4.3.16).

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use super::super::fields::{le16, le32, le64};
use super::super::recognise::TAIL;
use super::{Directory, Entry, Fault, at};

/// Members of honest archives do not overlap. What is compressed to nothing can be read again and again without anything that
/// could be counted: all members together may not have more than so many times the bytes of the archive.
const OVERLAPS: u64 = 64;

/// Where the directory is.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    /// Its first byte.
    pub(super) start: u64,
    /// How many bytes it has.
    size: u64,
    /// How many members it says that it has.
    count: u64,
    /// What is added to offsets: so many bytes stand in front of the archive.
    shift: u64,
}

/// What stands at the end.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found {
    /// A record that leads to a directory.
    Directory(End),
    /// A record alone: no directory is where it says.
    Record,
    /// Nothing of an archive.
    Nothing,
}

/// Looks for the record at the end.
pub(super) fn find<R: Read + Seek>(source: &mut R, len: u64) -> io::Result<Found> {
    let from = len.saturating_sub(TAIL as u64 + 20);
    let tail = at(source, from, TAIL + 20)?;
    let mut high = tail.len();
    let mut best = Found::Nothing;
    while let Some(found) =
        memchr::memmem::rfind(tail.get(..high).unwrap_or_default(), b"PK\x05\x06")
    {
        high = found;
        let Some(comment) = le16(&tail, found + 20) else {
            continue;
        };
        let end = found + 22 + usize::from(comment);
        if end > tail.len() {
            continue;
        }
        let is_last = end == tail.len();
        best = match (record(source, &tail, from, found), best) {
            (Some(end), _) if is_last => return Ok(Found::Directory(end)),
            // Something was appended to the archive.
            (Some(end), Found::Nothing | Found::Record) => Found::Directory(end),
            (None, Found::Nothing) if is_last => Found::Record,
            (_, best) => best,
        };
    }
    Ok(best)
}

/// What the record at `found` of the tail says, if the directory begins where it says.
fn record<R: Read + Seek>(source: &mut R, tail: &[u8], from: u64, found: usize) -> Option<End> {
    let place = from + found as u64;
    let short = |at: usize| le16(tail, found + at).map(u64::from);
    let long = |at: usize| le32(tail, found + at).map(u64::from);
    let (Some(count), Some(size), Some(start)) = (short(10), long(12), long(16)) else {
        return None;
    };
    // No system reads from beyond its largest offset, and some call it an error.
    let mut bytes_at = |offset: u64, len: usize| at(source, offset, len).unwrap_or_default();
    let mut ends = vec![(count, size, start, place)];
    let locator = found
        .checked_sub(20)
        .filter(|_| count == 0xffff || size == 0xffff_ffff || start == 0xffff_ffff);
    let locator = locator.filter(|at| {
        tail.get(*at..)
            .is_some_and(|it| it.starts_with(b"PK\x06\x07"))
    });
    if let Some(stated) = locator.and_then(|at| le64(tail, at + 8)) {
        // With something in front it stands right before the locator.
        for record in [stated, place.saturating_sub(76)] {
            let bytes = bytes_at(record, 56);
            let fields = (le64(&bytes, 32), le64(&bytes, 40), le64(&bytes, 48));
            if let (true, (Some(count), Some(size), Some(start))) =
                (bytes.starts_with(b"PK\x06\x06"), fields)
            {
                ends.push((count, size, start, record));
            }
        }
    }
    for (count, size, stated, end) in ends.into_iter().rev() {
        // It ends where the record begins; if not, the offset is to be believed.
        for start in [end.checked_sub(size), Some(stated)].into_iter().flatten() {
            let is_there = bytes_at(start, 4) == b"PK\x01\x02";
            if is_there || (count == 0 && size == 0) {
                let shift = start.saturating_sub(stated);
                return Some(End {
                    start,
                    size,
                    count,
                    shift,
                });
            }
        }
    }
    None
}

/// Reads the entries. Those without contents are left out: their names are in the archive's own bytes.
pub(super) fn read<R: Read + Seek>(source: &mut R, end: &End, most: usize) -> Directory {
    let mut directory = Directory::default();
    let read = entries(source, end, most, &mut directory);
    directory.fault = read.err();
    directory
}

fn entries<R: Read + Seek>(
    source: &mut R,
    end: &End,
    most: usize,
    directory: &mut Directory,
) -> Result<(), Fault> {
    let archive = source.seek(SeekFrom::End(0))?;
    let mut free = archive.saturating_mul(OVERLAPS);
    source.seek(SeekFrom::Start(end.start))?;
    let mut reader = BufReader::with_capacity(64 << 10, source.take(end.size.max(46)));
    let mut header = [0; 46];
    let mut seen = 0;
    loop {
        match reader.read_exact(&mut header) {
            Ok(()) if header.starts_with(b"PK\x01\x02") => {}
            // A signature, or nothing at all.
            _ if seen >= end.count || (end.count == 0xffff && seen > 0) => return Ok(()),
            _ => return Err(Fault::Damaged),
        }
        seen += 1;
        if seen > most as u64 {
            return Err(Fault::Members);
        }
        let len = |at: usize| le16(&header, at).map_or(0, usize::from);
        let mut texts = vec![0; len(28) + len(30) + len(32)];
        reader.read_exact(&mut texts)?;
        let (name, rest) = texts.split_at_checked(len(28)).unwrap_or_default();
        let extra = rest.get(..len(30)).unwrap_or_default();
        if let Some(mut entry) = entry(&header, name, extra) {
            entry.offset = entry.offset.saturating_add(end.shift);
            if entry.stored > 0 {
                let taken = free.checked_sub(entry.stored.min(archive));
                free = taken.ok_or(Fault::Damaged)?;
                directory.entries.push(entry);
            } else {
                let end = entry.offset.saturating_add(30 + name.len() as u64);
                directory.empty.push((entry.offset, end));
            }
        }
    }
}

/// What an entry says.
fn entry(header: &[u8; 46], name: &[u8], extra: &[u8]) -> Option<Entry> {
    let flags = le16(header, 8)?;
    let long = |at: usize| le32(header, at).map(u64::from);
    let (mut stored, mut size, mut offset) = (long(20)?, long(24)?, long(42)?);
    let mut wide = zip64(extra);
    for field in [&mut size, &mut stored, &mut offset] {
        if *field == 0xffff_ffff
            && let Some(value) = le64(wide, 0)
        {
            *field = value;
            wide = wide.get(8..).unwrap_or_default();
        }
    }
    let method = le16(header, 10)?;
    Some(Entry {
        name: name.to_vec(),
        offset,
        stored,
        size,
        // Of what AES encrypts (method 99) the checksum may be zero.
        crc: le32(header, 16),
        method,
        encrypted: flags & 0x2001 != 0 || method == 99,
    })
}

/// The extra field with sizes that do not fit into the header (4.5.3).
fn zip64(extra: &[u8]) -> &[u8] {
    let mut rest = extra;
    while let (Some(id), Some(len)) = (le16(rest, 0), le16(rest, 2)) {
        let Some(field) = rest.get(4..4 + usize::from(len)) else {
            break;
        };
        if id == 1 {
            return field;
        }
        rest = rest.get(4 + field.len()..).unwrap_or_default();
    }
    &[]
}
