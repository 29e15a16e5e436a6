//! Why a container, or a member of one, could not be read to its end.

use std::io;

/// What went wrong. It is carried through readers inside of an [`io::Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// It is cut off, or its bytes are not what its headers and checksums say.
    Damaged,
    /// It is encrypted.
    Encrypted,
    /// It is compressed in a way that is not known here.
    Method,
    /// To decompress it takes more memory than the limit.
    Window,
    /// It has more members than the limit.
    Members,
}

impl Fault {
    /// What an error of a decoder means.
    pub fn of(error: &io::Error) -> Self {
        let own = error.get_ref().and_then(|inner| inner.downcast_ref());
        match (own, error.kind()) {
            (Some(fault), _) => *fault,
            (None, io::ErrorKind::OutOfMemory) => Self::Window,
            (None, io::ErrorKind::Unsupported) => Self::Method,
            (None, _) => Self::Damaged,
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Damaged => "damaged",
            Self::Encrypted => "encrypted",
            Self::Method => "compressed in an unknown way",
            Self::Window => "needs too much memory",
            Self::Members => "too many members",
        })
    }
}

impl std::error::Error for Fault {}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        Self::other(fault)
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::of(&error)
    }
}
