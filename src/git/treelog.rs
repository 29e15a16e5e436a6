//! What trees hold, as far as it matters to where keys stand: their folders, and the entries in which something was
//! found. A tree is kept as its delta keeps it, as a change of its base, for nearly all entries of nearly all trees
//! are those of another tree.

use std::collections::HashMap;

/// No tree.
pub const NONE: u32 = u32::MAX;

/// A name in a tree, and the number of the object that has it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Named {
    /// The name, for [`TreeLog::name`].
    pub name: u32,
    /// The object's number; [`NONE`] for one that is not there.
    pub child: u32,
}

/// A tree, as a change of another one.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// The number under which other trees know it.
    pub tree: u32,
    /// The record of the tree that it changes; [`NONE`] if it stands for itself.
    pub base: u32,
    added: u32,
    dropped: u32,
    end: u32,
}

/// All trees of an object database.
#[derive(Default)]
pub struct TreeLog {
    changes: Vec<Change>,
    entries: Vec<Named>,
    names: Names,
}

#[derive(Default)]
struct Names {
    ids: HashMap<Box<[u8]>, u32>,
    all: Vec<Box<[u8]>>,
}

impl Names {
    fn id(&mut self, name: &[u8]) -> u32 {
        if let Some(&id) = self.ids.get(name) {
            return id;
        }
        let id = self.all.len() as u32;
        self.all.push(name.into());
        self.ids.insert(name.into(), id);
        id
    }
}

/// What one thread sees, before it is joined with what the others saw. Bases are still copies' own numbers.
#[derive(Default)]
pub struct Part {
    log: TreeLog,
    /// The own number of each change's copy, and of its base's.
    copies: Vec<(u32, u32)>,
    /// How many bytes it takes, nearly.
    size: u64,
}

impl Part {
    /// Begins a tree that others know as `tree`. `copy` and `base` are the numbers of this very copy, and of the one that
    /// it is a change of.
    pub fn begin(&mut self, tree: u32, copy: u32, base: Option<u32>) {
        let at = self.log.entries.len() as u32;
        self.log.changes.push(Change {
            tree,
            base: NONE,
            added: at,
            dropped: at,
            end: at,
        });
        self.copies.push((copy, base.unwrap_or(NONE)));
        self.size += (size_of::<Change>() + size_of::<(u32, u32)>()) as u64;
    }

    /// How many bytes it takes, nearly.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// An entry that the base does not hold. All of these come before the first [`Part::drop`].
    pub fn add(&mut self, name: &[u8], child: u32) {
        self.push(name, child);
        if let Some(change) = self.log.changes.last_mut() {
            change.dropped = change.end;
        }
    }

    /// An entry of the base that is not in this tree.
    pub fn drop(&mut self, name: &[u8], child: u32) {
        self.push(name, child);
    }

    fn push(&mut self, name: &[u8], child: u32) {
        let known = self.log.names.all.len();
        // A new name is kept twice.
        let bytes = 2 * (name.len() + size_of::<Box<[u8]>>());
        let name = self.log.names.id(name);
        let is_new = self.log.names.all.len() > known;
        self.size += (size_of::<Named>() + if is_new { bytes } else { 0 }) as u64;
        self.log.entries.push(Named { name, child });
        if let Some(change) = self.log.changes.last_mut() {
            change.end = self.log.entries.len() as u32;
        }
    }
}

impl TreeLog {
    /// Joins what the threads saw.
    pub fn join(parts: Vec<Part>) -> Self {
        let mut whole = Self::default();
        let mut copies = Vec::new();
        for part in parts {
            let shift = whole.entries.len() as u32;
            let names: Vec<u32> = part
                .log
                .names
                .all
                .iter()
                .map(|name| whole.names.id(name))
                .collect();
            let name = |id: u32| names.get(id as usize).copied().unwrap_or(NONE);
            whole
                .entries
                .extend(part.log.entries.iter().map(|entry| Named {
                    name: name(entry.name),
                    child: entry.child,
                }));
            whole
                .changes
                .extend(part.log.changes.iter().map(|change| Change {
                    added: change.added + shift,
                    dropped: change.dropped + shift,
                    end: change.end + shift,
                    ..*change
                }));
            copies.extend(part.copies);
        }
        whole.sort_names();
        whole.link(&copies);
        whole
    }

