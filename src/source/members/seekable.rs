//! Bytes that can be read here and there, by several threads at a time.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// In memory, or in a file.
#[derive(Clone, Copy)]
enum Bytes<'a> {
    Memory(&'a [u8]),
    File(&'a File),
}

/// A place in such bytes. Each copy has its own.
#[derive(Clone, Copy)]
pub(super) struct Seekable<'a> {
    bytes: Bytes<'a>,
    len: u64,
    at: u64,
}

impl<'a> Seekable<'a> {
    pub(super) fn bytes(bytes: &'a [u8]) -> Self {
        Self {
            bytes: Bytes::Memory(bytes),
            len: bytes.len() as u64,
            at: 0,
        }
    }

    pub(super) fn file(file: &'a File, len: u64) -> Self {
        Self {
            bytes: Bytes::File(file),
            len,
            at: 0,
        }
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// All the bytes, if they are in memory.
    pub(super) fn in_memory(&self) -> Option<&'a [u8]> {
        match self.bytes {
            Bytes::Memory(bytes) => Some(bytes),
            Bytes::File(_) => None,
        }
    }

    /// The same bytes, from this place on.
    pub(super) fn from(&self, at: u64) -> Self {
        Self { at, ..*self }
    }
}

#[cfg(unix)]
fn read_at(file: &File, out: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, out, at)
}

#[cfg(windows)]
fn read_at(file: &File, out: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, out, at)
}

impl Read for Seekable<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = self.len.saturating_sub(self.at);
        let len = usize::try_from(left).map_or(out.len(), |left| left.min(out.len()));
        let out = out.get_mut(..len).unwrap_or_default();
        if out.is_empty() {
            // Not asked of the system, which has no places beyond 2^63.
            return Ok(0);
        }
        let n = match self.bytes {
            Bytes::Memory(bytes) => {
                let from = usize::try_from(self.at).ok().and_then(|at| bytes.get(at..));
                let from = from.and_then(|from| from.get(..len)).unwrap_or_default();
                out.copy_from_slice(from);
                len
            }
            Bytes::File(file) => read_at(file, out, self.at)?,
        };
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for Seekable<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.len.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
