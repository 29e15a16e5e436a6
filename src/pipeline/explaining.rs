//! Stands between the sources and the collector when somebody asks what detection decided about candidates. When nobody
//! does it is not there, so that it costs nothing.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::asked_line::Line;
use super::{Options, telling};
use crate::detect::{self, Cursor, Detector, Match, Text};
use crate::model::{
    Chunk, FingerprintStart, Fresh, Judged, Judgement, Mark, ObjectId, Origin, Outcome, Place,
    Problem, Secret, Sink, Worker,
};

/// Of which candidates the judgements are kept.
#[derive(Clone, Debug, Default)]
pub enum Explain {
    /// Of none.
    #[default]
    Nothing,
    /// Of all.
    All,
    /// Of those on this line of the contents that are scanned, from 1.
    Line(u64),
    /// Of those with such a fingerprint.
    Fingerprint(FingerprintStart),
}

impl Explain {
    /// All or nothing.
    pub fn all_if(asked: bool) -> Self {
        match asked {
            true => Self::All,
            false => Self::Nothing,
        }
    }
}

/// So many are kept, the first in their order: a hostile file has a candidate in every eight bytes.
const MOST: usize = 10_000;
/// Of one key: a long history has very many versions of a file.
const MOST_OF_ONE: usize = 100_000;

/// A sink that keeps the judgements and passes everything on.
pub(super) struct Explaining<'a> {
    inner: &'a dyn Sink,
    detector: &'a Detector,
    asked: &'a Explain,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    judged: BTreeSet<Judged>,
    more: bool,
    paths: HashMap<ObjectId, Vec<u8>>,
    line: Option<Line>,
}

impl Kept {
    /// Whether a candidate stands on the line that was asked about.
    fn takes(&mut self, place: &Place) -> bool {
        self.line.as_mut().is_none_or(|line| line.takes(place))
    }

    /// The first ones in their order stay, so that the answer does not depend on threads.
    fn add(&mut self, judged: Judged, most: usize) {
        self.judged.insert(judged);
        if self.judged.len() > most {
            self.judged.pop_last();
            self.more = true;
        }
    }
}

impl<'a> Explaining<'a> {
    /// If anybody asks.
    pub(super) fn wanted(
        inner: &'a dyn Sink,
        detector: &'a Detector,
        options: &'a Options,
    ) -> Option<Self> {
        let line = match options.explain {
            Explain::Nothing => return None,
            Explain::Line(number) => Some(Line::new(number)),
            Explain::All | Explain::Fingerprint(_) => None,
        };
        let kept = Kept {
            line,
            ..Kept::default()
        };
        Some(Self {
            inner,
            detector,
            asked: &options.explain,
            kept: Mutex::new(kept),
        })
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
        outcome.asked_line = kept.line.map(Line::finish);
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
        match explaining.asked {
            Explain::Nothing => {}
            Explain::All => explaining.judge_fresh(chunk),
            // Lines are counted in the file itself.
            Explain::Line(_) if is_name(chunk) || !chunk.member.is_empty() => {}
            Explain::Line(_) => {
                if let Some(line) = &mut explaining.lock().line {
                    line.look(chunk);
                }
                explaining.judge_whole(chunk, true);
            }
            // What a delta copied, too: where it stands is asked about.
            Explain::Fingerprint(start) => explaining.judge_whole(chunk, start.may_be_keyed()),
        }
    }

    fn decompressed(&mut self, chunk: &Chunk<'_>, bytes: Range<u64>) {
        self.inner.decompressed(chunk, bytes);
    }
}

