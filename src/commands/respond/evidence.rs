//! Where keys are now, by a scan that was just made: what a report says of that is not asked. A key that somebody allows is there all
//! the same.

use std::collections::{BTreeSet, HashMap};

use super::ground::Grounds;
use super::naming::Naming;
use super::owners::Owners;
use crate::commands::reported::{self, Key, Place, Told, is_plain};
use crate::control::Limits;
use crate::git::{Kind, Repository, Store};
use crate::model::{Location, ObjectId, Origin, Outcome, Problem, ProblemKind, Reachable};
use crate::report::response::{Found, InHistory, Presence, Text};

/// Places, and names of refs, that are told.
const SHOWN: usize = 5;
/// Commits of a report that are looked for.
const COMMITS: usize = 10_000;
/// What is said where nothing is to be seen of the repository.
const STRANGER: &str = "nothing here shows that this is the repository that the report is about";

/// What is said of a key whose commits are not here.
const ELSEWHERE: &str = "no commit with it that the report names is here: a clone of other branches does not show that it is gone; after a \
                         rewrite, -C DIR says that this is all";

/// Where keys are.
pub(super) struct Evidence<'a> {
    places: HashMap<String, Vec<&'a Location>>,
    naming: &'a Naming<'a>,
    owners: &'a Owners,
    /// Why what was not found in the files, at HEAD, or in the history may be there all the same.
    unread: [Option<Text>; 3],
    /// Whether what was looked at is what the report is about.
    is_known: bool,
    /// The keys of which the report names commits, and none is here: another branch had them, which was not cloned.
    elsewhere: BTreeSet<String>,
    is_git: bool,
    /// Whether the report has a history to look at.
    wants_git: bool,
    is_complete: bool,
}

impl<'a> Evidence<'a> {
    pub(super) fn new(
        outcome: &'a Outcome,
        told: Option<&Told>,
        grounds: &Grounds,
        owners: &'a Owners,
        naming: &'a Naming<'a>,
    ) -> Self {
        let mut places: HashMap<String, Vec<&Location>> = HashMap::new();
        let lists = [&outcome.keys, &outcome.suppressed, &outcome.hidden];
        for key in lists.into_iter().flatten() {
            let all = places.entry(key.secret.fingerprint()).or_default();
            all.extend(&key.locations);
        }
        let problems = outcome.problems.iter();
        let problems: Vec<&Problem> = problems.filter(|at| at.accepted.is_none()).collect();
        let kinds: [fn(ProblemKind) -> bool; 3] = [of_files, of_head, |_| true];
        let unread = kinds.map(|is| {
            let first = problems.iter().find(|problem| is(problem.kind))?;
            Some(
                Text::new("it was not found, but not everything could be read: ")
                    .code(naming.name(&first.place))
                    .words(": ")
                    .code(naming.name(&first.message)),
            )
        });
        // A key may have leaked in another repository, too: where there are commits to know this one by, a key does not do.
        let wanted = told.map(commits).unwrap_or_default();
        let here = match grounds.is_named {
            true => BTreeSet::new(),
            false => present(&wanted, grounds),
        };
        let is_here = |told: &Told| match wanted.is_empty() {
            true => {
                let mut keys = told.keys.iter();
                keys.any(|key| places.contains_key(&key.fingerprint.to_ascii_lowercase()))
            }
            false => !here.is_empty(),
        };
        let is_elsewhere = |key: &&Key| {
            let commits = key.locations.iter().filter_map(introduced);
            let commits: BTreeSet<ObjectId> = commits.filter(|id| wanted.contains(id)).collect();
            !commits.is_empty() && commits.is_disjoint(&here)
        };
        let keys = told.map(|told| told.keys.as_slice()).unwrap_or_default();
        let elsewhere = keys.iter().filter(|_| !grounds.is_named);
        let elsewhere = elsewhere
            .filter(is_elsewhere)
            .map(|key| key.fingerprint.to_ascii_lowercase())
            .collect();
        let is_known = grounds.is_named || told.is_none_or(is_here);
        Self {
            unread,
            is_known,
            elsewhere,
            is_git: grounds.is_git,
            wants_git: told.is_some_and(|told| {
                told.targets
                    .iter()
                    .any(|target| matches!(target.kind, reported::Kind::Git))
            }),
            is_complete: outcome.complete(),
            places,
            naming,
            owners,
        }
    }

