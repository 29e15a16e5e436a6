//! All entries of a pack, linked to their bases, from which deltas have their kinds.

use rayon::prelude::*;

use super::header::{self, Base};
use super::{BaseRef, Entry, Kind, NONE, Pack};
use crate::model::{Problem, ProblemKind};

impl Pack {
    /// Reads every header in the order of the pack and links deltas to their bases. Entries whose header is damaged,
    /// whose base is not here or whose chain loops keep `kind: None`: [`Orphans`](crate::git::foreign::Orphans) looks
    /// for their bases elsewhere, and names what stays without.
    pub fn entries(&self, problems: &mut Vec<Problem>) -> Vec<Entry> {
        let mut order: Vec<(u64, u32)> = (0..self.index.len())
            .into_par_iter()
            .map(|at| (self.index.offset(at).unwrap_or(u64::MAX), at as u32))
            .collect();
        order.par_sort_unstable();
        let rank: std::sync::OnceLock<Vec<u32>> = std::sync::OnceLock::new();
        let mut entries: Vec<Entry> = order
            .par_iter()
            .enumerate()
            .map(|(own, &(offset, at))| {
                let mut entry = Entry {
                    offset,
                    data: 0,
                    size: 0,
                    at,
                    base: NONE,
                    kind: None,
                    delta: true,
                };
                let Some(header) = header::read(&self.map, offset, self.hash) else {
                    return entry;
                };
                entry.data = header.data;
                entry.size = header.size;
                match header.base {
                    Base::Root(kind) => {
                        entry.kind = Some(kind);
                        entry.delta = false;
                    }
                    Base::Delta(BaseRef::Offset(offset)) => {
                        entry.base = before(&order, own, offset).unwrap_or(NONE)
                    }
                    Base::Delta(BaseRef::Id(id)) => {
                        let by_index = rank.get_or_init(|| ranks(&order));
                        let base = self
                            .index
                            .find(id.as_bytes())
                            .and_then(|at| by_index.get(at));
                        entry.base = base.copied().unwrap_or(NONE);
                    }
                }
                entry
            })
            .collect();
        inherit_kinds(&mut entries);
        self.name_doubled(&entries, problems);
        entries
    }

    /// An index that names one entry under two ids hides another entry.
    fn name_doubled(&self, entries: &[Entry], problems: &mut Vec<Problem>) {
        if entries
            .windows(2)
            .any(|pair| matches!(pair, [a, b] if a.offset == b.offset))
        {
            let message = "its index names one offset twice, so that another object is hidden; run `git index-pack`";
            problems.push(Problem::new(
                ProblemKind::DamagedIndex,
                self.path.display().to_string(),
                message,
            ));
        }
    }
}

/// The rank of the entry at an offset before the one of this rank. It is mostly near, so the steps back double.
fn before(order: &[(u64, u32)], own: usize, offset: u64) -> Option<u32> {
    let mut step = 1;
    let mut end = own;
    let found = loop {
        let start = own.saturating_sub(step);
        let part = order.get(start..end)?;
        if start == 0 || part.first().is_some_and(|first| first.0 <= offset) {
            break start + part.binary_search_by_key(&offset, |pair| pair.0).ok()?;
        }
        end = start;
        step *= 2;
    };
    u32::try_from(found).ok()
}

/// For each position in the index, its rank by offset.
fn ranks(order: &[(u64, u32)]) -> Vec<u32> {
    let mut ranks = vec![NONE; order.len()];
    for (rank, &(_, at)) in order.iter().enumerate() {
        if let Some(slot) = ranks.get_mut(at as usize) {
            *slot = rank as u32;
        }
    }
    ranks
}

/// Gives each delta its root's kind. Bases mostly stand before their deltas; a reference delta's may stand behind, and
/// a chain that loops never gets a kind.
pub(in crate::git) fn inherit_kinds(entries: &mut [Entry]) {
    let mut waiting = 0;
    for at in 0..entries.len() {
        if let Some(kind) = base_kind(entries, at) {
            entries[at].kind = Some(kind);
        } else if entries[at].kind.is_none() {
            waiting += 1;
        }
    }
    if waiting == 0 {
        return;
    }
    let mut chain = Vec::new();
    for start in 0..entries.len() {
        chain.clear();
        let mut at = start;
        let mut kind = entries[at].kind;
        while kind.is_none() && chain.len() <= entries.len() {
            chain.push(at);
            let Some(base) = entries.get(entries[at].base as usize) else {
                break;
            };
            kind = base.kind;
            at = entries[at].base as usize;
        }
        match kind {
            Some(_) => chain.iter().for_each(|&link| entries[link].kind = kind),
            // Cut it, so that a loop is walked round once and not once for every entry in it.
            None => chain.iter().for_each(|&link| entries[link].base = NONE),
        }
    }
}

fn base_kind(entries: &[Entry], at: usize) -> Option<Kind> {
    let entry = entries.get(at)?;
    if entry.delta {
        entries.get(entry.base as usize)?.kind
    } else {
        None
    }
}
