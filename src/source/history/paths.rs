//! From an object up to a commit's tree: one path that leads to it.

use std::collections::{HashMap, VecDeque};

/// Which tree holds which object under which name. An entry that a delta copied whole is kept for the base alone,
/// so every pair of name and object is here at least once.
#[derive(Default)]
pub(super) struct Edges {
    edges: Vec<Edge>,
    names: Vec<u8>,
}

#[derive(Clone, Copy)]
struct Edge {
    child: u32,
    parent: u32,
    name: u32,
    len: u32,
}

impl Edges {
    pub(super) fn add(&mut self, child: u32, parent: u32, name: &[u8]) {
        self.edges.push(Edge {
            child,
            parent,
            name: self.names.len() as u32,
            len: name.len() as u32,
        });
        self.names.extend_from_slice(name);
    }

    pub(super) fn append(&mut self, other: Self) {
        let shift = self.names.len() as u32;
        self.edges.extend(other.edges.iter().map(|edge| Edge {
            name: edge.name + shift,
            ..*edge
        }));
        self.names.extend(other.names);
    }

    /// Sorted, so that the answer does not depend on which thread saw what first.
    pub(super) fn sorted(mut self) -> Self {
        let names = std::mem::take(&mut self.names);
        let text = |edge: &Edge| {
            names
                .get(edge.name as usize..(edge.name + edge.len) as usize)
                .unwrap_or_default()
        };
        self.edges.sort_unstable_by(|one, other| {
            (one.child, text(one), one.parent).cmp(&(other.child, text(other), other.parent))
        });
        self.names = names;
        self
    }

    fn name(&self, edge: &Edge) -> &[u8] {
        self.names
            .get(edge.name as usize..(edge.name + edge.len) as usize)
            .unwrap_or_default()
    }

    fn above(&self, child: u32) -> impl Iterator<Item = (usize, &Edge)> {
        let first = self.edges.partition_point(|edge| edge.child < child);
        let all = self.edges.get(first..).unwrap_or_default().iter();
        all.take_while(move |edge| edge.child == child)
            .enumerate()
            .map(move |(at, edge)| (first + at, edge))
    }

    /// The shortest path from a root to the object, the first by name among those; `None` if no root leads to it.
    pub(super) fn path(&self, target: u32, is_root: impl Fn(u32) -> bool) -> Option<Vec<u8>> {
        if is_root(target) {
            return Some(Vec::new());
        }
        let mut came_by: HashMap<u32, usize> = HashMap::new();
        let mut next = VecDeque::from([target]);
        while let Some(at) = next.pop_front() {
            for (number, edge) in self.above(at) {
                if edge.parent == target || came_by.contains_key(&edge.parent) {
                    continue;
                }
                came_by.insert(edge.parent, number);
                if is_root(edge.parent) {
                    return Some(self.spell(edge.parent, target, &came_by));
                }
                next.push_back(edge.parent);
            }
        }
        None
    }

    fn spell(&self, root: u32, target: u32, came_by: &HashMap<u32, usize>) -> Vec<u8> {
        let mut path = Vec::new();
        let mut at = root;
        while at != target {
            let Some(edge) = came_by.get(&at).and_then(|&number| self.edges.get(number)) else {
                break;
            };
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(self.name(edge));
            at = edge.child;
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spells_the_shortest_path() {
        let mut edges = Edges::default();
        edges.add(1, 2, b"deep.txt");
        edges.add(2, 3, b"folder");
        edges.add(1, 9, b"dangling.txt");
        edges.add(3, 4, b"src");
        let edges = edges.sorted();
        assert_eq!(
            edges.path(1, |n| n == 4),
            Some(b"src/folder/deep.txt".to_vec())
        );
        assert_eq!(edges.path(4, |n| n == 4), Some(Vec::new()));
        assert_eq!(edges.path(9, |n| n == 4), None);
    }
}
