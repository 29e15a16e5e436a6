//! What an update changes, for whoever reads it.

use std::collections::BTreeSet;

use super::SHOWN;
use super::making::place;
use crate::baseline::{Accepted, Entry};

/// What changes, for whoever reads it: a line each.
#[derive(Default)]
pub(super) struct News {
    pub(super) kept: usize,
    pub(super) added: Vec<String>,
    pub(super) moved: Vec<String>,
    pub(super) renewed: Vec<String>,
    pub(super) dropped: Vec<String>,
    pub(super) expired: Vec<String>,
    /// New, and not accepted for want of a reason.
    pub(super) refused: BTreeSet<String>,
    /// What is to be said of the keys that are accepted now.
    pub(super) live: String,
    pub(super) is_partial: bool,
}

impl News {
    /// A page for a terminal.
    pub(super) fn summary(&self, name: &str, is_same: bool, dry_run: bool) -> String {
        let mut text = match (is_same, dry_run) {
            (true, _) => format!("{name}: nothing to change, {} kept\n", self.kept),
            (false, true) => format!("{name}: would keep {}", self.kept),
            (false, false) => format!("{name}: {} kept", self.kept),
        };
        let changes = [
            ("moved", &self.moved),
            ("added", &self.added),
            ("renewed", &self.renewed),
            ("taken out", &self.dropped),
        ];
        if !is_same {
            let said = changes.iter().filter(|(_, lines)| !lines.is_empty());
            for (what, lines) in said {
                text.push_str(&format!(", {} {what}", lines.len()));
            }
            text.push('\n');
        }
        for (what, lines) in changes {
            text.push_str(&list(lines.iter(), what));
        }
        text.push_str(&list(self.expired.iter(), "expired"));
        text.push_str(&list(self.refused.iter(), "not accepted"));
        if !self.refused.is_empty() {
            text.push_str("see to what is new, or say with --reason why it is accepted\n");
        }
        if !self.expired.is_empty() {
            text.push_str("what has expired counts again; --renew with --reason accepts it anew\n");
        }
        if self.is_partial {
            text.push_str(
                "nothing was taken out, as not everything was looked at: see `aisaleaks`\n",
            );
        }
        text.push_str(&self.live);
        text
    }
}

/// An entry in a line; `place` is where it is, or what became of it.
pub(super) fn line(entry: &Entry, place: &str) -> String {
    let shown = entry.shown.as_deref().or(entry.rule.as_deref());
    format!("{}  {place}", shown.unwrap_or("…"))
}

/// An entry in a line.
pub(super) fn entry_line(entry: &Entry) -> String {
    line(entry, &place(&entry.spot))
}

/// A problem in a line.
pub(super) fn problem_line(entry: &Accepted) -> String {
    let kind = entry.kind.as_deref().unwrap_or("problem");
    format!("{kind}  {}", entry.place.as_deref().unwrap_or_default())
}

/// The first of some lines, and how many more there are.
fn list<'l>(lines: impl ExactSizeIterator<Item = &'l String>, what: &str) -> String {
    let more = lines.len().saturating_sub(SHOWN);
    let shown = lines
        .take(SHOWN)
        .map(|line| format!("  {what:12}  {line}\n"));
    let mut text: String = shown.collect();
    if more > 0 {
        text.push_str(&format!("  and {more} more {what}\n"));
    }
    text
}
