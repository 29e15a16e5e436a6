//! The contents of a member.

use std::io::{BufReader, Read, Seek, SeekFrom};
use std::ops::Range;

use lzma_rust2::{LzmaReader, XzReader};

use super::super::decode::{Checked, Decoder, kib, zstd};
use super::super::fields::{le16, le32};
use super::super::guard::{Guarded, guarded};
use super::{Entry, Fault, at};

/// Zstandard (4.4.5).
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
    let stored = source.take(entry.stored);
    let size = (entry.size != u64::MAX).then_some(entry.size);
    let decoder = guarded(|| decoder(entry.method, BufReader::new(stored), size, window))??;
    Ok(Box::new(Checked::new(
        Guarded::new(decoder),
        entry.crc,
        size,
    )))
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

/// 4.4.5.
fn decoder<'a, R: Read + 'a>(
    method: u16,
    mut source: BufReader<R>,
    size: Option<u64>,
    window: u64,
) -> Result<Decoder<'a>, Fault> {
    Ok(match method {
        0 => Box::new(source),
        8 => Box::new(flate2::bufread::DeflateDecoder::new(source)),
        9 => Box::new(deflate64::Deflate64Decoder::with_buffer(source)),
        12 => Box::new(bzip2::bufread::BzDecoder::new(source)),
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
