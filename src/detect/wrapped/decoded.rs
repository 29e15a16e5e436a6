//! Decoded bytes that know where they were written.

use std::borrow::Cow;
use std::ops::Range;

use crate::model::Encoding;

/// What a place decodes to, with what stands around it.
// No `Debug`: it may hold a key.
pub(in crate::detect) struct Decoded {
    /// How it was written.
    pub(super) encoding: Encoding,
    /// What it says.
    pub(super) bytes: Vec<u8>,
    /// Where each byte was written, counted from `base`.
    written: Vec<(u32, u32)>,
    base: usize,
    /// The byte that the gate stands for.
    pub(super) focus: usize,
    /// Before which bytes a line ended or a piece did, where they were written.
    gaps: Vec<usize>,
    /// Whether there may be more behind it, which was not decoded.
    pub(super) cut: bool,
}

impl Decoded {
    /// Nothing yet of what is written from `base` on, with room for so many bytes.
    pub(super) fn new(encoding: Encoding, base: usize, room: usize) -> Self {
        Self {
            encoding,
            bytes: Vec::with_capacity(room),
            written: Vec::with_capacity(room),
            base,
            focus: 0,
            gaps: Vec::new(),
            cut: false,
        }
    }

    /// A line ends here, or a piece does.
    pub(super) fn push_gap(&mut self) {
        self.gaps.push(self.bytes.len());
    }

    /// The bytes, with a line feed before what begins at `start` if there is a gap, and one behind what is so long from
    /// there on; and whether there is one before it, if that matters.
    pub(super) fn parted_at(
        &self,
        start: usize,
        length: usize,
        may_begin: bool,
    ) -> (Cow<'_, [u8]>, bool) {
        let is_gap = |at: &usize| self.gaps.binary_search(at).is_ok();
        let (begins, ends) = (
            may_begin && is_gap(&start),
            Some(start + length).filter(is_gap),
        );
        if !begins && ends.is_none() {
            return (Cow::Borrowed(&self.bytes), false);
        }
        let (before, behind) = self.bytes.split_at(start);
        let (key, behind) = behind.split_at(ends.map_or(behind.len(), |end| end - start));
        let first: &[u8] = if begins { b"\n" } else { b"" };
        let last: &[u8] = if ends.is_some() { b"\n" } else { b"" };
        (
            Cow::Owned([before, first, key, last, behind].concat()),
            begins,
        )
    }

    /// Adds a byte that is written at `written`.
    pub(super) fn push(&mut self, byte: u8, written: Range<usize>) {
        // Nothing is decoded over more than a few hundred thousand bytes.
        let from_base = |at: usize| (at - self.base) as u32;
        let written = (from_base(written.start), from_base(written.end));
        self.bytes.push(byte);
        self.written.push(written);
    }

    /// Adds a character that is written at `written`.
    pub(super) fn push_char(&mut self, code: u32, written: Range<usize>) {
        let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        let mut utf8 = [0; 4];
        for byte in character.encode_utf8(&mut utf8).bytes() {
            self.push(byte, written.clone());
        }
    }

    /// Where a span of the decoded bytes was written.
    pub(super) fn written(&self, span: Range<usize>) -> Option<Range<usize>> {
        let (first, _) = self.written.get(span.start)?;
        let (_, last) = self.written.get(span.end.checked_sub(1)?)?;
        Some(self.base + *first as usize..self.base + *last as usize)
    }

    /// Whether what stands before a byte is no text: it was cut out of other data, or decoded from what was not meant.
    pub(super) fn is_noise_before(&self, at: usize) -> bool {
        let before = self
            .bytes
            .get(at.saturating_sub(16)..at)
            .unwrap_or_default();
        let is_control =
            |byte: &u8| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\r' | b'\n' | 0x1b);
        before.iter().any(is_control)
            || match std::str::from_utf8(before) {
                Ok(_) => false,
                // The first bytes may be the rest of a character.
                Err(error) => {
                    error.valid_up_to() > 3 || {
                        let rest = before.iter().skip_while(|&&byte| byte & 0xc0 == 0x80);
                        std::str::from_utf8(&rest.copied().collect::<Vec<u8>>()).is_err()
                    }
                }
            }
    }
}
