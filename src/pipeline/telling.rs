//! What is told of a place, from the bytes around it and the path that leads to it.

use crate::assess;
use crate::detect::{self, Detector, Match, Scratch, Text, Wrapping};
use crate::model::{
    Allowed, Chunk, Context, Encoding, Fresh, Note, Origin, Problem, ProblemKind, Secret,
};

/// What is said of bytes in which brought rules begin to match too often.
pub(super) fn exhausted(chunk: &Chunk<'_>) -> Problem {
    let place = match (chunk.path, chunk.object) {
        (Some(path), _) => String::from_utf8_lossy(path).into_owned(),
        (None, Some(id)) => id.to_string(),
        (None, None) => chunk.origin.name().to_owned(),
    };
    let message = "rules that were brought could not be followed to their end here: they begin to match in too many places, or an expression takes too much memory; look at it, or leave rules out with --only-rule";
    Problem::new(ProblemKind::Limit, place, message)
}

/// What is said of bytes in which too much looks like the beginning of an encoded key.
pub(super) fn too_many_gates(chunk: &Chunk<'_>) -> Problem {
    let place = match (chunk.path, chunk.object) {
        (Some(path), _) => String::from_utf8_lossy(path).into_owned(),
        (None, Some(id)) => id.to_string(),
        (None, None) => chunk.origin.name().to_owned(),
    };
    let message = "so much in it looks like the beginning of an encoded key that not all of it was decoded; look at it";
    Problem::new(ProblemKind::Limit, place, message)
}

/// Whether a chunk is contents, and not names.
pub(super) fn has_contents(origin: Origin) -> bool {
    !matches!(origin, Origin::PathName | Origin::RefName)
}

/// Appends what brought rules find in a chunk: in its contents, or in the names that it is.
pub(super) fn search_brought(
    detector: &Detector,
    chunk: &Chunk<'_>,
    anchors: &[Match],
    scratch: &mut Scratch,
    matches: &mut Vec<Match>,
) {
    match chunk.origin {
        Origin::RefName => {}
        Origin::PathName => {
            let hash = chunk.object.map_or(0, |id| id.as_bytes().len());
            detector.search_names(text(chunk), hash, matches);
        }
        _ => detector.search_brought(text(chunk), anchors, scratch, matches),
    }
}

/// The chunk as brought rules take it: of a commit or tag without its headers, whose ids would be taken for secrets.
pub(super) fn text<'a>(chunk: &Chunk<'a>) -> Text<'a> {
    let is_object = matches!(chunk.origin, Origin::CommitMessage | Origin::TagMessage);
    let from = match is_object && chunk.object.is_some() {
        true => memchr::memmem::find(chunk.bytes, b"\n\n").map_or(chunk.bytes.len(), |at| at + 2),
        false => 0,
    };
    Text {
        bytes: chunk.bytes,
        windows: match chunk.fresh {
            Fresh::All => None,
            Fresh::Only(ranges) => Some(ranges),
        },
        path: chunk.path,
        from,
    }
}

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
    /// Whether it says whose key it is.
    pub(super) names_issuer: bool,
    /// How the key is written, outermost first.
    pub(super) encoding: Vec<Encoding>,
    /// In a notebook, the cell.
    pub(super) cell: Option<u32>,
}

impl Teller<'_> {
    /// What is told of the finding of a rule at `start..end`; of `wrapped`, if it is this secret that is written there in
    /// another way. A name has no line that could be shown.
    pub(super) fn tell(
        &self,
        bytes: &[u8],
        (start, end): (usize, usize),
        (rule, wrapped): (u16, Option<&Secret>),
        origin: Origin,
        (path, member): (Option<&[u8]>, &[Vec<u8>]),
    ) -> Told {
        let is_name = matches!(origin, Origin::PathName | Origin::RefName);
        let (detector, show) = (self.detector, self.show_secrets);
        let context = || detect::context(detector, bytes, (start, end), (rule, wrapped), show);
        let wrapping = wrapped.map(|secret| detector.wrapping(bytes, (start, end), secret));
        let wrapping = wrapping.unwrap_or_else(|| Wrapping {
            encoding: Vec::new(),
            names_issuer: detector.names_issuer(bytes, (start, end), rule),
        });
        // What was found in an object that is not read again is judged by its path alone, once that is known.
        let unknown = origin == Origin::History && path.is_none();
        let dropped = !unknown && {
            let path = path.unwrap_or_default();
            detector.drops_at(rule, bytes, (start, end), path)
        };
        let known = detector.rules().get(usize::from(rule));
        let id = known.map_or("", |rule| &rule.id);
        Told {
            context: (!is_name).then(context),
            notes: assess::place(origin, path, member, bytes, start, end),
            allowed: (!is_name)
                .then(|| detect::inline_allow(detector, bytes, (start, end), id, show))
                .flatten(),
            dropped,
            names_issuer: wrapping.names_issuer,
            encoding: wrapping.encoding,
            cell: assess::cell(bytes, start).filter(|_| !is_name),
        }
    }
}
