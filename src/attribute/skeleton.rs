//! What of a tree matters to where keys stand. Two trees with the same keys at the same paths have one skeleton,
//! whatever else they hold, so that comparing commits is comparing numbers.

use std::collections::HashMap;

use crate::git::treelog::{NONE, Named, TreeLog};

/// The skeleton of a tree in which no key stands.
pub(super) const NOTHING: u32 = 0;

/// Paths that are deeper than this are followed up in a way that may take a tree for hot because what it was made from
/// is: no harm but some work, and no such path is honest.
const PASSES: usize = 64;

/// What a skeleton is made of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// A file: its keys, and how often it holds each.
    File(Box<[(u32, u32)]>),
    /// A folder: names, sorted, with the skeletons of what has them.
    Folder(Box<[(u32, u32)]>),
}

/// The skeletons of all trees.
pub(super) struct Skeletons {
    nodes: Vec<Node>,
    ids: HashMap<Node, u32>,
    /// For every object that is a hot tree, which of `lists` is what it holds.
    list_of: Vec<u32>,
    lists: Vec<Vec<Named>>,
    /// The skeleton of each list.
    node_of: Vec<u32>,
    /// The skeletons of files.
    files: HashMap<u32, u32>,
    /// Whether a name holds keys, by its number.
    keyed: Vec<bool>,
    /// The hot entries of all trees together, past which trees are taken for what they were made from: many versions of
    /// a folder with very many keys would fill memory.
    most_entries: usize,
    /// Whether a limit left something out.
    pub(super) cut: bool,
}

impl Skeletons {
    /// Builds the skeletons of all trees, whose numbers are below `objects`. `files` has the keys of each blob, `keyed`
    /// tells of each name whether keys stand in it, `roots` are the trees of commits.
    pub(super) fn new(
        log: &TreeLog,
        objects: usize,
        files: &HashMap<u32, Box<[(u32, u32)]>>,
        keyed: Vec<bool>,
        most_entries: usize,
        roots: impl IntoIterator<Item = u32>,
    ) -> Self {
        let mut skeletons = Self {
            nodes: Vec::new(),
            ids: HashMap::new(),
            list_of: vec![NONE; objects],
            lists: vec![Vec::new()],
            node_of: Vec::new(),
            files: HashMap::new(),
            keyed,
            most_entries,
            cut: false,
        };
        skeletons.intern(Node::Folder(Box::default()));
        let mut sorted: Vec<_> = files.iter().collect();
        sorted.sort_unstable();
        for (&number, keys) in sorted {
            let node = skeletons.intern(Node::File(keys.clone()));
            skeletons.files.insert(number, node);
        }
        let hot = skeletons.hot(log, objects);
        skeletons.list(log, &hot);
        skeletons.resolve(roots);
        skeletons
    }

    fn intern(&mut self, node: Node) -> u32 {
        if let Some(&id) = self.ids.get(&node) {
            return id;
        }
        let id = self.nodes.len() as u32;
        self.nodes.push(node.clone());
        self.ids.insert(node, id);
        id
    }

    /// Which objects are files with keys, or trees that lead to one or have one in a name. A tree becomes hot one pass
    /// after what it leads to: there are as many passes as the deepest path has folders.
    fn hot(&self, log: &TreeLog, objects: usize) -> Vec<bool> {
        let mut hot = vec![false; objects];
        for &number in self.files.keys() {
            if let Some(slot) = hot.get_mut(number as usize) {
                *slot = true;
            }
        }
        let mut counts = vec![0u32; log.changes().len()];
        for pass in 0.. {
            if pass == PASSES {
                spread(log, &mut hot);
                break;
            }
            let mut grown = false;
            for (at, change) in log.changes().iter().enumerate() {
                let is_hot = |entry: &&Named| self.is_hot(entry, &hot);
                let base = counts
                    .get(change.base as usize)
                    .copied()
                    .unwrap_or_default();
                let added = log.added(change).iter().filter(is_hot).count() as u32;
                let dropped = log.dropped(change).iter().filter(is_hot).count() as u32;
                counts[at] = (base + added).saturating_sub(dropped);
                if counts[at] > 0
                    && let Some(slot) = hot.get_mut(change.tree as usize)
                    && !*slot
                {
                    *slot = true;
                    grown = true;
                }
            }
            if !grown {
                break;
            }
        }
        hot
    }

