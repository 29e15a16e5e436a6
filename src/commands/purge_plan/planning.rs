//! From what a scan saw to what is written and told.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::Request;
use super::affected::{self, Affected};
use super::folder::{Folder, REFLOGS, REPLACEMENTS, STRIPPED};
use super::lines::{self, Lines, Pattern};
use super::pinned;
use super::reaching::{self, Asked, Reached, Why};
use crate::control::Control;
use crate::detect::Detector;
use crate::error::Result;
use crate::model::{
    Key, Location, ObjectId, Origin, Outcome, Problem, ProblemKind, Reachable, Secret,
};
use crate::pipeline::{Sighting, Traced};

/// A plan.
#[derive(Default)]
pub(super) struct Plan {
    /// The keys, in the order of reports.
    pub(super) keys: Vec<KeyPlan>,
    /// What is replaced.
    pub(super) lines: Lines,
    /// The files that are taken out.
    pub(super) stripped: BTreeSet<ObjectId>,
    /// Their places.
    pub(super) vanishing: BTreeSet<Held>,
    /// What leads to the keys.
    pub(super) affected: Affected,
    /// Other keys of the history, which stay.
    pub(super) others: usize,
    /// Whether something in the history is allowed, so that only a scan for these keys can prove that they are gone.
    pub(super) has_allowed: bool,
    /// Whether something could not be read, here and in any copy.
    pub(super) is_unread: bool,
}

/// What becomes of a key.
pub(super) struct KeyPlan {
    pub(super) secret: Secret,
    /// Whether a pattern names it.
    pub(super) has_pattern: bool,
    /// Versions of files in which it is replaced.
    pub(super) files: usize,
    /// Commits and tags in whose messages it is replaced.
    pub(super) messages: usize,
    /// Objects that go when git collects what no ref leads to.
    pub(super) unreachable: usize,
    /// Where it stays, unless somebody does something.
    pub(super) left: BTreeSet<(Why, Held)>,
}

/// Where a key stands, as a person is told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Held {
    /// A place that reports tell, too.
    At(Box<Location>),
    /// An older version of a file, or what no location tells.
    In(Origin, ObjectId),
    /// A ref.
    Ref(Vec<u8>),
}

/// Plans it.
pub(super) fn plan(
    request: &Request,
    outcome: &Outcome,
    traced: &Traced,
    detector: &Detector,
    control: &Control,
) -> Plan {
    let asked = |key: &&Key| {
        let fingerprint = key.secret.fingerprint();
        request.keys.is_empty() || request.keys.iter().any(|start| start.fits(&fingerprint))
    };
    let keys: Vec<&Key> = outcome.keys.iter().filter(asked).collect();
    let mut plan = Plan {
        affected: affected::affected(&keys, traced, control),
        others: outcome.keys.len() - keys.len(),
        has_allowed: !outcome.suppressed.is_empty(),
        is_unread: outcome.problems.iter().any(stays),
        ..Plan::default()
    };
    let chosen: HashSet<&Secret> = keys.iter().map(|key| &key.secret).collect();
    let numbers: BTreeMap<u32, Secret> = (traced.secrets.iter())
        .filter(|(_, secret)| chosen.contains(secret))
        .map(|(&number, secret)| (number, secret.clone()))
        .collect();
    let lost = lost(&keys);
    let wanted = |seen: &&Sighting| numbers.contains_key(&seen.key);
    let (gone, wanted): (Vec<&Sighting>, Vec<&Sighting>) = (traced.sightings.iter())
        .filter(wanted)
        .partition(|seen| lost.contains(&seen.object));
    let patterned = name(&mut plan.lines, &numbers, outcome);
    if request.write_literals {
        let plain = wanted
            .iter()
            .filter(|seen| !seen.wrapped && !seen.in_member);
        let unnamed = plain.filter(|seen| !patterned.contains(&seen.key));
        for secret in unnamed.filter_map(|seen| numbers.get(&seen.key)) {
            plan.lines.add_literal(secret.expose().as_bytes());
        }
        for literal in reaching::literals(traced, &wanted, control) {
            plan.lines.add_literal(&literal);
        }
    }
    let asked = Asked {
        keys: &numbers,
        patterned: &patterned,
        lines: &plan.lines,
        literals: request.write_literals,
        detector,
    };
    let mut reached = reaching::reached(&asked, traced, &wanted, control);
    reached.sort_unstable();
    let pinned = pinned::pinned(traced, &wanted, control);
    let number_of: HashMap<&Secret, u32> = numbers.iter().map(|(&n, secret)| (secret, n)).collect();
    let unreachable: BTreeSet<(u32, ObjectId)> =
        gone.iter().map(|seen| (seen.key, seen.object)).collect();
    for key in keys {
        // Only the name of a ref is in no object.
        let Some(number) = number_of.get(&key.secret) else {
            plan.keys.push(KeyPlan::of(key, false));
            continue;
        };
        let mut told = KeyPlan::of(key, patterned.contains(number));
        told.unreachable = unreachable.iter().filter(|(key, _)| key == number).count();
        let first = reached.partition_point(|seen| seen.key < *number);
        let own = reached.get(first..).unwrap_or_default().iter();
        for seen in own.take_while(|seen| seen.key == *number) {
            plan.take(&mut told, key, seen, request.strip_files);
        }
        let own = pinned.iter().filter(|(key, _)| key == number);
        told.left
            .extend(own.map(|(_, name)| (Why::Pinned, Held::Ref(name.clone()))));
        plan.keys.push(told);
    }
    plan
}

