//! Folders as a tree or the index has them, and names looked up in trees.

use std::collections::HashMap;
use std::ops::Range;

use crate::git::tree;
use crate::model::ObjectId;
use crate::source::staged::{Cached, Index};

/// A folder, in a tree or in the index.
#[derive(Clone, Debug)]
pub enum Folder<'i> {
    /// A tree.
    Tree(ObjectId),
    /// Some entries of the index, whose paths share so many bytes.
    Index {
        /// The index.
        index: &'i Index,
        /// Which entries.
        entries: Range<usize>,
        /// How many bytes of their paths lead to the folder.
        prefix: usize,
        /// What the index remembers of the folder.
        cached: Option<&'i Cached>,
    },
}

impl Folder<'_> {
    /// The tree that this folder is, or that a commit would make of it: git itself takes it from the index's cache.
    pub(super) fn id(&self) -> Option<ObjectId> {
        match self {
            Self::Tree(id) => Some(*id),
            Self::Index {
                entries, cached, ..
            } => {
                let cached = cached.filter(|cached| {
                    cached.num_entries.map(|n| n as usize) == Some(entries.len())
                })?;
                ObjectId::from_bytes(cached.id.as_bytes())
            }
        }
    }
}

/// What stands under a name in a folder.
pub(super) enum Node<'i> {
    File(ObjectId),
    Folder(Folder<'i>),
    /// A submodule: its contents are another repository's.
    Submodule,
}

/// The entries of a tree.
pub(super) fn entries(bytes: &[u8], hash: usize) -> impl Iterator<Item = tree::TreeEntry<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let entry = tree::entry(bytes, at, hash)?;
        at = entry.end;
        Some(entry)
    })
}

/// Calls `each` with what stands in a folder of the index.
pub(super) fn list_index<'i>(
    index: &'i Index,
    entries: Range<usize>,
    prefix: usize,
    cached: Option<&'i Cached>,
    each: &mut dyn FnMut(&[u8], Node<'i>),
) {
    let children = cached.map_or(&[][..], |cached| &cached.children);
    let children: HashMap<&[u8], &Cached> = children
        .iter()
        .map(|child| (&child.name[..], child))
        .collect();
    let mut at = entries.start;
    while at < entries.end {
        let rest = index.path(at).get(prefix..).unwrap_or_default();
        let Some(slash) = memchr::memchr(b'/', rest) else {
            match index.id(at) {
                _ if index.is_submodule(at) => each(rest, Node::Submodule),
                Some(id) => each(rest, Node::File(id)),
                None => {}
            }
            at += 1;
            continue;
        };
        let name = &rest[..slash];
        let folder = index
            .id(at)
            .filter(|_| index.is_folder(at) && slash + 1 == rest.len());
        if let Some(id) = folder {
            // A sparse index names whole folders.
            each(name, Node::Folder(Folder::Tree(id)));
            at += 1;
            continue;
        }
        let inside = |other: usize| {
            index
                .path(other)
                .get(prefix..)
                .is_some_and(|path| path.starts_with(&rest[..=slash]))
        };
        let (mut low, mut high) = (at + 1, entries.end);
        while low < high {
            let middle = low + (high - low) / 2;
            if inside(middle) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        let folder = Folder::Index {
            index,
            entries: at..low,
            prefix: prefix + slash + 1,
            cached: children.get(name).copied(),
        };
        each(name, Node::Folder(folder));
        at = low;
    }
}

/// What a name in a tree stands for.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub(super) is_tree: bool,
    pub(super) id: ObjectId,
}

/// Looks names up in a tree in nearly the tree's own order: mostly the next entry is the one.
pub(super) struct Lookup<'a> {
    bytes: &'a [u8],
    hash: usize,
    at: usize,
    by_name: Option<HashMap<&'a [u8], usize>>,
}

impl<'a> Lookup<'a> {
    pub(super) fn new(bytes: &'a [u8], hash: usize) -> Self {
        Self {
            bytes,
            hash,
            at: 0,
            by_name: None,
        }
    }

    pub(super) fn find(&mut self, name: &[u8]) -> Option<Entry> {
        let (bytes, hash) = (self.bytes, self.hash);
        let next = tree::entry(bytes, self.at, hash).filter(|entry| entry.name == name);
        let found = next.or_else(|| {
            let by_name = self.by_name.get_or_insert_with(|| {
                let ends = entries(bytes, hash);
                ends.map(|entry| {
                    (
                        entry.name,
                        entry.end - hash - 2 - entry.name.len() - entry.mode.len(),
                    )
                })
                .collect()
            });
            tree::entry(bytes, *by_name.get(name)?, hash)
        })?;
        self.at = found.end;
        Some(Entry {
            is_tree: found.is_tree(),
            id: ObjectId::from_bytes(found.id)?,
        })
    }
}
