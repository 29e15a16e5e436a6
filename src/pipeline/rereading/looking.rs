//! Looks for the keys in bytes, and keeps those that have one of the fingerprints.

use std::collections::HashMap;
use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};

use super::{Reread, Sought};
use crate::control::Control;
use crate::detect::{Detector, Match};
use crate::model::{Chunk, Mark, Origin, Problem, Sink, Worker};
use crate::source::members::{self, Pushed};

/// What came of a look at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// There is nothing.
    Absent,
    /// It was read, now or before.
    Read,
    /// It is there, or may be, and cannot be read; why.
    Unread(String),
}

impl Look {
    /// What two looks say: that one of them could not be read counts.
    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unread(reason), _) | (_, Self::Unread(reason)) => Self::Unread(reason),
            (Self::Read, _) | (_, Self::Read) => Self::Read,
            (Self::Absent, Self::Absent) => Self::Absent,
        }
    }
}

/// The keys, and what was found of them so far.
pub(super) struct Looking<'a> {
    pub(super) detector: &'a Detector,
    control: &'a Control,
    numbers: HashMap<&'a str, usize>,
    pub(super) found: Vec<Reread>,
    /// How many bytes were read.
    pub(super) bytes: u64,
    matches: Vec<Match>,
}

impl<'a> Looking<'a> {
    pub(super) fn new(sought: &'a [Sought], detector: &'a Detector, control: &'a Control) -> Self {
        let numbered = sought.iter().enumerate();
        Self {
            detector,
            control,
            numbers: numbered
                .map(|(number, key)| (key.fingerprint.as_str(), number))
                .collect(),
            found: vec![Reread::default(); sought.len()],
            bytes: 0,
            matches: Vec::new(),
        }
    }

    /// Whether there is nothing more to learn of a key: of one that says itself who issued it, that is once it is found.
    pub(super) fn is_settled(&self, number: usize) -> bool {
        let found = self.found.get(number);
        found.is_none_or(|found| found.secret.is_some() && found.names_issuer)
    }

    /// Whether a key was found.
    pub(super) fn has(&self, number: usize) -> bool {
        let found = self.found.get(number);
        found.is_some_and(|found| found.secret.is_some())
    }

    /// Looks in all of these bytes.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.chunk(&Chunk::whole(bytes, Origin::Worktree, None));
    }

    /// Looks in all of these bytes, which are those of a file or an object, and in what they hold if they are a container.
    /// Returns what could not be read.
    pub(super) fn whole(&mut self, bytes: &[u8]) -> Look {
        // That is memory, which can be read.
        self.stream(&mut &*bytes)
            .map_or(Look::Read, |(_, look)| look)
    }

    /// Looks in a stream of any length, and in what it holds if it is a container. Returns how long it was, and what could
    /// not be read in it.
    ///
    /// # Errors
    /// The reader's.
    pub(super) fn stream(&mut self, reader: &mut dyn Read) -> io::Result<(u64, Look)> {
        let (reach, control) = (self.detector.reach(), self.control);
        let template = Chunk::whole(&[], Origin::Worktree, None);
        let first = First::default();
        let mut worker = Borrowed(self);
        let to = Pushed {
            worker: &mut worker,
            sink: &first,
            more: None,
            reach,
            control,
        };
        let read = members::of_stream(reader, &template, to);
        self.bytes += read.bytes;
        match (read.error, first.0.into_inner()) {
            (Some(error), _) => Err(error),
            (None, Ok(Some(reason))) => Ok((read.bytes, Look::Unread(reason))),
            (None, _) => Ok((read.bytes, Look::Read)),
        }
    }

    fn chunk(&mut self, chunk: &Chunk<'_>) {
        let detector = self.detector;
        self.matches.clear();
        detector.search(chunk.bytes, None, &mut self.matches);
        let (from, to) = chunk.own.unwrap_or((0, chunk.bytes.len()));
        for found in &self.matches {
            if !(from..to).contains(&found.start) {
                continue;
            }
            let secret = detector.secret(chunk.bytes, found);
            let number = self.numbers.get(secret.fingerprint().as_str());
            let Some(known) = number.and_then(|number| self.found.get_mut(*number)) else {
                continue;
            };
            let span = (found.start, found.end);
            known.names_issuer |= match found.wrapped {
                Some(_) => detector.wrapping(chunk.bytes, span, &secret).names_issuer,
                None => detector.names_issuer(chunk.bytes, span, found.rule),
            };
            known.secret.get_or_insert(secret);
        }
    }
}

/// Keeps the first of the problems of a container.
#[derive(Default)]
struct First(Mutex<Option<String>>);

impl Sink for First {
    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(Nobody)
    }

    fn problem(&self, problem: Problem) {
        let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert(problem.message);
    }
}

/// Takes chunks that nobody pushes.
struct Nobody;

impl Worker for Nobody {
    fn chunk(&mut self, _: &Chunk<'_>, _: &mut Vec<Mark>) {}
}

/// Lends the keys to what reads a stream.
struct Borrowed<'l, 'a>(&'l mut Looking<'a>);

impl Worker for Borrowed<'_, '_> {
    fn chunk(&mut self, chunk: &Chunk<'_>, _: &mut Vec<Mark>) {
        self.0.chunk(chunk);
    }
}
