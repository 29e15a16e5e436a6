//! Walks every delta tree of a pack depth first, so that each object is inflated once.
//!
//! Smaller subtrees go first and a base is freed before its last child, so that few buffers live at once; a thread
//! with nothing to do is given half of another's oldest open base, so that one huge tree does not leave it alone.

mod queue;
mod visit;

use std::ops::Range;

use libdeflater::Decompressor;

use super::delta::{self, Copy};
use super::family::Family;
use super::inflate::{Buffer, Exactly, inflate};
use super::pack::{Entry, Kind, Pack};
use super::tree;
use crate::control::Control;
use crate::model::{Fresh, Mark, Problem, ProblemKind, Reach};
use queue::{EndOnPanic, Open, Queue, Work};

pub use visit::{BaseTree, Entries, Visited, Visitor};

/// A root of so many bytes is come to before the smaller ones. It may be an archive, which one thread opens: at the end, the
/// others would wait for it.
const LARGE: u64 = 1 << 20;

/// Walks the objects of these kinds with as many threads as the pool has.
pub fn walk<V: Visitor>(
    pack: &Pack,
    family: &Family,
    kinds: &[Kind],
    reach: Reach,
    control: &Control,
    pool: &rayon::ThreadPool,
    visitor: impl Fn() -> V + Sync,
) {
    let mut roots = family.roots(kinds);
    roots.sort_by_key(|&root| family.entry(root).is_none_or(|entry| entry.size < LARGE));
    let queue = Queue::new(roots.len(), pool.current_num_threads());
    pool.broadcast(|_| {
        let mut walker = Walker::new(pack, family, reach, control, &queue, visitor());
        let _over = EndOnPanic(&queue);
        while let Some(work) = queue.next() {
            match work {
                Work::Roots(range) => roots
                    .get(range)
                    .unwrap_or_default()
                    .iter()
                    .for_each(|&root| walker.root(root)),
                Work::Given(open) => walker.descend(open),
            }
        }
    });
}

struct Walker<'a, V> {
    pack: &'a Pack,
    family: &'a Family,
    reach: Reach,
    control: &'a Control,
    queue: &'a Queue,
    visitor: V,
    decompressor: Decompressor,
    stack: Vec<Open>,
    spare: Vec<Open>,
    delta: Buffer,
    copies: Vec<Copy>,
    fresh: Vec<Range<usize>>,
    inherited: Vec<Mark>,
    fresh_entries: Vec<u32>,
    kept: Vec<Range<usize>>,
}

impl<'a, V: Visitor> Walker<'a, V> {
    fn new(
        pack: &'a Pack,
        family: &'a Family,
        reach: Reach,
        control: &'a Control,
        queue: &'a Queue,
        visitor: V,
    ) -> Self {
        Self {
            pack,
            family,
            reach,
            control,
            queue,
            visitor,
            decompressor: Decompressor::new(),
            stack: Vec::new(),
            spare: Vec::new(),
            delta: Buffer::default(),
            copies: Vec::new(),
            fresh: Vec::new(),
            inherited: Vec::new(),
            fresh_entries: Vec::new(),
            kept: Vec::new(),
        }
    }

    fn root(&mut self, at: u32) {
        let Some(entry) = self.family.entry(at) else {
            return;
        };
        let Some(kind) = entry.kind else { return };
        if self.control.is_cancelled() {
            return;
        }
        let children = self.family.children(at);
        if entry.size > self.control.limits.max_whole_object
            && children.is_empty()
            && kind == Kind::Blob
        {
            return self.large(kind, entry);
        }
        let mut open = self.take();
        if entry.size > self.control.limits.max_delta_result {
            self.broken(
                at,
                "it is larger than the limit for an object that deltas build on",
                ProblemKind::Limit,
            );
            return;
        }
        if let Err(reason) = inflate(
            &mut self.decompressor,
            self.pack.stream(entry),
            entry.size,
            &mut open.data,
        ) {
            self.broken(at, reason, ProblemKind::DamagedObject);
            self.spare(open);
            return;
        }
        open.marks.clear();
        if kind == Kind::Tree {
            let whole = tree::starts(open.data.as_slice(), self.pack.hash_len(), &mut open.starts);
            if !whole {
                self.senseless(entry);
            }
        } else {
            open.starts.clear();
        }
        let seen = Visited {
            kind,
            entry,
            bytes: open.data.as_slice(),
            fresh: Fresh::All,
            inherited: &[],
            entries: Entries {
                all: &open.starts,
                fresh: &open.starts,
                base: None,
            },
        };
        self.visitor.object(&seen, &mut open.marks);
        open.children = children;
        self.descend(open);
    }

    fn descend(&mut self, open: Open) {
        self.stack.push(open);
        while let Some(top) = self.stack.last_mut() {
            let Some(child) = top.children.next() else {
                if let Some(done) = self.stack.pop() {
                    self.spare(done);
                }
                continue;
            };
            if self.control.is_cancelled() {
                self.stack.clear();
                return;
            }
            let child = self.family.child(child);
            if top.children.is_empty() {
                if let Some(base) = self.stack.pop() {
                    let made = self.make(child, &base);
                    self.spare(base);
                    self.stack.extend(made);
                }
            } else if let Some(base) = self.stack.pop() {
                let made = self.make(child, &base);
                self.stack.push(base);
                self.stack.extend(made);
            }
            if self.queue.is_hungry() {
                self.share();
            }
        }
    }

    /// Gives half of what is left under the oldest open base to a thread that has nothing to do.
    fn share(&mut self) {
        let Some(open) = self.stack.iter_mut().find(|open| !open.children.is_empty()) else {
            return;
        };
        // The later children have the larger subtrees.
        let middle = open.children.start + open.children.len() / 2;
        let given = Open {
            data: open.data.copied(),
            marks: open.marks.clone(),
            starts: open.starts.clone(),
            children: middle..open.children.end,
        };
        open.children.end = middle;
        self.queue.give(given);
    }

