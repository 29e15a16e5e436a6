//! A context line that fits the terminal, and where the carets under it go.

use std::ops::Range;

use super::sanitize::{char_width, visible_pieces, width};
use crate::model::Context;

/// A printable line and the columns to underline.
pub(super) struct Snippet {
    /// The line, sanitized and cropped.
    pub text: String,
    /// Columns before the carets.
    pub indent: usize,
    /// How many carets.
    pub carets: usize,
    /// What is above the carets, in bytes of `text`.
    pub marked: Range<usize>,
}

/// The context with its tabs as spaces, cropped around the marked piece to about `columns` (0: not cropped).
pub(super) fn of(context: &Context, columns: usize) -> Snippet {
    let text = context.text.as_str();
    // Offsets that are not on a character are moved rather than trusted: a report must not panic.
    let start = floor(text, context.start);
    let end = floor(text, context.end).max(start);
    let pieces = [&text[..start], &text[start..end], &text[end..]];
    let [mut before, marked, mut after] = printable(pieces);
    let carets = width(&marked).max(1);
    if columns > 0 {
        let room = columns.saturating_sub(carets + 4);
        let left = room.saturating_sub(width(&after).min(room / 2));
        if width(&before) > left {
            before = format!("…{}", last_columns(&before, left.saturating_sub(1)));
        }
        let right = room.saturating_sub(width(&before));
        if width(&after) > right {
            after = format!("{}…", first_columns(&after, right.saturating_sub(1)));
        }
    }
    let text = format!("{before}{marked}{after}").trim_end().to_owned();
    let end = text.len().min(before.len() + marked.len());
    Snippet {
        indent: width(&before),
        carets,
        marked: before.len().min(end)..end,
        text,
    }
}

/// The end of a printable text, with a mark where something is missing, in so many columns.
pub(super) fn end(text: &str, columns: usize) -> String {
    match width(text) > columns {
        true => format!("…{}", last_columns(text, columns.saturating_sub(1))),
        false => text.to_owned(),
    }
}

/// A tab stands for indentation here and would only move the carets.
fn printable(pieces: [&str; 3]) -> [String; 3] {
    let pieces = pieces.map(|piece| piece.replace('\t', "    "));
    visible_pieces(pieces.each_ref().map(String::as_str))
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len()))
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}

fn first_columns(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (at, character) in text.char_indices() {
        used += char_width(character);
        if used > columns {
            return &text[..at];
        }
    }
    text
}

fn last_columns(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (at, character) in text.char_indices().rev() {
        used += char_width(character);
        if used > columns {
            return &text[at + character.len_utf8()..];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snippet(text: &str, marked: &str, columns: usize) -> Snippet {
        let start = text.find(marked).expect("the piece is in the text");
        of(
            &Context {
                text: text.to_owned(),
                start,
                end: start + marked.len(),
            },
            columns,
        )
    }

    #[test]
    fn carets_stand_under_the_piece_whatever_is_before_it() {
        assert_eq!(snippet("\tk = KEY;", "KEY", 80).indent, 8);
        assert_eq!(snippet("你的 KEY", "KEY", 80).indent, 5);
        assert_eq!(snippet("\u{1b}KEY", "KEY", 80).indent, 4);
        assert_eq!(snippet("a KEY", "KEY", 0).carets, 3);
    }

    #[test]
    fn carets_stand_under_the_piece_where_a_command_is_broken() {
        for (text, marked, shown, at) in [
            ("\t::x KEY", "KEY", "    \\x3a:x KEY", 11),
            ("##[x]KEY", "KEY", "#\\x23[x]KEY", 8),
            ("a #KEY##[x]", "KEY", "a #KEY#\\x23[x]", 3),
            ("  ::KEY", "::KEY", "  \\x3a:KEY", 2),
            ("##[KEY", "#[KEY", "#\\x23[KEY", 1),
        ] {
            let snippet = snippet(text, marked, 80);
            assert_eq!((snippet.text.as_str(), snippet.indent), (shown, at));
            let end: String = snippet.text.chars().skip(at).take(snippet.carets).collect();
            assert!(end.ends_with("KEY"), "{end}");
        }
    }

    #[test]
    fn long_lines_are_cropped_around_the_piece() {
        let long = format!("{}KEY{}", "a".repeat(500), "b".repeat(500));
        let cropped = snippet(&long, "KEY", 60);
        assert!(width(&cropped.text) <= 60, "{}", cropped.text);
        let at: String = cropped.text.chars().skip(cropped.indent).take(3).collect();
        assert_eq!(at, "KEY");
        assert!(cropped.text.starts_with('…') && cropped.text.ends_with('…'));
        assert_eq!(snippet(&long, "KEY", 0).indent, 500);
    }

    #[test]
    fn wrong_offsets_do_not_panic() {
        for (start, end) in [(1, 2), (9, 3), (100, 200)] {
            let text = "你的".to_owned();
            assert!(of(&Context { text, start, end }, 20).carets > 0);
        }
    }
}
