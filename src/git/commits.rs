//! Which commit builds on which.

use std::collections::HashMap;

use crate::model::ObjectId;

/// A commit in the graph.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its number in the store.
    pub number: u32,
    /// Its id.
    pub id: ObjectId,
    /// Its tree's number; `None` if it is not there.
    pub tree: Option<u32>,
    /// The numbers of its parents that are there.
    pub parents: Vec<u32>,
    /// When it was committed, in seconds since 1970.
    pub date: Option<i64>,
    /// Whether it has parents that cannot be read: history is cut off at it.
    pub cut: bool,
}

/// All commits of an object database. A position names one; parents stand behind their children.
#[derive(Default)]
pub struct Commits {
    nodes: Vec<Node>,
    parents: Vec<Vec<u32>>,
    by_number: HashMap<u32, u32>,
}

impl Commits {
    /// Links the commits.
    pub fn new(mut nodes: Vec<Node>) -> Self {
        nodes.sort_unstable_by_key(|node| (std::cmp::Reverse(node.date), node.id));
        nodes.dedup_by_key(|node| node.number);
        let mut nodes = children_first(nodes);
        let by_number: HashMap<u32, u32> = nodes
            .iter()
            .enumerate()
            .map(|(at, node)| (node.number, at as u32))
            .collect();
        // What would lead back up is part of a loop, and left out.
        let link = |(at, node): (usize, &mut Node)| {
            let known = node
                .parents
                .iter()
                .filter_map(|parent| by_number.get(parent).copied());
            let known: Vec<u32> = known.filter(|&parent| parent as usize > at).collect();
            // One may be there and not be readable.
            node.cut |= known.len() < node.parents.len();
            known
        };
        let parents = nodes.iter_mut().enumerate().map(link).collect();
        Self {
            nodes,
            parents,
            by_number,
        }
    }

    /// All of them, children before parents, otherwise the newest first.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The positions of a commit's parents, all of them greater than its own.
    pub fn parents(&self, at: usize) -> &[u32] {
        self.parents.get(at).map_or(&[], |parents| parents)
    }

    /// The position of the commit with this number.
    pub fn find(&self, number: u32) -> Option<usize> {
        self.by_number.get(&number).map(|&at| at as usize)
    }
}

/// Orders the nodes so that each stands before its parents. The nodes of a loop, which hashes make impossible and a
/// damaged index can feign, come last.
fn children_first(nodes: Vec<Node>) -> Vec<Node> {
    let place: HashMap<u32, usize> = nodes
        .iter()
        .enumerate()
        .map(|(at, node)| (node.number, at))
        .collect();
    let known = |node: &Node| -> Vec<usize> {
        node.parents
            .iter()
            .filter_map(|parent| place.get(parent).copied())
            .collect()
    };
    let mut waiting = vec![0u32; nodes.len()];
    for node in &nodes {
        known(node)
            .into_iter()
            .for_each(|parent| waiting[parent] += 1);
    }
    // The newest is taken first: with a heap on the position, which is by date.
    let mut ready: std::collections::BinaryHeap<std::cmp::Reverse<usize>> = (0..nodes.len())
        .filter(|&at| waiting[at] == 0)
        .map(std::cmp::Reverse)
        .collect();
    let mut order = Vec::with_capacity(nodes.len());
    let mut taken = vec![false; nodes.len()];
    while let Some(std::cmp::Reverse(at)) = ready.pop() {
        order.push(at);
        taken[at] = true;
        for parent in known(&nodes[at]) {
            waiting[parent] -= 1;
            if waiting[parent] == 0 {
                ready.push(std::cmp::Reverse(parent));
            }
        }
    }
    order.extend((0..nodes.len()).filter(|&at| !taken[at]));
    let mut nodes: Vec<Option<Node>> = nodes.into_iter().map(Some).collect();
    order
        .into_iter()
        .filter_map(|at| nodes[at].take())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_stand_before_parents_whatever_their_dates() {
        let id = |digit: u8| ObjectId::from_hex(&[digit; 40]).expect("an id");
        let node = |number: u32, date, parents: &[u32]| Node {
            number,
            id: id(b'0' + number as u8),
            tree: None,
            parents: parents.to_vec(),
            date: Some(date),
            cut: false,
        };
        let commits = Commits::new(vec![
            node(1, 50, &[]),
            node(2, 10, &[1]),
            node(3, 40, &[2, 1]),
        ]);
        let order: Vec<u32> = commits.nodes().iter().map(|node| node.number).collect();
        assert_eq!(order, [3, 2, 1]);
        assert_eq!(commits.parents(0), [1, 2]);
        let looped = Commits::new(vec![node(1, 50, &[2]), node(2, 40, &[1, 2])]);
        assert_eq!(looped.parents(0), [1]);
        assert!(looped.parents(1).is_empty());
    }
}