    /// Why nothing can be said of what was looked at; `None` if it is what the report is about.
    pub(super) fn stranger(&self) -> Option<&'static str> {
        (!self.is_known).then_some(STRANGER)
    }

    /// Whether everything could be read.
    pub(super) fn is_complete(&self) -> bool {
        self.is_complete
    }

    fn at(&self, fingerprint: &str) -> &[&'a Location] {
        let places = self.places.get(fingerprint);
        places.map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether it is in the files.
    pub(super) fn files(&self, fingerprint: &str) -> Presence<Found> {
        self.found(fingerprint, 0, is_file)
    }

    /// Whether it is in the commit that is checked out.
    pub(super) fn head(&self, fingerprint: &str) -> Presence<Found> {
        if let Some(none) = self.without_git() {
            return none;
        }
        let is_at_head = |at: &Location| {
            at.attribution
                .as_deref()
                .is_some_and(|history| history.at_head)
        };
        self.found(fingerprint, 1, is_at_head)
    }

    /// Whether it is in the object database.
    pub(super) fn history(&self, fingerprint: &str) -> Presence<InHistory> {
        if let Some(none) = self.without_git() {
            return none;
        }
        let places = self.at(fingerprint).iter();
        let places: Vec<&Location> = places.copied().filter(|at| is_in_history(at)).collect();
        if places.is_empty() {
            return match (
                self.absent(fingerprint, 2),
                self.elsewhere.contains(fingerprint),
            ) {
                (Presence::Gone, true) => Presence::Unknown(Text::new(ELSEWHERE)),
                (absent, _) => absent,
            };
        }
        Presence::There(self.in_history(&places))
    }

    /// What is said of a history where there is none.
    fn without_git<T>(&self) -> Option<Presence<T>> {
        let why = "the report is about a git repository, and there is none here";
        match (self.is_git, self.wants_git) {
            (true, _) => None,
            (false, true) => Some(Presence::Unknown(Text::new(why))),
            (false, false) => Some(Presence::Nothing),
        }
    }

    fn found(
        &self,
        fingerprint: &str,
        part: usize,
        is: impl Fn(&Location) -> bool,
    ) -> Presence<Found> {
        let places = self.at(fingerprint).iter();
        let names: BTreeSet<String> = places
            .filter(|at| is(at))
            .map(|at| self.place(at))
            .collect();
        match names.len() as u64 {
            0 => self.absent(fingerprint, part),
            total => Presence::There(Found {
                places: names.into_iter().take(SHOWN).collect(),
                total,
            }),
        }
    }

    /// What not to have found it means.
    fn absent<T>(&self, fingerprint: &str, part: usize) -> Presence<T> {
        let unread = self.unread.get(part).cloned().flatten();
        if let Some(why) = self.stranger() {
            Presence::Unknown(Text::new(why))
        } else if !is_plain(fingerprint) {
            Presence::Unknown(Text::new(
                "it was not found by its fingerprint, which holds for the run that made it, unless AISALEAKS_FINGERPRINT_KEY is set: \
                 scan again",
            ))
        } else if let Some(why) = unread {
            Presence::Unknown(why)
        } else {
            Presence::Gone
        }
    }

    /// `src/app.py:3`.
    fn place(&self, at: &Location) -> String {
        let mut text = match (&at.path, at.origin) {
            (Some(path), _) => self.naming.bytes(path),
            (None, origin) => format!("a {}", origin.name()),
        };
        for name in &at.member {
            text.push_str(&format!("!{}", self.naming.bytes(name)));
        }
        if let (Some(place), true) = (at.place, at.path.is_some()) {
            text.push_str(&format!(":{}", place.line));
        }
        text
    }

    fn in_history(&self, places: &[&Location]) -> InHistory {
        let reached = |is: fn(Option<Reachable>) -> bool| places.iter().any(|at| is(at.reachable));
        let histories = places.iter().filter_map(|at| at.attribution.as_deref());
        let names: BTreeSet<&[u8]> = (histories.clone())
            .flat_map(|at| at.refs.iter().map(Vec::as_slice))
            .collect();
        // Of a place with very many refs not all are listed.
        let most = histories.clone().map(|at| at.refs_total).max();
        let is_ref = |at: &&Location| at.origin == Origin::RefName;
        InHistory {
            refs: (names.iter().take(SHOWN))
                .map(|name| self.naming.bytes(name))
                .collect(),
            refs_total: most.unwrap_or(0).max(names.len() as u64),
            by_refs: reached(|it| it == Some(Reachable::Refs)) || places.iter().any(is_ref),
            in_stash: reached(|it| it == Some(Reachable::Stash)),
            repositories: self.owners.with(places),
            unreachable: reached(|it| matches!(it, Some(Reachable::Reflog | Reachable::None))),
            pushed: match histories.clone().any(|at| at.pushed == Some(true)) {
                true => Some(true),
                false => histories
                    .map(|at| at.pushed)
                    .reduce(|one, other| one.and(other))
                    .flatten(),
            },
        }
    }

    /// When the first commit was made that has it, in seconds since 1970.
    pub(super) fn since(&self, fingerprint: &str) -> Option<i64> {
        let histories = self.at(fingerprint).iter();
        let histories = histories.filter_map(|at| at.attribution.as_deref());
        histories
            .filter_map(|at| at.introduced.as_ref()?.date)
            .min()
    }
}

