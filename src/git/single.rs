//! Single objects: a second look at what was found, and the bases that deltas have outside their pack.

use std::sync::Arc;

use libdeflater::Decompressor;

use super::inflate::{Buffer, inflate};
use super::loose::{self, Loose};
use super::pack::{BaseRef, Entry, Kind, Pack};
use super::{Store, delta};
use crate::model::ObjectId;

/// How many packs one object's deltas may lead through.
const HOPS: usize = 8;

/// What the deltas of an object build on in the end.
enum Root {
    /// Something that was made before.
    Known(Kind, Arc<Vec<u8>>),
    /// An object of the same pack.
    Here(Entry),
    /// An object that is not in the pack.
    Elsewhere(ObjectId),
}

impl Store {
    /// Reads one object of at most `largest` bytes. `None` if no copy can be read; who walks the packs says why.
    pub fn read(&self, id: &ObjectId, largest: u64) -> Option<(Kind, Vec<u8>)> {
        let packed = self
            .packed(id)
            .find_map(|(pack, offset)| self.read_packed(pack, offset, largest, 0));
        packed.or_else(|| self.read_loose(id, largest))
    }

    /// What an object is, from headers alone. `None` if it is not here, or no chain of deltas leads to its kind.
    pub fn kind(&self, id: &ObjectId) -> Option<Kind> {
        let packed = self
            .packed(id)
            .find_map(|(pack, offset)| self.packed_kind(pack, offset, 0));
        packed.or_else(|| self.loose_kind(id))
    }

    /// Where the copies of an object start in packs.
    pub(super) fn packed(&self, id: &ObjectId) -> impl Iterator<Item = (&Pack, u64)> {
        self.packs.iter().filter_map(move |(_, pack)| {
            let at = pack.index.find(id.as_bytes())?;
            Some((pack, pack.index.offset(at)?))
        })
    }

    fn read_loose(&self, id: &ObjectId, largest: u64) -> Option<(Kind, Vec<u8>)> {
        self.loose_copies(id)
            .iter()
            .find_map(|path| match loose::open(path, largest).ok()? {
                Loose::Whole(kind, bytes) => Some((kind, bytes)),
                Loose::Stream(..) => None,
            })
    }

    fn loose_kind(&self, id: &ObjectId) -> Option<Kind> {
        self.loose_copies(id)
            .iter()
            .find_map(|path| match loose::open(path, 0).ok()? {
                Loose::Whole(kind, _) | Loose::Stream(kind, ..) => Some(kind),
            })
    }

    fn packed_kind(&self, pack: &Pack, offset: u64, hops: usize) -> Option<Kind> {
        match chain(pack, offset, |_| None)?.1 {
            Root::Known(kind, _) => Some(kind),
            Root::Here(entry) => entry.kind,
            Root::Elsewhere(_) if hops == HOPS => None,
            // The first copy alone: trying each at every hop would let a few packs keep this busy for ever.
            Root::Elsewhere(id) => match self.packed(&id).next() {
                Some((pack, offset)) => self.packed_kind(pack, offset, hops + 1),
                None => self.loose_kind(&id),
            },
        }
    }

    fn read_packed(
        &self,
        pack: &Pack,
        offset: u64,
        largest: u64,
        hops: usize,
    ) -> Option<(Kind, Vec<u8>)> {
        let known = self.bases.as_ref();
        let (deltas, root) = chain(pack, offset, |offset| known?.get(pack, offset))?;
        let mut decompressor = Decompressor::new();
        let mut buffer = Buffer::default();
        let mut whole = |entry: &Entry, buffer: &mut Buffer| {
            if entry.size > largest {
                return None;
            }
            inflate(&mut decompressor, pack.stream(entry), entry.size, buffer).ok()
        };
        let keep = |offset, kind, bytes: Vec<u8>| {
            let bytes = Arc::new(bytes);
            if let Some(known) = known {
                known.keep(pack, offset, kind, &bytes);
            }
            bytes
        };
        let (kind, mut bytes) = match root {
            Root::Known(_, bytes) if bytes.len() as u64 > largest => return None,
            Root::Known(kind, bytes) => (kind, bytes),
            Root::Here(entry) => {
                whole(&entry, &mut buffer)?;
                let kind = entry.kind?;
                (kind, keep(entry.offset, kind, buffer.as_slice().to_vec()))
            }
            Root::Elsewhere(_) if hops == HOPS => return None,
            Root::Elsewhere(id) => {
                let (kind, bytes) = match self.packed(&id).next() {
                    Some((pack, offset)) => self.read_packed(pack, offset, largest, hops + 1)?,
                    None => self.read_loose(&id, largest)?,
                };
                (kind, Arc::new(bytes))
            }
        };
        let mut copies = Vec::new();
        for entry in deltas.iter().rev() {
            whole(entry, &mut buffer)?;
            let delta = buffer.as_slice();
            let (_, size, at) = delta::sizes(delta).filter(|sizes| sizes.1 <= largest)?;
            let mut out = vec![0; usize::try_from(size).ok()?];
            delta::apply(&bytes, delta, at, &mut out, &mut copies).ok()?;
            bytes = keep(entry.offset, kind, out);
        }
        Some((kind, Arc::unwrap_or_clone(bytes)))
    }
}

/// The deltas that an object is made of, the outermost first, and what they build on. Only headers are read, so that
/// deltas that loop cost no memory.
fn chain(
    pack: &Pack,
    offset: u64,
    known: impl Fn(u64) -> Option<(Kind, Arc<Vec<u8>>)>,
) -> Option<(Vec<Entry>, Root)> {
    let mut deltas = Vec::new();
    let mut offset = offset;
    loop {
        if let Some((kind, bytes)) = known(offset) {
            return Some((deltas, Root::Known(kind, bytes)));
        }
        let (entry, base) = pack.entry_at(offset)?;
        offset = match base {
            None => return Some((deltas, Root::Here(entry))),
            Some(BaseRef::Offset(base)) => base,
            Some(BaseRef::Id(id)) => match pack.index.find(id.as_bytes()) {
                Some(at) => pack.index.offset(at)?,
                None => {
                    deltas.push(entry);
                    return Some((deltas, Root::Elsewhere(id)));
                }
            },
        };
        deltas.push(entry);
        if deltas.len() > pack.index.len() {
            return None;
        }
    }
}
