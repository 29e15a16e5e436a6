//! Scans what the commits of a range add.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Instant;

use rayon::prelude::*;

use super::Options;
use super::collector::Collector;
use super::explaining::Explaining;
use super::novelty::{self, New, Novelty, Searcher, Step, Watch};
use super::sightings::{Located, Where};
use crate::control::Control;
use crate::detect::Detector;
use crate::error::{Error, Result};
use crate::git::commit::{self, Header};
use crate::git::refs::{self, Refs};
use crate::git::revisions::{Revisions, Unresolved};
use crate::git::{Kind, Repository, Store};
use crate::model::{
    Attribution, Event, EventKind, Location, ObjectId, Origin, Outcome, Problem, ProblemKind, Sink,
    Target, TargetKind,
};
use crate::source::change::{Folder, Folders, unread};
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
    let begun = Instant::now();
    let collector = Collector::new(detector, options);
    let explaining = Explaining::wanted(&collector, detector, options);
    let watch = Watch::new(&collector);
    let mut outcome = Outcome::default();
    let mut problems = Vec::new();
    let mut store = Store::light(repository, control.limits.alternates, &mut problems);
    repository
        .problems
        .iter()
        .for_each(|problem| collector.problem(problem.clone()));
    let mut walked = Vec::new();
    let (ends, members) = members(repository, &mut store, asked, control, &mut walked)?;
    walked
        .into_iter()
        .for_each(|problem| watch.problem(problem));
    note(asked, &ends, &members, &mut outcome)?;
    outcome.targets.push(Target {
        path: repository.name.display().to_string(),
        kind: TargetKind::Git,
        head: refs::lookup(repository, b"HEAD").unwrap_or_default(),
        shallow: !repository.shallow.is_empty(),
    });
    super::name_borrowed(repository, &store, &mut outcome);
    let searcher = Searcher::new(
        (repository, &store),
        detector,
        control,
        options.show_secrets,
        explaining.as_ref(),
        &watch,
    );
    let scan = Scan {
        searcher: &searcher,
        folders: Folders::new(repository, &store, control.limits.max_delta_result, &watch),
    };
    control.phase(members.len() as u64);
    let mut novelties: Vec<Novelty> = super::pool(control)?.install(|| {
        members
            .par_iter()
            .map(|member| scan.commit(member))
            .collect()
    });
    let head = outcome.targets.first().and_then(|target| target.head);
    scan.say_what_holds(&mut novelties, head);
    let mut located = Located::new();
    super::place(&collector, novelties, &mut located, &mut outcome.stats);
    outcome.stats.commits = members.len() as u64;
    searcher.tell(&mut outcome.stats);
    watch.tell(problems, &repository.name.display().to_string());
    if let Some(explaining) = explaining {
        explaining.finish(&mut outcome);
    }
    super::finish(outcome, collector, located, options, control, begun)
}

fn members(
    repository: &Repository,
    store: &mut Store,
    asked: &Asked,
    control: &Control,
    problems: &mut Vec<Problem>,
) -> Result<(Ends, Vec<Member>)> {
    let revisions = Revisions::new(repository, store);
    let commit = |text: &str| {
        revisions
            .commit(text)
            .map_err(|unresolved| Error::Revision {
                what: "the revision",
                text: text.to_owned(),
                reason: match unresolved {
                    Unresolved::Wrong(reason) => reason,
                    Unresolved::Broken(problem) => {
                        format!("{}: {}", problem.place, problem.message)
                    }
                },
            })
    };
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

struct Scan<'a> {
    searcher: &'a Searcher<'a>,
    folders: Folders<'a>,
}

