//! What the detector saw, before it is grouped into keys and locations.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::path::PathBuf;

use super::telling::Told;
use crate::model::{Confidence, Location, ObjectId, Origin, Place, Secret};

/// A key, as it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) secret: Secret,
    pub(super) rule: u16,
    /// `None`: shaped like a key, but its context was missing where it was seen.
    pub(super) confidence: Option<Confidence>,
}

/// A key in something that will not be read again.
#[derive(Debug)]
pub(super) struct Direct {
    pub(super) seen: u32,
    pub(super) origin: Origin,
    pub(super) path: Option<Vec<u8>>,
    /// The names of the members that lead to it, where it came out of a container.
    pub(super) member: Vec<Vec<u8>>,
    pub(super) object: Option<ObjectId>,
    pub(super) place: Option<Place>,
    pub(super) told: Told,
}

/// A key in an object, which is read again only if it is the one to be shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) seen: u32,
    pub(super) object: ObjectId,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) origin: Origin,
}

/// Locations under what makes them one: the key, and where it stands.
pub(super) type Located = BTreeMap<(u32, Where), Placed>;

/// A location, and how it was seen.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) seen: u32,
    pub(super) location: Location,
}

/// Of what was seen in one file, each with its key and its members: what was seen in the bytes of a container and in one of
/// its members, too, because that is not compressed. It is one place, and the member says more.
pub(super) fn containers<K: Ord + Copy>(seen: &[(K, &[Vec<u8>])]) -> Vec<usize> {
    // Whatever leads further follows in the order.
    let mut known: BTreeSet<(K, &[Vec<u8>])> = BTreeSet::new();
    known.extend(seen.iter().filter(|(_, member)| !member.is_empty()));
    if known.is_empty() {
        return Vec::new();
    }
    let leads_further = |(key, member): &(K, &[Vec<u8>])| {
        let after = (Bound::Excluded((*key, *member)), Bound::Unbounded);
        let next = known.range(after).next();
        next.is_some_and(|(other, longer)| other == key && longer.starts_with(member))
    };
    let numbered = seen.iter().enumerate();
    let above = numbered.filter(|(_, seen)| leads_further(seen));
    above.map(|(at, _)| at).collect()
}

/// What makes two sightings of a key one location.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Where {
    /// In a file, on disk or in history: its place on disk, and which occurrence in the file, those in its members after those
    /// in its own bytes.
    File(PathBuf, usize),
    /// In an object that has no path.
    Object(Origin, ObjectId, u64),
    /// In a member of what is a container and no file of a repository.
    Member(Origin, Option<Vec<u8>>, Vec<Vec<u8>>, Option<Place>),
    /// In a name, or a stream.
    Named(Origin, Option<Vec<u8>>, Option<Place>),
}