    fn take(&mut self) -> Open {
        self.spare.pop().unwrap_or_default()
    }

    /// Keeps a buffer for the next object.
    fn spare(&mut self, open: Open) {
        // Many tiny buffers are cheap, one huge one that is kept for ever is not.
        const KEPT: usize = 8 << 20;
        if open.data.capacity() <= KEPT {
            self.spare.push(open);
        }
    }

    /// Whether so many bytes more would be too much beside the bases that are open. Smaller subtrees go first, so that
    /// few are; but a hostile pack can have each of them as large as an object may be.
    fn too_much(&self, base: usize, more: u64) -> bool {
        const SMALL: u64 = 16 << 20;
        let open = || self.stack.iter().map(|open| open.data.capacity() as u64);
        let limit = self.control.limits.max_open_bases;
        more > SMALL.min(limit / 4) && open().sum::<u64>() + base as u64 + more > limit
    }

    /// Makes a delta's object from its base and shows it; what its own children need.
    fn make(&mut self, at: u32, base: &Open) -> Option<Open> {
        let entry = self.family.entry(at)?;
        let mut open = self.take();
        if let Err((kind, reason)) = self.apply(entry, base.data.as_slice(), &mut open.data) {
            self.broken(at, reason, kind);
            self.spare(open);
            return None;
        }
        let (from, bytes) = (base.data.as_slice().len(), open.data.as_slice());
        delta::fresh(&self.copies, from, bytes.len(), self.reach, &mut self.fresh);
        delta::carry(
            &base.marks,
            &self.copies,
            from,
            bytes.len(),
            self.reach,
            &mut self.inherited,
        );
        let kind = entry.kind?;
        if kind == Kind::Tree {
            let hash = self.pack.hash_len();
            let whole = tree::carry_starts(
                (&base.starts, from),
                &self.copies,
                bytes,
                hash,
                &mut open.starts,
                &mut self.fresh_entries,
                &mut self.kept,
            );
            if !whole {
                self.senseless(entry);
            }
        }
        let base_entry = self.family.entry(entry.base);
        let base = base_entry.map(|known| BaseTree {
            at: known.at,
            bytes: base.data.as_slice(),
            starts: &base.starts,
            kept: &self.kept,
            marks: &base.marks,
        });
        let seen = Visited {
            kind,
            entry,
            bytes,
            fresh: Fresh::Only(&self.fresh),
            inherited: &self.inherited,
            entries: Entries {
                all: &open.starts,
                fresh: &self.fresh_entries,
                base,
            },
        };
        open.marks.clear();
        self.visitor.object(&seen, &mut open.marks);
        open.children = self.family.children(at);
        if open.children.is_empty() {
            self.spare(open);
            return None;
        }
        Some(open)
    }

    fn apply(
        &mut self,
        entry: &Entry,
        base: &[u8],
        out: &mut Buffer,
    ) -> Result<(), (ProblemKind, &'static str)> {
        let damaged = |reason| (ProblemKind::DamagedObject, reason);
        if entry.size > self.control.limits.max_delta_result {
            return Err((ProblemKind::Limit, "its delta is larger than the limit"));
        }
        inflate(
            &mut self.decompressor,
            self.pack.stream(entry),
            entry.size,
            &mut self.delta,
        )
        .map_err(damaged)?;
        let delta = self.delta.as_slice();
        let (from, to, at) = delta::sizes(delta).ok_or(damaged("its delta is cut off"))?;
        if from != base.len() as u64 {
            return Err(damaged("its delta was made for another base"));
        }
        if to > self.control.limits.max_delta_result {
            return Err((
                ProblemKind::Limit,
                "it is larger than the limit for what a delta makes",
            ));
        }
        if self.too_much(base.len(), to) {
            return Err((
                ProblemKind::Limit,
                "it and what it builds on are larger than the limit for open bases",
            ));
        }
        delta::apply(base, delta, at, out.resize(to as usize), &mut self.copies).map_err(damaged)
    }

    fn large(&mut self, kind: Kind, entry: &Entry) {
        let mut reader = flate2::read::ZlibDecoder::new(self.pack.stream(entry));
        let mut reader = Exactly {
            inner: &mut reader,
            left: entry.size,
        };
        if let Err(error) = self.visitor.large(kind, entry, &mut reader) {
            let place = self
                .pack
                .id(entry)
                .map(|id| id.to_string())
                .unwrap_or_default();
            let message = format!("the object cannot be read to its end: {error}; run `git fsck`");
            self.visitor
                .problem(Problem::new(ProblemKind::DamagedObject, place, message));
        }
    }

    fn senseless(&mut self, entry: &Entry) {
        let place = self
            .pack
            .id(entry)
            .map(|id| id.to_string())
            .unwrap_or_default();
        let message = "the tree stops making sense before its end; run `git fsck`";
        self.visitor
            .problem(Problem::new(ProblemKind::DamagedObject, place, message));
    }

    fn broken(&mut self, at: u32, reason: &str, kind: ProblemKind) {
        let Some(entry) = self.family.entry(at) else {
            return;
        };
        let place = self
            .pack
            .id(entry)
            .map(|id| id.to_string())
            .unwrap_or_default();
        let below = self.family.descendants(at);
        let more = if below > 0 {
            format!("; {below} objects that build on it are lost with it")
        } else {
            String::new()
        };
        let message = format!("the object cannot be read: {reason}{more}; run `git fsck`");
        self.visitor.problem(Problem::new(kind, place, message));
    }
}
