//! Tells where in history keys stand, who put them there, and what still leads to them.
//!
//! Nothing is compared commit by commit: every tree is reduced to its skeleton, which says what keys stand where below
//! it, and only commits whose skeleton is another than their parents' are looked at.

mod compare;
mod events;
mod skeleton;
mod spots;
mod tips;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::git::Store;
use crate::git::commits::{self, Commits};
use crate::git::refs::Refs;
use crate::git::treelog::TreeLog;
use crate::model::{Attribution, Commit, Event, EventKind, ObjectId, Reachable};
use compare::Comparer;
use events::Story;
use skeleton::Skeletons;
use spots::Spot;
use tips::Tips;

/// A repository's history.
pub struct Subject<'a> {
    /// Its objects.
    pub store: &'a Store,
    /// Its commits.
    pub commits: &'a Commits,
    /// Its trees.
    pub trees: &'a TreeLog,
    /// Its refs.
    pub refs: &'a Refs,
    /// What its reflogs name.
    pub reflogs: &'a [(Vec<u8>, ObjectId)],
    /// Objects larger than this many bytes are not read.
    pub largest: u64,
}

/// What was found in it; keys are numbers.
#[derive(Default)]
pub struct Sighted {
    /// The keys of each blob, sorted, and how often it holds each.
    pub blobs: BTreeMap<ObjectId, Vec<(u32, u32)>>,
    /// The keys in names of trees' entries.
    pub names: BTreeMap<Vec<u8>, BTreeSet<u32>>,
    /// Commits and tags in which something was found.
    pub messages: BTreeSet<ObjectId>,
}

/// A key at a path.
pub struct Standing {
    /// The key.
    pub key: u32,
    /// Which of its occurrences in the file, from 0.
    pub nth: u32,
    /// Whether it stands in the name itself.
    pub in_name: bool,
    /// The path.
    pub path: Vec<u8>,
    /// The object at the path, in the newest commit that holds the key there (HEAD if it does).
    pub object: Option<ObjectId>,
    /// The easiest way to a commit that holds it.
    pub reachable: Reachable,
    /// Who, when, and what leads to it.
    pub attribution: Attribution,
}

/// Where what was found stands.
#[derive(Default)]
pub struct Standings {
    /// By path.
    pub paths: Vec<Standing>,
    /// Blobs to which no commit leads.
    pub lost: BTreeSet<ObjectId>,
    /// For each commit and tag in which something was found, and for blobs to which a ref leads without a commit.
    pub messages: BTreeMap<ObjectId, (Reachable, Attribution)>,
    /// Whether there was more than anyone could tell, so that some was left out.
    pub cut: bool,
}

/// Finds out where everything that was sighted stands.
pub fn attribute(subject: &Subject<'_>, sighted: &Sighted) -> Standings {
    let store = subject.store;
    let number = |id: &ObjectId| store.find(id.as_bytes());
    let files: HashMap<u32, Box<[(u32, u32)]>> = sighted
        .blobs
        .iter()
        .filter_map(|(id, keys)| Some((number(id)?, keys.clone().into())))
        .collect();
    let mut keyed = Vec::new();
    let mut names = HashMap::new();
    for (at, name) in subject.trees.names() {
        let keys = sighted.names.get(name);
        keyed.push(keys.is_some());
        if let Some(keys) = keys {
            names.insert(at, keys.iter().copied().collect());
        }
    }
    let skeletons = Skeletons::new(subject.trees, store.len(), &files, keyed);
    let nodes = subject.commits.nodes();
    let root = |tree: Option<u32>| tree.map_or(skeleton::NOTHING, |tree| skeletons.of(tree));
    let roots: Vec<u32> = nodes.iter().map(|node| root(node.tree)).collect();
    let mut comparer = Comparer::new(&skeletons, &names);
    let mut stories = events::stories(subject.commits, &roots, &mut comparer);
    let tips = Tips::new(
        subject.refs,
        subject.reflogs,
        subject.commits,
        store,
        subject.largest,
    );
    let groups = hold(&tips, &roots, &mut comparer, &mut stories);
    let mut told = Teller {
        subject,
        sighted,
        tips: &tips,
        groups,
        comparer: &comparer,
        skeletons: &skeletons,
        commits: HashMap::new(),
        ids: sighted
            .blobs
            .keys()
            .filter_map(|id| Some((number(id)?, *id)))
            .collect(),
    };
    let spots = comparer.spots.all();
    let paths = spots
        .map(|(id, spot)| told.standing(spot, &stories[id as usize]))
        .collect();
    let led_to = led_to(&skeletons, nodes.iter().filter_map(|node| node.tree));
    let is_lost = |id: &&ObjectId| number(id).is_none_or(|number| !led_to.contains(&number));
    let lost: BTreeSet<ObjectId> = sighted.blobs.keys().filter(is_lost).copied().collect();
    let mut messages = told.messages(&sighted.messages);
    messages.extend(told.named_by_refs(&lost));
    Standings {
        paths,
        lost,
        messages,
        cut: comparer.cut,
    }
}

