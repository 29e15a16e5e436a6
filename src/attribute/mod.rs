//! Tells where in history keys stand, who put them there, and what still leads to them.
//!
//! Nothing is compared commit by commit: every tree is reduced to its skeleton, which says what keys stand where below
//! it, and only commits whose skeleton is another than their parents' are looked at.

mod compare;
mod events;
mod moves;
mod skeleton;
mod spots;
mod telling;
mod tips;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::control::Limits;
use crate::git::Store;
use crate::git::commits::Commits;
use crate::git::refs::Refs;
use crate::git::treelog::TreeLog;
use crate::model::{Attribution, ObjectId, Reachable};
use compare::Comparer;
use events::Story;
use skeleton::Skeletons;
use telling::Teller;
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
    /// How large what is read may be, and how much work it may make.
    pub limits: &'a Limits,
    /// Whether commits are read for who made them; else only where things stand is found out.
    pub tell: bool,
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
    let nodes = subject.commits.nodes();
    let skeletons = Skeletons::new(
        subject.trees,
        store.len(),
        &files,
        keyed,
        subject.limits.attribution.entries,
        nodes.iter().filter_map(|node| node.tree),
    );
    let roots = roots(subject.commits, &skeletons);
    let mut comparer = Comparer::new(&skeletons, &names, subject.limits.attribution);
    let mut stories = events::stories(subject.commits, &roots, &mut comparer);
    let tips = Tips::new(
        subject.refs,
        subject.reflogs,
        subject.commits,
        store,
        subject.limits.max_delta_result,
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

/// The skeleton of each commit. Where a tree is not there, nothing is known to have changed.
fn roots(commits: &Commits, skeletons: &Skeletons) -> Vec<u32> {
    let mut roots = vec![skeleton::NOTHING; commits.nodes().len()];
    for (at, node) in commits.nodes().iter().enumerate().rev() {
        let first = commits
            .parents(at)
            .first()
            .map(|&parent| roots[parent as usize]);
        let own = node.tree.map(|tree| skeletons.of(tree));
        roots[at] = own.or(first).unwrap_or(skeleton::NOTHING);
    }
    roots
}

/// Tells each spot which tips hold it: groups of refs that point at trees with one skeleton.
fn hold(
    tips: &Tips,
    roots: &[u32],
    comparer: &mut Comparer<'_>,
    stories: &mut Vec<Story>,
) -> Vec<Vec<u32>> {
    let head = tips.head.and_then(|at| roots.get(at)).copied();
    let held = head.map(|root| comparer.held(root)).unwrap_or_default();
    stories.resize_with(comparer.spots.len(), Story::default);
    for spot in held {
        if let Some(story) = stories.get_mut(spot as usize) {
            story.at_head = true;
        }
    }
    let mut by_root: BTreeMap<u32, (u32, Vec<u32>)> = BTreeMap::new();
    for (at, refs) in tips.commits() {
        let root = roots.get(at).copied().unwrap_or_default();
        let (_, group) = by_root.entry(root).or_insert((at as u32, Vec::new()));
        group.extend(refs);
    }
    let mut groups = Vec::with_capacity(by_root.len());
    for (root, (newest, mut refs)) in by_root {
        let spots = comparer.held(root);
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
    groups
}

/// The objects that the trees of commits lead to, as far as keys stand in them.
fn led_to(skeletons: &Skeletons, roots: impl Iterator<Item = u32>) -> HashSet<u32> {
    let mut seen = HashSet::new();
    let mut next: Vec<u32> = roots.collect();
    while let Some(tree) = next.pop() {
        if seen.insert(tree) {
            next.extend(skeletons.entries(tree).iter().map(|entry| entry.child));
        }
    }
    seen
}
