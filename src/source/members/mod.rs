//! Opens containers and pushes what is in them: each member's contents as chunks of the file that it came out of.

mod budget;
mod bundle;
mod seekable;
mod shared;
mod stream;
mod tree_names;
mod trouble;

use std::fs::File;
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::atomic::Ordering;

use super::window;
use crate::archive::{Fault, Format, HEAD, TAIL, recognise, sevenz, tar, zip};
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

    fn metered<R: Read>(&self, inner: R) -> Metered<R> {
        Metered {
            inner,
            budget: self.budget.clone(),
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

    /// Pushes what a reader gives, and what is in it.
    fn contents(&mut self, reader: &mut dyn Read, level: Level) -> Result<(), Fault> {
        let mut buffer = self.buffers.pop().unwrap_or_default();
        buffer.clear();
        let read = self.begin(reader, &mut buffer, level.limited);
        let done = match read {
            Ok(whole) => self.sort(&buffer, whole, reader, level),
            // What could be read is looked at all the same.
            Err(error) => {
                let done = self.sort(&buffer, true, &mut io::empty(), level);
                done.and(Err(Fault::of(&error)))
            }
        };
        self.buffers.push(buffer);
        done
    }

    /// Reads the beginning; whether that was all.
    fn begin(
        &self,
        reader: &mut dyn Read,
        buffer: &mut Vec<u8>,
        limited: bool,
    ) -> io::Result<bool> {
        let limits = &self.to.control.limits;
        let mut most = limits.window.max(TAIL) as u64;
        if limited {
            most = most.min(limits.archives.member.max(HEAD as u64));
        }
        let read = reader.take(most).read_to_end(buffer)? as u64;
        let whole = read < most;
        if whole && !limited {
            // A longer one is counted as its windows are read.
            let bytes = &self.to.control.progress.bytes;
            bytes.fetch_add(read, Ordering::Relaxed);
        }
        Ok(whole)
    }

    /// Goes on with something that begins with `head`, which is all of it if it is `whole`.
    fn sort(
        &mut self,
        head: &[u8],
        whole: bool,
        rest: &mut dyn Read,
        level: Level,
    ) -> Result<(), Fault> {
        let most = self.to.control.limits.archives.depth;
        let tail = if whole { head } else { &[] };
        let format = recognise(head, tail).filter(|_| most > 0);
        let depth = match format {
            Some(Format::Tar) if level.in_stream => level.depth - 1,
            _ => level.depth,
        };
        let format = match format {
            Some(_) if depth >= most => {
                self.trouble(Trouble::Depth, 0);
                None
            }
            format => format,
        };
        match format {
            None => self.leaf(head, whole, rest, level.limited),
            Some(format) if whole => {
                self.push(head);
                self.open(format, &Seekable::bytes(head), depth);
                Ok(())
            }
            Some(format) if format.is_sought() => self.keep(format, head, rest, depth),
            Some(Format::Tar) => {
                self.tar(&mut head.chain(rest), depth, false);
                Ok(())
            }
            Some(format) => {
                self.push(head);
                self.stream(format, head.chain(rest), depth, false);
                Ok(())
            }
        }
    }

    /// Pushes what is no container.
    fn leaf(
        &mut self,
        head: &[u8],
        whole: bool,
        rest: &mut dyn Read,
        limited: bool,
    ) -> Result<(), Fault> {
        if whole {
            self.push(head);
            return Ok(());
        }
        let most = match limited {
            true => self.to.control.limits.archives.member,
            false => u64::MAX,
        };
        let mut reader = head.chain(rest);
        self.push_all(&mut (&mut reader).take(most))?;
        if limited && !self.is_over() && reader.read(&mut [0])? > 0 {
            self.trouble(Trouble::Member, 1);
        }
        Ok(())
    }

    /// Takes an archive that is read here and there into memory.
    fn keep(
        &mut self,
        format: Format,
        head: &[u8],
        rest: &mut dyn Read,
        depth: usize,
    ) -> Result<(), Fault> {
        let most = self.to.control.limits.archives.member;
        let mut kept = head.to_vec();
        let left = most.saturating_sub(kept.len() as u64);
        let read = rest.take(left).read_to_end(&mut kept);
        let more = kept.len() as u64 >= most;
        let pushed = self.push_all(&mut kept.chain(&mut *rest));
        match more && pushed.as_ref().is_ok_and(|read| *read > kept.len() as u64) {
            true => self.trouble(Trouble::Kept, 0),
            false => self.open(format, &Seekable::bytes(&kept), depth),
        }
        read?;
        pushed?;
        Ok(())
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

    fn zip(&mut self, source: &Seekable<'_>, depth: usize) {
        let most = self.to.control.limits.archives.members;
        // Something that only begins as a zip archive is none.
        let Some(directory) = zip::directory(&mut source.from(0), most) else {
            return;
        };
        if let Some(fault) = directory.fault {
            self.trouble(fault.into(), 0);
        }
        for entry in self.zip_shared(source, directory.entries, depth) {
            if self.is_over() {
                return;
            }
            let window = self.to.control.limits.archives.window;
            let mut source = source.from(0);
            let opened = zip::open(&mut source, &entry, window);
            let read = opened.and_then(|reader| {
                let mut reader = self.metered(reader);
                self.names.push(entry.name);
                let read = self.contents(&mut reader, Level::member(depth));
                self.names.pop();
                read
            });
            if let Err(fault) = read {
                self.trouble(fault.into(), 1);
            }
        }
    }

    fn sevenz(&mut self, source: &Seekable<'_>, depth: usize) {
        let limits = self.to.control.limits.archives;
        let directory = sevenz::directory(&mut source.from(0), limits.members, limits.window);
        let directory = match directory {
            Ok(directory) => directory,
            Err(fault) => return self.trouble(fault.into(), 0),
        };
        if let Some(fault) = directory.fault {
            self.trouble(fault.into(), 0);
        }
        for (folder, entries) in &directory.folders {
            let mut left = entries.len() as u64;
            let read = self.sevenz_folder(source, (folder, entries), depth, &mut left);
            if let Err(fault) = read {
                self.trouble(fault.into(), left);
            }
        }
    }

    /// Reads the files of a folder; `left` counts those that were not read.
    fn sevenz_folder(
        &mut self,
        source: &Seekable<'_>,
        (folder, entries): (&sevenz::Folder, &[sevenz::Entry]),
        depth: usize,
        left: &mut u64,
    ) -> Result<(), Fault> {
        let mut source = source.from(0);
        let window = self.to.control.limits.archives.window;
        let mut reader = self.metered(sevenz::open(&mut source, folder, window)?);
        for entry in entries {
            if self.is_over() {
                return Ok(());
            }
            let mut contents = sevenz::file(&mut reader, entry);
            self.names.push(entry.name.clone());
            // The archive's own bytes have names in UTF-16, and mostly compressed.
            self.push(&entry.name);
            let read = self.contents(&mut contents, Level::member(depth));
            let rest = io::copy(&mut contents, &mut io::sink());
            self.names.pop();
            read?;
            rest?;
            *left -= 1;
        }
        Ok(())
    }

    /// Reads a tar archive. `searched`: whether its own bytes were pushed.
    fn tar(&mut self, reader: &mut dyn Read, depth: usize, searched: bool) {
        let most = self.to.control.limits.archives.members as u64;
        let level = Level {
            // Of what was searched nothing is missed.
            limited: !searched,
            ..Level::member(depth)
        };
        let walked = tar::walk(reader, most, &mut |part| {
            match part {
                tar::Part::Member(name, contents) => {
                    self.names.push(name.to_vec());
                    let read = self.contents(contents, level);
                    self.names.pop();
                    if let Err(fault) = read {
                        self.trouble(fault.into(), 1);
                    }
                }
                tar::Part::Aside(bytes) if !searched => self.push(bytes),
                tar::Part::Rest(rest) if !searched => {
                    // That it breaks off is told by who reads it.
                    drop(self.push_all(rest));
                }
                tar::Part::Aside(_) | tar::Part::Rest(_) => {}
            }
            !self.is_over()
        });
        if let Err(fault) = walked {
            self.trouble(fault.into(), 0);
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
