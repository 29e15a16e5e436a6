//! Where a place is on disk and how its key came there: for whoever has to know a place again under another name.

use std::path::PathBuf;

/// Where a place is, whatever folder the scan began in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Site {
    /// The file, which need not be there any more; a relative path counts from the top of the repository.
    pub file: PathBuf,
    /// How the key came there.
    pub arrival: Arrival,
}

/// How a key came to a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Arrival {
    /// It stands in a file, and no commit that was read holds it there.
    Untold,
    /// Commits hold it there.
    Told {
        /// Where it stood before, if the commit that introduced it here took it away there.
        from: Option<PathBuf>,
        /// Whether what came before that commit is not known.
        cut: bool,
        /// Whether HEAD's tree holds it.
        at_head: bool,
    },
    /// A change brings it, and only the change was looked at.
    Change {
        /// Where it stood before, if somebody asked and the change takes it away there.
        from: Option<PathBuf>,
    },
}
