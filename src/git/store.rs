//! An object database: packs, loose objects and alternates under one numbering.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use super::bases::Bases;
use super::loose;
use super::merged::Merged;
use super::pack::Pack;
use super::{Repository, alternates, plain};
use crate::model::{ObjectId, Problem, ProblemKind};

/// The objects of a repository. A number names an object as long as the store lives.
pub struct Store {
    /// Object directories: the repository's own, then its alternates.
    pub directories: Vec<PathBuf>,
    /// Packs with the number of their first object.
    pub packs: Vec<(u32, Pack)>,
    /// Loose objects, in order of id.
    pub loose: Vec<(ObjectId, PathBuf)>,
    loose_by_id: HashMap<ObjectId, u32>,
    first_loose: u32,
    hash: usize,
    seen_packs: BTreeSet<PathBuf>,
    /// Packs whose objects are not known by id, so that an absent object proves nothing.
    pub unopened: Vec<PathBuf>,
    /// More copies of loose objects, for when the first is damaged.
    spare: Vec<(ObjectId, PathBuf)>,
    /// Whether loose objects were listed; else each is looked for when it is asked for.
    listed: bool,
    /// What single looks keep for each other; `None` where walks do the work.
    pub(super) bases: Option<Bases>,
    /// One table for all packs, if there are several and many lookups to come.
    merged: Option<Merged>,
}

impl Store {
    /// Opens every pack and lists every loose object.
    pub fn open(repository: &Repository, deepest: usize, problems: &mut Vec<Problem>) -> Self {
        let mut store = Self::empty(repository, deepest, problems);
        store.listed = true;
        for directory in store.directories.clone() {
            store.open_packs(&directory, problems);
            store
                .loose
                .extend(loose::list(&directory, store.hash, problems));
        }
        store.prepare();
        store.loose.sort();
        let (mut first, mut spare) = (Vec::new(), Vec::new());
        for loose in store.loose.drain(..) {
            let known = first
                .last()
                .is_some_and(|(id, _): &(ObjectId, PathBuf)| *id == loose.0);
            if known {
                spare.push(loose)
            } else {
                first.push(loose)
            }
        }
        store.loose = first;
        store.spare = spare;
        store.first_loose = store
            .packs
            .iter()
            .map(|(_, pack)| pack.index.len() as u32)
            .sum();
        let numbered = store.loose.iter().enumerate();
        store.loose_by_id = numbered
            .map(|(at, (id, _))| (*id, store.first_loose + at as u32))
            .collect();
        store
    }

    /// Opens packs for a few lookups by id: nothing is listed and no table is built, so that a commit hook does not
    /// wait for what it does not need. Such a store numbers no loose objects: [`Store::read`] and its like are for it.
    pub fn light(repository: &Repository, deepest: usize, problems: &mut Vec<Problem>) -> Self {
        let mut store = Self::empty(repository, deepest, problems);
        for directory in store.directories.clone() {
            store.open_packs(&directory, problems);
        }
        store.bases = Some(Bases::default());
        store
    }

    /// Makes many lookups faster; see [`PackIndex::prepare`](super::index::PackIndex::prepare); several packs share one table.
    pub fn prepare(&mut self) {
        match &mut self.packs[..] {
            [(_, only)] => only.index.prepare(),
            packs => self.merged = Some(Merged::new(packs)),
        }
    }

    fn empty(repository: &Repository, deepest: usize, problems: &mut Vec<Problem>) -> Self {
        let mut directories = alternates::follow(&repository.objects(), deepest, problems);
        directories.extend(repository.borrowed.iter().cloned());
        Self {
            directories,
            packs: Vec::new(),
            loose: Vec::new(),
            loose_by_id: HashMap::new(),
            first_loose: 0,
            hash: repository.hash,
            seen_packs: BTreeSet::new(),
            unopened: Vec::new(),
            spare: Vec::new(),
            listed: false,
            bases: None,
            merged: None,
        }
    }

    fn open_packs(&mut self, objects: &Path, problems: &mut Vec<Problem>) {
        for path in list_packs(objects, problems) {
            // What is still on its way, or was left behind half way, can be found by no id.
            let unfinished = path.extension().is_none_or(|end| end != "pack");
            if (unfinished && !self.listed) || !self.seen_packs.insert(path.clone()) {
                continue;
            }
            match Pack::open(&path, self.hash) {
                Ok((pack, problem)) => {
                    if !pack.has_ids() {
                        self.unopened.push(path);
                    }
                    problems.extend(problem);
                    let after = |(first, pack): &(u32, Pack)| first + pack.index.len() as u32;
                    let first = self.packs.last().map_or(0, after);
                    self.packs.push((first, pack));
                }
                Err(problem) => {
                    self.unopened.push(path);
                    problems.push(problem);
                }
            }
        }
    }

