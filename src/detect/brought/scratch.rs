//! What one thread needs to search with brought rules: automata that grow while they are used, and what was found out about
//! the bytes at hand, so that a hostile file cannot have the same thing found out for each of its hits.

use std::collections::HashMap;
use std::sync::Arc;

use super::program::Caches;

/// For each byte of a text, so many bytes may be looked at far ahead of hits, ...
const SHARE: usize = 16;
/// ... and so many for any text.
const FREE: usize = 32 << 20;

/// So many places of a text are kept, findings and those to be looked at again.
const KEPT: usize = 1_000_000;

/// Buffers of one thread.
#[derive(Debug, Default)]
pub struct Scratch {
    caches: Vec<Caches>,
    pub(super) about: About,
}

/// What is known about the bytes at hand.
#[derive(Debug, Default)]
pub(super) struct About {
    /// Programs one of whose keywords was met, where those lead to matches.
    pub(super) whole: Vec<usize>,
    /// Whether a keyword of a program stands somewhere.
    pub(super) keywords: HashMap<usize, bool>,
    /// Where the matches of programs begin that others require: the place, and its column.
    pub(super) required: HashMap<usize, Arc<[(usize, u64)]>>,
    left: usize,
    exhausted: bool,
}

impl Scratch {
    /// Forgets the last bytes, and begins with others.
    pub(super) fn begin(&mut self, length: usize) {
        self.about = About {
            left: FREE.saturating_add(length.saturating_mul(SHARE)),
            ..About::default()
        };
    }

    pub(super) fn caches(&mut self, program: usize) -> Option<&mut Caches> {
        if self.caches.len() <= program {
            self.caches.resize_with(program + 1, Caches::default);
        }
        self.caches.get_mut(program)
    }

    /// Whether the bytes that were searched last have so many hits that some were not followed; told once, so that it is
    /// said of no other bytes.
    pub fn take_exhausted(&mut self) -> bool {
        std::mem::take(&mut self.about.exhausted)
    }
}

impl About {
    /// Whether one more place may be kept beside so many.
    pub(super) fn may_keep(&mut self, kept: usize) -> bool {
        self.exhausted |= kept >= KEPT;
        kept < KEPT
    }

    /// Takes note of an expression that takes too much memory to be run, which must not look like one that finds nothing.
    pub(super) fn cannot_run(&mut self) {
        self.exhausted = true;
    }

    /// Whether so many bytes more may be looked at.
    pub(super) fn may_follow(&mut self, bytes: usize) -> bool {
        let left = self.left.checked_sub(bytes);
        self.exhausted |= left.is_none();
        self.left = left.unwrap_or(0);
        left.is_some()
    }
}
