//! What the place of a key means, for whoever has to answer the leak. The table of places is data: `rules/places.toml`.

mod exposure;
pub mod hygiene;
mod notebook;
mod paths;
mod shared;
mod table;
#[cfg(test)]
mod tests;
mod window;

use crate::model::{Key, Location, Note, Origin};
pub use exposure::{Exposure, exposure};
pub use notebook::cell;
use paths::Subject;
use table::Table;
use window::Window;

/// AIsa's advice is to rotate keys after so long.
const ROTATION: jiff::SignedDuration = jiff::SignedDuration::from_hours(90 * 24);

/// What a place means: by its path and the names of the members that lead to it, and by what stands around the key at
/// `start..end`. Sorted.
pub fn place(
    origin: Origin,
    path: Option<&[u8]>,
    member: &[Vec<u8>],
    bytes: &[u8],
    start: usize,
    end: usize,
) -> Vec<Note> {
    if !is_file(origin) {
        return Vec::new();
    }
    let subject = Subject::inside(path.unwrap_or_default(), member);
    let mut notes = of_path(&subject);
    if origin != Origin::PathName {
        let window = Window::new(bytes, start, end);
        Table::get().of_surroundings(&subject, &window, &mut notes);
    }
    // Of a file on disk nobody knows yet whether git tracks it.
    let stored = matches!(origin, Origin::History | Origin::Staged);
    notes.retain(|note| *note != Note::DotenvTracked || stored);
    notes.sort_unstable();
    notes
}

/// What a location means, now that its path is known and whether git tracks it: what [`place`] said, and more. Sorted.
pub fn location(at: &Location) -> Vec<Note> {
    let mut notes = at.notes.clone();
    if let Some(path) = at.path.as_deref().filter(|_| is_file(at.origin)) {
        notes.extend(of_path(&Subject::inside(path, &at.member)));
        notes.retain(|note| *note != Note::DotenvTracked || is_tracked(at));
    }
    notes.sort_unstable();
    notes.dedup();
    notes
}

/// What all places of a key mean together, the notes of each place among them; sorted, worst first.
pub fn key(key: &Key, now: jiff::Timestamp) -> Vec<Note> {
    let places = key.locations.iter().flat_map(|at| at.notes.iter().copied());
    let mut notes: Vec<Note> = places.collect();
    if key.pushed() == Some(true) {
        notes.push(Note::Pushed);
    }
    if shared::is_shared(key) {
        notes.push(Note::SharedAcross);
    }
    if key.at_head() && is_old(key, now) {
        notes.push(Note::RotationDue);
    }
    notes.sort_unstable();
    notes.dedup();
    notes
}

/// How urgent a key is by its notes: the higher, the worse. The worst note decides, then the next one, so that a reader
/// sees the order in the notes. That a key stands in a test or a document makes it neither better nor worse.
pub fn urgency(key: &Key) -> u32 {
    let weight = |note: &Note| match note {
        Note::InTest | Note::InDocs => 0,
        note => {
            let rank = Note::ALL.iter().position(|other| other == note);
            rank.map_or(0, |rank| (1 << 31) >> rank)
        }
    };
    key.notes
        .iter()
        .map(weight)
        .fold(0, |sum, bit: u32| sum | bit)
}

/// Whether paths of this origin are those of files.
fn is_file(origin: Origin) -> bool {
    match origin {
        Origin::Worktree | Origin::History | Origin::Staged | Origin::PathName | Origin::Stdin => {
            true
        }
        Origin::Config
        | Origin::Note
        | Origin::CommitMessage
        | Origin::TagMessage
        | Origin::Author
        | Origin::RefName => false,
    }
}

fn of_path(subject: &Subject) -> Vec<Note> {
    let mut notes = Vec::new();
    Table::get().of_path(subject, &mut notes);
    notes
}

/// Whether git has the file: in its index, or in a commit.
fn is_tracked(at: &Location) -> bool {
    let committed = at.attribution.as_ref();
    matches!(at.origin, Origin::History | Origin::Staged)
        || at.tracked == Some(true)
        || committed.is_some_and(|at| at.introduced.is_some())
}

fn is_old(key: &Key, now: jiff::Timestamp) -> bool {
    let first = key.first_seen();
    let first = first.and_then(|second| jiff::Timestamp::from_second(second).ok());
    first.is_some_and(|first| now.duration_since(first) > ROTATION)
}
