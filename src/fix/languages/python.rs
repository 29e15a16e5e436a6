//! Python: `os.environ["NAME"]`, and `{os.environ['NAME']}` in a longer string.

use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

use super::super::scan::{Around, Literal, is_name, python};
use super::super::{Edit, Fix, Names, Place, Refusal};
use super::imports;
use super::{Language, ending, ends_expression, given_name, interpreter};

pub(super) struct Python;

/// What stands before the fallback of `os.getenv("NAME", `, from the end of the first argument on.
const GETENV: &str = r#"(?:^|(?u:[^A-Za-z0-9_.]))(os\.)?(?:getenv|environ\.get)\(\s*["']([A-Za-z_][A-Za-z0-9_]*)["'](\s*,\s*(?:default\s*=\s*)?)$"#;

/// `os.getenv("NAME") or `, from the end of the call on.
const OR: &str = r#"(?:^|(?u:[^A-Za-z0-9_.]))(os\.)?(?:getenv|environ\.get)\(\s*["']([A-Za-z_][A-Za-z0-9_]*)["']\s*\)(\s*or\s*)$"#;

/// A text that sets the variable: it would be read from where it is written to.
const SETS: &str = r"\benviron(?:\.setdefault\((?u:[^()]*)|\[(?u:[^\[\]]*)\]\s*=\s*)$";

/// A pattern about ASCII, which is quick to compile.
fn ascii(pattern: &str) -> Regex {
    let regex = RegexBuilder::new(pattern).unicode(false).build();
    regex.expect("because a test compiles this pattern")
}

/// How a text before a fallback reads a variable: with a second argument, or with `or`.
fn reads() -> &'static [Regex; 2] {
    static READS: OnceLock<[Regex; 2]> = OnceLock::new();
    READS.get_or_init(|| [GETENV, OR].map(ascii))
}

fn sets() -> &'static Regex {
    static REGEX: OnceLock<Regex> = OnceLock::new();
    REGEX.get_or_init(|| ascii(SETS))
}

/// How much of the text before a string is looked at.
const LOOK: usize = 200;

impl Language for Python {
    fn speaks(&self, path: &str, text: &str) -> bool {
        matches!(ending(path), "py" | "pyw" | "pyi")
            || interpreter(text).is_some_and(|program| program.starts_with("python"))
    }

    fn replace(&self, place: &Place<'_>, names: &mut Names) -> Result<Fix, Refusal> {
        let literal = match python::around(place.text, place.start) {
            Around::Comment => return Ok(place.in_prose(names)),
            Around::Unclear(why) => return Err(why),
            Around::Literal(literal) => literal,
        };
        if is_documentation(place.text, &literal) {
            return Ok(place.in_prose(names));
        }
        check(place.text, &literal)?;
        if imports::may_be_another(place.text) {
            return Err("`os` may be something else in this file");
        }
        if literal.content == place.range() && !literal.nested {
            return whole(place, &literal, names);
        }
        inside(place, &literal, names)
    }

    fn needs(&self, text: &str, edits: &[Edit]) -> Result<Option<Edit>, Refusal> {
        let mut reads = edits.iter().filter(|edit| edit.text.contains("os.environ"));
        let Some(first) = reads.next().map(|edit| edit.start) else {
            return Ok(None);
        };
        if imports::of_os(text).is_some_and(|at| at < first) {
            return Ok(None);
        }
        let at = imports::place(text)?;
        let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        Ok(Some(Edit::insert(at, format!("import os{end}"))))
    }
}

