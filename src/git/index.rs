//! The index of a pack: where each object starts (gitformat-pack, versions 1 and 2).

use std::path::Path;

use memmap2::Mmap;

use crate::model::ObjectId;

const FANOUT: usize = 256 * 4;
const MAGIC: [u8; 4] = [0xff, b't', b'O', b'c'];

/// A mapped pack index. Every access is checked: the file is hostile.
pub struct PackIndex {
    /// `None` for one that was made from the pack's own headers, and knows no ids.
    map: Option<Mmap>,
    offsets: Vec<u64>,
    hash: usize,
    count: usize,
    version: u32,
    /// For each value of an id's first bits, how many ids are below it: one bucket for about one object, because a
    /// search costs a cache miss a step. Empty until [`PackIndex::prepare`].
    buckets: Vec<u32>,
    shift: u32,
}

impl PackIndex {
    /// Maps and checks an index of `hash`-byte ids; the reason if it cannot be used.
    pub fn open(path: &Path, hash: usize) -> Result<Self, String> {
        let map = super::map::map(path).map_err(|error| error.to_string())?;
        let version = match map.get(..4) {
            Some(magic) if magic == MAGIC => be32(&map, 4).ok_or("it is cut off")?,
            Some(_) => 1,
            None => return Err("it is cut off".into()),
        };
        if version > 2 {
            return Err(format!("its version {version} is not known"));
        }
        let fanout = if version == 2 { 8 } else { 0 };
        let mut last = 0;
        for slot in 0..256 {
            let value = be32(&map, fanout + slot * 4).ok_or("it is cut off")?;
            if value < last {
                return Err("its fan-out table is out of order".into());
            }
            last = value;
        }
        let count = last as usize;
        let per_object = if version == 2 { hash + 8 } else { hash + 4 };
        let least = count
            .checked_mul(per_object)
            .and_then(|n| n.checked_add(fanout + FANOUT + 2 * hash));
        if least.is_none_or(|least| map.len() < least) {
            return Err("it is cut off".into());
        }
        Ok(Self {
            map: Some(map),
            offsets: Vec::new(),
            hash,
            count,
            version,
            buckets: Vec::new(),
            shift: 0,
        })
    }

    /// An index that knows where objects start, and not which they are.
    pub fn of_offsets(offsets: Vec<u64>, hash: usize) -> Self {
        let count = offsets.len();
        Self {
            map: None,
            offsets,
            hash,
            count,
            version: 0,
            buckets: Vec::new(),
            shift: 0,
        }
    }

    /// Makes many lookups faster. It reads the whole index, which costs more than a few lookups without it.
    pub fn prepare(&mut self) {
        let bits = self.count.max(256).ilog2();
        self.shift = 32 - bits;
        let mut buckets = vec![0u32; (1 << bits) + 1];
        let mut filled = 0;
        for at in 0..self.count {
            let bucket = self
                .raw(at)
                .and_then(|raw| be32(raw, 0))
                .unwrap_or_default()
                >> self.shift;
            // An index out of order is damaged: what is out of order is then not found, and said to be absent.
            while filled <= bucket as usize {
                buckets[filled] = at as u32;
                filled += 1;
            }
        }
        buckets[filled..].fill(self.count as u32);
        self.buckets = buckets;
    }

    /// How many objects it names.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether it names none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The checksum of the pack that it was made for.
    pub fn pack_checksum(&self) -> Option<&[u8]> {
        let map = self.map.as_ref()?;
        let end = map.len().checked_sub(self.hash)?;
        map.get(end.checked_sub(self.hash)?..end)
    }

    fn raw(&self, at: usize) -> Option<&[u8]> {
        let start = match self.version {
            2 => 8 + FANOUT + at.checked_mul(self.hash)?,
            _ => FANOUT + at.checked_mul(self.hash + 4)? + 4,
        };
        self.map.as_ref()?.get(start..start.checked_add(self.hash)?)
    }

