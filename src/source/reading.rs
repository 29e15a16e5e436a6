//! One thread's reading of files: its buffers, its worker, and what it tells of each file.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use super::files::Found;
use super::listing::Directory;
use super::open::{self, Refused};
use super::paths::stored;
use super::roots::Root;
use super::window;
use crate::control::Control;
use crate::model::{Chunk, Mark, Origin, Problem, ProblemKind, Reach, Sink, Worker};

/// Reads one entry at a time: `enter` says which, the other methods what to do with it.
pub(super) struct Reading<'a> {
    sink: &'a dyn Sink,
    control: &'a Control,
    reach: Reach,
    largest: Option<u64>,
    worker: Box<dyn Worker + 'a>,
    marks: Vec<Mark>,
    buffer: Vec<u8>,
    path: PathBuf,
    shown: Vec<u8>,
    /// How many bytes of `shown` lead to the last component.
    parent: usize,
    /// What this thread has read.
    pub(super) found: Found,
}

impl<'a> Reading<'a> {
    pub(super) fn new(
        sink: &'a dyn Sink,
        control: &'a Control,
        reach: Reach,
        largest: Option<u64>,
    ) -> Self {
        Self {
            sink,
            control,
            reach,
            largest,
            worker: sink.worker(),
            marks: Vec::new(),
            buffer: Vec::new(),
            path: PathBuf::new(),
            shown: Vec::new(),
            parent: 0,
            found: Found::default(),
        }
    }

    /// Turns to `name` in `directory`, or to the directory itself if it is empty.
    pub(super) fn enter(&mut self, directory: &Directory, name: &OsStr) {
        let path = self.path.as_mut_os_string();
        path.clear();
        path.push(&directory.path);
        if !name.is_empty() {
            self.path.push(name);
        }
        self.shown.clear();
        self.shown.extend_from_slice(&directory.shown);
        self.parent = self.shown.len();
        self.shown.extend_from_slice(name.as_encoded_bytes());
    }

    /// How the entry is opened.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The path as it is reported.
    pub(super) fn shown(&self) -> &[u8] {
        &self.shown
    }

    /// Scans a file that was named as a root, whatever any rule says of it.
    pub(super) fn named(&mut self, root: &Root, origin: Origin) {
        self.path.clone_from(&root.path);
        self.shown.clone_from(&root.shown);
        self.parent = memchr::memrchr(b'/', &self.shown).map_or(0, |slash| slash + 1);
        self.name();
        self.file(origin, true);
    }

    /// Pushes the name alone: the directories above it were pushed when they were met.
    pub(super) fn name(&mut self) {
        self.marks.clear();
        let name = &self.shown[self.parent..];
        let chunk = Chunk::whole(name, Origin::PathName, Some(&self.shown));
        self.worker.chunk(&chunk, &mut self.marks);
    }

    /// Pushes where a link leads.
    pub(super) fn link(&mut self, origin: Origin) {
        match fs::read_link(&self.path) {
            Ok(target) => {
                let target = stored(&target);
                self.marks.clear();
                let chunk = Chunk::whole(&target, origin, Some(&self.shown));
                self.worker.chunk(&chunk, &mut self.marks);
            }
            Err(error) => self.unreadable("cannot read where this link leads", &error),
        }
    }

    /// Pushes the file's bytes. `named` is whether the user asked for this very file.
    pub(super) fn file(&mut self, origin: Origin, named: bool) {
        let (mut file, metadata) = match open::regular(&self.path) {
            Ok(opened) => opened,
            Err(Refused::Special) => {
                self.found.exclude("special");
                if named {
                    self.problem(
                        ProblemKind::SpecialFile,
                        "it is a pipe, a socket or a device: send it to `aisaleaks stdin`".into(),
                    );
                }
                return;
            }
            Err(Refused::Failed(error)) => return self.unreadable("cannot open this file", &error),
        };
        let size = metadata.len();
        if let Some(largest) = self.largest.filter(|&largest| size > largest) {
            self.found.exclude("too-large");
            return self.problem(
                ProblemKind::Limit,
                format!("it has {size} bytes, more than {largest}: raise --max-file-size"),
            );
        }
        let template = Chunk::whole(&[], origin, Some(&self.shown));
        let result = window::stream(
            &mut file,
            &template,
            self.reach,
            self.control.limits.window,
            &mut self.buffer,
            &mut *self.worker,
            self.control,
        );
        self.found.files += 1;
        self.control.progress.done.fetch_add(1, Ordering::Relaxed);
        match result {
            Ok(read) => {
                self.found.bytes += read;
                let cut = self.control.is_cancelled();
                if read != size && !cut && !is_made_up(&self.path) {
                    self.problem(
                        ProblemKind::Changed,
                        format!(
                            "it had {size} bytes when it was opened and {read} when it was read: \
                             run again when nothing writes to it"
                        ),
                    );
                }
            }
            Err(error) => self.unreadable("cannot read all of this file", &error),
        }
    }

    /// Says that the entry cannot be read, and what to do.
    pub(super) fn unreadable(&self, what: &str, error: &io::Error) {
        let (kind, remedy) = match error.kind() {
            io::ErrorKind::PermissionDenied => (
                ProblemKind::Unreadable,
                "run as a user who may read it, or leave it out with --exclude",
            ),
            io::ErrorKind::NotFound => (
                ProblemKind::Changed,
                "it vanished during the run: run again when nothing changes it",
            ),
            _ => (
                ProblemKind::Unreadable,
                "repair it, or leave it out with --exclude",
            ),
        };
        self.problem(kind, format!("{what}: {error}; {remedy}"));
    }

    fn problem(&self, kind: ProblemKind, message: String) {
        let place = match self.shown.is_empty() {
            true => self.path.to_string_lossy(),
            false => String::from_utf8_lossy(&self.shown),
        };
        self.sink.problem(Problem::new(kind, place, message));
    }
}

/// Whether the kernel makes up this file while it is read, so that its size says nothing.
fn is_made_up(path: &Path) -> bool {
    fs::canonicalize(path).is_ok_and(|full| full.starts_with("/proc") || full.starts_with("/sys"))
}
