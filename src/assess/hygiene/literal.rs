//! A variable for an AIsa key that is given a literal which looks random, though no key of that shape is known: another
//! vendor's key, an encoded one, or a shape that is new.

use std::sync::OnceLock;

use regex::bytes::Regex;

use super::kinds::Kind;
use super::{File, MOST, ascii, is_comment, line_before, line_behind};
use crate::model::Hygiene;

const EXAMPLE: &str = r#"api_key = os.environ["AISA_API_KEY"]"#;

/// What may stand between a name and a quoted value: what closes the name, a type, an operator.
const QUOTED: &str = r#"^["'`\])]{0,3}\s*(?::\s*[A-Za-z&][\w&<>\[\]|.' ]{0,40}?)?\s*(?:=>|:=|\|\||\?\?|[=:,(>])=?\s*\(?\s*[A-Za-z@$]{0,2}["'`]([A-Za-z0-9_+/=-]{20,200})["'`]"#;

/// The same where values stand without quotes.
const BARE: &str = r#"^["'\]]{0,2}\s*(?::=|[=:])\s*([A-Za-z0-9_+/=-]{20,200})\s*(?:$|[#;,])"#;

/// Tells of each.
pub(super) fn check(file: &File<'_>, found: &mut Vec<Hygiene>) {
    if is_sealed(file.bytes()) {
        return;
    }
    static PATTERNS: OnceLock<[Regex; 2]> = OnceLock::new();
    let [quoted, bare] = PATTERNS.get_or_init(|| [QUOTED, BARE].map(ascii));
    let mut left = MOST;
    for name in file.names {
        if left == 0 {
            return;
        }
        if is_comment(line_before(file.bytes(), name.start)) {
            continue;
        }
        let behind = line_behind(file.bytes(), name.end);
        let value = quoted.captures(behind).or_else(|| {
            (!matches!(file.kind, Kind::Quoted | Kind::Web))
                .then(|| bare.captures(behind))
                .flatten()
        });
        let value = value.and_then(|value| value.get(1));
        if value.is_some_and(|value| {
            is_varied(value.as_bytes()) && (file.content.is_random)(value.as_bytes())
        }) {
            left -= 1;
            let message = format!(
                "{} is given a literal that looks random, though it has no known shape of a key",
                name.text
            );
            found.push(file.habit(name.start, "random-literal", message, EXAMPLE));
        }
    }
}

/// Whether the values of the file are encrypted.
fn is_sealed(bytes: &[u8]) -> bool {
    const MARKS: [&[u8]; 4] = [
        b"SealedSecret",
        b"encryptedData:",
        b"\nsops:",
        b"$ANSIBLE_VAULT",
    ];
    MARKS
        .iter()
        .any(|mark| memchr::memmem::find(bytes, mark).is_some())
}

/// Whether the characters are such as random text has: words of a name have few digits.
fn is_varied(value: &[u8]) -> bool {
    let count = |is: fn(&u8) -> bool| value.iter().filter(|byte| is(byte)).count();
    let digits = count(u8::is_ascii_digit);
    let (lower, upper) = (count(u8::is_ascii_lowercase), count(u8::is_ascii_uppercase));
    let distinct = value
        .iter()
        .collect::<std::collections::BTreeSet<&u8>>()
        .len();
    let is_path = value.starts_with(b"/") || (value.contains(&b'/') && value.len() < 40);
    digits >= 1
        && lower + upper >= 4
        && distinct >= 10
        && (lower.min(upper) >= 2 || digits >= 5)
        && !is_path
}