impl Explaining<'_> {
    /// Judges what was not judged in another version.
    fn judge_fresh(&self, chunk: &Chunk<'_>) {
        let windows = match chunk.fresh {
            Fresh::All => None,
            Fresh::Only(ranges) => Some(ranges),
        };
        let mut counting = Counting::new(self, chunk);
        self.detector
            .explain(chunk.bytes, windows, |judgement| counting.keep(judgement));
        if telling::has_contents(chunk.origin) {
            let mut counting = Counting::new(self, chunk);
            self.detector
                .explain_brought(telling::text(chunk), |judgement| counting.keep(judgement));
        }
        // What a delta copied stands in other surroundings here, and may be judged otherwise.
        let mut counting = Counting::new(self, chunk);
        for mark in chunk.inherited {
            if let Some(judgement) = self.detector.explain_at(chunk.bytes, mark.start) {
                counting.keep(judgement);
            }
        }
    }

    /// Judges everything, what brought rules match only if they are asked about.
    fn judge_whole(&self, chunk: &Chunk<'_>, brought: bool) {
        let mut counting = Counting::new(self, chunk);
        self.detector
            .explain(chunk.bytes, None, |judgement| counting.keep(judgement));
        if brought && telling::has_contents(chunk.origin) {
            let text = Text {
                windows: None,
                ..telling::text(chunk)
            };
            let mut counting = Counting::new(self, chunk);
            self.detector
                .explain_brought(text, |judgement| counting.keep(judgement));
        }
    }

    /// The rule of a judgement as the detector counts them.
    fn rule(&self, judgement: &Judgement) -> Option<u16> {
        let id = judgement.rule.as_ref()?;
        let rules = self.detector.rules();
        let number = rules.iter().position(|rule| rule.id == *id)?;
        u16::try_from(number).ok()
    }

    /// A candidate.
    fn secret(&self, bytes: &[u8], judgement: &Judgement) -> Secret {
        let found = Match {
            start: judgement.start,
            end: judgement.end,
            // Of no rule: it has the shape of an AIsa key, but for its length.
            rule: self.rule(judgement).unwrap_or(u16::MAX),
            confidence: None,
            wrapped: judgement.wrapped,
        };
        self.detector.secret(bytes, &found)
    }
}

fn is_name(chunk: &Chunk<'_>) -> bool {
    matches!(chunk.origin, Origin::PathName | Origin::RefName)
}

/// Keeps what was decided about one chunk's candidates after the other.
struct Counting<'a, 'b> {
    explaining: &'a Explaining<'a>,
    chunk: &'a Chunk<'b>,
    cursor: Cursor,
}

impl<'a, 'b> Counting<'a, 'b> {
    fn new(explaining: &'a Explaining<'a>, chunk: &'a Chunk<'b>) -> Self {
        Self {
            explaining,
            chunk,
            cursor: Cursor::new(chunk.position),
        }
    }

    fn keep(&mut self, judgement: Judgement) {
        let (explaining, chunk) = (self.explaining, self.chunk);
        let (start, end) = (judgement.start, judgement.end);
        if chunk
            .own
            .is_some_and(|(from, to)| !(from..to).contains(&start))
        {
            return;
        }
        let fingerprint = match explaining.asked {
            Explain::Fingerprint(asked) => {
                let fingerprint = explaining.secret(chunk.bytes, &judgement).fingerprint();
                if !asked.fits(&fingerprint) {
                    return;
                }
                Some(fingerprint)
            }
            _ => None,
        };
        let place = (!is_name(chunk)).then(|| self.cursor.place(chunk.bytes, start, end));
        if let (Explain::Line(_), Some(place)) = (explaining.asked, &place)
            && !explaining.lock().takes(place)
        {
            return;
        }
        let is_asked = !matches!(explaining.asked, Explain::All);
        let rule = explaining.rule(&judgement).filter(|_| is_asked);
        // Without the shape of a rule's key, the last characters may be most of it.
        let context = rule.filter(|_| place.is_some()).map(|rule| {
            let wrapped = judgement
                .wrapped
                .map(|_| explaining.secret(chunk.bytes, &judgement));
            let rule = (rule, wrapped.as_ref());
            detect::context(explaining.detector, chunk.bytes, (start, end), rule, false)
        });
        let most = match explaining.asked {
            Explain::Fingerprint(_) => MOST_OF_ONE,
            _ => MOST,
        };
        let judged = Judged {
            path: chunk.path.map(<[u8]>::to_vec),
            object: chunk.object,
            origin: chunk.origin,
            place,
            judgement,
            fingerprint,
            context,
        };
        explaining.lock().add(judged, most);
    }
}
