//! Quotes, comments and here-documents of the shell (POSIX.1-2024, Shell Command Language, 2.2, 2.3 and 2.7.4).

mod documents;
mod expansions;
mod quotes;

use self::documents::Document;
use super::UNENDED;
use crate::fix::Refusal;

/// What stands around a place of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Quoting {
    /// Nothing.
    Bare,
    /// Double quotes, or a here-document in which variables are replaced.
    Double,
    /// Single quotes: the first byte, and one past the last, of all with its quotes.
    Single(usize, usize),
    /// A comment.
    Comment,
    /// What was not understood, or where nothing is replaced.
    Unclear(Refusal),
}

/// What stands around the byte `at`.
pub(in super::super) fn quoting(text: &str, at: usize) -> Quoting {
    let mut scanner = Scanner {
        bytes: text.as_bytes(),
        pos: 0,
        at,
        documents: Vec::new(),
    };
    scanner.code(0).unwrap_or(Quoting::Unclear(UNENDED))
}

struct Scanner<'a> {
    bytes: &'a [u8],
    pos: usize,
    at: usize,
    documents: Vec<Document>,
}

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.pos + ahead).copied()
    }

    /// Reads commands to the end of the text or, in a string, to the parenthesis that closes them.
    fn code(&mut self, nesting: usize) -> Option<Quoting> {
        let mut open = 0_usize;
        while let Some(byte) = self.peek(0) {
            let start = self.pos;
            let found = match (byte, self.peek(1)) {
                (b'\\', _) => {
                    self.pos += 2;
                    None
                }
                (b'$', Some(b'\'')) => self.ansi(),
                (b'\'', _) => self.single(),
                (b'"', _) => self.double(nesting),
                (b'#', _) if self.begins_word() => self.comment(),
                (b'`', _) => self.backquotes(),
                (b'<', Some(b'<')) => self.announce(),
                (b'(', Some(b'(')) => self.arithmetic(),
                (b'$', Some(b'{')) => self.parameter(),
                (b'\n', _) => {
                    self.pos += 1;
                    self.here_documents()
                }
                (b')', _) if nesting > 0 && open == 0 => return None,
                // The parentheses behind its patterns close nothing.
                (b'c', Some(b'a')) if nesting > 0 && self.is_case() => {
                    return Some(Quoting::Unclear(UNENDED));
                }
                _ => {
                    match byte {
                        b'(' => open += 1,
                        b')' => open = open.saturating_sub(1),
                        _ => {}
                    }
                    self.pos += 1;
                    None
                }
            };
            let passed = self.bytes.get(start..self.pos).unwrap_or_default();
            if !self.documents.is_empty() && b"'\"`$".contains(&byte) && passed.contains(&b'\n') {
                // Shells do not agree whether a here-document begins in a string.
                return Some(Quoting::Unclear(UNENDED));
            }
            if found.is_some() {
                return found;
            }
            if self.pos > self.at {
                return Some(Quoting::Bare);
            }
        }
        None
    }

    fn is_case(&self) -> bool {
        let rest = self.bytes.get(self.pos..).unwrap_or_default();
        self.begins_word() && rest.starts_with(b"case ")
    }

    fn begins_word(&self) -> bool {
        let before = self.bytes.get(..self.pos).and_then(|before| before.last());
        before.is_none_or(|byte| b" \t\n;&|()".contains(byte))
    }

    fn comment(&mut self) -> Option<Quoting> {
        let rest = self.bytes.get(self.pos..).unwrap_or_default();
        self.pos += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        (self.at < self.pos).then_some(Quoting::Comment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands around the `@` of each text.
    pub(super) fn assert_told(table: &[(&str, Quoting)]) {
        for (text, expected) in table {
            let at = text.find('@').expect("a place");
            assert_eq!(quoting(text, at), *expected, "{text}");
        }
    }

    pub(super) fn assert_unclear(texts: &[&str]) {
        for text in texts {
            let found = quoting(text, text.find('@').expect("a place"));
            assert!(matches!(found, Quoting::Unclear(_)), "{text}: {found:?}");
        }
    }

    #[test]
    fn quotes_are_told_from_what_is_around_them() {
        assert_told(&[
            ("x=@", Quoting::Bare),
            ("x=\"a @\"", Quoting::Double),
            ("echo it\\'s @", Quoting::Bare),
            ("x='a @'", Quoting::Single(2, 7)),
            ("echo \"it's\" '@'", Quoting::Single(12, 15)),
            ("x=\"$(echo '@')\"", Quoting::Single(10, 13)),
            ("x=\"$(echo @)\"", Quoting::Bare),
            ("x=\"$(echo \"@\")\"", Quoting::Double),
            ("x=\"$(a (b) 'c') @\"", Quoting::Double),
            ("# it's\nx=@", Quoting::Bare),
            ("a # @", Quoting::Comment),
            ("a#@", Quoting::Bare),
            ("cat <<< \"@\"", Quoting::Double),
        ]);
        assert_unclear(&[
            "x=`echo @`",
            "x=$'\\'@'",
            "x='@",
            "x=\"`@`\"",
            "x=\"$(case a in a) echo '@';; esac)\"",
        ]);
    }
}
