//! The scalar of YAML that a place stands in, by its line and the lines above that have less indentation (yaml.org/spec/1.2.2).

use std::ops::Range;

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

/// How many spaces a line begins with.
fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// A line above, and its first byte.
#[derive(Clone, Copy)]
struct Above<'a> {
    start: usize,
    line: &'a str,
}

/// The lines above that enclose the line that begins at `start`, the nearest first: each has less indentation than those below it.
/// A list may stand as far left as the name that it belongs to.
fn enclosing(text: &str, start: usize, indent: usize, mut is_item: bool) -> Vec<Above<'_>> {
    let mut lines = Vec::new();
    let mut least = indent;
    let mut end = start;
    while end > 0 {
        let before = text.get(..end - 1).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.get(start..).unwrap_or_default();
        let line = line.trim_end_matches('\r');
        end = start;
        let (trimmed, own) = (line.trim_start(), indentation(line));
        if line.starts_with("---") {
            break;
        }
        let has_items = is_item && own == least && !trimmed.starts_with('-');
        if trimmed.is_empty() || trimmed.starts_with('#') || (own >= least && !has_items) {
            continue;
        }
        // What begins behind the dashes may be a neighbour: `- name: X` is one of `value: Y` below it.
        let behind = behind_dashes(line);
        let is_above = line.len() - behind.len() < least || behind.starts_with(['|', '>']);
        if is_above || has_items {
            lines.push(Above { start, line });
        }
        least = own;
        is_item = trimmed.starts_with('-');
        if least == 0 && !is_item {
            break;
        }
    }
    lines
}

/// What stands behind the indentation and the dashes of a line.
fn behind_dashes(line: &str) -> &str {
    let mut rest = line.trim_start();
    while let Some(item) = rest.strip_prefix("- ") {
        rest = item.trim_start();
    }
    rest
}

/// The name that a line gives, behind its dashes: `- run: |` gives `run`.
fn name_of(line: &str) -> Option<&str> {
    let rest = behind_dashes(line);
    let end = rest.find(": ").or_else(|| {
        let whole = rest.trim_end();
        whole.ends_with(':').then(|| whole.len() - 1)
    })?;
    let name = rest.get(..end)?;
    Some(name.trim_matches(['"', '\'']))
}

/// Whether what a line gives is a block: its last word is `|` or `>`, with what may follow it.
fn opens_block(line: &str) -> bool {
    let line = line.split(" #").next().unwrap_or_default().trim_end();
    let word = line.rsplit([' ', ':']).next().unwrap_or_default();
    let digits = |c: char| c.is_ascii_digit() || c == '+' || c == '-';
    word.starts_with(['|', '>']) && word.get(1..).is_some_and(|rest| rest.chars().all(digits))
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

/// Said where what is around a place was not understood.
const UNCLEAR: Refusal = "what is around it was not understood";

/// What goes on where a line begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing.
    None,
    /// A block.
    Block,
}

/// Reads all lines before the byte `start`: what goes on there.
///
/// # Errors
/// A scalar in quotes, or brackets, of more than one line.
fn state(text: &str, start: usize) -> Result<State, Refusal> {
    let above = text.get(..start).unwrap_or_default();
    let mut flow = 0;
    // Where the name or the dash before a block begins, and how far its text is indented, once that is known.
    let mut block: Option<(usize, Option<usize>)> = None;
    let is_text = |block: &mut Option<(usize, Option<usize>)>, line: &str| {
        let indent = indentation(line);
        match block {
            Some(_) if line.trim().is_empty() => true,
            Some((_, Some(least))) => indent >= *least,
            Some((begins, least @ None)) if indent > *begins => {
                *least = Some(indent);
                true
            }
            _ => false,
        }
    };
    for line in above.lines() {
        if is_text(&mut block, line) {
            continue;
        }
        block = None;
        if line.starts_with("---") || line.starts_with("...") || line.starts_with('%') {
            flow = 0;
            continue;
        }
        let mut reader = Line::new(line);
        reader.flow = flow;
        match reader.find(usize::MAX) {
            Ok(_) | Err(UNCLEAR) => {}
            Err(why) => return Err(why),
        }
        flow = reader.flow;
        if flow == 0 && opens_block(line) {
            // How far such a text is indented is not counted here.
            if line.trim_end().ends_with(|c: char| c.is_ascii_digit()) {
                return Err(UNCLEAR);
            }
            block = Some((reader.begins.unwrap_or_default(), None));
        }
    }
    let own = text.get(start..).unwrap_or_default();
    let own = own.lines().next().unwrap_or_default();
    match (is_text(&mut block, own), flow) {
        (true, _) => Ok(State::Block),
        (false, 0) => Ok(State::None),
        (false, _) => Err("it stands in brackets of more than one line"),
    }
}

