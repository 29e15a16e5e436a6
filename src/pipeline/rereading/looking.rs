//! Looks for the keys in bytes, and keeps those that have one of the fingerprints.

use std::collections::HashMap;
use std::io::{self, Read};

use super::{Reread, Sought};
use crate::control::Control;
use crate::detect::{Detector, Match};
use crate::model::{Chunk, Mark, Origin, Worker};
use crate::source::window;

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
    buffer: Vec<u8>,
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
            buffer: Vec::new(),
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

    /// Looks in a stream of any length.
    ///
    /// # Errors
    /// The reader's.
    pub(super) fn stream(&mut self, reader: &mut dyn Read) -> io::Result<u64> {
        let (reach, control) = (self.detector.reach(), self.control);
        let mut buffer = std::mem::take(&mut self.buffer);
        let window = control.limits.window;
        let template = Chunk::whole(&[], Origin::Worktree, None);
        let mut worker = Borrowed(self);
        let read = window::stream(
            reader,
            &template,
            reach,
            window,
            &mut buffer,
            &mut worker,
            control,
        );
        self.buffer = buffer;
        self.bytes += read.as_ref().copied().unwrap_or_default();
        read
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

/// Lends the keys to what reads a stream.
struct Borrowed<'l, 'a>(&'l mut Looking<'a>);

impl Worker for Borrowed<'_, '_> {
    fn chunk(&mut self, chunk: &Chunk<'_>, _: &mut Vec<Mark>) {
        self.0.chunk(chunk);
    }
}
