//! JavaScript and TypeScript: `process.env.NAME`, and `${process.env.NAME}` in a template.

mod expression;
mod fallback;
mod running;

use std::ops::Range;
use std::sync::OnceLock;

use regex::Regex;

pub(in super::super) use self::running::Runner;
use super::super::scan::{Around, Literal, javascript};
use super::super::{Edit, Fix, Names, Place, Refusal, browsers};
use super::{Language, ascii, ending, given_name, interpreter, name};

pub(super) struct JavaScript;

/// A text that sets the variable: it would be read from where it is written to.
const SETS: &str = r#"\bprocess\.env(?:\.\w+|\[["']\w+["']\])\s*(?:\|\||\?\?)?=\s*$"#;

fn sets() -> &'static Regex {
    static REGEX: OnceLock<Regex> = OnceLock::new();
    REGEX.get_or_init(|| ascii(SETS))
}

/// How much of the text before a string is looked at.
const LOOK: usize = 400;

/// Whether a file has no JSX, by its name.
fn is_script(path: &str) -> bool {
    matches!(ending(path), "ts" | "mts" | "cts")
}

/// Whether a file has declarations of types alone, by its name: `a.d.ts`, `a.d.css.ts`.
fn is_declaration(path: &str) -> bool {
    is_script(path) && name(path).contains(".d.")
}

impl Language for JavaScript {
    fn speaks(&self, path: &str, text: &str) -> bool {
        let endings = ["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx"];
        let is_script =
            || interpreter(text).is_some_and(|it| ["node", "bun", "deno"].contains(&it));
        endings.contains(&ending(path)) || is_script()
    }

