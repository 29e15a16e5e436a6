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
}

impl<'a> Lookups<'a> {
    pub(super) fn new(round: &'a Round<'a>) -> Self {
        Self {
            round,
            ids: Vec::with_capacity(BATCH),
            numbers: Vec::with_capacity(BATCH),
        }
    }

    /// An object that must be there.
    pub(super) fn named(&mut self, id: ObjectId) {
        self.ids.push(id);
        if self.ids.len() >= BATCH {
            self.settle();
        }
    }

    fn settle(&mut self) {
        self.round.store.find_many(&self.ids, &mut self.numbers);
        let named = self.ids.iter().zip(&self.numbers);
        let missing = named.filter(|(_, number)| number.is_none());
        let mut missing = missing.map(|(id, _)| *id).peekable();
        if missing.peek().is_some() {
            let mut absent = lock(&self.round.absent);
            let left = self
                .round
                .control
                .limits
                .absent
                .saturating_sub(absent.len());
            absent.extend(missing.take(left));
        }
        self.ids.clear();
    }
}

impl Drop for Lookups<'_> {
    fn drop(&mut self) {
        self.settle();
    }
}
