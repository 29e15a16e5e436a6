//! Something that could not be read or finished.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// What went wrong, coarsely enough to be stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// A file or directory could not be opened or read.
    Unreadable,
    /// A file changed its length while it was read.
    Changed,
    /// A pack or its header is damaged.
    DamagedPack,
    /// A pack's index is missing, damaged or another pack's.
    DamagedIndex,
    /// One object could not be inflated, or its delta is wrong.
    DamagedObject,
    /// An archive or a compressed file, or a member of one, is damaged or cut off.
    DamagedArchive,
    /// Members of an archive are encrypted.
    EncryptedArchive,
    /// An object that something names is not there.
    AbsentObject,
    /// The clone is shallow: history ends early.
    Shallow,
    /// The clone is partial: objects were left at the remote.
    Partial,
    /// A special file, or something else, where git keeps a regular file.
    SpecialFile,
    /// A ref that cannot be read or points at nothing.
    BrokenRef,
    /// A list of alternates that cannot be followed.
    BrokenAlternate,
    /// A path of the index is in conflict.
    Unmerged,
    /// A repository feature, or a method of compression, that we cannot read.
    Unsupported,
    /// A limit was reached.
    Limit,
    /// The run was interrupted.
    Interrupted,
}

impl ProblemKind {
    /// The name that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Changed => "changed",
            Self::DamagedPack => "damaged-pack",
            Self::DamagedIndex => "damaged-index",
            Self::DamagedObject => "damaged-object",
            Self::DamagedArchive => "damaged-archive",
            Self::EncryptedArchive => "encrypted-archive",
            Self::AbsentObject => "absent-object",
            Self::Shallow => "shallow",
            Self::Partial => "partial",
            Self::SpecialFile => "special-file",
            Self::BrokenRef => "broken-ref",
            Self::BrokenAlternate => "broken-alternate",
            Self::Unmerged => "unmerged",
            Self::Unsupported => "unsupported",
            Self::Limit => "limit",
            Self::Interrupted => "interrupted",
        }
    }
}

/// Something that was asked for and could not be read or finished. A report with one is not a clean report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// What went wrong.
    pub kind: ProblemKind,
    /// The file, object or ref; the fingerprint is made from it.
    pub place: String,
    /// What happened and what to do next.
    pub message: String,
    /// Why somebody accepted it, if somebody did.
    pub accepted: Option<String>,
}

impl Problem {
    /// A problem that nobody has accepted.
    pub fn new(kind: ProblemKind, place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            kind,
            place: place.into(),
            message: message.into(),
            accepted: None,
        }
    }

    /// Stable name of this problem for whoever accepts it: of its kind and place, not of its message.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.kind.name().as_bytes());
        hash.update([0]);
        hash.update(self.place.as_bytes());
        let mut text = String::from("sha256:");
        for byte in hash.finalize() {
            text.push_str(&format!("{byte:02x}"));
        }
        text
    }
}