    /// Numbers names in their order, so that nothing depends on which thread saw what first.
    fn sort_names(&mut self) {
        self.names.all.sort_unstable();
        let mut rank = vec![NONE; self.names.all.len()];
        for (at, name) in self.names.all.iter().enumerate() {
            if let Some(slot) = self
                .names
                .ids
                .get(name)
                .and_then(|&id| rank.get_mut(id as usize))
            {
                *slot = at as u32;
            }
        }
        for entry in &mut self.entries {
            entry.name = rank.get(entry.name as usize).copied().unwrap_or(NONE);
        }
        self.names.ids.clear();
    }

    /// Leads from each change to its base's, and puts every base before what changes it.
    fn link(&mut self, copies: &[(u32, u32)]) {
        let record: HashMap<u32, u32> = copies
            .iter()
            .enumerate()
            .map(|(at, &(copy, _))| (copy, at as u32))
            .collect();
        let base: Vec<u32> = copies
            .iter()
            .map(|(_, base)| record.get(base).copied().unwrap_or(NONE))
            .collect();
        let mut first = vec![0u32; base.len() + 2];
        let slot = |base: u32| if base == NONE { 0 } else { base as usize + 1 };
        for &base in &base {
            first[slot(base) + 1] += 1;
        }
        for at in 1..first.len() {
            first[at] += first[at - 1];
        }
        let mut next = first.clone();
        let mut children = vec![0u32; base.len()];
        for (at, &base) in base.iter().enumerate() {
            let place = &mut next[slot(base)];
            children[*place as usize] = at as u32;
            *place += 1;
        }
        let below = |at: usize| {
            children
                .get(first[at] as usize..first[at + 1] as usize)
                .unwrap_or_default()
        };
        let mut order: Vec<u32> = below(0).to_vec();
        let mut rank = vec![NONE; base.len()];
        let mut seen = 0;
        while let Some(&at) = order.get(seen) {
            rank[at as usize] = seen as u32;
            order.extend_from_slice(below(at as usize + 1));
            seen += 1;
        }
        let moved = order.iter().map(|&at| Change {
            base: match base[at as usize] {
                NONE => NONE,
                base => rank[base as usize],
            },
            ..self.changes[at as usize]
        });
        self.changes = moved.collect();
    }

    /// The trees, every one behind its base; [`Change::base`] is a position in this.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// What a tree holds that its base does not.
    pub fn added(&self, change: &Change) -> &[Named] {
        self.entries
            .get(change.added as usize..change.dropped as usize)
            .unwrap_or_default()
    }

    /// What its base holds that the tree does not.
    pub fn dropped(&self, change: &Change) -> &[Named] {
        self.entries
            .get(change.dropped as usize..change.end as usize)
            .unwrap_or_default()
    }

    /// The bytes of a name.
    pub fn name(&self, name: u32) -> &[u8] {
        self.names.all.get(name as usize).map_or(&[], |name| name)
    }

    /// All names.
    pub fn names(&self) -> impl Iterator<Item = (u32, &[u8])> {
        self.names
            .all
            .iter()
            .enumerate()
            .map(|(at, name)| (at as u32, &name[..]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases_come_first_whichever_thread_saw_them() {
        let (mut one, mut other) = (Part::default(), Part::default());
        one.begin(3, 30, Some(20));
        one.add(b"src", 7);
        one.drop(b"src", 6);
        other.begin(1, 10, None);
        other.add(b"src", 6);
        other.begin(2, 20, Some(10));
        let log = TreeLog::join(vec![one, other]);
        let trees: Vec<u32> = log.changes().iter().map(|change| change.tree).collect();
        assert_eq!(trees, [1, 2, 3]);
        let bases: Vec<u32> = log.changes().iter().map(|change| change.base).collect();
        assert_eq!(bases, [NONE, 0, 1]);
        let last = &log.changes()[2];
        assert_eq!(log.added(last)[0].child, 7);
        assert_eq!(log.dropped(last)[0].child, 6);
        assert_eq!(log.name(log.dropped(last)[0].name), b"src");
    }
}
