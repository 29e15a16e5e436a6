//! What commands write that make no report: tables, and texts on standard output.

use std::io::{self, Write};

use crate::error::{Error, Result};

/// Writes a text to standard output.
///
/// # Errors
/// Standard output that cannot be written to.
pub(super) fn written(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // Whoever closed the pipe has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(source) => Err(Error::Output {
            place: "standard output".to_owned(),
            source,
        }),
        Ok(()) => Ok(()),
    }
}

/// `1 rule`, `2 rules`.
pub(super) fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

/// Rows below their heads, all columns but the last as wide as they have to be.
pub(super) fn table<const N: usize>(heads: [&str; N], rows: &[[String; N]]) -> String {
    let widths: [usize; N] = std::array::from_fn(|column| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        let widest = cells.map(|cell| cell.chars().count()).max();
        let head = heads.get(column).map_or(0, |head| head.len());
        match column + 1 == N {
            true => 0,
            false => widest.unwrap_or(0).max(head),
        }
    });
    let line = |cells: &[String; N]| {
        let cells = cells.iter().zip(widths);
        let cells: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        format!("{}\n", cells.join("  "))
    };
    let mut text = line(&heads.map(str::to_owned));
    rows.iter().for_each(|row| text.push_str(&line(row)));
    text
}
