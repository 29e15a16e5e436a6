//! A pack: its entries' headers, and which entry builds on which (gitformat-pack).

pub(super) mod header;
mod links;

use std::path::{Path, PathBuf};

use memmap2::Mmap;

use super::index::{PackIndex, be32};
use crate::model::{ObjectId, Problem, ProblemKind};
pub(super) use header::Base;
pub use header::BaseRef;
pub(super) use links::inherit_kinds;

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

impl Kind {
    /// What git calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Tree => "tree",
            Self::Blob => "blob",
            Self::Tag => "tag",
        }
    }
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
        while let Some(header) = header::read(&self.map, at, self.hash) {
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

    /// Reads one entry's header, for a look at a single object: its base by offset.
    pub fn entry_at(&self, offset: u64) -> Option<(Entry, Option<BaseRef>)> {
        let header = header::read(&self.map, offset, self.hash)?;
        let (kind, base) = match header.base {
            Base::Root(kind) => (Some(kind), None),
            Base::Delta(base) => (None, Some(base)),
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
}
