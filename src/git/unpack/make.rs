//! Makes the objects, depth first: what is built on stays in memory for no longer than it takes.

use std::collections::HashMap;
use std::io::Read;
use std::ops::Range;

use flate2::read::ZlibDecoder;
use libdeflater::Decompressor;

use super::survey::Survey;
use super::{Asked, Receiver, Unread};
use crate::git::delta::{self, Copy};
use crate::git::family::Family;
use crate::git::hash::{self, Hasher};
use crate::git::inflate::{Buffer, Exactly, inflate};
use crate::git::pack::{Entry, Kind, NONE};
use crate::model::ObjectId;

/// What became of an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Made,
    Damaged,
    Large,
}

/// An object on which others build.
struct Open {
    kind: Kind,
    bytes: Buffer,
    children: Range<usize>,
    /// What builds on it by its id.
    waiting: Vec<u32>,
}

struct Maker<'a> {
    pack: &'a [u8],
    asked: &'a Asked,
    receiver: &'a mut dyn Receiver,
    family: Family,
    waiting: HashMap<ObjectId, Vec<u32>>,
    states: Vec<State>,
    end: usize,
    decompressor: Decompressor,
    delta: Buffer,
    copies: Vec<Copy>,
    /// How many bytes of objects are open.
    open: u64,
    spare: Vec<Buffer>,
    over: Option<u64>,
}

/// Makes all that can be made, and counts the rest.
pub(super) fn make(
    pack: &[u8],
    asked: &Asked,
    survey: Survey,
    receiver: &mut dyn Receiver,
) -> Unread {
    let mut maker = Maker {
        pack,
        asked,
        receiver,
        states: vec![State::Waiting; survey.is_waiting.len()],
        family: survey.family,
        waiting: survey.waiting,
        end: survey.end,
        decompressor: Decompressor::new(),
        delta: Buffer::default(),
        copies: Vec::new(),
        open: 0,
        spare: Vec::new(),
        over: None,
    };
    // Trees say what blobs are called.
    for kinds in [&[Kind::Commit, Kind::Tree, Kind::Tag][..], &[Kind::Blob]] {
        for root in maker.family.roots(kinds) {
            let is_waiting = survey.is_waiting.get(root as usize);
            if is_waiting == Some(&false) && !maker.is_over() {
                maker.root(root);
            }
        }
    }
    if let Some(torn) = survey.torn.filter(|_| !maker.is_over()) {
        maker.torn(&torn);
    }
    let mut unread = Unread {
        cut: survey.cut,
        more: survey.more,
        over: maker.over.or(survey.over),
        ..Unread::default()
    };
    // What was not come to is told by why it was not.
    if !maker.is_over() {
        maker.count(&survey.is_waiting, &mut unread);
    }
    unread
}

impl<'a> Maker<'a> {
    fn is_over(&self) -> bool {
        self.over.is_some() || self.receiver.is_over()
    }

    /// Whether so much more may be made.
    fn may(&mut self, bytes: u64) -> bool {
        if bytes > self.receiver.left() {
            self.over = Some(bytes);
            return false;
        }
        self.receiver.spend(bytes);
        true
    }

    fn set(&mut self, at: u32, state: State) {
        if let Some(known) = self.states.get_mut(at as usize) {
            *known = state;
        }
    }

