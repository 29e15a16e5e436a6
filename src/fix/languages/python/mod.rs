//! Python: `os.environ["NAME"]`, and `{os.environ['NAME']}` in a longer string.

mod fallback;
mod imports;
mod interpolation;
mod position;

use super::super::scan::{Around, Literal, python};
use super::super::{Edit, Fix, Names, Place, Refusal};
use super::{Language, ending, given_name, interpreter};

pub(super) struct Python;

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
        if position::is_documentation(place.text, &literal) {
            return Ok(place.in_prose(names));
        }
        position::check(place.text, &literal)?;
        if has_commands(place.text) {
            return Err("a line of it begins with `!`, which only notebooks know");
        }
        if position::changes_environment(place.text) {
            return Err(
                "the program clears its environment, or deletes variables: take that out, and run this again",
            );
        }
        if imports::may_be_another(place.text) {
            return Err("`os` may be something else in this file");
        }
        if literal.content == place.range() && !literal.nested {
            return whole(place, &literal, names);
        }
        interpolation::inside(place, &literal, names)
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

/// Whether a line may be a command of a notebook, in which quotes mean something else.
fn has_commands(text: &str) -> bool {
    let mut at = 0;
    text.split_inclusive('\n').any(|line| {
        let trimmed = line.trim_start();
        let sign = at + line.len() - trimmed.len();
        at += line.len();
        let is_command = trimmed.starts_with('!') && !trimmed.starts_with("!=");
        let is_text = || {
            matches!(
                python::around(text, sign),
                Around::Comment | Around::Literal(_)
            )
        };
        is_command && !is_text()
    })
}

/// The last part of a text that is looked at.
fn end_of(text: &str) -> &str {
    let mut from = text.len().saturating_sub(LOOK);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    text.get(from..).unwrap_or_default()
}

/// A string that is the key and nothing else.
fn whole(place: &Place<'_>, literal: &Literal, names: &mut Names) -> Result<Fix, Refusal> {
    let before = place.text.get(..literal.whole.start).unwrap_or_default();
    let behind = place.text.get(literal.whole.end..).unwrap_or_default();
    let before = end_of(before);
    // Strings that stand beside each other are one.
    let is_string = |c: char| c == '"' || c == '\'';
    let next = position::skip(behind, !literal.opened.is_empty());
    let last = place.text.get(..literal.last).unwrap_or_default();
    let is_joined =
        next.starts_with(is_string) || last.ends_with(is_string) || position::begins_string(next);
    if is_joined {
        return interpolation::inside(place, literal, names);
    }
    if let Some(fix) = fallback::without(place, literal, before, behind, names)? {
        return Ok(fix);
    }
    let name = names.choose(place.key, given_name(before))?;
    let prefix = place.text.get(literal.whole.start..literal.content.start);
    let is_bytes = prefix.is_some_and(|prefix| prefix.contains(['b', 'B']));
    let encoded = if is_bytes { ".encode()" } else { "" };
    let read = format!("os.environ[\"{name}\"]{encoded}");
    let edit = Edit::replace(literal.whole.clone(), read);
    Ok(Fix::environment(name, vec![edit]))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::assert_python;

    #[test]
    fn keys_become_variables() {
        assert_python(&[
            (
                "import os\nKEY = \"{key}\"\n",
                Some("import os\nKEY = os.environ[\"AISA_API_KEY\"]\n"),
            ),
            (
                "MY_AISA_KEY = '{key}'  # x\r\n",
                Some("import os\r\nMY_AISA_KEY = os.environ[\"MY_AISA_KEY\"]  # x\r\n"),
            ),
            (
                "import os\nx = b'{key}'\n",
                Some("import os\nx = os.environ[\"AISA_API_KEY\"].encode()\n"),
            ),
            (
                "import os\nks = [\n    \"{key}\",\n    \"{key}\"\n]\n",
                Some(
                    "import os\nks = [\n    os.environ[\"AISA_API_KEY\"],\n    os.environ[\"AISA_API_KEY_2\"]\n]\n",
                ),
            ),
            ("!pip install x\ny = '{key}'\n", None),
            ("if x:\n  !echo it's\ny = '{key}'\n", None),
            (
                "import os\nx = (a\n  != b, '{key}')\n",
                Some("import os\nx = (a\n  != b, os.environ[\"AISA_API_KEY\"])\n"),
            ),
            ("x = 'it\ny = '{key}'\n", None),
            ("# note\rx = '{key}'\r", None),
        ]);
    }
}
