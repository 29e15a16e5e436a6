//! Strings, templates, comments and regular expressions of JavaScript and TypeScript (tc39.es/ecma262, lexical grammar).

use super::{Around, DEEPEST, IN_CODE, Literal, UNENDED, is_name};
use crate::fix::Refusal;

/// What stands around the byte `at`.
pub(in super::super) fn around(text: &str, at: usize) -> Around {
    let mut scanner = Scanner {
        bytes: text.as_bytes(),
        pos: 0,
        at,
        last: 0,
        opened: Vec::new(),
        tag: None,
    };
    scanner.code(0).unwrap_or(Around::Unclear(IN_CODE))
}

/// Whether a place is code, as far as that is understood.
pub(in super::super) fn may_be_code(text: &str, at: usize) -> bool {
    matches!(around(text, at), Around::Unclear(_))
}

struct Scanner<'a> {
    bytes: &'a [u8],
    pos: usize,
    at: usize,
    /// One past the last byte that is neither white space nor a comment.
    last: usize,
    opened: Vec<usize>,
    tag: Option<usize>,
}

/// Words behind which an expression begins, so that a slash there begins a regular expression.
const BEFORE_VALUE: [&[u8]; 15] = [
    b"return",
    b"typeof",
    b"case",
    b"in",
    b"of",
    b"delete",
    b"void",
    b"throw",
    b"new",
    b"else",
    b"do",
    b"await",
    b"yield",
    b"default",
    b"instanceof",
];

/// Whether a text ends with a word behind which an expression begins.
pub(in super::super) fn ends_with_operator(before: &[u8]) -> bool {
    let start = before.iter().rposition(|byte| !is_name(*byte));
    let word = before.get(start.map_or(0, |at| at + 1)..);
    BEFORE_VALUE.contains(&word.unwrap_or_default())
}

