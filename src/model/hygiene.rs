//! Bad habits around keys, without a key in them.

use super::Severity;

/// Something in a file that will leak a key sooner or later, and the right way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hygiene {
    /// The file, as stored.
    pub path: Vec<u8>,
    /// The line, from 1; `None` if it is about the whole file.
    pub line: Option<u64>,
    /// Stable name of the check, such as `dotenv-not-ignored`.
    pub rule: &'static str,
    /// Note or warning.
    pub severity: Severity,
    /// What is wrong, and why that leaks keys. It may quote names from the file, never a value.
    pub message: String,
    /// The right way, as a line that can be copied.
    pub example: &'static str,
}
