//! A buffered reader that can be looked ahead in.

use std::io::{self, BufRead, Read};

/// Bytes that are read at once.
const BUFFER: usize = 64 << 10;

/// Reads ahead, so that it can be seen what comes next without taking it.
pub struct Input<R> {
    inner: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// How many bytes were taken.
    pub taken: u64,
}

impl<R: Read> Input<R> {
    /// Reads from `inner`.
    pub fn new(inner: R) -> Self {
        Self {
            inner,
            buffer: vec![0; BUFFER],
            start: 0,
            end: 0,
            taken: 0,
        }
    }

    /// The next `len` bytes, or those that are left if there are fewer; at most as many as the buffer has.
    ///
    /// # Errors
    /// The reader's.
    pub fn peek(&mut self, len: usize) -> io::Result<&[u8]> {
        let len = len.min(BUFFER);
        if self.end - self.start < len {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            while self.end < len {
                let Some(free) = self.buffer.get_mut(self.end..) else {
                    break;
                };
                match self.inner.read(free) {
                    Ok(0) => break,
                    Ok(n) => self.end += n,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
        }
        let end = self.end.min(self.start + len);
        Ok(self.buffer.get(self.start..end).unwrap_or_default())
    }
}

impl<R: Read> Read for Input<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let len = ready.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..len), ready.get(..len)) {
            to.copy_from_slice(from);
        }
        self.consume(len);
        Ok(len)
    }
}

impl<R: Read> BufRead for Input<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end {
            self.peek(1)?;
        }
        Ok(self.buffer.get(self.start..self.end).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        let amount = amount.min(self.end - self.start);
        self.start += amount;
        self.taken += amount as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_looked_at_is_read_all_the_same() {
        let bytes: Vec<u8> = (0..200_000u32).map(|n| n as u8).collect();
        let mut input = Input::new(&bytes[..]);
        assert_eq!(input.peek(5).expect("memory"), &bytes[..5]);
        let mut some = vec![0; BUFFER - 3];
        input.read_exact(&mut some).expect("there is more");
        assert_eq!(
            input.peek(9).expect("memory"),
            &bytes[BUFFER - 3..BUFFER + 6]
        );
        input.read_to_end(&mut some).expect("memory");
        assert_eq!(some, bytes);
        assert_eq!(input.taken, 200_000);
        assert_eq!(input.peek(9).expect("memory"), b"");
    }
}