    /// The compressed bytes of an entry.
    fn input(&self, entry: &Entry) -> &'a [u8] {
        let next = self.family.entry(entry.at.saturating_add(1));
        let end = next.map_or(self.end, |next| next.offset as usize);
        let input = self.pack.get(entry.data as usize..end);
        input.unwrap_or_default()
    }

    /// Makes what stands in the pack as a whole, and all that builds on it.
    fn root(&mut self, at: u32) {
        let Some(entry) = self.family.entry(at).copied() else {
            return;
        };
        let Some(kind) = entry.kind else { return };
        if kind == Kind::Blob && entry.size > self.asked.whole && self.streams(&entry) {
            return;
        }
        if entry.size > self.asked.held {
            return self.set(at, State::Large);
        }
        if !self.may(entry.size) {
            return;
        }
        let mut bytes = self.spare.pop().unwrap_or_default();
        let input = self.input(&entry);
        let made = inflate(&mut self.decompressor, input, entry.size, &mut bytes);
        if made.is_err() {
            return self.set(at, State::Damaged);
        }
        let open = self.made(at, kind, bytes);
        self.descend(open);
    }

    /// Shows an object, and notes what builds on it.
    fn made(&mut self, at: u32, kind: Kind, bytes: Buffer) -> Open {
        self.set(at, State::Made);
        let id = hash::id(kind, bytes.as_slice(), self.asked.hash);
        self.receiver.object(kind, id, bytes.as_slice());
        let waiting = id.and_then(|id| self.waiting.remove(&id));
        Open {
            kind,
            bytes,
            children: self.family.children(at),
            waiting: waiting.unwrap_or_default(),
        }
    }

    fn descend(&mut self, open: Open) {
        let mut stack = Vec::new();
        self.push(&mut stack, open);
        while let Some(mut base) = self.pop(&mut stack) {
            let child = base.children.next().map(|child| self.family.child(child));
            let child = child.or_else(|| base.waiting.pop());
            let Some(child) = child.filter(|_| !self.is_over()) else {
                continue;
            };
            self.open += base.bytes.as_slice().len() as u64;
            let made = self.build(child, &base);
            self.open -= base.bytes.as_slice().len() as u64;
            // A base is freed before what builds on its last child is made.
            match base.children.is_empty() && base.waiting.is_empty() {
                true => self.keep(base.bytes),
                false => self.push(&mut stack, base),
            }
            if let Some(open) = made {
                self.push(&mut stack, open);
            }
        }
    }

    fn push(&mut self, stack: &mut Vec<Open>, mut open: Open) {
        const SLACK: usize = 64 << 10;
        if open.children.is_empty() && open.waiting.is_empty() {
            return self.keep(open.bytes);
        }
        // A buffer that was made for more would hold what nobody counts.
        if open.bytes.capacity() > open.bytes.as_slice().len() * 2 + SLACK {
            let small = open.bytes.copied();
            self.keep(std::mem::replace(&mut open.bytes, small));
        }
        self.open += open.bytes.as_slice().len() as u64;
        stack.push(open);
    }

    fn pop(&mut self, stack: &mut Vec<Open>) -> Option<Open> {
        let open = stack.pop()?;
        self.open -= open.bytes.as_slice().len() as u64;
        Some(open)
    }

    /// Keeps a buffer for the next object.
    fn keep(&mut self, buffer: Buffer) {
        const LARGEST: usize = 8 << 20;
        const MOST: usize = 8;
        if buffer.capacity() <= LARGEST && self.spare.len() < MOST {
            self.spare.push(buffer);
        }
    }

    /// Makes a delta's object.
    fn build(&mut self, at: u32, base: &Open) -> Option<Open> {
        let entry = *self.family.entry(at)?;
        let mut bytes = self.spare.pop().unwrap_or_default();
        let mut text = std::mem::take(&mut self.delta);
        let made = self.apply(&entry, base.bytes.as_slice(), &mut text, &mut bytes);
        self.delta = text;
        match made {
            State::Made => Some(self.made(at, base.kind, bytes)),
            state => {
                self.set(at, state);
                None
            }
        }
    }

    fn apply(&mut self, entry: &Entry, base: &[u8], text: &mut Buffer, out: &mut Buffer) -> State {
        if entry.size > self.asked.held {
            return State::Large;
        }
        let input = self.input(entry);
        let made = inflate(&mut self.decompressor, input, entry.size, text);
        let sizes = made.ok().and_then(|()| delta::sizes(text.as_slice()));
        let Some((from, to, start)) = sizes else {
            return State::Damaged;
        };
        if from != base.len() as u64 {
            return State::Damaged;
        }
        if to.saturating_add(self.open) > self.asked.held {
            return State::Large;
        }
        if !self.may(entry.size.max(to / 8)) {
            return State::Waiting;
        }
        let out = out.resize(to as usize);
        match delta::apply(base, text.as_slice(), start, out, &mut self.copies) {
            Ok(()) => State::Made,
            Err(_) => State::Damaged,
        }
    }

    /// Shows a large blob as a stream, if nothing builds on it or it cannot be held.
    fn streams(&mut self, entry: &Entry) -> bool {
        // It is read twice: once for its id, which says what it is called.
        let id = self.id_of_stream(entry);
        let waiting = id.is_some_and(|id| self.waiting.contains_key(&id));
        let is_base = waiting || !self.family.children(entry.at).is_empty();
        if is_base && entry.size <= self.asked.held {
            return false;
        }
        let mut reader = ZlibDecoder::new(self.input(entry));
        let mut reader = Exactly {
            inner: &mut reader,
            left: entry.size,
        };
        self.receiver.stream(Kind::Blob, id, &mut reader);
        let state = match id {
            Some(_) => State::Made,
            None => State::Damaged,
        };
        self.set(entry.at, state);
        let lost = id.and_then(|id| self.waiting.remove(&id));
        for at in lost.unwrap_or_default() {
            self.set(at, State::Large);
        }
        true
    }

    fn id_of_stream(&self, entry: &Entry) -> Option<ObjectId> {
        let mut reader = ZlibDecoder::new(self.input(entry));
        let mut hasher = Hasher::new(Kind::Blob, entry.size, self.asked.hash);
        let mut buffer = vec![0; 64 << 10];
        let mut left = entry.size;
        loop {
            match reader.read(&mut buffer).ok()? {
                0 => break,
                n => {
                    left = left.checked_sub(n as u64)?;
                    hasher.update(buffer.get(..n)?);
                }
            }
        }
        hasher.finish().filter(|_| left == 0)
    }

    /// Shows what there is of an object whose stream breaks off.
    fn torn(&mut self, entry: &Entry) {
        let Some(kind) = entry.kind else { return };
        let input = self.pack.get(entry.data as usize..).unwrap_or_default();
        let mut reader = ZlibDecoder::new(input).take(entry.size);
        self.receiver.stream(kind, None, &mut reader);
    }

    /// Counts what was not made, by what it builds on.
    fn count(&mut self, is_waiting: &[bool], unread: &mut Unread) {
        let mut reasons: Vec<State> = Vec::with_capacity(self.states.len());
        for ((entry, state), is_waiting) in self
            .family
            .entries()
            .iter()
            .zip(&self.states)
            .zip(is_waiting)
        {
            let reason = match state {
                // A base stands before what builds on it by offset. One that was made is not in the way of it.
                State::Waiting if entry.delta => {
                    let base = reasons.get(entry.base as usize).copied();
                    base.filter(|base| *base != State::Made)
                        .unwrap_or(State::Large)
                }
                State::Waiting if !*is_waiting => State::Damaged,
                state => *state,
            };
            let reason = match entry.delta && entry.base == NONE {
                true => State::Damaged,
                false => reason,
            };
            // It was inflated to see where it ends.
            if *state != State::Made {
                self.receiver.spend(entry.size);
            }
            match reason {
                State::Made => {}
                State::Waiting => unread.absent += 1,
                State::Damaged => unread.damaged += 1,
                State::Large => unread.large += 1,
            }
            reasons.push(reason);
        }
    }
}
