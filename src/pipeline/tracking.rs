//! Says of every key in a file whether git tracks the file, and of every place what it means.

use super::sightings::{Located, Where};
use crate::assess;
use crate::model::{Key, Origin};
use crate::source::asking::Trees;

/// Says of the files on disk whether git tracks them. Git is asked about those only in which something was found.
pub(super) fn ask(located: &mut Located) {
    let mut trees = Trees::default();
    for ((_, at), placed) in located {
        let location = &mut placed.location;
        if let Where::File(path, _) = at
            && location.origin == Origin::Worktree
            && location.tracked.is_none()
        {
            location.tracked = trees.ask(path).map(|known| known.tracked);
        }
    }
}

/// Says what each place means, now that all is known about it.
pub(super) fn assess(keys: &mut [Key]) {
    for at in keys.iter_mut().flat_map(|key| &mut key.locations) {
        at.notes = assess::location(at);
    }
}
