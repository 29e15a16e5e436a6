//! Files and their names on disk. A report may name any path: only regular files are read, none that the kernel makes up, and
//! none of a size that would keep this busy for long.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Component, Path, PathBuf, Prefix};

use super::looking::{Look, Looking};
use crate::detect::Detector;
use crate::git::plain;
use crate::model::Mask;

/// Larger files are not read.
const LARGEST: u64 = 16 << 30;
/// A path that was masked may stand for so many files.
const MEANT: usize = 64;
/// So many entries of a folder are looked at for names that were masked.
const ENTRIES: usize = 1_000_000;

/// Where the kernel makes up files while they are read (proc(5), sysfs(5)).
const MADE_UP: [&str; 2] = ["/proc", "/sys"];

/// What masks and lossy conversions leave in names.
const MARKS: [&str; 2] = ["…", "\u{fffd}"];

/// The names in a folder that reports show otherwise, by how they show them.
type Shown = BTreeMap<String, Vec<OsString>>;

/// The disk, and what is known of it.
pub(super) struct Disk<'a> {
    detector: &'a Detector,
    /// What came of the files that were looked at.
    seen: HashMap<PathBuf, Look>,
    /// Folders without links, or what came of looking for them.
    folders: HashMap<PathBuf, Result<PathBuf, Look>>,
    listed: RefCell<HashMap<PathBuf, Shown>>,
}

impl<'a> Disk<'a> {
    pub(super) fn new(detector: &'a Detector) -> Self {
        Self {
            detector,
            seen: HashMap::new(),
            folders: HashMap::new(),
            listed: RefCell::default(),
        }
    }

    /// Looks in the file at a path below a folder.
    pub(super) fn contents(&mut self, base: &Path, path: &[u8], looking: &mut Looking<'_>) -> Look {
        let files = self.resolve(base, path);
        let looks = files.iter().map(|file| self.file(file, looking));
        looks.fold(Look::Absent, Look::or)
    }

    /// Looks in the names of a path below a folder, if it is there.
    pub(super) fn names(&mut self, base: &Path, path: &[u8], looking: &mut Looking<'_>) {
        for file in self.resolve(base, path) {
            let name = file.file_name().unwrap_or_default();
            looking.bytes(name.as_encoded_bytes());
        }
    }

    /// Looks in a file. Of a link, where it leads counts, and what is there.
    pub(super) fn file(&mut self, path: &Path, looking: &mut Looking<'_>) -> Look {
        let named = |look| match look {
            Look::Unread(reason) => Look::Unread(format!("{}: {reason}", path.display())),
            look => look,
        };
        let full = match self.full(path) {
            Ok(full) => full,
            Err(look) => return named(look),
        };
        if let Some(known) = self.seen.get(&full) {
            return known.clone();
        }
        let look = match full.symlink_metadata() {
            Ok(metadata) if metadata.is_symlink() => {
                let target = fs::read_link(&full).unwrap_or_default();
                looking.bytes(target.as_os_str().as_encoded_bytes());
                Look::Read.or(followed(&full, looking))
            }
            Ok(_) => read(&full, looking),
            Err(error) => failed(&error),
        };
        let look = named(look);
        self.seen.insert(full, look.clone());
        look
    }

    /// A path without links but for its last part; or what came of looking for its folder.
    fn full(&mut self, path: &Path) -> Result<PathBuf, Look> {
        let (Some(name), Some(parent)) = (path.file_name(), path.parent()) else {
            return Err(Look::Absent);
        };
        let parent = match parent.as_os_str().is_empty() {
            true => Path::new("."),
            false => parent,
        };
        if let Some(known) = self.folders.get(parent) {
            return known.clone().map(|known| known.join(name));
        }
        let known = parent.canonicalize().map_err(|error| failed(&error));
        self.folders.insert(parent.to_path_buf(), known.clone());
        known.map(|known| known.join(name))
    }

