//! Files: walks directories in parallel, leaves out what git ignores, and pushes everything else.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs::FileType;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::ignore_rules::IgnoreRules;
use super::listing::{self, Directory, Listing, Verdict};
use super::paths::as_path;
use super::queue::Queue;
use super::reading::Reading;
use super::roots::{self, Root, Roots};
use super::worktree::{self, Inside, Standing, WorkTree};
use crate::control::Control;
use crate::error::{Error, Result};
use crate::model::{Excluded, Origin, Reach, Sink};

/// So many files of one directory are one task: few enough to share, enough to make the lock cheap.
const BATCH: usize = 32;

/// What is left out.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Scan what git's ignore rules leave out.
    pub include_ignored: bool,
    /// Leave out what matches these globs, written as in a `.gitignore` and relative to each root.
    pub exclude: Vec<String>,
    /// Leave out files larger than this many bytes; without it, `control.limits.max_file_size` decides.
    pub max_file_size: Option<u64>,
}

/// What the walk met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Directories with a `.git` in them, and git directories outside of one (bare repositories, `.git/modules/*`), sorted;
    /// each path begins with its root.
    pub repositories: Vec<PathBuf>,
    /// Files read.
    pub files: u64,
    /// Bytes read from them.
    pub bytes: u64,
    /// What was left out: `ignored`, `excluded`, `special`, `too-large`, `git-objects`, `git-index`, and `lfs-content`
    /// for contents that Git LFS keeps elsewhere. A directory counts once.
    pub excluded: Excluded,
}

impl Found {
    pub(super) fn exclude(&mut self, reason: &'static str) {
        *self.excluded.entry(reason).or_default() += 1;
    }

    fn merge(&mut self, other: Self) {
        self.repositories.extend(other.repositories);
        self.files += other.files;
        self.bytes += other.bytes;
        for (reason, count) in other.excluded {
            *self.excluded.entry(reason).or_default() += count;
        }
    }
}

/// What one thread does at a time.
enum Task {
    Directory(Directory),
    Files(Arc<Directory>, Vec<OsString>),
    /// A file that was named as a root.
    Named(Root, Origin),
}

/// What all threads share.
struct Walk<'a> {
    options: &'a Options,
    exclude: Gitignore,
    /// Roots in other roots, whose walk passes by them.
    inner: HashSet<PathBuf>,
    global: Option<Arc<IgnoreRules>>,
    queue: Queue<Task>,
    sink: &'a dyn Sink,
    control: &'a Control,
}

/// Scans the files at and below `roots` on `control.thread_count()` threads.
///
/// Paths of chunks are relative to their root, which stands before them if there are several; a root that is a file is
/// called what it was called. Roots that lie in each other, or are named twice, are scanned once. Whatever cannot be read is a problem told to `sink`. Stops early after a cancellation.
///
/// # Errors
///
/// A root that is not there, a glob that cannot be read, threads that cannot be started.
pub fn scan(
    roots: &[PathBuf],
    options: &Options,
    reach: Reach,
    sink: &dyn Sink,
    control: &Control,
) -> Result<Found> {
    let global = match options.include_ignored {
        true => None,
        false => IgnoreRules::global(),
    };
    let Roots { roots, inner } = roots::resolve(roots)?;
    let mut walk = Walk {
        options,
        exclude: globs(&options.exclude)?,
        inner,
        global,
        queue: Queue::new(Vec::new()),
        sink,
        control,
    };
    walk.queue = Queue::new(walk.start(roots));
    let total = Mutex::new(Found::default());
    let work = || {
        let found = walk.work(reach);
        total
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .merge(found);
    };
    std::thread::scope(|scope| {
        for _ in 1..control.thread_count() {
            std::thread::Builder::new()
                .spawn_scoped(scope, work)
                .map_err(|error| Error::Threads(error.to_string()))?;
        }
        work();
        Ok(())
    })?;
    let mut found = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.repositories.sort();
    found.repositories.dedup();
    Ok(found)
}

