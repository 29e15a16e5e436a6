//! What one thread sees: it asks the detector about each chunk and keeps what it found.

use std::ops::Range;

use super::super::sightings::{Decompressed, Direct, InFull, Stored};
use super::super::telling;
use super::known::{Manner, Sighted};
use super::{Collector, lock, read, write};
use crate::detect::{Cursor, Detector, Match, Scratch};
use crate::model::{Chunk, Fresh, Mark, Origin, Secret, Sink, Worker};

/// Stands for a secret that is not known yet.
const UNKNOWN: u32 = u32::MAX;

/// The id of marks that stand for gates, and for no secret: a number that no secret has.
const GATE: u32 = u32::MAX << 2;

/// Takes the chunks of one thread.
pub(super) struct Collecting<'a> {
    collector: &'a Collector<'a>,
    scratch: Scratch,
    matches: Vec<Match>,
    /// What brought rules have to look at again.
    anchors: Vec<Match>,
    secrets: Vec<Secret>,
    /// Where gates to encoded keys stand.
    gates: Vec<Range<usize>>,
    /// The manner of each number that this thread has met: so that inherited marks, of which a long history has millions,
    /// wait for nobody.
    manners: Vec<Manner>,
    direct: Vec<Direct>,
    stored: Vec<Stored>,
}

impl<'a> Collecting<'a> {
    pub(super) fn new(collector: &'a Collector<'a>) -> Self {
        Self {
            collector,
            scratch: Scratch::default(),
            matches: Vec::new(),
            anchors: Vec::new(),
            secrets: Vec::new(),
            gates: Vec::new(),
            manners: Vec::new(),
            direct: Vec::new(),
            stored: Vec::new(),
        }
    }
}

impl Worker for Collecting<'_> {
    fn chunk(&mut self, chunk: &Chunk<'_>, marks: &mut Vec<Mark>) {
        self.search(chunk);
        let detector = self.collector.teller.detector;
        let brought = detector.has_brought() && chunk.origin != Origin::RefName;
        let found = !self.matches.is_empty() || !self.gates.is_empty();
        if !found && chunk.inherited.is_empty() && !brought {
            return;
        }
        let first = marks.len();
        self.anchors.clear();
        if !chunk.inherited.is_empty() {
            self.inherit(chunk, marks);
        }
        if brought {
            let (scratch, matches) = (&mut self.scratch, &mut self.matches);
            telling::search_brought(detector, chunk, &self.anchors, scratch, matches);
            if scratch.take_exhausted() {
                self.collector.problem(telling::exhausted(chunk));
            }
        }
        self.matches.retain(|found| is_own(chunk, found.start));
        if brought {
            let counts = marks.iter().skip(first).filter(|mark| mark.counts);
            let keys: Vec<(usize, usize)> = counts.map(|mark| (mark.start, mark.end)).collect();
            detector.settle(&keys, &mut self.matches);
        }
        let inherited = marks.len() > first;
        self.identify(chunk, marks);
        let gates = self.gates.iter();
        marks.extend(gates.map(|gate| mark(gate.start, gate.end, GATE, false)));
        if inherited || brought || !self.gates.is_empty() {
            // Stable, for its speed: there are two sorted runs, and it merges those.
            marks[first..].sort_by_key(|mark| (mark.start, mark.end));
        }
        self.record(chunk, &marks[first..]);
    }

    fn decompressed(&mut self, chunk: &Chunk<'_>, bytes: Range<u64>) {
        let file = InFull {
            origin: chunk.origin,
            object: chunk.object,
            path: chunk.path.map(<[u8]>::to_vec),
        };
        let member = chunk.member.to_vec();
        let mut decompressed = lock(&self.collector.decompressed);
        let known = decompressed.entry(file).or_default();
        known.push(Decompressed { member, bytes });
    }
}

/// Whether what starts here belongs to this window of the stream.
fn is_own(chunk: &Chunk<'_>, start: usize) -> bool {
    chunk
        .own
        .is_none_or(|(from, to)| (from..to).contains(&start))
}

