//! Which places of a key a baseline accepts: those that it lists, and those to which a listed one moved.
//!
//! A key at another place than those is new, however well the key is known. A place stands for a listed one if history
//! says that the key moved from there, commit by commit; or, where history cannot say, if the listed place is gone for sure.
//! Each place that is gone stands for one new place only, so that a copy is never taken for a move.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::spot::Spot;
use crate::model::Origin;

/// A place of a key, as a scan found it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Where it is.
    pub spot: Spot,
    /// Where the key stood before, if a commit or a change moved it here.
    pub from: Option<Spot>,
    /// What is known of how the key came here.
    pub known: Known,
    /// Whether a commit that a ref leads to holds it.
    pub in_refs: bool,
    /// Whether it stands in a file on disk.
    pub on_disk: bool,
}

/// What is known of how a key came to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// No commit that was read holds it.
    Nothing,
    /// History has the commit that introduced it.
    Told {
        /// Whether what came before that commit is not known.
        cut: bool,
        /// Whether HEAD's tree holds it.
        at_head: bool,
    },
    /// Only a change was looked at, which says all that can be said.
    Change,
}

/// What accepts a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// What the map of listed spots has for the entry.
    pub entry: usize,
    /// Whether the entry lists another place, from which the key moved.
    pub moved: bool,
}

/// What was asked of the run that found the places.
pub struct Run<'a> {
    /// Whether everything that was asked for was read, so that what was not found in history is not there.
    pub whole: bool,
    /// Whether no file on disk has the key at this spot, for sure.
    pub gone: &'a mut dyn FnMut(&Spot) -> bool,
}

/// Tells of each place of one key what accepts it. `listed` has the spots that entries list for the key.
pub fn accept(
    listed: &HashMap<&Spot, usize>,
    standings: &[Standing],
    run: Run<'_>,
) -> Vec<Option<Acceptance>> {
    let mut places: BTreeMap<&Spot, Place<'_>> = BTreeMap::new();
    for standing in standings {
        places.entry(&standing.spot).or_default().add(standing);
    }
    let mut matching = Matching {
        listed,
        places,
        accepted: HashMap::new(),
    };
    matching.list();
    matching.follow();
    matching.stand_in(run);
    let accepted = matching.accepted;
    let of = |standing: &Standing| accepted.get(&standing.spot).copied();
    standings.iter().map(of).collect()
}

/// What all occurrences of the key at a spot say together.
#[derive(Debug, Default)]
struct Place<'a> {
    from: Option<&'a Spot>,
    /// Whether history says that it was introduced, and what came before.
    is_told: bool,
    is_cut: bool,
    is_change: bool,
    at_head: bool,
    in_refs: bool,
    on_disk: bool,
}

impl<'a> Place<'a> {
    fn add(&mut self, standing: &'a Standing) {
        self.from = self.from.or(standing.from.as_ref());
        match standing.known {
            Known::Nothing => {}
            Known::Told { cut, at_head } => {
                self.is_told |= !cut;
                self.is_cut |= cut;
                self.at_head |= at_head;
            }
            Known::Change => self.is_change = true,
        }
        self.in_refs |= standing.in_refs;
        self.on_disk |= standing.on_disk;
    }

    fn past(&self) -> Past {
        match (self.is_told, self.is_cut) {
            (true, _) => Past::Told,
            (false, true) => Past::Cut,
            (false, false) => Past::None,
        }
    }

    fn is_present(&self) -> bool {
        self.at_head || self.on_disk
    }
}

struct Matching<'a> {
    listed: &'a HashMap<&'a Spot, usize>,
    places: BTreeMap<&'a Spot, Place<'a>>,
    accepted: HashMap<&'a Spot, Acceptance>,
}

impl<'a> Matching<'a> {
    /// Accepts the places that are listed.
    fn list(&mut self) {
        let of_file = self.listed.iter().filter(|(spot, _)| spot.is_file());
        // The map has no order, and the answer has to have one.
        let any_file = of_file.map(|(_, &entry)| entry).min();
        for &spot in self.places.keys() {
            let listed = self.listed.get(spot).copied();
            // An object that no path leads to is a version of a file that nobody committed, or that nothing keeps.
            let is_lost = spot.origin == Some(Origin::History);
            if let Some(entry) = listed.or(any_file.filter(|_| is_lost)) {
                let moved = false;
                self.accepted.insert(spot, Acceptance { entry, moved });
            }
        }
    }

    /// Accepts the places that a chain of moves leads back from to a listed one.
    fn follow(&mut self) {
        // What the chain behind a place ends in: chains can be as long as a history, and share their ends.
        let mut ends: HashMap<&Spot, Option<usize>> = HashMap::new();
        for &spot in self.places.keys() {
            let mut way = Vec::new();
            let mut next = Some(spot);
            let end = loop {
                let Some(at) = next else { break None };
                if let Some(&entry) = self.listed.get(at) {
                    break Some(entry);
                }
                match ends.get(at) {
                    Some(&known) => break known,
                    // A circle leads nowhere.
                    None => drop(ends.insert(at, None)),
                }
                way.push(at);
                next = self.places.get(at).and_then(|place| place.from);
            };
            ends.extend(way.into_iter().map(|at| (at, end)));
        }
        for &spot in self.places.keys() {
            if let (Some(Some(entry)), false) = (ends.get(spot), self.accepted.contains_key(spot)) {
                let (entry, moved) = (*entry, true);
                self.accepted.insert(spot, Acceptance { entry, moved });
            }
        }
    }

