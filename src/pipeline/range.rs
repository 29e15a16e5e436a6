//! Scans what the commits of a range add.

use super::Options;
use super::change;
use super::commits;
use crate::control::Control;
use crate::detect::Detector;
use crate::error::{Error, Result};
use crate::git::refs;
use crate::git::revisions::{Revisions, Unresolved};
use crate::git::{Repository, Store};
use crate::model::{ObjectId, Outcome, Problem, TargetKind};
use crate::source::range::{Ends, Member, Walk};

/// Which commits, as somebody asked for them. Both limits hold if both are given.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// `A..B` or `A...B`; `None` for every ref and HEAD.
    pub range: Option<String>,
    /// Whether the end may be an ancestor of the beginning: a branch that is behind has added nothing.
    pub may_be_behind: bool,
    /// Not before this second since 1970.
    pub since: Option<i64>,
}

/// Scans what the commits of a range add to their parents.
///
/// # Errors
/// A revision that cannot be used, a range that is the wrong way round, and threads that do not start.
pub fn range(
    repository: &Repository,
    asked: &Asked,
    options: &Options,
    detector: &Detector,
    control: &Control,
) -> Result<Outcome> {
    change::scan(repository, options, detector, control, |stage| {
        let mut walked = Vec::new();
        let (ends, members) = members(repository, &mut stage.store, asked, control, &mut walked)?;
        walked
            .into_iter()
            .for_each(|problem| stage.sink().problem(problem));
        note(asked, &ends, &members, &mut stage.outcome)?;
        let head = refs::lookup(repository, b"HEAD").unwrap_or_default();
        stage.target(TargetKind::Git, head);
        commits::scan(stage, &members, head, |_| Vec::new())
    })
}

/// The commit that a revision names in a repository.
///
/// # Errors
/// It names none, or the repository cannot answer.
pub fn commit(repository: &Repository, revision: &str, control: &Control) -> Result<ObjectId> {
    let store = Store::light(repository, control.limits.alternates, &mut Vec::new());
    resolve(&Revisions::new(repository, &store), revision)
}

fn resolve(revisions: &Revisions<'_>, text: &str) -> Result<ObjectId> {
    let commit = revisions.commit(text);
    commit.map_err(|unresolved| Error::Revision {
        what: "the revision",
        text: text.to_owned(),
        reason: match unresolved {
            Unresolved::Wrong(reason) => reason,
            Unresolved::Broken(problem) => format!("{}: {}", problem.place, problem.message),
        },
    })
}

fn members(
    repository: &Repository,
    store: &mut Store,
    asked: &Asked,
    control: &Control,
    problems: &mut Vec<Problem>,
) -> Result<(Ends, Vec<Member>)> {
    let revisions = Revisions::new(repository, store);
    let commit = |text: &str| resolve(&revisions, text);
    let mut ends = Ends {
        since: asked.since,
        ..Ends::default()
    };
    match &asked.range {
        None => ends.right = revisions.tips(problems),
        Some(range) => {
            let (left, right) = range.split_once("..").ok_or_else(|| Error::Revision {
                what: "the range",
                text: range.clone(),
                reason: "a range is A..B (what B has and A has not) or A...B (what only one of them has)".to_owned(),
            })?;
            let right = match right.strip_prefix('.') {
                Some(right) => {
                    ends.symmetric = true;
                    right
                }
                None => right,
            };
            let or_head = |text: &str| commit(if text.is_empty() { "HEAD" } else { text });
            // What a push to a new branch names as the commit before: there is none.
            if !(left.len() >= 40 && left.bytes().all(|byte| byte == b'0')) {
                ends.left = vec![or_head(left)?];
            }
            ends.right = vec![or_head(right)?];
        }
    }
    if asked.since.is_some() && asked.range.is_none() {
        // Every commit is looked up: the table pays.
        store.prepare();
    }
    let members = Walk::run(repository, store, &ends, control, problems);
    Ok((ends, members))
}

/// Says what is odd about the range.
fn note(asked: &Asked, ends: &Ends, members: &[Member], outcome: &mut Outcome) -> Result<()> {
    let undated = members
        .iter()
        .filter(|member| member.date.is_none())
        .count();
    if asked.since.is_some() && undated > 0 {
        outcome.notes.push(format!("{undated} commit(s) say no date that can be read; they were scanned, whenever they were made"));
    }
    if !members.is_empty() {
        return Ok(());
    }
    let Some(range) = &asked.range else {
        let note = "no ref leads to a commit since then, and nothing was scanned";
        outcome.notes.push(note.to_owned());
        return Ok(());
    };
    if ends.left == ends.right || asked.since.is_some() || asked.may_be_behind {
        outcome.notes.push(format!(
            "the range {range} is empty: no commit is in it, and nothing was scanned"
        ));
        return Ok(());
    }
    Err(Error::Revision {
        what: "the range",
        text: range.clone(),
        reason: "it is the wrong way round: its end is an ancestor of its beginning, so that no commit is in it; swap them"
            .to_owned(),
    })
}
