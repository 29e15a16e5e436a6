//! Opens what must be a regular file, without ever waiting for a FIFO.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// Small text files of a git directory are never larger than this.
const TEXT_LIMIT: u64 = 64 << 20;

/// Opens a regular file. Anything else is an error of kind `InvalidInput`.
pub fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // Opening a FIFO for reading waits for a writer unless O_NONBLOCK is given.
        options.custom_flags(libc::O_NONBLOCK | libc::O_CLOEXEC);
    }
    let file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "not a regular file",
        ));
    }
    Ok(file)
}

/// Reads a small regular file.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = open(path)?;
    if file.take(TEXT_LIMIT + 1).read_to_end(&mut bytes)? as u64 > TEXT_LIMIT {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "larger than 64 MiB",
        ));
    }
    Ok(bytes)
}

/// What a directory lists, up to the first error, which is told to `failed`: what follows it was not seen.
pub fn entries<T>(
    listing: impl Iterator<Item = io::Result<T>>,
    failed: impl FnOnce(io::Error),
) -> Vec<T> {
    let mut found = Vec::new();
    for entry in listing {
        match entry {
            Ok(entry) => found.push(entry),
            Err(error) => {
                failed(error);
                break;
            }
        }
    }
    found
}

/// The path that these bytes of a git file name.
pub fn to_path(bytes: &[u8]) -> std::path::PathBuf {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        std::path::PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
    }
    #[cfg(not(unix))]
    {
        std::path::PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_that_fails_half_way_is_told() {
        let listing = || [Ok(1), Ok(2), Err(io::Error::other("gone")), Ok(4)].into_iter();
        let mut told = None;
        assert_eq!(entries(listing(), |error| told = Some(error)), [1, 2]);
        assert_eq!(told.map(|error| error.to_string()), Some("gone".into()));
        assert_eq!(entries(listing().take(2), |_| panic!("no error")), [1, 2]);
    }
}
