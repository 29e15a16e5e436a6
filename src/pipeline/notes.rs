//! Which objects are notes (git-notes): what stands in the trees of commits that a ref below `refs/notes/` leads to.

use std::collections::HashSet;

use crate::control::Control;
use crate::git::refs::Refs;
use crate::git::{Repository, tree};
use crate::model::ObjectId;
use crate::source::history::History;

/// The notes of a repository, read commit by commit as they are asked for.
pub(super) struct Notes<'a> {
    repository: &'a Repository,
    history: &'a History,
    control: &'a Control,
    /// Commits whose trees are still to be read; `None` before the first question.
    waiting: Option<Vec<ObjectId>>,
    /// Commits and trees that were met.
    met: HashSet<ObjectId>,
    notes: HashSet<ObjectId>,
}

impl<'a> Notes<'a> {
    /// Nothing is read yet.
    pub(super) fn new(
        repository: &'a Repository,
        history: &'a History,
        control: &'a Control,
    ) -> Self {
        Self {
            repository,
            history,
            control,
            waiting: None,
            met: HashSet::new(),
            notes: HashSet::new(),
        }
    }

    /// Whether an object that stands at this path is a note. Only a path that looks like a note's is worth the reading.
    pub(super) fn has(&mut self, object: &ObjectId, path: &[u8]) -> bool {
        if !looks_like_a_note(path) {
            return false;
        }
        if !self.repository.ref_files {
            // Its refs cannot be read, so that the shape of the path is all there is to go by.
            return true;
        }
        if self.waiting.is_none() {
            self.waiting = Some(self.tips());
        }
        while !self.notes.contains(object) {
            let next = self.waiting.as_mut().and_then(Vec::pop);
            let Some(commit) = next.filter(|_| !self.control.is_cancelled()) else {
                return false;
            };
            if self.met.insert(commit) {
                self.commit(&commit);
            }
        }
        true
    }

    /// What refs of notes point at: the repository's own, and those of the repositories that it borrows objects from.
    fn tips(&self) -> Vec<ObjectId> {
        let stores = self.history.stores.first().into_iter();
        let borrowed = stores.flat_map(|store| store.directories.iter().skip(1));
        let lenders = borrowed.filter_map(|objects| Repository::at(objects.parent()?));
        let mut tips = Vec::new();
        for repository in lenders.chain([self.repository.clone()]) {
            // What is wrong with refs was said when history was scanned.
            let refs = Refs::read(&repository, &mut Vec::new());
            let notes = refs.all.into_iter();
            let notes = notes.filter(|(name, _)| name.starts_with(b"refs/notes/"));
            tips.extend(notes.filter_map(|(_, target)| target));
        }
        tips
    }

    fn commit(&mut self, id: &ObjectId) {
        let Some(commit) = self.history.read(id, self.control) else {
            return;
        };
        let lines = commit.split(|&byte| byte == b'\n');
        for line in lines.take_while(|line| !line.is_empty()) {
            if let Some(root) = line.strip_prefix(b"tree ").and_then(ObjectId::from_hex) {
                self.trees(root);
            }
            let parent = line.strip_prefix(b"parent ").and_then(ObjectId::from_hex);
            if let Some(waiting) = &mut self.waiting {
                waiting.extend(parent);
            }
        }
    }

    /// Reads a tree and those below it that spread notes out: git names them with two hex digits.
    fn trees(&mut self, root: ObjectId) {
        let mut next = vec![root];
        while let Some(id) = next.pop() {
            if !self.met.insert(id) {
                continue;
            }
            let bytes = self.history.read(&id, self.control).unwrap_or_default();
            let mut at = 0;
            while let Some(entry) = tree::entry(&bytes, at, id.as_bytes().len()) {
                at = entry.end;
                if !entry.name.iter().all(u8::is_ascii_hexdigit) {
                    continue;
                }
                let object = ObjectId::from_bytes(entry.id);
                if !entry.is_tree() {
                    self.notes.extend(object);
                } else if entry.name.len() == 2 {
                    next.extend(object);
                }
            }
        }
    }
}

/// A note's path is the id of what it annotates, with a slash here and there.
fn looks_like_a_note(path: &[u8]) -> bool {
    let digits = path.iter().filter(|&&byte| byte != b'/');
    matches!(digits.clone().count(), 40 | 64) && digits.clone().all(u8::is_ascii_hexdigit)
}
