//! What is told of a place, from the bytes around it and the path that leads to it.

use crate::assess;
use crate::detect::{self, Detector};
use crate::model::{Allowed, Context, Note, Origin};

/// What every place is told with.
#[derive(Clone, Copy)]
pub(super) struct Teller<'a> {
    pub(super) detector: &'a Detector,
    pub(super) show_secrets: bool,
}

/// What the bytes around a finding tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) context: Option<Context>,
    pub(super) notes: Vec<Note>,
    pub(super) allowed: Option<Allowed>,
    /// Whether a brought rule does not count what stands under this path.
    pub(super) dropped: bool,
}

impl Teller<'_> {
    /// What is told of the finding of a rule at `start..end`. A name has no line that could be shown.
    pub(super) fn tell(
        &self,
        bytes: &[u8],
        (start, end): (usize, usize),
        rule: u16,
        origin: Origin,
        path: Option<&[u8]>,
    ) -> Told {
        let is_name = matches!(origin, Origin::PathName | Origin::RefName);
        let context = || detect::context(self.detector, bytes, start, end, self.show_secrets);
        // What was found in an object that is not read again is judged by its path alone, once that is known.
        let unknown = origin == Origin::History && path.is_none();
        let dropped = !unknown && {
            let path = path.unwrap_or_default();
            self.detector.drops_at(rule, bytes, (start, end), path)
        };
        let rule = self.detector.rules().get(usize::from(rule));
        let id = rule.map_or("", |rule| &rule.id);
        Told {
            context: (!is_name).then(context),
            notes: assess::place(origin, path, bytes, start, end),
            allowed: (!is_name)
                .then(|| detect::inline_allow(bytes, start, end, id))
                .flatten(),
            dropped,
        }
    }
}
