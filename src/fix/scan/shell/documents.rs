//! Here-documents of the shell.

use super::super::UNENDED;
use super::{Quoting, Scanner};

/// A here-document that begins on the next line.
pub(super) struct Document {
    end: Vec<u8>,
    is_quoted: bool,
    strips_tabs: bool,
}

impl Scanner<'_> {
    /// Reads `<<WORD`, whose text begins on the next line.
    pub(super) fn announce(&mut self) -> Option<Quoting> {
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

    pub(super) fn here_documents(&mut self) -> Option<Quoting> {
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
    use super::super::Quoting;
    use super::super::tests::{assert_told, assert_unclear};

    #[test]
    fn here_documents_end_at_their_word() {
        assert_told(&[
            ("cat <<EOF\nit's @\nEOF\n", Quoting::Double),
            ("cat <<-EOF\n\tit's\n\tEOF\nx='@'", Quoting::Single(24, 27)),
            ("cat <<!\n@\n!\n", Quoting::Double),
            ("cat <<EOF\nit's\nEOF \n'@'\nEOF\n", Quoting::Double),
        ]);
        assert_unclear(&[
            "cat <<'EOF'\n@\nEOF\n",
            "cat <<'!'\n@\n!\n",
            "cat <<'%%'\n@\n%%\n",
            "cat <<'---'\n@\n---\n",
            "cat <<\"E F\"\n@\nE F\n",
        ]);
    }
}
