//! Says what each step of detection decided about every candidate, dropped ones too, without showing a key.

use std::ops::Range;

use memchr::memmem;

use super::gates::ANCHOR;
use super::gates::Gate;
use super::mask::HIDDEN;
use super::matching::Body;
use super::wrapped::{self, Effort, Wrapped};
use super::{Detector, Text, encoded, matching};
use crate::model::{Judgement, Secret};

/// Whether what every AIsa key begins with stands in these bytes, whatever follows it.
pub fn has_beginning(bytes: &[u8]) -> bool {
    memmem::find(bytes, ANCHOR).is_some()
}

/// Whether something in these bytes looks like an encoded key: masked wherever it is shown, and not yet a finding.
pub fn has_encoded_key(bytes: &[u8]) -> bool {
    !encoded::spans(bytes).is_empty()
}

impl Detector {
    /// Judges every candidate that [`Detector::search`] would look at in these windows, in their order.
    pub fn explain(
        &self,
        bytes: &[u8],
        windows: Option<&[Range<usize>]>,
        mut each: impl FnMut(Judgement),
    ) {
        let (mut wrapped, mut plain) = (Vec::new(), Vec::new());
        let searched = windows.map_or(bytes.len(), |windows| windows.iter().map(Range::len).sum());
        let effort = Effort::of(searched);
        self.literals(bytes, windows, |start, gate| {
            if gate == Gate::Plain {
                plain.extend(self.explain_at(bytes, start));
            }
            if let Some(gate) = self.gate(bytes, start, gate, &effort) {
                wrapped.extend(self.unwrap(bytes, start, gate, &effort));
            }
        });
        wrapped::settle(&mut wrapped);
        plain.extend(self.explain_wrapped(&wrapped));
        plain.sort();
        plain.into_iter().for_each(&mut each);
    }

    /// What was decided about candidates that do not stand there as they are.
    fn explain_wrapped(&self, wrapped: &[Wrapped]) -> Vec<Judgement> {
        let mut last = (0..0, 0u16);
        let judge = |wrapped: &Wrapped| {
            let span = wrapped.start..wrapped.end;
            let found = wrapped.confidence.is_some();
            let next = if last.0 == span {
                last.1.saturating_add(1)
            } else {
                0
            };
            if found {
                last = (span, next);
            }
            Judgement {
                start: wrapped.start,
                end: wrapped.end,
                redacted: Secret::new(&wrapped.secret).redacted(),
                rule: self.rules.get(wrapped.rule).map(|rule| rule.id.clone()),
                steps: wrapped.steps.clone(),
                confidence: wrapped.confidence,
                wrapped: Some(if found { next } else { u16::MAX }),
            }
        };
        wrapped.iter().map(judge).collect()
    }

    /// Judges every match of a brought rule that [`Detector::search_brought`] would look at in these windows, in no order.
    pub fn explain_brought(&self, text: Text<'_>, mut each: impl FnMut(Judgement)) {
        if let Some(engine) = &self.brought {
            engine.explain(&self.rules, text, &mut each);
        }
    }

    /// Judges the candidate at `start`. `None` if there is none: the anchor begins many words.
    pub fn explain_at(&self, bytes: &[u8], start: usize) -> Option<Judgement> {
        if !bytes.get(start..)?.starts_with(ANCHOR) {
            return None;
        }
        let mut steps = Vec::new();
        let shape = matching::shape(self.built_in(), bytes, start, |step| steps.push(step));
        // Without a step there was nothing to decide about.
        steps.last()?;
        let Some(shape) = shape else {
            let prefix = match bytes[start..].starts_with(matching::PREFIX) {
                true => matching::PREFIX,
                false => ANCHOR,
            };
            return Some(Judgement {
                start,
                end: matching::run(bytes, start, matching::LONGEST),
                // Without the last characters: of something short they may be most of it.
                redacted: format!("{}{HIDDEN}", String::from_utf8_lossy(prefix)),
                rule: None,
                steps,
                confidence: None,
                wrapped: None,
            });
        };
        let rule = &self.rules[shape.rule];
        let confidence = matching::decide(rule, bytes, start, shape, Body::New, |step| {
            steps.push(step)
        })
        .flatten();
        let text = String::from_utf8_lossy(&bytes[start..shape.end]);
        Some(Judgement {
            start,
            end: shape.end,
            redacted: Secret::new(&text).redacted(),
            rule: Some(rule.id.clone()),
            steps,
            confidence,
            wrapped: None,
        })
    }
}
