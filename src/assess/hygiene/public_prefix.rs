//! A variable for an AIsa key with a public build prefix: whatever value it gets, everyone downloads it.

use std::collections::BTreeSet;

use super::kinds::Kind;
use super::{File, MOST, is_comment, line_before};
use crate::assess::table::Table;
use crate::model::Hygiene;

const EXAMPLE: &str =
    "const key = process.env.AISA_API_KEY // on the server only; the browser asks the server";

/// Names each such variable where the file first has it.
pub(super) fn check(file: &File<'_>, found: &mut Vec<Hygiene>) {
    // Other code is not what a bundler reads; it may well speak of such names.
    if file.kind == Kind::Quoted && !file.is_deployed {
        return;
    }
    let mut told = BTreeSet::new();
    for name in file.names {
        let Some(prefix) = Table::get().public_prefix(name.text) else {
            continue;
        };
        if told.len() < MOST
            && !is_comment(line_before(file.bytes(), name.start))
            && told.insert(name.text)
        {
            let message = format!(
                "{} has the public prefix {prefix}: its value is copied into what everyone downloads",
                name.text
            );
            found.push(file.habit(name.start, "public-prefix", message, EXAMPLE));
        }
    }
}