/// Whether a place is on disk.
fn is_file(at: &Location) -> bool {
    match at.origin {
        Origin::Worktree | Origin::Config | Origin::Staged => true,
        Origin::PathName => at.reachable.is_none() || at.tracked.is_some(),
        _ => false,
    }
}

/// Whether a place is in the object database, whether or not it is on disk, too.
fn is_in_history(at: &Location) -> bool {
    let is_there = !matches!(
        at.origin,
        Origin::Worktree | Origin::Config | Origin::Staged
    );
    at.reachable.is_some()
        || (is_there && at.origin != Origin::PathName && at.origin != Origin::Stdin)
}

/// Whether files may be unread.
fn of_files(kind: ProblemKind) -> bool {
    !matches!(
        kind,
        ProblemKind::DamagedPack
            | ProblemKind::DamagedIndex
            | ProblemKind::DamagedObject
            | ProblemKind::AbsentObject
            | ProblemKind::Shallow
            | ProblemKind::Partial
            | ProblemKind::BrokenRef
            | ProblemKind::BrokenAlternate
    )
}

/// Whether what is checked out may be unread: a shallow clone has all of that.
fn of_head(kind: ProblemKind) -> bool {
    kind != ProblemKind::Shallow
}

/// The commits that a report names.
fn commits(told: &Told) -> BTreeSet<ObjectId> {
    let heads = told.targets.iter().filter_map(|target| target.head);
    let places = told.keys.iter().flat_map(|key| &key.locations);
    heads
        .chain(places.filter_map(introduced))
        .take(COMMITS)
        .collect()
}

/// The commit that brought a key to a place, as a report says.
fn introduced(at: &Place) -> Option<ObjectId> {
    at.introduced.as_ref()?.commit
}

/// Those of the commits that are here: one shows that this is a clone of where they were.
fn present(wanted: &BTreeSet<ObjectId>, grounds: &Grounds) -> BTreeSet<ObjectId> {
    let deepest = Limits::default().alternates;
    let mut here = BTreeSet::new();
    for repository in grounds
        .paths
        .iter()
        .filter_map(|path| Repository::discover(path))
    {
        // What is wrong with packs is a problem of the scan.
        let store = Store::light(&repository, deepest, &mut Vec::new());
        let fitting = wanted
            .iter()
            .filter(|id| id.as_bytes().len() == repository.hash);
        here.extend(fitting.filter(|id| store.kind(id) == Some(Kind::Commit)));
    }
    here
}
