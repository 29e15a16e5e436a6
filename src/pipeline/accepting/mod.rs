//! Applies baselines: which places of a key they accept, which problems, and which of their entries are stale.

mod disk;
mod stale;

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use jiff::civil::Date;

use crate::baseline::matching::{self, Acceptance, Known, Run, Standing};
use crate::baseline::{Baseline, Entry, PathName, Print, Source, Spot, Terms};
use crate::detect::Detector;
use crate::model::{Arrival, Key, Location, Mask, Origin, Problem, Reachable, Secret};
use disk::{Disk, Held};

/// An entry: of which file, and which one there.
type Number = (usize, usize);

/// The baselines of a run.
pub struct Accepting<'a> {
    baseline: &'a Baseline,
    detector: &'a Detector,
    today: Option<Date>,
    disk: Disk<'a>,
    /// The entries of each file by fingerprint; built when the first key is judged.
    index: Option<Vec<HashMap<Print, Vec<usize>>>>,
    used: BTreeSet<Number>,
}

/// What accepts a place.
#[derive(Clone, Copy, Debug)]
pub struct Accepted<'a> {
    /// The entry.
    pub entry: &'a Entry,
    /// Whether it lists another place, from which the key moved.
    pub moved: bool,
}

impl<'a> Accepting<'a> {
    /// What this baseline accepts. Entries whose last day is before `today` accept nothing; without it, all hold.
    pub fn new(baseline: &'a Baseline, detector: &'a Detector, today: Option<Date>) -> Self {
        Self {
            baseline,
            detector,
            today,
            disk: Disk::new(detector),
            index: None,
            used: BTreeSet::new(),
        }
    }

    fn has_expired(&self, terms: &Terms) -> bool {
        self.today.is_some_and(|today| terms.has_expired(today))
    }

    /// Tells of each location of a key what accepts it. `whole`: see [`Run::whole`].
    pub fn judge(&mut self, key: &Key, whole: bool) -> Vec<Option<Accepted<'a>>> {
        let mut all = vec![None; key.locations.len()];
        for (at, source) in self.baseline.files.iter().enumerate() {
            let listed = self.listed(at, &key.secret);
            if listed.is_empty() {
                continue;
            }
            let (places, standings): (Vec<usize>, Vec<Standing>) = (key
                .locations
                .iter()
                .enumerate())
            .filter_map(|(nth, location)| Some((nth, standing(location, source, self.detector)?)))
            .unzip();
            let disk = &mut self.disk;
            let mut gone = |spot: &Spot| is_gone(disk, source, spot, &key.secret);
            let run = Run {
                whole,
                gone: &mut gone,
            };
            for (nth, found) in places
                .into_iter()
                .zip(matching::accept(&listed, &standings, run))
            {
                let Some(Acceptance { entry, moved }) = found else {
                    continue;
                };
                self.used.insert((at, entry));
                let entry = source.listing.entries.get(entry);
                if let (Some(entry), Some(slot @ None)) = (entry, all.get_mut(nth)) {
                    *slot = Some(Accepted { entry, moved });
                }
            }
        }
        all
    }

    /// Whether a secret is accepted anywhere.
    pub fn lists(&mut self, secret: &Secret) -> bool {
        let files = 0..self.baseline.files.len();
        files
            .into_iter()
            .any(|at| !self.listed(at, secret).is_empty())
    }

    /// The paths of files, from the tops of their repositories, at which a secret is accepted.
    pub fn files(&mut self, secret: &Secret) -> BTreeSet<Vec<u8>> {
        let files = 0..self.baseline.files.len();
        let listed = files.flat_map(|at| self.listed(at, secret).into_keys().collect::<Vec<_>>());
        let of_file = listed.filter(|spot| spot.is_file());
        of_file
            .filter_map(|spot| spot.path.as_ref()?.to_bytes())
            .collect()
    }

    /// The spots that a file lists for a secret, with the number of the entry.
    fn listed(&mut self, at: usize, secret: &Secret) -> HashMap<&'a Spot, usize> {
        let baseline = self.baseline;
        let index = self
            .index
            .get_or_insert_with(|| baseline.files.iter().map(index).collect());
        let (Some(index), Some(source)) = (index.get(at), baseline.files.get(at)) else {
            return HashMap::new();
        };
        let of_print = prints(secret, source).into_iter().flatten();
        let numbers: Vec<usize> = of_print
            .filter_map(|print| index.get(&print))
            .flatten()
            .copied()
            .collect();
        let mut listed = HashMap::new();
        for number in numbers {
            let Some(entry) = source.listing.entries.get(number) else {
                continue;
            };
            if !self.has_expired(&entry.terms) {
                // After a merge an entry may be there twice.
                listed.entry(&entry.spot).or_insert(number);
            }
        }
        listed
    }

    /// Why a problem is accepted, if it is.
    pub fn accept(&self, problem: &Problem) -> Option<&'a str> {
        let mut problems = self
            .baseline
            .files
            .iter()
            .flat_map(|source| &source.listing.problems);
        let first = problems.next()?;
        let print = Print::parse(&problem.fingerprint())?;
        let mut all = std::iter::once(first).chain(problems);
        let entry = all.find(|entry| entry.print == print && !self.has_expired(&entry.terms));
        entry.map(|entry| &*entry.terms.reason)
    }
}

