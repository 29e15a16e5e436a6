//! Quotes, comments and here-documents of the shell (POSIX.1-2024, Shell Command Language, 2.2, 2.3 and 2.7.4).

use super::{DEEPEST, UNENDED};
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

/// A here-document that begins on the next line.
struct Document {
    end: Vec<u8>,
    is_quoted: bool,
    strips_tabs: bool,
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
            let found = match (byte, self.peek(1)) {
                (b'\\', _) => {
                    self.pos += 2;
                    None
                }
                (b'$', Some(b'\'')) => self.ansi(),
                (b'\'', _) => self.single(),
                (b'"', _) => self.double(nesting),
                (b'#', _) if self.begins_word() => self.comment(),
                (b'`', _) => {
                    let rest = self.bytes.get(self.pos + 1..).unwrap_or_default();
                    let end = memchr::memchr(b'`', rest).map_or(rest.len(), |end| end + 1);
                    self.pos += 1 + end;
                    (self.at < self.pos).then_some(Quoting::Unclear("it stands in backquotes"))
                }
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

    fn single(&mut self) -> Option<Quoting> {
        let start = self.pos;
        let rest = self.bytes.get(start + 1..).unwrap_or_default();
        let Some(length) = memchr::memchr(b'\'', rest) else {
            return Some(Quoting::Unclear(UNENDED));
        };
        self.pos = start + length + 2;
        (self.at < self.pos).then_some(Quoting::Single(start, self.pos))
    }

    /// `$'…'`, in which backslashes escape.
    fn ansi(&mut self) -> Option<Quoting> {
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

    fn double(&mut self, nesting: usize) -> Option<Quoting> {
        self.pos += 1;
        loop {
            match (self.peek(0), self.peek(1)) {
                (None, _) => return Some(Quoting::Unclear(UNENDED)),
                (Some(b'\\'), _) => self.pos += 2,
                (Some(b'"'), _) => break,
                (Some(b'`'), _) => {
                    let rest = self.bytes.get(self.pos + 1..).unwrap_or_default();
                    let end = memchr::memchr(b'`', rest).map_or(rest.len(), |end| end + 1);
                    self.pos += 1 + end;
                    if self.at < self.pos {
                        return Some(Quoting::Unclear("it stands in backquotes"));
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

    /// Reads `((…))`, in which no `#` begins a comment, and no `<<` a here-document.
    fn arithmetic(&mut self) -> Option<Quoting> {
        const UNCLEAR: Quoting = Quoting::Unclear("double parentheses before it, or around it");
        let mut open = 0_usize;
        let rest = self.bytes.get(self.pos..).unwrap_or_default();
        let end = rest.iter().position(|byte| {
            match byte {
                b'(' => open += 1,
                b')' => open = open.saturating_sub(1),
                _ => {}
            }
            open == 0
        });
        let inside = end.and_then(|end| rest.get(..=end)).unwrap_or_default();
        let is_simple =
            inside.ends_with(b"))") && !inside.iter().any(|byte| b"'\"`\\\n".contains(byte));
        self.pos += inside.len();
        (!is_simple || self.at < self.pos).then_some(UNCLEAR)
    }

    /// Reads `${…}`, in which no `#` begins a comment; if quotes are in it, what is in them is read as elsewhere.
    fn parameter(&mut self) -> Option<Quoting> {
        let mut open = 0_usize;
        let rest = self.bytes.get(self.pos..).unwrap_or_default();
        let end = rest.iter().position(|byte| {
            match byte {
                b'{' => open += 1,
                b'}' => open = open.saturating_sub(1),
                _ => {}
            }
            (open == 0 && *byte == b'}') || b"'\"`\\\n(".contains(byte)
        });
        let inside = end.and_then(|end| rest.get(..=end)).unwrap_or_default();
        if !inside.ends_with(b"}") {
            let has_sign = rest.split(|byte| *byte == b'\n').next();
            let has_sign = has_sign.is_some_and(|line| line.windows(2).any(|two| two == b" #"));
            self.pos += 2;
            return has_sign.then_some(Quoting::Unclear("it is not clear where a comment begins"));
        }
        self.pos += inside.len();
        (self.at < self.pos).then_some(Quoting::Bare)
    }

    /// Reads `<<WORD`, whose text begins on the next line.
    fn announce(&mut self) -> Option<Quoting> {
        const UNCLEAR: Quoting = Quoting::Unclear("it is not clear where a here-document ends");
        self.pos += 2;
        // `<<<` is a here-string.
        if self.peek(0) == Some(b'<') {
            self.pos += 1;
            return None;
        }
        let strips_tabs = self.peek(0) == Some(b'-');
        self.pos += usize::from(strips_tabs);
        while matches!(self.peek(0), Some(b' ' | b'\t')) {
            self.pos += 1;
        }
        let rest = self.bytes.get(self.pos..).unwrap_or_default();
        let quote = rest.first().filter(|byte| b"'\"".contains(byte));
        let (length, end, is_quoted) = match quote {
            Some(quote) => {
                let rest = rest.get(1..).unwrap_or_default();
                let Some(length) = memchr::memchr(*quote, rest) else {
                    return Some(UNCLEAR);
                };
                (
                    length + 2,
                    rest.get(..length).unwrap_or_default().to_vec(),
                    true,
                )
            }
            None => {
                let is_end = |byte: &u8| b" \t\r\n;&|<>()".contains(byte);
                let length = rest.iter().position(is_end).unwrap_or(rest.len());
                let word = rest.get(..length).unwrap_or_default();
                let is_quoted = word.contains(&b'\\');
                let bare = word.iter().copied().filter(|byte| *byte != b'\\');
                (length, bare.collect(), is_quoted)
            }
        };
        self.pos += length;
        let next = self.peek(0).unwrap_or(b'\n');
        let is_odd = |byte: &u8| b"'\"`$\n\\".contains(byte);
        if end.is_empty() || end.iter().any(is_odd) || !b" \t\r\n;&|<>)".contains(&next) {
            return Some(UNCLEAR);
        }
        self.documents.push(Document {
            end,
            is_quoted,
            strips_tabs,
        });
        None
    }

    fn here_documents(&mut self) -> Option<Quoting> {
        for document in std::mem::take(&mut self.documents) {
            loop {
                let rest = self.bytes.get(self.pos..).unwrap_or_default();
                if rest.is_empty() {
                    return Some(Quoting::Unclear(UNENDED));
                }
                let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
                let line = rest.get(..length).unwrap_or_default();
                self.pos += length;
                if self.at < self.pos {
                    return Some(match document.is_quoted {
                        true => Quoting::Unclear(
                            "it stands in a here-document in which no variable is replaced",
                        ),
                        false => Quoting::Double,
                    });
                }
                let line = line.strip_suffix(b"\n").unwrap_or(line);
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                let tabs = line.iter().take_while(|byte| **byte == b'\t').count();
                let line = match document.strips_tabs {
                    true => line.get(tabs..).unwrap_or_default(),
                    false => line,
                };
                if line == document.end {
                    break;
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_told_from_what_is_around_them() {
        for (text, expected) in [
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
            ("cat <<EOF\nit's @\nEOF\n", Quoting::Double),
            ("cat <<-EOF\n\tit's\n\tEOF\nx='@'", Quoting::Single(24, 27)),
            ("x=$((1 << 2)) y='@'", Quoting::Single(16, 19)),
            ("cat <<< \"@\"", Quoting::Double),
            ("n=$((1 << bits)); K='@'", Quoting::Single(20, 23)),
            ("x=${y// #/}; z='@'", Quoting::Single(15, 18)),
            ("((#x)); z='@'", Quoting::Single(10, 13)),
            ("cat <<!\n@\n!\n", Quoting::Double),
            ("cat <<EOF\nit's\nEOF \n'@'\nEOF\n", Quoting::Double),
            ("x=${y:-@}", Quoting::Bare),
        ] {
            let at = text.find('@').expect("a place");
            assert_eq!(quoting(text, at), expected, "{text}");
        }
        for text in [
            "cat <<'EOF'\n@\nEOF\n",
            "cat <<'!'\n@\n!\n",
            "cat <<'%%'\n@\n%%\n",
            "cat <<'---'\n@\n---\n",
            "cat <<\"E F\"\n@\nE F\n",
            "x=${y// #/\"a\"}; z='@'",
            "((echo \"it's\"); a); z='@'",
            "x=`echo @`",
            "x=$'\\'@'",
            "x='@",
            "x=\"`@`\"",
            "x=\"$(case a in a) echo '@';; esac)\"",
        ] {
            let found = quoting(text, text.find('@').expect("a place"));
            assert!(matches!(found, Quoting::Unclear(_)), "{text}: {found:?}");
        }
    }
}
