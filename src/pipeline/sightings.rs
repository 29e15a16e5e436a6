//! What the detector saw, before it is grouped into keys and locations.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Bound, Range};
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
    /// Its first byte in the stream that it was seen in.
    pub(super) start: u64,
    /// The names of the members that lead to it, where it came out of a container.
    pub(super) member: Vec<Vec<u8>>,
    pub(super) object: Option<ObjectId>,
    pub(super) place: Option<Place>,
    pub(super) told: Told,
}

impl Direct {
    /// The file or object that it was seen in.
    pub(super) fn in_full(&self) -> InFull {
        InFull {
            origin: self.origin,
            object: self.object,
            path: self.path.clone(),
        }
    }
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

/// A file or an object, which may be a container.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct InFull {
    pub(super) origin: Origin,
    pub(super) object: Option<ObjectId>,
    pub(super) path: Option<Vec<u8>>,
}

/// Bytes of a container out of which a member was read to its end.
#[derive(Clone, Debug)]
pub(super) struct Decompressed {
    /// The names of the members that lead to the container.
    pub(super) member: Vec<Vec<u8>>,
    pub(super) bytes: Range<u64>,
}

/// What was seen in one file: the key, its first byte, and the members that lead to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct InFile<'a, K> {
    pub(super) key: K,
    pub(super) start: u64,
    pub(super) member: &'a [Vec<u8>],
}

/// What of that is told better by a member: it was seen in the bytes of a container, and in one of its members, too, because
/// that is not compressed; or it is what a compressor left of a text, of which it takes out what was there before.
pub(super) fn containers<K: Ord + Copy>(
    seen: &[InFile<'_, K>],
    decompressed: &[Decompressed],
) -> Vec<usize> {
    // Whatever leads further follows in the order.
    let members = seen.iter().filter(|seen| !seen.member.is_empty());
    let known: BTreeSet<(K, &[Vec<u8>])> = members.map(|seen| (seen.key, seen.member)).collect();
    let leads_further = |seen: &InFile<'_, K>| {
        let after = Bound::Excluded((seen.key, seen.member));
        let next = known.range((after, Bound::Unbounded)).next();
        next.is_some_and(|(key, longer)| *key == seen.key && longer.starts_with(seen.member))
    };
    let mut left_over: Vec<(&[Vec<u8>], u64, u64)> = decompressed
        .iter()
        .map(|from| (&from.member[..], from.bytes.start, from.bytes.end))
        .collect();
    left_over.sort_unstable();
    let is_left_over = |seen: &InFile<'_, K>| {
        let behind = left_over
            .partition_point(|(member, start, _)| (*member, *start) <= (seen.member, seen.start));
        let last = behind.checked_sub(1).and_then(|at| left_over.get(at));
        last.is_some_and(|(member, _, end)| *member == seen.member && seen.start < *end)
    };
    let numbered = seen.iter().enumerate();
    let above = numbered.filter(|(_, seen)| leads_further(seen) || is_left_over(seen));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<Vec<u8>> {
        names.iter().map(|name| name.as_bytes().to_vec()).collect()
    }

    #[test]
    fn what_stands_in_decompressed_bytes_is_left_over_and_nothing_else() {
        let [top, inner, other] = [names(&[]), names(&["in.zst"]), names(&["in.zst", "x"])];
        let decompressed = |member: &[Vec<u8>], bytes| Decompressed {
            member: member.to_vec(),
            bytes,
        };
        // In no order, as threads tell it.
        let decompressed = [
            decompressed(&inner, 50..60),
            decompressed(&top, 100..200),
            decompressed(&top, 10..20),
        ];
        let places = [
            (&top, 9, false),
            (&top, 10, true),
            (&top, 19, true),
            (&top, 20, false),
            (&top, 55, false),
            (&top, 150, true),
            (&top, 200, false),
            (&inner, 15, false),
            (&inner, 55, true),
            (&other, 55, false),
        ];
        let seen: Vec<_> = (places.iter().enumerate())
            .map(|(key, &(member, start, _))| InFile { key, start, member })
            .collect();
        let expected = (places.iter().enumerate()).filter(|(_, place)| place.2);
        let expected: Vec<usize> = expected.map(|(at, _)| at).collect();
        assert_eq!(containers(&seen, &decompressed), expected);
        assert!(containers(&seen, &[]).is_empty());
    }
}
