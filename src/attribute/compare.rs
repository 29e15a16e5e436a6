//! What differs between two skeletons.

use std::collections::HashMap;

use super::skeleton::{NOTHING, Node, Skeletons};
use super::spots::{Spot, Spots};
use crate::control::AttributionLimits;

/// What one skeleton has and another has not.
#[derive(Debug, Default)]
pub(super) struct Difference {
    /// Spots that only the second has.
    pub added: Vec<u32>,
    /// Spots that only the first has.
    pub removed: Vec<u32>,
}

/// What compares skeletons.
pub(super) struct Comparer<'a> {
    skeletons: &'a Skeletons,
    /// The keys that stand in names.
    names: &'a HashMap<u32, Vec<u32>>,
    /// All spots that were met.
    pub spots: Spots,
    /// How many names may still be looked at.
    steps: u64,
    /// How many names may be looked at to find what trees hold, once a limit was hit.
    looks: u64,
    /// Whether a limit left something out.
    pub cut: bool,
    /// Whether it left out what some tree holds, so that nothing proves that a spot is gone.
    pub blind: bool,
}

const NO_ENTRIES: &[(u32, u32)] = &[];

/// What is left to be compared of two folders.
struct Pair<'a> {
    old: &'a [(u32, u32)],
    new: &'a [(u32, u32)],
}

impl Pair<'_> {
    /// The next name, and what has it in either.
    fn next(&mut self) -> Option<(u32, Option<u32>, Option<u32>)> {
        let name = match (self.old.first(), self.new.first()) {
            (Some(old), Some(new)) => old.0.min(new.0),
            (one, other) => one.or(other)?.0,
        };
        let take = |from: &mut &[(u32, u32)]| {
            let (&first, rest) = from.split_first()?;
            let is_named = first.0 == name;
            if is_named {
                *from = rest;
            }
            is_named.then_some(first.1)
        };
        Some((name, take(&mut self.old), take(&mut self.new)))
    }

    fn has_a_name_twice(&self) -> bool {
        let once = |all: &[(u32, u32)]| all.is_sorted_by(|one, next| one.0 < next.0);
        !once(self.old) || !once(self.new)
    }
}

impl Difference {
    /// Where a folder has a name twice, what was compared need not have been what belongs together.
    fn tidy(&mut self) {
        for side in [&mut self.added, &mut self.removed] {
            side.sort_unstable();
            side.dedup();
        }
        let both: Vec<u32> = self.added.clone();
        let removed = &self.removed;
        self.added
            .retain(|spot| removed.binary_search(spot).is_err());
        self.removed
            .retain(|spot| both.binary_search(spot).is_err());
    }
}

impl<'a> Comparer<'a> {
    pub(super) fn new(
        skeletons: &'a Skeletons,
        names: &'a HashMap<u32, Vec<u32>>,
        limits: AttributionLimits,
    ) -> Self {
        Self {
            skeletons,
            names,
            spots: Spots::new(limits),
            steps: limits.steps,
            looks: limits.steps,
            cut: skeletons.cut,
            blind: skeletons.cut,
        }
    }

    /// What differs between two trees.
    pub(super) fn compare(&mut self, one: u32, other: u32) -> Difference {
        let mut out = Difference::default();
        if one == other {
            return out;
        }
        let mut path = Vec::new();
        let first = self.pair(one, other);
        let mut twice = first.has_a_name_twice();
        // No recursion: a hostile pack can nest folders without end.
        let mut open = vec![first];
        while let Some(pair) = open.last_mut() {
            let Some((name, before, after)) = pair.next() else {
                open.pop();
                path.pop();
                continue;
            };
            path.push(name);
            let told = self.name(before.is_some(), after.is_some(), &path, &mut out);
            let [before, after] = [before, after].map(|node| node.unwrap_or(NOTHING));
            if told.is_none() || self.file(before, after, &path, &mut out).is_none() {
                self.cut = true;
                break;
            }
            if before == after {
                path.pop();
                continue;
            }
            let pair = self.pair(before, after);
            twice |= pair.has_a_name_twice();
            open.push(pair);
        }
        if twice {
            out.tidy();
        }
        out
    }

