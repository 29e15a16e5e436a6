//! Opens regular files, and nothing else: a pipe or a device where a file should be must neither hang nor act.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// Small files that steer git (ignore rules, `gitdir:` files) are not read beyond this many bytes.
const STEERING_LIMIT: u64 = 16 << 20;

/// Why a file could not be opened.
#[derive(Debug)]
pub(super) enum Refused {
    /// It is a pipe, a socket, a device or a directory.
    Special,
    /// The system said no.
    Failed(io::Error),
}

#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    not(any(target_arch = "mips", target_arch = "mips64", target_arch = "sparc64"))
))]
const NO_BLOCKING: i32 = 0o4000;
#[cfg(any(
    target_vendor = "apple",
    target_os = "freebsd",
    target_os = "netbsd",
    target_os = "openbsd",
    target_os = "dragonfly"
))]
const NO_BLOCKING: i32 = 0x4;

/// Opens without waiting for a writer, so that a pipe that took a file's place since it was listed is only refused.
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(any(
        all(
            any(target_os = "linux", target_os = "android"),
            not(any(target_arch = "mips", target_arch = "mips64", target_arch = "sparc64"))
        ),
        target_vendor = "apple",
        target_os = "freebsd",
        target_os = "netbsd",
        target_os = "openbsd",
        target_os = "dragonfly"
    ))]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, NO_BLOCKING);
    options
}

/// Opens the regular file at `path`, with what `fstat` says of it.
pub(super) fn regular(path: &Path) -> Result<(File, Metadata), Refused> {
    let file = match options().open(path) {
        Ok(file) => file,
        // A socket cannot be opened at all: ENXIO.
        Err(error) => {
            let special = std::fs::metadata(path)
                .is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir());
            return Err(if special {
                Refused::Special
            } else {
                Refused::Failed(error)
            });
        }
    };
    let metadata = file.metadata().map_err(Refused::Failed)?;
    if metadata.is_file() {
        Ok((file, metadata))
    } else {
        Err(Refused::Special)
    }
}

/// Reads a whole small file that steers git. Fails if it is not a regular file, or longer than 16 MiB.
pub(super) fn steering(path: &Path) -> io::Result<Vec<u8>> {
    let (file, _) = regular(path).map_err(|refused| match refused {
        Refused::Special => io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"),
        Refused::Failed(error) => error,
    })?;
    let mut bytes = Vec::new();
    file.take(STEERING_LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > STEERING_LIMIT {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "it is longer than 16 MiB",
        ));
    }
    Ok(bytes)
}
