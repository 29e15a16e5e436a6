//! Objects, names of refs and names in the index, of all the repositories that a report is about.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::looking::{Look, Looking};
use crate::control::Control;
use crate::detect::Detector;
use crate::git::commit::Header;
use crate::git::inflate::Exactly;
use crate::git::objects::Object;
use crate::git::refs::Refs;
use crate::git::{Kind, Repository, Store, tree};
use crate::model::{Mask, ObjectId};
use crate::source::staged::Index;

/// The repositories, each opened when it is asked.
pub(super) struct Databases<'a> {
    repositories: Vec<(Repository, OnceCell<Store>)>,
    detector: &'a Detector,
    control: &'a Control,
    /// What came of the objects that were looked at.
    seen: HashMap<ObjectId, Look>,
    /// Whether the names of all refs were looked at.
    saw_refs: bool,
    /// Whether the names in all indexes were looked at.
    saw_index: bool,
}

impl<'a> Databases<'a> {
    pub(super) fn new(
        repositories: Vec<Repository>,
        detector: &'a Detector,
        control: &'a Control,
    ) -> Self {
        let unopened = repositories.into_iter();
        Self {
            repositories: unopened
                .map(|repository| (repository, OnceCell::new()))
                .collect(),
            detector,
            control,
            seen: HashMap::new(),
            saw_refs: false,
            saw_index: false,
        }
    }

    /// The object databases that may have an object: their ids are as long.
    fn stores(&self, id: &ObjectId) -> impl Iterator<Item = &Store> {
        let deepest = self.control.limits.alternates;
        let fitting = self.repositories.iter();
        let fitting = fitting.filter(move |(at, _)| at.hash == id.as_bytes().len());
        fitting.map(move |(repository, store)| {
            // What is wrong with packs was said when they were scanned; that an object may be in one is said of the object.
            store.get_or_init(|| Store::light(repository, deepest, &mut Vec::new()))
        })
    }

    /// Looks in an object, whatever it is.
    pub(super) fn object(&mut self, id: &ObjectId, looking: &mut Looking<'_>) -> Look {
        if let Some(known) = self.seen.get(id) {
            return known.clone();
        }
        let mut look = Look::Absent;
        for store in self.stores(id) {
            match self.read(store, id, looking) {
                Look::Read => {
                    look = Look::Read;
                    break;
                }
                other => look = look.or(other),
            }
        }
        self.seen.insert(*id, look.clone());
        look
    }

    fn read(&self, store: &Store, id: &ObjectId, looking: &mut Looking<'_>) -> Look {
        let limits = &self.control.limits;
        let unread = |why: &str| Look::Unread(format!("object {id}: {why}"));
        match store.object(id, limits.max_whole_object, limits.max_delta_result) {
            Some(Object::Whole(_, bytes)) => looking.whole(&bytes),
            Some(Object::Stream(_, mut inner, left)) => {
                let mut reader = Exactly {
                    inner: &mut inner,
                    left,
                };
                match looking.stream(&mut reader) {
                    Ok((_, look)) => look,
                    Err(error) => unread(&error.to_string()),
                }
            }
            None if store.has(id) => unread("it is damaged, or too large; run `git fsck`"),
            None if !store.unopened.is_empty() => unread("a pack that may have it cannot be read"),
            None => Look::Absent,
        }
    }

    /// Looks in what a commit has at a path; of a name, in the folder that has it.
    pub(super) fn committed(
        &mut self,
        commit: &ObjectId,
        path: &[u8],
        is_name: bool,
        looking: &mut Looking<'_>,
    ) -> Look {
        let mut found = Vec::new();
        for store in self.stores(commit) {
            found.extend(self.find(store, commit, path, is_name));
        }
        found.sort_unstable();
        found.dedup();
        let looks = found.iter().map(|id| self.object(id, looking));
        looks.fold(Look::Absent, Look::or)
    }

    /// What a commit has at a path, or at one that a report would show so.
    fn find(
        &self,
        store: &Store,
        commit: &ObjectId,
        path: &[u8],
        is_name: bool,
    ) -> Option<ObjectId> {
        let limits = &self.control.limits;
        let (Kind::Commit, bytes) = store.read(commit, limits.max_whole_object)? else {
            return None;
        };
        let mut at = Header::parse(&bytes).tree?;
        let mut names = path.split(|&byte| byte == b'/').peekable();
        while let Some(name) = names.next() {
            if is_name && names.peek().is_none() {
                break;
            }
            let (Kind::Tree, bytes) = store.read(&at, limits.max_delta_result)? else {
                return None;
            };
            at = self.entry(&bytes, name, store.hash_len())?;
        }
        Some(at)
    }

    /// The entry of a tree with this name, or with one that a report would show so.
    fn entry(&self, bytes: &[u8], name: &[u8], hash: usize) -> Option<ObjectId> {
        let (mut start, mut similar) = (0, None);
        while let Some(entry) = tree::entry(bytes, start, hash) {
            start = entry.end;
            if entry.name == name {
                return ObjectId::from_bytes(entry.id);
            }
            let is_shown_so = || {
                let text = String::from_utf8_lossy(entry.name);
                self.detector.mask_name(&text).as_bytes() == name
            };
            if similar.is_none() && !name.is_ascii() && is_shown_so() {
                similar = ObjectId::from_bytes(entry.id);
            }
        }
        similar
    }

    /// Looks in the names of all refs.
    pub(super) fn refs(&mut self, looking: &mut Looking<'_>) -> Look {
        if !std::mem::replace(&mut self.saw_refs, true) {
            for (repository, _) in &self.repositories {
                let refs = Refs::read(repository, &mut Vec::new());
                refs.all.iter().for_each(|(name, _)| looking.bytes(name));
            }
        }
        match self.repositories.iter().all(|(at, _)| at.ref_files) {
            true => Look::Read,
            false => Look::Unread("refs that are not kept in files cannot be read".to_owned()),
        }
    }

    /// Looks in the paths of all indexes.
    pub(super) fn index(&mut self, looking: &mut Looking<'_>) -> Look {
        if !std::mem::replace(&mut self.saw_index, true) {
            for (repository, _) in &self.repositories {
                let (git_dir, hash) = (&repository.git_dir, repository.hash);
                if let Ok(Some(index)) = Index::read(&git_dir.join("index"), git_dir, hash) {
                    index.paths().for_each(|path| looking.bytes(path));
                }
            }
        }
        Look::Read
    }
}
