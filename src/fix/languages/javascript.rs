//! JavaScript and TypeScript: `process.env.NAME`, and `${process.env.NAME}` in a template.

use std::ops::Range;
use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

use super::super::scan::{Around, Literal, javascript};
use super::super::variable::is_public;
use super::super::{Edit, Fix, Names, Place, Refusal};
use super::{Language, ending, ends_expression, given_name, interpreter};

pub(super) struct JavaScript;

/// What reads a variable, and the operator behind it, before a fallback.
const READS: &str = r#"(?:process\.env|import\.meta\.env|Bun\.env)(?:\.([A-Za-z_]\w*)|\[["']([A-Za-z_]\w*)["']\])(\s*(?:\|\||\?\?)\s*)$"#;

/// The same of Deno.
const DENO: &str = r#"Deno\.env\.get\(\s*["']([A-Za-z_]\w*)["']()\s*\)(\s*(?:\|\||\?\?)\s*)$"#;

/// A text that sets the variable: it would be read from where it is written to.
const SETS: &str = r#"\bprocess\.env(?:\.\w+|\[["']\w+["']\])\s*(?:\|\||\?\?)?=\s*$"#;

/// A tag of JSX up to the value of an attribute.
const ATTRIBUTE: &str = r#"<[A-Za-z][\w.:-]*(?:\s+[\w:-]+(?:=(?:"(?u:[^"]*)"|'(?u:[^']*)'|\{(?u:[^{}]*)\}))?)*\s+[\w:-]+=$"#;

fn patterns() -> &'static [Regex; 4] {
    static PATTERNS: OnceLock<[Regex; 4]> = OnceLock::new();
    PATTERNS.get_or_init(|| {
        [READS, DENO, SETS, ATTRIBUTE].map(|pattern| {
            let regex = RegexBuilder::new(pattern).unicode(false).build();
            regex.expect("because a test compiles this pattern")
        })
    })
}

/// How much of the text before a string is looked at.
const LOOK: usize = 400;

impl Language for JavaScript {
    fn speaks(&self, path: &str, text: &str) -> bool {
        let endings = ["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx"];
        let is_script =
            || interpreter(text).is_some_and(|it| ["node", "bun", "deno"].contains(&it));
        endings.contains(&ending(path)) || is_script()
    }

    fn replace(&self, place: &Place<'_>, names: &mut Names) -> Result<Fix, Refusal> {
        let literal = match javascript::around(place.text, place.start) {
            Around::Comment => return Ok(place.in_prose(names)),
            Around::Unclear(why) => return Err(why),
            Around::Literal(literal) => literal,
        };
        let string = Text {
            place,
            literal: &literal,
            before: before(place.text, literal.whole.start),
        };
        string.check()?;
        let [reads, deno, ..] = patterns();
        let is_whole = literal.content == place.range();
        let read = reads
            .captures(string.before)
            .or_else(|| deno.captures(string.before));
        if let Some(read) = read.filter(|_| is_whole && ends_expression(string.behind())) {
            let name = read.get(1).or(read.get(2)).map_or("", |name| name.as_str());
            let gap = read.get(3).map_or(0, |gap| gap.len());
            let is_untyped = read
                .get(0)
                .is_some_and(|all| all.as_str().starts_with("import"));
            let sure = if is_untyped { "" } else { string.sure() };
            let range = literal.whole.start - gap..literal.whole.end;
            let name = names.given(place.key, name)?;
            let then = is_public(&name).then(|| {
                format!("{name} is copied into what browsers download: have a server of yours hold the key, and call that")
            });
            return Ok(Fix {
                then,
                ..Fix::environment(name, vec![Edit::replace(range, sure)])
            });
        }
        string.replaced(is_whole, names)
    }
}

/// The end of the text before a place.
fn before(text: &str, at: usize) -> &str {
    let mut from = at.saturating_sub(LOOK);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    text.get(from..at).unwrap_or_default()
}

/// A string, and what stands around it.
struct Text<'a, 'b> {
    place: &'b Place<'a>,
    literal: &'b Literal,
    before: &'a str,
}

