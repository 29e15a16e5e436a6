//! What the place of a key means, for whoever has to answer the leak.

use crate::model::{Key, Note, Origin};

/// What a place means: by its path, and by what stands around the key at `start..end`. Sorted.
pub fn place(
    _origin: Origin,
    _path: Option<&[u8]>,
    _bytes: &[u8],
    _start: usize,
    _end: usize,
) -> Vec<Note> {
    Vec::new()
}

/// What all places of a key mean together, the notes of each place among them; sorted, worst first.
pub fn key(key: &Key, _now: jiff::Timestamp) -> Vec<Note> {
    let mut notes: Vec<Note> = key
        .locations
        .iter()
        .flat_map(|at| at.notes.clone())
        .collect();
    notes.sort_unstable();
    notes.dedup();
    notes
}

/// How urgent a key is by its notes: the higher, the worse.
pub fn urgency(_key: &Key) -> u32 {
    0
}
