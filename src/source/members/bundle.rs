//! Opens git bundles: every object in the pack is a member, and a blob has the path that the trees give it.

use std::io::{self, Read};

use super::tree_names::TreeNames;
use super::{Level, Opening, Seekable, Trouble};
use crate::archive::Fault;
use crate::git::Kind;
use crate::git::bundle::{self, Refused};
use crate::git::unpack::{Asked, Receiver, Unread, unpack};
use crate::model::ObjectId;

impl Opening<'_, '_> {
    /// Opens a bundle whose own bytes were pushed. Deltas lead to and fro in it, so that it has to be in memory.
    pub(super) fn bundle(&mut self, source: &Seekable<'_>, depth: usize) {
        if let Some(bytes) = source.in_memory() {
            return self.bundled(bytes, depth);
        }
        if source.len() > self.budget.room() {
            return self.trouble(Trouble::Kept, 0);
        }
        let mut bytes = Vec::new();
        // That it cannot be read was told when the file was; what could be read is looked at all the same.
        drop(source.from(0).read_to_end(&mut bytes));
        self.keeping(bytes.len(), |opening| opening.bundled(&bytes, depth));
    }

    /// Does something while so many bytes more are kept in memory.
    fn keeping<T>(&mut self, len: usize, act: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.budget.kept.get();
        self.budget.kept.set(before.saturating_add(len as u64));
        let done = act(self);
        self.budget.kept.set(before);
        done
    }

    fn bundled(&mut self, bytes: &[u8], depth: usize) {
        let damaged = Trouble::Fault(Fault::Damaged);
        let header = match bundle::header(bytes) {
            Ok(header) => header,
            Err(Refused::Damaged) => return self.trouble(damaged, 0),
            Err(Refused::Unknown) => return self.trouble(Trouble::Bundle, 0),
        };
        let limits = &self.to.control.limits;
        let most = limits.archives;
        let asked = Asked {
            hash: header.hash,
            whole: limits.max_whole_object.min(most.member),
            held: most.member,
            objects: most.members,
        };
        let mut objects = Objects {
            opening: self,
            depth,
            names: TreeNames::new(most.members),
        };
        let pack = bytes.get(header.pack..).unwrap_or_default();
        let Some(unread) = unpack(pack, &asked, &mut objects) else {
            return self.trouble(damaged, 0);
        };
        objects.push_names();
        let absent = match header.filtered {
            true => objects.names.absent(),
            false => 0,
        };
        // Only one that asks for commits builds on what it does not hold.
        let without = match header.prerequisites {
            0 => damaged,
            _ => Trouble::Thin,
        };
        self.unread(&unread, without, absent);
    }

    /// Says what of a bundle could not be read: `without` of what builds on objects that are not there; a filter has left so
    /// many out.
    fn unread(&mut self, unread: &Unread, without: Trouble, filtered: u64) {
        let damaged = Trouble::Fault(Fault::Damaged);
        if let Some(size) = unread.over.filter(|_| !self.is_over()) {
            self.budget.spend(size);
            self.budget.stop();
        }
        if unread.cut {
            self.trouble(damaged, 0);
        }
        if unread.more {
            self.trouble(Trouble::Fault(Fault::Members), 0);
        }
        for (count, trouble) in [
            (unread.damaged, damaged),
            (unread.absent, without),
            (unread.large, Trouble::Held),
            (filtered, Trouble::Filtered),
        ] {
            if count > 0 {
                self.trouble(trouble, count);
            }
        }
    }
}

/// Pushes the objects of a pack.
struct Objects<'o, 'a, 'w> {
    opening: &'o mut Opening<'a, 'w>,
    depth: usize,
    names: TreeNames,
}

impl Objects<'_, '_, '_> {
    /// What an object is called.
    fn name(&self, kind: Kind, id: Option<ObjectId>) -> Vec<u8> {
        let path = id.filter(|_| kind == Kind::Blob);
        let path = path.and_then(|id| self.names.path(&id));
        path.unwrap_or_else(|| match id {
            Some(id) => format!("{} {id}", kind.name()).into_bytes(),
            None => kind.name().into(),
        })
    }

    /// Pushes the names that trees have: their bytes have ids between them.
    fn push_names(&mut self) {
        for (name, path) in self.names.names() {
            if self.opening.is_over() {
                return;
            }
            self.opening.names.push(path);
            self.opening.push(name);
            self.opening.names.pop();
        }
    }
}

impl Receiver for Objects<'_, '_, '_> {
    fn left(&self) -> u64 {
        self.opening.budget.left()
    }

    fn spend(&mut self, bytes: u64) {
        self.opening.budget.spend(bytes);
    }

    fn is_over(&self) -> bool {
        self.opening.is_over()
    }

    fn object(&mut self, kind: Kind, id: Option<ObjectId>, bytes: &[u8]) {
        if let Some(id) = id.as_ref().filter(|_| kind == Kind::Blob) {
            self.names.met(id);
        }
        let tree = id.filter(|_| kind == Kind::Tree);
        if tree.is_some_and(|id| self.names.tree(id, bytes)) {
            return;
        }
        self.opening.names.push(self.name(kind, id));
        let opening = &mut *self.opening;
        let read = match kind {
            Kind::Blob => {
                let level = Level::member(self.depth);
                opening.keeping(bytes.len(), |opening| {
                    opening.sort(bytes, true, &mut io::empty(), level)
                })
            }
            _ => {
                opening.push(bytes);
                Ok(())
            }
        };
        if let Err(fault) = read {
            opening.trouble(fault.into(), 1);
        }
        opening.names.pop();
    }

    fn stream(&mut self, kind: Kind, id: Option<ObjectId>, reader: &mut dyn Read) {
        if let Some(id) = &id {
            self.names.met(id);
        }
        self.opening.names.push(self.name(kind, id));
        let opening = &mut *self.opening;
        let mut reader = opening.metered(reader);
        match opening.contents(&mut reader, Level::member(self.depth)) {
            // That it breaks off is told by who counts the objects.
            Ok(()) | Err(Fault::Damaged) => {}
            Err(fault) => opening.trouble(fault.into(), 1),
        }
        opening.names.pop();
    }
}
