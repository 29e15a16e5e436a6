//! Strings and comments of Python: prefixes, triple quotes, and the code in f-strings
//! (docs.python.org/3/reference/lexical_analysis.html).

use super::reading::Reading;
use super::{Around, DEEPEST, IN_CODE, Literal, UNENDED, is_name};

/// What stands around the byte `at`.
pub(in super::super) fn around(text: &str, at: usize) -> Around {
    let mut scanner = Scanner {
        read: Reading::new(text, at),
        before_word: 0,
    };
    scanner.code(0).unwrap_or(Around::Unclear(IN_CODE))
}

/// Whether a place is surely code.
pub(in super::super) fn is_code(text: &str, at: usize) -> bool {
    around(text, at) == Around::Unclear(IN_CODE)
}

struct Scanner<'a> {
    /// A backslash at the end of a line is white space to it.
    read: Reading<'a>,
    /// What was last before the word that was read last.
    before_word: usize,
}

impl Scanner<'_> {
    /// Reads code to the end of the text or, in a string, to the brace that closes it.
    fn code(&mut self, nesting: usize) -> Option<Around> {
        let (start, outer) = (self.read.pos, self.read.opened.len());
        while let Some(byte) = self.read.peek(0) {
            match byte {
                b'#' => {
                    let (rest, sign) = (self.read.rest(), self.read.pos);
                    self.read.pos += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                    if self.read.has_passed(sign) {
                        return Some(Around::Comment);
                    }
                }
                b'"' | b'\'' => {
                    let found = self.literal(byte, nesting);
                    if found.is_some() {
                        return found;
                    }
                }
                b'}' if nesting > 0 && self.read.opened.len() == outer => return None,
                b'\\' if matches!(self.read.peek(1), Some(b'\n' | b'\r')) => self.read.pos += 1,
                _ => {
                    let before = self.read.pos.checked_sub(1);
                    let before = before.and_then(|at| self.read.bytes.get(at));
                    if !before.is_some_and(|byte| is_name(*byte)) {
                        self.before_word = self.read.last;
                    }
                    self.read.sign(byte, outer);
                }
            }
            if self.read.has_passed(start) {
                return Some(Around::Unclear(IN_CODE));
            }
        }
        None
    }

    /// Where the prefix of a string begins whose quote is next.
    fn prefix(&self) -> usize {
        let pos = self.read.pos;
        let before = self.read.bytes.get(..pos).unwrap_or_default();
        let letters = before.iter().rev().take_while(|byte| is_name(**byte));
        let letters = letters.count();
        let start = pos - letters;
        let is_prefix = |byte: &u8| b"rbuft".contains(&byte.to_ascii_lowercase());
        let prefix = before.get(start..).unwrap_or_default();
        match letters <= 2 && prefix.iter().all(is_prefix) {
            true => start,
            false => pos,
        }
    }

    fn literal(&mut self, quote: u8, nesting: usize) -> Option<Around> {
        let start = self.prefix();
        let last = match start < self.read.pos {
            // Its prefix was read as a word.
            true => self.before_word,
            false => self.read.last,
        };
        let prefix = self.read.bytes.get(start..self.read.pos);
        let prefix = prefix.unwrap_or_default();
        let interpolates = prefix.iter().any(|byte| b"fFtT".contains(byte));
        let triple = self.read.peek(1) == Some(quote) && self.read.peek(2) == Some(quote);
        let width = if triple { 3 } else { 1 };
        self.read.pos += width;
        let content = self.read.pos;
        loop {
            match self.read.peek(0) {
                None => return Some(Around::Unclear(UNENDED)),
                Some(b'\n') if !triple => return Some(Around::Unclear(UNENDED)),
                Some(b'\\') => self.read.pos += 2,
                Some(byte) if byte == quote => {
                    let is_end = !triple
                        || (self.read.peek(1) == Some(quote) && self.read.peek(2) == Some(quote));
                    if is_end {
                        break;
                    }
                    self.read.pos += 1;
                }
                Some(byte @ (b'{' | b'}')) if interpolates => {
                    let is_escaped = self.read.peek(1) == Some(byte);
                    self.read.pos += if is_escaped { 2 } else { 1 };
                    if byte == b'{' && !is_escaped {
                        if nesting >= DEEPEST {
                            return Some(Around::Unclear(UNENDED));
                        }
                        let found = self.code(nesting + 1);
                        if found.is_some() {
                            return found;
                        }
                        self.read.pos += 1;
                    }
                }
                Some(_) => self.read.pos += 1,
            }
        }
        let content = content..self.read.pos;
        self.read.pass(width);
        let found = self.read.literal(start, content, last);
        found.map(|found| {
            Around::Literal(Literal {
                interpolates,
                nested: nesting > 0,
                ..found
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> Option<(&str, bool, bool)> {
        match around(text, text.find('@').expect("a place")) {
            Around::Literal(found) => Some((&text[found.whole], found.interpolates, found.nested)),
            _ => None,
        }
    }

    #[test]
    fn strings_are_told_from_what_is_around_them() {
        for (text, expected) in [
            ("x = '@'", Some(("'@'", false, false))),
            ("x = \"it's\" '@'", Some(("'@'", false, false))),
            ("x = Rb'@'", Some(("Rb'@'", false, false))),
            (
                "x = f'{a[\"b\"]} @'",
                Some(("f'{a[\"b\"]} @'", true, false)),
            ),
            ("x = f'{{\"}} @'", Some(("f'{{\"}} @'", true, false))),
            (
                "x = f'@ {a} {b!r:>{w}}'",
                Some(("f'@ {a} {b!r:>{w}}'", true, false)),
            ),
            (
                "x = f'''@ {a # c\n}'''",
                Some(("f'''@ {a # c\n}'''", true, false)),
            ),
            (
                "x = f'@ {g(\"}\")}'",
                Some(("f'@ {g(\"}\")}'", true, false)),
            ),
            ("x = f'{g(\"@\")}'", Some(("\"@\"", false, true))),
            ("x = f'{a:{w}} @'", Some(("f'{a:{w}} @'", true, false))),
            (
                "'''a 'b' \"\n@'''",
                Some(("'''a 'b' \"\n@'''", false, false)),
            ),
            ("x = 'a\\'@'", Some(("'a\\'@'", false, false))),
            ("# it's\nx = '@'", Some(("'@'", false, false))),
            ("dbf'@'", Some(("'@'", false, false))),
        ] {
            assert_eq!(literal(text), expected, "{text}");
        }
        assert_eq!(around("a # '@'", 5), Around::Comment);
        for text in ["x = @", "x = 'a\n'@'", "x = '@", "f'{a @}'", "x = '''@'"] {
            assert_eq!(literal(text), None, "{text}");
        }
    }
}
