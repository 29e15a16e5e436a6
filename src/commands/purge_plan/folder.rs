//! The folder for the files that git-filter-repo reads: a new one, outside the repository, that nobody else may open.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::whereabouts::Whereabouts;
use crate::error::{Error, Result};
use crate::git::{Repository, worktrees};

/// The file for `--replace-text` and `--replace-message`.
pub(super) const REPLACEMENTS: &str = "replacements.txt";
/// The same for sed, which takes it to the log of stashes.
pub(super) const REFLOGS: &str = "reflogs.sed";
/// The file for `--strip-blobs-with-ids`.
pub(super) const STRIPPED: &str = "strip-blobs.txt";

/// Where the folder will be. It is not made yet.
pub(super) struct Place {
    path: PathBuf,
}

/// A folder that was made. It is gone again, with what is in it, unless it is kept.
pub(super) struct Folder {
    path: PathBuf,
    is_kept: bool,
}

impl Place {
    /// Where somebody asked for it, or below the temporary folder.
    ///
    /// # Errors
    /// A place that exists, or is in the repository, or in a folder that is not there.
    pub(super) fn choose(
        asked: Option<&Path>,
        repository: &Repository,
        whereabouts: &Whereabouts,
    ) -> Result<Self> {
        let path = match asked {
            Some(path) => path.to_path_buf(),
            None => std::env::temp_dir().join(format!("aisaleaks-purge-{}", random()?)),
        };
        let refused = |reason: String| Error::Purge {
            reason: format!("cannot write to {}: {reason}", path.display()),
        };
        if path.symlink_metadata().is_ok() {
            let reason = "something is there already, and nothing is overwritten: name a folder that does not exist";
            return Err(refused(reason.to_owned()));
        }
        let whole = std::path::absolute(&path).map_err(|error| refused(error.to_string()))?;
        let (Some(above), Some(name)) = (whole.parent(), whole.file_name()) else {
            return Err(refused("it names no new folder".to_owned()));
        };
        let above = above.canonicalize().map_err(|error| {
            refused(format!(
                "the folder above it cannot be used ({error}): make it first"
            ))
        })?;
        if let Some(inside) =
            own_folders(repository, whereabouts).find(|own| above.starts_with(own))
        {
            let hint = match asked {
                Some(_) => "name one that is outside",
                None => "name one that is outside with --to",
            };
            return Err(refused(format!(
                "it would be in the repository ({}), where it could be committed: {hint}",
                inside.display()
            )));
        }
        Ok(Self {
            path: above.join(name),
        })
    }

    /// Where it will be.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes it.
    ///
    /// # Errors
    /// The system's.
    pub(super) fn make(self) -> Result<Folder> {
        #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has modes"))]
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        let made = builder.create(&self.path);
        made.map_err(|error| cannot_write(&self.path, &error))?;
        Ok(Folder {
            path: self.path,
            is_kept: false,
        })
    }
}

impl Folder {
    /// Writes a new file that nobody else may read.
    ///
    /// # Errors
    /// The system's.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.path.join(name);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(&path).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        written.map_err(|error| cannot_write(&path, &error))
    }

    /// Keeps it, as all is written and told.
    pub(super) fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.is_kept {
            // It is new, so that nothing else is in it.
            drop(fs::remove_dir_all(&self.path));
        }
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> Error {
    Error::Purge {
        reason: format!(
            "cannot write to {} ({error}): nothing was left there; name another folder with --to",
            path.display()
        ),
    }
}

/// The repository's folders, as they are without links.
fn own_folders(
    repository: &Repository,
    whereabouts: &Whereabouts,
) -> impl Iterator<Item = PathBuf> {
    let mut own = vec![
        repository.name.clone(),
        repository.git_dir.clone(),
        repository.common_dir.clone(),
        whereabouts.top.clone(),
    ];
    own.extend(worktrees::linked(repository).into_iter().map(|at| at.path));
    own.into_iter().filter_map(|path| path.canonicalize().ok())
}

/// Letters that nobody can foresee.
fn random() -> Result<String> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| Error::Purge {
        reason: format!("the system gave no random bytes ({error}): name a folder with --to"),
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