impl Text<'_, '_> {
    /// What TypeScript is told about a variable: it is taken to be set, as the literal was.
    fn sure(&self) -> &'static str {
        let is_typed = matches!(ending(self.place.path), "ts" | "mts" | "cts" | "tsx");
        if is_typed { "!" } else { "" }
    }

    fn behind(&self) -> &str {
        let behind = self.place.text.get(self.literal.whole.end..);
        behind.unwrap_or_default()
    }

    fn reference(&self, name: &str) -> String {
        match self.place.text.contains("Deno.") {
            true => format!("Deno.env.get(\"{name}\"){}", self.sure()),
            false => format!("process.env.{name}{}", self.sure()),
        }
    }

    /// Whether an expression can stand in its place, and means the same.
    fn check(&self) -> Result<(), Refusal> {
        let [_, _, sets, _] = patterns();
        let behind = self.behind().trim_start();
        let before = self.before.trim_end();
        let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
        if sets.is_match(self.before) {
            return Err("the program sets the variable itself: delete that, and set it outside");
        }
        if behind.starts_with(':') && before.ends_with(['{', ',']) {
            return Err("it is the name of a property");
        }
        if line.starts_with("import ") || line.ends_with(" from") {
            return Err("it is the name of a module");
        }
        let words = ["type ", "export type ", "interface ", "enum ", "declare "];
        if words.iter().any(|word| line.starts_with(word)) {
            return Err("it stands in a type");
        }
        let is_tagged = before.ends_with(|c: char| c.is_alphanumeric() || "_$)]".contains(c));
        if self.literal.interpolates && is_tagged && self.before == before {
            return Err("the template has a tag, which may do anything with it");
        }
        Ok(())
    }

    /// Whether the string is the value of an attribute of JSX, which takes code in braces only.
    fn is_attribute(&self) -> Result<bool, Refusal> {
        let [.., attribute] = patterns();
        if attribute.is_match(self.before) {
            return Ok(true);
        }
        let line = self.before.rsplit('\n').next().unwrap_or_default();
        let is_jsx = matches!(ending(self.place.path), "jsx" | "tsx");
        let is_declared = ["const ", "let ", "var "]
            .iter()
            .any(|word| line.contains(word));
        match is_jsx && line.ends_with('=') && !is_declared {
            true => Err("it is not clear whether it is an attribute of JSX"),
            false => Ok(false),
        }
    }

    fn replaced(&self, is_whole: bool, names: &mut Names) -> Result<Fix, Refusal> {
        let (place, literal) = (self.place, self.literal);
        let is_attribute = self.is_attribute()?;
        let content = place.text.get(literal.content.clone()).unwrap_or_default();
        if place.before().ends_with('\\') {
            return Err("a backslash stands before it");
        }
        if !literal.interpolates && !is_whole && content.contains(['`', '$']) {
            return Err("the string has characters that would mean something in a template");
        }
        let own = given_name(self.before).filter(|_| is_whole);
        let name = names.choose(place.key, own);
        let reference = self.reference(&name);
        let Range { start, end } = literal.whole;
        let (open, close) = if is_attribute { ("{", "}") } else { ("", "") };
        let edits = if is_whole {
            vec![Edit::replace(
                start..end,
                format!("{open}{reference}{close}"),
            )]
        } else {
            let inside = place.with(format!("${{{reference}}}"));
            match literal.interpolates {
                true => vec![inside],
                false => vec![
                    inside,
                    Edit::replace(start..start + 1, format!("{open}`")),
                    Edit::replace(end - 1..end, format!("`{close}")),
                ],
            }
        };
        Ok(Fix::environment(name, edits))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{assert_accepted, assert_parses, assert_table};

    const TABLE: &[(&str, Option<&str>)] = &[
        (
            "const KEY = \"{key}\";\n",
            Some("const KEY = process.env.AISA_API_KEY;\n"),
        ),
        (
            "const MY_AISA_KEY='{key}'\r\n",
            Some("const MY_AISA_KEY=process.env.MY_AISA_KEY\r\n"),
        ),
        (
            "const k = process.env.X_KEY || '{key}';\n",
            Some("const k = process.env.X_KEY;\n"),
        ),
        (
            "const k = process.env['X'] ??\n  '{key}';\n",
            Some("const k = process.env['X'];\n"),
        ),
        (
            "const k = import.meta.env.VITE_K || '{key}';\n",
            Some("const k = import.meta.env.VITE_K;\n"),
        ),
        (
            "f({ headers: { Authorization: 'Bearer {key}' } });\n",
            Some("f({ headers: { Authorization: `Bearer ${process.env.AISA_API_KEY}` } });\n"),
        ),
        (
            "const u = `${b}?k={key}&x`;\n",
            Some("const u = `${b}?k=${process.env.AISA_API_KEY}&x`;\n"),
        ),
        (
            "const u = `${f('{key}')}`;\n",
            Some("const u = `${f(process.env.AISA_API_KEY)}`;\n"),
        ),
        (
            "const u = `{key}`;\n",
            Some("const u = process.env.AISA_API_KEY;\n"),
        ),
        (
            "const u = 'a {key} b {key}';\n",
            Some("const u = `a ${process.env.AISA_API_KEY} b ${process.env.AISA_API_KEY_2}`;\n"),
        ),
        (
            "f(a ? '{key}' : b); // {key}\n",
            Some("f(a ? process.env.AISA_API_KEY : b); // AISA_API_KEY_2\n"),
        ),
        (
            "const { K = '{key}' } = process.env;\n",
            Some("const { K = process.env.AISA_API_KEY } = process.env;\n"),
        ),
        (
            "const r = /['\"]/; const k = \"{key}\";\n",
            Some("const r = /['\"]/; const k = process.env.AISA_API_KEY;\n"),
        ),
        ("process.env.AISA_API_KEY = '{key}';\n", None),
        ("process.env.AISA_API_KEY ??= '{key}';\n", None),
        ("const o = { '{key}': 1 };\n", None),
        ("const u = 'a` {key}';\n", None),
        ("const u = tag`a {key}`;\n", None),
        ("const r = /{key}/;\n", None),
        ("const u = '\\{key}';\n", None),
        ("import x from '{key}';\n", None),
    ];

    #[test]
    fn keys_become_variables() {
        let results = assert_table("a.mjs", TABLE);
        assert_accepted("node", &["--check"], "a.mjs", &results);
        let deno = (
            "const k = Deno.env.get('X') ?? '{key}';\n",
            Some("const k = Deno.env.get('X');\n"),
        );
        let deno_too = (
            "Deno.f('{key}');\n",
            Some("Deno.f(Deno.env.get(\"AISA_API_KEY\"));\n"),
        );
        assert_table("a.js", &[deno, deno_too]);
    }

    #[test]
    fn types_stay_as_they_were() {
        let results = assert_table(
            "a.ts",
            &[
                (
                    "const k: string = '{key}';\n",
                    Some("const k: string = process.env.AISA_API_KEY!;\n"),
                ),
                (
                    "const k = process.env.K || '{key}';\n",
                    Some("const k = process.env.K!;\n"),
                ),
                (
                    "const k = `a {key}`;\n",
                    Some("const k = `a ${process.env.AISA_API_KEY!}`;\n"),
                ),
                ("type K = '{key}';\n", None),
            ],
        );
        assert_parses(tree_sitter_typescript::LANGUAGE_TYPESCRIPT, &results);
    }

    #[test]
    fn attributes_get_braces() {
        let results = assert_table(
            "a.jsx",
            &[
                (
                    "const a = <A b=\"c\" k=\"{key}\" />;\n",
                    Some("const a = <A b=\"c\" k={process.env.AISA_API_KEY} />;\n"),
                ),
                (
                    "const a = <A\n  h='x {key}'\n/>;\n",
                    Some("const a = <A\n  h={`x ${process.env.AISA_API_KEY}`}\n/>;\n"),
                ),
                ("const a = <p>don't</p>; const k='{key}';\n", None),
                ("a=b?c:<A {...d} k='{key}' />;\n", None),
            ],
        );
        assert_parses(tree_sitter_typescript::LANGUAGE_TSX, &results);
    }
}