/// Whether an expression can stand in the string's place.
fn check(text: &str, literal: &Literal) -> Result<(), Refusal> {
    let before = text.get(..literal.last).unwrap_or_default();
    let behind = text.get(literal.whole.end..).unwrap_or_default();
    let is_word = |byte: Option<&u8>| byte.is_some_and(|byte| is_name(*byte));
    let beside = text.get(..literal.whole.start).unwrap_or_default();
    if is_word(beside.as_bytes().last()) || is_word(behind.as_bytes().first()) {
        return Err("a word stands right beside it: put a blank there, and run this again");
    }
    if sets().is_match(end_of(before)) {
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
fn skip(text: &str, is_open: bool) -> &str {
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

/// The last part of a text that is looked at.
fn end_of(text: &str) -> &str {
    let mut from = text.len().saturating_sub(LOOK);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    text.get(from..).unwrap_or_default()
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

/// A string that is the key and nothing else.
fn whole(place: &Place<'_>, literal: &Literal, names: &mut Names) -> Result<Fix, Refusal> {
    let before = place.text.get(..literal.whole.start).unwrap_or_default();
    let behind = place.text.get(literal.whole.end..).unwrap_or_default();
    let before = end_of(before);
    // Strings that stand beside each other are one.
    let is_string = |c: char| c == '"' || c == '\'';
    let next = skip(behind, !literal.opened.is_empty());
    let last = place.text.get(..literal.last).unwrap_or_default();
    let is_joined = next.starts_with(is_string) || last.ends_with(is_string) || begins_string(next);
    if is_joined {
        return inside(place, literal, names);
    }
    if let Some(fix) = without_fallback(place, literal, before, behind, names)? {
        return Ok(fix);
    }
    let name = names.choose(place.key, given_name(before));
    let prefix = place.text.get(literal.whole.start..literal.content.start);
    let is_bytes = prefix.is_some_and(|prefix| prefix.contains(['b', 'B']));
    let encoded = if is_bytes { ".encode()" } else { "" };
    let read = format!("os.environ[\"{name}\"]{encoded}");
    let edit = Edit::replace(literal.whole.clone(), read);
    Ok(Fix::environment(name, vec![edit]))
}

/// Where the key is what is taken if a variable is not set: what is read stays, and the key goes.
fn without_fallback(
    place: &Place<'_>,
    literal: &Literal,
    before: &str,
    behind: &str,
    names: &mut Names,
) -> Result<Option<Fix>, Refusal> {
    let is_argument = behind
        .trim_start_matches([' ', '\t', '\r', '\n', ','])
        .starts_with(')');
    for (regex, is_fit) in reads().iter().zip([is_argument, ends_expression(behind)]) {
        if let Some(found) = regex.captures(before).filter(|_| is_fit)
            && let (Some(name), Some(gap)) = (found.get(2), found.get(3))
            && (found.get(1).is_some() || place.text.contains("from os import "))
        {
            let start = literal.whole.start - gap.len();
            let name = names.given(place.key, name.as_str())?;
            let edit = Edit::replace(start..literal.whole.end, "");
            return Ok(Some(Fix::environment(name, vec![edit])));
        }
    }
    Ok(None)
}

/// Whether a text begins with a string that has a prefix.
fn begins_string(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    (1..=2).contains(&(text.len() - rest.len())) && rest.starts_with(['"', '\''])
}

/// A key in a longer string.
fn inside(place: &Place<'_>, literal: &Literal, names: &mut Names) -> Result<Fix, Refusal> {
    if place.before().ends_with('\\') {
        return Err("a backslash stands before it");
    }
    if is_python_2(place.text) {
        return Err("Python 2 has no f-strings");
    }
    if literal.nested {
        return Err("it stands in a string in the braces of another string");
    }
    // A refusal must not take a name away from another key.
    interpolated(place, literal, "")?;
    let name = names.choose(place.key, None);
    let edits = interpolated(place, literal, &name)?;
    Ok(Fix::environment(name, edits))
}

/// The edits that make a string interpolate the variable in the key's place.
fn interpolated(place: &Place<'_>, literal: &Literal, name: &str) -> Result<Vec<Edit>, Refusal> {
    let text = |range| place.text.get(range).unwrap_or_default();
    let opening = text(literal.whole.start..literal.content.start);
    let quote = if opening.ends_with('"') { '\'' } else { '"' };
    let mut edits = vec![place.with(format!("{{os.environ[{quote}{name}{quote}]}}"))];
    if literal.interpolates {
        return Ok(edits);
    }
    let content = text(literal.content.clone());
    let prefix = opening.trim_end_matches(['"', '\'']);
    match prefix.to_ascii_lowercase().as_str() {
        _ if content.contains(['{', '}']) => {
            Err("the string has braces, which would mean something in an f-string")
        }
        "" | "r" => {
            edits.push(Edit::insert(literal.whole.start, "f"));
            Ok(edits)
        }
        "u" => {
            edits.push(Edit::replace(
                literal.whole.start..literal.whole.start + 1,
                "f",
            ));
            Ok(edits)
        }
        _ => Err("a string of bytes interpolates nothing"),
    }
}

/// Whether a file says, or shows, that it is in Python 2.
fn is_python_2(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim_start);
    interpreter(text).is_some_and(|program| program.starts_with("python2"))
        || lines.any(|line| line.starts_with("print \"") || line.starts_with("print '"))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{assert_accepted, assert_table};

    #[test]
    fn keys_become_variables() {
        let table: &[(&str, Option<&str>)] = &[
            (
                "import os\nKEY = \"{key}\"\n",
                Some("import os\nKEY = os.environ[\"AISA_API_KEY\"]\n"),
            ),
            (
                "MY_AISA_KEY = '{key}'  # x\r\n",
                Some("import os\r\nMY_AISA_KEY = os.environ[\"MY_AISA_KEY\"]  # x\r\n"),
            ),
            (
                "import os, sys\nk = os.getenv(\"X_KEY\", \"{key}\")\n",
                Some("import os, sys\nk = os.getenv(\"X_KEY\")\n"),
            ),
            (
                "import os\nk = os.environ.get(\n    'X',\n    default='{key}',\n)\n",
                Some("import os\nk = os.environ.get(\n    'X',\n)\n"),
            ),
            (
                "import os\nk = os.getenv('X') or '{key}'\n",
                Some("import os\nk = os.getenv('X')\n"),
            ),
            (
                "from os import getenv\nk = getenv('X', '{key}')\n",
                Some("from os import getenv\nk = getenv('X')\n"),
            ),
            (
                "#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n\"\"\"Doc {key}.\"\"\"\nfrom __future__ import annotations\n\nimport sys\nh = {\"Authorization\": \"Bearer {key}\"}\n",
                Some(
                    "#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n\"\"\"Doc AISA_API_KEY.\"\"\"\nfrom __future__ import annotations\nimport os\n\nimport sys\nh = {\"Authorization\": f\"Bearer {os.environ['AISA_API_KEY_2']}\"}\n",
                ),
            ),
            (
                "import os\nx = f'{a} {key}'\n",
                Some("import os\nx = f'{a} {os.environ[\"AISA_API_KEY\"]}'\n"),
            ),
            (
                "import os\nx = b'{key}'\n",
                Some("import os\nx = os.environ[\"AISA_API_KEY\"].encode()\n"),
            ),
            (
                "import os\nx = ('a' '{key}')\n",
                Some("import os\nx = ('a' f'{os.environ[\"AISA_API_KEY\"]}')\n"),
            ),
            (
                "import os\nx = u'a {key}' + r\"b {key}\"\n",
                Some(
                    "import os\nx = f'a {os.environ[\"AISA_API_KEY\"]}' + fr\"b {os.environ['AISA_API_KEY_2']}\"\n",
                ),
            ),
            (
                "# key: {key}\nx = 1\n",
                Some("# key: AISA_API_KEY\nx = 1\n"),
            ),
            (
                "def f():\n    '''Use {key}.'''\n",
                Some("def f():\n    '''Use AISA_API_KEY.'''\n"),
            ),
            (
                "import os\nks = [\n    \"{key}\",\n    \"{key}\"\n]\n",
                Some(
                    "import os\nks = [\n    os.environ[\"AISA_API_KEY\"],\n    os.environ[\"AISA_API_KEY_2\"]\n]\n",
                ),
            ),
            (
                "\u{feff}x = '{key}'\n",
                Some("\u{feff}import os\nx = os.environ[\"AISA_API_KEY\"]\n"),
            ),
            ("def f():\n    import os\n    return '{key}'\n", None),
            (
                "x = '{key}'\nimport os\n",
                Some("import os\nx = os.environ[\"AISA_API_KEY\"]\nimport os\n"),
            ),
            ("import os\nos.environ['AISA_API_KEY'] = '{key}'\n", None),
            (
                "import os\nos.environ.setdefault('AISA_API_KEY', '{key}')\n",
                None,
            ),
            (
                "r'''Doc'''\nx = '{key}'\n",
                Some("r'''Doc'''\nimport os\nx = os.environ[\"AISA_API_KEY\"]\n"),
            ),
            ("match x:\n    case '{key}':\n        pass\n", None),
            (
                "import os\nx = os.getenv('X') or '{key}'.strip()\n",
                Some("import os\nx = os.getenv('X') or os.environ[\"AISA_API_KEY\"].strip()\n"),
            ),
            ("x = (b'a' b'{key}')\n", None),
            ("x = '{} {key}'.format(1)\n", None),
            ("x = b'Bearer {key}'\n", None),
            ("x = f'{g(\"{key}\")}'\n", None),
            ("x = 'it\ny = '{key}'\n", None),
            ("x = '\\{key}'\n", None),
            (
                "import os\ndef f():\n    os = 1\n    return '{key}'\n",
                None,
            ),
            ("import os\ndef f(os):\n    return '{key}'\n", None),
            ("import os\ndef f(a, os=None):\n    return '{key}'\n", None),
            ("import os\nfor os in x: f('{key}')\n", None),
            ("import os\ndel os\nf('{key}')\n", None),
            ("from fabric import os\nf('{key}')\n", None),
            ("import platform as os\r\nf('{key}')\r\n", None),
            ("import os\ndef f():\n    g('{key}')\n    import os\n", None),
            ("import os\nx = [os for os in y] + ['{key}']\n", None),
            ("import os\nx = f(lambda os: '{key}')\n", None),
            ("def f():\n    return\"{key}\"\n", None),
            ("x = a if b else\"Bearer {key}\"\n", None),
            (
                "import os\nx = (\"a\"  # c\n \"{key}\")\n",
                Some("import os\nx = (\"a\"  # c\n f\"{os.environ['AISA_API_KEY']}\")\n"),
            ),
            (
                "import os\nx = (\"{key}\"  # c\n r\"b\")\n",
                Some("import os\nx = (f\"{os.environ['AISA_API_KEY']}\"  # c\n r\"b\")\n"),
            ),
            (
                "import os\nx = \"{key}\" \\\n  \"b\"\n",
                Some("import os\nx = f\"{os.environ['AISA_API_KEY']}\" \\\n  \"b\"\n"),
            ),
            (
                "import os\nx = \"b\" \\\n  \"{key}\"\n",
                Some("import os\nx = \"b\" \\\n  f\"{os.environ['AISA_API_KEY']}\"\n"),
            ),
            (
                "import os\nx = ('a'  # c\n  r\"{key}\")\n",
                Some("import os\nx = ('a'  # c\n  fr\"{os.environ['AISA_API_KEY']}\")\n"),
            ),
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
            (
                "import os\nx = environ.get('HTTP_X', '{key}')\n",
                Some("import os\nx = environ.get('HTTP_X', os.environ[\"AISA_API_KEY\"])\n"),
            ),
            (
                "'''\nimport os\n'''\nx = '{key}'\n",
                Some("'''\nimport os\n'''\nimport os\nx = os.environ[\"AISA_API_KEY\"]\n"),
            ),
            (
                "from __future__ import (  # (x)\n  annotations,\n)\nx = '{key}'\n",
                None,
            ),
            (
                "from __future__ import \\\n  annotations\nx = '{key}'\n",
                None,
            ),
            ("from  __future__ import annotations\nx = '{key}'\n", None),
            ("'doc' 'more'\nx = '{key}'\n", None),
            ("('''doc''')\nx = '{key}'\n", None),
            ("'''doc'''; x = '{key}'\n", None),
            ("# note\rx = '{key}'\r", None),
            ("#!/usr/bin/env python2\nx = 'a {key}'\n", None),
        ];
        let results = assert_table("a.py", table);
        let check = "import ast, sys; ast.parse(open(sys.argv[1], 'rb').read())";
        assert_accepted("python3", &["-c", check], "a.py", &results);
    }

    #[test]
    fn the_patterns_compile() {
        super::reads();
        super::sets();
    }
}
