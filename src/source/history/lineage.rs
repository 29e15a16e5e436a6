//! Reads the commits once more, for who builds on whom: only when something was found.

use super::{Round, lock};
use crate::git::Kind;
use crate::git::commit::Header;
use crate::git::commits::Node;
use crate::git::loose::{self, Loose};
use crate::git::pack::{Entry, Pack};
use crate::git::walk::{Visited, Visitor};
use crate::model::{Mark, ObjectId, Problem};

pub(super) struct Reader<'a> {
    round: &'a Round<'a>,
    pack: Option<(u32, &'a Pack)>,
    nodes: Vec<Node>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(round: &'a Round<'a>, pack: Option<(u32, &'a Pack)>) -> Self {
        Self {
            round,
            pack,
            nodes: Vec::new(),
        }
    }

    /// Reads the loose commit at this position.
    pub(super) fn loose(&mut self, at: usize) {
        let Some((id, path)) = self.round.store.loose.get(at) else {
            return;
        };
        if let Ok(Loose::Whole(Kind::Commit, bytes)) =
            loose::open(path, self.round.control.limits.max_whole_object)
        {
            self.commit(*id, self.round.store.loose_number(at), &bytes);
        }
    }

    fn commit(&mut self, id: ObjectId, number: u32, bytes: &[u8]) {
        let store = self.round.store;
        let find = |id: &ObjectId| store.find(id.as_bytes());
        let header = Header::parse(bytes);
        let parents: Vec<u32> = header.parents.iter().filter_map(find).collect();
        let shallow = self.round.repository.shallow.contains(&id);
        let number = if self.round.copies {
            find(&id).unwrap_or(number)
        } else {
            number
        };
        self.nodes.push(Node {
            number,
            id,
            tree: header.tree.as_ref().and_then(find),
            cut: shallow || parents.len() < header.parents.len(),
            // A shallow clone may still have objects beyond its end; git does not look at them.
            parents: if shallow { Vec::new() } else { parents },
            date: header.date,
        });
    }
}

impl Visitor for Reader<'_> {
    fn object(&mut self, object: &Visited<'_>, _: &mut Vec<Mark>) {
        if let Some((first, pack)) = self.pack
            && let Some(id) = pack.id(object.entry)
        {
            self.commit(id, first + object.entry.at, object.bytes);
        }
    }

    fn large(&mut self, _: Kind, _: &Entry, _: &mut dyn std::io::Read) -> std::io::Result<()> {
        Ok(())
    }

    fn problem(&mut self, _: Problem) {
        // It was said when the commit was searched.
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        lock(&self.round.nodes).append(&mut self.nodes);
    }
}
