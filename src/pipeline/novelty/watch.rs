//! Keeps the problems of a change until all are known, so that thousands of absent objects become a hundred and a number,
//! and the same hundred whatever thread met them first.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::model::{Problem, ProblemKind, Sink, Worker};

/// So many problems of one kind are told one by one.
const SHOWN: usize = 100;

/// A sink that passes everything on, problems at the end.
pub(in crate::pipeline) struct Watch<'a> {
    inner: &'a dyn Sink,
    problems: Mutex<Vec<Problem>>,
}

impl<'a> Watch<'a> {
    pub(in crate::pipeline) fn new(inner: &'a dyn Sink) -> Self {
        Self {
            inner,
            problems: Mutex::default(),
        }
    }

    /// Passes the problems on. `unneeded` is what is wrong with packs: if everything that was needed could be read, it
    /// is no concern of this change.
    pub(in crate::pipeline) fn tell(self, unneeded: Vec<Problem>, place: &str) {
        let mut problems = self
            .problems
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        if problems.is_empty() {
            return;
        }
        problems.extend(unneeded);
        problems.sort();
        problems.dedup();
        let mut counts: BTreeMap<ProblemKind, usize> = BTreeMap::new();
        for problem in problems {
            let count = counts.entry(problem.kind).or_default();
            *count += 1;
            if *count <= SHOWN {
                self.inner.problem(problem);
            }
        }
        for (kind, count) in counts.into_iter().filter(|(_, count)| *count > SHOWN) {
            let message = format!("{} more of these: see the first ones", count - SHOWN);
            self.inner.problem(Problem::new(kind, place, message));
        }
    }
}

impl Sink for Watch<'_> {
    fn worker(&self) -> Box<dyn Worker + '_> {
        self.inner.worker()
    }

    fn problem(&self, problem: Problem) {
        self.problems
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(problem);
    }
}
