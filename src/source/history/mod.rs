//! A repository's whole object database and the names of its refs.
//!
//! First the contents (blobs, commits, tags), then the trees once, for what needs them: names, absent objects, and the
//! paths that lead to what was found.

mod contents;
mod lineage;
mod lookups;
mod trees;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::control::Control;
use crate::error::{Error, Result};
use crate::git::commits::{Commits, Node};
use crate::git::family::Family;
use crate::git::foreign::Orphans;
use crate::git::pack::Pack;
use crate::git::refs::Refs;
use crate::git::treelog::{Part, TreeLog};
use crate::git::walk::{self, Visitor};
use crate::git::{Kind, Repository, Store};
use crate::model::{Chunk, ObjectId, Origin, Problem, ProblemKind, Reach, Sink};


/// What a scan of history found out besides what it pushed.
pub struct History {
    /// For looking at an object again.
    pub stores: Vec<Store>,
    /// What HEAD points at.
    pub head: Option<ObjectId>,
    /// Distinct blobs read.
    pub blobs: u64,
    /// Distinct commits read.
    pub commits: u64,
    /// Bytes of blobs, commits and tags.
    pub bytes: u64,
    /// The refs.
    pub refs: Refs,
    /// Who builds on whom and what trees hold; `None` if nothing was found.
    pub lineage: Option<Lineage>,
}

/// What tells where in history something stands.
pub struct Lineage {
    /// The commits.
    pub commits: Commits,
    /// The trees.
    pub trees: TreeLog,
}

impl History {
    /// Reads an object that was scanned.
    pub fn read(&self, id: &ObjectId, control: &Control) -> Option<Vec<u8>> {
        let largest = control.limits.max_delta_result;
        self.stores
            .iter()
            .rev()
            .find_map(|store| store.read(id, largest))
            .map(|(_, bytes)| bytes)
    }
}

/// How often the database is looked at again because packs came while it was scanned.
const ROUNDS: usize = 3;

/// Scans every object of a repository, reachable or not, and the names of its refs.
pub fn scan(
    repository: &Repository,
    reach: Reach,
    sink: &dyn Sink,
    control: &Control,
) -> Result<History> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(control.thread_count())
        .build()
        .map_err(|error| Error::Threads(error.to_string()))?;
    let mut problems = repository.problems.clone();
    let refs = Refs::read(repository, &mut problems);
    let mut history = History {
        stores: Vec::new(),
        head: refs.head,
        blobs: 0,
        commits: 0,
        bytes: 0,
        lineage: None,
        refs,
    };
    for number in 1..=ROUNDS {
        let mut found = Vec::new();
        let store = pool.install(|| Store::open(repository, control.limits.alternates, &mut found));
        let round = Round::new(&store, repository, reach, sink, control);
        pool.install(|| round.scan(&pool, &mut found));
        let grown = !control.is_cancelled() && store.has_grown();
        history.blobs = round.blobs.load(Ordering::Relaxed);
        history.commits = round.commits.load(Ordering::Relaxed);
        history.bytes = round.bytes.load(Ordering::Relaxed);
        history.lineage = round.lineage();
        if !control.is_cancelled() {
            round.name_absent(&mut found);
            name_broken_refs(&history.refs, &store, &mut found);
        }
        history.stores.push(store);
        if !grown || number == ROUNDS {
            // What was wrong in an earlier round was a repository in motion.
            problems.append(&mut found);
        }
        if !grown {
            break;
        }
        if number == ROUNDS {
            let message =
                "the repository kept changing while it was scanned; run it again when it rests";
            let place = repository.name.display().to_string();
            problems.push(Problem::new(ProblemKind::Changed, place, message));
        }
    }
    if !repository.shallow.is_empty() {
        let message = format!(
            "this clone is shallow: history ends at {} commit(s) and what is older was not scanned; run `git fetch --unshallow`",
            repository.shallow.len()
        );
        problems.push(Problem::new(
            ProblemKind::Shallow,
            repository.name.display().to_string(),
            message,
        ));
    }
    push_refs(&history.refs, sink);
    problems.sort();
    problems.dedup();
    problems
        .into_iter()
        .for_each(|problem| sink.problem(problem));
    Ok(history)
}

fn push_refs(refs: &Refs, sink: &dyn Sink) {
    let mut worker = sink.worker();
    let mut marks = Vec::new();
    for (name, _) in &refs.all {
        worker.chunk(&Chunk::whole(name, Origin::RefName, Some(name)), &mut marks);
        marks.clear();
    }
}

