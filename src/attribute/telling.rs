//! Puts stories into words.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::compare::Comparer;
use super::events::Story;
use super::skeleton::Skeletons;
use super::spots::Spot;
use super::tips::Tips;
use super::{Sighted, Standing, Subject, led_to};
use crate::git::commit;
use crate::model::{Attribution, Commit, Event, EventKind, ObjectId, Reachable};

/// Puts into words what is known by numbers.
pub(super) struct Teller<'a> {
    pub subject: &'a Subject<'a>,
    pub sighted: &'a Sighted,
    pub tips: &'a Tips,
    pub groups: Vec<Vec<u32>>,
    pub comparer: &'a Comparer<'a>,
    pub skeletons: &'a Skeletons,
    /// Commits that were described.
    pub commits: HashMap<u32, Commit>,
    pub ids: HashMap<u32, ObjectId>,
}

impl Teller<'_> {
    pub(super) fn standing(&mut self, spot: &Spot, story: &Story) -> Standing {
        let path = self.path(spot);
        let holder = if story.at_head {
            self.tips.head.map(|head| head as u32)
        } else {
            let first = story.introduced.first();
            story.newest.or(first.map(|&(at, _)| at))
        };
        let object = holder.and_then(|at| self.object(at, spot));
        let introduced = story.introduced.iter().map(|&(at, _)| at as usize);
        let holders = introduced.clone().chain(story.newest.map(|at| at as usize));
        let reachable = holders.map(|at| self.tips.reachable(at)).min();
        let groups = || {
            story
                .tips
                .iter()
                .filter_map(|&at| self.groups.get(at as usize))
        };
        // A ref is in one group only.
        let refs_total: usize = groups().map(Vec::len).sum();
        let shown = |group: &'_ Vec<u32>| group.iter().take(Attribution::SHOWN).copied().collect();
        let mut refs: Vec<u32> = groups().flat_map::<Vec<u32>, _>(shown).collect();
        refs.sort_unstable();
        let held = story.at_head || refs_total > 0;
        let removed: &[u32] = if story.removed.is_empty() && !held {
            &story.dropped_by_merge
        } else {
            &story.removed
        };
        let earliest = story
            .introduced
            .iter()
            .copied()
            .min_by_key(|&(at, _)| (self.date(at).is_none(), self.order(at)));
        let latest = removed.iter().copied().max_by_key(|&at| self.order(at));
        let events = story
            .introduced
            .iter()
            .map(|&(at, _)| (at, EventKind::Introduced))
            .chain(removed.iter().map(|&at| (at, EventKind::Removed)));
        let pushed = introduced.clone().any(|at| self.tips.is_remote(at));
        let renamed_from = earliest
            .and_then(|(_, from)| self.comparer.spots.get(from?))
            .map(|from| self.path(from));
        let attribution = Attribution {
            introduced: earliest.and_then(|(at, _)| self.commit(at)),
            at_or_before: earliest.is_some_and(|(at, _)| self.is_cut(at)),
            removed: latest
                .filter(|_| !held && !self.comparer.blind)
                .and_then(|at| self.commit(at)),
            events_total: (story.introduced.len() + removed.len()) as u64,
            events: self.events(events),
            refs_total: refs_total as u64,
            refs: self.names(&refs),
            at_head: story.at_head,
            pushed: self.tips.remote.then_some(pushed),
            renamed_from,
        };
        Standing {
            key: spot.key,
            nth: spot.nth,
            in_name: spot.in_name,
            path,
            object,
            reachable: reachable.unwrap_or(Reachable::None),
            attribution,
        }
    }

    /// By date; what has none comes first, so that it is not the latest of several.
    fn order(&self, at: u32) -> (Option<i64>, std::cmp::Reverse<u32>) {
        // Parents stand behind their children.
        (self.date(at), std::cmp::Reverse(at))
    }

    fn date(&self, at: u32) -> Option<i64> {
        self.subject.commits.nodes().get(at as usize)?.date
    }

    /// Whether what came before a commit is not known.
    fn is_cut(&self, at: u32) -> bool {
        let commits = self.subject.commits;
        let node = |at: u32| commits.nodes().get(at as usize);
        let mut parents = commits.parents(at as usize).iter();
        node(at).is_some_and(|node| node.cut)
            || parents.any(|&parent| node(parent).is_some_and(|node| node.tree.is_none()))
    }

    fn path(&self, spot: &Spot) -> Vec<u8> {
        let names = spot.path.iter().map(|&name| self.subject.trees.name(name));
        names.collect::<Vec<_>>().join(&b'/')
    }

    /// The object at a spot's path in a commit.
    fn object(&self, at: u32, spot: &Spot) -> Option<ObjectId> {
        // Several only where a folder has a name twice.
        let mut objects = vec![self.subject.commits.nodes().get(at as usize)?.tree?];
        for name in &spot.path {
            let below = objects.iter().flat_map(|&object| {
                let entries = self.skeletons.entries(object);
                let first = entries.partition_point(|entry| entry.name < *name);
                let named = entries.get(first..).unwrap_or_default().iter();
                named.take_while(|entry| entry.name == *name)
            });
            let mut next: Vec<u32> = below.map(|entry| entry.child).collect();
            next.sort_unstable();
            next.dedup();
            objects = next;
        }
        let holds = |id: &&ObjectId| {
            let keys = self.sighted.blobs.get(id).into_iter().flatten();
            spot.in_name
                || keys
                    .copied()
                    .any(|(key, count)| key == spot.key && count > spot.nth)
        };
        let mut ids = objects.iter().filter_map(|object| self.ids.get(object));
        ids.find(holds).copied()
    }

    fn commit(&mut self, at: u32) -> Option<Commit> {
        if !self.subject.tell {
            return None;
        }
        if let Some(known) = self.commits.get(&at) {
            return Some(known.clone());
        }
        let node = self.subject.commits.nodes().get(at as usize)?;
        let (_, bytes) = self
            .subject
            .store
            .read(&node.id, self.subject.limits.max_delta_result)?;
        let commit = commit::describe(node.id, &bytes);
        self.commits.insert(at, commit.clone());
        Some(commit)
    }

    fn events(&self, events: impl Iterator<Item = (u32, EventKind)>) -> Vec<Event> {
        let mut events: Vec<_> = events.collect();
        events.sort_by_key(|&(at, _)| self.order(at));
        events.truncate(Attribution::SHOWN);
        let nodes = self.subject.commits.nodes();
        let told = events.into_iter().filter_map(|(at, kind)| {
            let node = nodes.get(at as usize)?;
            let (commit, date) = (node.id, node.date);
            Some(Event { date, commit, kind })
        });
        told.collect()
    }

    fn names(&self, refs: &[u32]) -> Vec<Vec<u8>> {
        let shown = refs.iter().take(Attribution::SHOWN);
        shown
            .map(|&number| self.tips.name(number).to_vec())
            .collect()
    }

    pub(super) fn messages(
        &mut self,
        ids: &BTreeSet<ObjectId>,
    ) -> BTreeMap<ObjectId, (Reachable, Attribution)> {
        let commits = self.subject.commits;
        let place = |id: &ObjectId| commits.find(self.subject.store.find(id.as_bytes())?);
        let found: Vec<(ObjectId, usize)> = ids
            .iter()
            .filter_map(|id| Some((*id, place(id)?)))
            .collect();
        let places: Vec<usize> = found.iter().map(|&(_, at)| at).collect();
        let leading = self.tips.leading_to(&places, commits);
        let mut told = BTreeMap::new();
        for ((id, at), refs) in found.into_iter().zip(leading) {
            let introduced = self.commit(at as u32);
            let is_head = self.tips.head == Some(at);
            let pushed = self.tips.remote.then(|| self.tips.is_remote(at));
            let attribution = self.message(introduced, &refs, is_head, pushed);
            told.insert(id, (self.tips.reachable(at), attribution));
        }
        for id in ids {
            if told.contains_key(id) {
                continue;
            }
            let refs = self.tips.of_tag(id).to_vec();
            let bytes = self
                .subject
                .store
                .read(id, self.subject.limits.max_delta_result);
            let introduced = bytes.map(|(_, bytes)| commit::describe(*id, &bytes));
            let reachable = if refs.is_empty() {
                Reachable::None
            } else {
                Reachable::Refs
            };
            let attribution = self.message(introduced, &refs, false, None);
            told.insert(*id, (reachable, attribution));
        }
        told
    }

    /// Which of these blobs refs lead to without a commit: a tag can point at a blob, or at a tree.
    pub(super) fn named_by_refs(
        &self,
        lost: &BTreeSet<ObjectId>,
    ) -> BTreeMap<ObjectId, (Reachable, Attribution)> {
        let mut refs: BTreeMap<ObjectId, Vec<u32>> = BTreeMap::new();
        for (id, names) in self.tips.objects().filter(|_| !lost.is_empty()) {
            let object = self.subject.store.find(id.as_bytes());
            for number in led_to(self.skeletons, object.into_iter()) {
                if let Some(id) = self.ids.get(&number).filter(|id| lost.contains(id)) {
                    refs.entry(*id).or_default().extend(names);
                }
            }
        }
        let tell = |(id, mut names): (ObjectId, Vec<u32>)| {
            names.sort_unstable();
            let tracking = |&name: &u32| self.tips.name(name).starts_with(b"refs/remotes/");
            // Whether a tag was pushed, no ref tells.
            let pushed = names.iter().any(tracking).then_some(true);
            (
                id,
                (Reachable::Refs, self.message(None, &names, false, pushed)),
            )
        };
        refs.into_iter().map(tell).collect()
    }

    /// What a message holds came with its object and leaves with it.
    fn message(
        &self,
        introduced: Option<Commit>,
        refs: &[u32],
        at_head: bool,
        pushed: Option<bool>,
    ) -> Attribution {
        let event = introduced.as_ref().map(|commit| Event {
            date: commit.date,
            commit: commit.id,
            kind: EventKind::Introduced,
        });
        Attribution {
            introduced,
            at_or_before: false,
            removed: None,
            events_total: u64::from(event.is_some()),
            events: event.into_iter().collect(),
            refs_total: refs.len() as u64,
            refs: self.names(refs),
            at_head,
            pushed,
            renamed_from: None,
        }
    }
}
