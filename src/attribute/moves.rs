//! Where the keys that a commit adds stood before: at a place where the same commit removed the same key.

use std::collections::{BTreeMap, HashMap};

use super::spots::{Spot, Spots};

/// A key in files, or in names.
type Kind = (u32, bool);
/// A path and the first spot that was met there.
type Places<'a> = Vec<(&'a [u32], u32)>;

/// Which place each path came from. A place went to one path only: a key that is moved and copied is new in the copy.
pub(super) struct Moves<'a> {
    from: HashMap<(Kind, &'a [u32]), u32>,
}

impl<'a> Moves<'a> {
    /// The moves among the spots that a commit adds and removes.
    pub(super) fn of(added: &[u32], removed: &[u32], spots: &'a Spots) -> Self {
        let mut from = HashMap::new();
        if !added.is_empty() && !removed.is_empty() {
            let mut gone = by_kind(removed, spots);
            for (kind, new) in by_kind(added, spots) {
                if let Some(old) = gone.remove(&kind) {
                    let pairs = pair(&new, &old);
                    from.extend(pairs.into_iter().map(|(path, spot)| ((kind, path), spot)));
                }
            }
        }
        Self { from }
    }

    /// Where the key of an added spot stood before.
    pub(super) fn from(&self, spot: u32, spots: &'a Spots) -> Option<u32> {
        let spot = spots.get(spot)?;
        self.from.get(&(kind(spot), &*spot.path)).copied()
    }
}

fn kind(spot: &Spot) -> Kind {
    (spot.key, spot.in_name)
}

fn by_kind<'a>(numbers: &[u32], spots: &'a Spots) -> BTreeMap<Kind, Places<'a>> {
    let mut kinds: BTreeMap<Kind, Places<'a>> = BTreeMap::new();
    for &number in numbers {
        if let Some(spot) = spots.get(number) {
            let places = kinds.entry(kind(spot)).or_default();
            places.push((&spot.path, number));
        }
    }
    for places in kinds.values_mut() {
        // Of several occurrences at a path the first one stands for all.
        places.sort_unstable();
        places.dedup_by_key(|place| place.0);
        places.sort_unstable_by_key(|place| place.1);
    }
    kinds
}

/// Pairs new places with old ones: a file with a name that stays first, then in the order of their history.
fn pair<'a>(new: &Places<'a>, old: &Places<'a>) -> Vec<(&'a [u32], u32)> {
    let mut named: HashMap<Option<&u32>, Vec<usize>> = HashMap::new();
    for (at, (path, _)) in old.iter().enumerate().rev() {
        named.entry(path.last()).or_default().push(at);
    }
    let mut taken = vec![false; old.len()];
    let mut pairs = Vec::new();
    let mut rest = Vec::new();
    for &(path, _) in new {
        let same_name = named.get_mut(&path.last()).and_then(Vec::pop);
        match same_name.and_then(|at| Some((old.get(at)?, taken.get_mut(at)?))) {
            // What was removed at the path itself did not come from there.
            Some((place, taken)) if place.0 != path => {
                *taken = true;
                pairs.push((path, place.1));
            }
            _ => rest.push(path),
        }
    }
    let left = old.iter().zip(taken).filter(|(_, taken)| !taken);
    let mut left = left.map(|(place, _)| place).peekable();
    for path in rest {
        left.next_if(|place| place.0 == path);
        let Some(place) = left.next() else { break };
        pairs.push((path, place.1));
    }
    pairs
}
