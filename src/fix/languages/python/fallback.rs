//! A key that Python takes where a variable is not set.

use std::sync::OnceLock;

use regex::Regex;

use super::super::super::scan::{Literal, python};
use super::super::super::{Edit, Fix, Names, Place, Refusal};
use super::super::{LONGER, ascii, begins_expression};
use super::imports;
use super::position::skip;

/// What stands before the fallback of `os.getenv("NAME", `, from the end of the first argument on.
const GETENV: &str = r#"(?:^|(?u:[^A-Za-z0-9_.]))(os\.)?(getenv|environ\.get)\(\s*["']([A-Za-z_][A-Za-z0-9_]*)["'](\s*,\s*(?:default\s*=\s*)?)$"#;

/// `os.getenv("NAME") or `, from the end of the call on.
const OR: &str = r#"(?:^|(?u:[^A-Za-z0-9_.]))(os\.)?(getenv|environ\.get)\(\s*["']([A-Za-z_][A-Za-z0-9_]*)["']\s*\)(\s*or\s*)$"#;

/// How a text before a fallback reads a variable: with a second argument, or with `or`.
fn reads() -> &'static [Regex; 2] {
    static READS: OnceLock<[Regex; 2]> = OnceLock::new();
    READS.get_or_init(|| [GETENV, OR].map(ascii))
}

/// Where the key is what is taken if a variable is not set: what is read stays, and the key goes.
pub(super) fn without(
    place: &Place<'_>,
    literal: &Literal,
    before: &str,
    behind: &str,
    names: &mut Names,
) -> Result<Option<Fix>, Refusal> {
    let is_argument = behind
        .trim_start_matches([' ', '\t', '\r', '\n', ','])
        .starts_with(')');
    for (number, regex) in reads().iter().enumerate() {
        let Some(found) = regex.captures(before) else {
            continue;
        };
        let (Some(call), Some(name), Some(gap)) = (found.get(2), found.get(3), found.get(4)) else {
            continue;
        };
        if found.get(1).is_none() && !imports::is_of_os(place.text, call.as_str()) {
            // What else it is called from: all of it stays, with another string.
            return match place.text.contains("from os import") {
                true => Err(LONGER),
                false => Ok(None),
            };
        }
        let read = found.get(1).unwrap_or(call).start();
        let read = literal.whole.start - (before.len() - read);
        let is_fit = match number {
            0 => is_argument,
            _ => begins(place.text, read) && ends(behind, literal),
        };
        if !is_fit {
            return Err(LONGER);
        }
        let start = literal.whole.start - gap.len();
        let name = names.given(place.key, name.as_str())?;
        let edit = Edit::replace(start..literal.whole.end, "");
        return Ok(Some(Fix::environment(name, vec![edit])));
    }
    Ok(None)
}

/// Whether an expression surely begins there.
fn begins(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let head = before.trim_end();
    let gap = before.get(head.len()..).unwrap_or_default();
    // A line before it can end with a comment.
    let is_seen = !gap.contains('\n') || python::is_code(text, head.len().saturating_sub(1));
    begins_expression(before, &["or"]) && (is_seen || head.is_empty())
}

/// Whether an expression surely ends where this text begins: in brackets, the end of a line ends nothing.
fn ends(behind: &str, literal: &Literal) -> bool {
    let is_open = !literal.opened.is_empty();
    let rest = skip(behind, is_open);
    match is_open {
        true => rest.starts_with([',', ')', ']', '}']),
        false => rest.is_empty() || rest.starts_with(['\r', '\n', ';', ',']),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::super::testing::assert_python;

    #[test]
    fn a_fallback_goes_and_what_is_read_stays() {
        assert_python(&[
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
            ("import os\nx = os.getenv('X') or '{key}'.strip()\n", None),
            (
                "import os\nx = (os.getenv('X') or '{key}')  # c\n",
                Some("import os\nx = (os.getenv('X'))  # c\n"),
            ),
            (
                "import os\nx = (\n    os.getenv('X')\n    or '{key}'  # c\n)\n",
                Some("import os\nx = (\n    os.getenv('X')  # c\n)\n"),
            ),
            (
                "import os\nx = a or os.getenv('X') or '{key}'\n",
                Some("import os\nx = a or os.getenv('X')\n"),
            ),
            ("import os\nx = prod and os.getenv('X') or '{key}'\n", None),
            ("import os\nx = a == os.getenv('X') or '{key}'\n", None),
            ("import os\nx = not os.getenv('X') or '{key}'\n", None),
            (
                "import os\nx = (a and  # (\n  os.getenv('X') or '{key}')\n",
                None,
            ),
            (
                "import os\nx = (os.getenv('X') or '{key}'\n  + 'x')\n",
                None,
            ),
            (
                "import os\nx = (os.getenv('X') or '{key}'  # c\n  .strip())\n",
                None,
            ),
            (
                "import os\nx = os.getenv('X') or '{key}' \\\n  + 'x'\n",
                None,
            ),
            ("import os\nx = os.getenv('X', '{key}'  # c\n)\n", None),
            ("import os\nx = os.getenv('X', '{key}'.strip())\n", None),
            (
                "from os import getenv as g, environ\nk = environ.get('X', '{key}')\n",
                None,
            ),
            (
                "from os import environ\ndef f(environ):\n    return environ.get('X', '{key}')\n",
                None,
            ),
            (
                "from os import path\nfrom environs import environ\nk = environ.get('X', '{key}')\n",
                None,
            ),
            (
                "from os import getenv\ndef getenv(a, b): pass\nk = getenv('X', '{key}')\n",
                None,
            ),
            (
                "from os import environ, path\nk = environ.get('X') or '{key}'\n",
                Some("from os import environ, path\nk = environ.get('X')\n"),
            ),
            (
                "import os\nx = environ.get('HTTP_X', '{key}')\n",
                Some("import os\nx = environ.get('HTTP_X', os.environ[\"AISA_API_KEY\"])\n"),
            ),
        ]);
    }
}
