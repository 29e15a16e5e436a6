//! Whether a block of YAML goes on where a line begins, by all lines before it.

use super::above::opens_block;
use super::line::Line;
use super::{UNCLEAR, indentation};
use crate::fix::Refusal;

/// What goes on where a line begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing.
    None,
    /// A block.
    Block,
}

/// Reads all lines before the byte `start`: what goes on there.
///
/// # Errors
/// A scalar in quotes, or brackets, of more than one line.
pub(super) fn state(text: &str, start: usize) -> Result<State, Refusal> {
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
