//! The contents of a member.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::rc::Rc;

use lzma_rust2::{LzmaReader, XzReader};

use super::super::decode::{Checked, Decoder, kib, zstd};
use super::super::fields::{le16, le32};
use super::super::guard::{Guarded, guarded};
use super::{Entry, Fault, at};

/// The numbers of methods (4.4.5).
const DEFLATE: u16 = 8;
const BZIP2: u16 = 12;
const ZSTD: u16 = 93;
/// The number that it had at first.
const OLD_ZSTD: u16 = 20;

impl Entry {
    /// Whether it is compressed in a way that keeps much of a text as it is: by Zstandard (RFC 8878, 3.1.1.3.1).
    pub fn shows_text(&self) -> bool {
        matches!(self.method, ZSTD | OLD_ZSTD)
    }
}

/// Opens a member. Decoders may take so many bytes for their windows. What it gives is compared with the length and the
/// checksum that the archive states.
///
/// # Errors
/// It is encrypted, compressed in a way that is not known, or there is no local header where it should be.
pub fn open<'a, R: Read + Seek>(
    source: &'a mut R,
    entry: &Entry,
    window: u64,
) -> Result<Box<dyn Read + 'a>, Fault> {
    if entry.encrypted {
        return Err(Fault::Encrypted);
    }
    let data = contents(source, entry)?.start;
    source.seek(SeekFrom::Start(data))?;
    let left = Rc::new(Cell::new(entry.stored));
    let stored = Counting {
        inner: BufReader::new(source.take(entry.stored)),
        left: left.clone(),
    };
    let size = (entry.size != u64::MAX).then_some(entry.size);
    let decoder = guarded(|| decoder(entry.method, stored, size, window))??;
    let decoder = UsedUp {
        inner: Guarded::new(decoder),
        left: left.clone(),
        // What shows text must be: what its bytes show is not told, so that nothing may stand among them that nobody reads.
        exact: matches!(entry.method, DEFLATE | BZIP2) || entry.shows_text(),
    };
    Ok(Box::new(Checked::new(decoder, entry.crc, size)))
}

/// Where the contents of a member stand, as they are stored.
///
/// # Errors
/// There is no local header where it should be.
pub fn contents<R: Read + Seek>(source: &mut R, entry: &Entry) -> Result<Range<u64>, Fault> {
    let header = at(source, entry.offset, 30)?;
    let (Some(name), Some(extra)) = (le16(&header, 26), le16(&header, 28)) else {
        return Err(Fault::Damaged);
    };
    if !header.starts_with(b"PK\x03\x04") {
        return Err(Fault::Damaged);
    }
    let skipped = 30 + u64::from(name) + u64::from(extra);
    let data = entry.offset.checked_add(skipped).ok_or(Fault::Damaged)?;
    Ok(data..data.saturating_add(entry.stored))
}

/// Counts down as a decoder takes the bytes of a member.
struct Counting<R> {
    inner: R,
    left: Rc<Cell<u64>>,
}

impl<R: BufRead> Read for Counting<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(out)?;
        self.left.set(self.left.get().saturating_sub(n as u64));
        Ok(n)
    }
}

impl<R: BufRead> BufRead for Counting<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.left.set(self.left.get().saturating_sub(amount as u64));
        self.inner.consume(amount);
    }
}

/// Demands that all bytes of a member are used: behind the end of what is compressed another member could be hidden.
struct UsedUp<R> {
    inner: R,
    left: Rc<Cell<u64>>,
    /// Whether the decoder takes nothing but what it needs, and all of it.
    exact: bool,
}

impl<R: Read> Read for UsedUp<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(out)?;
        if n == 0 && !out.is_empty() && self.exact && self.left.get() > 0 {
            return Err(Fault::Damaged.into());
        }
        Ok(n)
    }
}

/// What decompresses a member.
fn decoder<'a, R: BufRead + 'a>(
    method: u16,
    mut source: R,
    size: Option<u64>,
    window: u64,
) -> Result<Decoder<'a>, Fault> {
    Ok(match method {
        0 => Box::new(source),
        DEFLATE => Box::new(flate2::bufread::DeflateDecoder::new(source)),
        9 => Box::new(deflate64::Deflate64Decoder::with_buffer(source)),
        BZIP2 => Box::new(bzip2::bufread::BzDecoder::new(source)),
        14 => {
            // 5.8.8: the version of the coder, the length of the properties, and the properties.
            let mut header = [0; 9];
            source.read_exact(&mut header)?;
            let dictionary = le32(&header, 5).ok_or(Fault::Damaged)?;
            let properties = header.get(4).copied().unwrap_or_default();
            if le16(&header, 2) != Some(5) {
                return Err(Fault::Damaged);
            }
            if u64::from(dictionary) > window {
                return Err(Fault::Window);
            }
            let size = size.unwrap_or(u64::MAX);
            Box::new(LzmaReader::new_with_props(
                source, size, properties, dictionary, None,
            )?)
        }
        ZSTD | OLD_ZSTD => Box::new(zstd(source, window)?),
        95 => Box::new(XzReader::new_mem_limit(source, true, kib(window))),
        _ => return Err(Fault::Method),
    })
}
