//! What history says about a location, for a person: who brought it in, and whether it is still there. Two lines at
//! most, each no wider than a terminal.

use super::sanitize::{char_width, visible, width};
use super::{Options, Shown, summary, when};
use crate::model::{Attribution, Commit, Location, Reachable};

/// Refs that are named; the rest is counted.
const REFS: usize = 3;
/// Columns for a name and an address; half as many for a path or the name of a ref.
const NAME: usize = 40;
/// Columns that a summary needs at least to be worth its place.
const SUMMARY: usize = 8;
/// Columns by which the lines are indented.
const INDENT: usize = 4;
/// Hexadecimal digits of an id: enough for `git show`.
const SHORT_ID: usize = 12;

/// The lines for a location: none if history was not asked.
pub(super) fn lines(location: &Location, shown: Shown<'_>, options: &Options<'_>) -> Vec<String> {
    let Some(history) = location.attribution.as_deref() else {
        return Vec::new();
    };
    let teller = Teller { shown, options };
    let introduced = history.introduced.as_ref();
    let introduced = introduced.map(|commit| teller.introduced(commit, history));
    introduced
        .into_iter()
        .chain(teller.now(history, location.reachable))
        .collect()
}

struct Teller<'a> {
    shown: Shown<'a>,
    options: &'a Options<'a>,
}

impl Teller<'_> {
    /// `introduced 2023-04-05 (3 years ago) by Ada <ada@example.org> in 4f1c0d9a7b32: Add the client`
    fn introduced(&self, commit: &Commit, history: &Attribution) -> String {
        let verb = match (history.at_or_before, &history.renamed_from) {
            (true, _) => "introduced at or before".to_owned(),
            (false, Some(path)) => {
                format!("moved from {},", crop(&self.shown.visible_path(path), NAME / 2))
            }
            (false, None) => "introduced".to_owned(),
        };
        self.event(&verb, commit)
    }

    /// Whether it is still there, and where: what decides if there is something to clean.
    fn now(&self, history: &Attribution, reachable: Option<Reachable>) -> Option<String> {
        if let Some(commit) = &history.removed {
            return Some(self.event("removed", commit));
        }
        let head = history.at_head.then(|| "still at HEAD".to_owned());
        let refs = self.refs(history).map(|refs| format!("in {refs}"));
        let parts: Vec<String> = head.into_iter().chain(refs).collect();
        if !parts.is_empty() {
            return Some(parts.join(", "));
        }
        match reachable {
            Some(Reachable::Stash) => Some("only a stash leads to it".to_owned()),
            Some(Reachable::Reflog) => Some("only a reflog leads to it".to_owned()),
            Some(Reachable::None) if history.introduced.is_some() => {
                Some("no ref leads to it any more; it is there until git collects it".to_owned())
            }
            _ => None,
        }
    }

    fn event(&self, verb: &str, commit: &Commit) -> String {
        let mut line = verb.to_owned();
        if let Some((date, day)) = commit.date.and_then(|at| Some((at, when::day(at)?))) {
            line.push_str(&format!(" {day} ({})", when::age(date, self.options.now)));
        }
        let who = format!("{} <{}>", commit.author.trim(), commit.email);
        let id: String = commit.id.to_string().chars().take(SHORT_ID).collect();
        let columns = match self.options.width {
            0 => usize::MAX,
            columns => columns.saturating_sub(INDENT),
        };
        let room = columns.saturating_sub(width(&line) + " by  in ".len() + SHORT_ID);
        let who = crop(&self.text(&who), room.min(NAME));
        line.push_str(&format!(" by {who} in {id}"));
        let summary = self.text(commit.summary.trim());
        let left = columns.saturating_sub(width(&line) + ": ".len());
        if !summary.is_empty() && left >= SUMMARY {
            line.push_str(&format!(": {}", crop(&summary, left)));
        }
        line
    }

    /// `main, dev, tags/v1 and 12 more`
    fn refs(&self, history: &Attribution) -> Option<String> {
        let names: Vec<String> = history
            .refs
            .iter()
            .take(REFS)
            .map(|name| crop(&self.shown.visible_path(short(name)), NAME / 2))
            .collect();
        let listed = names.len() as u64;
        let more = history.refs_total.saturating_sub(listed);
        match (listed, more) {
            (0, 0) => None,
            (0, more) => Some(summary::count(more, "ref")),
            (_, 0) => Some(names.join(", ")),
            _ => Some(format!(
                "{} and {} more",
                names.join(", "),
                summary::grouped(more)
            )),
        }
    }

    fn text(&self, text: &str) -> String {
        visible(&self.shown.text(text))
    }
}

/// The name of a ref as git's own commands show it.
fn short(name: &[u8]) -> &[u8] {
    [&b"refs/heads/"[..], b"refs/remotes/", b"refs/"]
        .iter()
        .find_map(|prefix| name.strip_prefix(*prefix))
        .unwrap_or(name)
}

/// The text in at most this many columns; what was cut is marked.
fn crop(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut used = 1;
    let kept = text.chars().take_while(|&character| {
        used += char_width(character);
        used <= columns
    });
    let mut out: String = kept.collect();
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cropped_and_marked() {
        assert_eq!(crop("short", 5), "short");
        assert_eq!(crop("longer", 5), "long…");
        assert_eq!(crop("你的名字", 5), "你的…");
    }

    #[test]
    fn refs_are_named_as_git_names_them() {
        for (name, expected) in [
            ("refs/heads/main", "main"),
            ("refs/remotes/origin/main", "origin/main"),
            ("refs/tags/v1", "tags/v1"),
            ("HEAD", "HEAD"),
        ] {
            assert_eq!(short(name.as_bytes()), expected.as_bytes());
        }
    }
}
