//! Scans what a push would send: every object that its refs lead to and the remote lacks.

use std::collections::{BTreeSet, HashSet};

use super::Options;
use super::change::{self, Stage};
use super::commits::{self, Commits};
use super::novelty::{self, Novelty, Step};
use crate::control::Control;
use crate::detect::Detector;
use crate::error::Result;
use crate::git::refs::{self, Refs};
use crate::git::updates::Update;
use crate::git::{Kind, Repository, tag};
use crate::model::{ObjectId, Origin, Outcome, Problem, ProblemKind, TargetKind};
use crate::source::change::{Folder, unread};
use crate::source::range::{Ends, Member, Walk};

/// A push.
#[derive(Clone, Debug, Default)]
pub struct Push {
    /// What it does to each ref.
    pub updates: Vec<Update>,
    /// What the remote is known to have.
    pub known: Known,
}

/// What the other end of a push is known to have.
#[derive(Clone, Debug, Default)]
pub enum Known {
    /// What every ref of this repository leads to: it is the one that is pushed to, and its refs have not moved yet.
    #[default]
    Refs,
    /// What the remote-tracking refs of this remote lead to, and what those of its refs that change point at.
    Remote(String),
    /// These, whatever the refs of this repository say: where it was fetched from, the push is over.
    These(Vec<ObjectId>),
}

/// Scans what a push would send. Tags and what is no commit are scanned whole; of commits counts what they add to their
/// parents.
///
/// # Errors
/// Threads that do not start.
pub fn push(
    repository: &Repository,
    push: &Push,
    options: &Options,
    detector: &Detector,
    control: &Control,
) -> Result<Outcome> {
    change::scan(repository, options, detector, control, |stage| {
        let head = refs::lookup(repository, b"HEAD").unwrap_or_default();
        stage.target(TargetKind::Git, head);
        // A ref that cannot be read makes the push larger than it is, never smaller.
        let refs = Refs::read(repository, &mut Vec::new());
        let there = known(stage, push, &refs);
        let sent = Sent::follow(stage, push, &refs, &there);
        let ends = Ends {
            left: there.into_iter().collect(),
            right: sent.commits.clone(),
            ..Ends::default()
        };
        let mut walked = Vec::new();
        let members = Walk::run(repository, &stage.store, &ends, control, &mut walked);
        walked
            .into_iter()
            .for_each(|problem| stage.sink().problem(problem));
        if matches!(push.known, Known::These(_)) {
            say_unsure(stage, &ends, &members);
        }
        commits::scan(stage, &members, head, |commits| sent.scan(commits))
    })
}

/// Says that old commits may count as new: what is there already is cut off, and what is new goes back to the very beginning,
/// which it may share.
fn say_unsure(stage: &Stage<'_>, ends: &Ends, members: &[Member]) {
    let shallow = &stage.repository.shallow;
    if shallow.is_empty() || ends.left.is_empty() || !members.iter().any(|member| member.root) {
        return;
    }
    let message = "the history of what is there already is cut off, so that what is older may count as new; run \
                   `git fetch --unshallow`";
    let place = stage.repository.name.display().to_string();
    let problem = Problem::new(ProblemKind::Shallow, place, message);
    stage.sink().problem(problem);
}

/// The objects that the remote is known to have, with what its tags lead to.
fn known(stage: &Stage<'_>, push: &Push, refs: &Refs) -> BTreeSet<ObjectId> {
    let mut there = BTreeSet::new();
    let mut below = |prefix: &str| {
        let fitting = |(name, _): &&(Vec<u8>, _)| name.starts_with(prefix.as_bytes());
        there.extend(refs.all.iter().filter(fitting).filter_map(|(_, id)| *id));
    };
    match &push.known {
        // What a ref points at before a push is here only what the pusher claims: git checks it after the hook, ref by ref.
        Known::Refs => below("refs/"),
        Known::Remote(name) => {
            below(&format!("refs/remotes/{name}/"));
            there.extend(push.updates.iter().filter_map(|at| at.old));
        }
        Known::These(ids) => there.extend(ids),
    }
    let tags: Vec<ObjectId> = there.iter().copied().collect();
    for tag in tags {
        let mut at = tag;
        while let Some(target) = target(stage, &at).filter(|target| there.insert(*target)) {
            at = target;
        }
    }
    there
}