impl Collecting<'_> {
    /// Searches what is fresh, and around the gates that were found in the base and stand here too.
    fn search(&mut self, chunk: &Chunk<'_>) {
        self.matches.clear();
        self.gates.clear();
        let own = chunk
            .own
            .map(|(from, to)| from..to.saturating_add(Detector::INSIDE));
        let windows = match (chunk.fresh, &own) {
            (Fresh::Only(ranges), _) => Some(ranges),
            (Fresh::All, Some(own)) => Some(std::slice::from_ref(own)),
            (Fresh::All, None) => None,
        };
        let again = |mark: &&Mark| mark.id == GATE || !mark.whole;
        let known = chunk.inherited.iter().filter(again);
        let known: Vec<usize> = known.map(|mark| mark.start).collect();
        let detector = self.collector.teller.detector;
        let (matches, gates) = (&mut self.matches, &mut self.gates);
        if !detector.search_on(chunk.bytes, windows, &known, matches, gates) {
            self.collector.problem(telling::too_many_gates(chunk));
        }
        if chunk.origin == Origin::PathName {
            // What stands behind a name's end says nothing about it, and changes without it.
            for gate in &mut self.gates {
                let name = chunk.bytes.get(gate.clone()).unwrap_or_default();
                let length = memchr::memchr(0, name).unwrap_or(name.len());
                gate.end = gate.start + length;
            }
        }
    }

    /// Marks what was found in this chunk.
    fn identify(&mut self, chunk: &Chunk<'_>, marks: &mut Vec<Mark>) {
        if self.matches.is_empty() {
            return;
        }
        let detector = self.collector.teller.detector;
        let secret = |found| detector.secret(chunk.bytes, found);
        self.secrets.extend(self.matches.iter().map(secret));
        let first = marks.len();
        let known = read(&self.collector.known);
        for (found, secret) in self.matches.iter().zip(&self.secrets) {
            let id = known.find(secret, manner(found)).map_or(UNKNOWN, |number| {
                let confidence = found.confidence;
                Sighted { number, confidence }.id()
            });
            marks.push(mark(found.start, found.end, id, found.confidence.is_some()));
        }
        drop(known);
        let marks = &mut marks[first..];
        if marks.iter().any(|mark| mark.id == UNKNOWN) {
            let mut known = write(&self.collector.known);
            let found = self.matches.iter().zip(self.secrets.drain(..));
            for (mark, (found, secret)) in marks.iter_mut().zip(found) {
                if mark.id == UNKNOWN {
                    let number = known.add(secret, manner(found));
                    let confidence = found.confidence;
                    mark.id = Sighted { number, confidence }.id();
                }
            }
        }
        self.secrets.clear();
    }

    /// Marks the AIsa keys that were found in the base and stand here too: their surroundings may be others, so they are
    /// judged again. What brought rules found there is found again from its anchors. The matches are sorted.
    fn inherit(&mut self, chunk: &Chunk<'_>, marks: &mut Vec<Mark>) {
        let detector = self.collector.teller.detector;
        let mut found = 0;
        for mark in chunk.inherited.iter().filter(|mark| mark.whole) {
            let &Mark { start, end, id, .. } = mark;
            if id == GATE {
                continue;
            }
            let Sighted { number, confidence } = Sighted::of(id);
            let rule = match self.manner(number) {
                Some(manner) if !manner.wrapped => manner.rule,
                // What does not stand there as it is was found again around its gates.
                _ => continue,
            };
            if detector.is_brought(rule) {
                if chunk.origin == Origin::PathName {
                    // What a name says does not depend on what is beside it.
                    marks.push(*mark);
                } else if confidence.is_none() {
                    self.anchors.push(Match {
                        start,
                        end,
                        rule,
                        confidence,
                        wrapped: None,
                    });
                }
                continue;
            }
            let start_of = |found: usize| self.matches.get(found).map(|found| found.start);
            while start_of(found).is_some_and(|at| at < start) {
                found += 1;
            }
            let same = self.matches.get(found..).unwrap_or_default().iter();
            let mut same = same.take_while(|found| found.start == start);
            let again = same.any(|found| found.wrapped.is_none());
            if again || !is_own(chunk, start) {
                continue;
            }
            let confidence = detector
                .judge(chunk.bytes, start, end, rule)
                .filter(|_| !self.is_begun(start));
            let id = Sighted { number, confidence }.id();
            let counts = confidence.is_some();
            marks.push(Mark {
                id,
                counts,
                ..*mark
            });
        }
    }

    /// Whether a key in pieces, or one of which only some characters are escaped, starts here. The matches are sorted.
    fn is_begun(&self, start: usize) -> bool {
        let first = self.matches.partition_point(|found| found.start < start);
        let same = self.matches.get(first..).unwrap_or_default().iter();
        let mut same = same.take_while(|found| found.start == start);
        same.any(|found| found.wrapped.is_some() && found.confidence.is_some())
    }

    /// The manner of a number.
    fn manner(&mut self, number: u32) -> Option<Manner> {
        if number as usize >= self.manners.len() {
            read(&self.collector.known).manners_into(&mut self.manners);
        }
        self.manners.get(number as usize).copied()
    }

    /// Keeps what is a finding. Marks of the same chunk come sorted.
    fn record(&mut self, chunk: &Chunk<'_>, marks: &[Mark]) {
        let mut cursor = Cursor::new(chunk.position);
        for mark in marks {
            if Sighted::of(mark.id).confidence.is_none() {
                continue;
            }
            let positions = (u32::try_from(mark.start), u32::try_from(mark.end));
            // What came out of a container is not read again either.
            let object = chunk.object.filter(|_| chunk.member.is_empty());
            match (object, chunk.own, positions) {
                (Some(object), None, (Ok(start), Ok(end))) => self.stored.push(Stored {
                    seen: mark.id,
                    object,
                    start,
                    end,
                    origin: chunk.origin,
                }),
                _ => {
                    let direct = self.direct(chunk, mark, &mut cursor);
                    if !direct.told.dropped {
                        self.direct.push(direct);
                    }
                }
            }
        }
        if !self.direct.is_empty() {
            // Once a chunk: what it takes to make them is nobody else's time.
            lock(&self.collector.direct).append(&mut self.direct);
        }
    }

    fn direct(&self, chunk: &Chunk<'_>, mark: &Mark, cursor: &mut Cursor) -> Direct {
        let is_name = matches!(chunk.origin, Origin::PathName | Origin::RefName);
        let (bytes, start, end) = (chunk.bytes, mark.start, mark.end);
        let (rule, wrapped) = self.collector.manner(mark.id);
        let teller = &self.collector.teller;
        let rule = (rule, wrapped.as_ref());
        let told = teller.tell(
            bytes,
            (start, end),
            rule,
            chunk.origin,
            (chunk.path, chunk.member),
        );
        Direct {
            seen: mark.id,
            origin: chunk.origin,
            path: chunk.path.map(<[u8]>::to_vec),
            start: chunk.position.offset.saturating_add(mark.start as u64),
            member: chunk.member.to_vec(),
            object: chunk.object,
            place: (!is_name).then(|| cursor.place(bytes, start, end).of_encoding(&told.encoding)),
            told,
        }
    }
}

fn manner(found: &Match) -> Manner {
    Manner {
        rule: found.rule,
        wrapped: found.wrapped.is_some(),
    }
}

fn mark(start: usize, end: usize, id: u32, counts: bool) -> Mark {
    Mark {
        start,
        end,
        id,
        counts,
        whole: true,
    }
}

impl Drop for Collecting<'_> {
    fn drop(&mut self) {
        lock(&self.collector.stored).append(&mut self.stored);
    }
}