    fn is_hot(&self, entry: &Named, hot: &[bool]) -> bool {
        hot.get(entry.child as usize).copied().unwrap_or_default() || self.is_keyed(entry.name)
    }

    fn is_keyed(&self, name: u32) -> bool {
        self.keyed.get(name as usize).copied().unwrap_or_default()
    }

    /// Writes down the hot entries of every tree, once where a tree has the same as its base.
    fn list(&mut self, log: &TreeLog, hot: &[bool]) {
        let mut list_at = vec![0u32; log.changes().len()];
        let mut entries = 0;
        for (at, change) in log.changes().iter().enumerate() {
            let is_hot = |entry: &&Named| self.is_hot(entry, hot);
            let base = list_at
                .get(change.base as usize)
                .copied()
                .unwrap_or_default();
            let added: Vec<Named> = log.added(change).iter().filter(is_hot).copied().collect();
            let dropped: Vec<Named> = log.dropped(change).iter().filter(is_hot).copied().collect();
            let known = self.lists.get(base as usize).map_or(0, Vec::len);
            let is_same = added.is_empty() && dropped.is_empty();
            let is_full = !is_same && entries + known + added.len() > self.most_entries;
            self.cut |= is_full;
            if is_same || is_full {
                list_at[at] = base;
            } else {
                let mut list = self.lists.get(base as usize).cloned().unwrap_or_default();
                for gone in &dropped {
                    if let Some(place) = list.iter().position(|entry| entry == gone) {
                        list.remove(place);
                    }
                }
                // An entry that stands there twice, which git never writes, may be dropped once: both are kept.
                list.extend(added);
                list.sort_unstable();
                list_at[at] = self.lists.len() as u32;
                entries += list.len();
                self.lists.push(list);
            }
            if let Some(slot) = self.list_of.get_mut(change.tree as usize) {
                *slot = list_at[at];
            }
        }
    }

    /// Gives every list its skeleton, children first. Roots are the first to be looked at: where trees contain each other, a
    /// loop ends where it comes back to what it was entered by, and commits enter it.
    fn resolve(&mut self, roots: impl IntoIterator<Item = u32>) {
        const OPEN: u32 = NONE - 1;
        self.node_of = vec![NONE; self.lists.len()];
        let mut stack = Vec::new();
        let roots = roots.into_iter().filter_map(|tree| self.list_of(tree));
        let first: Vec<u32> = roots.collect();
        for list in first.into_iter().chain(0..self.lists.len() as u32) {
            stack.push(list);
            while let Some(&list) = stack.last() {
                let state = self.node_of.get(list as usize).copied();
                if !matches!(state, Some(NONE | OPEN)) {
                    stack.pop();
                    continue;
                }
                let entries = self.lists.get(list as usize).map_or(&[][..], |list| list);
                let below = entries.iter().filter_map(|entry| self.list_of(entry.child));
                let unknown: Vec<u32> = below
                    .filter(|&list| self.node_of.get(list as usize) == Some(&NONE))
                    .collect();
                // What is open below is a loop, which no hash allows and a lying index can feign: it leads nowhere.
                if state == Some(NONE) && !unknown.is_empty() {
                    self.node_of[list as usize] = OPEN;
                    stack.extend(unknown);
                    continue;
                }
                let mut folder: Vec<(u32, u32)> = entries
                    .iter()
                    .map(|entry| (entry.name, self.of(entry.child)))
                    .filter(|&(name, node)| node != NOTHING || self.is_keyed(name))
                    .collect();
                folder.sort_unstable();
                folder.dedup();
                let node = self.intern(Node::Folder(folder.into()));
                self.node_of[list as usize] = node;
                stack.pop();
            }
        }
    }

