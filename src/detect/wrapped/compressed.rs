//! What is compressed inside of an encoding: a stream of gzip (RFC 1952), or the members of a zip archive.

use std::io::Read;

use flate2::read::MultiGzDecoder;

use crate::model::Encoding;

/// So many bytes are inflated.
const MOST: u64 = 16 << 20;

/// Whether a compressed stream may begin here.
pub(super) fn begins(text: &[u8]) -> bool {
    text.starts_with(b"\x1f\x8b\x08") || text.starts_with(b"PK\x03\x04")
}

/// Calls `each` with every text that is in it. What cannot be read any more is left out: what came before it counts.
pub(super) fn each(bytes: &[u8], mut each: impl FnMut(Encoding, &[u8])) {
    if bytes.starts_with(b"\x1f\x8b\x08") {
        let mut text = Vec::new();
        let read = MultiGzDecoder::new(bytes).take(MOST).read_to_end(&mut text);
        // Bytes behind the stream, or a stream that is cut off, are an error behind what was read.
        drop(read);
        each(Encoding::Gzip, &text);
    }
}
