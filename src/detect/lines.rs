//! Counts lines and columns.

use memchr::{memchr_iter, memrchr};

use crate::model::{Place, Position};

/// Where `start..end` stands: lines from 1, columns in code points from 1, counted on from `from`, which is where the
/// first byte stands. Whoever asks about many places in the same bytes takes a [`Cursor`].
pub fn place(bytes: &[u8], start: usize, end: usize, from: Position) -> Place {
    Cursor::new(from).place(bytes, start, end)
}

/// Tells places in the same bytes one after the other, and counts on from each to the next: from the first byte each
/// time, bytes full of keys would take the square of their length. It holds no bytes, so that it can stand beside what
/// owns them; what is asked about has to be in the same bytes each time.
#[derive(Clone, Copy, Debug)]
pub struct Cursor {
    from: Position,
    at: usize,
    line: u64,
    column: u64,
}

impl Cursor {
    /// A cursor at the first byte, which stands at `from`.
    pub fn new(from: Position) -> Self {
        Self {
            from,
            at: 0,
            line: from.line,
            column: from.column,
        }
    }

    /// Where `start..end` stands. What begins before the last answer did is counted from the first byte again.
    pub fn place(&mut self, bytes: &[u8], start: usize, end: usize) -> Place {
        if start < self.at {
            *self = Self::new(self.from);
        }
        let (line, column) = advance(&bytes[self.at..start], self.line, self.column);
        (self.at, self.line, self.column) = (start, line, column);
        let (end_line, end_column) = advance(&bytes[start..end], line, column);
        Place {
            line,
            column,
            end_line,
            end_column,
        }
    }
}

/// The position behind `bytes`.
fn advance(bytes: &[u8], line: u64, column: u64) -> (u64, u64) {
    match memrchr(b'\n', bytes) {
        None => (line, column + points(bytes)),
        Some(last) => (
            line + memchr_iter(b'\n', &bytes[..=last]).count() as u64,
            1 + points(&bytes[last + 1..]),
        ),
    }
}

/// Code points: bytes that are not a UTF-8 continuation.
fn points(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&byte| byte & 0xc0 != 0x80).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_and_columns_count_on() {
        let text = "añ\n钥匙: x\nend".as_bytes();
        let x = text.iter().position(|&byte| byte == b'x').expect("x");
        let found = place(text, x, x + 1, Position::default());
        assert_eq!(
            (found.line, found.column, found.end_line, found.end_column),
            (2, 5, 2, 6)
        );
        let from = Position {
            offset: 99,
            line: 7,
            column: 4,
        };
        let first = place(text, 1, text.len(), from);
        assert_eq!(
            (first.line, first.column, first.end_line, first.end_column),
            (7, 5, 9, 4)
        );
    }

    /// One character at a time, as the definition says it.
    fn naive(text: &str, at: usize, from: Position) -> (u64, u64) {
        text[..at]
            .chars()
            .fold((from.line, from.column), |(line, column), c| match c {
                '\n' => (line + 1, 1),
                _ => (line, column + 1),
            })
    }

    proptest! {
        #[test]
        fn a_cursor_tells_what_counting_from_the_start_does(
            pieces in prop::collection::vec(
                prop::sample::select(vec!["a", "bc", "\n", "\r\n", "é", "漢", "\u{1f511}"]), 1..60),
            asked in prop::collection::vec((0usize..60, 0usize..60), 1..40),
            in_order: bool,
            (line, column) in (1u64..9, 1u64..9),
        ) {
            let text = pieces.concat();
            let edges = Vec::from_iter((0..=text.len()).filter(|&at| text.is_char_boundary(at)));
            let from = Position { offset: 5, line, column };
            let edge = |nth: usize| edges[nth % edges.len()];
            let mut asked = Vec::from_iter(asked.iter().map(|&(one, other)| {
                (edge(one).min(edge(other)), edge(one).max(edge(other)))
            }));
            if in_order {
                asked.sort();
            }
            let mut cursor = Cursor::new(from);
            for (start, end) in asked {
                let found = cursor.place(text.as_bytes(), start, end);
                prop_assert_eq!((found.line, found.column), naive(&text, start, from));
                prop_assert_eq!((found.end_line, found.end_column), naive(&text, end, from));
                prop_assert_eq!(found, place(text.as_bytes(), start, end, from));
            }
        }
    }
}
