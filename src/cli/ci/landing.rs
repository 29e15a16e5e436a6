//! Where reports go in CI: never through a link in the checkout, which a change may have brought to have another file written.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::report::Format;

/// Refuses reports whose file, or a folder above it, is a link in the checkout at `root`.
///
/// # Errors
/// There is such a link.
pub(super) fn check(reports: &[(Format, Option<PathBuf>)], root: &Path) -> Result<()> {
    let Ok(root) = root.canonicalize() else {
        return Ok(());
    };
    let files = reports.iter().filter_map(|(_, file)| file.as_deref());
    for file in files {
        if let Some(link) = link(&root, file) {
            let (file, link) = (file.display(), link.display());
            return Err(Error::Ci {
                reason: format!(
                    "the report {file} would be written through {link}, which is a link in the checkout, and may lead anywhere\n  \
                     take it out of the repository, or name another file: `--sarif FILE`, or `-f FORMAT=FILE`"
                ),
            });
        }
    }
    Ok(())
}

fn link(root: &Path, file: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(file).ok()?;
    let is_link = |at: &&Path| {
        let folder = at.parent().and_then(|folder| folder.canonicalize().ok());
        at.is_symlink() && folder.is_some_and(|folder| folder.starts_with(root))
    };
    absolute.ancestors().find(is_link).map(Path::to_path_buf)
}
