//! GitLab's report of its secret detection, in the schema that GitLab publishes.

use std::io::{self, Write};

use super::{Options, Shown};
use crate::model::Outcome;

/// Writes the report.
pub(super) fn write(
    outcome: &Outcome,
    shown: Shown<'_>,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    // Until the format itself is here: a plain report, so that nothing looks clean.
    super::human::write(outcome, shown, options, out)
}
