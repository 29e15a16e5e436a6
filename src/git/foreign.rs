//! Deltas whose base is not in their pack. Git completes a pack before it keeps it; other tools have kept packs whose
//! reference deltas (gitformat-pack) build on objects of other packs, or on loose ones.

use std::collections::HashMap;
use std::ops::Range;

use libdeflater::Decompressor;
use rayon::prelude::*;

use super::family::Family;
use super::inflate::{Buffer, inflate};
use super::pack::{BaseRef, Entry, Kind, NONE, Pack, inherit_kinds};
use super::walk::{Entries, Visited, Visitor};
use super::{Store, delta, tree};
use crate::control::Control;
use crate::model::{Fresh, ObjectId, Problem, ProblemKind};

/// The entries to which their own packs gave no kind.
pub struct Orphans<'a> {
    store: &'a Store,
    packs: Vec<Adopted<'a>>,
    /// Whether some can be read nowhere, so that other copies are worth a look.
    pub lost: bool,
}

/// The orphans of one pack.
struct Adopted<'a> {
    first: u32,
    pack: &'a Pack,
    /// The pack's entries, and behind them one root for each of `bases`.
    family: Family,
    own: usize,
    bases: Vec<ObjectId>,
}

impl<'a> Orphans<'a> {
    /// Looks elsewhere for the bases of what has no kind in its own pack, and names what stays without.
    pub fn find(store: &'a Store, families: &[Family], problems: &mut Vec<Problem>) -> Self {
        let mut orphans = Self {
            store,
            packs: Vec::new(),
            lost: false,
        };
        for ((first, pack), family) in store.packs.iter().zip(families) {
            let lost = family.entries().iter().filter(|entry| entry.kind.is_none());
            let lost: Vec<Entry> = lost.copied().collect();
            if lost.is_empty() {
                continue;
            }
            let own = lost.len();
            let (mut entries, bases) = link(store, pack, lost);
            inherit_kinds(&mut entries);
            orphans.lost |= name_lost(pack, entries.get(..own).unwrap_or_default(), problems);
            orphans.packs.push(Adopted {
                first: *first,
                pack,
                family: Family::new(entries),
                own,
                bases,
            });
        }
        orphans
    }

    /// Shows the objects of these kinds, in the threads of the pool that this is called in. `visitor` gets the number
    /// of a pack's first object, and the pack.
    pub fn walk<V: Visitor>(
        &self,
        kinds: &[Kind],
        control: &Control,
        visitor: impl Fn(u32, &'a Pack) -> V + Sync,
    ) {
        for adopted in &self.packs {
            adopted.family.roots(kinds).par_iter().for_each_init(
                || Walker {
                    store: self.store,
                    adopted,
                    control,
                    visitor: visitor(adopted.first, adopted.pack),
                    decompressor: Decompressor::new(),
                    delta: Buffer::default(),
                    copies: Vec::new(),
                    starts: Vec::new(),
                },
                |walker, &root| walker.root(root),
            );
        }
    }
}

/// Links entries to their bases again, this time to those outside the pack too.
fn link(store: &Store, pack: &Pack, mut entries: Vec<Entry>) -> (Vec<Entry>, Vec<ObjectId>) {
    let own = entries.len();
    let offsets: Vec<u64> = entries.iter().map(|entry| entry.offset).collect();
    let rank = |offset: u64| {
        let at = offsets.binary_search(&offset).ok()?;
        u32::try_from(at).ok()
    };
    let mut bases = Vec::new();
    let mut numbers: HashMap<ObjectId, Option<u32>> = HashMap::new();
    for entry in &mut entries {
        let base = match pack.entry_at(entry.offset).and_then(|(_, base)| base) {
            None => None,
            Some(BaseRef::Offset(offset)) => rank(offset),
            Some(BaseRef::Id(id)) => match pack.index.find(id.as_bytes()) {
                Some(at) => pack.index.offset(at).and_then(rank),
                None => *numbers.entry(id).or_insert_with(|| {
                    bases.push(id);
                    u32::try_from(own + bases.len() - 1).ok()
                }),
            },
        };
        entry.base = base.unwrap_or(NONE);
    }
    let root = |id| Entry {
        offset: u64::MAX,
        data: 0,
        size: 0,
        at: NONE,
        base: NONE,
        kind: store.kind(id),
        delta: false,
    };
    entries.extend(bases.iter().map(root));
    (entries, bases)
}

/// Names the entries that have no kind; whether there are any.
fn name_lost(pack: &Pack, entries: &[Entry], problems: &mut Vec<Problem>) -> bool {
    const SHOWN: usize = 20;
    let lost = || entries.iter().filter(|entry| entry.kind.is_none());
    let whole = || pack.path.display().to_string();
    for entry in lost().take(SHOWN) {
        let place = pack.id(entry).map_or_else(whole, |id| id.to_string());
        let message = "its header is damaged, or what the delta that it is builds on is not there; run `git fsck`, or fetch again";
        problems.push(Problem::new(ProblemKind::DamagedObject, place, message));
    }
    let count = lost().count();
    if count > SHOWN {
        let message = format!(
            "{} more objects of this pack cannot be read; run `git fsck`",
            count - SHOWN
        );
        problems.push(Problem::new(ProblemKind::DamagedPack, whole(), message));
    }
    count > 0
}

/// A base with children still to be made.
struct Open {
    bytes: Vec<u8>,
    children: Range<usize>,
}

/// Walks depth first and iteratively, as [`super::walk`] does, for a chain may be of any length.
struct Walker<'a, V> {
    store: &'a Store,
    adopted: &'a Adopted<'a>,
    control: &'a Control,
    visitor: V,
    decompressor: Decompressor,
    delta: Buffer,
    copies: Vec<delta::Copy>,
    starts: Vec<u32>,
}

