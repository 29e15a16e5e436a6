//! The lines of YAML above a place that enclose it, and what such a line gives.

use super::indentation;

/// A line above, and its first byte.
#[derive(Clone, Copy)]
pub(super) struct Above<'a> {
    pub(super) start: usize,
    pub(super) line: &'a str,
}

/// The lines above that enclose the line that begins at `start`, the nearest first: each has less indentation than those below it.
/// A list may stand as far left as the name that it belongs to.
pub(super) fn enclosing(
    text: &str,
    start: usize,
    indent: usize,
    mut is_item: bool,
) -> Vec<Above<'_>> {
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
pub(super) fn name_of(line: &str) -> Option<&str> {
    let rest = behind_dashes(line);
    let end = rest.find(": ").or_else(|| {
        let whole = rest.trim_end();
        whole.ends_with(':').then(|| whole.len() - 1)
    })?;
    let name = rest.get(..end)?;
    Some(name.trim_matches(['"', '\'']))
}

/// Whether what a line gives is a block: its last word is `|` or `>`, with what may follow it.
pub(super) fn opens_block(line: &str) -> bool {
    let line = line.split(" #").next().unwrap_or_default().trim_end();
    let word = line.rsplit([' ', ':']).next().unwrap_or_default();
    let digits = |c: char| c.is_ascii_digit() || c == '+' || c == '-';
    word.starts_with(['|', '>']) && word.get(1..).is_some_and(|rest| rest.chars().all(digits))
}
