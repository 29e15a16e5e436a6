//! A key that Python takes where a variable is not set.

use std::sync::OnceLock;

use regex::Regex;

use super::super::super::scan::Literal;
use super::super::super::{Edit, Fix, Names, Place, Refusal};
use super::super::{ascii, ends_expression};

/// What stands before the fallback of `os.getenv("NAME", `, from the end of the first argument on.
const GETENV: &str = r#"(?:^|(?u:[^A-Za-z0-9_.]))(os\.)?(?:getenv|environ\.get)\(\s*["']([A-Za-z_][A-Za-z0-9_]*)["'](\s*,\s*(?:default\s*=\s*)?)$"#;

/// `os.getenv("NAME") or `, from the end of the call on.
const OR: &str = r#"(?:^|(?u:[^A-Za-z0-9_.]))(os\.)?(?:getenv|environ\.get)\(\s*["']([A-Za-z_][A-Za-z0-9_]*)["']\s*\)(\s*or\s*)$"#;

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
            (
                "import os\nx = os.getenv('X') or '{key}'.strip()\n",
                Some("import os\nx = os.getenv('X') or os.environ[\"AISA_API_KEY\"].strip()\n"),
            ),
            (
                "import os\nx = environ.get('HTTP_X', '{key}')\n",
                Some("import os\nx = environ.get('HTTP_X', os.environ[\"AISA_API_KEY\"])\n"),
            ),
        ]);
    }
}
