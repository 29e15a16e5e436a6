//! What a source pushes and what comes back: chunks of bytes, and marks in them.

use std::ops::Range;

use super::{ObjectId, Origin, Problem};

/// Where the first byte of a chunk stands in its stream: what a window that is not the first needs to count on from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Bytes before it.
    pub offset: u64,
    /// Its line, from 1.
    pub line: u64,
    /// Its column in code points, from 1.
    pub column: u64,
}

impl Default for Position {
    fn default() -> Self {
        Self {
            offset: 0,
            line: 1,
            column: 1,
        }
    }
}

/// Which bytes of a chunk have not been searched in another chunk yet.
#[derive(Clone, Copy, Debug)]
pub enum Fresh<'a> {
    /// Every byte.
    All,
    /// Only these ranges, sorted and disjoint. They already include the detector's margins.
    Only(&'a [Range<usize>]),
}

/// A place in a chunk that the detector knows by an identifier, which nobody else interprets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// The detector's own name for it.
    pub id: u32,
    /// Whether it is a finding here, and not only a place where one may come to stand.
    pub counts: bool,
    /// Whether all that decides about it was copied with it. Else only its beginning is known to stand here.
    pub whole: bool,
}

/// A run of bytes with an origin.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// What kind of place they came from.
    pub origin: Origin,
    /// The path, where the source knows one, exactly as it is stored; a ref's full name for [`Origin::RefName`].
    pub path: Option<&'a [u8]>,
    /// Of what came out of a container, the names of the members that lead to it, outermost first; else empty.
    pub member: &'a [Vec<u8>],
    /// The object, for origins inside the object database.
    pub object: Option<ObjectId>,
    /// Which bytes to search.
    pub fresh: Fresh<'a>,
    /// Marks that hold here because a delta copied them whole, sorted.
    pub inherited: &'a [Mark],
    /// Findings that start outside this range belong to a neighbouring window of the same stream.
    pub own: Option<(usize, usize)>,
    /// Where `bytes[0]` stands.
    pub position: Position,
}

impl<'a> Chunk<'a> {
    /// A chunk that is a whole stream, searched in full.
    pub fn whole(bytes: &'a [u8], origin: Origin, path: Option<&'a [u8]>) -> Self {
        Self {
            bytes,
            origin,
            path,
            member: &[],
            object: None,
            fresh: Fresh::All,
            inherited: &[],
            own: None,
            position: Position::default(),
        }
    }
}

/// What sources push into. It is shared; every thread asks it for a worker of its own.
pub trait Sink: Sync {
    /// A worker with its own buffers.
    fn worker(&self) -> Box<dyn Worker + '_>;
    /// Something that could not be read or finished.
    fn problem(&self, problem: Problem);
}

/// One thread's end of a [`Sink`].
pub trait Worker {
    /// Takes a chunk; appends what stands in it (inherited marks that still hold among them), sorted, to `marks`.
    fn chunk(&mut self, chunk: &Chunk<'_>, marks: &mut Vec<Mark>);

    /// Takes note that these bytes of what chunks of this kind are of were decompressed to their end: what they hold is pushed as
    /// a member, and text in them as they are is what the compressor left of it.
    fn decompressed(&mut self, _chunk: &Chunk<'_>, _bytes: Range<u64>) {}
}

/// How far around a candidate the detector has to see, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// What decides about a candidate begins at most this far before it (a decoded escape).
    pub before: usize,
    /// The longest candidate.
    pub longest: usize,
    /// What decides about a candidate ends at most this far behind it.
    pub after: usize,
    /// Whether there may be a candidate at a place is told by at most so many bytes from it on. One that may be is a mark.
    pub promise: usize,
    /// Its context (`aisa` near by a legacy key) lies within this many bytes before and behind it.
    pub context: usize,
    /// Some candidates are longer than `longest`, but so rare that only a window pays for them: so many bytes more.
    pub stretch: usize,
    /// Whether a name in a tree tells by itself what is found in it, whatever stands beside it.
    pub names: bool,
}

impl Reach {
    /// What matters of it in a tree, whose entries are searched one by one where names tell all.
    pub fn in_trees(self) -> Self {
        match self.names {
            true => Self {
                before: 0,
                longest: 0,
                after: 0,
                promise: 0,
                ..self
            },
            false => self,
        }
    }

    /// How many bytes on each side of a window are enough for everything that starts in it.
    pub fn margin(&self) -> usize {
        self.before + self.longest + self.after + self.context + self.stretch
    }
}
