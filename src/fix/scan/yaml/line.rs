//! One line of YAML, read from its beginning: names, brackets, and scalars with their quotes.

use std::ops::Range;

use super::{Style, UNCLEAR, indentation};
use crate::fix::Refusal;

/// A line that is read from its beginning.
pub(super) struct Line<'a> {
    text: &'a str,
    pos: usize,
    /// How many brackets are open.
    pub(super) flow: usize,
    /// The names before the place, the outermost first.
    pub(super) names: Vec<&'a str>,
    /// How many names there were before each bracket that is open.
    levels: Vec<usize>,
    /// Where the last name or dash begins that is in no brackets.
    pub(super) begins: Option<usize>,
    /// Whether an anchor or a tag was read since the last name.
    pub(super) has_property: bool,
}

impl<'a> Line<'a> {
    pub(super) fn new(text: &'a str) -> Self {
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
    pub(super) fn find(&mut self, place: usize) -> Result<Option<(Range<usize>, Style)>, Refusal> {
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
