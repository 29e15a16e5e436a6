//! One line of a baseline, as it is written: a JSON object with these keys.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, Error, Visitor};
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
pub(super) struct Line<'a> {
    #[serde(rename = "aisaleaks-baseline", skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) keyed: Option<bool>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) problem: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) rule: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) shown: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) path_bytes: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) origin: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) author: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) added: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) expires: Option<Text<'a>>,
}

/// A text that is copied only where it is not written as it is: a `Cow` behind an `Option` always is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

impl<'a> Text<'a> {
    /// A text that is written.
    pub(super) fn of(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }

    /// A text that is made to be written.
    pub(super) fn made(text: impl ToString) -> Self {
        Self(Cow::Owned(text.to_string()))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reading;
        impl<'de> Visitor<'de> for Reading {
            type Value = Cow<'de, str>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text.to_owned()))
            }
        }
        deserializer.deserialize_str(Reading).map(Self)
    }
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
