//! Here-documents of the shell.

use super::{Quoting, Scanner};

const UNCLEAR: Quoting = Quoting::Unclear("it is not clear where a here-document ends");

/// A here-document that begins on the next line.
pub(super) struct Document {
    end: Vec<u8>,
    is_quoted: bool,
    strips_tabs: bool,
}

impl Scanner<'_> {
    /// Reads `<<WORD`, whose text begins on the next line.
    pub(super) fn announce(&mut self) -> Option<Quoting> {
        let before = self.bytes.get(..self.pos).unwrap_or_default();
        let line = before.rsplit(|byte| *byte == b'\n').next();
        let mut marks = line.unwrap_or_default().iter().rev();
        // In `a[1<<2]` and `$[1<<2]` it computes.
        if marks.find(|byte| b"[]".contains(byte)) == Some(&b'[') {
            return Some(UNCLEAR);
        }
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
        let (length, mut end, is_quoted) = match quote {
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
        if next == b'\r' {
            // It is a part of the word.
            end.push(next);
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
            let start = self.pos;
            let rest = self.bytes.get(start..).unwrap_or_default();
            // What has no end may be no here-document, but a sign that computes.
            let Some((text, length)) = document.text(rest) else {
                return Some(UNCLEAR);
            };
            self.pos += length;
            if self.at < self.pos {
                return Some(document.quoting(text));
            }
        }
        None
    }
}

impl Document {
    /// What is in it, and its length with its end; none if it does not surely end.
    fn text<'a>(&self, rest: &'a [u8]) -> Option<(&'a [u8], usize)> {
        let (mut pos, mut goes_on) = (0, false);
        for whole in rest.split_inclusive(|byte| *byte == b'\n') {
            let line = whole.strip_suffix(b"\n").unwrap_or(whole);
            let tabs = line.iter().take_while(|byte| **byte == b'\t').count();
            let skipped = if self.strips_tabs { tabs } else { 0 };
            let is_end = line.get(skipped..) == Some(&self.end[..]);
            if is_end {
                // A backslash at the end of a line makes the next one a part of it.
                return (!goes_on)
                    .then(|| (rest.get(..pos).unwrap_or_default(), pos + whole.len()));
            }
            goes_on = !self.is_quoted && line.ends_with(b"\\");
            pos += whole.len();
        }
        None
    }

    /// What stands around a place in it.
    fn quoting(&self, text: &[u8]) -> Quoting {
        let has_commands = text.contains(&b'`') || text.windows(2).any(|two| two == b"$(");
        match (self.is_quoted, has_commands) {
            (true, _) => {
                Quoting::Unclear("it stands in a here-document in which no variable is replaced")
            }
            (false, true) => Quoting::Unclear("it stands in a here-document with commands"),
            (false, false) => Quoting::Double,
        }
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
            ("cat <<EOF\r\n@\r\nEOF\r\n", Quoting::Double),
            ("[ a ] && cat <<EOF\n@\nEOF", Quoting::Double),
            ("cat <<EOF\n$(a 'b)\nEOF\nx='@'", Quoting::Single(24, 27)),
            ("cat <<EOF\nit's\nEOF \n'@'\nEOF\n", Quoting::Double),
        ]);
        assert_unclear(&[
            "cat <<'EOF'\n@\nEOF\n",
            "cat <<'!'\n@\n!\n",
            "cat <<'%%'\n@\n%%\n",
            "cat <<'---'\n@\n---\n",
            "cat <<\"E F\"\n@\nE F\n",
            "cat <<EOF\n@\n",
            "cat <<EOF\n@\nEOF\r\n",
            "cat <<EOF\na\\\nEOF\n@\nEOF\n",
            "cat <<EOF\n$(echo '@')\nEOF\n",
            "cat <<EOF\n@ `date`\nEOF\n",
            "x=$[1<<3]\n@\n",
            "x=$[1<<a]\n@\na]\n",
            "a[1<<2]=5\n@\n",
            "a[1 << 2]=5\n@\n",
            "cat <<EOF 'a\nb'\nEOF\n@",
            "x=\"$(cat <<EOF)\"\n@\nEOF\n",
            "cat <<A \"$(cat <<B\nB\n)\"\n@\nA\n",
        ]);
    }
}
