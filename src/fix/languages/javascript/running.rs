//! What runs a program in JavaScript, and how it reads a variable there.

use std::sync::OnceLock;

use regex::Regex;

use super::super::super::Refusal;
use super::super::super::scan::javascript;
use super::super::ascii;

/// `process` where it is not the one of Node: assigned, a parameter, or imported.
const SHADOWS: &str =
    r"(?:^|(?u:[^.A-Za-z0-9_$-]))(process)\s*(?:=(?u:[^=])|[,);}:]|\s(?:of|in|from)\b)";

/// The same where it is, after all.
const IS_PROCESS: &str = r#"^process\s*(?:from\s*|=\s*require\(\s*)["'](?:node:)?process["']"#;

/// What only browsers have.
const BROWSER: &str =
    r"(?:^|(?u:[^.A-Za-z0-9_$]))(?:(?:document|window|localStorage)\.|import\.meta\.env\b)";

/// So many places are looked at for names that may be something else.
const MOST: usize = 20;

fn patterns() -> &'static [Regex; 3] {
    static PATTERNS: OnceLock<[Regex; 3]> = OnceLock::new();
    PATTERNS.get_or_init(|| [SHADOWS, IS_PROCESS, BROWSER].map(ascii))
}

/// How a program in this file reads a variable.
pub(super) fn reference(text: &str, name: &str) -> Result<String, Refusal> {
    const UNCLEAR: Refusal = "it is not clear whether Node, Deno or a browser runs it";
    let [shadows, is_process, browser] = patterns();
    let may_be_code = |at: usize| javascript::may_be_code(text, at);
    let mut deno = text.match_indices("Deno.").take(MOST);
    let is_node = text.contains("process.env") || text.contains("require(");
    if deno.any(|(at, _)| may_be_code(at)) {
        return match is_node {
            true => Err(UNCLEAR),
            false => Ok(format!("Deno.env.get(\"{name}\")")),
        };
    }
    let found = shadows.captures_iter(text).filter_map(|found| found.get(1));
    let mut found = found.map(|found| found.start()).enumerate();
    let is_other = |(number, at): (usize, usize)| {
        let is_it = text.get(at..).is_some_and(|rest| is_process.is_match(rest));
        !is_it && (number > MOST || may_be_code(at))
    };
    if found.any(is_other) {
        return Err("`process` may be something else in this file");
    }
    match !text.contains("process.env") && browser.is_match(text) {
        true => Err(UNCLEAR),
        false => Ok(format!("process.env.{name}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::super::testing::{assert_javascript, assert_table};

    #[test]
    fn variables_are_read_as_what_runs_the_program_has_them() {
        assert_javascript(&[
            ("const process = spawn('x', ['{key}']);\n", None),
            ("function f(process) { return '{key}'; }\n", None),
            (
                "import process from 'node:process';\nf('{key}');\n",
                Some("import process from 'node:process';\nf(process.env.AISA_API_KEY);\n"),
            ),
            (
                "// Deno.x, or process: \nf('{key}');\n",
                Some("// Deno.x, or process: \nf(process.env.AISA_API_KEY);\n"),
            ),
            ("document.title = 'x'; f('{key}');\n", None),
            ("f(import.meta.env.X, '{key}');\n", None),
            ("Deno.x(); const a = process.env.B; f('{key}');\n", None),
        ]);
        assert_table(
            "a.js",
            &[(
                "Deno.f('{key}');\n",
                Some("Deno.f(Deno.env.get(\"AISA_API_KEY\"));\n"),
            )],
        );
    }
}
