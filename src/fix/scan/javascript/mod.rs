//! Strings, templates, comments and regular expressions of JavaScript and TypeScript (tc39.es/ecma262, lexical grammar).

mod slash;

use std::cell::OnceCell;

use super::reading::Reading;
use super::{Around, DEEPEST, IN_CODE, Literal, UNENDED, is_name};

pub(in super::super) use slash::ends_with_operator;

/// What stands around the byte `at`.
pub(in super::super) fn around(text: &str, at: usize) -> Around {
    let mut scanner = Scanner {
        read: Reading::new(text, at),
        tag: None,
        ends: OnceCell::new(),
    };
    scanner.code(0).unwrap_or(Around::Unclear(IN_CODE))
}

/// Whether a place is surely code.
pub(in super::super) fn is_code(text: &str, at: usize) -> bool {
    around(text, at) == Around::Unclear(IN_CODE)
}

/// Whether a place is code, or may be.
pub(in super::super) fn may_be_code(text: &str, at: usize) -> bool {
    matches!(around(text, at), Around::Unclear(_))
}

struct Scanner<'a> {
    read: Reading<'a>,
    /// What may be the first tag of JSX.
    tag: Option<usize>,
    /// Where the last end of a tag is in the text, once that was asked.
    ends: OnceCell<Option<usize>>,
}

impl Scanner<'_> {
    /// Reads code to the end of the text or, in a template, to the brace that closes it.
    fn code(&mut self, nesting: usize) -> Option<Around> {
        let (start, outer) = (self.read.pos, self.read.opened.len());
        while let Some(byte) = self.read.peek(0) {
            let found = match (byte, self.read.peek(1)) {
                (b'#', Some(b'!')) if self.read.pos == 0 => self.comment(b"\n"),
                (b'/', Some(b'/')) => self.comment(b"\n"),
                (b'/', Some(b'*')) => self.comment(b"*/"),
                (b'/', _) => self.slash(),
                (b'<', Some(b'!')) => Some(Around::Unclear("markup stands before it")),
                (b'"' | b'\'', _) => self.string(byte, nesting),
                (b'`', _) => self.template(nesting),
                (b'}', _) if nesting > 0 && self.read.opened.len() == outer => return None,
                _ => {
                    if byte == b'<' && self.tag.is_none() && self.may_be_tag() {
                        self.tag = Some(self.read.pos);
                    }
                    self.read.sign(byte, outer);
                    None
                }
            };
            if found.is_some() {
                return found;
            }
            if self.read.has_passed(start) {
                return Some(Around::Unclear(IN_CODE));
            }
        }
        None
    }

    fn comment(&mut self, end: &[u8]) -> Option<Around> {
        let start = self.read.pos;
        let rest = self.read.bytes.get(start + 2..).unwrap_or_default();
        let length = memchr::memmem::find(rest, end).map(|at| at + end.len());
        self.read.pos = start + 2 + length.unwrap_or(rest.len());
        self.read.has_passed(start).then_some(match self.tag {
            None => Around::Comment,
            // The text of JSX can look like one.
            Some(_) => {
                Around::Unclear("JSX stands before it, in which it is not clear what is a comment")
            }
        })
    }

    /// Whether `<` here can begin a tag of JSX: it does not stand right behind what it could compare.
    fn may_be_tag(&self) -> bool {
        let before = self.read.before();
        let last = before.last().copied().unwrap_or_default();
        let is_operand = is_name(last) || b")]}\"'`".contains(&last);
        if !is_operand || ends_with_operator(before) {
            return true;
        }
        let next = self.read.peek(1).unwrap_or_default();
        let is_beside = self.read.last == self.read.pos && last != b'}';
        // No tag is without an end: what has none compares.
        !is_beside && (is_name(next) || next == b'>' || next == b'/') && self.is_closed()
    }

    /// Whether anything behind here ends a tag.
    fn is_closed(&self) -> bool {
        let last = *self.ends.get_or_init(|| {
            let find = |end: &[u8]| memchr::memmem::rfind(self.read.bytes, end);
            find(b"</").max(find(b"/>"))
        });
        last.is_some_and(|at| at >= self.read.pos)
    }

    fn string(&mut self, quote: u8, nesting: usize) -> Option<Around> {
        let (start, last) = (self.read.pos, self.read.last);
        self.read.pos += 1;
        loop {
            match self.read.peek(0) {
                // An apostrophe in the text of JSX, perhaps.
                None | Some(b'\n') => return Some(Around::Unclear(UNENDED)),
                Some(b'\\') => self.read.pos += 2,
                Some(byte) if byte == quote => break,
                Some(_) => self.read.pos += 1,
            }
        }
        self.ended((start, last), false, nesting)
    }

    fn template(&mut self, nesting: usize) -> Option<Around> {
        let (start, last) = (self.read.pos, self.read.last);
        self.read.pos += 1;
        loop {
            match self.read.peek(0) {
                None => return Some(Around::Unclear(UNENDED)),
                Some(b'\\') => self.read.pos += 2,
                Some(b'`') => break,
                Some(b'$') if self.read.peek(1) == Some(b'{') => {
                    if nesting >= DEEPEST {
                        return Some(Around::Unclear(UNENDED));
                    }
                    self.read.pos += 2;
                    self.read.last = self.read.pos;
                    let found = self.code(nesting + 1);
                    if found.is_some() {
                        return found;
                    }
                    self.read.pos += 1;
                }
                Some(_) => self.read.pos += 1,
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
        let content = start + 1..self.read.pos;
        self.read.pass(1);
        let found = self.read.literal(start, content, last);
        found.map(|found| {
            Around::Literal(Literal {
                interpolates,
                nested: nesting > 0,
                tag: self.tag,
                ..found
            })
        })
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
            ("x = (a) /2; y = 'b@'", Some("'b@'")),
            ("x = (a) / b / 'c@' // d", Some("'c@'")),
            ("x = (a)/b/c; y = 'd@'", None),
            ("if (a) /b/.test('@')", None),
            ("if (a) / b' /.test('@')", None),
            ("while (a(b)) / b' /.test('@')", None),
            ("if ((a) / b) f('@'); // c", Some("'@'")),
            ("x = a[0] / 'b@'", Some("'b@'")),
            ("return /'/ + '@'", Some("'@'")),
            ("x = `a ${f({b: '@'})} c`", Some("'@'")),
            ("x = `a ${f({b: '}'})} @`", Some("`a ${f({b: '}'})} @`")),
            ("x = `@ ${a} ${'}'} b`", Some("`@ ${a} ${'}'} b`")),
            (
                "x = `@ ${a /* } */} ${/}/}`",
                Some("`@ ${a /* } */} ${/}/}`"),
            ),
            ("// it's\nx = \"@\"", Some("\"@\"")),
            ("/* it's */ x = \"@\"", Some("\"@\"")),
            ("<p>don't</p>\nx = '@'", None),
            ("if (a) /[/*]/.test('@')", None),
            ("if (a) /a\\//.test('@')", None),
            ("i++ / 2; x = '@' / 2", Some("'@'")),
            ("i++ /2; x = '@' / 2", None),
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
            ("a <b; x = '@'", None),
            ("for (; i <n; ) f('@')", None),
            ("a <b; x = '@'; y = <p>c</p>", Some(2)),
            ("a <b k='@'/>", Some(2)),
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