/// What a tag leads to; `None` if the object is none, or is not here.
fn target(stage: &Stage<'_>, id: &ObjectId) -> Option<ObjectId> {
    if stage.store.kind(id)? != Kind::Tag {
        return None;
    }
    let (_, bytes) = stage
        .store
        .read(id, stage.control.limits.max_whole_object)?;
    tag::target(&bytes)
}

/// What the refs of a push lead to.
#[derive(Default)]
struct Sent {
    commits: Vec<ObjectId>,
    /// With what stands in them.
    tags: Vec<(ObjectId, Vec<u8>)>,
    trees: Vec<ObjectId>,
    blobs: Vec<ObjectId>,
    /// Names of refs that the remote does not have.
    names: Vec<Vec<u8>>,
}

impl Sent {
    /// Follows each ref to what is no tag, and says which could not be followed.
    fn follow(stage: &Stage<'_>, push: &Push, refs: &Refs, there: &BTreeSet<ObjectId>) -> Self {
        let names: HashSet<&[u8]> = refs.all.iter().map(|(name, _)| &name[..]).collect();
        let is_new = |update: &Update| match push.known {
            Known::Refs => !names.contains(&update.name[..]),
            Known::Remote(_) | Known::These(_) => update.old.is_none(),
        };
        let mut sent = Self::default();
        let mut seen = BTreeSet::new();
        for update in &push.updates {
            let Some(mut at) = update.new else {
                continue;
            };
            if is_new(update) {
                sent.names.push(update.name.clone());
            }
            // Each object is followed once, so that no chain of tags is longer than there are tags.
            while !there.contains(&at) && seen.insert(at) {
                match sent.add(stage, at) {
                    Some(target) => at = target,
                    None => break,
                }
            }
        }
        sent
    }

    /// Adds an object, and tells what it leads to if it is a tag.
    fn add(&mut self, stage: &Stage<'_>, id: ObjectId) -> Option<ObjectId> {
        let unread = || {
            let problem = unread(stage.repository, &stage.store, &id);
            stage.sink().problem(problem);
        };
        match stage.store.kind(&id) {
            Some(Kind::Commit) => self.commits.push(id),
            Some(Kind::Tree) => self.trees.push(id),
            Some(Kind::Blob) => self.blobs.push(id),
            None => unread(),
            Some(Kind::Tag) => match stage.store.read(&id, stage.control.limits.max_whole_object) {
                None => unread(),
                Some((_, bytes)) => {
                    let target = tag::target(&bytes);
                    if target.is_none() {
                        let message = "this tag leads nowhere that can be told; run `git fsck`";
                        let kind = ProblemKind::DamagedObject;
                        stage
                            .sink()
                            .problem(Problem::new(kind, id.to_string(), message));
                    }
                    self.tags.push((id, bytes));
                    return target;
                }
            },
        }
        None
    }

    /// What stands in all that is no commit: none of it has a parent, so that all of it is new.
    fn scan(&self, commits: &Commits<'_>) -> Vec<Novelty> {
        let searcher = commits.searcher;
        let mut novelties = Vec::new();
        for id in &self.trees {
            let step = Step {
                folder: Folder::Tree(*id),
                parents: Vec::new(),
                origin: Origin::History,
                attribution: None,
            };
            let added = commits.folders.added(&step.folder, &step.parents);
            novelties.push(novelty::judge(searcher, &commits.folders, &step, &added));
        }
        let mut rest = Novelty::default();
        for (id, bytes) in &self.tags {
            let found = searcher.text(bytes, Origin::TagMessage, None, Some(*id));
            rest.objects(*id, found, None);
        }
        for id in &self.blobs {
            let found = searcher.new_blob(id, Origin::History, b"");
            rest.objects(*id, found.to_vec(), None);
        }
        for name in &self.names {
            rest.ref_name(name, searcher.text(name, Origin::RefName, Some(name), None));
        }
        novelties.push(rest);
        novelties
    }
}
