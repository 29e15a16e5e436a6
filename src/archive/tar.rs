//! Tar archives: POSIX.1-2001 (`ustar` and `pax`), GNU's (`tar.h` of GNU tar) and the older ones.

use std::io::{self, Read};

use super::Fault;

/// Bytes of a block.
const BLOCK: usize = 512;
/// Names and extended headers are not longer than this.
const LONGEST: u64 = 1 << 20;

/// A piece of an archive, in its order.
pub enum Part<'a> {
    /// A regular file, with its name as it is stored.
    Member(&'a [u8], &'a mut dyn Read),
    /// Bytes beside the files: headers, long names, padding that is not zero.
    Aside(&'a [u8]),
    /// All that follows the end.
    Rest(&'a mut dyn Read),
}

/// Shows every piece of an archive. `each` returns whether to go on.
///
/// # Errors
/// The archive is damaged or cut off, or it has more than `most` members; what came before was shown.
pub fn walk(
    input: &mut dyn Read,
    most: u64,
    each: &mut dyn FnMut(Part<'_>) -> bool,
) -> Result<(), Fault> {
    let mut long: Option<Vec<u8>> = None;
    let mut size: Option<u64> = None;
    let mut members = 0;
    loop {
        let mut block = [0; BLOCK];
        let got = fill(input, &mut block)?;
        if block.iter().all(|byte| *byte == 0) {
            // Two of them are the end; archives that were appended to each other go on.
            if got < BLOCK {
                return Ok(());
            }
            long = None;
            size = None;
            continue;
        }
        if got < BLOCK || !is_tar(&block) {
            // Something was appended, or it is damaged: it is searched as it is.
            let damaged = members == 0 || got == BLOCK;
            let mut rest = block.get(..got).unwrap_or_default().chain(input);
            each(Part::Rest(&mut rest));
            return if damaged { Err(Fault::Damaged) } else { Ok(()) };
        }
        if !each(Part::Aside(&block)) {
            return Ok(());
        }
        let kind = block.get(156).copied().unwrap_or_default();
        let stated = number(block.get(124..136).unwrap_or_default()).ok_or(Fault::Damaged)?;
        match kind {
            b'L' | b'K' | b'x' | b'g' | b'X' => {
                let text = extension(input, stated, each)?;
                match kind {
                    b'L' => long = Some(until_zero(&text).to_vec()),
                    b'x' | b'X' => pax(&text, &mut long, &mut size),
                    _ => {}
                }
                continue;
            }
            _ => {}
        }
        if kind == b'S' {
            sparse_map(input, &block, each)?;
        }
        // Links, folders and devices have no contents, whatever the size says.
        let len = match kind {
            b'1'..=b'6' => 0,
            _ => size.take().unwrap_or(stated),
        };
        size = None;
        let name = long.take().unwrap_or_else(|| name(&block));
        if len > 0 {
            members += 1;
            if members > most {
                return Err(Fault::Members);
            }
            if !member(input, &name, len, each)? {
                return Ok(());
            }
        } else if matches!(kind, b'0' | b'7' | 0) {
            members += 1;
            if members > most {
                return Err(Fault::Members);
            }
        }
    }
}

/// Shows a file, and steps over what nobody read of it.
fn member(
    input: &mut dyn Read,
    name: &[u8],
    len: u64,
    each: &mut dyn FnMut(Part<'_>) -> bool,
) -> Result<bool, Fault> {
    let mut contents = input.take(len);
    let go_on = each(Part::Member(name, &mut contents));
    if !go_on {
        return Ok(false);
    }
    io::copy(&mut contents, &mut io::sink())?;
    if contents.limit() > 0 {
        return Err(Fault::Damaged);
    }
    padding(input, len, each)?;
    Ok(true)
}

/// Reads up to the next block.
fn padding(
    input: &mut dyn Read,
    len: u64,
    each: &mut dyn FnMut(Part<'_>) -> bool,
) -> Result<(), Fault> {
    let over = (len % BLOCK as u64) as usize;
    if over == 0 {
        return Ok(());
    }
    let mut block = [0; BLOCK];
    let rest = block.get_mut(over..).unwrap_or_default();
    // Some writers leave the last padding out.
    let got = fill(input, rest)?;
    let rest = rest.get(..got).unwrap_or_default();
    if rest.iter().any(|byte| *byte != 0) {
        each(Part::Aside(rest));
    }
    Ok(())
}

/// Reads a long name or an extended header.
fn extension(
    input: &mut dyn Read,
    len: u64,
    each: &mut dyn FnMut(Part<'_>) -> bool,
) -> Result<Vec<u8>, Fault> {
    if len > LONGEST {
        return Err(Fault::Damaged);
    }
    let mut text = Vec::new();
    let got = input.take(len).read_to_end(&mut text)?;
    each(Part::Aside(&text));
    if got as u64 != len {
        return Err(Fault::Damaged);
    }
    padding(input, len, each)?;
    Ok(text)
}

/// Steps over the further blocks of a map of holes, as GNU's old format has them: the last byte but seven says that another
/// one follows.
fn sparse_map(
    input: &mut dyn Read,
    header: &[u8; BLOCK],
    each: &mut dyn FnMut(Part<'_>) -> bool,
) -> Result<(), Fault> {
    let mut more = header.get(482).copied().unwrap_or_default() != 0;
    while more {
        let mut block = [0; BLOCK];
        if fill(input, &mut block)? < BLOCK {
            return Err(Fault::Damaged);
        }
        each(Part::Aside(&block));
        more = block.get(504).copied().unwrap_or_default() != 0;
    }
    Ok(())
}

/// Takes the path and the size from records of the form `LENGTH KEY=VALUE\n`.
fn pax(text: &[u8], path: &mut Option<Vec<u8>>, size: &mut Option<u64>) {
    let mut rest = text;
    // A length has a few digits, and counts itself: with leading zeros it could be told again and again.
    while let Some(space) = rest.iter().take(20).position(|&byte| byte == b' ') {
        let digits = rest
            .get(..space)
            .and_then(|it| std::str::from_utf8(it).ok());
        let len = digits.and_then(|it| it.parse::<usize>().ok());
        let len = len.filter(|&len| len > space + 1);
        let Some((record, next)) = len.and_then(|len| rest.split_at_checked(len)) else {
            return;
        };
        let record = record.get(space + 1..).unwrap_or_default();
        let record = record.strip_suffix(b"\n").unwrap_or(record);
        if let Some(value) = record
            .strip_prefix(b"path=")
            .or_else(|| record.strip_prefix(b"GNU.sparse.name="))
        {
            *path = Some(value.to_vec());
        } else if let Some(value) = record.strip_prefix(b"size=") {
            *size = std::str::from_utf8(value)
                .ok()
                .and_then(|it| it.parse().ok());
        }
        if next.len() == rest.len() {
            return;
        }
        rest = next;
    }
}

/// The name in a header; `ustar` has the folders apart.
fn name(block: &[u8; BLOCK]) -> Vec<u8> {
    let own = until_zero(block.get(..100).unwrap_or_default());
    let is_posix = block.get(257..263) == Some(b"ustar\0");
    let folders = until_zero(block.get(345..500).unwrap_or_default());
    match is_posix && !folders.is_empty() {
        true => [folders, b"/", own].concat(),
        false => own.to_vec(),
    }
}

fn until_zero(field: &[u8]) -> &[u8] {
    let end = memchr::memchr(0, field).unwrap_or(field.len());
    field.get(..end).unwrap_or(field)
}

/// The checksum of a tar header.
pub(super) fn is_tar(head: &[u8]) -> bool {
    let Some(header) = head.first_chunk::<512>() else {
        return false;
    };
    // Digits, spaces and a zero; the rest is left to those few that have them.
    let stated = header.get(148..156).unwrap_or_default();
    let is_octal = |byte: &u8| matches!(byte, b'0'..=b'7' | b' ' | 0);
    if !stated.iter().all(is_octal) || header.first() == Some(&0) {
        return false;
    }
    let Some(stated) = octal(stated) else {
        return false;
    };
    let sum = |value: fn(u8) -> i64| -> i64 {
        let bytes = header.iter().enumerate();
        let bytes = bytes.map(|(at, byte)| match (148..156).contains(&at) {
            true => i64::from(b' '),
            false => value(*byte),
        });
        bytes.sum()
    };
    // Some old programs took bytes for signed numbers.
    let stated = i64::try_from(stated).unwrap_or(-1);
    sum(i64::from) == stated || sum(|byte| i64::from(byte as i8)) == stated
}

/// A number of a header: octal digits, or with the first bit set in base 256, as GNU writes large ones.
fn number(field: &[u8]) -> Option<u64> {
    match field.split_first() {
        Some((0x80, rest)) => {
            let (high, low) = rest.split_at_checked(rest.len().checked_sub(8)?)?;
            let value = low.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
            high.iter().all(|byte| *byte == 0).then_some(value)
        }
        Some((first, _)) if first & 0x80 != 0 => None,
        _ => octal(field),
    }
}

/// Octal digits, between spaces, up to a space or zero. No digits are zero.
pub(super) fn octal(field: &[u8]) -> Option<u64> {
    let digits = field.trim_ascii_start();
    let end = digits.iter().position(|byte| matches!(byte, b' ' | 0));
    let digits = digits.get(..end.unwrap_or(digits.len()))?;
    digits.iter().try_fold(0u64, |sum, byte| match byte {
        b'0'..=b'7' => sum.checked_mul(8)?.checked_add(u64::from(byte - b'0')),
        _ => None,
    })
}

/// Reads until the buffer is full or the stream ends; how much there was.
fn fill(input: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(free) = buffer.get_mut(filled..).filter(|free| !free.is_empty()) {
        match input.read(free) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
