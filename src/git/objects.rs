//! Objects looked up one by one: as a stream where they are large, and by the beginnings of their ids.

use std::io::Read;

use super::loose::{self, Loose};
use super::pack::Pack;
use super::{Kind, Store};
use crate::model::ObjectId;

/// An object's contents.
pub enum Object<'a> {
    /// All of it.
    Whole(Kind, Vec<u8>),
    /// Still to be read, and how many bytes there should be.
    Stream(Kind, Box<dyn Read + 'a>, u64),
}

impl Store {
    /// Opens an object: one of more than `whole` bytes as a stream, if it is no delta. A delta of more than `largest`
    /// bytes is not made. `None` if no copy can be read.
    pub fn object(&self, id: &ObjectId, whole: u64, largest: u64) -> Option<Object<'_>> {
        let large = self
            .packed(id)
            .find_map(|(pack, offset)| stream(pack, offset, whole));
        if large.is_some() {
            return large;
        }
        if let Some((kind, bytes)) = self.read(id, whole) {
            return Some(Object::Whole(kind, bytes));
        }
        for path in self.loose_copies(id) {
            match loose::open(&path, whole) {
                Ok(Loose::Whole(kind, bytes)) => return Some(Object::Whole(kind, bytes)),
                Ok(Loose::Stream(kind, reader, size)) => {
                    return Some(Object::Stream(kind, reader, size));
                }
                Err(_) => {}
            }
        }
        let (kind, bytes) = self.read(id, largest)?;
        Some(Object::Whole(kind, bytes))
    }

    /// Whether an object is here, whether or not it can be read.
    pub fn has(&self, id: &ObjectId) -> bool {
        self.packed(id).next().is_some() || !self.loose_copies(id).is_empty()
    }

    /// The objects whose ids begin with these hexadecimal digits, each once, at most `most`.
    pub fn with_prefix(&self, hex: &str, most: usize) -> Vec<ObjectId> {
        let mut found = Vec::new();
        let digits = self.hash_len() * 2;
        let Some(first) = (hex.len() <= digits)
            .then(|| ObjectId::from_hex(format!("{hex:0<digits$}").as_bytes()))
            .flatten()
        else {
            return found;
        };
        let fits = |id: &ObjectId| id.to_string().starts_with(hex);
        for (_, pack) in &self.packs {
            let (mut low, mut high) = (0, pack.index.len());
            while low < high {
                let middle = low + (high - low) / 2;
                match pack.index.id(middle) {
                    Some(id) if id < first => low = middle + 1,
                    _ => high = middle,
                }
            }
            let ids = (low..pack.index.len()).map_while(|at| pack.index.id(at));
            found.extend(ids.take_while(fits).take(most));
        }
        for directory in &self.directories {
            let folder = directory.join(hex.get(..2).unwrap_or(hex));
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            let id = |entry: std::fs::DirEntry| {
                let name = entry.file_name();
                let whole = format!("{}{}", hex.get(..2)?, name.to_string_lossy());
                ObjectId::from_hex(whole.as_bytes())
            };
            found.extend(entries.filter_map(id).filter(fits).take(most));
        }
        found.sort_unstable();
        found.dedup();
        found.truncate(most);
        found
    }
}

/// The stream of an entry that is whole and larger than `whole`.
fn stream(pack: &Pack, offset: u64, whole: u64) -> Option<Object<'_>> {
    let (entry, _) = pack.entry_at(offset)?;
    let kind = entry.kind.filter(|_| entry.size > whole)?;
    let reader = flate2::read::ZlibDecoder::new(pack.stream(&entry));
    Some(Object::Stream(kind, Box::new(reader), entry.size))
}
