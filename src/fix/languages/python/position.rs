//! Where a string of Python stands: whether an expression can stand there, too, or whether it only documents something.

use std::sync::OnceLock;

use regex::Regex;

use super::super::super::Refusal;
use super::super::super::scan::{Around, Literal, is_name, python};
use super::super::ascii;
use super::end_of;

/// A text that sets the variable: it would be read from where it is written to.
const SETS: &str = r"\benviron(?:\.(?:setdefault|update)\((?u:[^()]*)|\[(?u:[^\[\]]*)\]\s*=\s*)$";

/// What takes variables away.
const CHANGES: &str = r"\b(?:os\.environ\s*=(?u:[^=])|environ\.clear\(|del\s+(?:os\.)?environ\b)";

fn patterns() -> &'static [Regex; 2] {
    static PATTERNS: OnceLock<[Regex; 2]> = OnceLock::new();
    PATTERNS.get_or_init(|| [SETS, CHANGES].map(ascii))
}

/// So many places are looked at.
const MOST: usize = 20;

/// Whether the program takes variables out of its environment, or may.
pub(super) fn changes_environment(text: &str) -> bool {
    let [_, changes] = patterns();
    changes.find_iter(text).enumerate().any(|(number, found)| {
        let around = || python::around(text, found.start());
        number >= MOST || !matches!(around(), Around::Comment | Around::Literal(_))
    })
}

/// Whether an expression can stand in the string's place.
pub(super) fn check(text: &str, literal: &Literal) -> Result<(), Refusal> {
    let before = text.get(..literal.last).unwrap_or_default();
    let behind = text.get(literal.whole.end..).unwrap_or_default();
    let is_word = |byte: Option<&u8>| byte.is_some_and(|byte| is_name(*byte));
    let beside = text.get(..literal.whole.start).unwrap_or_default();
    if is_word(beside.as_bytes().last()) || is_word(behind.as_bytes().first()) {
        return Err("a word stands right beside it: put a blank there, and run this again");
    }
    if patterns()[0].is_match(end_of(before)) {
        return Err("the program sets the variable itself: delete that, and set it outside");
    }
    let outermost = literal.opened.first().copied();
    let line = text.get(..outermost.unwrap_or(literal.whole.start));
    let line = line.unwrap_or_default().rsplit('\n').next();
    let is_case = line.unwrap_or_default().trim_start().strip_prefix("case");
    let is_case = is_case.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']));
    if is_case || before.ends_with('|') || skip(behind, true).starts_with('|') {
        return Err("a pattern of `case`, or a type, cannot be computed");
    }
    let bracket = |at: &usize| text.as_bytes().get(*at).copied();
    let is_value = literal.opened.last().and_then(bracket) == Some(b'{');
    let is_type = |at: &usize| {
        let before = text.get(..*at).unwrap_or_default();
        let types = ["Literal", "Annotated"];
        bracket(at) == Some(b'[') && types.iter().any(|name| before.ends_with(name))
    };
    let is_annotation = (before.ends_with(':') && !is_value) || before.ends_with("->");
    match is_annotation || literal.opened.iter().any(is_type) {
        true => Err("it may be a type"),
        false => Ok(()),
    }
}

/// A text without the blanks and comments at its beginning; without ends of lines, too, where those end nothing.
pub(super) fn skip(text: &str, is_open: bool) -> &str {
    let mut rest = text;
    loop {
        let trimmed = match is_open {
            true => rest.trim_start(),
            false => rest.trim_start_matches([' ', '\t']),
        };
        let joined = trimmed
            .strip_prefix("\\\r\n")
            .or(trimmed.strip_prefix("\\\n"));
        rest = match joined {
            Some(joined) => joined,
            None if trimmed.starts_with('#') => {
                let end = trimmed.find('\n').unwrap_or(trimmed.len());
                trimmed.get(end..).unwrap_or_default()
            }
            None => return trimmed,
        };
    }
}

/// Whether the string is a statement of its own, which only documents something.
pub(super) fn is_documentation(text: &str, literal: &Literal) -> bool {
    let before = text.get(..literal.whole.start).unwrap_or_default();
    let behind = text.get(literal.whole.end..).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let rest = behind.lines().next().unwrap_or_default().trim();
    let is_continued = before
        .trim_end_matches([' ', '\t', '\n', '\r'])
        .ends_with('\\');
    literal.opened.is_empty()
        && !literal.nested
        && !is_continued
        && line.trim_start_matches('\u{feff}').trim().is_empty()
        && (rest.is_empty() || rest.starts_with('#'))
}

/// Whether a text begins with a string that has a prefix.
pub(super) fn begins_string(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    (1..=2).contains(&(text.len() - rest.len())) && rest.starts_with(['"', '\''])
}

#[cfg(test)]
mod tests {
    use super::super::super::super::testing::assert_python;

    #[test]
    fn what_is_no_expression_is_left_and_what_nothing_reads_is_named() {
        assert_python(&[
            (
                "# key: {key}\nx = 1\n",
                Some("# key: AISA_API_KEY\nx = 1\n"),
            ),
            (
                "def f():\n    '''Use {key}.'''\n",
                Some("def f():\n    '''Use AISA_API_KEY.'''\n"),
            ),
            ("import os\nos.environ['AISA_API_KEY'] = '{key}'\n", None),
            (
                "import os\nos.environ.setdefault('AISA_API_KEY', '{key}')\n",
                None,
            ),
            ("import os\nos.environ.update({'A': '{key}'})\n", None),
            ("import os\nos.environ.clear()\nf('{key}')\n", None),
            ("import os\nos.environ = {}\nf('{key}')\n", None),
            ("import os\ndel os.environ['A']\nf('{key}')\n", None),
            (
                "import os\n# del os.environ['A']\nf('{key}')\n",
                Some("import os\n# del os.environ['A']\nf(os.environ[\"AISA_API_KEY\"])\n"),
            ),
            ("match x:\n    case '{key}':\n        pass\n", None),
            ("def f():\n    return\"{key}\"\n", None),
            ("x = a if b else\"Bearer {key}\"\n", None),
            (
                "match x:\n    case (\n        '{key}'\n        | 'b'):\n        pass\n",
                None,
            ),
            (
                "match x:\n    case (\n        '{key}'\n        ):\n        pass\n",
                None,
            ),
            ("match x:\n    case('{key}'):\n        pass\n", None),
            ("x: Literal['{key}'] = 1\n", None),
            ("x: '{key}' = 1\n", None),
            ("def f() -> '{key}': pass\n", None),
        ]);
    }
}
