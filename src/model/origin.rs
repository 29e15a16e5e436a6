//! Where bytes came from: one closed list, so that a new origin makes the compiler name every reporter to fix.

use serde::{Deserialize, Serialize};

/// Where a chunk came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A file, or a link's target text, in a directory.
    Worktree,
    /// A file inside a git directory: configuration, reflogs, packed refs.
    Config,
    /// A blob in the object database.
    History,
    /// A note (`refs/notes/*`).
    Note,
    /// An index entry.
    Staged,
    /// A commit's message, or a header other than its author and committer.
    CommitMessage,
    /// A tag's message or header.
    TagMessage,
    /// An author, committer or tagger line.
    Author,
    /// The name of a file or directory, in a tree or on disk.
    PathName,
    /// The name of a ref.
    RefName,
    /// Standard input.
    Stdin,
}

impl Origin {
    /// The name that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Worktree => "worktree",
            Self::Config => "config",
            Self::History => "history",
            Self::Note => "note",
            Self::Staged => "staged",
            Self::CommitMessage => "commit-message",
            Self::TagMessage => "tag-message",
            Self::Author => "author",
            Self::PathName => "path-name",
            Self::RefName => "ref-name",
            Self::Stdin => "stdin",
        }
    }
}
