//! What the lines around a line make of it, by how they are indented: in YAML what is under a name, or beside it, belongs to it.

use super::line::Line;

/// Settings with which nothing stops at a failure, or nothing is run.
const SOFT: [(&str, &str); 8] = [
    ("allow_failure", "true"),
    ("catcherror", "true"),
    ("continue-on-error", "true"),
    ("continueonerror", "true"),
    ("if", "false"),
    ("skip", "true"),
    ("when", "manual"),
    ("when", "never"),
];

/// What a line without a name of its own is for: the name above it, if that is one.
pub(super) fn key(lines: &[&str], at: usize) -> String {
    let mut inner = at;
    for (outer, line) in lines.iter().enumerate().take(at).rev() {
        let Some(own) = lines.get(inner) else { break };
        let is_beside = is_item(own) && !is_item(line) && indent(line) == indent(own);
        if indent(line) >= indent(own) && !is_beside {
            continue;
        }
        let above = Line::new(line);
        match (above.is_head(), above.key.is_empty()) {
            // A text in a list: what is the list for?
            (true, true) => inner = outer,
            (true, false) => return above.key,
            (false, _) => break,
        }
    }
    String::new()
}

/// Whether a setting beside a line, or beside what it is under, lets failures pass, or keeps it from being run.
pub(super) fn is_soft(lines: &[&str], at: usize) -> bool {
    let Some(own) = lines.get(at) else {
        return false;
    };
    if own.contains("returnStatus") {
        return true;
    }
    let governs = |other: usize, line: &str| {
        let column = column(line);
        let between = lines.iter().take(at.max(other) + 1).skip(at.min(other) + 1);
        self::column(own) >= column && between.into_iter().all(|line| indent(line) >= column)
    };
    let is_soft = |line: &str| {
        let line = Line::new(line);
        let mut soft = SOFT.iter();
        soft.any(|(key, value)| line.value_of(key) == Some(value))
    };
    let mut lines = lines.iter().enumerate();
    lines.any(|(other, line)| is_soft(line) && governs(other, line))
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn is_item(line: &str) -> bool {
    line.trim_start().starts_with("- ")
}

/// Where what a line says begins, behind the dashes of lists.
fn column(line: &str) -> usize {
    let said = line.trim_start_matches([' ', '-']);
    line.len() - said.len()
}
