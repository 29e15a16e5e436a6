//! Counts lines and columns.

use memchr::{memchr_iter, memrchr};

use crate::model::{Place, Position};

/// Where `start..end` stands: lines from 1, columns in code points from 1, counted on from `from`, which is where the
/// first byte stands.
pub fn place(bytes: &[u8], start: usize, end: usize, from: Position) -> Place {
    let (line, column) = advance(&bytes[..start], from.line, from.column);
    let (end_line, end_column) = advance(&bytes[start..end], line, column);
    Place {
        line,
        column,
        end_line,
        end_column,
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
}
