//! What is compressed inside of an encoding: a stream of gzip (RFC 1952), or the members of a zip archive.

use std::io::{Cursor, Read};

use flate2::bufread::GzDecoder;

use crate::archive::zip;
use crate::model::Encoding;

/// So many bytes are inflated of all that begins at one place.
pub(super) const MOST: u64 = 4 << 20;
/// So many members of an archive are read.
const MEMBERS: usize = 1000;

/// Whether a compressed stream may begin here.
pub(super) fn begins(text: &[u8]) -> bool {
    text.starts_with(b"\x1f\x8b\x08") || text.starts_with(b"PK\x03\x04")
}

/// Whether base64 begins here of what may be a compressed stream.
pub(super) fn begins_in_base64(text: &[u8]) -> bool {
    text.starts_with(b"H4sI") || text.starts_with(b"UEsD")
}

/// Calls `each` with every text that is in it, `most` bytes of all of them at the most, and how many bytes it takes. What cannot be read any more is left out: what
/// came before it counts.
pub(super) fn each(bytes: &[u8], most: u64, mut each: impl FnMut(Encoding, &[u8], usize)) {
    if bytes.starts_with(b"\x1f\x8b\x08") {
        let mut text = Vec::new();
        let mut decoder = GzDecoder::new(bytes);
        // A stream that is cut off is an error behind what was read.
        drop(decoder.by_ref().take(most).read_to_end(&mut text));
        let taken = bytes.len() - decoder.get_ref().len();
        each(Encoding::Gzip, &text, taken.max(1));
        return;
    }
    let mut source = Cursor::new(bytes);
    let directory = zip::directory(&mut source, MEMBERS).unwrap_or_default();
    let mut left = most;
    for entry in &directory.entries {
        let mut text = Vec::new();
        if let Ok(member) = zip::open(&mut source, entry, MOST) {
            drop(member.take(left).read_to_end(&mut text));
        }
        left -= text.len() as u64;
        each(Encoding::Zip, &text, bytes.len());
    }
}
