//! Who builds on whom in a pack: the children of every base as one counting-sorted array.

use std::ops::Range;

use super::pack::{Entry, Kind};

/// The delta trees of a pack.
pub struct Family {
    entries: Vec<Entry>,
    /// Where each entry's children start in `children`; one more than there are entries.
    first: Vec<u32>,
    children: Vec<u32>,
    /// How many entries build on each, directly or not.
    below: Vec<u32>,
}

impl Family {
    /// Links the entries.
    pub fn new(entries: Vec<Entry>) -> Self {
        let mut first = vec![0u32; entries.len() + 1];
        let links = || {
            entries
                .iter()
                .enumerate()
                .filter(|(_, entry)| entry.kind.is_some() && entry.delta)
        };
        for (_, entry) in links() {
            first[entry.base as usize + 1] += 1;
        }
        for at in 1..first.len() {
            first[at] += first[at - 1];
        }
        let mut next = first.clone();
        let mut children = vec![0u32; first.last().map_or(0, |&n| n as usize)];
        for (at, entry) in links() {
            let slot = &mut next[entry.base as usize];
            children[*slot as usize] = at as u32;
            *slot += 1;
        }
        let mut family = Self {
            entries,
            first,
            children,
            below: Vec::new(),
        };
        family.count();
        family.smaller_first();
        family
    }

    fn count(&mut self) {
        let behind = |(at, entry): (usize, &Entry)| !entry.delta || (entry.base as usize) < at;
        if self.entries.iter().enumerate().all(behind) {
            // As git writes packs: every base stands before what builds on it.
            let mut below = vec![0u32; self.entries.len()];
            for (at, entry) in self.entries.iter().enumerate().rev() {
                if entry.delta && entry.kind.is_some() {
                    below[entry.base as usize] += below[at] + 1;
                }
            }
            self.below = below;
            return;
        }
        // Breadth first from the roots, then backwards: every entry is seen before its base.
        let mut order: Vec<u32> = (0..self.entries.len() as u32)
            .filter(|&at| self.is_root(at))
            .collect();
        let mut seen = 0;
        while let Some(&at) = order.get(seen) {
            order.extend(self.children(at).map(|child| self.child(child)));
            seen += 1;
        }
        let mut below = vec![0u32; self.entries.len()];
        for &at in order.iter().rev() {
            if !self.is_root(at) {
                let base = self.entries[at as usize].base as usize;
                below[base] += below[at as usize] + 1;
            }
        }
        self.below = below;
    }

    fn smaller_first(&mut self) {
        for at in 0..self.entries.len() {
            let range = self.first[at] as usize..self.first[at + 1] as usize;
            if range.len() > 1 {
                let below = &self.below;
                self.children[range].sort_unstable_by_key(|&child| (below[child as usize], child));
            }
        }
    }

    fn is_root(&self, at: u32) -> bool {
        self.entries
            .get(at as usize)
            .is_some_and(|entry| entry.kind.is_some() && !entry.delta)
    }

    /// The roots of these kinds, in the order of the pack.
    pub fn roots(&self, kinds: &[Kind]) -> Vec<u32> {
        let wanted = |at: &u32| {
            self.entry(*at)
                .and_then(|entry| entry.kind)
                .is_some_and(|kind| kinds.contains(&kind))
        };
        (0..self.entries.len() as u32)
            .filter(|&at| self.is_root(at))
            .filter(wanted)
            .collect()
    }

    /// All entries, in the order of the pack.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// One entry.
    pub fn entry(&self, at: u32) -> Option<&Entry> {
        self.entries.get(at as usize)
    }

    /// The positions of an entry's children, for [`Family::child`].
    pub fn children(&self, at: u32) -> Range<usize> {
        let end = self.first.get(at as usize + 1).copied().unwrap_or_default() as usize;
        self.first
            .get(at as usize)
            .map_or(0, |&start| start as usize)..end
    }

    /// The entry at a position among the children.
    pub fn child(&self, position: usize) -> u32 {
        self.children
            .get(position)
            .copied()
            .unwrap_or(super::pack::NONE)
    }

    /// How many entries build on this one.
    pub fn descendants(&self, at: u32) -> u32 {
        self.below.get(at as usize).copied().unwrap_or_default()
    }
}
