//! Inflates zlib streams of a known length, into buffers that are used again.

use libdeflater::Decompressor;

/// Deflate cannot make more than 1032 bytes of one (RFC 1951: a match of 258 bytes in two bits).
const MOST_FROM_ONE: u64 = 1032;

/// A buffer that keeps its bytes initialised, so that using it again costs nothing.
#[derive(Default)]
pub struct Buffer {
    bytes: Vec<u8>,
    len: usize,
}

impl Buffer {
    /// The contents.
    pub fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// Makes it `len` bytes long with unspecified contents.
    pub fn resize(&mut self, len: usize) -> &mut [u8] {
        if self.bytes.len() < len {
            self.bytes.resize(len, 0);
        }
        self.len = len;
        self.bytes.get_mut(..len).unwrap_or_default()
    }

    /// A copy of exactly these bytes.
    pub fn copied(&self) -> Self {
        Self {
            bytes: self.as_slice().to_vec(),
            len: self.len,
        }
    }

    /// How much memory it holds.
    pub fn capacity(&self) -> usize {
        self.bytes.capacity()
    }
}

/// Inflates the zlib stream at the start of `input` to exactly `size` bytes. The reason if it is anything else.
pub fn inflate(
    decompressor: &mut Decompressor,
    input: &[u8],
    size: u64,
    out: &mut Buffer,
) -> Result<(), &'static str> {
    if size > (input.len() as u64).saturating_mul(MOST_FROM_ONE) {
        return Err("its header says more bytes than its stream can hold");
    }
    let size = usize::try_from(size).map_err(|_| "it is larger than this machine can address")?;
    // One byte more than expected shows a stream that is longer than its header says.
    let target = out.resize(size + 1);
    match decompressor.zlib_decompress(input, target) {
        Ok(made) if made == size => {
            out.resize(size);
            Ok(())
        }
        Ok(made) if made < size => Err("its stream is shorter than its header says"),
        Ok(_) | Err(libdeflater::DecompressionError::InsufficientSpace) => {
            Err("its stream is longer than its header says")
        }
        Err(libdeflater::DecompressionError::BadData) => Err("its compressed bytes are damaged"),
    }
}

/// A reader that must end after exactly so many bytes.
pub struct Exactly<'a> {
    /// What it reads.
    pub inner: &'a mut dyn std::io::Read,
    /// Bytes that must still come.
    pub left: u64,
}

impl std::io::Read for Exactly<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let made = self.inner.read(out)?;
        let wrong = std::io::ErrorKind::InvalidData;
        match self.left.checked_sub(made as u64) {
            None => Err(std::io::Error::new(
                wrong,
                "its stream is longer than its header says",
            )),
            Some(left) if made == 0 && left > 0 && !out.is_empty() => Err(std::io::Error::new(
                wrong,
                "its stream is shorter than its header says",
            )),
            Some(left) => {
                self.left = left;
                Ok(made)
            }
        }
    }
}
