//! What a change adds: the paths whose contents no parent has there, found by opening only folders that differ.

mod folder;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::control::Control;
use crate::git::{Kind, Repository, Store, tree};
use crate::model::{ObjectId, Problem, ProblemKind, Sink};
use folder::{Entry, Lookup, Node, entries, list_index};

pub use folder::Folder;

/// A path and its contents before and after a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The path.
    pub path: Vec<u8>,
    /// The blob that stands there now.
    pub blob: ObjectId,
    /// The blob that stood there, for each parent.
    pub before: Vec<Option<ObjectId>>,
}

/// What a change adds.
#[derive(Debug, Default)]
pub struct Added {
    /// Paths with contents that no parent has there.
    pub changes: Vec<Change>,
    /// Paths of files and folders that no parent has.
    pub names: Vec<Vec<u8>>,
    /// Entries that were looked at.
    entries: usize,
}

/// Most bytes of trees that are kept for the next look.
const KEPT: usize = 32 << 20;
/// Folders are not followed deeper.
const DEEPEST: usize = 1000;
type Bytes = Arc<Vec<u8>>;

/// Files that a change takes away.
#[derive(Default)]
struct Removed {
    files: Vec<(Vec<u8>, ObjectId)>,
    /// Entries that were looked at.
    entries: usize,
}

/// Reads folders, and says which could not be read.
pub struct Folders<'a> {
    repository: &'a Repository,
    store: &'a Store,
    sink: &'a dyn Sink,
    control: &'a Control,
    kept: Mutex<(usize, HashMap<ObjectId, Bytes>)>,
}

impl<'a> Folders<'a> {
    /// Of this repository.
    pub fn new(
        repository: &'a Repository,
        store: &'a Store,
        control: &'a Control,
        sink: &'a dyn Sink,
    ) -> Self {
        Self {
            repository,
            store,
            sink,
            control,
            kept: Mutex::default(),
        }
    }

    /// What `new` adds to all of the trees `old`; nothing is known of a parent that is `None`.
    pub fn added(&self, new: &Folder<'_>, old: &[Option<ObjectId>]) -> Added {
        let mut added = Added::default();
        self.compare(new, old, &mut Vec::new(), 0, &mut added);
        if added.entries > self.control.limits.change_entries {
            self.too_many(new);
        }
        added
    }

    fn compare(
        &self,
        new: &Folder<'_>,
        old: &[Option<ObjectId>],
        path: &mut Vec<u8>,
        depth: usize,
        added: &mut Added,
    ) {
        if new.id().is_some_and(|id| old.contains(&Some(id))) {
            return;
        }
        if depth > DEEPEST {
            return self.too_deep(path);
        }
        if self.is_over(added.entries) {
            return;
        }
        let bytes: Vec<Bytes> = old
            .iter()
            .map(|id| id.and_then(|id| self.tree(&id)).unwrap_or_default())
            .collect();
        let mut before: Vec<Lookup<'_>> = bytes
            .iter()
            .map(|bytes| Lookup::new(bytes, self.store.hash_len()))
            .collect();
        let trunk = path.len();
        self.list(new, &mut |name, node| {
            added.entries += 1;
            if added.entries > self.control.limits.change_entries {
                return;
            }
            let there: Vec<Option<Entry>> = before.iter_mut().map(|old| old.find(name)).collect();
            path.truncate(trunk);
            if trunk > 0 {
                path.push(b'/');
            }
            path.extend_from_slice(name);
            if there.iter().all(Option::is_none) && added.names.last() != Some(path) {
                added.names.push(path.clone());
            }
            self.put(node, &there, path, depth, added);
        });
        path.truncate(trunk);
    }

    /// Adds what stands at a path now, if none of what stood `there` is the same.
    fn put(
        &self,
        node: Node<'_>,
        there: &[Option<Entry>],
        path: &mut Vec<u8>,
        depth: usize,
        added: &mut Added,
    ) {
        let old = |is_tree: bool| -> Vec<Option<ObjectId>> {
            let fitting = |entry: &Option<Entry>| entry.filter(|entry| entry.is_tree == is_tree);
            let there = there.iter().map(fitting);
            there.map(|entry| entry.map(|entry| entry.id)).collect()
        };
        match node {
            Node::File(blob) => {
                let before = old(false);
                if !before.contains(&Some(blob)) {
                    added.changes.push(Change {
                        path: path.clone(),
                        blob,
                        before,
                    });
                }
            }
            Node::Folder(folder) => self.compare(&folder, &old(true), path, depth + 1, added),
            Node::Submodule => {}
        }
    }

    /// The files of the tree `old` at paths where `new` has none. Where there are too many, the rest is left out, so that what
    /// moved from there counts as new.
    pub fn removed(&self, new: &Folder<'_>, old: ObjectId) -> Vec<(Vec<u8>, ObjectId)> {
        let mut removed = Removed::default();
        self.subtract(Some(new), old, &mut Vec::new(), 0, &mut removed);
        removed.files
    }

