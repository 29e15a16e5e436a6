//! What a walk shows, and to whom.

use std::ops::Range;

use crate::git::Kind;
use crate::git::pack::Entry;
use crate::model::{Fresh, Mark, Problem};

/// An object as a visitor sees it.
pub struct Visited<'a> {
    /// What it is.
    pub kind: Kind,
    /// The pack's entry.
    pub entry: &'a Entry,
    /// Its contents.
    pub bytes: &'a [u8],
    /// Which bytes no visitor has searched yet.
    pub fresh: Fresh<'a>,
    /// The base's marks that still hold.
    pub inherited: &'a [Mark],
    /// For a tree, its entries.
    pub entries: Entries<'a>,
}

/// Where the entries of a tree start; nothing for what is not a tree.
#[derive(Clone, Copy, Default)]
pub struct Entries<'a> {
    /// All of them.
    pub all: &'a [u32],
    /// Those that the base does not hold whole.
    pub fresh: &'a [u32],
    /// The base, if it is a delta.
    pub base: Option<BaseTree<'a>>,
}

/// The tree that a tree was made from.
#[derive(Clone, Copy)]
pub struct BaseTree<'a> {
    /// Its position in the index.
    pub at: u32,
    /// Its contents.
    pub bytes: &'a [u8],
    /// Where its entries start.
    pub starts: &'a [u32],
    /// Which runs of them the delta keeps whole, in the order of the result.
    pub kept: &'a [Range<usize>],
    /// What the visitor found in it.
    pub marks: &'a [Mark],
}

/// What a walk calls, one for each thread.
pub trait Visitor {
    /// Takes an object, and says what is in it.
    fn object(&mut self, object: &Visited<'_>, marks: &mut Vec<Mark>);
    /// Takes an object that is too large to be held, as a stream.
    fn large(
        &mut self,
        kind: Kind,
        entry: &Entry,
        reader: &mut dyn std::io::Read,
    ) -> std::io::Result<()>;
    /// Something that could not be read.
    fn problem(&mut self, problem: Problem);
}
