//! Commits and files as code spans, and as links where it is known where they are on the web.

use super::code::{self, Where};
use crate::model::{Location, ObjectId};
use crate::report::Shown;
use crate::report::human::SHORT_ID;
use crate::report::links::Links;

impl Links<'_> {
    /// A commit by the beginning of its id.
    pub(super) fn commit(&self, id: ObjectId) -> String {
        let short: String = id.to_string().chars().take(SHORT_ID).collect();
        match self.commit_address(id) {
            Some(address) => format!("[`{short}`]({address})"),
            None => format!("`{short}`"),
        }
    }

    /// A code span for a place, as a link to it if a commit is known that has it.
    pub(super) fn place(&self, at: &Location, shown: Shown<'_>, span: String) -> String {
        match self.address(at, shown) {
            Some(address) => format!("[{span}]({address})"),
            None => span,
        }
    }
}

/// The id of an object that has no page, as a code span.
pub(super) fn object(id: &str) -> String {
    let short: String = id.chars().take(SHORT_ID).collect();
    code::of(&short, Where::Cell)
}
