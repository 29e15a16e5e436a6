//! The whole response to a leak as one guided list: revoke, replace, deploy, check usage, clean, prevent. What is known is filled in,
//! and what is done is ticked off, by evidence alone: nothing here reads or scans, see [`Facts`].

mod clean;
mod deploy;
mod facts;
mod human;
mod json;
mod markdown;
mod prevent;
mod revoke;
pub mod stores;
#[cfg(test)]
mod tests;
mod text;

use std::io::{self, Write};

use super::steps::{self, About};
use super::{summary, when};
use crate::model::State;

pub use facts::{
    Calling, Dotenv, Facts, Found, Ground, Guards, Hooks, InHistory, LeakedKey, Pipelines,
    Presence, Seen,
};
pub use text::Text;

/// Whether something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tick {
    /// There is evidence that it is.
    Done,
    /// There is evidence that it is not.
    Open,
    /// There is no evidence.
    Unknown,
}

/// Commands, and what they are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commands {
    /// What they are for, with a colon.
    pub what: String,
    /// A line each.
    pub lines: Vec<String>,
}

impl Commands {
    fn one(what: &str, line: impl Into<String>) -> Self {
        Self {
            what: what.to_owned(),
            lines: vec![line.into()],
        }
    }
}

/// Something to do.
#[derive(Clone, Debug)]
pub struct Item {
    /// Whether it is done.
    pub tick: Tick,
    /// Whether nothing here can show it, so that only a person can tick it off.
    pub by_hand: bool,
    /// The number of the key that it is about, if it is about one.
    pub key: Option<usize>,
    /// What it is.
    pub what: Text,
    /// Why it is ticked so, and what is known.
    pub evidence: Text,
    /// What does it, or what shows whether it is done.
    pub commands: Vec<Commands>,
}

impl Item {
    /// Something that evidence shows.
    fn shown(tick: Tick, what: Text, evidence: Text) -> Self {
        Self {
            tick,
            by_hand: false,
            key: None,
            what,
            evidence,
            commands: Vec::new(),
        }
    }

    /// Something that nothing here can show.
    fn by_hand(what: Text, evidence: Text) -> Self {
        Self {
            by_hand: true,
            ..Self::shown(Tick::Unknown, what, evidence)
        }
    }

    fn of_key(self, key: usize) -> Self {
        Self {
            key: Some(key),
            ..self
        }
    }

    fn with(mut self, commands: impl IntoIterator<Item = Commands>) -> Self {
        self.commands.extend(commands);
        self
    }
}

/// A step of the response.
#[derive(Clone, Debug)]
pub struct Step {
    /// What programs call it.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// What to do: AIsa's words.
    pub text: String,
    /// What there is to do, one by one.
    pub items: Vec<Item>,
    /// What else to know.
    pub notes: Vec<String>,
}

/// The whole response.
#[derive(Debug)]
pub struct Response<'a> {
    /// What is known.
    pub facts: &'a Facts,
    /// The steps, in order; none if there are no keys.
    pub steps: Vec<Step>,
}

/// How many items are ticked how. What only a person can tick off is counted apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Done.
    pub done: usize,
    /// Not done.
    pub open: usize,
    /// Nobody knows.
    pub unknown: usize,
    /// For a person to tick off.
    pub by_hand: usize,
}

impl Response<'_> {
    /// How many items are ticked how.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for item in self.steps.iter().flat_map(|step| &step.items) {
            let count = match (item.by_hand, item.tick) {
                (true, _) => &mut counts.by_hand,
                (false, Tick::Done) => &mut counts.done,
                (false, Tick::Open) => &mut counts.open,
                (false, Tick::Unknown) => &mut counts.unknown,
            };
            *count += 1;
        }
        counts
    }
}

/// What the facts call for.
pub fn of(facts: &Facts) -> Response<'_> {
    let steps = match facts.keys.is_empty() {
        true => Vec::new(),
        false => steps(facts),
    };
    Response { facts, steps }
}

fn steps(facts: &Facts) -> Vec<Step> {
    let aisa = facts.keys.iter().filter(|key| key.is_aisa);
    let aisa: Vec<State> = aisa.map(|key| key.state).collect();
    let words = steps::of_states(About {
        aisa: &aisa,
        has_others: aisa.len() < facts.keys.len(),
        in_archive: facts.keys.iter().any(|key| key.in_archive),
    });
    // A step for a terminal goes on in an indented line.
    let words = words.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    let [revoke, replace, deploy, usage, clean] = words;
    vec![
        revoke::revoke(facts, revoke),
        revoke::replace(facts, replace),
        deploy::deploy(facts, deploy),
        revoke::usage(facts, usage),
        clean::clean(facts, clean),
        prevent::prevent(facts, steps::PREVENT.to_owned()),
    ]
}

/// `The response to 2 leaked keys: 3 done, 4 open, 1 unknown, 5 by hand`.
fn counted(response: &Response<'_>) -> String {
    let counts = response.counts();
    let keys = summary::count(response.facts.keys.len() as u64, "leaked key");
    if response.steps.is_empty() {
        return "No keys: there is nothing to respond to".to_owned();
    }
    format!(
        "The response to {keys}: {} done, {} open, {} unknown, {} by hand",
        counts.done, counts.open, counts.unknown, counts.by_hand
    )
}

/// What was looked at, and when.
fn looked_at(response: &Response<'_>) -> Text {
    let ground = &response.facts.ground;
    let at = when::minute(response.facts.now);
    if ground.folders.is_empty() {
        return Text::new("Nothing was looked at: what the report is about is not here.");
    }
    let what = match ground.is_git {
        true => "files and git history",
        false => "files; no git repository",
    };
    let left_out = ground.left_out.as_ref();
    let left_out = left_out.map_or_else(String::new, |text| format!(" {text}."));
    let commands = match (&ground.directory, ground.folders.len()) {
        (Some(_), _) => "Commands without -C are for that folder.",
        (None, 0 | 1) => "Commands are for that folder.",
        (None, _) => "Hooks, CI and platforms are those of the first.",
    };
    Text::new("Looked at ")
        .list(&ground.folders, ground.folders.len() as u64)
        .words(format!(" ({what}) on {at}.{left_out} {commands}"))
}

/// The items of a step but those of keys beyond the first so many, and how many keys these are.
fn listed(step: &Step, most: usize) -> (Vec<&Item>, usize) {
    let is_listed = |item: &&Item| item.key.is_none_or(|key| key < most);
    let items: Vec<&Item> = step.items.iter().filter(is_listed).collect();
    let keys = step.items.iter().filter_map(|item| item.key).max();
    let more = keys.map_or(0, |last| (last + 1).saturating_sub(most));
    (items, more)
}

/// The forms that a response can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Text for a person.
    Human,
    /// A task list for an issue, as GitHub renders it.
    Markdown,
    /// One JSON object with the schema `aisaleaks-response/1`.
    Json,
}

/// Writes it.
///
/// # Errors
/// The system's.
pub fn write(
    response: &Response<'_>,
    form: Form,
    color: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    match form {
        Form::Human => human::write(response, color, out),
        Form::Markdown => markdown::write(response, out),
        Form::Json => json::write(response, out),
    }
}
