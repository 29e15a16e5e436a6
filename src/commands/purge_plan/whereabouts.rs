//! Where git works on a repository itself: in its main work tree, or in the git directory of one without.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::git::Repository;
use crate::git::config::Config;

/// Where a repository is.
pub(super) struct Whereabouts {
    /// The top of its main work tree, or the git directory where there is none.
    pub(super) top: PathBuf,
    /// Its git directory, with the objects.
    pub(super) git_dir: PathBuf,
    /// Whether it has no work tree.
    pub(super) is_bare: bool,
}

impl Whereabouts {
    /// What git makes of it (git-config, `core.bare` and `core.worktree`), whichever of its work trees was named.
    ///
    /// # Errors
    /// It has a work tree, and says nowhere which: with `--separate-git-dir` only the tree knows.
    pub(super) fn of(repository: &Repository) -> Result<Self> {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let git_dir = real(&repository.common_dir);
        let main = Repository::at(&git_dir);
        let config = Config::of_repository(main.as_ref().unwrap_or(repository));
        let is_set = config.last("core.bare").is_some();
        let in_tree = |top: PathBuf| Self {
            top,
            git_dir: git_dir.clone(),
            is_bare: false,
        };
        let bare = || Self {
            top: git_dir.clone(),
            git_dir: git_dir.clone(),
            is_bare: true,
        };
        if is_set && config.is_true("core.bare") {
            return Ok(bare());
        }
        let named = config.last("core.worktree");
        if let Some(path) = named.and_then(|setting| config.path(setting).ok()) {
            return Ok(in_tree(real(&git_dir.join(path))));
        }
        let name = real(&repository.name);
        if real(&repository.git_dir) == git_dir && name != git_dir {
            return Ok(in_tree(name));
        }
        match git_dir.parent() {
            Some(above) if git_dir.ends_with(".git") => Ok(in_tree(above.to_path_buf())),
            _ if !is_set => Ok(bare()),
            _ => Err(Error::Purge {
                reason: format!(
                    "{} has its work tree elsewhere, and does not say where: name its main work tree",
                    git_dir.display()
                ),
            }),
        }
    }
}
