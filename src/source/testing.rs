//! A sink for the tests of the sources: it finds a needle and keeps every problem.

use std::sync::Mutex;

use crate::model::{Chunk, Mark, Origin, Problem, ProblemKind, Reach, Sink, Worker};

pub(super) const REACH: Reach = Reach {
    before: 0,
    longest: 8,
    after: 0,
    promise: 0,
    context: 8,
    stretch: 0,
    names: false,
};

#[derive(Default)]
pub(super) struct Recorder {
    found: Mutex<Vec<(Origin, String, u64)>>,
    names: Mutex<Vec<String>>,
    problems: Mutex<Vec<Problem>>,
}

impl Recorder {
    /// Where `NEEDLE` stands: origin, path, offset; sorted.
    pub(super) fn found(&self) -> Vec<(Origin, String, u64)> {
        let mut found = self.found.lock().expect("no panic").clone();
        found.sort();
        found
    }

    /// Every path that was pushed as a name, sorted.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names = self.names.lock().expect("no panic").clone();
        names.sort();
        names
    }

    pub(super) fn problems(&self) -> Vec<(ProblemKind, String)> {
        let problems = self.problems.lock().expect("no panic");
        problems.iter().map(|p| (p.kind, p.place.clone())).collect()
    }
}

impl Sink for Recorder {
    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(Finder(self))
    }

    fn problem(&self, problem: Problem) {
        self.problems.lock().expect("no panic").push(problem);
    }
}

struct Finder<'a>(&'a Recorder);

impl Worker for Finder<'_> {
    fn chunk(&mut self, chunk: &Chunk<'_>, _: &mut Vec<Mark>) {
        let path = String::from_utf8_lossy(chunk.path.unwrap_or_default()).into_owned();
        if chunk.origin == Origin::PathName {
            assert!(chunk.path.is_some_and(|path| path.ends_with(chunk.bytes)));
            self.0.names.lock().expect("no panic").push(path.clone());
        }
        let (start, end) = chunk.own.unwrap_or((0, chunk.bytes.len()));
        for at in memchr::memmem::find_iter(chunk.bytes, b"NEEDLE") {
            if (start..end).contains(&at) {
                let offset = chunk.position.offset + at as u64;
                let place = (chunk.origin, path.clone(), offset);
                self.0.found.lock().expect("no panic").push(place);
            }
        }
    }
}
