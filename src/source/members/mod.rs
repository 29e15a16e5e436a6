//! Opens containers and pushes what is in them: each member's contents as chunks of the file that it came out of.

mod archives;
mod budget;
mod bundle;
mod contents;
mod seekable;
mod shared;
mod stream;
mod tail;
mod tree_names;
mod trouble;

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::rc::Rc;

use super::window;
use crate::archive::{Fault, Format, HEAD, TAIL, recognise};
use crate::control::Control;
use crate::model::{Chunk, Mark, Reach, Sink, Worker};
use budget::{Budget, Metered};
use seekable::Seekable;
use trouble::{Trouble, Troubles};

/// What the members of a file are pushed to.
pub struct Pushed<'w> {
    /// Takes the chunks.
    pub worker: &'w mut (dyn Worker + 'w),
    /// Takes the problems.
    pub sink: &'w dyn Sink,
    /// What gives more workers, so that a large archive is shared by threads; `None` if there is only the one.
    pub more: Option<&'w dyn Sink>,
    /// What has to be seen around a place.
    pub reach: Reach,
    /// The limits.
    pub control: &'w Control,
}

/// What bytes that were pushed, all of them, are if they are a container.
#[inline]
pub fn format_of(bytes: &[u8], control: &Control) -> Option<Format> {
    match control.limits.archives.depth {
        0 => None,
        _ => recognise(bytes, bytes),
    }
}

/// Pushes what is in a container whose own bytes were pushed. `template` gives the origin, path and object. Returns whether
/// something was found.
pub fn of_bytes(format: Format, bytes: &[u8], template: &Chunk<'_>, to: Pushed<'_>) -> bool {
    let mut opening = Opening::new(template, to, bytes.len() as u64);
    opening.open(format, &Seekable::bytes(bytes), 0);
    opening.finish()
}

/// The same for a file of `len` bytes, if it is a container. Whether it is one takes two reads.
pub fn of_file(file: &File, len: u64, template: &Chunk<'_>, to: Pushed<'_>) -> bool {
    if to.control.limits.archives.depth == 0 {
        return false;
    }
    let source = Seekable::file(file, len);
    let part = |from: u64, len: usize| {
        let mut bytes = Vec::new();
        // What cannot be read was told when the file was.
        let read = source.from(from).take(len as u64).read_to_end(&mut bytes);
        read.map(|_| bytes).unwrap_or_default()
    };
    let head = part(0, HEAD);
    let tail = part(len.saturating_sub(TAIL as u64), TAIL);
    let Some(format) = recognise(&head, &tail) else {
        return false;
    };
    let mut opening = Opening::new(template, to, len);
    opening.open(format, &source, 0);
    opening.finish()
}

/// What came of a stream.
#[derive(Debug)]
pub struct Streamed {
    /// How many bytes it had.
    pub bytes: u64,
    /// Why it broke off.
    pub error: Option<io::Error>,
    /// Whether something was found.
    pub found: bool,
}

/// Pushes a stream, and what is in it if it is a container. An archive that is read here and there is kept in memory.
pub fn of_stream(reader: &mut dyn Read, template: &Chunk<'_>, to: Pushed<'_>) -> Streamed {
    let mut opening = Opening::new(template, to, 0);
    let mut reader = budget::Tracked::new(reader, opening.budget.clone());
    let read = opening.contents(&mut reader, Level::TOP);
    if let (Err(fault), None) = (read, &reader.error) {
        opening.trouble(fault.into(), 0);
    }
    let budget::Tracked { bytes, error, .. } = reader;
    Streamed {
        bytes,
        error,
        found: opening.finish(),
    }
}

/// How far inside something is.
#[derive(Clone, Copy)]
struct Level {
    /// How many containers lead there.
    depth: usize,
    /// Whether it is all that a compressed stream holds: an archive in it does not count as another one.
    in_stream: bool,
    /// Whether it is a member, whose size is limited.
    limited: bool,
}

impl Level {
    const TOP: Self = Self {
        depth: 0,
        in_stream: false,
        limited: false,
    };

    fn member(depth: usize) -> Self {
        Self {
            depth: depth + 1,
            in_stream: false,
            limited: true,
        }
    }
}

