//! Scans what commits add to their parents, for a range and for a push.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use rayon::prelude::*;

use super::Options;
use super::change::Stage;
use super::novelty::{self, New, Novelty, Searcher, Step, Whence};
use super::sightings::Located;
use crate::error::Result;
use crate::git::Kind;
use crate::git::commit::{self, Header};
use crate::git::refs::Refs;
use crate::model::{Attribution, Event, EventKind, ObjectId, Origin, Problem, ProblemKind, Stats};
use crate::source::change::{Folder, Folders, unread};
use crate::source::range::{Ends, Member, Walk};

/// Places what is new in each of these commits, and in what else there is, and counts what was read; `head` is what HEAD
/// points at.
pub(super) fn scan(
    stage: &mut Stage<'_>,
    members: &[Member],
    head: Option<ObjectId>,
    more: impl FnOnce(&Commits<'_>) -> Vec<Novelty>,
) -> Result<Located> {
    let searcher = stage.searcher();
    let commits = Commits {
        searcher: &searcher,
        folders: stage.folders(),
    };
    let mut novelties = commits.scan(members, head, stage.options)?;
    novelties.extend(more(&commits));
    let mut stats = Stats {
        commits: members.len() as u64,
        ..Stats::default()
    };
    let mut located = Located::new();
    super::place(stage.collector, novelties, &mut located, &mut stats);
    searcher.tell(&mut stats);
    stage.outcome.stats = stats;
    Ok(located)
}

/// Scans commits of one repository.
pub(super) struct Commits<'a> {
    pub(super) searcher: &'a Searcher<'a>,
    pub(super) folders: Folders<'a>,
}

impl Commits<'_> {
    /// What is new in each of these commits; `head` is what HEAD points at.
    fn scan(
        &self,
        members: &[Member],
        head: Option<ObjectId>,
        options: &Options,
    ) -> Result<Vec<Novelty>> {
        let control = self.searcher.control;
        control.phase(members.len() as u64);
        let each = || members.par_iter().map(|member| self.commit(member));
        let mut novelties: Vec<Novelty> = super::pool(control)?.install(|| each().collect());
        self.say_what_holds(&mut novelties, head);
        self.say_whence(&mut novelties, members, options);
        Ok(novelties)
    }

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
            let step = self.step(tree, &parents, member, Some(attribution.clone()));
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
        novelty.objects(member.id, messages, Some(&attribution));
        searcher
            .control
            .progress
            .done
            .fetch_add(1, Ordering::Relaxed);
        novelty
    }

    /// A commit as a change of its parents.
    fn step(
        &self,
        tree: ObjectId,
        parents: &[ObjectId],
        member: &Member,
        attribution: Option<Box<Attribution>>,
    ) -> Step<'static> {
        let of_parent = |id: &ObjectId| Header::parse(&self.read(id)?).tree;
        let most = self.searcher.control.limits.parents;
        Step {
            folder: Folder::Tree(tree),
            // A commit whose parents are not here has all that it holds from them, or added it: nobody can tell.
            parents: if member.cut {
                Vec::new()
            } else {
                parents.iter().take(most).map(of_parent).collect()
            },
            origin: Origin::History,
            attribution,
        }
    }

    /// Says of what is new under keys of the baseline where its commit took it from.
    fn say_whence(&self, novelties: &mut [Novelty], members: &[Member], options: &Options) {
        let is_clean = novelties.iter().all(|novelty| novelty.new.is_empty());
        let whence = (!is_clean).then(|| Whence::new(options, self.searcher, &self.folders));
        let Some(mut whence) = whence.flatten() else {
            return;
        };
        let paths = whence.paths(novelties);
        if paths.is_empty() {
            return;
        }
        let adding = novelties.iter_mut().zip(members);
        for (novelty, member) in adding.filter(|(novelty, _)| !novelty.new.is_empty()) {
            let Some(bytes) = self.read(&member.id) else {
                continue;
            };
            let headers = Header::parse(&bytes);
            if let Some(tree) = headers.tree {
                let step = self.step(tree, &headers.parents, member, None);
                whence.say(&step, novelty, &paths);
            }
        }
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
