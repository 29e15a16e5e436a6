//! When a key came and went, in one line.

use std::io::{self, Write};

use super::Page;
use crate::model::Key;
use crate::report::timeline::{Axis, LEGEND, Lane};
use crate::report::when;

/// Columns of a drawing at most.
const COLUMNS: usize = 48;
/// Columns around it: the dates, and what is said of now.
const AROUND: usize = "  2026-01-02 ".len() + " now, at HEAD".len();
/// With fewer columns it says nothing.
const LEAST: usize = 12;

impl Page<'_> {
    /// `2023-04-05 ..+=====x------ now`: all keys of a report have the same dates at the ends.
    pub(super) fn timeline(&self, key: &Key, axis: &Axis, out: &mut dyn Write) -> io::Result<()> {
        let columns = match self.options.width {
            0 => COLUMNS,
            width => COLUMNS.min(width.saturating_sub(AROUND)),
        };
        let lane = Lane::of_key(key, axis);
        let drawn = lane.text(columns).filter(|_| columns >= LEAST);
        let Some((drawn, from)) = drawn.zip(when::day(axis.from())) else {
            return Ok(());
        };
        let head = if lane.at_head { ", at HEAD" } else { "" };
        writeln!(
            out,
            "  {} {drawn} {}",
            self.dim(&from),
            self.dim(&format!("now{head}"))
        )?;
        match self.has_legend.replace(true) {
            true => Ok(()),
            false => writeln!(out, "  {}", self.dim(LEGEND)),
        }
    }
}
