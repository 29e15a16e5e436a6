//! Which commits a range has: those that its end leads to and its beginning does not.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use crate::control::Control;
use crate::git::commit::Header;
use crate::git::{Kind, Repository, Store};
use crate::model::{ObjectId, Problem, ProblemKind};

/// What was asked for.
#[derive(Clone, Debug, Default)]
pub struct Ends {
    /// What these lead to is left out.
    pub left: Vec<ObjectId>,
    /// What these lead to is wanted.
    pub right: Vec<ObjectId>,
    /// Whether what only `left` leads to is wanted as well (`A...B`).
    pub symmetric: bool,
    /// Commits before this second since 1970 are left out; those whose date cannot be told are not.
    pub since: Option<i64>,
}

/// A commit of a range.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its id.
    pub id: ObjectId,
    /// When it was committed.
    pub date: Option<i64>,
    /// Whether a parent is not here, so that what it adds cannot be told from what is older.
    pub cut: bool,
    /// Whether it is known to have no parent.
    pub root: bool,
}

const LEFT: u8 = 1;
const RIGHT: u8 = 2;
/// Dates of commits may lie: so many more are looked at before they are believed, which takes milliseconds. Git looks at
/// five.
const SLOP: usize = 500;

struct Node {
    date: Option<i64>,
    parents: Vec<ObjectId>,
    sides: u8,
    queued: bool,
    popped: bool,
    cut: bool,
}

/// Walks from both ends, newest first, until only what both lead to is left.
pub struct Walk<'a> {
    repository: &'a Repository,
    store: &'a Store,
    control: &'a Control,
    ends: &'a Ends,
    /// Where a shallow clone ends: a list could have thousands, and each commit asks.
    shallow: HashSet<&'a ObjectId>,
    nodes: HashMap<ObjectId, Node>,
    queue: BinaryHeap<(i64, ObjectId)>,
    /// How many in the queue may still belong to the range.
    open: usize,
}

impl<'a> Walk<'a> {
    /// The commits of a range, oldest first, and what kept them from being told for certain.
    pub fn run(
        repository: &'a Repository,
        store: &'a Store,
        ends: &'a Ends,
        control: &'a Control,
        problems: &mut Vec<Problem>,
    ) -> Vec<Member> {
        let mut walk = Self {
            repository,
            store,
            control,
            ends,
            shallow: repository.shallow.iter().collect(),
            nodes: HashMap::new(),
            queue: BinaryHeap::new(),
            open: 0,
        };
        for (ids, side) in [(&ends.left, LEFT), (&ends.right, RIGHT)] {
            for id in ids {
                walk.paint(*id, side);
            }
        }
        walk.walk();
        walk.members(problems)
    }

    fn settled(&self, sides: u8) -> bool {
        sides & LEFT != 0 && (!self.ends.symmetric || sides & RIGHT != 0)
    }

    /// Marks a commit as reached from these sides; `false` if it is not here.
    fn paint(&mut self, id: ObjectId, sides: u8) -> bool {
        if !self.nodes.contains_key(&id) {
            let Some(node) = self.load(&id) else {
                return false;
            };
            self.nodes.insert(id, node);
        }
        let Some(node) = self.nodes.get_mut(&id) else {
            return false;
        };
        let before = node.sides;
        if before | sides == before {
            return true;
        }
        node.sides = before | sides;
        let (queued, date, after) = (node.queued, node.date.unwrap_or(0), node.sides);
        node.queued = true;
        let was_open = queued && !self.settled(before);
        let is_open = !self.settled(after);
        self.open = self.open + usize::from(is_open) - usize::from(was_open);
        if !queued {
            self.queue.push((date, id));
        }
        true
    }

    fn load(&self, id: &ObjectId) -> Option<Node> {
        let (kind, bytes) = self.store.read(id, self.control.limits.max_whole_object)?;
        let headers = (kind == Kind::Commit).then(|| Header::parse(&bytes))?;
        let cut = self.shallow.contains(id);
        Some(Node {
            date: headers.date,
            parents: if cut { Vec::new() } else { headers.parents },
            sides: 0,
            queued: false,
            popped: false,
            cut,
        })
    }