    /// Bytes in an id.
    pub fn hash_len(&self) -> usize {
        self.hash
    }

    /// How many objects there are, copies counted.
    pub fn len(&self) -> usize {
        self.first_loose as usize + self.loose.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of an object; of the first copy if there are several.
    pub fn find(&self, id: &[u8]) -> Option<u32> {
        let packed = match &self.merged {
            Some(merged) => merged.find(id, &self.packs),
            None => self
                .packs
                .iter()
                .find_map(|(first, pack)| Some(first + pack.index.find(id)? as u32)),
        };
        packed.or_else(|| self.loose_by_id.get(&ObjectId::from_bytes(id)?).copied())
    }

    /// The numbers of many objects, in the order of the ids; see [`PackIndex::find_many`](super::index::PackIndex).
    pub fn find_many(&self, ids: &[ObjectId], numbers: &mut Vec<Option<u32>>) {
        numbers.clear();
        numbers.resize(ids.len(), None);
        let mut found = |at: usize, found: u32| {
            if let Some(number) = numbers.get_mut(at) {
                number.get_or_insert(found);
            }
        };
        if let Some(merged) = &self.merged {
            merged.find_many(ids, &self.packs, found);
        } else {
            for (first, pack) in &self.packs {
                let found = |at, position: usize| found(at, first + position as u32);
                pack.index.find_many(ids, found);
            }
        }
        for (number, id) in numbers.iter_mut().zip(ids) {
            *number = number.or_else(|| self.loose_by_id.get(id).copied());
        }
    }

    /// The number of the loose object at this position.
    pub fn loose_number(&self, at: usize) -> u32 {
        self.first_loose + at as u32
    }

    /// The file of a loose object.
    pub fn loose_path(&self, id: &ObjectId) -> Option<&PathBuf> {
        let at = self.loose_by_id.get(id)?.checked_sub(self.first_loose)?;
        Some(&self.loose.get(at as usize)?.1)
    }

    /// More copies of a loose object.
    pub fn spare(&self, id: &ObjectId) -> impl Iterator<Item = &PathBuf> {
        self.spare
            .iter()
            .filter(move |spare| spare.0 == *id)
            .map(|spare| &spare.1)
    }

    /// Every file that may hold a loose object, whether or not the store has listed them.
    pub(super) fn loose_copies(&self, id: &ObjectId) -> Vec<PathBuf> {
        if self.listed {
            return self
                .loose_path(id)
                .into_iter()
                .chain(self.spare(id))
                .cloned()
                .collect();
        }
        let hex = id.to_string();
        let Some((folder, name)) = hex.split_at_checked(2) else {
            return Vec::new();
        };
        let files = self
            .directories
            .iter()
            .map(|path| path.join(folder).join(name));
        files
            .filter(|file| file.symlink_metadata().is_ok())
            .collect()
    }

    /// Packs and loose objects that have come since this store was opened: a `gc` or a fetch may be running.
    pub fn has_grown(&self) -> bool {
        let mut ignored = Vec::new();
        if self.unopened.iter().any(|path| !path.exists()) {
            return true;
        }
        self.directories.iter().any(|directory| {
            let packs = list_packs(directory, &mut ignored);
            packs.iter().any(|path| !self.seen_packs.contains(path))
                || loose::list(directory, self.hash, &mut ignored)
                    .iter()
                    .any(|(id, _)| self.find(id.as_bytes()).is_none())
        })
    }
}

fn list_packs(objects: &Path, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let directory = objects.join("pack");
    let unlisted = |error: std::io::Error| {
        let message = format!("its packs cannot be listed: {error}; check its permissions");
        let place = directory.display().to_string();
        Problem::new(ProblemKind::Unreadable, place, message)
    };
    let entries = match std::fs::read_dir(&directory) {
        Ok(entries) => plain::entries(entries, |error| problems.push(unlisted(error))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            problems.push(unlisted(error));
            return Vec::new();
        }
    };
    let is_pack = |path: &PathBuf| {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        (name.starts_with("pack-") && name.ends_with(".pack")) || name.starts_with("tmp_pack_")
    };
    let paths: Vec<PathBuf> = entries.iter().map(|entry| entry.path()).collect();
    for index in paths
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "idx"))
    {
        if !index.with_extension("pack").exists() && index.exists() {
            let message =
                "this index has no pack; what it held was not scanned; fetch the repository again";
            problems.push(Problem::new(
                ProblemKind::DamagedPack,
                index.display().to_string(),
                message,
            ));
        }
    }
    let mut packs: Vec<PathBuf> = paths.into_iter().filter(is_pack).collect();
    packs.sort();
    packs
}
