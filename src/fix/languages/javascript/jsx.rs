//! Attributes of JSX.

use std::sync::OnceLock;

use regex::Regex;

use super::super::super::Refusal;
use super::super::ascii;
use super::{Text, is_script};

/// Attributes of JSX whose values are simple.
macro_rules! attributes {
    () => {
        r#"(?:\s+[\w:-]+(?:=(?:"(?u:[^"\\\r\n]*)"|'(?u:[^'\\\r\n]*)'|\{(?u:[^{}'"`/\\]*)\}))?)*"#
    };
}

/// All of JSX up to the value of an attribute, from the first tag on: tags with simple attributes, and text without signs.
const ATTRIBUTE: &str = concat!(
    r#"^(?:</?(?:[A-Za-z][\w.:-]*"#,
    attributes!(),
    r#")?\s*/?>(?u:[^<>{}'"`/\\]*))*<[A-Za-z][\w.:-]*"#,
    attributes!(),
    r"\s+[\w:-]+=$"
);

/// More of JSX is not looked at.
const LONGEST: usize = 4000;

fn attribute() -> &'static Regex {
    static REGEX: OnceLock<Regex> = OnceLock::new();
    REGEX.get_or_init(|| ascii(ATTRIBUTE))
}

/// Whether the string is the value of an attribute of JSX, which takes code in braces only. Behind the first tag, it has to be
/// one: the text of JSX can look like strings and comments.
pub(super) fn is_attribute(string: &Text<'_, '_>) -> Result<bool, Refusal> {
    let (place, literal) = (string.place, string.literal);
    let Some(tag) = literal.tag.filter(|_| !is_script(place.path)) else {
        return Ok(false);
    };
    let jsx = place.text.get(tag..literal.whole.start).unwrap_or_default();
    if literal.interpolates || jsx.len() > LONGEST || !attribute().is_match(jsx) {
        return Err("JSX stands before it, in which it is not clear what is a string");
    }
    let content = place.text.get(literal.content.clone()).unwrap_or_default();
    match content.contains(['&', '\\', '\n']) {
        true => Err("the attribute has characters that mean something else in code"),
        false => Ok(true),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::super::testing::{assert_parses, assert_table};

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

    #[test]
    fn nothing_is_edited_behind_a_tag_that_is_not_simple() {
        assert_table(
            "a.mjs",
            &[
                ("const a = <A style={{a: 1}} k='{key}'/>;\n", None),
                (
                    "const a = <A\n  onClick={() => { a(); }}\n  k='{key}'/>;\n",
                    None,
                ),
            ],
        );
    }
}
