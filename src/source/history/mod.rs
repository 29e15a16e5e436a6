//! A repository's whole object database and the names of its refs.
//!
//! First the contents (blobs, commits, tags), then the trees once, for what needs them: names, absent objects, and the
//! paths that lead to what was found.

mod contents;
mod lineage;
mod lookups;
mod round;
mod sets;
mod trees;

use std::sync::atomic::Ordering;

use crate::control::Control;
use crate::error::{Error, Result};
use crate::git::commits::Commits;
use crate::git::refs::Refs;
use crate::git::treelog::TreeLog;
use crate::git::{Repository, Store};
use crate::model::{Chunk, ObjectId, Origin, Problem, ProblemKind, Reach, Sink};
use round::{Round, lock};
use sets::Filter;

/// What a scan of history found out besides what it pushed.
pub struct History {
    /// For looking at an object again.
    pub stores: Vec<Store>,
    /// The threads that the run may use.
    pub pool: rayon::ThreadPool,
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
    /// Who builds on whom and what trees hold; `None` if nothing was found, or if it
    /// would be more than the limit.
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
        pool,
    };
    let pool = &history.pool;
    for number in 1..=ROUNDS {
        let mut found = Vec::new();
        let store = pool.install(|| Store::open(repository, control.limits.alternates, &mut found));
        let round = Round::new(&store, repository, reach, sink, control);
        pool.install(|| round.scan(pool, &mut found));
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
