//! A slash of JavaScript that begins no comment: a regular expression, a division, or the end of a tag of JSX.

use super::super::{Around, is_name};
use super::Scanner;
use crate::fix::Refusal;

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
pub(in crate::fix) fn ends_with_operator(before: &[u8]) -> bool {
    let start = before.iter().rposition(|byte| !is_name(*byte));
    let word = before.get(start.map_or(0, |at| at + 1)..);
    BEFORE_VALUE.contains(&word.unwrap_or_default())
}

const SLASH: Refusal = "a slash before it may begin a regular expression, or divide";

impl Scanner<'_> {
    /// A slash that begins no comment: a regular expression, a division, or the end of a tag of JSX.
    pub(super) fn slash(&mut self) -> Option<Around> {
        let before = self.read.before();
        let is_tag = self.read.peek(1) == Some(b'>');
        let is_regex = match before {
            [] => true,
            [.., b')'] | [.., b'+', b'+'] | [.., b'-', b'-'] if self.surely_divides() => false,
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
        self.read.pass(1);
        None
    }

    /// Whether this slash behind an operand surely divides: blanks are on both sides of it, as nobody writes them around a regular
    /// expression, or its line has no other slash that could end one.
    fn surely_divides(&self) -> bool {
        let before = self.read.pos.checked_sub(1);
        let before = before.and_then(|at| self.read.bytes.get(at)).copied();
        let is_apart = before == Some(b' ') && self.read.peek(1) == Some(b' ');
        let rest = self.read.rest();
        let line = rest.split(|byte| *byte == b'\n').next();
        let mut behind = line.unwrap_or_default().iter().skip(1);
        // Behind the condition of a statement, it is a regular expression.
        let head = self.read.bytes.get(..self.read.closed);
        let head = head.unwrap_or_default().trim_ascii_end();
        let words: [&[u8]; 5] = [b"if", b"while", b"for", b"with", b"await"];
        let is_condition = words.iter().any(|word| head.ends_with(word));
        (is_apart && !is_condition) || !behind.any(|byte| *byte == b'/')
    }

    fn regex(&mut self) -> Option<Around> {
        let (start, mut in_class) = (self.read.pos, false);
        self.read.pos += 1;
        loop {
            match self.read.peek(0) {
                None | Some(b'\n') => return Some(Around::Unclear(SLASH)),
                Some(b'\\') => self.read.pos += 2,
                Some(b'/') if !in_class => {
                    self.read.pos += 1;
                    break;
                }
                Some(byte) => {
                    in_class = byte == b'[' || (in_class && byte != b']');
                    self.read.pos += 1;
                }
            }
        }
        self.read.last = self.read.pos;
        self.read
            .has_passed(start)
            .then_some(Around::Unclear("it stands in a regular expression"))
    }
}
