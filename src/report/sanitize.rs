//! Makes visible whatever a terminal would obey or hide (control, bidi, zero-width and other unseen characters), and breaks
//! what a CI service would obey in a log: GitHub's runner takes a line for a command that starts with `::` after white space,
//! or that has `##[` anywhere (actions/runner, ActionCommand.cs); Azure Pipelines looks for `##vso[` and `##[`, TeamCity for
//! `##teamcity[`.

use std::fmt::Write as _;

/// What stands before the bracket of a command.
const MARKS: [&str; 3] = ["##", "##vso", "##teamcity"];

/// The text with every control or unseen character written as `\n`, `\xNN` or `\u{…}`, and without commands to a CI service:
/// of `::` at its start the first colon, and of `##[` the second `#` is written as `\xNN`. What is visible stays as it is.
pub fn visible(text: &str) -> String {
    let [visible] = visible_pieces([text]);
    visible
}

/// The pieces of one line, each made visible: what pieces form together is broken as well.
pub(super) fn visible_pieces<const N: usize>(pieces: [&str; N]) -> [String; N] {
    let mut out = String::with_capacity(pieces.iter().map(|piece| piece.len()).sum());
    let mut ends: [usize; N] = [0; N];
    for (at, piece) in pieces.iter().enumerate() {
        for character in piece.chars() {
            let (before, broken) = (out.len(), push(&mut out, character));
            let Some(broken) = broken.filter(|broken| *broken < before) else {
                continue;
            };
            for end in ends[..at].iter_mut().filter(|end| **end > broken) {
                *end += ESCAPED - 1;
            }
        }
        ends[at] = out.len();
    }
    if let Some(broken) = alone(&mut out) {
        for end in ends.iter_mut().filter(|end| **end > broken) {
            *end += ESCAPED - 1;
        }
    }
    let mut start = 0;
    ends.map(|end| out[std::mem::replace(&mut start, end)..end].to_owned())
}

/// The text of a name with everything made visible but line ends and colons, for a format that has escapes of its own for
/// these.
pub(super) fn visible_name(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' | ':' => out.push(character),
            _ => drop(push(&mut out, character)),
        }
    }
    out
}

/// As [`visible`], with every byte that is not UTF-8 as `\xNN`.
pub(super) fn visible_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            push(&mut out, character);
        }
        for byte in chunk.invalid() {
            hex(&mut out, *byte);
        }
    }
    alone(&mut out);
    out
}

/// Writes a character, and returns where it broke a command that it would have completed.
fn push(out: &mut String, character: char) -> Option<usize> {
    let broken = match character {
        ':' => alone(out),
        '[' => marked(out),
        _ => None,
    };
    match character {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ if character.is_ascii_control() => hex(out, character as u8),
        _ if is_unseen(character) => out.extend(character.escape_unicode()),
        _ => out.push(character),
    }
    broken
}

/// Bytes of a character that is written as `\xNN`.
const ESCAPED: usize = 4;

/// Breaks the colon, if the text is nothing else so far: another may follow, or be written behind it.
fn alone(out: &mut String) -> Option<usize> {
    (out.trim_start() == ":").then(|| escape(out, out.len() - 1))
}

/// Breaks what stands before the bracket of a command, if the text ends with it.
fn marked(out: &mut String) -> Option<usize> {
    let is_last = |mark: &&&str| {
        let start = out.len().checked_sub(mark.len());
        start.is_some_and(|at| out.as_bytes()[at..].eq_ignore_ascii_case(mark.as_bytes()))
    };
    let length = MARKS.iter().find(is_last)?.len();
    Some(escape(out, out.len() - length + 1))
}

/// Writes the ASCII character that stands there as `\xNN`.
fn escape(out: &mut String, at: usize) -> usize {
    let byte = out.as_bytes()[at];
    out.replace_range(at..=at, &format!("\\x{byte:02x}"));
    at
}

fn hex(out: &mut String, byte: u8) {
    write!(out, "\\x{byte:02x}").expect("because a String takes any text");
}

/// Characters that show nothing, reorder what is shown, or break the line.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' // soft hyphen
            | '\u{34f}' // grapheme joiner
            | '\u{61c}' // Arabic letter mark
            | '\u{115f}'..='\u{1160}' | '\u{3164}' | '\u{ffa0}' // Hangul fillers
            | '\u{17b4}'..='\u{17b5}' // Khmer inherent vowels
            | '\u{180b}'..='\u{180f}' // Mongolian selectors
            | '\u{200b}'..='\u{200f}' // zero width, left-to-right and right-to-left marks
            | '\u{2028}'..='\u{202e}' // line and paragraph separators, bidi embeddings
            | '\u{2060}'..='\u{206f}' // joiners, invisible operators, bidi isolates
            | '\u{fe00}'..='\u{fe0f}' // variation selectors
            | '\u{feff}' // byte order mark
            | '\u{fff0}'..='\u{fffb}' // annotations
            | '\u{1bca0}'..='\u{1bca3}' // shorthand formatting
            | '\u{1d173}'..='\u{1d17a}' // musical formatting
            | '\u{e0000}'..='\u{e0fff}' // tags, more variation selectors
        )
}

