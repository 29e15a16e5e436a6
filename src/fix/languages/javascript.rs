//! JavaScript and TypeScript: `process.env.NAME`, and `${process.env.NAME}` in a template.

use std::ops::Range;
use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

use super::super::scan::{Around, Literal, javascript};
use super::super::variable::is_public;
use super::super::{Edit, Fix, Names, Place, Refusal};
use super::{Language, ending, ends_expression, expression, given_name, interpreter};

pub(super) struct JavaScript;

/// Attributes of JSX whose values are simple.
macro_rules! attributes {
    () => {
        r#"(?:\s+[\w:-]+(?:=(?:"(?u:[^"\\\r\n]*)"|'(?u:[^'\\\r\n]*)'|\{(?u:[^{}'"`/\\]*)\}))?)*"#
    };
}

/// What reads a variable, and the operator behind it, before a fallback.
const READS: &str = r#"(?:process\.env|import\.meta\.env|Bun\.env)(?:\.([A-Za-z_]\w*)|\[["']([A-Za-z_]\w*)["']\])(\s*(?:\|\||\?\?)\s*)$"#;

/// The same of Deno.
const DENO: &str = r#"Deno\.env\.get\(\s*["']([A-Za-z_]\w*)["']()\s*\)(\s*(?:\|\||\?\?)\s*)$"#;

/// A text that sets the variable: it would be read from where it is written to.
const SETS: &str = r#"\bprocess\.env(?:\.\w+|\[["']\w+["']\])\s*(?:\|\||\?\?)?=\s*$"#;

/// All of JSX up to the value of an attribute, from the first tag on: tags with simple attributes, and text without signs.
const ATTRIBUTE: &str = concat!(
    r#"^(?:</?(?:[A-Za-z][\w.:-]*"#,
    attributes!(),
    r#")?\s*/?>(?u:[^<>{}'"`/\\]*))*<[A-Za-z][\w.:-]*"#,
    attributes!(),
    r"\s+[\w:-]+=$"
);

/// `process` where it is not the one of Node: assigned, a parameter, or imported.
const SHADOWS: &str =
    r"(?:^|(?u:[^.A-Za-z0-9_$-]))(process)\s*(?:=(?u:[^=])|[,);}:]|\s(?:of|in|from)\b)";

/// The same where it is, after all.
const IS_PROCESS: &str = r#"^process\s*(?:from\s*|=\s*require\(\s*)["'](?:node:)?process["']"#;

/// What only browsers have.
const BROWSER: &str =
    r"(?:^|(?u:[^.A-Za-z0-9_$]))(?:(?:document|window|localStorage)\.|import\.meta\.env\b)";

fn patterns() -> &'static [Regex; 7] {
    static PATTERNS: OnceLock<[Regex; 7]> = OnceLock::new();
    PATTERNS.get_or_init(|| {
        [READS, DENO, SETS, ATTRIBUTE, SHADOWS, IS_PROCESS, BROWSER].map(|pattern| {
            let regex = RegexBuilder::new(pattern).unicode(false).build();
            regex.expect("because a test compiles this pattern")
        })
    })
}

/// How much of the text before a string is looked at.
const LOOK: usize = 400;

/// So many places are looked at for names that may be something else.
const MOST: usize = 20;

/// More of JSX is not looked at.
const LONGEST: usize = 4000;

/// Whether a file has no JSX, by its name.
fn is_script(path: &str) -> bool {
    matches!(ending(path), "ts" | "mts" | "cts")
}

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
        let is_attribute = string.is_attribute()?;
        let [reads, deno, ..] = patterns();
        let is_whole = literal.content == place.range();
        let read = reads
            .captures(string.before)
            .or_else(|| deno.captures(string.before));
        let is_fit = is_whole && !is_attribute && ends_expression(string.behind());
        if let Some(read) = read.filter(|_| is_fit) {
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
        string.replaced(is_whole, is_attribute, names)
    }
}