    fn replace(&self, place: &Place<'_>, names: &mut Names) -> Result<Fix, Refusal> {
        let around = javascript::around(place.text, place.start);
        if around == Around::Comment {
            return Ok(place.in_prose(names));
        }
        if is_declaration(place.path) {
            return Err("a file of declarations has types, and no values");
        }
        let is_for_browsers = place.surroundings.is_for_browsers;
        let runner = || Runner::of(place.path, place.text, is_for_browsers);
        let runner = *place.runner.get_or_init(runner);
        if let Runner::Unfit(why) = runner {
            return Err(why);
        }
        let literal = match around {
            Around::Comment => return Ok(place.in_prose(names)),
            Around::Unclear(why) => return Err(why),
            Around::Literal(literal) => literal,
        };
        let string = Text {
            place,
            literal: &literal,
            before: before(place.text, literal.whole.start),
            runner,
        };
        string.check()?;
        // A refusal must not take a name away from another key.
        string.reference("")?;
        let is_whole = literal.content == place.range();
        if is_whole && let Some(fix) = fallback::without(&string, names)? {
            return Ok(fix);
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
    runner: Runner,
}

impl Text<'_, '_> {
    /// What TypeScript is told about a variable: it is taken to be set, as the literal was.
    fn sure(&self) -> &'static str {
        let is_typed = matches!(ending(self.place.path), "ts" | "mts" | "cts" | "tsx");
        if is_typed { "!" } else { "" }
    }

    /// How a program in this file reads a variable.
    fn reference(&self, name: &str) -> Result<String, Refusal> {
        let reference = self.runner.reference(self.place.text, self.literal, name)?;
        Ok(format!("{reference}{}", self.sure()))
    }

    fn behind(&self) -> &str {
        let behind = self.place.text.get(self.literal.whole.end..);
        behind.unwrap_or_default()
    }

    /// Whether an expression can stand in its place, and means the same.
    fn check(&self) -> Result<(), Refusal> {
        let (text, literal) = (self.place.text, self.literal);
        if sets().is_match(self.before) {
            return Err("the program sets the variable itself: delete that, and set it outside");
        }
        let last = text.get(..literal.last).unwrap_or_default();
        let is_operand = last.ends_with(|c: char| c.is_alphanumeric() || "_$)]".contains(c))
            && !javascript::ends_with_operator(last.as_bytes());
        let is_generic = last.ends_with('>') && !last.ends_with("=>");
        let becomes_one = !literal.interpolates && literal.content != self.place.range();
        let is_behind = is_operand || is_generic || last.ends_with(['}', '"', '\'', '`']);
        if becomes_one && is_behind {
            return Err(
                "as a template, it would belong to what stands before it: end that with a semicolon, and run this again",
            );
        }
        if literal.interpolates && (is_operand || is_generic) {
            return Err("the template has a tag, which may do anything with it");
        }
        let is_typed = !self.sure().is_empty() || text.contains("@flow");
        // The text of JSX can look like strings and comments.
        if literal.tag.is_some() && !is_script(self.place.path) {
            return match self.before.ends_with('=') {
                true => Err(browsers::GIVEN),
                false => Err("JSX stands before it, in which it is not clear what is a string"),
            };
        }
        expression::check(text, literal, is_typed)?;
        match !self.sure().is_empty() && self.behind().starts_with('=') {
            true => Err(
                "`!` and `=` would stand beside each other: put a blank there, and run this again",
            ),
            false => Ok(()),
        }
    }

    fn replaced(&self, is_whole: bool, names: &mut Names) -> Result<Fix, Refusal> {
        let (place, literal) = (self.place, self.literal);
        let content = place.text.get(literal.content.clone()).unwrap_or_default();
        if place.before().ends_with('\\') {
            return Err("a backslash stands before it");
        }
        if !literal.interpolates && !is_whole && content.contains(['`', '$']) {
            return Err("the string has characters that would mean something in a template");
        }
        let mut pairs = content.bytes().zip(content.bytes().skip(1));
        if pairs.any(|(byte, next)| byte == b'\\' && next.is_ascii_digit()) {
            return Err("the string has an escape that a template does not take");
        }
        let own = given_name(self.before).filter(|_| is_whole);
        let name = names.choose(place.key, own)?;
        let reference = self.reference(&name)?;
        let Range { start, end } = literal.whole;
        let edits = if is_whole {
            vec![Edit::replace(start..end, reference)]
        } else {
            let inside = place.with(format!("${{{reference}}}"));
            match literal.interpolates {
                true => vec![inside],
                false => vec![
                    inside,
                    Edit::replace(start..start + 1, "`"),
                    Edit::replace(end - 1..end, "`"),
                ],
            }
        };
        Ok(Fix::environment(name, edits))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{assert_javascript, assert_parses, assert_table};

    #[test]
    fn keys_become_variables() {
        assert_javascript(&[
            (
                "const KEY = \"{key}\";\n",
                Some("const KEY = process.env.AISA_API_KEY;\n"),
            ),
            (
                "const MY_AISA_KEY='{key}'\r\n",
                Some("const MY_AISA_KEY=process.env.MY_AISA_KEY\r\n"),
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
                Some(
                    "const u = `a ${process.env.AISA_API_KEY} b ${process.env.AISA_API_KEY_2}`;\n",
                ),
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
            ("const u = gql `a {key}`;\n", None),
            ("const u = \"\\033[32m{key}\";\n", None),
            ("// a\rf('{key}');\n", None),
            ("f('{key}'); // \u{2028}\n", None),
            ("return'{key}'\n", None),
            ("const a = [1]\n\"x {key}\".split(' ')\n", None),
            ("const a = f()\n'x {key}'.split(' ')\n", None),
            ("const a = {}\n'x {key}'.split(' ')\n", None),
            ("const a = 'b'\n'x {key}'.split(' ')\n", None),
            (
                "const a = [1];\n'x {key}'.split(' ')\n",
                Some("const a = [1];\n`x ${process.env.AISA_API_KEY}`.split(' ')\n"),
            ),
            ("if (ok) /[/*]/.test(f('{key}'));\n", None),
            (
                "if (x) /`/.test(u);\nconst k = '{key}';\nconst t = `a`;\n",
                None,
            ),
        ]);
    }

    #[test]
    fn declarations_are_left() {
        for path in ["a.d.ts", "a.d.mts", "a.d.css.ts"] {
            let text = "export class A { k = '{key}'; }\n";
            assert_table(path, &[(text, None)]);
        }
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
                ("import k = require('{key}');\n", None),
                ("function f(process?: A) { g('{key}'); }\n", None),
                ("if('{key}'==k) {}\n", None),
                (
                    "if ('{key}' === k) {}\n",
                    Some("if (process.env.AISA_API_KEY! === k) {}\n"),
                ),
                (
                    "const f = <T>(x: T) => x; g('{key}');\n",
                    Some("const f = <T>(x: T) => x; g(process.env.AISA_API_KEY!);\n"),
                ),
            ],
        );
        assert_parses(tree_sitter_typescript::LANGUAGE_TYPESCRIPT, &results);
    }
}
