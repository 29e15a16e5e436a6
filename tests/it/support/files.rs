//! What tests do to files behind git's back.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Repo;

/// Puts a FIFO in the place of a file.
pub fn fifo(path: &Path) {
    drop(fs::remove_file(path));
    let status = Command::new("mkfifo").arg(path).status().expect("mkfifo");
    assert!(status.success());
}

/// Edits the bytes of a file.
pub fn change(path: &Path, edit: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).expect("read");
    edit(&mut bytes);
    fs::write(path, bytes).expect("written");
}

/// Puts something in the place of a file that git made read-only.
pub fn replace(path: &Path, bytes: &[u8]) {
    fs::remove_file(path).expect("removed");
    fs::write(path, bytes).expect("written");
}

/// The file of a loose object.
pub fn object(repo: &Repo, name: &str) -> PathBuf {
    let hex = repo.git(&["rev-parse", name]);
    repo.join(".git/objects").join(&hex[..2]).join(&hex[2..])
}

/// The packs of a repository.
pub fn packs(repo: &Repo) -> Vec<PathBuf> {
    let entries = fs::read_dir(repo.join(".git/objects/pack")).expect("packs");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .filter(|path| path.extension().is_some_and(|it| it == "pack"))
        .collect()
}

/// The only pack of a repository, made writable with its index.
pub fn pack_of(repo: &Repo) -> PathBuf {
    let [path] = packs(repo).try_into().expect("one pack");
    for path in [&path, &path.with_extension("idx")] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).expect("set");
    }
    path
}

/// Whether permissions do not bind who runs this.
pub fn is_root() -> bool {
    // SAFETY: geteuid has no preconditions.
    #[allow(
        unsafe_code,
        reason = "the standard library does not say who runs this"
    )]
    unsafe {
        libc::geteuid() == 0
    }
}
