//! Python: `os.environ["NAME"]`, and `{os.environ['NAME']}` in a longer string.

use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

use super::super::scan::{Around, Literal, python};
use super::super::{Edit, Fix, Names, Place, Refusal};
use super::{Language, ending, ends_expression, given_name, interpreter};

pub(super) struct Python;

/// What stands before the fallback of `os.getenv("NAME", `, from the end of the first argument on.
const GETENV: &str = r#"\b(?:getenv|environ\.get)\(\s*["']([A-Za-z_][A-Za-z0-9_]*)["'](\s*,\s*(?:default\s*=\s*)?)$"#;

/// `os.getenv("NAME") or `, from the end of the call on.
const OR: &str =
    r#"\b(?:getenv|environ\.get)\(\s*["']([A-Za-z_][A-Za-z0-9_]*)["']\s*\)(\s*or\s*)$"#;

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
        let before = place.text.get(..literal.whole.start).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        if line.trim_start().starts_with("case ") {
            return Err("a pattern of `case` cannot be computed");
        }
        if place.text.contains(" as os\n") || place.text.contains("\nos = ") {
            return Err("`os` is something else in this file");
        }
        if sets().is_match(end_of(before)) {
            return Err("the program sets the variable itself: delete that, and set it outside");
        }
        if literal.content == place.range() && !literal.nested {
            return whole(place, &literal, names);
        }
        inside(place, &literal, names)
    }

    fn needs(&self, text: &str, edits: &[Edit]) -> Option<Edit> {
        let mut reads = edits.iter().filter(|edit| edit.text.contains("os.environ"));
        let first = reads.next()?.start;
        let imported = imports(text);
        if imported.is_some_and(|at| at < first) {
            return None;
        }
        let at = place_of_import(text);
        let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        Some(Edit::insert(at, format!("import os{end}")))
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
fn is_documentation(text: &str, literal: &Literal) -> bool {
    let before = text.get(..literal.whole.start).unwrap_or_default();
    let behind = text.get(literal.whole.end..).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let rest = behind.lines().next().unwrap_or_default().trim();
    let is_continued = before
        .trim_end_matches([' ', '\t', '\n', '\r'])
        .ends_with('\\');
    literal.depth == 0
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
    let is_joined = behind.trim_start().starts_with(is_string)
        || before.trim_end().ends_with(is_string)
        || begins_string(behind.trim_start());
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
            && let (Some(name), Some(gap)) = (found.get(1), found.get(2))
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

/// Where `os` is imported for the whole module.
fn imports(text: &str) -> Option<usize> {
    static IMPORT: OnceLock<Regex> = OnceLock::new();
    let regex = IMPORT.get_or_init(|| {
        ascii(r"(?m)^import[ \t]+(?:[A-Za-z_0-9., \t]+,[ \t]*)?os[ \t]*(?:,|;|#|\r?$)")
    });
    regex.find(text).map(|found| found.start())
}

/// Where an import may stand: behind comments, the module's documentation, and imports from the future.
fn place_of_import(text: &str) -> usize {
    let mut at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut place = at;
    while let Some(line) = text
        .get(at..)
        .and_then(|rest| rest.split_inclusive('\n').next())
    {
        let trimmed = line.trim_start();
        if trimmed.trim().is_empty() {
            at += line.len();
            continue;
        }
        let end = if trimmed.starts_with('#') {
            at + line.len()
        } else if line.starts_with("from __future__") {
            let is_open = line.contains('(') && !line.contains(')');
            let close = text
                .get(at..)
                .and_then(|rest| rest.find(')'))
                .filter(|_| is_open);
            line_end(text, close.map_or(at, |close| at + close))
        } else {
            // The prefix of a string belongs to it.
            let quote = line.find(['"', '\'']).unwrap_or(0).min(2);
            match python::around(text, at + quote) {
                Around::Literal(found)
                    if found.whole.start == at && is_documentation(text, &found) =>
                {
                    line_end(text, found.whole.end)
                }
                _ => break,
            }
        };
        at = end;
        // A comment right above code belongs to it; those at the top, such as the first line, do not.
        if !trimmed.starts_with('#') || line.starts_with("#!") || line.contains("coding") {
            place = end;
        }
    }
    place
}

/// One past the end of the line that has this byte.
fn line_end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    rest.find('\n').map_or(text.len(), |end| at + end + 1)
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
            (
                "def f():\n    import os\n    return '{key}'\n",
                Some(
                    "import os\ndef f():\n    import os\n    return os.environ[\"AISA_API_KEY\"]\n",
                ),
            ),
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
        ];
        let results = assert_table("a.py", table);
        let check = "import ast, sys; ast.parse(open(sys.argv[1], 'rb').read())";
        assert_accepted("python3", &["-c", check], "a.py", &results);
    }

    #[test]
    fn the_patterns_compile() {
        super::reads();
        super::sets();
        assert_eq!(super::imports("import sys, os\n"), Some(0));
        for text in [
            "import osx\n",
            "import os as o\n",
            "import os.path as p\n",
            "  import os\n",
        ] {
            assert_eq!(super::imports(text), None, "{text}");
        }
    }
}
