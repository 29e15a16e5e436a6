//! A pack: its entries' headers, and which entry builds on which (gitformat-pack).

use std::path::{Path, PathBuf};

use memmap2::Mmap;
use rayon::prelude::*;

use super::index::{PackIndex, be32};
use crate::model::{ObjectId, Problem, ProblemKind};

/// No entry.
pub const NONE: u32 = u32::MAX;

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A commit.
    Commit,
    /// A tree.
    Tree,
    /// A blob.
    Blob,
    /// An annotated tag.
    Tag,
}

/// What an entry's header says.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Where the entry starts.
    pub offset: u64,
    /// Where its stream starts.
    pub data: u64,
    /// How many bytes the stream inflates to.
    pub size: u64,
    /// Its position in the index.
    pub at: u32,
    /// The entry that it builds on, or [`NONE`].
    pub base: u32,
    /// The object's kind; a delta has its root's.
    pub kind: Option<Kind>,
    /// Whether the stream is a delta.
    pub delta: bool,
}

/// A mapped pack with its index.
pub struct Pack {
    /// Where it is.
    pub path: PathBuf,
    /// Its index.
    pub index: PackIndex,
    map: Mmap,
    hash: usize,
}

enum Base {
    Root(Kind),
    Offset(u64),
    Id(ObjectId),
}

struct Header {
    base: Base,
    size: u64,
    data: u64,
}

impl Pack {
    /// Maps a pack and its index, and says what is wrong with the index; the problem if nothing can be done.
    pub fn open(path: &Path, hash: usize) -> Result<(Self, Option<Problem>), Problem> {
        let place = path.display().to_string();
        let damaged = |kind, reason: String| {
            Problem::new(
                kind,
                place.clone(),
                format!("{reason}; run `git fsck`, or fetch the repository again"),
            )
        };
        let map = super::map::map(path).map_err(|error| {
            damaged(
                ProblemKind::DamagedPack,
                format!("the pack cannot be read: {error}"),
            )
        })?;
        if map.get(..4) != Some(b"PACK") || !matches!(be32(&map, 4), Some(2 | 3)) {
            return Err(damaged(
                ProblemKind::DamagedPack,
                "this is not a pack of a known version".into(),
            ));
        }
        let mut pack = Self {
            path: path.to_path_buf(),
            index: PackIndex::of_offsets(Vec::new(), hash),
            map,
            hash,
        };
        let problem = match PackIndex::open(&path.with_extension("idx"), hash) {
            Ok(index) => {
                pack.index = index;
                pack.mismatch()
            }
            Err(reason) => {
                pack.index = PackIndex::of_offsets(pack.offsets(), hash);
                let reason = format!(
                    "the pack's index cannot be used, the pack was read without it: {reason}"
                );
                Some(damaged(ProblemKind::DamagedIndex, reason))
            }
        };
        Ok((pack, problem))
    }

    /// Whether its objects have ids.
    pub fn has_ids(&self) -> bool {
        self.index.pack_checksum().is_some()
    }

    /// Where the entries start, found by reading one after the other up to the first that cannot be read.
    fn offsets(&self) -> Vec<u64> {
        let mut offsets = Vec::new();
        let mut out = vec![0; 64 << 10];
        let mut at = 12;
        while let Some(header) = self.header(at) {
            let Some(len) = self.stream_len(header.data, &mut out) else {
                break;
            };
            offsets.push(at);
            at = header.data + len;
        }
        offsets
    }

    fn stream_len(&self, data: u64, out: &mut [u8]) -> Option<u64> {
        let end = self.map.len().checked_sub(self.hash)?;
        let input = self.map.get(usize::try_from(data).ok()?..end)?;
        let mut inflater = flate2::Decompress::new(true);
        loop {
            let (used, made) = (inflater.total_in(), inflater.total_out());
            let rest = input.get(used as usize..)?;
            let status = inflater
                .decompress(rest, out, flate2::FlushDecompress::None)
                .ok()?;
            if status == flate2::Status::StreamEnd {
                return Some(inflater.total_in());
            }
            if (inflater.total_in(), inflater.total_out()) == (used, made) {
                return None;
            }
        }
    }

    /// What is wrong with pack and index as a pair, if anything; what they hold is scanned all the same.
    fn mismatch(&self) -> Option<Problem> {
        let trailer = self
            .map
            .len()
            .checked_sub(self.hash)
            .and_then(|at| self.map.get(at..));
        let stated = be32(&self.map, 8).map(|n| n as usize);
        let place = self.path.display().to_string();
        if trailer != self.index.pack_checksum() {
            let message = "pack and index do not belong together, or the pack is cut off; run `git index-pack` on it";
            return Some(Problem::new(ProblemKind::DamagedIndex, place, message));
        }
        if stated != Some(self.index.len()) {
            let message = format!(
                "the pack says that it holds {} objects and its index names {}; run `git index-pack` on it",
                stated.unwrap_or_default(),
                self.index.len()
            );
            return Some(Problem::new(ProblemKind::DamagedIndex, place, message));
        }
        None
    }

    /// The compressed bytes of an entry, and all that follow up to the trailer.
    pub fn stream(&self, entry: &Entry) -> &[u8] {
        let end = self.map.len().saturating_sub(self.hash);
        usize::try_from(entry.data)
            .ok()
            .and_then(|at| self.map.get(at..end))
            .unwrap_or_default()
    }

