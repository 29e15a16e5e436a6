//! Puts a new file in the place of an old one: whole, or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A file in the making. It is gone if it is never put in place.
#[derive(Debug)]
pub struct Replacement {
    path: PathBuf,
    file: File,
    is_placed: bool,
}

/// Others of us may be at work, or were stopped there.
const TRIES: u32 = 100;

impl Replacement {
    /// Begins a new file beside the one that it is to replace.
    ///
    /// # Errors
    /// The system's.
    pub fn beside(target: &Path) -> io::Result<Self> {
        let own = std::process::id();
        let begun = (0..TRIES).find_map(|at| {
            match Self::begin(target.with_file_name(format!(".aisaleaks-{own}-{at}.tmp"))) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => None,
                begun => Some(begun),
            }
        });
        begun.unwrap_or_else(|| Err(io::Error::other("its folder is full of unfinished files")))
    }

    /// Begins a new file at `path`, which is to be in the folder of the one that it replaces.
    ///
    /// # Errors
    /// Of kind `AlreadyExists` if anything is there, a link among others; else the system's.
    pub fn begin(path: PathBuf) -> io::Result<Self> {
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)?;
        Ok(Self {
            path,
            file,
            is_placed: false,
        })
    }

    /// Writes it whole, with these permissions (Unix only; those of a new file if none are named), and puts it in the place of `target`; what was there is gone.
    ///
    /// # Errors
    /// The system's; then nothing was changed.
    pub fn place(mut self, bytes: &[u8], mode: Option<u32>, target: &Path) -> io::Result<()> {
        self.write(bytes, mode)?;
        self.put(target)
    }

    /// Writes it whole, with these permissions (Unix only; those of a new file if none are named).
    ///
    /// # Errors
    /// The system's.
    pub fn write(&mut self, bytes: &[u8], mode: Option<u32>) -> io::Result<()> {
        #[cfg(unix)]
        if let Some(mode) = mode {
            use std::os::unix::fs::PermissionsExt;
            // Before anything is in it; and git has to be able to run it, whatever the user masks when files are made.
            let permissions = fs::Permissions::from_mode(mode);
            self.file.set_permissions(permissions)?;
        }
        #[cfg(not(unix))]
        let _ = mode;
        self.file.write_all(bytes)?;
        self.file.sync_all()
    }

    /// The file, for what is to be set of it before it is put in place.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Puts it in the place of `target`; what was there is gone.
    ///
    /// # Errors
    /// The system's; then nothing was changed.
    pub fn put(mut self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)?;
        self.is_placed = true;
        Ok(())
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if !self.is_placed {
            drop(fs::remove_file(&self.path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [path, target] = ["new", "old"].map(|name| folder.path().join(name));
        fs::write(&target, "before").expect("written");
        drop(Replacement::begin(path.clone()).expect("begun"));
        assert!(!path.exists());
        let begun = Replacement::begin(path.clone()).expect("begun");
        let taken = Replacement::begin(path.clone()).expect_err("taken");
        assert_eq!(taken.kind(), io::ErrorKind::AlreadyExists);
        assert!(begun.place(b"x", Some(0o755), &target.join("no")).is_err());
        assert_eq!(fs::read(&target).expect("read"), b"before");
        let begun = Replacement::begin(path.clone()).expect("begun");
        begun.place(b"after", Some(0o755), &target).expect("placed");
        assert_eq!(fs::read(&target).expect("read"), b"after");
        assert!(!path.exists());
    }
}
