//! From what a service says to what is scanned, and who is trusted.

use std::path::{Path, PathBuf};

use super::ends::Checkout;
use super::occasion::Occasion;
use crate::commands::ci::Scan;
use crate::control::Limits;
use crate::error::{Error, Result};
use crate::git::{Repository, Store};
use crate::model::ObjectId;

/// What is to be done.
#[derive(Debug)]
pub(super) struct Plan {
    /// The top of the checkout, or the git directory where there is no work tree.
    pub(super) root: PathBuf,
    /// What is scanned.
    pub(super) scan: Scan,
    /// The commit that says what is allowed; none if the checkout does.
    pub(super) trusted: Option<ObjectId>,
    /// What is scanned, and why, a sentence each.
    pub(super) why: Vec<String>,
}

/// Makes a plan of what a run is about. With `all` everything is scanned, but who is trusted stays the same.
///
/// # Errors
/// No repository, and a change of which the checkout lacks what has to be there.
pub(super) fn make(path: &Path, occasion: &Occasion, all: bool) -> Result<Plan> {
    path.symlink_metadata().map_err(|source| Error::Target {
        path: path.to_path_buf(),
        source,
    })?;
    let repository = Repository::discover(path).ok_or_else(|| Error::NotARepository {
        path: path.to_path_buf(),
    })?;
    refuse_brought(&repository)?;
    let everything = "every file, and every object of the history".to_owned();
    let Some(change) = &occasion.change else {
        return Ok(Plan {
            root: repository.name,
            scan: Scan::Everything,
            trusted: None,
            why: vec![everything],
        });
    };
    let limits = Limits::default();
    let store = Store::light(&repository, limits.alternates, &mut Vec::new());
    let checkout = Checkout::new(&repository, &store, &limits, occasion.service.deeper);
    let ends = checkout.ends(change)?;
    let (scan, why) = match all {
        true => (Scan::Everything, vec![everything]),
        false => (Scan::Change(ends.push(change)), ends.why),
    };
    drop(store);
    Ok(Plan {
        root: repository.name,
        scan,
        trusted: ends.trusted,
        why,
    })
}

/// Refuses a bare repository in the work tree of another: a change can bring its files, and with them what its refs say and
/// where its configuration is.
fn refuse_brought(repository: &Repository) -> Result<()> {
    let top = repository.name.canonicalize();
    let Some(top) = top.ok().filter(|_| repository.git_dir == repository.name) else {
        return Ok(());
    };
    let mut above = top.ancestors().skip(1).filter_map(Repository::at);
    let Some(outer) = above.find(|outer| outer.git_dir != outer.name) else {
        return Ok(());
    };
    // There no commit brings anything.
    if top.starts_with(outer.name.join(".git")) {
        return Ok(());
    }
    let (own, outer) = (repository.name.display(), outer.name.display());
    Err(Error::Ci {
        reason: format!(
            "{own} has the files of a bare repository in the work tree of {outer}, which a change may have brought\n  name the one \
             that is meant: `aisaleaks ci {outer}`; or keep this one outside of the work tree"
        ),
    })
}