/// Tells each spot which tips hold it: groups of refs that point at trees with one skeleton.
fn hold(
    tips: &Tips,
    roots: &[u32],
    comparer: &mut Comparer<'_>,
    stories: &mut Vec<Story>,
) -> Vec<Vec<u32>> {
    let mut by_root: BTreeMap<u32, (u32, Vec<u32>)> = BTreeMap::new();
    for (at, refs) in tips.commits() {
        let root = roots.get(at).copied().unwrap_or_default();
        let (_, group) = by_root.entry(root).or_insert((at as u32, Vec::new()));
        group.extend(refs);
    }
    let mut groups = Vec::with_capacity(by_root.len());
    for (root, (newest, mut refs)) in by_root {
        let spots = comparer.expand(root);
        stories.resize_with(comparer.spots.len(), Story::default);
        for spot in spots {
            if let Some(story) = stories.get_mut(spot as usize) {
                story.tips.push(groups.len() as u32);
                story.newest.get_or_insert(newest);
            }
        }
        refs.sort_unstable();
        groups.push(refs);
    }
    let head = tips.head.and_then(|at| roots.get(at)).copied();
    for spot in head.map(|root| comparer.expand(root)).unwrap_or_default() {
        if let Some(story) = stories.get_mut(spot as usize) {
            story.at_head = true;
        }
    }
    stories.resize_with(comparer.spots.len(), Story::default);
    groups
}

/// The objects that the trees of commits lead to, as far as keys stand in them.
fn led_to(skeletons: &Skeletons, roots: impl Iterator<Item = u32>) -> BTreeSet<u32> {
    let mut seen: BTreeSet<u32> = BTreeSet::new();
    let mut next: Vec<u32> = roots.collect();
    while let Some(tree) = next.pop() {
        if seen.insert(tree) {
            next.extend(skeletons.entries(tree).iter().map(|entry| entry.child));
        }
    }
    seen
}

/// Puts into words what is known by numbers.
struct Teller<'a> {
    subject: &'a Subject<'a>,
    sighted: &'a Sighted,
    tips: &'a Tips,
    groups: Vec<Vec<u32>>,
    comparer: &'a Comparer<'a>,
    skeletons: &'a Skeletons,
    /// Commits that were described.
    commits: HashMap<u32, Commit>,
    ids: HashMap<u32, ObjectId>,
}

impl Teller<'_> {
    fn standing(&mut self, spot: &Spot, story: &Story) -> Standing {
        let path = self.path(spot);
        let holder = if story.at_head {
            self.tips.head.map(|head| head as u32)
        } else {
            story.newest
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
            removed: latest.filter(|_| !held).and_then(|at| self.commit(at)),
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

    fn is_cut(&self, at: u32) -> bool {
        self.subject
            .commits
            .nodes()
            .get(at as usize)
            .is_some_and(|node| node.cut)
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
        if let Some(known) = self.commits.get(&at) {
            return Some(known.clone());
        }
        let node = self.subject.commits.nodes().get(at as usize)?;
        let (_, bytes) = self.subject.store.read(&node.id, self.subject.largest)?;
        let commit = commits::describe(node.id, &bytes);
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

    fn messages(
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
            let bytes = self.subject.store.read(id, self.subject.largest);
            let introduced = bytes.map(|(_, bytes)| commits::describe(*id, &bytes));
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
    fn named_by_refs(
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
            let pushed = self.tips.remote.then_some(false);
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
