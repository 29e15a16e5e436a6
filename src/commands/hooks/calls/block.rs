//! What the lines around a line make of it, by how they are indented: in YAML what is under a name, or beside it, belongs to it.

use super::line::Line;

/// Settings with which nothing stops at a failure, or nothing is run.
const SOFT: [(&str, &str); 15] = [
    ("allow_failure", "true"),
    ("allow_failures", "true"),
    ("condition", "false"),
    ("enabled", "false"),
    ("failure", "ignore"),
    ("soft_fail", "true"),
    ("when", "on_fail"),
    // Of the action.
    ("fail-on", "never"),
    ("catcherror", "true"),
    ("continue-on-error", "true"),
    ("continueonerror", "true"),
    ("if", "false"),
    ("skip", "true"),
    ("when", "manual"),
    ("when", "never"),
];

/// Names under which nothing is run, whatever it is called.
pub(super) const VALUES: [&str; 6] = [
    "env",
    "environment",
    "inputs",
    "parameters",
    "variables",
    "with",
];

/// What a line is in: the name above it, if that is one. Of a line without a name of its own, it says what that is for.
pub(super) fn key(lines: &[&str], at: usize) -> String {
    let mut inner = at;
    for (outer, line) in lines.iter().enumerate().take(at).rev() {
        let Some(own) = lines.get(inner) else { break };
        let is_beside = is_item(own) && !is_item(line) && indent(line) == indent(own);
        // What is beside it says nothing: another line of a text, another name.
        if column(line) >= indent(own) && !is_beside {
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
    let is_soft = |line: &Line| {
        let mut soft = SOFT.iter();
        let is_list = line.key == "allow_failure" && line.is_head();
        is_list || soft.any(|(key, value)| line.value_of(key) == Some(value))
    };
    let mut lines = lines.iter().enumerate();
    lines.any(|(other, text)| {
        let line = Line::new(&text.replace("${{", " ").replace("}}", " "));
        let is_of_action = line.key == "fail-on" && Line::new(own).uses();
        is_soft(&line) && (is_of_action || governs(other, text))
    })
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
