//! One thread's reading of files: its buffers, its worker, and what it tells of each file.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use super::files::Found;
use super::lfs;
use super::listing::Directory;
use super::members::{self, Pushed};
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
        self.contents(&mut file, size, origin);
        self.members(&file, size, origin);
    }

    /// Pushes what is in the file that was just read, if it is a container.
    fn members(&mut self, file: &fs::File, size: u64, origin: Origin) {
        let template = Chunk::whole(&[], origin, Some(&self.shown));
        let to = Pushed {
            worker: &mut *self.worker,
            sink: self.sink,
            more: Some(self.sink),
            reach: self.reach,
            control: self.control,
        };
        // So short a file is still in the buffer as a whole.
        let read = usize::try_from(size).ok();
        let read = read.filter(|read| *read < self.control.limits.window);
        match read.and_then(|read| self.buffer.get(..read)) {
            Some(bytes) => {
                if let Some(format) = members::format_of(bytes, self.control) {
                    members::of_bytes(format, bytes, &template, to);
                }
            }
            None => drop(members::of_file(file, size, &template, to)),
        }
    }

    /// Pushes what `reader` gives of a file that had `size` bytes when it was opened.
    fn contents(&mut self, reader: &mut dyn Read, size: u64, origin: Origin) {
        let template = Chunk::whole(&[], origin, Some(&self.shown));
        let result = window::stream(
            reader,
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
                if origin == Origin::Worktree && self.is_lfs_pointer(read) {
                    self.found.exclude("lfs-content");
                }
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

    /// Whether the file of so many bytes that was just read only says where its contents are.
    fn is_lfs_pointer(&self, read: u64) -> bool {
        // So short a file is still in the buffer as a whole.
        usize::try_from(read)
            .ok()
            .filter(|&read| read <= lfs::LONGEST)
            .and_then(|read| self.buffer.get(..read))
            .is_some_and(lfs::is_pointer)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::testing::{REACH, Recorder};

    /// Reads `reader` as a file that had `size` bytes when it was opened.
    fn read(reader: &mut dyn Read, size: u64, control: &Control) -> (Recorder, Found) {
        let recorder = Recorder::default();
        let mut reading = Reading::new(&recorder, control, REACH, None);
        reading.shown = b"app.log".to_vec();
        reading.contents(reader, size, Origin::Worktree);
        let found = std::mem::take(&mut reading.found);
        drop(reading);
        (recorder, found)
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_is_a_problem() {
        let text = "0123456789 NEEDLE".repeat(20);
        let all = text.len() as u64;
        for window in [1, 64, 1 << 16] {
            let mut control = Control::default();
            control.limits.window = window;
            // It grew since it was opened, it was cut off, it was emptied, and it stayed.
            for (size, left) in [(17, all), (0, all), (all, 34), (all, 0), (all, all)] {
                let mut reader = text.as_bytes().take(left);
                let (recorder, found) = read(&mut reader, size, &control);
                let changed = (ProblemKind::Changed, "app.log".to_owned());
                let expected = Vec::from_iter((size != left).then_some(changed));
                assert_eq!(recorder.problems(), expected, "{size} and then {left}");
                // What there was is searched all the same.
                assert_eq!((found.files, found.bytes), (1, left));
                assert_eq!(recorder.found().len() as u64, left / 17);
            }
        }
    }

    #[test]
    fn what_was_not_read_because_of_a_cancellation_did_not_change() {
        let mut control = Control::default();
        control.limits.window = 1;
        control.cancel();
        let (recorder, _) = read(&mut &[b' '; 500][..], 500, &control);
        assert_eq!(recorder.problems(), []);
    }

    #[test]
    fn a_file_that_breaks_off_is_a_problem() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("broken"))
            }
        }
        let mut reader = b"NEEDLE".chain(Broken);
        let (recorder, _) = read(&mut reader, 100, &Control::default());
        let unreadable = (ProblemKind::Unreadable, "app.log".to_owned());
        assert_eq!(recorder.problems(), [unreadable]);
        assert_eq!(recorder.found().len(), 1);
    }
}
