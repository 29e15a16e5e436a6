//! A key that JavaScript takes where a variable is not set.

use std::sync::OnceLock;

use regex::Regex;

use super::super::super::scan::{is_name, javascript};
use super::super::super::{Edit, Fix, Names, Refusal};
use super::super::{LONGER, ascii, begins_expression};
use super::{Text, expression};

/// What reads a variable, and the operator behind it, before a fallback.
const READS: &str = r#"(?:process\.env|Bun\.env)(?:\.([A-Za-z_]\w*)|\[["']([A-Za-z_]\w*)["']\])(\s*(?:\|\||\?\?)\s*)$"#;

/// The same of Deno.
const DENO: &str = r#"Deno\.env\.get\(\s*["']([A-Za-z_]\w*)["']()\s*\)(\s*(?:\|\||\?\?)\s*)$"#;

fn reads() -> &'static [Regex; 2] {
    static READ: OnceLock<[Regex; 2]> = OnceLock::new();
    READ.get_or_init(|| [READS, DENO].map(ascii))
}

/// What is read stays, and the string, which is the key and nothing else, goes.
pub(super) fn without(string: &Text<'_, '_>, names: &mut Names) -> Result<Option<Fix>, Refusal> {
    let found = reads()
        .iter()
        .find_map(|reads| reads.captures(string.before));
    let Some(read) = found else {
        return Ok(None);
    };
    let length = string.before.len() - read.get(0).map_or(0, |read| read.start());
    let start = string.literal.whole.start - length;
    if !begins(string.place.text, start) || !ends(string.behind()) {
        return Err(LONGER);
    }
    let name = read.get(1).or(read.get(2)).map_or("", |name| name.as_str());
    let gap = read.get(3).map_or(0, |gap| gap.len());
    let whole = &string.literal.whole;
    let range = whole.start - gap..whole.end;
    let name = names.given(string.place.key, name)?;
    let edit = Edit::replace(range, string.sure());
    Ok(Some(Fix::environment(name, vec![edit])))
}

/// Whether an expression surely begins there.
fn begins(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let head = before.trim_end();
    let gap = before.get(head.len()..).unwrap_or_default();
    // A line before it can end with a comment.
    let is_seen = !gap.contains('\n') || javascript::is_code(text, head.len().saturating_sub(1));
    begins_expression(before, &["||", "??"]) && (is_seen || head.is_empty())
}

/// Words that go on with what is before them, on whichever line they stand.
const GO_ON: [&str; 5] = ["in", "instanceof", "of", "as", "satisfies"];

/// Whether an expression surely ends where this text begins: the end of a line alone does not end one.
fn ends(behind: &str) -> bool {
    let rest = expression::skip(behind);
    let gap = behind.get(..behind.len() - rest.len()).unwrap_or_default();
    let word = rest.bytes().take_while(|byte| is_name(*byte)).count();
    let word = rest.get(..word).unwrap_or_default();
    let is_statement = !word.is_empty()
        && !word.starts_with(|c: char| c.is_ascii_digit())
        && !GO_ON.contains(&word)
        && gap.contains('\n');
    rest.is_empty() || rest.starts_with([',', ')', ']', '}', ';']) || is_statement
}

#[cfg(test)]
mod tests {
    use super::super::super::super::testing::{assert_javascript, assert_table};

    #[test]
    fn a_fallback_goes_and_what_is_read_stays() {
        assert_javascript(&[
            (
                "const k = process.env.X_KEY || '{key}';\n",
                Some("const k = process.env.X_KEY;\n"),
            ),
            (
                "const k = process.env['X'] ??\n  '{key}';\n",
                Some("const k = process.env['X'];\n"),
            ),
            (
                "const k = Bun.env.X || '{key}';\n",
                Some("const k = Bun.env.X;\n"),
            ),
            (
                "const k = process.env.X || '{key}' // c\n\nf();\n",
                Some("const k = process.env.X // c\n\nf();\n"),
            ),
            (
                "f(`${process.env.X || '{key}'}`, a || process.env.X2 || '{key}');\n",
                Some("f(`${process.env.X}`, a || process.env.X2);\n"),
            ),
            (
                "const f = () => process.env.X || '{key}'\n",
                Some("const f = () => process.env.X\n"),
            ),
            (
                "function f() {\n  return process.env.X || '{key}'\n}\n",
                Some("function f() {\n  return process.env.X\n}\n"),
            ),
            ("f(isProd && process.env.P || '{key}');\n", None),
            ("f(isProd &&\n  process.env.P || '{key}');\n", None),
            ("f(isProd && // (\n  process.env.P || '{key}');\n", None),
            ("f(mode === process.env.X || '{key}');\n", None),
            ("f(mode <= process.env.X || '{key}');\n", None),
            ("f(!process.env.X || '{key}');\n", None),
            ("f('a' + process.env.X || '{key}');\n", None),
            ("f(await process.env.X || '{key}');\n", None),
            ("f(a.process.env.X || '{key}');\n", None),
            ("const k = process.env.X || '{key}'\n  + 'x'\n", None),
            ("const k = process.env.X || '{key}' // c\n  + 'x'\n", None),
            ("const k = process.env.X || '{key}'\n  .slice(1)\n", None),
            ("const k = process.env.X || '{key}' /* c */ + 'x'\n", None),
            ("const k = process.env.X || '{key}'\n  ? 1 : 2\n", None),
            ("const k = process.env.X || '{key}'\n  in x\n", None),
            ("const k = process.env.X || '{key}'\n(1)\n", None),
            ("const k = import.meta.env.VITE_K || '{key}';\n", None),
            ("const k = process.env.VITE_K || '{key}';\n", None),
        ]);
        assert_table(
            "a.js",
            &[(
                "const k = Deno.env.get('X') ?? '{key}';\n",
                Some("const k = Deno.env.get('X');\n"),
            )],
        );
    }
}
