//! What stands around a place of a text: small scanners, which know comments, strings and what is in them, and no more.

pub(super) mod javascript;
pub(super) mod python;
mod reading;
pub(super) mod shell;
pub(super) mod yaml;

use std::ops::Range;

use super::Refusal;

/// What stands around a place in a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Around {
    /// A comment.
    Comment,
    /// A string.
    Literal(Literal),
    /// Something else, or something that was not understood.
    Unclear(Refusal),
}

/// A string of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Literal {
    /// All of it: its prefix, its quotes, and what is between them.
    pub(super) whole: Range<usize>,
    /// What is between its quotes.
    pub(super) content: Range<usize>,
    /// Whether what stands in braces in it is code.
    pub(super) interpolates: bool,
    /// Whether it stands in such code in another string.
    pub(super) nested: bool,
    /// One past the last byte before it that is neither white space nor a comment.
    pub(super) last: usize,
    /// The brackets that are open around it, the innermost last.
    pub(super) opened: Vec<usize>,
    /// What may be the first tag of JSX before it, behind which text can stand that looks like strings.
    pub(super) tag: Option<usize>,
}

/// Code in strings in code is followed so deep.
const DEEPEST: usize = 8;

/// Said where a string has no end.
const UNENDED: Refusal =
    "a string before it, or around it, does not end, so that it is not clear what is one";

/// Said where a place is code.
const IN_CODE: Refusal = "it stands in no string";

/// Whether the byte can be part of a name.
pub(super) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}