    /// Accepts new places for those that are gone where no history tells where these went, each for one.
    fn stand_in(&mut self, run: Run<'_>) {
        let open = |(spot, place): &(&&'a Spot, &Place<'a>)| {
            spot.is_file() && !place.is_change && !self.accepted.contains_key(**spot)
        };
        let open = self.places.iter().filter(open);
        let mut open: Vec<(&'a Spot, Past)> =
            open.map(|(spot, place)| (*spot, place.past())).collect();
        if open.is_empty() {
            return;
        }
        let mut free = Free::new(self.holders(), run);
        // A file that keeps its name went to a file of that name.
        for same_name in [true, false] {
            open.retain(|&(new, past)| {
                let name = same_name.then(|| name(new));
                let Some(old) = free.take(name, past, &self.places) else {
                    return true;
                };
                if let Some(entry) = self.entry(old) {
                    let moved = true;
                    self.accepted.insert(new, Acceptance { entry, moved });
                }
                false
            });
        }
    }

    /// The spots that may be gone: listed, or accepted as moved, but for those whose key is known to be elsewhere now.
    fn holders(&self) -> Vec<&'a Spot> {
        let went_on = |(spot, place): (&&'a Spot, &Place<'a>)| {
            let counts = self.accepted.contains_key(*spot) && place.is_present();
            place.from.filter(|_| counts)
        };
        let went_on: BTreeSet<&Spot> = self.places.iter().filter_map(went_on).collect();
        let all = self.listed.keys().chain(self.accepted.keys()).copied();
        let all: BTreeSet<&'a Spot> = all.filter(|spot| spot.is_file()).collect();
        let all = all.into_iter().filter(|spot| !went_on.contains(spot));
        all.collect()
    }

    fn entry(&self, spot: &Spot) -> Option<usize> {
        let listed = self.listed.get(spot).copied();
        listed.or_else(|| Some(self.accepted.get(spot)?.entry))
    }
}

/// What history can say about how a key came to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Past {
    /// Nobody committed it.
    None,
    /// What came before its commit is not known.
    Cut,
    /// Everything.
    Told,
}

/// Spots that new places can stand for.
struct Free<'a, 'r> {
    spots: Vec<&'a Spot>,
    taken: Vec<bool>,
    /// Which of them have a name, and under `None` all.
    named: HashMap<Option<Name<'a>>, Vec<usize>>,
    /// How far the spots of a name were looked at: what was no place for one with such a past is none for the next.
    looked: HashMap<(Option<Name<'a>>, Past), usize>,
    run: Run<'r>,
}

/// The last name of a path.
type Name<'a> = Option<&'a str>;

impl<'a, 'r> Free<'a, 'r> {
    fn new(spots: Vec<&'a Spot>, run: Run<'r>) -> Self {
        let mut named: HashMap<Option<Name<'a>>, Vec<usize>> = HashMap::new();
        for (at, spot) in spots.iter().enumerate() {
            named.entry(Some(name(spot))).or_default().push(at);
            named.entry(None).or_default().push(at);
        }
        Self {
            taken: vec![false; spots.len()],
            spots,
            named,
            looked: HashMap::new(),
            run,
        }
    }

    /// The next spot, of this name if there is one, that is gone and that a place with such a past can stand for.
    fn take(
        &mut self,
        name: Option<Name<'a>>,
        past: Past,
        places: &BTreeMap<&'a Spot, Place<'a>>,
    ) -> Option<&'a Spot> {
        let named = self.named.get(&name)?;
        let looked = self.looked.entry((name, past)).or_default();
        while let Some(&at) = named.get(*looked) {
            *looked += 1;
            let (Some(&spot), Some(taken)) = (self.spots.get(at), self.taken.get_mut(at)) else {
                continue;
            };
            let fits = !*taken && may_be_left(places.get(spot), past, self.run.whole);
            if fits && (self.run.gone)(spot) {
                *taken = true;
                return Some(spot);
            }
        }
        None
    }
}

/// Whether what history says leaves it open that the key moved from an old place to one with such a past.
fn may_be_left(old: Option<&Place<'_>>, past: Past, whole: bool) -> bool {
    let in_refs = old.is_some_and(|old| old.in_refs);
    let at_head = old.is_some_and(|old| old.at_head);
    match past {
        // It would have said so, unless the commits that held the old place were rewritten.
        Past::Told => whole && !in_refs,
        Past::Cut => !at_head,
        Past::None => at_head || !in_refs,
    }
}

fn name(spot: &Spot) -> Name<'_> {
    spot.path.as_ref().map(|path| path.file_name())
}
