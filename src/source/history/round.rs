//! One look at a whole object database.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::sets::{Filter, Numbers};
use super::{Lineage, contents, lineage, trees};
use crate::control::Control;
use crate::git::commits::{Commits, Node};
use crate::git::family::Family;
use crate::git::foreign::Orphans;
use crate::git::pack::Pack;
use crate::git::treelog::{Part, TreeLog};
use crate::git::walk::{self, Visitor};
use crate::git::{Kind, Repository, Store};
use crate::model::{ObjectId, Problem, ProblemKind, Reach, Sink};

/// One look at the whole database.
pub(super) struct Round<'a> {
    pub(super) store: &'a Store,
    pub(super) repository: &'a Repository,
    pub(super) reach: Reach,
    pub(super) sink: &'a dyn Sink,
    pub(super) control: &'a Control,
    /// Whether an object may be there twice.
    pub(super) copies: bool,
    /// Objects in which something was found.
    pub(super) found: Numbers,
    pub(super) found_ids: Mutex<BTreeSet<ObjectId>>,
    pub(super) absent: Mutex<BTreeSet<ObjectId>>,
    pub(super) logs: Mutex<Vec<Part>>,
    /// Bytes of all logs.
    logged: AtomicU64,
    pub(super) nodes: Mutex<Vec<Node>>,
    pub(super) loose_trees: Mutex<Vec<usize>>,
    pub(super) loose_commits: Mutex<Vec<usize>>,
    /// What the threads remember of looking ids up.
    pub(super) known: Mutex<Vec<Vec<u64>>>,
    /// Whether a packed object was damaged, so that other copies are worth a look.
    pub(super) broken: AtomicBool,
    pub(super) blobs: AtomicU64,
    pub(super) commits: AtomicU64,
    pub(super) bytes: AtomicU64,
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Round<'a> {
    pub(super) fn new(
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
            logged: AtomicU64::new(0),
            nodes: Mutex::default(),
            loose_trees: Mutex::default(),
            loose_commits: Mutex::default(),
            known: Mutex::default(),
            broken: AtomicBool::new(false),
            blobs: AtomicU64::new(0),
            commits: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        }
    }

    pub(super) fn scan(&self, pool: &rayon::ThreadPool, problems: &mut Vec<Problem>) {
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
        let reach = match kind {
            Kind::Tree => self.reach.in_trees(),
            _ => self.reach,
        };
        for ((first, pack), family) in self.store.packs.iter().zip(families) {
            walk::walk(pack, family, &[kind], reach, self.control, pool, || {
                visitor(Some((*first, pack)))
            });
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
    pub(super) fn first_copy(&self, id: Option<ObjectId>, number: u32) -> bool {
        !self.copies || id.is_none_or(|id| self.store.find(id.as_bytes()) == Some(number))
    }

    pub(super) fn note(&self, id: Option<ObjectId>) {
        if let Some(id) = id {
            if let Some(number) = self.store.find(id.as_bytes()) {
                self.found.add(number);
            }
            lock(&self.found_ids).insert(id);
        }
    }

    /// Whether the logs, grown by so many bytes, are still within their limit.
    pub(super) fn may_log(&self, more: u64) -> bool {
        let logged = self.logged.fetch_add(more, Ordering::Relaxed);
        logged.saturating_add(more) <= self.control.limits.attribution.log
    }

    /// What tells where things stand; `None` if nothing was found, or if the logs are not whole.
    pub(super) fn lineage(&self) -> Option<Lineage> {
        (!self.found.is_empty() && self.may_log(0)).then(|| Lineage {
            commits: Commits::new(std::mem::take(&mut *lock(&self.nodes))),
            trees: TreeLog::join(std::mem::take(&mut *lock(&self.logs))),
        })
    }

    pub(super) fn name_absent(&self, problems: &mut Vec<Problem>) {
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
