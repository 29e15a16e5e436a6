//! Stands between the walk over files and the collector, and looks for bad habits around keys. When nobody asked it is not
//! there, so that it costs nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::assess::hygiene::{self, Content, Dotenv, Seen};
use crate::detect::Detector;
use crate::git::plain;
use crate::model::{Chunk, Hygiene, Mark, Origin, Outcome, Problem, Sink, Worker};
use crate::source::asking::Trees;

/// So many are kept, the first in their order: a hostile tree has one in every file.
const MOST: usize = 1000;

/// A sink that looks at files of the work tree and passes everything on.
pub(super) struct Habits<'a> {
    inner: &'a dyn Sink,
    pub(super) kept: Keeper<'a>,
}

/// What was seen so far.
pub(super) struct Keeper<'a> {
    detector: &'a Detector,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    found: BTreeSet<Hygiene>,
    more: bool,
    /// Files of variables: what they mean depends on what git makes of them.
    dotenv: BTreeMap<Vec<u8>, Dotenv>,
}

impl Kept {
    /// The first [`MOST`] in their order stay, so that the answer does not depend on threads.
    fn add(&mut self, found: Hygiene) {
        if !counts(&found) {
            return;
        }
        self.found.insert(found);
        if self.found.len() > MOST {
            self.found.pop_last();
            self.more = true;
        }
    }
}

/// Whether a habit counts. Every one passes here: whatever comes to allow some of them belongs here.
fn counts(_: &Hygiene) -> bool {
    true
}

impl<'a> Keeper<'a> {
    pub(super) fn new(detector: &'a Detector) -> Self {
        Self {
            detector,
            kept: Mutex::default(),
        }
    }

    /// Looks at a file, or at a window of one.
    pub(super) fn look(&self, chunk: &Chunk<'_>, path: &[u8]) {
        let content = Content {
            path,
            bytes: chunk.bytes,
            line: chunk.position.line,
            own: chunk.own,
            is_random: &|value| self.detector.is_unknown_but_random(value),
        };
        let Some(Seen { found, dotenv }) = hygiene::look(&content) else {
            return;
        };
        if found.is_empty() && dotenv.is_none() {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        found.into_iter().for_each(|found| kept.add(found));
        if let Some(dotenv) = dotenv {
            let known = kept.dotenv.remove(path).unwrap_or_default();
            kept.dotenv.insert(path.to_vec(), known.and(dotenv));
        }
    }

    /// Hands over what was seen. `ask` says of a file whether git tracks it and whether a rule ignores it.
    pub(super) fn finish(
        self,
        mut ask: impl FnMut(&[u8]) -> Option<(bool, bool)>,
        outcome: &mut Outcome,
    ) {
        let mut kept = self
            .kept
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        for (path, dotenv) in std::mem::take(&mut kept.dotenv) {
            let known = ask(&path);
            let found = known.and_then(|(tracked, ignored)| {
                hygiene::judge_dotenv(&path, &dotenv, tracked, ignored)
            });
            found.into_iter().for_each(|found| kept.add(found));
        }
        outcome.hygiene = kept.found.into_iter().collect();
        if kept.more {
            let note = format!(
                "there are more bad habits than these {MOST}; scan fewer paths to see them"
            );
            outcome.notes.push(note);
        }
    }
}

impl<'a> Habits<'a> {
    pub(super) fn new(inner: &'a dyn Sink, detector: &'a Detector) -> Self {
        Self {
            inner,
            kept: Keeper::new(detector),
        }
    }

    /// Hands over what was seen in files, whose paths count from `base`.
    pub(super) fn finish(self, base: &Path, outcome: &mut Outcome) {
        let mut trees = Trees::default();
        let ask = |path: &[u8]| {
            let file: PathBuf = base.join(plain::to_path(path));
            let known = trees.ask(&file)?;
            Some((known.tracked, known.ignored))
        };
        self.kept.finish(ask, outcome);
    }
}

impl Sink for Habits<'_> {
    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(Passing {
            habits: self,
            inner: self.inner.worker(),
        })
    }

    fn problem(&self, problem: Problem) {
        self.inner.problem(problem);
    }
}

struct Passing<'a> {
    habits: &'a Habits<'a>,
    inner: Box<dyn Worker + 'a>,
}

impl Worker for Passing<'_> {
    fn chunk(&mut self, chunk: &Chunk<'_>, marks: &mut Vec<Mark>) {
        self.inner.chunk(chunk, marks);
        let is_file = chunk.origin == Origin::Worktree && chunk.member.is_empty();
        if let Some(path) = chunk.path.filter(|_| is_file) {
            self.habits.kept.look(chunk, path);
        }
    }

    fn decompressed(&mut self, chunk: &Chunk<'_>, bytes: Range<u64>) {
        self.inner.decompressed(chunk, bytes);
    }
}