    /// The id of an entry's object.
    pub fn id(&self, entry: &Entry) -> Option<ObjectId> {
        self.index.id(entry.at as usize)
    }

    /// How many bytes an id has.
    pub fn hash_len(&self) -> usize {
        self.hash
    }

    /// How many bytes are mapped.
    pub fn len(&self) -> u64 {
        self.map.len() as u64
    }

    /// Whether nothing is mapped.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    fn header(&self, offset: u64) -> Option<Header> {
        let mut at = usize::try_from(offset).ok()?;
        let mut byte = *self.map.get(at)?;
        let kind = (byte >> 4) & 7;
        let mut size = u64::from(byte & 0x0f);
        let mut shift = 4;
        while byte & 0x80 != 0 {
            at += 1;
            byte = *self.map.get(at)?;
            if shift > 57 {
                return None;
            }
            size |= u64::from(byte & 0x7f) << shift;
            shift += 7;
        }
        at += 1;
        let base = match kind {
            1 => Base::Root(Kind::Commit),
            2 => Base::Root(Kind::Tree),
            3 => Base::Root(Kind::Blob),
            4 => Base::Root(Kind::Tag),
            6 => Base::Offset(offset.checked_sub(self.distance(&mut at)?)?),
            7 => {
                let id = ObjectId::from_bytes(self.map.get(at..at.checked_add(self.hash)?)?)?;
                at += self.hash;
                Base::Id(id)
            }
            _ => return None,
        };
        Some(Header {
            base,
            size,
            data: at as u64,
        })
    }

    /// The distance of an offset delta: seven bits a byte, highest first, each continuation adding one.
    fn distance(&self, at: &mut usize) -> Option<u64> {
        let mut byte = *self.map.get(*at)?;
        *at += 1;
        let mut value = u64::from(byte & 0x7f);
        while byte & 0x80 != 0 {
            byte = *self.map.get(*at)?;
            *at += 1;
            value = value.checked_add(1)?.checked_mul(128)? | u64::from(byte & 0x7f);
        }
        Some(value)
    }

    /// Reads one entry's header, for a look at a single object: its base by offset.
    pub fn entry_at(&self, offset: u64) -> Option<(Entry, Option<BaseRef>)> {
        let header = self.header(offset)?;
        let (kind, base) = match header.base {
            Base::Root(kind) => (Some(kind), None),
            Base::Offset(offset) => (None, Some(BaseRef::Offset(offset))),
            Base::Id(id) => (None, Some(BaseRef::Id(id))),
        };
        let delta = base.is_some();
        Some((
            Entry {
                offset,
                data: header.data,
                size: header.size,
                at: NONE,
                base: NONE,
                kind,
                delta,
            },
            base,
        ))
    }

    /// Reads every header in the order of the pack and links deltas to their bases. Entries whose header is damaged,
    /// whose base is not here or whose chain loops keep `kind: None` and are named as problems.
    pub fn entries(&self, problems: &mut Vec<Problem>) -> Vec<Entry> {
        let mut order: Vec<(u64, u32)> = (0..self.index.len())
            .into_par_iter()
            .map(|at| (self.index.offset(at).unwrap_or(u64::MAX), at as u32))
            .collect();
        order.par_sort_unstable();
        let find = |offset: u64| {
            order
                .binary_search_by_key(&offset, |pair| pair.0)
                .ok()
                .map(|at| at as u32)
        };
        let rank: std::sync::OnceLock<Vec<u32>> = std::sync::OnceLock::new();
        let mut entries: Vec<Entry> = order
            .par_iter()
            .map(|&(offset, at)| {
                let mut entry = Entry {
                    offset,
                    data: 0,
                    size: 0,
                    at,
                    base: NONE,
                    kind: None,
                    delta: true,
                };
                let Some(header) = self.header(offset) else {
                    return entry;
                };
                entry.data = header.data;
                entry.size = header.size;
                match header.base {
                    Base::Root(kind) => {
                        entry.kind = Some(kind);
                        entry.delta = false;
                    }
                    Base::Offset(offset) => entry.base = find(offset).unwrap_or(NONE),
                    Base::Id(id) => {
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
        self.name_broken(&entries, problems);
        entries
    }

    fn name_broken(&self, entries: &[Entry], problems: &mut Vec<Problem>) {
        const SHOWN: usize = 20;
        let broken: Vec<&Entry> = entries
            .iter()
            .filter(|entry| entry.kind.is_none())
            .collect();
        for entry in broken.iter().take(SHOWN) {
            let place = self
                .id(entry)
                .map_or_else(|| self.path.display().to_string(), |id| id.to_string());
            let message = "its header is damaged, or the delta that it is has no base in its pack; run `git fsck`";
            problems.push(Problem::new(ProblemKind::DamagedObject, place, message));
        }
        if broken.len() > SHOWN {
            let message = format!(
                "{} more objects of this pack cannot be read; run `git fsck`",
                broken.len() - SHOWN
            );
            problems.push(Problem::new(
                ProblemKind::DamagedPack,
                self.path.display().to_string(),
                message,
            ));
        }
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

/// What a delta names as its base.
pub enum BaseRef {
    /// An entry of the same pack.
    Offset(u64),
    /// An object by id.
    Id(ObjectId),
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
fn inherit_kinds(entries: &mut [Entry]) {
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