    /// Everything that a tree has.
    pub(super) fn expand(&mut self, skeleton: u32) -> Vec<u32> {
        self.compare(NOTHING, skeleton).added
    }

    /// The spots that a tree has; those that are known already even when a limit was hit.
    pub(super) fn held(&mut self, skeleton: u32) -> Vec<u32> {
        let found = self.expand(skeleton);
        if !self.cut {
            return found;
        }
        let Some(left) = self.looks.checked_sub(self.spots.names()) else {
            self.blind = true;
            return found;
        };
        self.looks = left;
        let all = 0..self.spots.len() as u32;
        all.filter(|&spot| self.has(skeleton, spot)).collect()
    }

    /// The keys in the last name of a path; `None` if a limit was hit.
    fn name(&mut self, old: bool, new: bool, path: &[u32], out: &mut Difference) -> Option<()> {
        self.steps = self.steps.checked_sub(1)?;
        let keys = self.names.get(path.last()?).filter(|_| old != new);
        for &key in keys.into_iter().flatten() {
            let spot = self.spot(path, key, 0, true)?;
            let side = if new {
                &mut out.added
            } else {
                &mut out.removed
            };
            side.push(spot);
        }
        Some(())
    }

    /// The keys in two files; `None` if a limit was hit.
    fn file(&mut self, one: u32, other: u32, path: &[u32], out: &mut Difference) -> Option<()> {
        if one == other {
            return Some(());
        }
        let (old, new) = (self.keys(one), self.keys(other));
        for &(key, count) in new {
            for nth in count_of(old, key)..count {
                out.added.push(self.spot(path, key, nth, false)?);
            }
        }
        for &(key, count) in old {
            for nth in count_of(new, key)..count {
                out.removed.push(self.spot(path, key, nth, false)?);
            }
        }
        Some(())
    }

    fn spot(&mut self, path: &[u32], key: u32, nth: u32, in_name: bool) -> Option<u32> {
        self.steps = self.steps.checked_sub(path.len() as u64)?;
        let path = path.into();
        self.spots.id(Spot {
            path,
            key,
            nth,
            in_name,
        })
    }

    /// Whether a tree has a spot.
    pub(super) fn has(&self, skeleton: u32, spot: u32) -> bool {
        let Some(spot) = self.spots.get(spot) else {
            return false;
        };
        // Several only where a folder has a name twice.
        let mut at = vec![skeleton];
        for name in &spot.path {
            let below = at.iter().flat_map(|&node| named(self.folder(node), *name));
            let mut next: Vec<u32> = below.map(|entry| entry.1).collect();
            next.sort_unstable();
            next.dedup();
            at = next;
        }
        let holds = |&node: &u32| spot.in_name || count_of(self.keys(node), spot.key) > spot.nth;
        at.iter().any(holds)
    }

    fn pair(&self, one: u32, other: u32) -> Pair<'a> {
        Pair {
            old: self.folder(one),
            new: self.folder(other),
        }
    }

    fn keys(&self, skeleton: u32) -> &'a [(u32, u32)] {
        match self.skeletons.node(skeleton) {
            Some(Node::File(keys)) => keys,
            _ => NO_ENTRIES,
        }
    }

    fn folder(&self, skeleton: u32) -> &'a [(u32, u32)] {
        match self.skeletons.node(skeleton) {
            Some(Node::Folder(entries)) => entries,
            _ => NO_ENTRIES,
        }
    }
}

/// The entries that have a name.
fn named(folder: &[(u32, u32)], name: u32) -> &[(u32, u32)] {
    let first = folder.partition_point(|entry| entry.0 < name);
    let last = folder.partition_point(|entry| entry.0 <= name);
    folder.get(first..last).unwrap_or_default()
}

fn count_of(keys: &[(u32, u32)], key: u32) -> u32 {
    keys.iter()
        .find(|known| known.0 == key)
        .map_or(0, |known| known.1)
}
