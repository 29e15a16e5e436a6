//! How far a program was read: what the scanners of programs have in common.

use std::ops::Range;

use super::Literal;

/// A program that is read from its beginning up to a place.
pub(super) struct Reading<'a> {
    /// All of it.
    pub(super) bytes: &'a [u8],
    /// The byte that is next.
    pub(super) pos: usize,
    /// The place that is looked for.
    pub(super) at: usize,
    /// One past the last byte that is neither white space nor a comment.
    pub(super) last: usize,
    /// The brackets that are open, the innermost last.
    pub(super) opened: Vec<usize>,
    /// The bracket that was closed last, where it was opened.
    pub(super) closed: usize,
}

impl<'a> Reading<'a> {
    pub(super) fn new(text: &'a str, at: usize) -> Self {
        Self {
            bytes: text.as_bytes(),
            pos: 0,
            at,
            last: 0,
            opened: Vec::new(),
            closed: 0,
        }
    }

    pub(super) fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.pos + ahead).copied()
    }

    /// What is next.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.pos..).unwrap_or_default()
    }

    /// What is before here, without white space and comments.
    pub(super) fn before(&self) -> &'a [u8] {
        self.bytes.get(..self.last).unwrap_or_default()
    }

    /// Whether the place is in what was read since then. It may be in a string around that, before it.
    pub(super) fn has_passed(&self, since: usize) -> bool {
        (since..self.pos).contains(&self.at)
    }

    /// Goes so far, over what is neither white space nor a comment.
    pub(super) fn pass(&mut self, length: usize) {
        self.pos += length;
        self.last = self.pos;
    }

    /// Goes over a byte of code that begins neither a string nor a comment. `outer` brackets are not its own.
    pub(super) fn sign(&mut self, byte: u8, outer: usize) {
        match byte {
            b'(' | b'[' | b'{' => self.opened.push(self.pos),
            b')' | b']' | b'}' if self.opened.len() > outer => {
                self.closed = self.opened.pop().unwrap_or_default();
            }
            _ => {}
        }
        match byte.is_ascii_whitespace() {
            true => self.pos += 1,
            false => self.pass(1),
        }
    }

    /// The string that was read last, which begins at `start`, if the place is in it. `last` is what [`last`](Self::last) was before.
    pub(super) fn literal(
        &self,
        start: usize,
        content: Range<usize>,
        last: usize,
    ) -> Option<Literal> {
        let whole = start..self.pos;
        whole.contains(&self.at).then(|| Literal {
            whole,
            content,
            interpolates: false,
            nested: false,
            last,
            opened: self.opened.clone(),
            tag: None,
        })
    }
}