fn name_broken_refs(refs: &Refs, store: &Store, problems: &mut Vec<Problem>) {
    let head = (b"HEAD".to_vec(), refs.head);
    if !store.unopened.is_empty() {
        return;
    }
    for (name, target) in refs.all.iter().chain([&head]) {
        if let Some(id) = target.filter(|id| store.find(id.as_bytes()).is_none()) {
            let message = format!(
                "the ref points at {id}, which is not there; fetch it again, or delete the ref"
            );
            problems.push(Problem::new(
                ProblemKind::BrokenRef,
                String::from_utf8_lossy(name),
                message,
            ));
        }
    }
}

/// A set of object numbers that many threads add to.
struct Numbers(Vec<AtomicU64>);

impl Numbers {
    fn new(len: usize) -> Self {
        Self((0..len.div_ceil(64)).map(|_| AtomicU64::new(0)).collect())
    }

    fn add(&self, number: u32) {
        if let Some(word) = self.0.get(number as usize / 64) {
            word.fetch_or(1 << (number % 64), Ordering::Relaxed);
        }
    }

    fn has(&self, number: u32) -> bool {
        self.0
            .get(number as usize / 64)
            .is_some_and(|word| word.load(Ordering::Relaxed) & (1 << (number % 64)) != 0)
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(|word| word.load(Ordering::Relaxed) == 0)
    }
}

/// Tells most ids in which nothing was found from those in which something was, by their first two bytes.
struct Filter(Vec<bool>);

impl Filter {
    fn new(found: &BTreeSet<ObjectId>) -> Self {
        let mut filter = vec![false; 1 << 16];
        for id in found {
            if let Some(slot) = Self::slot(id.as_bytes()).and_then(|slot| filter.get_mut(slot)) {
                *slot = true;
            }
        }
        Self(filter)
    }

    fn may_hold(&self, id: &[u8]) -> bool {
        Self::slot(id)
            .and_then(|slot| self.0.get(slot))
            .is_none_or(|&held| held)
    }

    fn slot(id: &[u8]) -> Option<usize> {
        id.first_chunk()
            .map(|start| usize::from(u16::from_le_bytes(*start)))
    }
}

