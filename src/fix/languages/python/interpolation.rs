//! A key in a longer string of Python: an f-string.

use super::super::super::scan::Literal;
use super::super::super::{Edit, Fix, Names, Place, Refusal};
use super::super::interpreter;

/// A key in a longer string.
pub(super) fn inside(
    place: &Place<'_>,
    literal: &Literal,
    names: &mut Names,
) -> Result<Fix, Refusal> {
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
    let name = names.any(place.key);
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
    use super::super::super::super::testing::assert_python;

    #[test]
    fn longer_strings_interpolate() {
        assert_python(&[
            (
                "import os\nx = f'{a} {key}'\n",
                Some("import os\nx = f'{a} {os.environ[\"AISA_API_KEY\"]}'\n"),
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
            ("x = (b'a' b'{key}')\n", None),
            ("x = '{} {key}'.format(1)\n", None),
            ("x = b'Bearer {key}'\n", None),
            ("x = f'{g(\"{key}\")}'\n", None),
            ("x = '\\{key}'\n", None),
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
            ("#!/usr/bin/env python2\nx = 'a {key}'\n", None),
        ]);
    }
}
