//! Makes every object of a pack that has no index, each once, and finds out their ids, as `git index-pack` does. Such a pack
//! comes from anywhere: nothing is made before it was counted.

mod make;
mod survey;

use std::io::Read;

use super::Kind;
use super::index::be32;
use crate::model::ObjectId;

/// What is read of a pack, and how much.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// How many bytes an id has.
    pub hash: usize,
    /// Blobs of more bytes are not held, if nothing builds on them.
    pub whole: u64,
    /// No object of more bytes is held, and neither are so many bytes of all those on which others build.
    pub held: u64,
    /// So many objects are looked at.
    pub objects: usize,
}

/// Takes the objects: commits, trees and tags before blobs, each in the order of the pack and what builds on an object
/// behind it.
pub trait Receiver {
    /// How much may still be made.
    fn left(&self) -> u64;
    /// Takes note of what was made. A delta's object counts as an eighth of its size, or as its delta: most of it was copied.
    fn spend(&mut self, bytes: u64);
    /// Whether nothing more is wanted.
    fn is_over(&self) -> bool;
    /// Takes an object; without an id if its bytes were made to collide with others.
    fn object(&mut self, kind: Kind, id: Option<ObjectId>, bytes: &[u8]);
    /// Takes an object that is too large to be held, or breaks off: then it has no id. The receiver counts it itself.
    fn stream(&mut self, kind: Kind, id: Option<ObjectId>, reader: &mut dyn Read);
}

/// What of a pack could not be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// Whether the pack breaks off.
    pub cut: bool,
    /// Objects that are damaged, or build on damaged ones.
    pub damaged: u64,
    /// Objects that build on others that are not in the pack.
    pub absent: u64,
    /// Objects that were too large to be made, or build on such.
    pub large: u64,
    /// Whether there are more objects than were asked for.
    pub more: bool,
    /// The size of an object that would have been too much in all.
    pub over: Option<u64>,
}

/// Reads all that can be read of a pack. `None` if it is none of a known version.
pub fn unpack(pack: &[u8], asked: &Asked, receiver: &mut dyn Receiver) -> Option<Unread> {
    if pack.get(..4) != Some(b"PACK") || !matches!(be32(pack, 4), Some(2 | 3)) {
        return None;
    }
    let survey = survey::survey(pack, asked, receiver);
    Some(make::make(pack, asked, survey, receiver))
}

#[cfg(test)]
mod tests;
