//! Programs on this machine. None is run: only whether they are there is looked at.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

/// Where PATH has a program, as a shell would find it.
pub(super) fn in_path(program: &str) -> Option<PathBuf> {
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let folders = std::env::var_os("PATH")?;
    let paths = std::env::split_paths(&folders).filter(|folder| folder.is_absolute());
    let mut paths = paths.map(|folder| folder.join(&name));
    paths.find(|path| is_program(path))
}

/// Whether a path leads to a program.
pub(super) fn is_program(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|file| is_executable(&file))
}

/// Whether git runs a file.
#[cfg(unix)]
pub(super) fn is_executable(file: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.is_file() && file.permissions().mode() & 0o111 != 0
}

/// Whether git runs a file: on Windows it looks at its first line.
#[cfg(not(unix))]
pub(super) fn is_executable(file: &Metadata) -> bool {
    file.is_file()
}
