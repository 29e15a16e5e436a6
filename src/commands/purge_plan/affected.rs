//! What of a repository leads to a key: refs, stashes and work trees, and what no ref leads to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::control::Control;
use crate::git::worktrees::{self, Head, Linked};
use crate::git::{Kind, config, reflog, tag};
use crate::model::{EventKind, Key, ObjectId, Origin, Reachable};
use crate::pipeline::Traced;

/// No chain of tags is longer than this.
const DEEPEST_TAG: usize = 64;

/// What is affected. Names are as they are stored.
#[derive(Debug, Default)]
pub(super) struct Affected {
    /// Full names of the refs that lead to a key, but the stash; sorted.
    pub(super) refs: Vec<Vec<u8>>,
    /// Whether there are notes, whether they have a key or not.
    pub(super) has_notes: bool,
    /// Stashes that lead to a key.
    pub(super) stashes: usize,
    /// The remotes, whether they have the key or not.
    pub(super) remotes: Vec<Vec<u8>>,
    /// The linked work trees, and whether each is on something that leads to a key.
    pub(super) worktrees: Vec<(Linked, bool)>,
    /// Object directories of other repositories, which stay as they are.
    pub(super) borrowed: Vec<PathBuf>,
    /// Objects with a key to which no ref leads: a reflog may.
    pub(super) unreachable: BTreeSet<ObjectId>,
    /// Whether there may be more refs: not every commit that brought a key is told.
    pub(super) at_least: bool,
}

/// Finds it out for these keys.
pub(super) fn affected(keys: &[&Key], traced: &Traced, control: &Control) -> Affected {
    let stores = traced.history.stores.last();
    let directories = stores.map_or(&[][..], |store| &store.directories);
    let mut affected = Affected {
        remotes: config::remotes(&traced.repository),
        // The first is its own.
        borrowed: directories.iter().skip(1).cloned().collect(),
        ..Affected::default()
    };
    let mut begun: BTreeSet<ObjectId> = BTreeSet::new();
    let mut named: BTreeSet<Vec<u8>> = BTreeSet::new();
    for at in keys.iter().flat_map(|key| &key.locations) {
        match (at.origin, &at.path, at.blob) {
            (Origin::RefName, Some(path), _) => drop(named.insert(path.clone())),
            (Origin::CommitMessage | Origin::TagMessage | Origin::Author, _, Some(id)) => {
                begun.insert(id);
            }
            _ => {}
        }
        if let Some(told) = &at.attribution {
            let events = told.events.iter();
            let introduced = events.filter(|event| event.kind == EventKind::Introduced);
            begun.extend(introduced.map(|event| event.commit));
            begun.extend(told.introduced.as_ref().map(|commit| commit.id));
            named.extend(told.refs.iter().cloned());
            affected.at_least |= told.events_total > told.events.len() as u64
                || told.refs_total > told.refs.len() as u64;
        }
        let is_lost = matches!(at.reachable, Some(Reachable::None | Reachable::Reflog));
        affected.unreachable.extend(at.blob.filter(|_| is_lost));
    }
    let leads = Leads::new(traced, begun);
    let refs = &traced.history.refs.all;
    for (name, id) in refs {
        affected.has_notes |= name.starts_with(b"refs/notes/");
        let leads = id.is_some_and(|id| leads.to_a_key(id, control));
        if leads || named.contains(name) {
            affected.refs.push(name.clone());
        }
    }
    let stashes: BTreeSet<ObjectId> = (reflog::read(&traced.repository).into_iter())
        .filter(|(name, _)| name == b"refs/stash")
        .map(|(_, id)| id)
        .collect();
    affected.stashes = (stashes.into_iter())
        .filter(|id| leads.to_a_key(*id, control))
        .count();
    let has_stash = affected.refs.iter().any(|name| name == b"refs/stash");
    affected.refs.retain(|name| name != b"refs/stash");
    // Its reflog may be gone.
    affected.stashes = affected.stashes.max(usize::from(has_stash));
    let known: BTreeMap<&[u8], Option<ObjectId>> =
        refs.iter().map(|(name, id)| (&name[..], *id)).collect();
    affected.worktrees = worktrees::linked(&traced.repository)
        .into_iter()
        .map(|linked| {
            let id = match &linked.head {
                Head::Ref(name) => known.get(&name[..]).copied().flatten(),
                Head::Object(id) => Some(*id),
                Head::Unknown => None,
            };
            let leads = id.is_some_and(|id| leads.to_a_key(id, control));
            (linked, leads)
        })
        .collect();
    affected
}

/// Which commits lead to one that brought a key.
struct Leads<'a> {
    traced: &'a Traced,
    /// Commits that brought a key, and commits and tags that have one.
    begun: BTreeSet<ObjectId>,
    /// For each commit of the graph.
    leading: Vec<bool>,
}

impl<'a> Leads<'a> {
    fn new(traced: &'a Traced, begun: BTreeSet<ObjectId>) -> Self {
        let mut leading = Vec::new();
        if let Some(lineage) = &traced.history.lineage {
            let commits = &lineage.commits;
            let nodes = commits.nodes();
            leading = nodes.iter().map(|node| begun.contains(&node.id)).collect();
            // Parents stand behind their children.
            for at in (0..leading.len()).rev() {
                let mut parents = commits.parents(at).iter();
                let is_above = parents.any(|&parent| leading.get(parent as usize) == Some(&true));
                if let Some(leads) = leading.get_mut(at).filter(|_| is_above) {
                    *leads = true;
                }
            }
        }
        Self {
            traced,
            begun,
            leading,
        }
    }

    /// Whether an object that a ref points at leads to a key, through tags, too.
    fn to_a_key(&self, id: ObjectId, control: &Control) -> bool {
        let history = &self.traced.history;
        let (Some(lineage), Some(store)) = (&history.lineage, history.stores.last()) else {
            return self.begun.contains(&id);
        };
        let mut id = id;
        for _ in 0..DEEPEST_TAG {
            if self.begun.contains(&id) {
                return true;
            }
            let number = store.find(id.as_bytes());
            if let Some(at) = number.and_then(|number| lineage.commits.find(number)) {
                return self.leading.get(at) == Some(&true);
            }
            let read = store.read(&id, control.limits.max_whole_object);
            let tagged = read.filter(|(kind, _)| *kind == Kind::Tag);
            match tagged.and_then(|(_, bytes)| tag::target(&bytes)) {
                Some(target) => id = target,
                None => return false,
            }
        }
        false
    }
}
