//! The table of keys: a row for each place, the best place of a key first.

use super::code::Where;
use super::fitting::Row;
use super::{Page, links};
use crate::model::{Attribution, Commit, Key, Location, Origin, Reachable, Severity};
use crate::report::hiding::aside;
use crate::report::whereabouts::{self, is_file};
use crate::report::{liveness, summary, when};

/// Places of one key that have rows.
const PLACES: usize = 5;
/// Keys that have rows for as many places. Of more keys each has one row, so that more of them have room.
const KEYS: usize = 200;
/// Refs that are named.
const REFS: usize = 3;

/// The head of the table.
pub(super) const HEAD: &str = "
| Key | Severity | Where | Since | Still there? | Notes |
| --- | --- | --- | --- | --- | --- |
";

impl<'a> Page<'a> {
    /// The rows of all keys, worst first as the keys are.
    pub(super) fn rows(self, keys: &'a [Key]) -> impl Iterator<Item = Row> + 'a {
        let places = if keys.len() > KEYS { 1 } else { PLACES };
        keys.iter().flat_map(move |key| self.key(key, places))
    }

    fn key(self, key: &'a Key, most: usize) -> Vec<Row> {
        let best = whereabouts::best(key);
        let places = key.locations.iter().enumerate();
        let others = places.filter(|(at, _)| Some(*at) != best).map(|(_, at)| at);
        let best = best.and_then(|at| key.locations.get(at));
        let notes = names(key.notes.iter().map(|note| note.name()));
        let severity = match key.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let severity = format!("{severity}, {:?} confidence", key.confidence).to_lowercase();
        let mut called = self.called(key, Where::Cell);
        if let Some((state, balance)) = liveness::badge(key, |text| self.text(text, Where::Cell)) {
            let state = match key.verdict.state.is_live() {
                true => format!("**{state}**"),
                false => state.to_owned(),
            };
            called.push_str(&format!(", {state}{balance}"));
        }
        let mut rows = vec![self.row([&called, &severity], best, &notes, "key")];
        rows.extend(others.take(most - 1).map(|at| {
            let notes = names(at.notes.iter().map(|note| note.name()));
            self.row(["", ""], Some(at), &notes, "place")
        }));
        let more = key.locations.len().saturating_sub(most) as u64;
        if more > 0 {
            let more = summary::count(more, "more place");
            rows.push(Row {
                text: format!("| | | and {more} | | | |\n"),
                noun: "",
            });
        }
        rows
    }

    /// What the key is called: nothing of what a brought rule finds is shown.
    pub(super) fn called(&self, key: &Key, place: Where) -> String {
        let secret = &key.secret;
        let mut text = match secret.is_aisa() {
            true => self.name(&secret.redacted(), place),
            false => format!("{} (not shown)", self.name(&key.rule, place)),
        };
        if self.shown.show_secrets {
            text.push_str(&format!(": {}", self.name(secret.expose(), place)));
        }
        text
    }

    fn row(&self, key: [&str; 2], at: Option<&Location>, notes: &str, noun: &'static str) -> Row {
        let [key, severity] = key;
        let place = at.map(|at| self.whereabouts(at)).unwrap_or_default();
        let history = at.and_then(|at| at.attribution.as_deref());
        let since = history.map(|at| self.since(at)).unwrap_or_default();
        let still = at.map(|at| self.still(at)).unwrap_or_default();
        let cells = [key, severity, &place, &since, &still, notes];
        let cells = cells.map(|cell| match cell {
            "" => String::new(),
            cell => format!(" {cell}"),
        });
        Row {
            text: format!("|{} |\n", cells.join(" |")),
            noun,
        }
    }

    /// The file and line, or what a place without a file is.
    fn whereabouts(&self, at: &Location) -> String {
        if let Some(path) = at.path.as_deref().filter(|_| is_file(at)) {
            let span = self.file(path, at, Where::Cell);
            let kind = match at.origin {
                Origin::Config => ", in git's own files",
                Origin::History => ", in history",
                Origin::Staged => ", staged",
                Origin::PathName => ", in the name",
                _ => "",
            };
            let span = self.links.place(at, self.shown, span);
            return format!("{span}{}{kind}", aside(at));
        }
        format!("{}{}", self.elsewhere(at), aside(at))
    }

    /// What a place without a file is; a member of it as a code span of its own.
    fn elsewhere(&self, at: &Location) -> String {
        let name = match (&at.path, at.blob) {
            (Some(path), _) => self.path(path, None, Where::Cell),
            (None, Some(id)) if at.origin == Origin::CommitMessage => self.links.commit(id),
            (None, Some(id)) => links::object(&id.to_string()),
            (None, None) if at.origin == Origin::Stdin => "standard input".to_owned(),
            (None, None) => at.origin.name().to_owned(),
        };
        let name = match at.member.split_first() {
            Some((first, rest)) => {
                let member = self.members(first, rest, Where::Cell);
                format!("{member} in {name}")
            }
            None => name,
        };
        match at.origin {
            Origin::Stdin => name,
            _ if at.path.is_none() && at.blob.is_none() => name,
            Origin::CommitMessage => format!("the message of commit {name}"),
            Origin::TagMessage => format!("the message of tag {name}"),
            Origin::Author => format!("a name or address in {name}"),
            Origin::RefName => format!("the name of ref {name}"),
            Origin::Note => format!("a note, {name}"),
            _ => format!("object {name}"),
        }
    }

    /// `2023-04-05 by Ada in 4f1c0d9a7b32`
    fn since(&self, history: &Attribution) -> String {
        let Some(commit) = &history.introduced else {
            return String::new();
        };
        let mut text = self.commit(commit);
        if history.at_or_before {
            text.push_str(" or earlier");
        }
        if let Some(path) = &history.renamed_from {
            text.push_str(&format!(
                ", moved from {}",
                self.path(path, None, Where::Cell)
            ));
        }
        text
    }

    fn commit(&self, commit: &Commit) -> String {
        let day = commit.date.and_then(when::day);
        let day = day.map(|day| format!("{day} ")).unwrap_or_default();
        let author = self.text(&commit.author, Where::Cell);
        format!("{day}by {author} in {}", self.links.commit(commit.id))
    }

    /// Whether it is still there, and where.
    fn still(&self, at: &Location) -> String {
        match (at.origin, at.tracked) {
            (Origin::Worktree, Some(false)) => return "yes, untracked".to_owned(),
            (Origin::Staged, _) => return "to be committed".to_owned(),
            _ => {}
        }
        if let Some(history) = at.attribution.as_deref() {
            if let Some(commit) = &history.removed {
                return format!("removed {}", self.commit(commit));
            }
            if let Some(still) = self.held(history) {
                return still;
            }
        }
        let still = match (at.origin, at.reachable) {
            (Origin::Worktree | Origin::Config, _) => "yes",
            (_, Some(Reachable::Refs)) => "yes",
            (_, Some(Reachable::Stash)) => "in a stash only",
            (_, Some(Reachable::Reflog)) => "in a reflog only",
            (_, Some(Reachable::None)) => "no ref leads to it",
            (_, None) => "",
        };
        still.to_owned()
    }

    /// `yes, at HEAD, in main and 12 more refs`
    fn held(&self, history: &Attribution) -> Option<String> {
        let names = history.refs.iter().take(REFS);
        let mut refs: Vec<String> = names
            .map(|name| self.path(name, None, Where::Cell))
            .collect();
        let more = history.refs_total.saturating_sub(refs.len() as u64);
        if more > 0 {
            refs.push(summary::count(more, "more ref").to_owned());
        }
        let head = history.at_head.then(|| "at HEAD".to_owned());
        let refs = (!refs.is_empty()).then(|| format!("in {}", refs.join(", ")));
        let parts: Vec<String> = head.into_iter().chain(refs).collect();
        (!parts.is_empty()).then(|| format!("yes, {}", parts.join(", ")))
    }
}

fn names<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.collect::<Vec<&str>>().join(", ")
}
