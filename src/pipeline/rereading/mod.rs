//! Reads keys again from where a report says that they are: a report holds none. What it says is only a hint where to look: a
//! key counts as found where something with its fingerprint stands, and nothing else of what is read is kept.

mod disk;
mod looking;
mod objects;
mod scene;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::atomic::Ordering;

use crate::control::Control;
use crate::detect::Detector;
use crate::model::{ObjectId, Secret, TargetKind};
use disk::Disk;
use looking::{Look, Looking};
use objects::Databases;
use scene::Scene;

/// A key to read again.
#[derive(Clone, Debug, Default)]
pub struct Sought {
    /// Its fingerprint; no two keys have the same.
    pub fingerprint: String,
    /// Where it stands.
    pub places: Vec<Spot>,
    /// What the report says that it is, if it says so: it counts where its fingerprint fits, and the key is nowhere else.
    pub told: Option<Secret>,
}

/// What kind of place a report names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SpotKind {
    /// Contents of a file or of an object.
    #[default]
    Contents,
    /// The name of a file or folder.
    PathName,
    /// The name of a ref.
    RefName,
    /// A stream, which nobody can read again.
    Stream,
}

/// A place that a report names.
#[derive(Clone, Debug, Default)]
pub struct Spot {
    /// What kind of place it is.
    pub kind: SpotKind,
    /// The path, as the report shows it: keys in it are masked, and what is not UTF-8 is replaced.
    pub path: Option<Vec<u8>>,
    /// The object that holds it: a blob, a commit, a tag or a tree.
    pub object: Option<ObjectId>,
    /// A commit whose tree holds it at the path.
    pub commit: Option<ObjectId>,
}

/// What a report says that was scanned, and what that counts from.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    /// The folder that relative paths count from.
    pub directory: PathBuf,
    /// What was scanned, as the report shows it. `None`: of a kind that this version does not know.
    pub targets: Vec<(Option<TargetKind>, String)>,
}

/// What became of a key.
#[derive(Clone, Debug, Default)]
pub struct Reread {
    /// The key; `None` if it was found nowhere.
    pub secret: Option<Secret>,
    /// Whether what stands around it at one of its places says that AIsa issued it.
    pub names_issuer: bool,
    /// Places that may hold it and could not be read, and why the first of them could not. Of a key that was found, it says
    /// nothing.
    pub unread: Option<(u64, String)>,
}

/// So many files and objects are looked for: a report that was made to keep this busy names more.
const LOOKS: u64 = 10_000_000;
/// So many bytes are read.
const BYTES: u64 = 64 << 30;

/// Reads keys again, each file and object once, and returns what became of them, in their order.
pub fn reread(
    sought: &[Sought],
    ground: &Ground,
    detector: &Detector,
    control: &Control,
) -> Vec<Reread> {
    let disk = Disk::new(detector);
    let mut rereading = Rereading {
        scene: Scene::new(ground, &disk),
        disk,
        databases: None,
        looking: Looking::new(sought, detector, control),
        looks: LOOKS,
        control,
        unread: None,
    };
    control.phase(sought.len() as u64);
    let mut unread = Vec::with_capacity(sought.len());
    for (number, key) in sought.iter().enumerate() {
        rereading.key(number, key);
        unread.push(rereading.unread.take());
        control.progress.done.fetch_add(1, Ordering::Relaxed);
    }
    let found = rereading.looking.found.into_iter().zip(unread);
    let found = found.map(|(found, unread)| Reread {
        unread: unread.filter(|_| found.secret.is_none()),
        ..found
    });
    found.collect()
}

/// A run, and what it keeps between two keys.
struct Rereading<'a> {
    scene: Scene,
    disk: Disk<'a>,
    /// Opened when the first object is asked for.
    databases: Option<Databases<'a>>,
    looking: Looking<'a>,
    /// How often it may still look.
    looks: u64,
    control: &'a Control,
    /// What could not be read of the key in hand.
    unread: Option<(u64, String)>,
}