/// A line that is read from its beginning.
struct Line<'a> {
    text: &'a str,
    pos: usize,
    /// How many brackets are open.
    flow: usize,
    /// The names before the place, the outermost first.
    names: Vec<&'a str>,
    /// How many names there were before each bracket that is open.
    levels: Vec<usize>,
    /// Where the last name or dash begins that is in no brackets.
    begins: Option<usize>,
    /// Whether an anchor or a tag was read since the last name.
    has_property: bool,
}

impl<'a> Line<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            pos: indentation(text),
            flow: 0,
            names: Vec::new(),
            levels: Vec::new(),
            begins: None,
            has_property: false,
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.pos..).unwrap_or_default()
    }

    /// The scalar with the byte `place`; none if it stands in a comment.
    fn find(&mut self, place: usize) -> Result<Option<(Range<usize>, Style)>, Refusal> {
        while self.pos <= place {
            let rest = self.rest();
            let Some(next) = rest.chars().next() else {
                break;
            };
            let is_break = rest
                .get(1..)
                .is_none_or(|rest| rest.is_empty() || rest.starts_with(' '));
            match next {
                ' ' => self.pos += 1,
                ',' => {
                    let level = self.levels.last().copied();
                    self.names.truncate(level.unwrap_or(self.names.len()));
                    self.pos += 1;
                }
                '#' => return Ok(None),
                '-' | '?' | ':' if is_break => {
                    if next == '-' && self.flow == 0 {
                        self.begins = Some(self.pos);
                    }
                    self.pos += 1;
                }
                '[' | '{' => {
                    self.levels.push(self.names.len());
                    self.flow += 1;
                    self.pos += 1;
                }
                ']' | '}' => {
                    let level = self.levels.pop();
                    self.names.truncate(level.unwrap_or(self.names.len()));
                    self.flow = self.flow.saturating_sub(1);
                    self.pos += 1;
                }
                '&' | '!' | '*' => {
                    self.has_property = true;
                    self.pos += rest.find(' ').unwrap_or(rest.len());
                }
                _ => {
                    let (length, style) = match next {
                        '"' => (self.double()?, Style::Double),
                        '\'' => (self.single()?, Style::Single),
                        _ => (self.plain(), Style::Plain),
                    };
                    let range = self.pos..self.pos + length;
                    let behind = self.text.get(range.end..).unwrap_or_default();
                    let is_name = behind.trim_start().starts_with(':');
                    if range.contains(&place) {
                        return match is_name {
                            true => Err("it is a name, not a value"),
                            false => Ok(Some((range, style))),
                        };
                    }
                    if is_name {
                        let name = self.text.get(range.clone()).unwrap_or_default();
                        self.names.push(name.trim_matches(['"', '\'']));
                        self.has_property = false;
                        if self.flow == 0 {
                            self.begins = Some(range.start);
                        }
                    }
                    self.pos = range.end.max(self.pos + 1);
                }
            }
        }
        Err(UNCLEAR)
    }

    fn double(&self) -> Result<usize, Refusal> {
        let mut escaped = true;
        for (at, byte) in self.rest().bytes().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => return Ok(at + 1),
                _ => {}
            }
        }
        Err("its quotes do not end on its line")
    }

    fn single(&self) -> Result<usize, Refusal> {
        let rest = self.rest();
        let mut from = 1;
        while let Some(at) = rest.get(from..).and_then(|rest| rest.find('\'')) {
            let end = from + at + 1;
            if !rest.get(end..).is_some_and(|rest| rest.starts_with('\'')) {
                return Ok(end);
            }
            from = end + 1;
        }
        Err("its quotes do not end on its line")
    }

    fn plain(&self) -> usize {
        let rest = self.rest();
        let is_in_flow = self.flow > 0;
        let mut end = rest.len();
        for (at, character) in rest.char_indices() {
            let behind = rest.get(at + character.len_utf8()..).unwrap_or_default();
            let is_end = match character {
                ':' => {
                    behind.is_empty()
                        || behind.starts_with(' ')
                        || (is_in_flow && behind.starts_with([',', ']', '}']))
                }
                ' ' => behind.trim_start().starts_with('#'),
                ',' | '[' | ']' | '{' | '}' => is_in_flow,
                _ => false,
            };
            if is_end {
                end = at;
                break;
            }
        }
        rest.get(..end).unwrap_or_default().trim_end().len()
    }
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