const SLASH: Refusal = "a slash before it may begin a regular expression, or divide";

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.pos + ahead).copied()
    }

    /// Reads code to the end of the text or, in a template, to the brace that closes it.
    fn code(&mut self, nesting: usize) -> Option<Around> {
        let outer = self.opened.len();
        while let Some(byte) = self.peek(0) {
            let found = match (byte, self.peek(1)) {
                (b'#', Some(b'!')) if self.pos == 0 => self.comment(b"\n"),
                (b'/', Some(b'/')) => self.comment(b"\n"),
                (b'/', Some(b'*')) => self.comment(b"*/"),
                (b'/', _) => self.slash(),
                (b'<', Some(b'!')) => Some(Around::Unclear("markup stands before it")),
                (b'"' | b'\'', _) => self.string(byte, nesting),
                (b'`', _) => self.template(nesting),
                (b'}', _) if nesting > 0 && self.opened.len() == outer => return None,
                _ => {
                    self.sign(byte, outer);
                    None
                }
            };
            if found.is_some() {
                return found;
            }
            if self.pos > self.at {
                return Some(Around::Unclear(IN_CODE));
            }
        }
        None
    }

    /// A byte of code that begins nothing.
    fn sign(&mut self, byte: u8, outer: usize) {
        match byte {
            b'(' | b'[' | b'{' => self.opened.push(self.pos),
            b')' | b']' | b'}' if self.opened.len() > outer => drop(self.opened.pop()),
            b'<' if self.tag.is_none() && self.may_be_tag() => self.tag = Some(self.pos),
            _ => {}
        }
        self.pos += 1;
        if !byte.is_ascii_whitespace() {
            self.last = self.pos;
        }
    }

    fn comment(&mut self, end: &[u8]) -> Option<Around> {
        let rest = self.bytes.get(self.pos + 2..).unwrap_or_default();
        let length = memchr::memmem::find(rest, end).map(|at| at + end.len());
        self.pos = self.pos + 2 + length.unwrap_or(rest.len());
        (self.at < self.pos).then_some(match self.tag {
            None => Around::Comment,
            // The text of JSX can look like one.
            Some(_) => {
                Around::Unclear("JSX stands before it, in which it is not clear what is a comment")
            }
        })
    }

    /// What is before here, without white space and comments.
    fn before(&self) -> &[u8] {
        self.bytes.get(..self.last).unwrap_or_default()
    }

    /// Whether `<` here can begin a tag of JSX: it does not stand right behind what it could compare.
    fn may_be_tag(&self) -> bool {
        let before = self.before();
        let last = before.last().copied().unwrap_or_default();
        let is_operand = is_name(last) || b")]}\"'`".contains(&last);
        if !is_operand || ends_with_operator(before) {
            return true;
        }
        let next = self.peek(1).unwrap_or_default();
        let is_beside = self.last == self.pos && last != b'}';
        !is_beside && (is_name(next) || next == b'>' || next == b'/')
    }

    /// A slash that begins no comment: a regular expression, a division, or the end of a tag of JSX.
    fn slash(&mut self) -> Option<Around> {
        let before = self.before();
        let is_tag = self.peek(1) == Some(b'>');
        let is_regex = match before {
            [] => true,
            [.., b'+', b'+'] | [.., b'-', b'-'] => return Some(Around::Unclear(SLASH)),
            [.., b')' | b'}'] if !is_tag => return Some(Around::Unclear(SLASH)),
            [.., of, b'!'] if is_name(*of) || b")]".contains(of) => {
                return Some(Around::Unclear(SLASH));
            }
            [.., last] if is_name(*last) => ends_with_operator(before),
            // `</p>` and `/>` of JSX are no regular expressions.
            [.., last] => !b")]}\"'`<.".contains(last) && !is_tag,
        };
        if is_regex {
            return self.regex();
        }
        self.pos += 1;
        self.last = self.pos;
        None
    }

    fn regex(&mut self) -> Option<Around> {
        let mut in_class = false;
        self.pos += 1;
        loop {
            match self.peek(0) {
                None | Some(b'\n') => return Some(Around::Unclear(SLASH)),
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
        let (start, last) = (self.pos, self.last);
        self.pos += 1;
        loop {
            match self.peek(0) {
                // An apostrophe in the text of JSX, perhaps.
                None | Some(b'\n') => return Some(Around::Unclear(UNENDED)),
                Some(b'\\') => self.pos += 2,
                Some(byte) if byte == quote => break,
                Some(_) => self.pos += 1,
            }
        }
        self.ended((start, last), false, nesting)
    }

    fn template(&mut self, nesting: usize) -> Option<Around> {
        let (start, last) = (self.pos, self.last);
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
        self.ended((start, last), true, nesting)
    }

    /// What was read, whose last quote is next.
    fn ended(
        &mut self,
        (start, last): (usize, usize),
        interpolates: bool,
        nesting: usize,
    ) -> Option<Around> {
        let content = start + 1..self.pos;
        self.pos += 1;
        self.last = self.pos;
        let whole = start..self.pos;
        whole.contains(&self.at).then_some(Around::Literal(Literal {
            whole,
            content,
            interpolates,
            nested: nesting > 0,
            last,
            opened: self.opened.clone(),
            tag: self.tag,
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
            ("x = (a) / 'b@'", None),
            ("x = a[0] / 'b@'", Some("'b@'")),
            ("return /'/ + '@'", Some("'@'")),
            ("x = `a ${f({b: '@'})} c`", Some("'@'")),
            ("x = `a ${f({b: '}'})} @`", Some("`a ${f({b: '}'})} @`")),
            ("// it's\nx = \"@\"", Some("\"@\"")),
            ("/* it's */ x = \"@\"", Some("\"@\"")),
            ("<p>don't</p>\nx = '@'", None),
            ("if (a) /[/*]/.test('@')", None),
            ("if (a) /a\\//.test('@')", None),
            ("i++ / 2; x = '@' / 2", None),
            ("x! / 2; x = '@'", None),
            ("#!/usr/bin/env it's\nx = '@'", Some("'@'")),
            ("<!-- it's\nx = '@'", None),
            ("yield /'/ + '@'", Some("'@'")),
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
        assert!(matches!(around("<p>/* '@'", 8), Around::Unclear(_)));
    }

    #[test]
    fn the_first_tag_is_known() {
        for (text, expected) in [
            ("a < b; x = '@'", None),
            ("f<A>('@')", None),
            ("a<b && '@'", None),
            ("x = <A k='@'", Some(4)),
            ("return <A k='@'", Some(7)),
            ("return(<A>< B k='@'", Some(7)),
            ("`${a}`; <p k='@'", Some(8)),
        ] {
            match around(text, text.find('@').expect("a place")) {
                Around::Literal(found) => assert_eq!(found.tag, expected, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }
}