impl<V: Visitor> Walker<'_, V> {
    fn root(&mut self, root: u32) {
        let number = (root as usize).checked_sub(self.adopted.own);
        let Some(id) = number.and_then(|at| self.adopted.bases.get(at)) else {
            return;
        };
        let family = &self.adopted.family;
        let Some((_, bytes)) = self.store.read(id, self.control.limits.max_delta_result) else {
            let message = format!(
                "the object is damaged or larger than the limit, and {} objects of {} that build on it are lost with it; run `git fsck`",
                family.descendants(root),
                self.adopted.pack.path.display()
            );
            let problem = Problem::new(ProblemKind::DamagedObject, id.to_string(), message);
            return self.visitor.problem(problem);
        };
        let children = family.children(root);
        let mut stack = vec![Open { bytes, children }];
        while let Some(mut base) = stack.pop() {
            let Some(child) = base.children.next() else {
                continue;
            };
            if self.control.is_cancelled() {
                return;
            }
            let at = family.child(child);
            let made = self.make(at, &base.bytes);
            // A base is freed before its last child's children are made.
            if !base.children.is_empty() {
                stack.push(base);
            }
            let children = family.children(at);
            stack.extend(made.map(|bytes| Open { bytes, children }));
        }
    }

    /// Makes a delta's object, shows it, and returns it.
    fn make(&mut self, at: u32, base: &[u8]) -> Option<Vec<u8>> {
        let entry = self.adopted.family.entry(at)?;
        let kind = entry.kind?;
        let bytes = match self.apply(entry, base) {
            Ok(bytes) => bytes,
            Err((problem, reason)) => {
                let below = self.adopted.family.descendants(at);
                self.broken(entry, problem, reason, below);
                return None;
            }
        };
        self.starts.clear();
        if kind == Kind::Tree
            && !tree::starts(&bytes, self.adopted.pack.hash_len(), &mut self.starts)
        {
            let reason = "the tree stops making sense before its end";
            self.broken(entry, ProblemKind::DamagedObject, reason, 0);
        }
        let seen = Visited {
            kind,
            entry,
            bytes: &bytes,
            fresh: Fresh::All,
            inherited: &[],
            entries: Entries {
                all: &self.starts,
                fresh: &self.starts,
                base: None,
            },
        };
        self.visitor.object(&seen, &mut Vec::new());
        Some(bytes)
    }

    fn apply(
        &mut self,
        entry: &Entry,
        base: &[u8],
    ) -> Result<Vec<u8>, (ProblemKind, &'static str)> {
        let damaged = |reason| (ProblemKind::DamagedObject, reason);
        let largest = self.control.limits.max_delta_result;
        let limit = Err((ProblemKind::Limit, "it is larger than the limit for deltas"));
        if entry.size > largest {
            return limit;
        }
        let stream = self.adopted.pack.stream(entry);
        inflate(&mut self.decompressor, stream, entry.size, &mut self.delta).map_err(damaged)?;
        let delta = self.delta.as_slice();
        let (from, to, at) = delta::sizes(delta).ok_or(damaged("its delta is cut off"))?;
        if from != base.len() as u64 {
            return Err(damaged("its delta was made for another base"));
        }
        if to > largest {
            return limit;
        }
        let mut out = vec![0; to as usize];
        delta::apply(base, delta, at, &mut out, &mut self.copies).map_err(damaged)?;
        Ok(out)
    }

    fn broken(&mut self, entry: &Entry, kind: ProblemKind, reason: &str, below: u32) {
        let more = if below > 0 {
            format!("; {below} objects that build on it are lost with it")
        } else {
            String::new()
        };
        let id = self.adopted.pack.id(entry);
        let place = id.map(|id| id.to_string()).unwrap_or_default();
        let message = format!("the object cannot be read: {reason}{more}; run `git fsck`");
        self.visitor.problem(Problem::new(kind, place, message));
    }
}
