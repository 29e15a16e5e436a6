//! Refs that name a file or a folder itself, and no commit: git's fast-export, and with it git-filter-repo, leaves them as they are.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::control::Control;
use crate::git::{Kind, tag, tree};
use crate::model::ObjectId;
use crate::pipeline::{Sighting, Traced};

/// No chain of tags is longer than this.
const DEEPEST_TAG: usize = 64;

/// Keys, and the refs by which they stay so; each pair once, sorted.
pub(super) fn pinned(
    traced: &Traced,
    wanted: &[&Sighting],
    control: &Control,
) -> Vec<(u32, Vec<u8>)> {
    // Many refs may name the same.
    let mut named: BTreeMap<ObjectId, (Kind, Vec<&[u8]>)> = BTreeMap::new();
    for (name, id) in &traced.history.refs.all {
        let peeled = id.and_then(|id| peeled(traced, id, control));
        if let Some((kind @ (Kind::Blob | Kind::Tree), id)) = peeled {
            let (_, names) = named.entry(id).or_insert((kind, Vec::new()));
            names.push(name);
        }
    }
    let mut all = BTreeSet::new();
    for (id, (kind, names)) in named {
        let below = below(traced, kind, id, control);
        let held = wanted.iter().filter(|seen| below.contains(&seen.object));
        let keys: BTreeSet<u32> = held.map(|seen| seen.key).collect();
        for key in keys {
            all.extend(names.iter().map(|name| (key, name.to_vec())));
        }
    }
    all.into_iter().collect()
}

/// What a ref leads to when its tags are taken off.
fn peeled(traced: &Traced, mut id: ObjectId, control: &Control) -> Option<(Kind, ObjectId)> {
    let store = traced.history.stores.last()?;
    for _ in 0..DEEPEST_TAG {
        match store.kind(&id)? {
            Kind::Tag => id = tag::target(&traced.history.read(&id, control)?)?,
            kind => return Some((kind, id)),
        }
    }
    None
}

/// Everything that a file or folder holds, itself among it.
fn below(traced: &Traced, kind: Kind, id: ObjectId, control: &Control) -> HashSet<ObjectId> {
    let mut seen = HashSet::from([id]);
    let mut trees = vec![id];
    if kind != Kind::Tree {
        return seen;
    }
    while let Some(id) = trees.pop().filter(|_| !control.is_cancelled()) {
        let bytes = traced.history.read(&id, control).unwrap_or_default();
        let mut at = 0;
        while let Some(entry) = tree::entry(&bytes, at, traced.repository.hash) {
            at = entry.end;
            if let Some(id) = ObjectId::from_bytes(entry.id).filter(|id| seen.insert(*id)) {
                trees.extend(entry.is_tree().then_some(id));
            }
        }
    }
    seen
}
