//! Strings, templates, comments and regular expressions of JavaScript and TypeScript (tc39.es/ecma262, lexical grammar).

use super::{Around, DEEPEST, Literal, UNENDED, is_name};

/// What stands around the byte `at`.
pub(in super::super) fn around(text: &str, at: usize) -> Around {
    let mut scanner = Scanner {
        bytes: text.as_bytes(),
        pos: 0,
        at,
        last: 0,
    };
    scanner
        .code(0)
        .unwrap_or(Around::Unclear("it stands in no string"))
}

struct Scanner<'a> {
    bytes: &'a [u8],
    pos: usize,
    at: usize,
    /// One past the last byte that is neither white space nor a comment.
    last: usize,
}

/// Words behind which a slash begins a regular expression.
const BEFORE_REGEX: [&[u8]; 12] = [
    b"return", b"typeof", b"case", b"in", b"of", b"delete", b"void", b"throw", b"new", b"else",
    b"do", b"await",
];

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.pos + ahead).copied()
    }

    /// Reads code to the end of the text or, in a template, to the brace that closes it.
    fn code(&mut self, nesting: usize) -> Option<Around> {
        let mut open = 0_usize;
        while let Some(byte) = self.peek(0) {
            let found = match (byte, self.peek(1)) {
                (b'/', Some(b'/')) => self.comment(b"\n"),
                (b'/', Some(b'*')) => self.comment(b"*/"),
                (b'/', _) if self.may_be_regex() => self.regex(),
                (b'"' | b'\'', _) => self.string(byte, nesting),
                (b'`', _) => self.template(nesting),
                (b'}', _) if nesting > 0 && open == 0 => return None,
                _ => {
                    match byte {
                        b'{' => open += 1,
                        b'}' => open = open.saturating_sub(1),
                        _ => {}
                    }
                    self.pos += 1;
                    if !byte.is_ascii_whitespace() {
                        self.last = self.pos;
                    }
                    None
                }
            };
            if found.is_some() {
                return found;
            }
            if self.pos > self.at {
                return Some(Around::Unclear("it stands in no string"));
            }
        }
        None
    }

    fn comment(&mut self, end: &[u8]) -> Option<Around> {
        let rest = self.bytes.get(self.pos + 2..).unwrap_or_default();
        let length = memchr::memmem::find(rest, end).map(|at| at + end.len());
        self.pos = self.pos + 2 + length.unwrap_or(rest.len());
        (self.at < self.pos).then_some(Around::Comment)
    }

    /// Whether a slash here cannot be a division. Behind a closing bracket it is taken for one.
    fn may_be_regex(&self) -> bool {
        let before = self.bytes.get(..self.last).unwrap_or_default();
        match before.last() {
            None => true,
            Some(byte) if is_name(*byte) => {
                let start = before.iter().rposition(|byte| !is_name(*byte));
                let word = before.get(start.map_or(0, |at| at + 1)..);
                BEFORE_REGEX.contains(&word.unwrap_or_default())
            }
            // `</p>` and `/>` of JSX are no regular expressions.
            Some(byte) => !b")]}\"'`<".contains(byte) && self.peek(1) != Some(b'>'),
        }
    }

    fn regex(&mut self) -> Option<Around> {
        let start = self.pos;
        let mut in_class = false;
        self.pos += 1;
        loop {
            match self.peek(0) {
                // No regular expression, then: a slash.
                None | Some(b'\n') => {
                    self.pos = start + 1;
                    break;
                }
                Some(b'\\') => self.pos += 2,
                Some(b'/') if !in_class => {
                    self.pos += 1;
                    break;
                }
                Some(byte) => {
                    in_class = byte == b'[' || (in_class && byte != b']');
                    self.pos += 1;
                }
            }
        }
        self.last = self.pos;
        (self.at < self.pos).then_some(Around::Unclear("it stands in a regular expression"))
    }

    fn string(&mut self, quote: u8, nesting: usize) -> Option<Around> {
        let start = self.pos;
        self.pos += 1;
        loop {
            match self.peek(0) {
                // An apostrophe in the text of JSX: no string.
                None | Some(b'\n') => {
                    let line_end = self.pos;
                    self.pos = start + 1;
                    self.last = self.pos;
                    let is_in = (start..line_end).contains(&self.at);
                    return is_in.then_some(Around::Unclear(UNENDED));
                }
                Some(b'\\') => self.pos += 2,
                Some(byte) if byte == quote => break,
                Some(_) => self.pos += 1,
            }
        }
        self.ended(start, false, nesting)
    }

    fn template(&mut self, nesting: usize) -> Option<Around> {
        let start = self.pos;
        self.pos += 1;
        loop {
            match self.peek(0) {
                None => return Some(Around::Unclear(UNENDED)),
                Some(b'\\') => self.pos += 2,
                Some(b'`') => break,
                Some(b'$') if self.peek(1) == Some(b'{') => {
                    if nesting >= DEEPEST {
                        return Some(Around::Unclear(UNENDED));
                    }
                    self.pos += 2;
                    self.last = self.pos;
                    let found = self.code(nesting + 1);
                    if found.is_some() {
                        return found;
                    }
                    self.pos += 1;
                }
                Some(_) => self.pos += 1,
            }
        }
        self.ended(start, true, nesting)
    }

    /// What was read, whose last quote is next.
    fn ended(&mut self, start: usize, interpolates: bool, nesting: usize) -> Option<Around> {
        let content = start + 1..self.pos;
        self.pos += 1;
        self.last = self.pos;
        let whole = start..self.pos;
        whole.contains(&self.at).then_some(Around::Literal(Literal {
            whole,
            content,
            interpolates,
            nested: nesting > 0,
            depth: 0,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> Option<&str> {
        match around(text, text.find('@').expect("a place")) {
            Around::Literal(found) => Some(&text[found.whole]),
            _ => None,
        }
    }

    #[test]
    fn strings_are_told_from_what_is_around_them() {
        for (text, expected) in [
            ("x = '@'", Some("'@'")),
            ("x = /['\"]/.test('@')", Some("'@'")),
            ("x = a / b; y = '@' / 2", Some("'@'")),
            ("x = (a) / 'b@'", Some("'b@'")),
            ("return /'/ + '@'", Some("'@'")),
            ("x = `a ${f({b: '@'})} c`", Some("'@'")),
            ("x = `a ${f({b: '}'})} @`", Some("`a ${f({b: '}'})} @`")),
            ("// it's\nx = \"@\"", Some("\"@\"")),
            ("/* it's */ x = \"@\"", Some("\"@\"")),
            ("<p>don't</p>\nx = '@'", Some("'@'")),
            ("<br />; x = '@'", Some("'@'")),
            ("x = 'a\\'@'", Some("'a\\'@'")),
            ("x = '@", None),
            ("x = @", None),
            ("x = /@/", None),
            ("x = `@", None),
        ] {
            assert_eq!(literal(text), expected, "{text}");
        }
        assert_eq!(around("a // '@'", 6), Around::Comment);
        assert_eq!(around("a /* '@' */", 6), Around::Comment);
    }
}