    fn subtract(
        &self,
        new: Option<&Folder<'_>>,
        old: ObjectId,
        path: &mut Vec<u8>,
        depth: usize,
        removed: &mut Removed,
    ) {
        let is_same = new.and_then(Folder::id) == Some(old);
        if is_same || depth > DEEPEST || self.is_over(removed.entries) {
            return;
        }
        let mut nodes = HashMap::new();
        if let Some(new) = new {
            self.list(new, &mut |name, node| {
                nodes.insert(name.to_vec(), node);
            });
        }
        let bytes = self.tree(&old).unwrap_or_default();
        let trunk = path.len();
        for entry in entries(&bytes, self.store.hash_len()) {
            removed.entries += 1;
            path.truncate(trunk);
            if trunk > 0 {
                path.push(b'/');
            }
            path.extend_from_slice(entry.name);
            let Some(id) = ObjectId::from_bytes(entry.id) else {
                continue;
            };
            match nodes.get(entry.name) {
                Some(Node::Folder(folder)) if entry.is_tree() => {
                    self.subtract(Some(folder), id, path, depth + 1, removed)
                }
                _ if entry.is_tree() => self.subtract(None, id, path, depth + 1, removed),
                None | Some(Node::Folder(_)) if !entry.is_link() => {
                    removed.files.push((path.clone(), id))
                }
                _ => {}
            }
        }
        path.truncate(trunk);
    }

    /// The blob at a path of a folder at the top.
    pub fn find(&self, top: &Folder<'_>, path: &[u8]) -> Option<ObjectId> {
        match top {
            Folder::Tree(id) => self.file(*id, path),
            Folder::Index { index, .. } => {
                let slashes = memchr::memchr_iter(b'/', path);
                // A sparse index names whole folders, with a slash behind.
                let mut above = slashes.filter_map(|slash| path.split_at_checked(slash + 1));
                index.find(path).or_else(|| {
                    above.find_map(|(folder, rest)| self.file(index.find(folder)?, rest))
                })
            }
        }
    }

    /// The blob at a path of the tree `root`.
    pub fn file(&self, root: ObjectId, path: &[u8]) -> Option<ObjectId> {
        let mut at = Entry {
            is_tree: true,
            id: root,
        };
        for name in path.split(|&byte| byte == b'/') {
            let bytes = at.is_tree.then(|| self.tree(&at.id))??;
            at = Lookup::new(&bytes, self.store.hash_len()).find(name)?;
        }
        (!at.is_tree).then_some(at.id)
    }

    fn list<'i>(&self, folder: &Folder<'i>, each: &mut dyn FnMut(&[u8], Node<'i>)) {
        match folder {
            Folder::Tree(id) => {
                let bytes = self.tree(id).unwrap_or_default();
                for entry in entries(&bytes, self.store.hash_len()) {
                    let Some(id) = ObjectId::from_bytes(entry.id) else {
                        continue;
                    };
                    let node = if entry.is_tree() {
                        Node::Folder(Folder::Tree(id))
                    } else if entry.is_link() {
                        Node::Submodule
                    } else {
                        Node::File(id)
                    };
                    each(entry.name, node);
                }
            }
            Folder::Index {
                index,
                entries,
                prefix,
                cached,
            } => list_index(index, entries.clone(), *prefix, *cached, each),
        }
    }

    fn tree(&self, id: &ObjectId) -> Option<Bytes> {
        let lock = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bytes) = lock().1.get(id) {
            return Some(bytes.clone());
        }
        let Some((Kind::Tree, bytes)) = self.store.read(id, self.control.limits.max_delta_result)
        else {
            self.sink.problem(unread(self.repository, self.store, id));
            return None;
        };
        let mut end = 0;
        while let Some(entry) = tree::entry(&bytes, end, self.store.hash_len()) {
            end = entry.end;
        }
        if end != bytes.len() {
            let message = "this tree stops making sense half way; the rest of it was not scanned; run `git fsck`";
            self.sink.problem(Problem::new(
                ProblemKind::DamagedObject,
                id.to_string(),
                message,
            ));
        }
        let bytes = Arc::new(bytes);
        let mut kept = lock();
        if kept.0 > KEPT {
            *kept = (0, HashMap::new());
        }
        kept.0 += bytes.len();
        kept.1.insert(*id, bytes.clone());
        Some(bytes)
    }

    /// Whether nobody wants to look at more.
    fn is_over(&self, entries: usize) -> bool {
        entries > self.control.limits.change_entries || self.control.is_cancelled()
    }

    fn too_many(&self, top: &Folder<'_>) {
        let most = self.control.limits.change_entries;
        let message = format!(
            "its folders have more than {most} entries; what is further on was not scanned; add them in smaller steps"
        );
        let place = match top {
            Folder::Tree(id) => id.to_string(),
            Folder::Index { .. } => self.repository.git_dir.join("index").display().to_string(),
        };
        self.sink
            .problem(Problem::new(ProblemKind::Limit, place, message));
    }

    fn too_deep(&self, path: &[u8]) {
        let message =
            "folders are nested deeper than the limit; what is further down was not scanned";
        let place = String::from_utf8_lossy(path.get(..200).unwrap_or(path)).into_owned();
        self.sink
            .problem(Problem::new(ProblemKind::Limit, place, message));
    }
}

/// Why an object that a change names could not be read.
pub fn unread(repository: &Repository, store: &Store, id: &ObjectId) -> Problem {
    if store.has(id) {
        let message =
            "this object cannot be read whole; run `git fsck`, or fetch the repository again";
        return Problem::new(ProblemKind::DamagedObject, id.to_string(), message);
    }
    if repository.partial {
        let message = "this clone is partial: the object was left at the remote and not scanned; clone it whole";
        return Problem::new(ProblemKind::Partial, id.to_string(), message);
    }
    let message = "this object is needed, and it is not there; run `git fsck`, or fetch again";
    Problem::new(ProblemKind::AbsentObject, id.to_string(), message)
}
