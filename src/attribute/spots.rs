//! Spots: a key at a path, and what differs between two skeletons.

use std::collections::HashMap;

use super::skeleton::{NOTHING, Node, Skeletons};

/// A key at a path: in the file there, or in the last name of the path itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Spot {
    /// The names of the path.
    pub path: Box<[u32]>,
    /// The key.
    pub key: u32,
    /// Which of its occurrences in the file, from 0.
    pub nth: u32,
    /// Whether it stands in the name.
    pub in_name: bool,
}

/// All spots, by number.
#[derive(Default)]
pub(super) struct Spots {
    all: Vec<Spot>,
    ids: HashMap<Spot, u32>,
}

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
    pub skeletons: &'a Skeletons,
    /// The keys that stand in names.
    pub names: &'a HashMap<u32, Vec<u32>>,
    pub spots: Spots,
}

impl Spots {
    fn id(&mut self, spot: Spot) -> u32 {
        if let Some(&id) = self.ids.get(&spot) {
            return id;
        }
        let id = self.all.len() as u32;
        self.all.push(spot.clone());
        self.ids.insert(spot, id);
        id
    }

    /// A spot.
    pub(super) fn get(&self, id: u32) -> Option<&Spot> {
        self.all.get(id as usize)
    }

    /// All spots with their numbers.
    pub(super) fn all(&self) -> impl Iterator<Item = (u32, &Spot)> {
        self.all
            .iter()
            .enumerate()
            .map(|(id, spot)| (id as u32, spot))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }
}

const NO_ENTRIES: &[(u32, u32)] = &[];

impl Comparer<'_> {
    /// What differs between two trees.
    pub(super) fn compare(&mut self, one: u32, other: u32) -> Difference {
        let mut difference = Difference::default();
        self.walk(one, other, &mut Vec::new(), &mut difference);
        difference
    }

    /// Everything that a tree has.
    pub(super) fn expand(&mut self, skeleton: u32) -> Vec<u32> {
        self.compare(NOTHING, skeleton).added
    }

    fn walk(&mut self, one: u32, other: u32, path: &mut Vec<u32>, out: &mut Difference) {
        if one == other {
            return;
        }
        let (old, new) = (self.keys(one), self.keys(other));
        for &(key, count) in new {
            let known = count_of(old, key);
            (known..count).for_each(|nth| out.added.push(self.spot(path, key, nth, false)));
        }
        for &(key, count) in old {
            let left = count_of(new, key);
            (left..count).for_each(|nth| out.removed.push(self.spot(path, key, nth, false)));
        }
        let (mut old, mut new) = (
            self.folder(one).iter().peekable(),
            self.folder(other).iter().peekable(),
        );
        loop {
            let (before, after) = match (old.peek(), new.peek()) {
                (None, None) => break,
                (Some(&&one), Some(&&other)) if one.0 == other.0 => {
                    old.next();
                    new.next();
                    (Some(one), Some(other))
                }
                (Some(&&one), next) if next.is_none_or(|next| one.0 < next.0) => {
                    old.next();
                    (Some(one), None)
                }
                (_, Some(&&other)) => {
                    new.next();
                    (None, Some(other))
                }
                (Some(_), None) => break,
            };
            let Some((name, _)) = before.or(after) else {
                break;
            };
            path.push(name);
            if before.is_some() != after.is_some() && self.skeletons.in_name(name) {
                for key in self.names.get(&name).cloned().unwrap_or_default() {
                    let spot = self.spot(path, key, 0, true);
                    if after.is_some() {
                        out.added.push(spot)
                    } else {
                        out.removed.push(spot)
                    }
                }
            }
            let node = |entry: Option<(u32, u32)>| entry.map_or(NOTHING, |entry| entry.1);
            self.walk(node(before), node(after), path, out);
            path.pop();
        }
    }

    fn spot(&mut self, path: &[u32], key: u32, nth: u32, in_name: bool) -> u32 {
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
        let mut at = skeleton;
        for name in &spot.path {
            let folder = self.folder(at);
            match folder.binary_search_by_key(name, |entry| entry.0) {
                Ok(found) => at = folder.get(found).map_or(NOTHING, |entry| entry.1),
                Err(_) => return false,
            }
        }
        spot.in_name || count_of(self.keys(at), spot.key) > spot.nth
    }
}

impl<'a> Comparer<'a> {
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

fn count_of(keys: &[(u32, u32)], key: u32) -> u32 {
    keys.iter()
        .find(|known| known.0 == key)
        .map_or(0, |known| known.1)
}
