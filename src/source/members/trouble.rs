//! What went wrong in the containers of one file, told in few problems.

use crate::archive::Fault;
use crate::control::ArchiveLimits;
use crate::model::{Chunk, Problem, ProblemKind, Sink};

/// Why something was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trouble {
    /// By what the container is.
    Fault(Fault),
    /// It is a git bundle of a form that is not known here.
    Bundle,
    /// Objects of a git bundle build on others that it does not hold.
    Thin,
    /// A filter has left objects out of a git bundle.
    Filtered,
    /// Objects of a git bundle cannot be held in memory, with what they build on.
    Held,
    /// It is nested too deep.
    Depth,
    /// A member is too large.
    Member,
    /// An archive that has to be kept in memory is too large.
    Kept,
    /// Something came as a stream, and only its end said that it is an archive.
    Late,
    /// Too much comes out of the file.
    Expansion,
    /// Too much comes out of so small a file.
    Ratio,
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// So many containers of one file are told of one by one for each kind of trouble.
const SHOWN: usize = 10;
/// Names that are longer, in bytes, are not told. Nor is a part of one: a report takes keys out of what it shows, and does not
/// know the part of a key that a cut leaves.
const LONGEST: usize = 500;

/// One kind of trouble in one container.
struct Item {
    trouble: Trouble,
    names: Vec<Vec<u8>>,
    members: u64,
}

/// Everything that went wrong in a file, in the order in which it was met.
#[derive(Default)]
pub(super) struct Troubles {
    items: Vec<Item>,
    /// How many containers are not among them, by trouble.
    more: Vec<(Trouble, u64)>,
}

impl Troubles {
    /// Adds trouble in the container that these names lead to, with so many of its members.
    pub(super) fn add(&mut self, names: &[Vec<u8>], trouble: Trouble, members: u64) {
        let same = |item: &&mut Item| item.trouble == trouble && item.names == names;
        if let Some(item) = self.items.iter_mut().rev().find(same) {
            item.members += members;
            return;
        }
        let known = self.items.iter().filter(|item| item.trouble == trouble);
        if known.count() < SHOWN {
            self.items.push(Item {
                trouble,
                names: names.to_vec(),
                members,
            });
            return;
        }
        match self.more.iter_mut().find(|(known, _)| *known == trouble) {
            Some((_, count)) => *count += 1,
            None => self.more.push((trouble, 1)),
        }
    }

    /// Tells the problems of the file that is called so.
    pub(super) fn tell(self, file: &str, limits: &ArchiveLimits, sink: &dyn Sink) {
        for item in self.items {
            let (kind, mut message) = words(item.trouble, limits);
            if item.members > 0 {
                message = format!("{} of its members: {message}", item.members);
            }
            let place = inside(file, &item.names);
            sink.problem(Problem::new(kind, place, message));
        }
        for (trouble, count) in self.more {
            let (kind, message) = words(trouble, limits);
            let message = format!("{count} more containers in it, or pieces of them: {message}");
            sink.problem(Problem::new(kind, file, message));
        }
    }
}

/// How the file is called in problems.
pub(super) fn place(template: &Chunk<'_>) -> String {
    match (template.path, template.object) {
        (Some(path), _) if !path.is_empty() => String::from_utf8_lossy(path).into_owned(),
        (_, Some(id)) => id.to_string(),
        _ => "standard input".to_owned(),
    }
}

/// A container in a file, as `file!member!member`.
fn inside(file: &str, names: &[Vec<u8>]) -> String {
    let mut place = file.to_owned();
    for name in names {
        place.push('!');
        match name.len() {
            0..=LONGEST => place.push_str(&String::from_utf8_lossy(name)),
            len => place.push_str(&format!("(a name of {len} bytes)")),
        }
    }
    place
}

/// What happened, and what to do next.
fn words(trouble: Trouble, limits: &ArchiveLimits) -> (ProblemKind, String) {
    const LOOK: &str = "unpack it yourself and scan what comes out";
    let limit = |text: String| (ProblemKind::Limit, text);
    match trouble {
        Trouble::Fault(Fault::Damaged) => (
            ProblemKind::DamagedArchive,
            "damaged or cut off; what could be read was scanned: make it anew, or leave it out with --exclude".to_owned(),
        ),
        Trouble::Fault(Fault::Encrypted) => (
            ProblemKind::EncryptedArchive,
            format!("encrypted, and not scanned; {LOOK}, or leave it out with --exclude"),
        ),
        Trouble::Fault(Fault::Method) => (
            ProblemKind::Unsupported,
            format!("compressed in a way that is not known here, and not scanned; {LOOK}"),
        ),
        Trouble::Fault(Fault::Window) => limit(format!(
            "to decompress it takes more than {} bytes of memory, and it was not scanned; {LOOK}",
            limits.window
        )),
        Trouble::Fault(Fault::Members) => limit(format!(
            "it has more than {} members, and the rest was not scanned; {LOOK}",
            limits.members
        )),
        Trouble::Bundle => (
            ProblemKind::Unsupported,
            "a git bundle of a form that is not known here, which was not opened; clone from it, and scan the clone".to_owned(),
        ),
        Trouble::Thin => (
            ProblemKind::AbsentObject,
            "they build on objects that this git bundle does not hold, and were not scanned; fetch it into a clone of its repository, and scan that".to_owned(),
        ),
        Trouble::Filtered => (
            ProblemKind::Partial,
            "a filter has left them out of this git bundle, and they were not scanned; fetch it into a clone of its repository, and scan that".to_owned(),
        ),
        Trouble::Held => limit(format!(
            "with what they build on they are larger than {} bytes, and were not scanned; raise --max-member-size",
            limits.member
        )),
        Trouble::Depth => limit(format!(
            "it is nested deeper than {} containers, and was not opened; raise --archive-depth",
            limits.depth
        )),
        Trouble::Member => limit(format!(
            "larger than {} bytes, and only so much was scanned; raise --max-member-size",
            limits.member
        )),
        Trouble::Kept => limit(format!(
            "this archive has to be kept in memory, with those around it is larger than {} bytes, and was not opened; raise \
             --max-member-size",
            limits.member
        )),
        Trouble::Late => (
            ProblemKind::Unsupported,
            format!("it ends as a zip archive does, which can only be opened in a file of its own; {LOOK}"),
        ),
        Trouble::Expansion => limit(format!(
            "more than {} bytes come out of this file, and the rest was not scanned; raise --max-expansion",
            limits.expansion
        )),
        Trouble::Ratio => limit(format!(
            "more than {} times as many bytes come out of this file as it has, and the rest was not scanned; {LOOK}, or raise --max-expansion",
            limits.ratio
        )),
    }
}