/// Whether a problem is one of the copies, too: what is missing here is not missing at the remote.
fn stays(problem: &Problem) -> bool {
    let is_missing = matches!(problem.kind, ProblemKind::Shallow | ProblemKind::Partial);
    problem.accepted.is_none() && !is_missing
}

/// Has patterns replaced, and tells which keys they name.
fn name(lines: &mut Lines, numbers: &BTreeMap<u32, Secret>, outcome: &Outcome) -> BTreeSet<u32> {
    let lists = [&outcome.keys, &outcome.suppressed, &outcome.hidden];
    let known: Vec<&Secret> = lists.into_iter().flatten().map(|key| &key.secret).collect();
    let chosen: HashSet<&Secret> = numbers.values().collect();
    let others: Vec<&Secret> = known
        .into_iter()
        .filter(|secret| !chosen.contains(secret))
        .collect();
    // Another key that stays must not go with it, as unlikely as it is; but one that begins with it does.
    let takes_another = |pattern: &Pattern, own: &Secret| {
        let mut others = others.iter();
        others.any(|other| pattern.fits(other) && !other.expose().contains(own.expose()))
    };
    let patterns = numbers.iter().filter_map(|(&number, secret)| {
        let pattern = lines::pattern(number, secret)?;
        (!takes_another(&pattern, secret)).then_some((number, pattern))
    });
    let (patterned, patterns): (BTreeSet<u32>, Vec<Pattern>) = patterns.unzip();
    lines.add_patterns(patterns);
    patterned
}

/// Objects to which no ref leads, as far as locations tell.
fn lost(keys: &[&Key]) -> BTreeSet<ObjectId> {
    let places = || keys.iter().flat_map(|key| &key.locations);
    let is_lost =
        |at: &&Location| matches!(at.reachable, Some(Reachable::None | Reachable::Reflog));
    let held: BTreeSet<ObjectId> = places()
        .filter(|at| !is_lost(at))
        .filter_map(|at| at.blob)
        .collect();
    let lost = places().filter(is_lost).filter_map(|at| at.blob);
    lost.filter(|id| !held.contains(id)).collect()
}

impl KeyPlan {
    fn of(key: &Key, has_pattern: bool) -> Self {
        let refs = key
            .locations
            .iter()
            .filter(|at| at.origin == Origin::RefName);
        // What git cannot name, it cannot rewrite either.
        let unnamed =
            (key.locations.iter()).filter(|at| at.blob.is_none() && at.origin != Origin::RefName);
        let left = refs
            .map(|at| (Why::RefName, Held::At(Box::new(at.clone()))))
            .chain(unnamed.map(|at| (Why::Unread, Held::At(Box::new(at.clone())))));
        Self {
            secret: key.secret.clone(),
            has_pattern,
            files: 0,
            messages: 0,
            unreachable: 0,
            left: left.collect(),
        }
    }
}

impl Plan {
    /// Takes note of what becomes of a key in an object.
    fn take(&mut self, told: &mut KeyPlan, key: &Key, seen: &Reached, strips: bool) {
        let is_file = reaching::is_file(seen.origin);
        let Some(why) = seen.why_not else {
            match is_file {
                true => told.files += 1,
                false => told.messages += 1,
            }
            return;
        };
        let places = key
            .locations
            .iter()
            .filter(|at| at.blob == Some(seen.object));
        let mut held: Vec<Held> = places.map(|at| Held::At(Box::new(at.clone()))).collect();
        if held.is_empty() {
            held.push(Held::In(seen.origin, seen.object));
        }
        if strips && is_file && why.is_in_file() {
            self.stripped.insert(seen.object);
            self.vanishing.extend(held);
            return;
        }
        told.left.extend(held.into_iter().map(|held| (why, held)));
    }

    /// Whether there is anything to write.
    pub(super) fn writes(&self) -> bool {
        let replaces = self.keys.iter().any(|key| key.files + key.messages > 0);
        replaces || !self.stripped.is_empty()
    }

    /// Writes the files.
    ///
    /// # Errors
    /// The system's.
    pub(super) fn write(&self, folder: &Folder, has_stashes: bool) -> Result<()> {
        if !self.lines.is_empty() {
            folder.write(REPLACEMENTS, &self.lines.file())?;
            if has_stashes {
                folder.write(REFLOGS, &self.lines.sed())?;
            }
        }
        if !self.stripped.is_empty() {
            let ids = self.stripped.iter().map(|id| format!("{id}\n"));
            folder.write(STRIPPED, ids.collect::<String>().as_bytes())?;
        }
        Ok(())
    }
}
