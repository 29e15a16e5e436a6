//! What one thread sees: it asks the detector about each chunk and keeps what it found.

use super::super::sightings::{Direct, Seen, Stored};
use super::{Collector, lock};
use crate::detect::{self, Match};
use crate::model::{Chunk, Fresh, Mark, Origin, Secret, Worker};

/// Takes the chunks of one thread.
pub(super) struct Collecting<'a> {
    collector: &'a Collector<'a>,
    matches: Vec<Match>,
    stored: Vec<Stored>,
}

impl<'a> Collecting<'a> {
    pub(super) fn new(collector: &'a Collector<'a>) -> Self {
        Self {
            collector,
            matches: Vec::new(),
            stored: Vec::new(),
        }
    }
}

impl Worker for Collecting<'_> {
    fn chunk(&mut self, chunk: &Chunk<'_>, marks: &mut Vec<Mark>) {
        self.matches.clear();
        let windows = match chunk.fresh {
            Fresh::All => None,
            Fresh::Only(ranges) => Some(ranges),
        };
        self.collector
            .detector
            .search(chunk.bytes, windows, &mut self.matches);
        if self.matches.is_empty() && chunk.inherited.is_empty() {
            return;
        }
        self.collect(chunk, marks);
    }
}

impl Collecting<'_> {
    fn collect(&mut self, chunk: &Chunk<'_>, marks: &mut Vec<Mark>) {
        let detector = self.collector.detector;
        let mut seen = lock(&self.collector.seen);
        let searched = self.matches.len();
        for mark in chunk.inherited {
            let found = self.matches.get(..searched).unwrap_or_default();
            if found
                .binary_search_by_key(&mark.start, |found| found.start)
                .is_ok()
            {
                continue;
            }
            let Some(rule) = seen.all.get(mark.id as usize).map(|seen| seen.rule) else {
                continue;
            };
            let confidence = detector.judge(chunk.bytes, mark.start, mark.end, rule);
            self.matches.push(Match {
                start: mark.start,
                end: mark.end,
                rule,
                confidence,
            });
        }
        self.matches
            .sort_unstable_by_key(|found| (found.start, found.end));
        self.matches.retain(|found| {
            chunk
                .own
                .is_none_or(|(from, to)| (from..to).contains(&found.start))
        });
        let first = marks.len();
        for found in &self.matches {
            let text = chunk.bytes.get(found.start..found.end).unwrap_or_default();
            let secret = Secret::new(&String::from_utf8_lossy(text));
            let id = seen.id(Seen {
                secret,
                rule: found.rule,
                confidence: found.confidence,
            });
            marks.push(Mark {
                start: found.start,
                end: found.end,
                id,
            });
        }
        drop(seen);
        let matches = std::mem::take(&mut self.matches);
        for (found, mark) in matches.iter().zip(marks.get(first..).unwrap_or_default()) {
            if found.confidence.is_some() {
                self.record(chunk, mark);
            }
        }
        self.matches = matches;
    }

    fn record(&mut self, chunk: &Chunk<'_>, mark: &Mark) {
        let positions = (u32::try_from(mark.start), u32::try_from(mark.end));
        if let (Some(object), None, (Ok(start), Ok(end))) = (chunk.object, chunk.own, positions) {
            self.stored.push(Stored {
                seen: mark.id,
                object,
                start,
                end,
                origin: chunk.origin,
            });
            return;
        }
        let is_name = matches!(chunk.origin, Origin::PathName | Origin::RefName);
        let (start, end) = (mark.start, mark.end);
        let collector = self.collector;
        let context = || {
            detect::context(
                collector.detector,
                chunk.bytes,
                start,
                end,
                collector.show_secrets,
            )
        };
        lock(&collector.direct).push(Direct {
            seen: mark.id,
            origin: chunk.origin,
            path: chunk.path.map(<[u8]>::to_vec),
            object: chunk.object,
            place: (!is_name).then(|| detect::place(chunk.bytes, start, end, chunk.position)),
            context: (!is_name).then(context),
        });
    }
}

impl Drop for Collecting<'_> {
    fn drop(&mut self) {
        lock(&self.collector.stored).append(&mut self.stored);
    }
}
