//! The scalar of YAML that a place stands in, by its line and the lines above that have less indentation (yaml.org/spec/1.2.2).

mod above;
mod line;
mod state;

use std::ops::Range;

use self::above::{enclosing, name_of, opens_block};
use self::line::Line;
use self::state::{State, state};
use crate::fix::Refusal;

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Style {
    /// Without quotes.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes.
    Double,
    /// As a block, behind `|` or `>`.
    Block,
}

/// A scalar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Scalar<'a> {
    /// Its bytes, with its quotes; of a block, all of it up to the end of the place's line.
    pub(in super::super) range: Range<usize>,
    /// How it is written.
    pub(in super::super) style: Style,
    /// Whether it stands in `[…]` or `{…}`.
    pub(in super::super) in_flow: bool,
    /// The names that lead to it, its own first.
    pub(in super::super) names: Vec<&'a str>,
}

/// What stands around a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum At<'a> {
    /// A comment.
    Comment,
    /// A value.
    Scalar(Scalar<'a>),
    /// Something else, or something that was not understood.
    Unclear(Refusal),
}

/// Said where what is around a place was not understood.
const UNCLEAR: Refusal = "what is around it was not understood";

/// How many spaces a line begins with.
fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// What stands around `place`.
pub(in super::super) fn at(text: &str, place: Range<usize>) -> At<'_> {
    let start = text.get(..place.start).unwrap_or_default();
    let start = start.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(start..).unwrap_or_default();
    let line = line.split('\n').next().unwrap_or_default();
    let line = line.trim_end_matches('\r');
    let indent = indentation(line);
    if line.trim_start_matches(' ').starts_with('\t') {
        return At::Unclear("its line is indented with tabs");
    }
    let state = match state(text, start) {
        Ok(state) => state,
        Err(why) => return At::Unclear(why),
    };
    let is_item = line.trim_start().starts_with('-');
    let above = enclosing(text, start, indent, is_item);
    let mut names: Vec<&str> = above.iter().filter_map(|at| name_of(at.line)).collect();
    // The outermost one: what looks like another one in it is its text.
    let block = above.iter().rfind(|at| opens_block(at.line));
    if block.is_some() != (state == State::Block) {
        return At::Unclear(UNCLEAR);
    }
    if let Some(block) = block {
        let rest = text.get(block.start..).unwrap_or_default();
        let header = rest.find('\n').map_or(rest.len(), |at| at + 1);
        return At::Scalar(Scalar {
            range: block.start + header..start + line.len(),
            style: Style::Block,
            in_flow: false,
            names,
        });
    }
    let mut reader = Line::new(line);
    let found = match reader.find(place.start - start) {
        Ok(found) => found,
        Err(why) => return At::Unclear(why),
    };
    let Some((range, style)) = found else {
        return At::Comment;
    };
    let behind = text.get(start + line.len()..).unwrap_or_default();
    if style == Style::Plain && reader.flow == 0 && is_continued(behind, &reader, indent) {
        return At::Unclear("its value goes on in the next line");
    }
    if reader.begins.is_none() && reader.flow == 0 {
        return At::Unclear("it is not clear where its value begins");
    }
    if reader.has_property {
        return At::Unclear("an anchor or a tag stands before it");
    }
    let mut own: Vec<&str> = reader.names.into_iter().rev().collect();
    own.append(&mut names);
    At::Scalar(Scalar {
        range: start + range.start..start + range.end,
        style,
        in_flow: reader.flow > 0,
        names: own,
    })
}

/// Whether a plain scalar goes on in the lines behind its own: they are indented more than the name or the dash before it.
fn is_continued(behind: &str, reader: &Line<'_>, indent: usize) -> bool {
    let mut lines = behind.lines().map(|line| line.trim_end());
    let next = lines.find(|line| !line.is_empty());
    let least = reader.begins.map_or(indent, |at| at + 1);
    next.is_some_and(|next| !next.trim_start().starts_with('#') && indentation(next) >= least)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalar(text: &str) -> Option<(&str, Style, bool, String)> {
        let place = text.find('@').expect("a place");
        match at(text, place..place + 1) {
            At::Scalar(found) => Some((
                &text[found.range],
                found.style,
                found.in_flow,
                found.names.join(" < "),
            )),
            _ => None,
        }
    }

    #[test]
    fn scalars_are_told_with_the_names_that_lead_to_them() {
        use Style::{Block, Double, Plain, Single};
        for (text, expected) in [
            ("a: @", ("@", Plain, false, "a")),
            ("a:\n  b: x@  # c\n", ("x@", Plain, false, "b < a")),
            ("a:\n  - b: '@'\n", ("'@'", Single, false, "b < a")),
            (
                "a:\n- b: \"x # @\"\r\n",
                ("\"x # @\"", Double, false, "b < a"),
            ),
            ("a: {b: @, c: d}", ("@", Plain, true, "b < a")),
            ("a: {b: {c: d}, e: @}", ("@", Plain, true, "e < a")),
            ("a: [x, \"@\"]", ("\"@\"", Double, true, "a")),
            ("- A=@", ("A=@", Plain, false, "")),
            ("a: 'it''s @'", ("'it''s @'", Single, false, "a")),
            ("\"a\": https://x:1/@", ("https://x:1/@", Plain, false, "a")),
            (
                "s:\n  - run: |\n      a: 'b\n\n      c @\n",
                ("      a: 'b\n\n      c @", Block, false, "run < s"),
            ),
            (
                "s:\n  - run: >-  # x\n      @\n",
                ("      @", Block, false, "run < s"),
            ),
            (
                "e:\n  - name: X\n    value: @\n",
                ("@", Plain, false, "value < e"),
            ),
            (
                "e:\n- name: X\n  value: @\n",
                ("@", Plain, false, "value < e"),
            ),
            ("- a: @\n  b: c", ("@", Plain, false, "a")),
            ("a:\n  - @\n\n  # c\n  - b", ("@", Plain, false, "a")),
            ("a: [\n  b\n]\nc: @", ("@", Plain, false, "c")),
            ("x: |\n  it's [\nz: @", ("@", Plain, false, "z")),
            ("x: |\n  y\nz: @", ("@", Plain, false, "z")),
            ("x:\n  y: 1\n---\nz: @", ("@", Plain, false, "z")),
        ] {
            let (range, style, in_flow, names) = expected;
            let expected = (range, style, in_flow, names.to_owned());
            assert_eq!(scalar(text), Some(expected), "{text}");
        }
        for text in [
            "# @",
            "a: b # @",
            "@: b",
            "a: \"x@\n  y\"",
            "\ta: @",
            "a: &x '@'",
            "a: !t '@'",
            "a: \"x\n  # @\n  y\"",
            "a: \"x\n  b: @\"",
            "a: [\n  @\n]",
            "a: {\n  b: @\n}",
            "a: @\n  b",
            "- x @\n  b",
            "a:\n  @\n",
            "a: b\n  @\n",
            "a: |2\n    @\n",
        ] {
            assert_eq!(scalar(text), None, "{text}");
        }
    }
}
