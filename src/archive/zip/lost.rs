//! Members that no directory leads to: of archives that are cut off, and such as somebody hid.

use std::collections::HashSet;
use std::io::{self, Read, Seek};

use super::super::fields::{le16, le32};
use super::super::recognise::is_zip;
use super::{Directory, Entry, Fault, at};

/// Bytes that are looked at together at first: the next header is mostly near, and a hostile archive has a million of them.
const NEAR: usize = 256;
/// Bytes that are looked at together at most.
const WINDOW: usize = 1 << 20;
/// Windows overlap by so many bytes, so that a header stands in one of them as far as it is looked at.
const OVERLAP: usize = 64;

/// Goes from local header to local header, and looks for the next one where a header does not say how long its member is.
pub(super) fn read<R: Read + Seek>(source: &mut R, len: u64, from: u64, most: usize) -> Directory {
    let mut directory = Directory {
        fault: Some(Fault::Damaged),
        ..Directory::default()
    };
    let mut offset = from;
    let starts = at(source, offset, 4).is_ok_and(|head| &head == b"PK\x07\x08" || &head == b"PK00");
    if starts {
        offset += 4;
    }
    while let Ok(Some((entry, data))) = local(source, offset) {
        if directory.entries.len() >= most {
            directory.fault = Some(Fault::Members);
            break;
        }
        let known = data.checked_add(entry.stored).filter(|_| entry.stored > 0);
        let next = match known {
            Some(end) if end > len => len,
            Some(end) => end,
            None => data,
        };
        let next = find(source, next, len);
        let mut entry = entry;
        if entry.stored == 0 {
            entry.stored = next.unwrap_or(len).saturating_sub(data);
            entry.crc = None;
            entry.size = u64::MAX;
        }
        directory.entries.push(entry);
        match next {
            Some(next) if next > offset => offset = next,
            _ => break,
        }
    }
    directory.entries.retain(|entry| entry.stored > 0);
    directory
}

/// The member whose local header (4.3.7) stands here, and where its contents begin.
fn local<R: Read + Seek>(source: &mut R, offset: u64) -> io::Result<Option<(Entry, u64)>> {
    let mut head = at(source, offset, 30)?;
    if !is_zip(&head) || !head.starts_with(b"PK\x03\x04") {
        return Ok(None);
    }
    let name = le16(&head, 26).unwrap_or_default();
    source.take(name.into()).read_to_end(&mut head)?;
    let short = |at: usize| le16(&head, at).unwrap_or_default();
    let long = |at: usize| le32(&head, at).unwrap_or_default();
    let flags = short(6);
    // Sizes follow the contents: those here say nothing.
    let later = flags & 8 != 0;
    let Some(name) = head.get(30..30 + usize::from(short(26))) else {
        return Ok(None);
    };
    let data = offset + 30 + u64::from(short(26)) + u64::from(short(28));
    let wide = long(18) == u32::MAX;
    let entry = Entry {
        name: name.to_vec(),
        offset,
        stored: if later || wide { 0 } else { long(18).into() },
        size: long(22).into(),
        crc: (!later).then(|| long(14)),
        method: short(8),
        encrypted: flags & 0x2001 != 0 || short(8) == 99,
    };
    Ok(Some((entry, data)))
}

/// The next place of a local header that makes sense. What is read is a small multiple of the way there.
pub(super) fn find<R: Read + Seek>(source: &mut R, from: u64, len: u64) -> Option<u64> {
    let (mut start, mut window) = (from, NEAR);
    while start < len {
        let left = usize::try_from(len - start).map_or(window, |left| left.min(window));
        let bytes = at(source, start, left).ok()?;
        for found in memchr::memmem::find_iter(&bytes, b"PK\x03\x04") {
            let head = bytes.get(found..).unwrap_or_default();
            // One at the edge is looked at in the next window.
            if is_zip(head) {
                return Some(start + found as u64);
            }
        }
        if bytes.len() < window {
            return None;
        }
        start += (window - OVERLAP) as u64;
        window = WINDOW.min(2 * window);
    }
    None
}

/// Adds members that stand between those of the directory: a member that is not listed is hidden, not gone.
pub(super) fn add_hidden<R: Read + Seek>(
    source: &mut R,
    (len, start_of_directory): (u64, u64),
    most: usize,
    directory: &mut Directory,
) {
    /// So many gaps are looked into.
    const GAPS: usize = 10_000;
    /// A gap that is no larger is a header with its extra fields, or what follows a member.
    const SMALL: u64 = 46;
    let mut spans: Vec<(u64, u64)> = Vec::new();
    for entry in &directory.entries {
        let header = 30 + entry.name.len() as u64;
        let end = entry
            .offset
            .saturating_add(header)
            .saturating_add(entry.stored);
        spans.push((entry.offset, end));
    }
    spans.append(&mut directory.empty);
    spans.push((start_of_directory, start_of_directory));
    spans.sort_unstable();
    // What stands in front of an archive is a program, if anything; but not in front of one that begins with a member.
    let begins = at(source, 0, 4).is_ok_and(|head| head == b"PK\x03\x04");
    let mut hidden = Vec::new();
    let (mut covered, mut gaps) = (0u64, 0);
    for (start, end) in spans {
        let is_inside = covered > 0 || begins;
        if start > covered.saturating_add(SMALL) && is_inside {
            gaps += 1;
            if gaps > GAPS {
                directory.fault.get_or_insert(Fault::Members);
                break;
            }
            let found = find(source, covered, start.min(len));
            if let Some(found) = found.filter(|found| *found < start) {
                let found = read(source, start.min(len), found, most);
                if found.fault == Some(Fault::Members) {
                    directory.fault = found.fault;
                }
                hidden.extend(found.entries);
            }
        }
        covered = covered.max(end);
    }
    let free = most.saturating_sub(directory.entries.len());
    if hidden.is_empty() {
        return;
    }
    let known: HashSet<u64> = directory.entries.iter().map(|entry| entry.offset).collect();
    hidden.retain(|entry: &Entry| !known.contains(&entry.offset));
    if hidden.len() > free {
        directory.fault = Some(Fault::Members);
        hidden.truncate(free);
    }
    directory.entries.extend(hidden);
}