/// One look at the whole database.
struct Round<'a> {
    store: &'a Store,
    repository: &'a Repository,
    reach: Reach,
    sink: &'a dyn Sink,
    control: &'a Control,
    /// Whether an object may be there twice.
    copies: bool,
    /// Objects in which something was found.
    found: Numbers,
    found_ids: Mutex<BTreeSet<ObjectId>>,
    absent: Mutex<BTreeSet<ObjectId>>,
    logs: Mutex<Vec<Part>>,
    nodes: Mutex<Vec<Node>>,
    loose_trees: Mutex<Vec<usize>>,
    loose_commits: Mutex<Vec<usize>>,
    /// Whether a packed object was damaged, so that other copies are worth a look.
    broken: AtomicBool,
    blobs: AtomicU64,
    commits: AtomicU64,
    bytes: AtomicU64,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Round<'a> {
    fn new(
        store: &'a Store,
        repository: &'a Repository,
        reach: Reach,
        sink: &'a dyn Sink,
        control: &'a Control,
    ) -> Self {
        Self {
            store,
            repository,
            reach,
            sink,
            control,
            copies: store.packs.len() + usize::from(!store.loose.is_empty()) > 1,
            found: Numbers::new(store.len()),
            found_ids: Mutex::default(),
            absent: Mutex::default(),
            logs: Mutex::default(),
            nodes: Mutex::default(),
            loose_trees: Mutex::default(),
            loose_commits: Mutex::default(),
            broken: AtomicBool::new(false),
            blobs: AtomicU64::new(0),
            commits: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        }
    }

    fn scan(&self, pool: &rayon::ThreadPool, problems: &mut Vec<Problem>) {
        self.control.phase(self.store.len() as u64);
        let families: Vec<Family> = self
            .store
            .packs
            .iter()
            .map(|(_, pack)| Family::new(pack.entries(problems)))
            .collect();
        let orphans = Orphans::find(self.store, &families, problems);
        self.broken.fetch_or(orphans.lost, Ordering::Relaxed);
        let kinds = [Kind::Blob, Kind::Commit, Kind::Tag];
        for ((first, pack), family) in self.store.packs.iter().zip(&families) {
            walk::walk(pack, family, &kinds, self.reach, self.control, pool, || {
                contents::Contents::new(self, Some((*first, pack)))
            });
        }
        orphans.walk(&kinds, self.control, |first, pack| {
            contents::Contents::new(self, Some((first, pack)))
        });
        self.each_loose(
            |contents, number| contents.loose(number),
            0..self.store.loose.len(),
        );
        let names_only = self.found.is_empty();
        self.trees(pool, &families, &orphans, !names_only);
        if names_only && !self.found.is_empty() {
            // A key stands in a name: now the trees matter to it.
            self.trees(pool, &families, &orphans, true);
        }
        if !self.found.is_empty() {
            self.commits(pool, &families, &orphans);
        }
    }

    fn trees(
        &self,
        pool: &rayon::ThreadPool,
        families: &[Family],
        orphans: &Orphans<'_>,
        log: bool,
    ) {
        let filter = Filter::new(&lock(&self.found_ids));
        let visitor = |pack| trees::Trees::new(self, pack, log.then_some(&filter));
        self.packed(pool, families, orphans, Kind::Tree, visitor);
        let mut loose = lock(&self.loose_trees).clone();
        loose.sort_unstable();
        loose.par_iter().for_each_init(
            || visitor(None),
            |trees, &at| {
                if !self.control.is_cancelled() {
                    trees.loose(at);
                }
            },
        );
    }

    fn commits(&self, pool: &rayon::ThreadPool, families: &[Family], orphans: &Orphans<'_>) {
        let visitor = |pack| lineage::Reader::new(self, pack);
        self.packed(pool, families, orphans, Kind::Commit, visitor);
        let loose = lock(&self.loose_commits).clone();
        loose
            .par_iter()
            .for_each_init(|| visitor(None), |commits, &at| commits.loose(at));
    }

    /// Walks the packed objects of one kind.
    fn packed<'b, V: Visitor>(
        &'b self,
        pool: &rayon::ThreadPool,
        families: &[Family],
        orphans: &Orphans<'b>,
        kind: Kind,
        visitor: impl Fn(Option<(u32, &'b Pack)>) -> V + Sync,
    ) {
        for ((first, pack), family) in self.store.packs.iter().zip(families) {
            walk::walk(
                pack,
                family,
                &[kind],
                self.reach,
                self.control,
                pool,
                || visitor(Some((*first, pack))),
            );
        }
        orphans.walk(&[kind], self.control, |first, pack| {
            visitor(Some((first, pack)))
        });
    }

    fn each_loose(
        &self,
        each: impl Fn(&mut contents::Contents<'_>, usize) + Sync,
        range: std::ops::Range<usize>,
    ) {
        range.into_par_iter().for_each_init(
            || contents::Contents::new(self, None),
            |contents, at| {
                if !self.control.is_cancelled() {
                    each(contents, at);
                }
            },
        );
    }

    /// The number that all copies of an object share; `None` for a copy that is not the first.
    fn first_copy(&self, id: Option<ObjectId>, number: u32) -> bool {
        !self.copies || id.is_none_or(|id| self.store.find(id.as_bytes()) == Some(number))
    }

    fn note(&self, id: Option<ObjectId>) {
        if let Some(id) = id {
            if let Some(number) = self.store.find(id.as_bytes()) {
                self.found.add(number);
            }
            lock(&self.found_ids).insert(id);
        }
    }

    fn lineage(&self) -> Option<Lineage> {
        (!self.found.is_empty()).then(|| Lineage {
            commits: Commits::new(std::mem::take(&mut *lock(&self.nodes))),
            trees: TreeLog::join(std::mem::take(&mut *lock(&self.logs))),
        })
    }

    fn name_absent(&self, problems: &mut Vec<Problem>) {
        const SHOWN: usize = 100;
        let absent = lock(&self.absent);
        if absent.is_empty() || !self.store.unopened.is_empty() {
            return;
        }
        let place = self.repository.name.display().to_string();
        if self.repository.partial {
            let message = format!(
                "this clone is partial: {} objects were left at the remote and not scanned; clone it whole",
                absent.len()
            );
            problems.push(Problem::new(ProblemKind::Partial, place, message));
            return;
        }
        for id in absent.iter().take(SHOWN) {
            let message =
                "history names this object, and it is not there; run `git fsck`, or fetch again";
            problems.push(Problem::new(
                ProblemKind::AbsentObject,
                id.to_string(),
                message,
            ));
        }
        if absent.len() > SHOWN {
            let message = format!(
                "{} more objects that history names are not there",
                absent.len() - SHOWN
            );
            problems.push(Problem::new(ProblemKind::AbsentObject, place, message));
        }
    }
}
