//! Who put a key where it stands in history, who took it away, and what still leads to it.

use serde::Serialize;

use super::ObjectId;

/// A commit, as reports tell of it. Texts are as they stand in the object, invalid UTF-8 replaced.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Commit {
    /// Its id.
    pub id: ObjectId,
    /// The author's name.
    pub author: String,
    /// The author's e-mail address.
    pub email: String,
    /// When it was committed, in seconds since 1970; `None` if its line says nothing sensible.
    pub date: Option<i64>,
    /// The first line of its message.
    pub summary: String,
}

/// What a commit did to a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    /// It holds the key there, and none of its parents does.
    Introduced,
    /// It does not hold the key there, and its parents do.
    Removed,
}

/// A commit that introduced or removed a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// When it was committed, in seconds since 1970.
    pub date: Option<i64>,
    /// The commit.
    pub commit: ObjectId,
    /// What it did.
    pub kind: EventKind,
}

/// How something in an object database is reached; what is easier to reach comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reachable {
    /// From a ref: everyone who clones gets it.
    Refs,
    /// From `refs/stash` or its reflog.
    Stash,
    /// From another reflog only.
    Reflog,
    /// By nothing; the object is there until git collects it.
    None,
}

/// What history says about one location.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attribution {
    /// The earliest commit that introduced it; `None` if no commit holds it.
    pub introduced: Option<Commit>,
    /// Whether that commit is where a shallow clone is cut off: the key came with it or earlier.
    pub at_or_before: bool,
    /// The latest commit that removed it; `None` while a ref holds it.
    pub removed: Option<Commit>,
    /// All commits that introduced or removed it, oldest first, at most [`Attribution::SHOWN`].
    pub events: Vec<Event>,
    /// How many there are.
    pub events_total: u64,
    /// Full names of refs whose tip holds it, sorted, at most [`Attribution::SHOWN`].
    pub refs: Vec<Vec<u8>>,
    /// How many there are.
    pub refs_total: u64,
    /// Whether HEAD's tree holds it.
    pub at_head: bool,
    /// Whether a commit that a remote-tracking ref leads to, or once led to, holds it: then it has left this machine.
    /// `None` if there are no remote-tracking refs to tell by.
    pub pushed: Option<bool>,
    /// Where the key stood before, if the commit that introduced it here removed it there.
    pub renamed_from: Option<Vec<u8>>,
}

impl Attribution {
    /// How many events and refs are told one by one.
    pub const SHOWN: usize = 100;
}
