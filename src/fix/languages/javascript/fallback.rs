//! A key that JavaScript takes where a variable is not set.

use std::sync::OnceLock;

use regex::Regex;

use super::super::super::{Edit, Fix, Names, Refusal};
use super::super::{ascii, ends_expression};
use super::Text;

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
    let Some(read) = found.filter(|_| ends_expression(string.behind())) else {
        return Ok(None);
    };
    let name = read.get(1).or(read.get(2)).map_or("", |name| name.as_str());
    let gap = read.get(3).map_or(0, |gap| gap.len());
    let whole = &string.literal.whole;
    let range = whole.start - gap..whole.end;
    let name = names.given(string.place.key, name)?;
    let edit = Edit::replace(range, string.sure());
    Ok(Some(Fix::environment(name, vec![edit])))
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