    fn walk(&mut self) {
        let mut oldest = i64::MAX;
        let mut slop = SLOP;
        while let Some((date, id)) = self.queue.pop() {
            if self.control.is_cancelled() {
                return;
            }
            let Some(node) = self.nodes.get_mut(&id) else {
                continue;
            };
            node.queued = false;
            node.popped = true;
            let (sides, parents) = (node.sides, node.parents.clone());
            if !self.settled(sides) {
                self.open = self.open.saturating_sub(1);
                oldest = oldest.min(date);
            }
            for parent in parents {
                if !self.paint(parent, sides)
                    && let Some(node) = self.nodes.get_mut(&id)
                {
                    node.cut = true;
                }
            }
            if self.open > 0 || date >= oldest {
                slop = SLOP;
            } else if slop == 0 {
                return;
            } else {
                slop -= 1;
            }
        }
    }

    fn members(&self, problems: &mut Vec<Problem>) -> Vec<Member> {
        let (mut members, mut cut) = (Vec::new(), 0);
        for (id, node) in &self.nodes {
            let old = self
                .ends
                .since
                .is_some_and(|since| node.date.is_some_and(|date| date < since));
            if !node.popped || old || self.settled(node.sides) {
                continue;
            }
            let shallow = self.shallow.contains(id);
            cut += usize::from(shallow);
            if node.cut && !shallow {
                let message = "its parent is not there, so that what it adds cannot be told from what is older, \
                               and older commits of the range were not scanned; run `git fsck`, or fetch again";
                problems.push(Problem::new(
                    ProblemKind::AbsentObject,
                    id.to_string(),
                    message,
                ));
            }
            members.push(Member {
                id: *id,
                date: node.date,
                cut: node.cut,
                root: !node.cut && node.parents.is_empty(),
            });
        }
        if cut > 0 {
            let message = format!(
                "what was asked for leaves this shallow clone at {cut} commit(s): older ones were not scanned, and all \
                 that these hold counts as new; run `git fetch --unshallow`"
            );
            let place = self.repository.name.display().to_string();
            problems.push(Problem::new(ProblemKind::Shallow, place, message));
        }
        self.parents_first(members)
    }

    /// Parents before their children, and what that leaves open by date: a key is introduced by the first that has it.
    fn parents_first(&self, members: Vec<Member>) -> Vec<Member> {
        let known: HashMap<ObjectId, Member> = members
            .into_iter()
            .map(|member| (member.id, member))
            .collect();
        let parents = |id: &ObjectId| {
            let parents = self.nodes.get(id).map_or(&[][..], |node| &node.parents);
            parents.iter().filter(|id| known.contains_key(*id))
        };
        let mut children: HashMap<ObjectId, Vec<ObjectId>> = HashMap::new();
        let mut waiting: HashMap<ObjectId, usize> = HashMap::new();
        for id in known.keys() {
            waiting.insert(*id, parents(id).count());
            for parent in parents(id) {
                children.entry(*parent).or_default().push(*id);
            }
        }
        let entry = |id: &ObjectId| Reverse((known.get(id).and_then(|member| member.date), *id));
        let free = waiting.iter().filter(|(_, count)| **count == 0);
        let mut ready: BinaryHeap<_> = free.map(|(id, _)| entry(id)).collect();
        let mut sorted = Vec::with_capacity(known.len());
        while let Some(Reverse((_, id))) = ready.pop() {
            sorted.extend(known.get(&id).cloned());
            for child in children.get(&id).into_iter().flatten() {
                if let Some(count) = waiting.get_mut(child) {
                    *count = count.saturating_sub(1);
                    if *count == 0 {
                        ready.push(entry(child));
                    }
                }
            }
        }
        sorted
    }
}
