//! Which commits introduced and removed each spot.

use super::compare::Comparer;
use super::moves::Moves;
use crate::git::commits::Commits;

/// What happened to a spot, as positions of commits.
#[derive(Clone, Debug, Default)]
pub(super) struct Story {
    /// Commits that hold it while none of their parents does, with where the same key stood before if they removed it
    /// there.
    pub introduced: Vec<(u32, Option<u32>)>,
    /// Commits that do not hold it while all of their parents do.
    pub removed: Vec<u32>,
    /// Merges that do not hold it while only some of their parents do. Mostly they take over a removal that happened on
    /// one side; if none did, they removed it themselves.
    pub dropped_by_merge: Vec<u32>,
    /// The newest commit that holds it.
    pub newest: Option<u32>,
    /// Groups of refs whose tips hold it.
    pub tips: Vec<u32>,
    /// Whether HEAD holds it.
    pub at_head: bool,
}

impl Story {
    /// Takes note of a commit that holds it. The smaller of two positions is the newer commit.
    fn seen_in(&mut self, commits: &Commits, at: u32) {
        let date = |at: u32| {
            commits
                .nodes()
                .get(at as usize)
                .map(|node| (node.date, std::cmp::Reverse(at)))
        };
        if self.newest.is_none_or(|known| date(at) > date(known)) {
            self.newest = Some(at);
        }
    }
}

/// The stories of all spots that any commit holds. `roots` has the skeleton of each commit.
pub(super) fn stories(commits: &Commits, roots: &[u32], comparer: &mut Comparer<'_>) -> Vec<Story> {
    let mut stories = Stories {
        commits,
        roots,
        all: Vec::new(),
    };
    let mut has_child = vec![false; commits.nodes().len()];
    for at in 0..commits.nodes().len() {
        for &parent in commits.parents(at) {
            has_child[parent as usize] = true;
        }
    }
    // The oldest first, so that spots are numbered in the order of their history.
    for at in (0..commits.nodes().len()).rev() {
        stories.commit(at, comparer);
    }
    // What no commit removed stands in a commit on which nothing builds.
    let mut last: std::collections::BTreeMap<u32, Vec<u32>> = std::collections::BTreeMap::new();
    for at in (0..has_child.len()).filter(|&at| !has_child[at]) {
        last.entry(stories.root(at as u32))
            .or_default()
            .push(at as u32);
    }
    for (root, holders) in last {
        for spot in comparer.expand(root) {
            holders
                .iter()
                .for_each(|&at| stories.get(spot).seen_in(commits, at));
        }
    }
    let mut all = stories.all;
    all.resize_with(comparer.spots.len(), Story::default);
    all
}

struct Stories<'a> {
    commits: &'a Commits,
    roots: &'a [u32],
    all: Vec<Story>,
}

impl Stories<'_> {
    fn get(&mut self, spot: u32) -> &mut Story {
        let at = spot as usize;
        if self.all.len() <= at {
            self.all.resize_with(at + 1, Story::default);
        }
        &mut self.all[at]
    }

    fn root(&self, at: u32) -> u32 {
        self.roots.get(at as usize).copied().unwrap_or_default()
    }

    fn commit(&mut self, at: usize, comparer: &mut Comparer<'_>) {
        let root = self.root(at as u32);
        let parents: Vec<u32> = self.commits.parents(at).to_vec();
        if parents.iter().all(|&parent| self.root(parent) == root) && !parents.is_empty() {
            return;
        }
        let first = parents
            .first()
            .map(|&parent| self.root(parent))
            .unwrap_or_default();
        let mut difference = comparer.compare(first, root);
        for &parent in parents.get(1..).unwrap_or_default() {
            let parent = self.root(parent);
            difference.added.retain(|&spot| !comparer.has(parent, spot));
            difference
                .removed
                .extend(comparer.compare(parent, root).removed);
        }
        difference.removed.sort_unstable();
        difference.removed.dedup();
        let at = at as u32;
        let moves = Moves::of(&difference.added, &difference.removed, &comparer.spots);
        for &spot in &difference.added {
            let from = moves.from(spot, &comparer.spots);
            self.get(spot).introduced.push((at, from));
        }
        for &spot in &difference.removed {
            let holders: Vec<u32> = parents
                .iter()
                .copied()
                .filter(|&parent| comparer.has(self.root(parent), spot))
                .collect();
            let commits = self.commits;
            let all = holders.len() == parents.len();
            let story = self.get(spot);
            holders
                .iter()
                .for_each(|&parent| story.seen_in(commits, parent));
            let events = if all {
                &mut story.removed
            } else {
                &mut story.dropped_by_merge
            };
            events.push(at);
        }
    }
}
