//! Finds where the entries of a pack start that has no index, and what they build on.

use std::collections::HashMap;

use flate2::{Decompress, FlushDecompress, Status};

use super::{Asked, Receiver};
use crate::git::family::Family;
use crate::git::index::be32;
use crate::git::pack::{Base, BaseRef, Entry, Kind, NONE, header};
use crate::model::ObjectId;

/// A pack without an index.
pub(super) struct Survey {
    /// The delta trees. What builds on an object by its id is a root in it, because no ids are known yet.
    pub family: Family,
    /// Those entries, by that id.
    pub waiting: HashMap<ObjectId, Vec<u32>>,
    /// For each entry, whether it builds on an id.
    pub is_waiting: Vec<bool>,
    /// Where the stream of the last entry ends.
    pub end: usize,
    /// An object whose stream breaks off, if it is no delta.
    pub torn: Option<Entry>,
    /// Whether the pack breaks off.
    pub cut: bool,
    /// Whether it has more objects than were asked for.
    pub more: bool,
    /// The size of an object that is too much in all.
    pub over: Option<u64>,
}

/// What a stream is like.
enum Stream {
    /// It has so many bytes.
    Ends(usize),
    /// It breaks off, or is damaged, or is longer than its header says.
    Torn,
}

/// Reads one entry after the other up to the first that cannot be read.
pub(super) fn survey(pack: &[u8], asked: &Asked, receiver: &dyn Receiver) -> Survey {
    let stated = be32(pack, 8).unwrap_or_default() as usize;
    let mut left = receiver.left();
    let mut entries: Vec<Entry> = Vec::new();
    let mut made = Survey {
        family: Family::new(Vec::new()),
        waiting: HashMap::new(),
        is_waiting: Vec::new(),
        end: 12,
        torn: None,
        cut: false,
        more: false,
        over: None,
    };
    let mut inflater = Decompress::new(true);
    let mut out = vec![0; 64 << 10];
    while entries.len() < stated && !receiver.is_over() {
        if entries.len() >= asked.objects {
            made.more = true;
            break;
        }
        let offset = made.end as u64;
        let Some(header) = header::read(pack, offset, asked.hash) else {
            made.cut = true;
            break;
        };
        if header.size > left {
            made.over = Some(header.size);
            break;
        }
        left -= header.size;
        let entry = entry(offset, &header, &entries);
        let input = pack.get(header.data as usize..).unwrap_or_default();
        inflater.reset(true);
        match stream(&mut inflater, input, header.size, &mut out) {
            Stream::Ends(len) => made.end = header.data as usize + len,
            Stream::Torn => {
                // Of a delta alone nobody could make sense.
                made.torn = matches!(header.base, Base::Root(_)).then_some(entry);
                made.cut = true;
                break;
            }
        }
        let id = match header.base {
            Base::Delta(BaseRef::Id(id)) => Some(id),
            _ => None,
        };
        if let Some(id) = id {
            let waiting = made.waiting.entry(id).or_default();
            waiting.push(entries.len() as u32);
        }
        made.is_waiting.push(id.is_some());
        entries.push(entry);
    }
    let is_all = entries.len() == stated;
    // Behind the last entry stands the checksum of them all, and nothing else.
    made.cut |= is_all && pack.len() != made.end.saturating_add(asked.hash);
    made.family = Family::new(entries);
    made
}

/// What a header says, with the base linked and the kind taken from it.
fn entry(offset: u64, header: &header::Header, before: &[Entry]) -> Entry {
    let mut entry = Entry {
        offset,
        data: header.data,
        size: header.size,
        at: before.len() as u32,
        base: NONE,
        kind: None,
        delta: false,
    };
    match &header.base {
        Base::Root(kind) => entry.kind = Some(*kind),
        // Only the trees of deltas count here; what it is shows when its base is made.
        Base::Delta(BaseRef::Id(_)) => entry.kind = Some(Kind::Blob),
        Base::Delta(BaseRef::Offset(base)) => {
            entry.delta = true;
            let base = before.binary_search_by_key(base, |entry| entry.offset);
            let base = base.ok().and_then(|at| before.get(at));
            entry.kind = base.and_then(|base| base.kind);
            entry.base = base.map_or(NONE, |base| base.at);
        }
    }
    entry
}

/// Inflates a stream to see where it ends, and keeps nothing of it.
fn stream(inflater: &mut Decompress, input: &[u8], size: u64, out: &mut [u8]) -> Stream {
    loop {
        let (used, made) = (inflater.total_in(), inflater.total_out());
        let rest = input.get(used as usize..).unwrap_or_default();
        let Ok(status) = inflater.decompress(rest, out, FlushDecompress::None) else {
            return Stream::Torn;
        };
        if inflater.total_out() > size {
            return Stream::Torn;
        }
        if status == Status::StreamEnd {
            return match usize::try_from(inflater.total_in()) {
                Ok(len) => Stream::Ends(len),
                Err(_) => Stream::Torn,
            };
        }
        if (inflater.total_in(), inflater.total_out()) == (used, made) {
            return Stream::Torn;
        }
    }
}