/// The columns that text takes on a terminal: near enough for a line of carets, without a table of all of Unicode.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// The columns that one character takes.
pub(super) fn char_width(character: char) -> usize {
    match character {
        '\u{300}'..='\u{36f}'
        | '\u{483}'..='\u{489}'
        | '\u{591}'..='\u{5bd}'
        | '\u{64b}'..='\u{65f}'
        | '\u{e31}'
        | '\u{e34}'..='\u{e3a}'
        | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}'
        | '\u{fe20}'..='\u{fe2f}' => 0,
        '\u{1100}'..='\u{115e}'
        | '\u{2e80}'..='\u{303e}'
        | '\u{3041}'..='\u{a4cf}'
        | '\u{a960}'..='\u{a97f}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1f64f}'
        | '\u{1f680}'..='\u{1f6ff}'
        | '\u{1f900}'..='\u{1f9ff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_commands_are_shown_not_obeyed() {
        assert_eq!(visible("a\u{1b}[2Jb\u{7}\u{7f}"), "a\\x1b[2Jb\\x07\\x7f");
        assert_eq!(visible("one\ntwo\r\tthree\0"), "one\\ntwo\\r\\tthree\\x00");
        assert_eq!(visible("\u{9b}31m"), "\\u{9b}31m");
    }

    #[test]
    fn reordering_and_unseen_characters_are_shown() {
        for unseen in [
            '\u{202e}',
            '\u{2066}',
            '\u{200b}',
            '\u{200d}',
            '\u{feff}',
            '\u{2028}',
            '\u{ad}',
            '\u{e0041}',
            '\u{61c}',
        ] {
            let shown = visible(&format!("a{unseen}b"));
            assert_eq!(shown, format!("a\\u{{{:x}}}b", u32::from(unseen)));
        }
    }

    #[test]
    fn ordinary_text_stays() {
        for text in ["src/config.py", "C:\\dir", "你的key", "naïve…", "a b"] {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn stray_bytes_are_shown_as_hex() {
        assert_eq!(visible_bytes(b"a\xff\xfeb\x1b"), "a\\xff\\xfeb\\x1b");
        assert_eq!(visible_bytes("é".as_bytes()), "é");
    }

    #[test]
    fn commands_to_a_ci_service_are_broken() {
        for (text, shown) in [
            ("::set-env name=x::", "\\x3a:set-env name=x::"),
            (" \u{3000}::error::", " \u{3000}\\x3a:error::"),
            (":::", "\\x3a::"),
            (":", "\\x3a"),
            ("a ##[add-mask]b", "a #\\x23[add-mask]b"),
            ("###[x]##[y]", "##\\x23[x]#\\x23[y]"),
            ("##vso[task.x]", "#\\x23vso[task.x]"),
            ("##VSO[task.x]", "#\\x23VSO[task.x]"),
            ("a##teamcity[x]", "a#\\x23teamcity[x]"),
            ("\u{200b}::x", "\\u{200b}::x"),
        ] {
            assert_eq!(visible(text), shown);
            assert_eq!(visible_bytes(text.as_bytes()), shown);
            assert_eq!(visible(shown), shown, "what is visible stays");
        }
        for ordinary in [
            "std::vec",
            "a ::b",
            ": a",
            "a:",
            "# Heading",
            "## Title",
            "#[test]",
            "## [1.0]",
            "##foo[",
        ] {
            assert_eq!(visible(ordinary), ordinary);
        }
    }

    #[test]
    fn what_pieces_form_together_is_broken_in_its_piece() {
        for (pieces, shown) in [
            (["a#", "#[b", "]"], ["a#", "\\x23[b", "]"]),
            (["##", "[b", ""], ["#\\x23", "[b", ""]),
            (["##v", "s", "o["], ["#\\x23v", "s", "o["]),
            ([" ", ":", ":"], [" ", "\\x3a", ":"]),
            ([" :", "", ""], [" \\x3a", "", ""]),
            (["a", "\u{1b}", "::"], ["a", "\\x1b", "::"]),
        ] {
            assert_eq!(visible_pieces(pieces), shown);
        }
    }

    proptest::proptest! {
        #[test]
        fn pieces_are_told_as_the_whole_is(pieces in proptest::array::uniform3("[#:\\[ vsoVé\u{1b}\u{200b}\n\u{3000}a]{0,12}")) {
            let [one, two, three] = &pieces;
            let shown = visible_pieces([one, two, three]).concat();
            proptest::prop_assert_eq!(&shown, &visible(&pieces.concat()));
            proptest::prop_assert!(!shown.trim_start().starts_with("::"));
            proptest::prop_assert!(!shown.contains("##[") && !shown.to_lowercase().contains("##vso["));
        }
    }

    #[test]
    fn a_name_keeps_its_colons_and_line_ends() {
        let name = "::a\n\r:\u{1b}##[b]";
        assert_eq!(visible_name(name), "::a\n\r:\\x1b#\\x23[b]");
    }

    #[test]
    fn wide_characters_take_two_columns_and_marks_none() {
        assert_eq!(width("key"), 3);
        assert_eq!(width("你的"), 4);
        assert_eq!(width("e\u{301}"), 1);
    }
}
