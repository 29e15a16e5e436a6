//! Maps packs and their indexes: the one place with `unsafe` in it.

use std::fs::File;
use std::io;
use std::path::Path;

use memmap2::Mmap;

use super::plain;

/// Maps a regular file for reading. A FIFO or device in its place is an error, not a hang.
pub fn map(path: &Path) -> io::Result<Mmap> {
    let file: File = plain::open(path)?;
    // SAFETY: git never writes to a pack or index under its final name, it only unlinks it, and an unlinked file
    // stays whole while it is mapped. A process that truncates one on purpose kills this run with SIGBUS, no more.
    #[expect(unsafe_code, reason = "memory maps are what makes the walk fast")]
    unsafe {
        Mmap::map(&file)
    }
}
