//! What would take a key out of a file, for programs that apply it.

use super::Place;

/// What to change in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// The file, as its location has it.
    pub path: Vec<u8>,
    /// What to put where, in the order of the places, none of which overlap.
    pub replacements: Vec<Replacement>,
}

/// What to put in the place of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// What goes; nothing, where it ends as it begins.
    pub place: Place,
    /// What comes; it has no key.
    pub text: String,
}
