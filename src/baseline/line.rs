//! One line of a baseline, as it is written: a JSON object with these keys.

use serde::{Deserialize, Serialize};

/// What tells a baseline from other files; its value is the version of the format.
pub(super) const HEADER: &str = "aisaleaks-baseline";
/// The version that is read and written.
pub(super) const VERSION: u64 = 1;

/// The keys that lines may have, in the order in which they are written.
pub(super) const FIELDS: [&str; 15] = [
    HEADER,
    "keyed",
    "key",
    "problem",
    "rule",
    "shown",
    "kind",
    "place",
    "path",
    "path_bytes",
    "origin",
    "reason",
    "author",
    "added",
    "expires",
];

/// A line: the header, a key or a problem. Which one it is, and what it lacks, is found out later.
#[derive(Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    #[serde(rename = "aisaleaks-baseline", skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) keyed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) problem: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) shown: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path_bytes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) origin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) author: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) added: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expires: Option<String>,
}

/// What is wrong with a line that is no [`Line`]. Values are not quoted: they may be secrets.
pub(super) fn wrong(text: &str) -> String {
    let value: serde_json::Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => {
            return format!(
                "this is no JSON from column {} on, and every line is one object: correct the line, or take it out",
                error.column()
            );
        }
    };
    let Some(object) = value.as_object() else {
        return "this is no JSON object; every line is one, `{…}`".to_owned();
    };
    if let Some(name) = object.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        let short: String = name.chars().take(40).collect();
        return format!(
            "there is no key `{short}`; known are {}",
            FIELDS.map(|field| format!("`{field}`")).join(", ")
        );
    }
    let is_right = |(name, value): &(&String, &serde_json::Value)| match name.as_str() {
        HEADER => value.is_u64(),
        "keyed" => value.is_boolean(),
        _ => value.is_string() || value.is_null(),
    };
    match object.iter().find(|pair| !is_right(pair)) {
        Some((name, _)) => {
            let expected = match name.as_str() {
                HEADER => "the version of the format, a number",
                "keyed" => "true or false",
                _ => "a text",
            };
            format!("`{name}` has to be {expected}")
        }
        None => "a key stands in this line twice; leave one of them out".to_owned(),
    }
}