/// One file, and how far its containers were opened.
struct Opening<'a, 'w> {
    template: Chunk<'a>,
    to: Pushed<'w>,
    /// The names that lead to what is being read.
    names: Vec<Vec<u8>>,
    budget: Rc<Budget>,
    troubles: Troubles,
    marks: Vec<Mark>,
    found: bool,
    buffers: Vec<Vec<u8>>,
    window: Vec<u8>,
}

impl<'a, 'w> Opening<'a, 'w> {
    fn new(template: &Chunk<'a>, to: Pushed<'w>, len: u64) -> Self {
        Self {
            template: Chunk {
                bytes: &[],
                ..*template
            },
            names: Vec::new(),
            budget: Rc::new(Budget::new(len, to.control.limits.archives)),
            to,
            troubles: Troubles::default(),
            marks: Vec::new(),
            found: false,
            buffers: Vec::new(),
            window: Vec::new(),
        }
    }

    fn finish(mut self) -> bool {
        if let Some(stopped) = self.budget.stopped.get() {
            self.troubles.add(&[], stopped, 0);
        }
        let place = trouble::place(&self.template);
        let limits = &self.to.control.limits.archives;
        self.troubles.tell(&place, limits, self.to.sink);
        self.found
    }

    fn trouble(&mut self, trouble: Trouble, members: u64) {
        // What was cut off by a limit looks damaged.
        let cut = self.budget.stopped.get().is_some() || self.to.control.is_cancelled();
        if !cut || trouble != Trouble::Fault(Fault::Damaged) {
            self.troubles.add(&self.names, trouble, members);
        }
    }

    /// Whether nothing more is to be read.
    fn is_over(&self) -> bool {
        self.budget.stopped.get().is_some() || self.to.control.is_cancelled()
    }

    fn metered<R: Read>(&self, inner: R) -> Metered<'w, R> {
        Metered {
            inner,
            budget: self.budget.clone(),
            control: self.to.control,
        }
    }

    /// Pushes bytes whole.
    fn push(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let chunk = Chunk {
            bytes,
            member: &self.names,
            ..self.template
        };
        self.marks.clear();
        self.to.worker.chunk(&chunk, &mut self.marks);
        self.found |= self.marks.iter().any(|mark| mark.counts);
    }

    /// Pushes all that a reader gives.
    fn push_all(&mut self, reader: &mut dyn Read) -> io::Result<u64> {
        let template = Chunk {
            member: &self.names,
            ..self.template
        };
        let control = self.to.control;
        let mut noting = Noting {
            worker: &mut *self.to.worker,
            found: &mut self.found,
        };
        window::stream(
            reader,
            &template,
            self.to.reach,
            control.limits.window,
            &mut self.window,
            &mut noting,
            control,
        )
    }

    /// Says that these bytes of what is being read were decompressed, if that is the file itself: of members several may have one
    /// name, and what is said of one must not hide a key in another.
    fn decompressed(&mut self, bytes: Range<u64>) {
        if !self.names.is_empty() {
            return;
        }
        let chunk = Chunk {
            member: &self.names,
            ..self.template
        };
        self.to.worker.decompressed(&chunk, bytes);
    }

    /// Opens a container whose own bytes were pushed.
    fn open(&mut self, format: Format, source: &Seekable<'_>, depth: usize) {
        match format {
            Format::Zip => self.zip(source, depth),
            Format::SevenZip => self.sevenz(source, depth),
            Format::Tar => self.tar(&mut source.from(0), depth, true),
            Format::Bundle => self.bundle(source, depth),
            Format::Gzip | Format::Bzip2 | Format::Xz | Format::Zstd => {
                self.stream(format, source.from(0), depth, true);
            }
        }
    }
}

/// Notices whether anything was found.
struct Noting<'a, 'w> {
    worker: &'a mut (dyn Worker + 'w),
    found: &'a mut bool,
}

impl Worker for Noting<'_, '_> {
    fn chunk(&mut self, chunk: &Chunk<'_>, marks: &mut Vec<Mark>) {
        self.worker.chunk(chunk, marks);
        *self.found |= marks.iter().any(|mark| mark.counts);
    }
}
