//! What the objects of a bundle are called: the trees say it, one entry at a time, and in any order.

use std::collections::{HashMap, HashSet};

use crate::git::tree;
use crate::model::ObjectId;

/// Longer paths, and deeper ones, are not put together: an object has its id, too.
const LONGEST: usize = 4096;
const DEEPEST: usize = 256;
/// Bytes of different names.
const NAMES: usize = 64 << 20;

/// Where an object stands: in one of the trees that hold it, the one that was met first.
#[derive(Clone, Copy)]
struct Entry {
    tree: u32,
    name: u32,
    /// Whether the object itself was met, if it is no tree.
    met: bool,
}

/// One place of every object, so that it takes no more memory than there are objects, whatever the number of paths is.
pub(super) struct TreeNames {
    most: usize,
    entries: HashMap<ObjectId, Entry>,
    trees: Vec<ObjectId>,
    numbers: HashMap<Vec<u8>, u32>,
    /// The names, each with the first tree that it is in.
    names: Vec<(Vec<u8>, u32)>,
    bytes: usize,
}

impl TreeNames {
    /// For so many objects.
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            entries: HashMap::new(),
            trees: Vec::new(),
            numbers: HashMap::new(),
            names: Vec::new(),
            bytes: 0,
        }
    }

    /// Takes a tree. Returns whether all its names could be kept.
    pub(super) fn tree(&mut self, id: ObjectId, bytes: &[u8]) -> bool {
        let hash = id.as_bytes().len();
        let Ok(number) = u32::try_from(self.trees.len()) else {
            return false;
        };
        self.trees.push(id);
        let mut all = true;
        let mut at = 0;
        while let Some(entry) = tree::entry(bytes, at, hash) {
            at = entry.end;
            let Some(name) = self.name(entry.name, number) else {
                all = false;
                continue;
            };
            // What a submodule names is in another repository.
            let object = ObjectId::from_bytes(entry.id).filter(|_| !entry.is_link());
            let Some(object) = object else { continue };
            if self.entries.len() < self.most || self.entries.contains_key(&object) {
                self.entries.entry(object).or_insert(Entry {
                    tree: number,
                    name,
                    met: false,
                });
            }
        }
        all && at == bytes.len()
    }

    fn name(&mut self, name: &[u8], tree: u32) -> Option<u32> {
        if let Some(number) = self.numbers.get(name) {
            return Some(*number);
        }
        let number = u32::try_from(self.names.len()).ok()?;
        self.bytes += name.len();
        if self.bytes > NAMES || self.names.len() >= self.most {
            return None;
        }
        self.numbers.insert(name.to_vec(), number);
        self.names.push((name.to_vec(), tree));
        Some(number)
    }

    /// Takes note that an object that is no tree is there.
    pub(super) fn met(&mut self, id: &ObjectId) {
        if let Some(entry) = self.entries.get_mut(id) {
            entry.met = true;
        }
    }

    /// How many objects are named and were not met.
    pub(super) fn absent(&self) -> u64 {
        let trees: HashSet<&ObjectId> = self.trees.iter().collect();
        let is_absent = |(id, entry): &(&ObjectId, &Entry)| !entry.met && !trees.contains(id);
        self.entries.iter().filter(is_absent).count() as u64
    }

    /// The path of an object, if trees lead there.
    pub(super) fn path(&self, id: &ObjectId) -> Option<Vec<u8>> {
        let entry = self.entries.get(id)?;
        self.join(entry.tree, &self.names.get(entry.name as usize)?.0)
    }

    /// Every name that a tree has, once, with a path that ends with it; with its place in the first tree that has it
    /// if the path is too long.
    pub(super) fn names(&self) -> impl Iterator<Item = (&[u8], Vec<u8>)> {
        self.names.iter().map(|(name, tree)| {
            let path = self.join(*tree, name);
            (name.as_slice(), path.unwrap_or_else(|| name.clone()))
        })
    }

    /// A name in a tree, and what the tree is called, and so on.
    fn join<'a>(&'a self, mut tree: u32, name: &'a [u8]) -> Option<Vec<u8>> {
        let mut parts = vec![name];
        let mut len = name.len();
        while let Some(entry) = self.entries.get(self.trees.get(tree as usize)?) {
            let name = &self.names.get(entry.name as usize)?.0;
            len += name.len() + 1;
            if len > LONGEST || parts.len() >= DEEPEST {
                return None;
            }
            parts.push(name);
            tree = entry.tree;
        }
        parts.reverse();
        Some(parts.join(&b'/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> ObjectId {
        ObjectId::from_bytes(&[number; 20]).expect("an id")
    }

    fn tree(entries: &[(&str, &str, u8)]) -> Vec<u8> {
        let entry = |(mode, name, id): &(&str, &str, u8)| {
            [mode.as_bytes(), b" ", name.as_bytes(), b"\0", &[*id; 20]].concat()
        };
        entries.iter().flat_map(entry).collect()
    }

    #[test]
    fn paths_are_those_of_the_first_tree_that_was_met() {
        let mut names = TreeNames::new(100);
        // The inner one first: in a pack they are in any order.
        assert!(names.tree(id(2), &tree(&[("100644", "x.env", 1)])));
        let root = tree(&[
            ("40000", "in", 2),
            ("100644", "copy", 1),
            ("160000", "sub", 9),
        ]);
        assert!(names.tree(id(3), &root));
        assert_eq!(names.path(&id(1)).as_deref(), Some(&b"in/x.env"[..]));
        assert_eq!(names.path(&id(2)).as_deref(), Some(&b"in"[..]));
        assert_eq!((names.path(&id(3)), names.path(&id(9))), (None, None));
        let all: Vec<Vec<u8>> = names.names().map(|(_, path)| path).collect();
        assert_eq!(all, [&b"in/x.env"[..], b"in", b"copy", b"sub"]);
        assert_eq!(names.absent(), 1);
        names.met(&id(1));
        assert_eq!(names.absent(), 0);
    }

    #[test]
    fn trees_that_hold_each_other_have_no_paths() {
        let mut names = TreeNames::new(100);
        names.tree(id(1), &tree(&[("40000", "a", 2)]));
        names.tree(id(2), &tree(&[("40000", "b", 1), ("100644", "x", 3)]));
        assert_eq!(names.path(&id(3)), None);
        assert_eq!(names.names().last(), Some((&b"x"[..], b"x".to_vec())));
    }

    #[test]
    fn what_is_too_much_or_damaged_is_said() {
        let mut names = TreeNames::new(1);
        let two = tree(&[("100644", "a", 1), ("100644", "b", 2)]);
        assert!(!names.tree(id(3), &two));
        assert!(names.path(&id(1)).is_some() && names.path(&id(2)).is_none());
        assert!(!TreeNames::new(9).tree(id(3), &two[..two.len() - 1]));
    }
}
