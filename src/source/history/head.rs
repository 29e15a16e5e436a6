//! Which blob stands at a path at HEAD.

use std::collections::HashMap;

use crate::control::Control;
use crate::git::tree;
use crate::model::ObjectId;

use super::History;

/// HEAD's tree, its folders read as they are asked for.
pub struct Head<'a> {
    history: &'a History,
    control: &'a Control,
    root: Option<ObjectId>,
    trees: HashMap<ObjectId, Vec<u8>>,
}

impl<'a> Head<'a> {
    /// The tree of the commit that HEAD points at; empty if there is none.
    pub fn new(history: &'a History, control: &'a Control) -> Self {
        let commit = history.head.and_then(|id| history.read(&id, control));
        let root = commit.and_then(|commit| {
            let line = commit.split(|&byte| byte == b'\n').next()?.to_vec();
            ObjectId::from_hex(line.strip_prefix(b"tree ")?)
        });
        Self {
            history,
            control,
            root,
            trees: HashMap::new(),
        }
    }

    /// The object at a path.
    pub fn find(&mut self, path: &[u8]) -> Option<ObjectId> {
        let mut at = self.root?;
        for name in path.split(|&byte| byte == b'/') {
            let (history, control) = (self.history, self.control);
            let bytes = self
                .trees
                .entry(at)
                .or_insert_with(|| history.read(&at, control).unwrap_or_default());
            at = child(bytes, name, at.as_bytes().len())?;
        }
        Some(at)
    }
}

fn child(tree: &[u8], name: &[u8], hash: usize) -> Option<ObjectId> {
    let mut at = 0;
    while let Some(entry) = tree::entry(tree, at, hash) {
        if entry.name == name {
            return ObjectId::from_bytes(entry.id);
        }
        at = entry.end;
    }
    None
}
