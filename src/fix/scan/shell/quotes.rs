//! What stands in quotes of the shell.

use super::super::{DEEPEST, UNENDED};
use super::{Quoting, Scanner};

impl Scanner<'_> {
    pub(super) fn single(&mut self) -> Option<Quoting> {
        let start = self.pos;
        let rest = self.bytes.get(start + 1..).unwrap_or_default();
        let Some(length) = memchr::memchr(b'\'', rest) else {
            return Some(Quoting::Unclear(UNENDED));
        };
        self.pos = start + length + 2;
        (self.at < self.pos).then_some(Quoting::Single(start, self.pos))
    }

    /// `$'…'`, in which backslashes escape.
    pub(super) fn ansi(&mut self) -> Option<Quoting> {
        self.pos += 2;
        loop {
            match self.peek(0) {
                None => return Some(Quoting::Unclear(UNENDED)),
                Some(b'\\') => self.pos += 2,
                Some(b'\'') => break,
                Some(_) => self.pos += 1,
            }
        }
        self.pos += 1;
        (self.at < self.pos).then_some(Quoting::Unclear("it stands in $'…'"))
    }

    pub(super) fn double(&mut self, nesting: usize) -> Option<Quoting> {
        self.pos += 1;
        loop {
            match (self.peek(0), self.peek(1)) {
                (None, _) => return Some(Quoting::Unclear(UNENDED)),
                (Some(b'\\'), _) => self.pos += 2,
                (Some(b'"'), _) => break,
                (Some(b'`'), _) => {
                    let found = self.backquotes();
                    if found.is_some() {
                        return found;
                    }
                }
                (Some(b'$'), Some(b'(')) => {
                    if nesting >= DEEPEST {
                        return Some(Quoting::Unclear(UNENDED));
                    }
                    self.pos += 2;
                    let found = self.code(nesting + 1);
                    if found.is_some() {
                        return found;
                    }
                    self.pos += 1;
                }
                (Some(_), _) => self.pos += 1,
            }
            if self.pos > self.at {
                return Some(Quoting::Double);
            }
        }
        self.pos += 1;
        None
    }

    /// What stands in backquotes is not looked into.
    pub(super) fn backquotes(&mut self) -> Option<Quoting> {
        let rest = self.bytes.get(self.pos + 1..).unwrap_or_default();
        let end = memchr::memchr(b'`', rest).map_or(rest.len(), |end| end + 1);
        self.pos += 1 + end;
        (self.at < self.pos).then_some(Quoting::Unclear("it stands in backquotes"))
    }
}
