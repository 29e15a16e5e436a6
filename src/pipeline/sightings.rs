//! What the detector saw, before it is grouped into keys and locations.

use std::collections::{BTreeMap, BTreeSet, HashMap};
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

/// What was seen in one file: the key, its secret, and the members that lead to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct InFile<'a, K> {
    pub(super) key: K,
    pub(super) secret: Option<&'a Secret>,
    pub(super) member: &'a [Vec<u8>],
}

/// What of that is told better by a member: it was seen in the bytes of a container, and in one of its members, too, because
/// that is not compressed; or it is what a compressor left of a key in a member, of which it takes out what was there before.
pub(super) fn containers<K: Ord + Copy>(seen: &[InFile<'_, K>]) -> Vec<usize> {
    let members = || seen.iter().filter(|seen| !seen.member.is_empty());
    if members().next().is_none() {
        return Vec::new();
    }
    // Whatever leads further follows in the order.
    let known: BTreeSet<(K, &[Vec<u8>])> = members().map(|seen| (seen.key, seen.member)).collect();
    let leads_further = |seen: &InFile<'_, K>| {
        let after = Bound::Excluded((seen.key, seen.member));
        let next = known.range((after, Bound::Unbounded)).next();
        next.is_some_and(|(key, longer)| *key == seen.key && longer.starts_with(seen.member))
    };
    let mut pieces: HashMap<&[u8], Vec<&[Vec<u8>]>> = HashMap::new();
    for seen in members() {
        for piece in seen.secret.map_or("", body_of).as_bytes().windows(PIECE) {
            let known = pieces.entry(piece).or_default();
            // Keys have no pieces in common, unless somebody wants to see what that costs.
            if known.len() < SHARING && known.last() != Some(&seen.member) {
                known.push(seen.member);
            }
        }
    }
    let is_in_a_member = |piece: &[u8], member: &[Vec<u8>]| {
        let mut known = pieces.get(piece).into_iter().flatten();
        known.any(|longer| longer.len() > member.len() && longer.starts_with(member))
    };
    let mut compared = 0;
    // Nearly all of it stands in a member: whoever writes a part of a key into one must not hide the key. What is left of one is
    // not as long as a whole key, but by chance.
    let mut is_left_over = |seen: &InFile<'_, K>| {
        let body = seen.secret.map_or("", body_of);
        if body.is_empty() || WHOLE.contains(&body.len()) {
            return false;
        }
        let pieces = || body.as_bytes().windows(PIECE);
        let inside = pieces().filter(|piece| is_in_a_member(piece, seen.member));
        if 2 * inside.count() > pieces().count() {
            return true;
        }
        let other = |known: &&InFile<'_, K>| {
            known.member.len() > seen.member.len() && known.member.starts_with(seen.member)
        };
        let others = members()
            .filter(other)
            .map(|known| known.secret.map_or("", body_of));
        let mut others = others.filter(|other| body.len().max(other.len()) <= SHORT);
        others.any(|other| {
            compared += 1;
            compared <= COMPARED && 3 * common(body, other) > 2 * body.len()
        })
    };
    let numbered = seen.iter().enumerate();
    let above = numbered.filter(|(_, seen)| leads_further(seen) || is_left_over(seen));
    above.map(|(at, _)| at).collect()
}

/// So many members may have one piece in common.
const SHARING: usize = 16;
/// So many characters are a piece: two random keys have none in common (64^8 are possible).
const PIECE: usize = 8;
/// The bodies of whole keys are so long, which nothing but chance makes of what is left of one.
const WHOLE: [usize; 2] = [43, 48];

/// What is left of keys in one file is compared with keys so many times, ...
const COMPARED: usize = 10_000;
/// ... none of which is longer: it takes as many steps as the one has characters for each of the other's.
const SHORT: usize = 128;

/// The body of an AIsa key; nothing of another secret.
fn body_of(secret: &Secret) -> &str {
    let text = Some(secret.expose()).filter(|_| secret.is_aisa());
    let text = text.unwrap_or_default();
    let body = text.strip_prefix("sk-aisa-");
    body.or_else(|| text.strip_prefix("sk-"))
        .unwrap_or_default()
}

/// How many characters two texts have in common, in their order, with others between them (the longest common subsequence):
/// a compressor takes out what was there before, and leaves the rest. Two random keys have about a quarter in common.
fn common(one: &str, other: &str) -> usize {
    let mut row = vec![0; other.len() + 1];
    for byte in one.bytes() {
        let mut before = 0;
        for (at, theirs) in other.bytes().enumerate() {
            let above = row[at + 1];
            row[at + 1] = match byte == theirs {
                true => before + 1,
                false => above.max(row[at]),
            };
            before = above;
        }
    }
    row.last().copied().unwrap_or_default()
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