    /// What a path of a report may stand for below a folder: itself, and where it was masked or is not UTF-8, whatever is
    /// there that a report would show so.
    pub(super) fn resolve(&self, base: &Path, path: &[u8]) -> Vec<PathBuf> {
        let own = plain::to_path(path);
        if is_elsewhere(&own) {
            return Vec::new();
        }
        let exact = base.join(own);
        if may_be_there(&exact) {
            return vec![exact];
        }
        let shown = String::from_utf8_lossy(path);
        if !MARKS.iter().any(|mark| shown.contains(mark)) {
            return Vec::new();
        }
        let mut meant = vec![base.to_path_buf()];
        for part in Path::new(&*shown).components() {
            let Component::Normal(name) = part else {
                meant.iter_mut().for_each(|path| path.push(part));
                continue;
            };
            let text = name.to_string_lossy();
            let mut next = Vec::new();
            for folder in meant {
                let exact = folder.join(name);
                if MARKS.iter().any(|mark| text.contains(mark)) {
                    next.extend(self.shown_as(&folder, &text));
                }
                if may_be_there(&exact) {
                    next.push(exact);
                }
            }
            next.truncate(MEANT);
            meant = next;
        }
        meant
    }

    /// What is in a folder that a report shows by this name.
    fn shown_as(&self, folder: &Path, name: &str) -> Vec<PathBuf> {
        let mut listed = self.listed.borrow_mut();
        let known = listed.entry(folder.to_path_buf()).or_insert_with(|| {
            let mut shown = Shown::new();
            let entries = fs::read_dir(folder).into_iter().flatten();
            for entry in entries.take(ENTRIES).map_while(io::Result::ok) {
                let own = entry.file_name();
                let text = self.detector.mask_name(&own.to_string_lossy());
                if own.to_str() != Some(&text) {
                    shown.entry(text).or_default().push(own);
                }
            }
            shown
        });
        let names = known.get(name).into_iter().flatten().take(MEANT);
        names.map(|name| folder.join(name)).collect()
    }
}

/// Whether a path names another machine, or a device, as Windows does it: to look there is to speak to whoever a report names.
fn is_elsewhere(path: &Path) -> bool {
    let Some(Component::Prefix(prefix)) = path.components().next() else {
        return false;
    };
    !matches!(prefix.kind(), Prefix::Disk(_) | Prefix::VerbatimDisk(_))
}

/// Looks in what a link leads to.
fn followed(link: &Path, looking: &mut Looking<'_>) -> Look {
    match link.canonicalize() {
        Ok(full) => read(&full, looking),
        Err(error) => failed(&error),
    }
}

/// Looks in a file whose path has no links.
fn read(full: &Path, looking: &mut Looking<'_>) -> Look {
    // What is a device is not even opened: that may do something.
    match full.metadata() {
        Ok(metadata) if metadata.is_dir() => return Look::Absent,
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return Look::Unread("it is not a regular file".to_owned()),
        Err(error) => return failed(&error),
    }
    if MADE_UP.iter().any(|folder| full.starts_with(folder)) {
        return Look::Unread("it is no file of a disk".to_owned());
    }
    let file = match plain::open(full) {
        Ok(file) => file,
        Err(error) => return failed(&error),
    };
    if file.metadata().is_ok_and(|file| file.len() > LARGEST) {
        return Look::Unread("it is larger than 16 GiB".to_owned());
    }
    // It may grow while it is read.
    match looking.stream(&mut file.take(LARGEST)) {
        Ok((_, look)) => look,
        Err(error) => failed(&error),
    }
}

/// Whether there is something at a path, or nobody can tell.
fn may_be_there(path: &Path) -> bool {
    let error = path.symlink_metadata().err();
    error.is_none_or(|error| failed(&error) != Look::Absent)
}

/// What an error says of a path: that there is nothing, or that it cannot be read.
fn failed(error: &io::Error) -> Look {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Look::Absent,
        // No system has a file of such a name: with a zero byte in it, or too long.
        ErrorKind::InvalidInput | ErrorKind::InvalidFilename => Look::Absent,
        _ => Look::Unread(error.to_string()),
    }
}
