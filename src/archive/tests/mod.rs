//! Tests of what is read from archives that are damaged or made to do harm.

#[expect(
    dead_code,
    reason = "the same archives are made for the tests through the binary, which need more"
)]
#[path = "../../../tests/it/support/archive.rs"]
mod made;
mod mutations;
mod sevenz;
mod streams;
mod tar;
mod zip;

use std::io::{self, Cursor, Read, Seek, SeekFrom};

/// Bytes that can be read here and there, and how many were.
struct Counted {
    bytes: Cursor<Vec<u8>>,
    read: u64,
}

impl Counted {
    fn new(bytes: Vec<u8>) -> Self {
        Self {
            bytes: Cursor::new(bytes),
            read: 0,
        }
    }

    fn len(&self) -> u64 {
        self.bytes.get_ref().len() as u64
    }
}

impl Read for Counted {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.bytes.read(out)?;
        self.read += n as u64;
        Ok(n)
    }
}

impl Seek for Counted {
    /// As a file does it: there are no places beyond 2^63.
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match to {
            SeekFrom::Start(at) if i64::try_from(at).is_err() => {
                Err(io::ErrorKind::InvalidInput.into())
            }
            to => self.bytes.seek(to),
        }
    }
}
