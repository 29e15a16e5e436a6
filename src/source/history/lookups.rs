//! Which named objects are there: looked up many at a time, because each look-up alone waits for memory.

use super::{Round, lock};
use crate::model::ObjectId;

/// How many wait before they are looked up.
const BATCH: usize = 256;

/// Ids that objects name, on their way to being looked up. What is left when it is dropped is looked up then.
pub(super) struct Lookups<'a> {
    round: &'a Round<'a>,
    ids: Vec<ObjectId>,
    numbers: Vec<Option<u32>>,
    roots: Vec<ObjectId>,
}

impl<'a> Lookups<'a> {
    pub(super) fn new(round: &'a Round<'a>) -> Self {
        Self {
            round,
            ids: Vec::with_capacity(BATCH),
            numbers: Vec::with_capacity(BATCH),
            roots: Vec::with_capacity(BATCH),
        }
    }

    /// An object that must be there.
    pub(super) fn named(&mut self, id: ObjectId) {
        self.ids.push(id);
        if self.ids.len() >= BATCH {
            self.settle_named();
        }
    }

    /// A commit's tree.
    pub(super) fn root(&mut self, id: ObjectId) {
        self.roots.push(id);
        if self.roots.len() >= BATCH {
            self.settle_roots();
        }
    }

    fn settle_named(&mut self) {
        self.round.store.find_many(&self.ids, &mut self.numbers);
        self.absent(&self.ids);
        self.ids.clear();
    }

    fn settle_roots(&mut self) {
        self.round.store.find_many(&self.roots, &mut self.numbers);
        let found = self.numbers.iter().flatten();
        found.for_each(|&number| self.round.roots.add(number));
        self.absent(&self.roots);
        self.roots.clear();
    }

    fn absent(&self, ids: &[ObjectId]) {
        let missing = ids
            .iter()
            .zip(&self.numbers)
            .filter(|(_, number)| number.is_none());
        let mut missing = missing.map(|(id, _)| *id).peekable();
        if missing.peek().is_some() {
            lock(&self.round.absent).extend(missing);
        }
    }
}

impl Drop for Lookups<'_> {
    fn drop(&mut self) {
        self.settle_named();
        self.settle_roots();
    }
}
