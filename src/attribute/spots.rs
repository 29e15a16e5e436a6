//! Spots: a key at a path.

use std::collections::HashMap;

use crate::control::AttributionLimits;

/// A key at a path: in the file there, or in the last name of the path itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Spot {
    /// The names of the path.
    pub path: Box<[u32]>,
    /// The key.
    pub key: u32,
    /// Which of its occurrences in the file, from 0.
    pub nth: u32,
    /// Whether it stands in the name.
    pub in_name: bool,
}

/// All spots, by number.
pub(super) struct Spots {
    limits: AttributionLimits,
    all: Vec<Spot>,
    ids: HashMap<Spot, u32>,
    /// How many names their paths have together.
    names: usize,
}

impl Spots {
    /// None yet.
    pub(super) fn new(limits: AttributionLimits) -> Self {
        Self {
            limits,
            all: Vec::new(),
            ids: HashMap::new(),
            names: 0,
        }
    }

    /// The number of a spot; `None` if there are too many already.
    pub(super) fn id(&mut self, spot: Spot) -> Option<u32> {
        if let Some(&id) = self.ids.get(&spot) {
            return Some(id);
        }
        let names = self.names + spot.path.len();
        if self.all.len() >= self.limits.locations || names > self.limits.names {
            return None;
        }
        self.names = names;
        let id = self.all.len() as u32;
        self.all.push(spot.clone());
        self.ids.insert(spot, id);
        Some(id)
    }

    /// A spot.
    pub(super) fn get(&self, id: u32) -> Option<&Spot> {
        self.all.get(id as usize)
    }

    /// All spots with their numbers.
    pub(super) fn all(&self) -> impl Iterator<Item = (u32, &Spot)> {
        self.all
            .iter()
            .enumerate()
            .map(|(id, spot)| (id as u32, spot))
    }

    /// How many names their paths have together.
    pub(super) fn names(&self) -> u64 {
        self.names as u64
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }
}