impl Scan<'_> {
    fn commit(&self, member: &Member) -> Novelty {
        let searcher = self.searcher;
        if searcher.control.is_cancelled() {
            return Novelty::default();
        }
        let Some(bytes) = self.read(&member.id) else {
            return Novelty::default();
        };
        searcher
            .bytes
            .fetch_add(bytes.len() as u64, Ordering::Relaxed);
        let headers = Header::parse(&bytes);
        let (tree, parents) = (headers.tree, headers.parents);
        let attribution = attribution(&bytes, headers.date, member);
        let mut novelty = Novelty::default();
        if let Some(tree) = tree {
            let of_parent = |id: &ObjectId| Header::parse(&self.read(id)?).tree;
            let step = Step {
                folder: Folder::Tree(tree),
                // A commit whose parents are not here has all that it holds from them, or added it: nobody can tell.
                parents: if member.cut {
                    Vec::new()
                } else {
                    parents.iter().map(of_parent).collect()
                },
                origin: Origin::History,
                attribution: Some(attribution.clone()),
            };
            let added = self.folders.added(&step.folder, &step.parents);
            novelty = novelty::judge(searcher, &self.folders, &step, &added);
        } else {
            let message =
                "its first line is not git's, so what it adds is not known; run `git fsck`";
            searcher.sink.problem(Problem::new(
                ProblemKind::DamagedObject,
                member.id.to_string(),
                message,
            ));
        }
        let messages = searcher.text(&bytes, Origin::CommitMessage, None, Some(member.id));
        for found in messages.into_iter().filter(|found| !found.told.dropped) {
            novelty.new.push(New {
                at: Where::Object(found.origin, member.id, found.start),
                location: Location {
                    origin: found.origin,
                    path: None,
                    place: Some(found.place),
                    blob: Some(member.id),
                    reachable: None,
                    attribution: Some(attribution.clone()),
                    tracked: None,
                    context: found.told.context,
                    notes: found.told.notes,
                    allowed: found.told.allowed,
                },
                seen: found.seen,
            });
        }
        searcher
            .control
            .progress
            .done
            .fetch_add(1, Ordering::Relaxed);
        novelty
    }

    fn read(&self, id: &ObjectId) -> Option<Vec<u8>> {
        let searcher = self.searcher;
        let read = searcher
            .store
            .read(id, searcher.control.limits.max_whole_object);
        let bytes = read
            .filter(|(kind, _)| *kind == Kind::Commit)
            .map(|(_, bytes)| bytes);
        if bytes.is_none() {
            searcher
                .sink
                .problem(unread(searcher.repository, searcher.store, id));
        }
        bytes
    }

    /// Adds to what is new whether HEAD holds it, and whether its commit has left this machine.
    fn say_what_holds(&self, novelties: &mut [Novelty], head: Option<ObjectId>) {
        let repository = self.searcher.repository;
        let commit = |new: &New| Some(new.location.attribution.as_ref()?.introduced.as_ref()?.id);
        let commits: BTreeSet<ObjectId> = novelties
            .iter()
            .flat_map(|novelty| &novelty.new)
            .filter_map(commit)
            .collect();
        if commits.is_empty() {
            return;
        }
        let refs = Refs::read(repository, &mut Vec::new());
        let remote = refs
            .all
            .iter()
            .filter(|(name, _)| name.starts_with(b"refs/remotes/"));
        let remote: Vec<ObjectId> = remote.filter_map(|(_, id)| *id).collect();
        let is_tracking = !remote.is_empty();
        let pushed = pushed(self.searcher, commits, remote);
        let root = head.and_then(|id| Header::parse(&self.read(&id)?).tree);
        for new in novelties.iter_mut().flat_map(|novelty| &mut novelty.new) {
            let pushed = commit(new).is_some_and(|id| pushed.contains(&id));
            let path = new
                .location
                .path
                .as_ref()
                .filter(|_| new.location.origin == Origin::History);
            let blob = root
                .zip(path)
                .and_then(|(root, path)| self.folders.file(root, path));
            let holds = |blob| {
                self.searcher
                    .old_blob(&blob)
                    .iter()
                    .any(|found| found.seen.secret == new.seen.secret)
            };
            let at_head = blob.is_some_and(holds);
            if let Some(attribution) = &mut new.location.attribution {
                attribution.pushed = is_tracking.then_some(pushed);
                attribution.at_head = at_head;
            }
        }
    }
}

/// Those of `commits` that `remote` leads to.
fn pushed(
    searcher: &Searcher<'_>,
    commits: BTreeSet<ObjectId>,
    remote: Vec<ObjectId>,
) -> BTreeSet<ObjectId> {
    if remote.is_empty() {
        return BTreeSet::new();
    }
    let ends = Ends {
        left: remote,
        right: commits.iter().copied().collect(),
        ..Ends::default()
    };
    let Searcher {
        repository,
        store,
        control,
        ..
    } = searcher;
    let local = Walk::run(repository, store, &ends, control, &mut Vec::new());
    let local: BTreeSet<ObjectId> = local.into_iter().map(|member| member.id).collect();
    commits.difference(&local).copied().collect()
}

fn attribution(bytes: &[u8], date: Option<i64>, member: &Member) -> Box<Attribution> {
    let event = Event {
        date,
        commit: member.id,
        kind: EventKind::Introduced,
    };
    Box::new(Attribution {
        introduced: Some(commit::describe(member.id, bytes)),
        at_or_before: member.cut,
        removed: None,
        events: vec![event],
        events_total: 1,
        refs: Vec::new(),
        refs_total: 0,
        at_head: false,
        pushed: None,
        renamed_from: None,
    })
}
