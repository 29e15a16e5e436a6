//! The end of a stream, which may say what it was.

use std::io::{self, Read};

use crate::archive::TAIL;

/// Remembers the last bytes that were read.
pub(super) struct Tailed<R> {
    inner: R,
    tail: Vec<u8>,
}

impl<R: Read> Tailed<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            tail: Vec::new(),
        }
    }

    /// The last [`TAIL`] bytes, or all if there were fewer.
    pub(super) fn tail(&self) -> &[u8] {
        let from = self.tail.len().saturating_sub(TAIL);
        self.tail.get(from..).unwrap_or_default()
    }
}

impl<R: Read> Read for Tailed<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(out)?;
        let read = out.get(..n).unwrap_or_default();
        let last = read.get(n.saturating_sub(TAIL)..).unwrap_or(read);
        if self.tail.len() + last.len() > 2 * TAIL {
            let over = self.tail.len().saturating_sub(TAIL);
            self.tail.drain(..over);
        }
        self.tail.extend_from_slice(last);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_bytes_are_remembered_however_they_are_read() {
        let bytes: Vec<u8> = (0..400_000u32).map(|n| (n / 7) as u8).collect();
        for step in [1000, 70_001, 400_000] {
            let mut reader = Tailed::new(&bytes[..]);
            let mut out = vec![0; step];
            let mut read = 0;
            loop {
                let n = reader.read(&mut out).expect("memory");
                read += n;
                assert_eq!(reader.tail(), &bytes[read.saturating_sub(TAIL)..read]);
                assert!(reader.tail.len() <= 2 * TAIL);
                if n == 0 {
                    break;
                }
            }
            assert_eq!(read, bytes.len());
        }
    }
}
