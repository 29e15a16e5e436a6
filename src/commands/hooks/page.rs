//! What these commands print.

use std::path::Path;

use crate::commands::exit::Exit;
use crate::commands::printing::written;
use crate::commands::rules::Page as Shown;
use crate::error::{Error, Result};
use crate::report::sanitize;

/// Lines for standard output, and problems for the end.
pub(super) struct Page {
    shown: Shown,
    text: String,
    problems: Vec<String>,
}

impl Page {
    pub(super) fn new() -> Result<Self> {
        Ok(Self {
            shown: Shown::new()?,
            text: String::new(),
            problems: Vec::new(),
        })
    }

    /// Adds a line. A line break in it is shown, not obeyed: paths can hold one.
    pub(super) fn line(&mut self, line: impl AsRef<str>) {
        self.text.push_str(&self.shown.shown(line.as_ref()));
        self.text.push('\n');
    }

    /// Adds what stood in the way of something, with what to do.
    pub(super) fn problem(&mut self, problem: String) {
        self.problems.push(problem);
    }

    /// Whether there is nothing to print.
    pub(super) fn is_quiet(&self) -> bool {
        self.text.is_empty() && self.problems.is_empty()
    }

    /// Prints the lines.
    ///
    /// # Errors
    /// The problems, if there are any.
    pub(super) fn finish(self, exit: Exit) -> Result<Exit> {
        written(&self.text)?;
        match self.problems.is_empty() {
            true => Ok(exit),
            false => Err(Error::Hooks(self.problems)),
        }
    }
}

/// A path in a problem, all of it on one line.
pub(super) fn shown(path: &Path) -> String {
    sanitize::visible(&path.display().to_string())
}
