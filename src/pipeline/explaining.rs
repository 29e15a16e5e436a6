//! Stands between the sources and the collector when somebody asks what detection decided about each candidate. When
//! nobody does it is not there, so that it costs nothing.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::telling;
use crate::detect::{Cursor, Detector};
use crate::model::{
    Chunk, Fresh, Judged, Judgement, Mark, ObjectId, Origin, Outcome, Problem, Sink, Worker,
};

/// So many are kept, the first in their order: a hostile file has a candidate in every eight bytes.
const MOST: usize = 10_000;

/// A sink that keeps the judgements and passes everything on.
pub(super) struct Explaining<'a> {
    inner: &'a dyn Sink,
    detector: &'a Detector,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    judged: BTreeSet<Judged>,
    more: bool,
    paths: HashMap<ObjectId, Vec<u8>>,
}

impl Kept {
    /// The first [`MOST`] in their order stay, so that the answer does not depend on threads.
    fn add(&mut self, judged: Judged) {
        self.judged.insert(judged);
        if self.judged.len() > MOST {
            self.judged.pop_last();
            self.more = true;
        }
    }
}

impl<'a> Explaining<'a> {
    pub(super) fn new(inner: &'a dyn Sink, detector: &'a Detector) -> Self {
        Self {
            inner,
            detector,
            kept: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of where objects stand.
    pub(super) fn learn_paths(&self, known: &HashMap<ObjectId, Vec<u8>>) {
        let mut kept = self.lock();
        let Kept { judged, paths, .. } = &mut *kept;
        for object in judged.iter().filter_map(|judged| judged.object) {
            if let Some(path) = known.get(&object) {
                paths.insert(object, path.clone());
            }
        }
    }

    /// Hands over what was kept.
    pub(super) fn finish(self, outcome: &mut Outcome) {
        let kept = self
            .kept
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let name = |mut judged: Judged| {
            // What leads to a tree is not the path of a name in it.
            if judged.path.is_none() && judged.origin == Origin::History {
                judged.path = judged.object.and_then(|id| kept.paths.get(&id).cloned());
            }
            judged
        };
        outcome.judged = kept.judged.into_iter().map(name).collect();
        outcome.judged.sort();
        outcome.judged_more = kept.more;
    }
}

impl Sink for Explaining<'_> {
    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(Passing {
            explaining: self,
            inner: self.inner.worker(),
        })
    }

    fn problem(&self, problem: Problem) {
        self.inner.problem(problem);
    }
}

struct Passing<'a> {
    explaining: &'a Explaining<'a>,
    inner: Box<dyn Worker + 'a>,
}

impl Worker for Passing<'_> {
    fn chunk(&mut self, chunk: &Chunk<'_>, marks: &mut Vec<Mark>) {
        self.inner.chunk(chunk, marks);
        let explaining = self.explaining;
        let detector = explaining.detector;
        let windows = match chunk.fresh {
            Fresh::All => None,
            Fresh::Only(ranges) => Some(ranges),
        };
        let mut counting = Counting::new(chunk);
        detector.explain(chunk.bytes, windows, |judgement| {
            counting.keep(judgement, explaining);
        });
        if telling::has_contents(chunk.origin) {
            let mut counting = Counting::new(chunk);
            detector.explain_brought(telling::text(chunk), |judgement| {
                counting.keep(judgement, explaining);
            });
        }
        // What a delta copied stands in other surroundings here, and may be judged otherwise.
        let mut counting = Counting::new(chunk);
        for mark in chunk.inherited {
            if let Some(judgement) = detector.explain_at(chunk.bytes, mark.start) {
                counting.keep(judgement, explaining);
            }
        }
    }
}

/// Keeps what was decided about one chunk's candidates after the other.
struct Counting<'a, 'b> {
    chunk: &'a Chunk<'b>,
    cursor: Cursor,
}

impl<'a, 'b> Counting<'a, 'b> {
    fn new(chunk: &'a Chunk<'b>) -> Self {
        Self {
            chunk,
            cursor: Cursor::new(chunk.position),
        }
    }

    fn keep(&mut self, judgement: Judgement, explaining: &Explaining<'_>) {
        let Chunk {
            bytes,
            origin,
            own,
            object,
            ..
        } = *self.chunk;
        if own.is_some_and(|(from, to)| !(from..to).contains(&judgement.start)) {
            return;
        }
        let is_name = matches!(origin, Origin::PathName | Origin::RefName);
        let start = judgement.start;
        let place = (!is_name).then(|| {
            let place = self.cursor.place(bytes, start, start);
            (place.line, place.column)
        });
        explaining.lock().add(Judged {
            path: self.chunk.path.map(<[u8]>::to_vec),
            object,
            origin,
            place,
            judgement,
        });
    }
}
