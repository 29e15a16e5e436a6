//! Names and paths as a response may have them: without keys, visible, and not too long.

use std::path::Path;

use crate::detect::Detector;
use crate::model::Mask;
use crate::report::sanitize::visible;

/// Characters of a name that are shown.
const LONGEST: usize = 120;

pub(super) struct Naming<'a> {
    pub(super) detector: &'a Detector,
}

impl<'a> Naming<'a> {
    pub(super) fn new(detector: &'a Detector) -> Self {
        Self { detector }
    }

    /// Masked before all else: what is cut, or written as an escape, is no key any more.
    pub(super) fn name(&self, name: &str) -> String {
        let masked = self.detector.mask_name(name);
        let shown: String = masked.chars().take(LONGEST).collect();
        match shown.len() < masked.len() {
            true => visible(&format!("{shown}…")),
            false => visible(&shown),
        }
    }

    pub(super) fn bytes(&self, name: &[u8]) -> String {
        self.name(&String::from_utf8_lossy(name))
    }

    pub(super) fn path(&self, path: &Path) -> String {
        self.name(&path.display().to_string())
    }
}
