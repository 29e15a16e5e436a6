//! Objects that deltas build on, kept for the next object of the same chain: what changed from commit to commit is
//! mostly in one chain, and without this every object would be made anew from the chain's end.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::pack::{Kind, Pack};

/// How many bytes are kept, in two generations of which the older is thrown away.
const KEPT: usize = 48 << 20;
/// One object does not push out everything else.
const LARGEST: usize = KEPT / 8;

/// A pack, by where it stands in memory, and an entry in it.
type Place = (usize, u64);
type Made = (Kind, Arc<Vec<u8>>);

/// What was made lately.
#[derive(Default)]
pub(super) struct Bases(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    young: HashMap<Place, Made>,
    old: HashMap<Place, Made>,
    bytes: usize,
}

impl Bases {
    pub(super) fn get(&self, pack: &Pack, offset: u64) -> Option<Made> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = place(pack, offset);
        if let Some(made) = kept.young.get(&place) {
            return Some(made.clone());
        }
        let made = kept.old.remove(&place)?;
        kept.add(place, made.clone());
        Some(made)
    }

    pub(super) fn keep(&self, pack: &Pack, offset: u64, kind: Kind, bytes: &Arc<Vec<u8>>) {
        if bytes.len() <= LARGEST {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.add(place(pack, offset), (kind, bytes.clone()));
        }
    }
}

impl Generations {
    fn add(&mut self, place: Place, made: Made) {
        if self.bytes > KEPT / 2 {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
        self.bytes += made.1.len();
        self.young.insert(place, made);
    }
}

fn place(pack: &Pack, offset: u64) -> Place {
    (std::ptr::from_ref(pack).addr(), offset)
}