/// A way from a place to the bytes.
type Way<'a> = fn(&mut Rereading<'a>, &Spot) -> Look;

impl<'a> Rereading<'a> {
    fn key(&mut self, number: usize, key: &Sought) {
        // The likeliest first.
        let ways: [Way<'a>; 5] = [
            Self::near_file,
            Self::object,
            Self::far_file,
            Self::committed,
            Self::name,
        ];
        for spot in &key.places {
            let mut failed = None;
            for way in ways {
                if self.looking.is_settled(number) || self.control.is_cancelled() {
                    return;
                }
                let look = match (self.looks.checked_sub(1), self.looking.bytes < BYTES) {
                    (Some(left), true) => {
                        self.looks = left;
                        way(self, spot)
                    }
                    _ => Look::Unread("the report names more than is read for one".to_owned()),
                };
                if let Look::Unread(reason) = look {
                    failed = failed.or(Some(reason));
                }
            }
            if let Some(reason) = failed {
                self.unread.get_or_insert((0, reason)).0 += 1;
            }
        }
        if let Some(told) = key.told.as_ref().filter(|_| !self.looking.has(number)) {
            self.looking.bytes(told.expose().as_bytes());
        }
    }

    /// A file, from where paths of the report count.
    fn near_file(&mut self, spot: &Spot) -> Look {
        self.files(spot, true)
    }

    /// A file, from the tops of the repositories.
    fn far_file(&mut self, spot: &Spot) -> Look {
        self.files(spot, false)
    }

    fn files(&mut self, spot: &Spot, near: bool) -> Look {
        let (near_bases, far_bases) = &self.scene.bases;
        let bases = if near { near_bases } else { far_bases };
        let mut look = Look::Absent;
        match (spot.kind, &spot.path) {
            (SpotKind::Contents, Some(path)) => {
                for base in bases {
                    look = look.or(self.disk.contents(base, path, &mut self.looking));
                }
            }
            (SpotKind::PathName, Some(path)) => {
                for base in bases {
                    self.disk.names(base, path, &mut self.looking);
                }
            }
            (SpotKind::Contents, None) if near && spot.object.is_none() => {
                // The message of a commit that was not made yet has neither, nor has what stands in a damaged pack.
                if self.scene.messages.is_empty() {
                    return Look::Unread("the report does not say what it stands in".to_owned());
                }
                for file in &self.scene.messages {
                    look = look.or(self.disk.file(file, &mut self.looking));
                }
            }
            (SpotKind::Stream, _) if near => {
                return Look::Unread("standard input cannot be read again".to_owned());
            }
            _ => {}
        }
        look
    }

    fn object(&mut self, spot: &Spot) -> Look {
        let Some(id) = spot.object else {
            return Look::Absent;
        };
        let (databases, looking) = self.databases();
        databases.object(&id, looking)
    }

    /// By the commit that introduced it: what stands at the path in its tree.
    fn committed(&mut self, spot: &Spot) -> Look {
        let (Some(commit), Some(path)) = (spot.commit, &spot.path) else {
            return Look::Absent;
        };
        let is_name = spot.kind == SpotKind::PathName;
        let (databases, looking) = self.databases();
        databases.committed(&commit, path, is_name, looking)
    }

    /// In the names that a repository keeps: of refs, and in its index.
    fn name(&mut self, spot: &Spot) -> Look {
        let (databases, looking) = self.databases();
        match spot.kind {
            SpotKind::RefName => databases.refs(looking),
            SpotKind::PathName if spot.object.is_none() => databases.index(looking),
            _ => Look::Absent,
        }
    }

    fn databases(&mut self) -> (&mut Databases<'a>, &mut Looking<'a>) {
        let scene = &mut self.scene;
        let (detector, control) = (self.looking.detector, self.control);
        let open = || Databases::new(std::mem::take(&mut scene.repositories), detector, control);
        (self.databases.get_or_insert_with(open), &mut self.looking)
    }
}
