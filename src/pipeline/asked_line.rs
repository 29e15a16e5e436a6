//! What a person should know of a line on which there may be nothing: gathered window by window, as long as a file is.

use memchr::memchr_iter;

use crate::detect;
use crate::model::{AskedLine, Chunk, Place};

/// So much of a line in one window is looked through for encoded keys: long words are decoded in several ways.
const DECODED: usize = 1 << 20;

/// A line that somebody asked about.
pub(super) struct Line(AskedLine);

impl Line {
    pub(super) fn new(number: u64) -> Self {
        Self(AskedLine {
            number,
            ..AskedLine::default()
        })
    }

    /// Looks at a window of the file.
    pub(super) fn look(&mut self, chunk: &Chunk<'_>) {
        let asked = &mut self.0;
        let (from, to) = chunk.own.unwrap_or((0, chunk.bytes.len()));
        let mut number = chunk.position.line;
        let mut start = 0;
        let ends = memchr_iter(b'\n', chunk.bytes).chain([chunk.bytes.len()]);
        for end in ends {
            let line = chunk.bytes.get(start..end).unwrap_or_default();
            // What stands in another window is that one's to tell, but for a word that a seam cuts.
            let is_here = start < to && end >= from;
            if is_here && number == asked.number {
                asked.has_beginning |= detect::has_beginning(line);
                let most = line.len().min(DECODED);
                asked.has_encoded |= detect::has_encoded_key(line.get(..most).unwrap_or_default());
            }
            if is_here && (number == asked.number || number + 1 == asked.number) {
                asked.has_marker |= detect::has_marker(line);
            }
            // Behind the last line feed there is no line, unless there is something.
            if !line.is_empty() || end < chunk.bytes.len() {
                asked.lines = asked.lines.max(number);
            }
            (start, number) = (end + 1, number + 1);
        }
    }

    /// Takes note of a candidate, and says whether it stands on the line.
    pub(super) fn takes(&mut self, place: &Place) -> bool {
        let asked = &mut self.0;
        // Its end is exclusive: what ends with a line feed does not stand on the next line.
        let last = match place.end_column {
            1 => place.end_line - 1,
            _ => place.end_line,
        };
        let last = last.max(place.line);
        let distance = |line: u64| line.abs_diff(asked.number);
        let near = match distance(place.line) <= distance(last) {
            true => place.line,
            false => last,
        };
        if asked
            .nearest
            .is_none_or(|known| (distance(near), near) < (distance(known), known))
        {
            asked.nearest = Some(near);
        }
        (place.line..=last).contains(&asked.number)
    }

    pub(super) fn finish(self) -> AskedLine {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Origin, Position};

    fn looked(text: &str, number: u64, window: usize) -> AskedLine {
        let mut line = Line::new(number);
        let bytes = text.as_bytes();
        let mut from = 0;
        while from == 0 || from < bytes.len() {
            let to = bytes.len().min(from + window);
            // Windows overlap by as much as they are long.
            let low = from.saturating_sub(window);
            let before = &text[..low];
            let chunk = Chunk {
                own: Some((from - low, to - low)),
                position: Position {
                    offset: low as u64,
                    line: 1 + before.matches('\n').count() as u64,
                    column: 1,
                },
                ..Chunk::whole(
                    &bytes[low..bytes.len().min(to + window)],
                    Origin::Worktree,
                    None,
                )
            };
            line.look(&chunk);
            from = to.max(1);
        }
        line.finish()
    }

    #[test]
    fn lines_are_counted_as_people_do() {
        for (text, lines) in [
            ("", 0),
            ("a", 1),
            ("a\n", 1),
            ("a\nb", 2),
            ("\n\n", 2),
            ("a\n\nbc", 3),
        ] {
            for window in [1, 2, 100] {
                assert_eq!(looked(text, 1, window).lines, lines, "{text:?} {window}");
            }
        }
    }

    #[test]
    fn what_stands_on_the_line_is_seen_and_nothing_of_others() {
        let text = "sk-a\nb # aisaleaks:allow\nc\nd sk-\n";
        let found = [1, 2, 3, 4].map(|number| {
            let wide = looked(text, number, 1000);
            assert_eq!(looked(text, number, 24), wide, "{number}");
            (wide.has_beginning, wide.has_marker)
        });
        let expected = [(true, false), (false, true), (false, true), (true, false)];
        assert_eq!(found, expected);
    }

    #[test]
    fn the_nearest_candidate_is_known() {
        let place = |line, end_line, end_column| Place {
            line,
            column: 1,
            end_line,
            end_column,
        };
        let mut line = Line::new(10);
        assert_eq!(line.0.nearest, None);
        for (candidate, takes, nearest) in [
            (place(2, 2, 9), false, 2),
            (place(15, 15, 9), false, 15),
            (place(5, 5, 9), false, 5),
            (place(6, 8, 3), false, 8),
            (place(9, 10, 1), false, 9),
            (place(9, 11, 2), true, 9),
            (place(10, 10, 9), true, 10),
        ] {
            assert_eq!(line.takes(&candidate), takes, "{candidate:?}");
            assert_eq!(line.0.nearest, Some(nearest), "{candidate:?}");
        }
    }
}