    fn list_of(&self, object: u32) -> Option<u32> {
        self.list_of
            .get(object as usize)
            .copied()
            .filter(|&list| list != NONE)
    }

    /// The skeleton of an object.
    pub(super) fn of(&self, object: u32) -> u32 {
        let file = self.files.get(&object).copied();
        let folder = || {
            let node = *self.node_of.get(self.list_of(object)? as usize)?;
            (node < self.nodes.len() as u32).then_some(node)
        };
        file.or_else(folder).unwrap_or(NOTHING)
    }

    /// What a skeleton is made of.
    pub(super) fn node(&self, skeleton: u32) -> Option<&Node> {
        self.nodes.get(skeleton as usize)
    }

    /// What leads on from a tree to keys, sorted by name.
    pub(super) fn entries(&self, tree: u32) -> &[Named] {
        let list = self
            .list_of(tree)
            .and_then(|list| self.lists.get(list as usize));
        list.map_or(&[], |list| list)
    }
}

/// Marks every tree that leads to a hot object, or was made from one that does, looking at each entry once.
fn spread(log: &TreeLog, hot: &mut [bool]) {
    let mut holders: HashMap<u32, Vec<u32>> = HashMap::new();
    let mut made: HashMap<u32, Vec<u32>> = HashMap::new();
    for (at, change) in log.changes().iter().enumerate() {
        for entry in log.added(change) {
            holders.entry(entry.child).or_default().push(at as u32);
        }
        if change.base != NONE {
            made.entry(change.base).or_default().push(at as u32);
        }
    }
    let is_hot = |object: u32, hot: &[bool]| hot.get(object as usize).copied().unwrap_or_default();
    let below = |object: u32| holders.get(&object).into_iter().flatten().copied();
    let mut met = vec![false; log.changes().len()];
    let mut next: Vec<u32> = (0..log.changes().len() as u32)
        .filter(|&at| {
            let change = &log.changes()[at as usize];
            let added = log.added(change);
            is_hot(change.tree, hot) || added.iter().any(|entry| is_hot(entry.child, hot))
        })
        .collect();
    while let Some(at) = next.pop() {
        if std::mem::replace(&mut met[at as usize], true) {
            continue;
        }
        let tree = log.changes()[at as usize].tree;
        if let Some(slot) = hot.get_mut(tree as usize) {
            *slot = true;
        }
        next.extend(below(tree));
        next.extend(made.get(&at).into_iter().flatten());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::treelog::Part;

    #[test]
    fn trees_with_the_same_keys_at_the_same_paths_are_one() {
        let mut part = Part::default();
        // Two versions of a folder with two versions of one file, and a root for each.
        part.begin(10, 10, None);
        part.add(b"key.txt", 1);
        part.begin(11, 11, Some(10));
        part.add(b"key.txt", 2);
        part.drop(b"key.txt", 1);
        part.begin(20, 20, None);
        part.add(b"src", 10);
        part.add(b"doc", 12);
        part.begin(21, 21, Some(20));
        part.add(b"src", 11);
        part.drop(b"src", 10);
        part.begin(22, 22, Some(21));
        part.drop(b"src", 11);
        let log = TreeLog::join(vec![part]);
        let files = HashMap::from([(1, Box::from([(7, 1)])), (2, Box::from([(7, 1)]))]);
        let skeletons = Skeletons::new(&log, 30, &files, Vec::new(), 100, [20, 21, 22]);
        assert_ne!(skeletons.of(20), NOTHING);
        assert_eq!(skeletons.of(20), skeletons.of(21));
        assert_eq!(skeletons.of(22), NOTHING);
        assert_eq!(skeletons.entries(21).len(), 1);
    }
}