pub(super) fn globs(texts: &[String]) -> Result<Gitignore> {
    let wrong = |text: &str, error: ignore::Error| {
        // The error's own text repeats the glob, with what git's rules make of it.
        let reason = match error {
            ignore::Error::Glob { err, .. } => err,
            other => other.to_string(),
        };
        Error::Glob {
            glob: text.to_owned(),
            reason,
        }
    };
    let mut builder = GitignoreBuilder::new(".");
    for text in texts {
        builder
            .add_line(None, text)
            .map_err(|error| wrong(text, error))?;
    }
    builder.build().map_err(|error| wrong("", error))
}

impl Walk<'_> {
    /// The first tasks; the first root is on top of the stack.
    fn start(&self, roots: Vec<Root>) -> Vec<Task> {
        let task = |root: Root| {
            let obey = root.is_dir && !self.options.include_ignored;
            let standing = worktree::standing_of(&root.path, obey, self.global.as_ref(), self.sink);
            if root.is_dir {
                return Task::Directory(Directory {
                    path: root.path,
                    prefix: root.shown.len(),
                    shown: root.shown,
                    standing,
                });
            }
            let origin = match standing {
                Standing::Git => Origin::Config,
                Standing::Plain | Standing::Tree(_) => Origin::Worktree,
            };
            Task::Named(root, origin)
        };
        roots.into_iter().rev().map(task).collect()
    }

    /// One thread's work.
    fn work(&self, reach: Reach) -> Found {
        let largest = self
            .options
            .max_file_size
            .or(self.control.limits.max_file_size);
        let mut reading = Reading::new(self.sink, self.control, reach, largest);
        while let Some(mut running) = self.queue.next(|| self.control.is_cancelled()) {
            match running.task.take() {
                Some(Task::Directory(directory)) => self.directory(directory, &mut reading),
                Some(Task::Files(directory, names)) => self.files(&directory, &names, &mut reading),
                Some(Task::Named(root, origin)) => reading.named(&root, origin),
                None => {}
            }
        }
        reading.found
    }

    fn files(&self, directory: &Directory, names: &[OsString], reading: &mut Reading<'_>) {
        let origin = origin_in(directory);
        for name in names {
            if self.control.is_cancelled() {
                return;
            }
            reading.enter(directory, name);
            reading.name();
            // In a linked work tree or a submodule it is git's file, not the user's.
            let is_link_to_git = name == ".git";
            reading.file(
                if is_link_to_git {
                    Origin::Config
                } else {
                    origin
                },
                false,
            );
        }
    }

    fn directory(&self, mut directory: Directory, reading: &mut Reading<'_>) {
        let mut listing = match Listing::read(&directory.path) {
            Ok(listing) => listing,
            Err(error) => {
                reading.enter(&directory, OsStr::new(""));
                return reading.unreadable("cannot list this directory", &error);
            }
        };
        if let Some(error) = listing.broken.take() {
            reading.enter(&directory, OsStr::new(""));
            reading.unreadable("cannot list all of this directory", &error);
        }
        for (name, error) in listing.unknown.drain(..) {
            reading.enter(&directory, &name);
            reading.unreadable("cannot tell what this is", &error);
        }
        let git_top = self.settle(&mut directory, &listing, &mut reading.found);
        let directory = Arc::new(directory);
        let (mut batch, mut scratch) = (Vec::new(), Vec::new());
        for (name, kind) in listing.entries {
            if self.control.is_cancelled() {
                return;
            }
            reading.enter(&directory, &name);
            if self.inner.contains(reading.path()) {
                // A directory that is a root does not push its own name.
                if kind.is_dir() {
                    reading.name();
                }
                continue;
            }
            let verdict = self.judge(&directory, git_top, &name, kind, reading, &mut scratch);
            match verdict {
                Verdict::LeaveOut(reason) => reading.found.exclude(reason),
                _ if kind.is_dir() => {
                    reading.name();
                    let child = child(&directory, &name, verdict == Verdict::ScanTracked);
                    self.queue.push(Task::Directory(child));
                }
                _ if kind.is_file() => {
                    batch.push(name);
                    if batch.len() == BATCH {
                        let full = std::mem::take(&mut batch);
                        self.queue.push(Task::Files(Arc::clone(&directory), full));
                    }
                }
                _ => {
                    reading.name();
                    match kind.is_symlink() {
                        true => reading.link(origin_in(&directory)),
                        false => reading.found.exclude("special"),
                    }
                }
            }
        }
        self.files(&directory, &batch, reading);
    }

    /// What is done with the entry that `reading` has turned to.
    fn judge(
        &self,
        directory: &Directory,
        git_top: bool,
        name: &OsStr,
        kind: FileType,
        reading: &Reading<'_>,
        scratch: &mut Vec<u8>,
    ) -> Verdict {
        let bytes = name.as_encoded_bytes();
        if let Some(reason) = listing::left_to_git(bytes, kind).filter(|_| git_top) {
            return Verdict::LeaveOut(reason);
        }
        let relative = as_path(&reading.shown()[directory.prefix..]);
        if self.exclude.matched(relative, kind.is_dir()).is_ignore() {
            return Verdict::LeaveOut("excluded");
        }
        match &directory.standing {
            Standing::Tree(inside) if !self.options.include_ignored => {
                listing::judge(inside, bytes, kind.is_dir(), scratch, self.sink)
            }
            _ => Verdict::Scan,
        }
    }

    /// Decides what a listed directory is to git, and says whether its objects and index are left out.
    fn settle(&self, directory: &mut Directory, listing: &Listing, found: &mut Found) -> bool {
        let is_dot_git = directory
            .path
            .file_name()
            .is_some_and(|name| name == ".git");
        if let Standing::Git = directory.standing {
            if listing.is_git_dir && !is_dot_git {
                found.repositories.push(directory.path.clone());
            }
            return is_dot_git || listing.is_git_dir || listing.is_linked_git_dir;
        }
        if listing.has_dot_git {
            found.repositories.push(directory.path.clone());
            if !self.options.include_ignored {
                let tree = WorkTree::open(&directory.path, self.global.clone(), self.sink);
                if let Some(tree) = tree {
                    directory.standing = Standing::Tree(Inside::root(tree));
                }
            }
        } else if listing.is_git_dir {
            found.repositories.push(directory.path.clone());
            if !self.tracks_objects(directory) {
                directory.standing = Standing::Git;
                return true;
            }
        }
        if let (Standing::Tree(inside), true) = (&mut directory.standing, listing.has_gitignore) {
            inside.add_rules(&directory.path, self.sink);
        }
        false
    }

    /// Whether what looks like a git directory is somebody's tracked files, in which `objects/` must not hide anything.
    fn tracks_objects(&self, directory: &Directory) -> bool {
        match &directory.standing {
            Standing::Tree(inside) => {
                let objects = [&inside.path[..], b"objects"].concat();
                inside.tree.tracked(self.sink).has_below(&objects)
            }
            Standing::Plain | Standing::Git => false,
        }
    }
}

/// Files in git directories are configuration.
fn origin_in(directory: &Directory) -> Origin {
    match directory.standing {
        Standing::Git => Origin::Config,
        Standing::Plain | Standing::Tree(_) => Origin::Worktree,
    }
}

fn child(parent: &Directory, name: &OsStr, only_tracked: bool) -> Directory {
    let mut shown = Vec::with_capacity(parent.shown.len() + name.len() + 1);
    shown.extend_from_slice(&parent.shown);
    shown.extend_from_slice(name.as_encoded_bytes());
    shown.push(b'/');
    let standing = match &parent.standing {
        _ if name == ".git" => Standing::Git,
        Standing::Tree(inside) => {
            let mut inside = inside.clone();
            inside.path.extend_from_slice(name.as_encoded_bytes());
            inside.path.push(b'/');
            inside.only_tracked |= only_tracked;
            Standing::Tree(inside)
        }
        other => other.clone(),
    };
    Directory {
        path: parent.path.join(name),
        shown,
        prefix: parent.prefix,
        standing,
    }
}

#[cfg(test)]
#[path = "files_tests.rs"]
mod tests;
