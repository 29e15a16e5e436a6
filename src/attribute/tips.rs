//! Where refs and reflogs lead: which commits can be reached, how, and from which refs.

use std::collections::{BTreeMap, HashMap};

use crate::git::commits::Commits;
use crate::git::refs::Refs;
use crate::git::{Kind, Store, tag};
use crate::model::{ObjectId, Reachable};

/// From a ref or HEAD.
const REFS: u8 = 1;
/// From a remote-tracking ref, or one that was once where its reflog says.
const REMOTE: u8 = 2;
const STASH: u8 = 4;
const REFLOG: u8 = 8;

/// No chain of tags is longer than this.
const DEEPEST_TAG: usize = 64;

/// What refs point at.
pub(super) struct Tips {
    /// For each commit, how it is reached.
    reach: Vec<u8>,
    /// Names of refs, sorted.
    names: Vec<Vec<u8>>,
    /// For each commit that refs point at, which of `names`.
    at: BTreeMap<usize, Vec<u32>>,
    /// For each tag that refs point at, the same.
    tags: HashMap<ObjectId, Vec<u32>>,
    /// For each blob or tree that refs point at, through tags too, the same.
    objects: BTreeMap<ObjectId, Vec<u32>>,
    /// The commit that HEAD points at.
    pub head: Option<usize>,
    /// Whether there are remote-tracking refs, without which nothing is known about pushing.
    pub remote: bool,
}

impl Tips {
    /// Follows all refs and reflogs. Objects larger than `largest` are not read.
    pub(super) fn new(
        refs: &Refs,
        reflogs: &[(Vec<u8>, ObjectId)],
        commits: &Commits,
        store: &Store,
        largest: u64,
    ) -> Self {
        let mut tips = Self {
            reach: vec![0; commits.nodes().len()],
            names: Vec::new(),
            at: BTreeMap::new(),
            tags: HashMap::new(),
            objects: BTreeMap::new(),
            head: None,
            remote: refs
                .all
                .iter()
                .any(|(name, _)| name.starts_with(b"refs/remotes/")),
        };
        let place = |id: &ObjectId| commits.find(store.find(id.as_bytes())?);
        for (name, target) in &refs.all {
            let Some(target) = target else { continue };
            let number = tips.names.len() as u32;
            let mut at = place(target);
            let mut id = *target;
            let mut depth = 0;
            while at.is_none() && depth < DEEPEST_TAG {
                let Some(next) = tagged(store, &id, largest) else {
                    break;
                };
                tips.tags.entry(id).or_default().push(number);
                id = next;
                at = place(&id);
                depth += 1;
            }
            tips.names.push(name.clone());
            if at.is_none() {
                tips.objects.entry(id).or_default().push(number);
            }
            if let Some(at) = at {
                tips.at.entry(at).or_default().push(number);
                tips.reach[at] |= match &name[..] {
                    b"refs/stash" => STASH,
                    name if name.starts_with(b"refs/remotes/") => REFS | REMOTE,
                    _ => REFS,
                };
            }
        }
        tips.head = refs.head.as_ref().and_then(place);
        if let Some(head) = tips.head {
            tips.reach[head] |= REFS;
        }
        for (name, id) in reflogs {
            if let Some(at) = place(id) {
                tips.reach[at] |= match &name[..] {
                    b"refs/stash" => STASH,
                    name if name.starts_with(b"refs/remotes/") => REFLOG | REMOTE,
                    _ => REFLOG,
                };
            }
        }
        // Children stand before parents.
        for at in 0..tips.reach.len() {
            for &parent in commits.parents(at) {
                tips.reach[parent as usize] |= tips.reach[at];
            }
        }
        tips
    }

    /// The easiest way to a commit.
    pub(super) fn reachable(&self, at: usize) -> Reachable {
        match self.reach.get(at).copied().unwrap_or_default() {
            reach if reach & REFS != 0 => Reachable::Refs,
            reach if reach & STASH != 0 => Reachable::Stash,
            reach if reach & REFLOG != 0 => Reachable::Reflog,
            _ => Reachable::None,
        }
    }

    /// Whether a remote-tracking ref leads, or once led, to a commit.
    pub(super) fn is_remote(&self, at: usize) -> bool {
        self.reach.get(at).is_some_and(|reach| reach & REMOTE != 0)
    }

    /// Commits with the refs that point at them, through tags too.
    pub(super) fn commits(&self) -> impl Iterator<Item = (usize, &[u32])> {
        self.at.iter().map(|(&at, refs)| (at, &refs[..]))
    }

    /// Blobs and trees with the refs that point at them, through tags too.
    pub(super) fn objects(&self) -> impl Iterator<Item = (&ObjectId, &[u32])> {
        self.objects.iter().map(|(id, refs)| (id, &refs[..]))
    }

    /// The refs that point at a tag, or at one that points at it.
    pub(super) fn of_tag(&self, id: &ObjectId) -> &[u32] {
        self.tags.get(id).map_or(&[], |refs| refs)
    }

    /// The name of a ref.
    pub(super) fn name(&self, number: u32) -> &[u8] {
        self.names.get(number as usize).map_or(&[], |name| name)
    }

    /// For each of these commits the refs that lead to it.
    pub(super) fn leading_to(&self, targets: &[usize], commits: &Commits) -> Vec<Vec<u32>> {
        let mut leading = Vec::with_capacity(targets.len());
        for targets in targets.chunks(64) {
            // A bit for each of up to 64 commits; parents stand behind their children.
            let mut masks = vec![0u64; commits.nodes().len()];
            for (bit, &target) in targets.iter().enumerate() {
                if let Some(mask) = masks.get_mut(target) {
                    *mask |= 1 << bit;
                }
            }
            for at in (0..masks.len()).rev() {
                let above = commits
                    .parents(at)
                    .iter()
                    .map(|&parent| masks[parent as usize]);
                masks[at] |= above.fold(0, |all, mask| all | mask);
            }
            for bit in 0..targets.len() {
                let led = self
                    .at
                    .iter()
                    .filter(|(at, _)| masks[**at] & (1 << bit) != 0);
                let mut refs: Vec<u32> = led.flat_map(|(_, refs)| refs.iter().copied()).collect();
                refs.sort_unstable();
                leading.push(refs);
            }
        }
        leading
    }
}

/// What a tag points at.
fn tagged(store: &Store, id: &ObjectId, largest: u64) -> Option<ObjectId> {
    let (kind, bytes) = store.read(id, largest)?;
    (kind == Kind::Tag).then(|| tag::target(&bytes))?
}
