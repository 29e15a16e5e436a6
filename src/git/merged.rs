//! One table over the indexes of many packs: without it every look-up would ask one pack after the other.

use rayon::prelude::*;

use super::pack::Pack;
use crate::model::ObjectId;

/// The first eight bytes of every id with the number of its object, sorted.
pub struct Merged {
    ids: Vec<(u64, u32)>,
    /// For each value of an id's first bits, how many ids are below it.
    buckets: Vec<u32>,
    shift: u32,
}

impl Merged {
    /// A table of all objects of these packs, each of which comes with the number of its first object.
    pub fn new(packs: &[(u32, Pack)]) -> Self {
        let mut ids: Vec<(u64, u32)> = Vec::new();
        for (first, pack) in packs {
            let all = (0..pack.index.len() as u32).into_par_iter();
            let words = all.filter_map(|at| Some((pack.index.word(at as usize)?, first + at)));
            ids.par_extend(words);
        }
        ids.par_sort_unstable();
        let bits = ids.len().max(256).ilog2();
        let shift = 64 - bits;
        let mut buckets = Vec::with_capacity((1 << bits) + 1);
        for (at, (word, _)) in ids.iter().enumerate() {
            let bucket = (word >> shift) as usize;
            while buckets.len() <= bucket {
                buckets.push(at as u32);
            }
        }
        buckets.resize((1 << bits) + 1, ids.len() as u32);
        Self {
            ids,
            buckets,
            shift,
        }
    }

    /// The number of the first copy of an object.
    pub fn find(&self, id: &[u8], packs: &[(u32, Pack)]) -> Option<u32> {
        self.search(id, self.bucket(id)?, packs)
    }

    /// The numbers of many objects, whose waits for memory overlap: `each` gets the number of the id, and the object's.
    pub fn find_many(
        &self,
        ids: &[ObjectId],
        packs: &[(u32, Pack)],
        mut each: impl FnMut(usize, u32),
    ) {
        const AT_ONCE: usize = 32;
        for (batch, ids) in ids.chunks(AT_ONCE).enumerate() {
            let mut buckets = [(0, 0); AT_ONCE];
            for (bucket, id) in buckets.iter_mut().zip(ids) {
                *bucket = self.bucket(id.as_bytes()).unwrap_or_default();
            }
            // What is read here is in the cache when it is searched.
            let first = |&(low, _): &(usize, usize)| self.ids.get(low).map_or(0, |entry| entry.0);
            let touched = buckets.iter().take(ids.len()).map(first);
            std::hint::black_box(touched.fold(0, |all, word| all ^ word));
            for (at, (id, bucket)) in ids.iter().zip(buckets).enumerate() {
                if let Some(number) = self.search(id.as_bytes(), bucket, packs) {
                    each(batch * AT_ONCE + at, number);
                }
            }
        }
    }

    fn bucket(&self, id: &[u8]) -> Option<(usize, usize)> {
        let bucket = (u64::from_be_bytes(*id.first_chunk()?) >> self.shift) as usize;
        let low = *self.buckets.get(bucket)? as usize;
        Some((low, *self.buckets.get(bucket + 1)? as usize))
    }

    fn search(&self, id: &[u8], bucket: (usize, usize), packs: &[(u32, Pack)]) -> Option<u32> {
        let word = u64::from_be_bytes(*id.first_chunk()?);
        let entries = self.ids.get(bucket.0..bucket.1)?.iter();
        let alike = entries.filter(|entry| entry.0 == word);
        // Copies stand in the order of their numbers.
        alike.map(|entry| entry.1).find(|&number| {
            let pack = packs.partition_point(|(first, _)| *first <= number);
            let holder = pack.checked_sub(1).and_then(|at| packs.get(at));
            let known = holder.and_then(|(first, pack)| pack.index.id((number - first) as usize));
            known.is_some_and(|known| known.as_bytes() == id)
        })
    }
}
