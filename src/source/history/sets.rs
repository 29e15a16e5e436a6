//! Sets of objects that threads ask often.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::model::ObjectId;

/// A set of object numbers that many threads add to.
pub(super) struct Numbers(Vec<AtomicU64>);

impl Numbers {
    pub(super) fn new(len: usize) -> Self {
        Self((0..len.div_ceil(64)).map(|_| AtomicU64::new(0)).collect())
    }

    pub(super) fn add(&self, number: u32) {
        if let Some(word) = self.0.get(number as usize / 64) {
            word.fetch_or(1 << (number % 64), Ordering::Relaxed);
        }
    }

    pub(super) fn has(&self, number: u32) -> bool {
        self.0
            .get(number as usize / 64)
            .is_some_and(|word| word.load(Ordering::Relaxed) & (1 << (number % 64)) != 0)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| word.load(Ordering::Relaxed) == 0)
    }
}

/// Tells most ids in which nothing was found from those in which something was, by their first two bytes.
pub(super) struct Filter(Vec<bool>);

impl Filter {
    pub(super) fn new(found: &BTreeSet<ObjectId>) -> Self {
        let mut filter = vec![false; 1 << 16];
        for id in found {
            if let Some(slot) = Self::slot(id.as_bytes()).and_then(|slot| filter.get_mut(slot)) {
                *slot = true;
            }
        }
        Self(filter)
    }

    pub(super) fn may_hold(&self, id: &[u8]) -> bool {
        Self::slot(id)
            .and_then(|slot| self.0.get(slot))
            .is_none_or(|&held| held)
    }

    fn slot(id: &[u8]) -> Option<usize> {
        id.first_chunk()
            .map(|start| usize::from(u16::from_le_bytes(*start)))
    }
}
