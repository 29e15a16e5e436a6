//! Annotations at the lines of a change, as workflow commands in the log (GitHub Docs, "Workflow commands for GitHub Actions").

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