fn index(source: &Source) -> HashMap<Print, Vec<usize>> {
    let mut index: HashMap<Print, Vec<usize>> = HashMap::new();
    for (number, entry) in source.listing.entries.iter().enumerate() {
        index.entry(entry.print).or_default().push(number);
    }
    index
}

/// What the entries of a file may call a secret.
fn prints(secret: &Secret, source: &Source) -> [Option<Print>; 2] {
    let keyed = source.key.as_ref();
    [
        Print::parse(&secret.fingerprint()).filter(|print| !print.is_keyed()),
        keyed.and_then(|key| Print::parse(&secret.keyed_fingerprint(key))),
    ]
}

/// Where a location is, in the words of a file; `None` if it is outside of what the file is about.
pub fn spot(location: &Location, source: &Source, mask: &dyn Mask) -> Option<Spot> {
    let site = location.site.as_deref();
    let path = site.and_then(|site| source.inside(&site.file));
    Spot::of(location, path.as_deref(), mask)
}

/// A place of a key, in the words of a file; `None` if it is outside of what the file is about.
fn standing(location: &Location, source: &Source, detector: &Detector) -> Option<Standing> {
    let inside = |file: &Path| source.inside(file);
    let site = location.site.as_deref();
    let spot = spot(location, source, detector)?;
    let arrival = site.map(|site| &site.arrival);
    let (from, known) = match arrival {
        None | Some(Arrival::Untold) => (None, Known::Nothing),
        Some(Arrival::Told { from, cut, at_head }) => {
            let (cut, at_head) = (*cut, *at_head);
            (from.as_deref(), Known::Told { cut, at_head })
        }
        Some(Arrival::Change { from }) => (from.as_deref(), Known::Change),
    };
    // What a stream is called is no place that anything could have moved to.
    let known = match location.origin {
        Origin::Stdin => Known::Change,
        _ => known,
    };
    let from = from.and_then(inside).map(|path| Spot {
        path: Some(PathName::new(&path, detector)),
        origin: spot.origin,
    });
    Some(Standing {
        spot,
        from,
        known,
        in_refs: location.reachable == Some(Reachable::Refs),
        on_disk: location.origin == Origin::Worktree,
    })
}

/// Whether no file at this spot holds the secret, for sure.
fn is_gone(disk: &mut Disk<'_>, source: &Source, spot: &Spot, secret: &Secret) -> bool {
    let path = spot.path.as_ref().and_then(PathName::to_bytes);
    let Some(path) = path else { return false };
    let mut held = source.roots.iter().map(|root| disk.held(root, &path));
    !source.roots.is_empty()
        && held.all(|held| match held {
            Held::Absent => true,
            Held::Only(secrets) => !secrets.contains(secret),
            Held::Unsure => false,
        })
}