/// The end of the text before a place.
pub(super) fn before(text: &str, at: usize) -> &str {
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

    /// How a program in this file reads a variable.
    fn reference(&self, name: &str) -> Result<String, Refusal> {
        const UNCLEAR: Refusal = "it is not clear whether Node, Deno or a browser runs it";
        let [_, _, _, _, shadows, is_process, browser] = patterns();
        let text = self.place.text;
        let may_be_code = |at: usize| javascript::may_be_code(text, at);
        let mut deno = text.match_indices("Deno.").take(MOST);
        let is_node = text.contains("process.env") || text.contains("require(");
        if deno.any(|(at, _)| may_be_code(at)) {
            return match is_node {
                true => Err(UNCLEAR),
                false => Ok(format!("Deno.env.get(\"{name}\"){}", self.sure())),
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
            false => Ok(format!("process.env.{name}{}", self.sure())),
        }
    }

    /// Whether an expression can stand in its place, and means the same.
    fn check(&self) -> Result<(), Refusal> {
        let [_, _, sets, ..] = patterns();
        let (text, literal) = (self.place.text, self.literal);
        if sets.is_match(self.before) {
            return Err("the program sets the variable itself: delete that, and set it outside");
        }
        let last = text.get(..literal.last).unwrap_or_default();
        let is_operand = last.ends_with(|c: char| c.is_alphanumeric() || "_$)]".contains(c))
            && !javascript::ends_with_operator(last.as_bytes());
        let is_generic = last.ends_with('>') && !last.ends_with("=>");
        if literal.interpolates && (is_operand || is_generic) {
            return Err("the template has a tag, which may do anything with it");
        }
        let is_typed = !self.sure().is_empty() || text.contains("@flow");
        // An attribute is no expression, and looked at on its own.
        if literal.tag.is_none() || is_script(self.place.path) {
            expression::check(text, literal, is_typed)?;
        }
        match !self.sure().is_empty() && self.behind().starts_with('=') {
            true => Err(
                "`!` and `=` would stand beside each other: put a blank there, and run this again",
            ),
            false => Ok(()),
        }
    }

    /// Whether the string is the value of an attribute of JSX, which takes code in braces only. Behind the first tag, it has to be
    /// one: the text of JSX can look like strings and comments.
    fn is_attribute(&self) -> Result<bool, Refusal> {
        let (place, literal) = (self.place, self.literal);
        let [_, _, _, attribute, ..] = patterns();
        let Some(tag) = literal.tag.filter(|_| !is_script(place.path)) else {
            return Ok(false);
        };
        let jsx = place.text.get(tag..literal.whole.start).unwrap_or_default();
        if literal.interpolates || jsx.len() > LONGEST || !attribute.is_match(jsx) {
            return Err("JSX stands before it, in which it is not clear what is a string");
        }
        let content = place.text.get(literal.content.clone()).unwrap_or_default();
        match content.contains(['&', '\\', '\n']) {
            true => Err("the attribute has characters that mean something else in code"),
            false => Ok(true),
        }
    }

    fn replaced(
        &self,
        is_whole: bool,
        is_attribute: bool,
        names: &mut Names,
    ) -> Result<Fix, Refusal> {
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
        // A refusal must not take a name away from another key.
        self.reference("")?;
        let own = given_name(self.before).filter(|_| is_whole);
        let name = names.choose(place.key, own);
        let reference = self.reference(&name)?;
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
        ("const u = gql `a {key}`;\n", None),
        ("const u = \"\\033[32m{key}\";\n", None),
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
        ("// a\rf('{key}');\n", None),
        ("f('{key}'); // \u{2028}\n", None),
        ("return'{key}'\n", None),
        ("if (ok) /[/*]/.test(f('{key}'));\n", None),
        (
            "if (x) /`/.test(u);\nconst k = '{key}';\nconst t = `a`;\n",
            None,
        ),
        ("const a = <A style={{a: 1}} k='{key}'/>;\n", None),
        (
            "const a = <A\n  onClick={() => { a(); }}\n  k='{key}'/>;\n",
            None,
        ),
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
                ("const a = <p>it's <A k=\"{key}\"/> it's</p>;\n", None),
                ("const a = <p>\"Bearer {key}\"</p>;\n", None),
                (
                    "const a = <p>image/* files</p>; const k = \"{key}\"; /* c */\n",
                    None,
                ),
                ("const a = <p>https://x.y <A k=\"{key}\"/></p>;\n", None),
                ("const a = <A u=\"https://x/?a=1&amp;k={key}\" />;\n", None),
                ("const a = <A k = \"{key}\" />;\n", None),
                (
                    "const a = (\n  <div className=\"x\">\n    Text <A k=\"{key}\" />\n  </div>);\n",
                    Some(
                        "const a = (\n  <div className=\"x\">\n    Text <A k={process.env.AISA_API_KEY} />\n  </div>);\n",
                    ),
                ),
                (
                    "const k = '{key}';\nconst a = <p>don't</p>;\n",
                    Some("const k = process.env.AISA_API_KEY;\nconst a = <p>don't</p>;\n"),
                ),
                ("a=b?c:<A {...d} k='{key}' />;\n", None),
            ],
        );
        assert_parses(tree_sitter_typescript::LANGUAGE_TSX, &results);
    }
}
