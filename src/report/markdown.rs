//! The report in Markdown as GitHub renders it (GFM), for the summary of a job.

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
