//! What stands in quotes of the shell.

use super::super::{DEEPEST, UNENDED};
use super::{Quoting, Scanner};

const IN_BRACES: Quoting =
    Quoting::Unclear("quotes or braces stand in the braces of a variable that is in quotes itself");

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
        // How many `${` are open: what a quote does there, shells do not agree about.
        let mut braces = 0_usize;
        loop {
            let found = match (self.peek(0), self.peek(1)) {
                (None, _) => return Some(Quoting::Unclear(UNENDED)),
                (Some(b'\\'), _) => {
                    self.pos += 2;
                    None
                }
                (Some(quote @ (b'"' | b'\'')), _) if braces > 0 => self.quotes_in_braces(quote),
                (Some(b'"'), _) => break,
                (Some(b'`'), _) => self.backquotes(),
                (Some(b'$'), Some(b'{')) => {
                    braces += 1;
                    self.pos += 2;
                    None
                }
                (Some(b'{'), _) if braces > 0 => Some(IN_BRACES),
                (Some(b'}'), _) => {
                    braces = braces.saturating_sub(1);
                    self.pos += 1;
                    None
                }
                (Some(b'$'), Some(b'(')) => self.command(nesting),
                (Some(_), _) => {
                    self.pos += 1;
                    None
                }
            };
            if found.is_some() {
                return found;
            }
            if self.pos > self.at {
                return Some(Quoting::Double);
            }
        }
        self.pos += 1;
        None
    }

    /// `$(…)` and `$((…))` in double quotes.
    fn command(&mut self, nesting: usize) -> Option<Quoting> {
        if self.peek(2) == Some(b'(') {
            self.pos += 1;
            return self.arithmetic();
        }
        if nesting >= DEEPEST || !self.documents.is_empty() {
            return Some(Quoting::Unclear(UNENDED));
        }
        self.pos += 2;
        let found = self.code(nesting + 1);
        if found.is_some() {
            return found;
        }
        self.pos += 1;
        match self.documents.is_empty() {
            true => None,
            false => Some(Quoting::Unclear(UNENDED)),
        }
    }

    /// Quotes in `"${…}"`, if what is in them means the same however they are read.
    fn quotes_in_braces(&mut self, quote: u8) -> Option<Quoting> {
        let rest = self.bytes.get(self.pos + 1..).unwrap_or_default();
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b" _-./:,=@%+".contains(byte);
        let length = rest.iter().take_while(|byte| is_plain(byte)).count();
        if rest.get(length) != Some(&quote) {
            return Some(IN_BRACES);
        }
        self.pos += length + 2;
        (quote == b'\'' && self.at < self.pos).then_some(IN_BRACES)
    }

    /// What stands in backquotes is not looked into.
    pub(super) fn backquotes(&mut self) -> Option<Quoting> {
        let rest = self.bytes.get(self.pos + 1..).unwrap_or_default();
        let end = memchr::memchr(b'`', rest).map_or(rest.len(), |end| end + 1);
        self.pos += 1 + end;
        (self.at < self.pos).then_some(Quoting::Unclear("it stands in backquotes"))
    }
}
