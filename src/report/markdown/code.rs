//! Text from the input as a code span (GFM Spec 6.3), in which it means nothing, neither to the parser nor to what GitHub
//! looks for afterwards: mentions, issues, commits, addresses.

/// The longest run of backticks that is kept: parsers give up on long fences.
const TICKS: usize = 3;

/// Where a code span stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report) enum Where {
    /// In a cell of a table: a pipe would end it, code span or not (GFM Spec 4.10).
    Cell,
    /// Anywhere else.
    Line,
}

/// The code span of a visible text, which is one line.
pub(in crate::report) fn of(text: &str, place: Where) -> String {
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    let text = short_runs(text);
    let fence = "`".repeat(longest_run(&text) + 1);
    let text = match place {
        Where::Cell => without_pipes(&text),
        Where::Line => text,
    };
    // One space is taken from both sides, if both have one and there is anything else.
    let touches = |edge: char| text.starts_with(edge) || text.ends_with(edge);
    let is_stripped = text.starts_with(' ') && text.ends_with(' ') && text.trim() != "";
    match touches('`') || is_stripped {
        true => format!("{fence} {text} {fence}"),
        false => format!("{fence}{text}{fence}"),
    }
}

/// Parsers do not agree on a backslash before an escaped pipe, so that such a pipe is spelled out.
fn without_pipes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut is_behind_backslash = false;
    for character in text.chars() {
        match character {
            '|' if is_behind_backslash => out.push_str("\\x7c"),
            '|' => out.push_str("\\|"),
            other => out.push(other),
        }
        is_behind_backslash = character == '\\';
    }
    out
}

/// The text with the backticks of runs that are too long spelled out.
fn short_runs(text: &str) -> String {
    if longest_run(text) <= TICKS {
        return text.to_owned();
    }
    text.replace('`', "\\x60")
}

/// The longest run of backticks.
pub(in crate::report) fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`');
    runs.map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_longer_than_what_is_in_it() {
        for (text, span) in [
            ("a.py", "`a.py`"),
            ("a`b", "``a`b``"),
            ("`a", "`` `a ``"),
            ("a```", "```` a``` ````"),
            ("````a`", "`\\x60\\x60\\x60\\x60a\\x60`"),
            (" a ", "`  a  `"),
            (" a", "` a`"),
            ("  ", "`  `"),
            ("", "(empty)"),
            ("a\\", "`a\\`"),
        ] {
            assert_eq!(of(text, Where::Line), span);
            assert_eq!(of(text, Where::Cell), span);
        }
    }

    #[test]
    fn a_pipe_is_escaped_in_a_cell_only() {
        assert_eq!(of("a|b||", Where::Line), "`a|b||`");
        assert_eq!(of("a|b||", Where::Cell), "`a\\|b\\|\\|`");
        assert_eq!(of("a\\|b", Where::Cell), "`a\\\\x7cb`");
    }
}
