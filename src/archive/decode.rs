//! Readers around what decoders give.

use std::io::{self, Read};

use super::Fault;

/// A decoder that stands between the bytes and who reads them.
pub(super) type Decoder<'a> = Box<dyn Read + 'a>;

/// Compares what was read with the checksum and the length that a header states.
pub(super) struct Checked<R> {
    pub(super) inner: R,
    pub(super) crc: flate2::Crc,
    pub(super) stated: Option<u32>,
    pub(super) len: Option<u64>,
    pub(super) made: u64,
}

impl<R> Checked<R> {
    pub(super) fn new(inner: R, stated: Option<u32>, len: Option<u64>) -> Self {
        Self {
            inner,
            crc: flate2::Crc::new(),
            stated,
            len,
            made: 0,
        }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(out)?;
        self.made += n as u64;
        if self.stated.is_some() {
            self.crc.update(out.get(..n).unwrap_or_default());
        }
        let wrong = || {
            self.stated.is_some_and(|stated| stated != self.crc.sum())
                || self.len.is_some_and(|len| len != self.made)
        };
        if n == 0 && !out.is_empty() && wrong() {
            return Err(Fault::Damaged.into());
        }
        Ok(n)
    }
}

/// One Zstandard frame. A frame may not have a window larger than `most` bytes.
pub(super) fn zstd<R: Read>(
    source: R,
    most: u64,
) -> io::Result<ruzstd::decoding::StreamingDecoder<R, ruzstd::decoding::FrameDecoder>> {
    use ruzstd::decoding::errors::FrameDecoderError as Error;
    let opened = ruzstd::decoding::StreamingDecoder::new_with_max_window_size(source, most);
    opened.map_err(|error| {
        let fault = match error {
            Error::WindowSizeTooBig { .. } => Fault::Window,
            Error::DictNotProvided { .. } => Fault::Method,
            _ => Fault::Damaged,
        };
        fault.into()
    })
}

/// Kibibytes, as decoders of LZMA take limits.
pub(super) fn kib(bytes: u64) -> u32 {
    u32::try_from(bytes >> 10).unwrap_or(u32::MAX)
}