    /// The id of the object at this position.
    pub fn id(&self, at: usize) -> Option<ObjectId> {
        if at >= self.count {
            None
        } else {
            ObjectId::from_bytes(self.raw(at)?)
        }
    }

    /// The first eight bytes of the id at this position.
    pub fn word(&self, at: usize) -> Option<u64> {
        first_word(self.raw(at).filter(|_| at < self.count)?)
    }

    /// Where the object at this position starts in the pack.
    pub fn offset(&self, at: usize) -> Option<u64> {
        if at >= self.count {
            return None;
        }
        let Some(map) = &self.map else {
            return self.offsets.get(at).copied();
        };
        if self.version == 1 {
            return be32(map, FANOUT + at * (self.hash + 4)).map(u64::from);
        }
        let small = 8 + FANOUT + self.count * (self.hash + 4);
        let value = be32(map, small + at * 4)?;
        if value & 0x8000_0000 == 0 {
            return Some(u64::from(value));
        }
        // The high bit says that the rest is a position in the table of 64-bit offsets.
        let large = small + self.count * 4 + (value & 0x7fff_ffff) as usize * 8;
        let bytes = map.get(large..large.checked_add(8)?)?;
        Some(u64::from_be_bytes(bytes.try_into().ok()?))
    }

    /// The position of an object.
    pub fn find(&self, id: &[u8]) -> Option<usize> {
        self.search(id, self.bucket(id)?)
    }

    /// The positions of many objects: `each` gets the number of the id and its position. An index is larger than the
    /// processor's caches, so one search after the other is one wait for memory after the other; here they overlap.
    pub fn find_many(&self, ids: &[ObjectId], mut each: impl FnMut(usize, usize)) {
        const AT_ONCE: usize = 32;
        for (batch, ids) in ids.chunks(AT_ONCE).enumerate() {
            let mut buckets = [(0, 0); AT_ONCE];
            for (bucket, id) in buckets.iter_mut().zip(ids) {
                *bucket = self.bucket(id.as_bytes()).unwrap_or_default();
            }
            // What is read here is in the cache when it is searched.
            let touched = buckets.iter().take(ids.len()).fold(0, |sum, &(low, _)| {
                sum ^ self.raw(low).and_then(first_word).unwrap_or_default()
            });
            std::hint::black_box(touched);
            for (at, (id, bucket)) in ids.iter().zip(buckets).enumerate() {
                if let Some(position) = self.search(id.as_bytes(), bucket) {
                    each(batch * AT_ONCE + at, position);
                }
            }
        }
    }

    /// Between which positions an object must be.
    fn bucket(&self, id: &[u8]) -> Option<(usize, usize)> {
        if self.buckets.is_empty() {
            return self.fan(*id.first()?);
        }
        let bucket = (be32(id, 0)? >> self.shift) as usize;
        let low = *self.buckets.get(bucket)? as usize;
        let high = *self.buckets.get(bucket + 1)? as usize;
        Some((low, high))
    }

    /// Between which positions the ids with this first byte are, by the table in the file.
    fn fan(&self, byte: u8) -> Option<(usize, usize)> {
        let map = self.map.as_ref()?;
        let table = if self.version == 2 { 8 } else { 0 };
        let bound = |slot: usize| Some(be32(map, table + slot * 4)? as usize);
        let slot = usize::from(byte);
        let low = match slot.checked_sub(1) {
            Some(below) => bound(below)?,
            None => 0,
        };
        Some((low, bound(slot)?))
    }

    fn search(&self, id: &[u8], (mut low, mut high): (usize, usize)) -> Option<usize> {
        let wanted = first_word(id)?;
        while low < high {
            let middle = low + (high - low) / 2;
            let raw = self.raw(middle)?;
            // Nearly all differ in their first word, and comparing those takes no call.
            let order = first_word(raw)?.cmp(&wanted).then_with(|| raw.cmp(id));
            match order {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}

fn first_word(id: &[u8]) -> Option<u64> {
    id.first_chunk().map(|word| u64::from_be_bytes(*word))
}

/// A big-endian number, if it is there.
pub fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    let field = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(field.try_into().ok()?))
}
