//! Which of a key's places is told first, and how a place is told in a few words.

use super::hiding::aside;
use super::{Shown, sanitize};
use crate::model::{Key, Location, Origin};

/// Whether the location is in a file or in the name of one, now or in history.
pub(super) fn is_file(location: &Location) -> bool {
    let origin = match location.origin {
        Origin::Worktree | Origin::Config | Origin::History | Origin::Staged => true,
        // A label is the name of a file that somebody else keeps.
        Origin::PathName | Origin::Stdin => true,
        Origin::Note
        | Origin::CommitMessage
        | Origin::TagMessage
        | Origin::Author
        | Origin::RefName => false,
    };
    origin && location.path.is_some()
}

/// The place where an alert is shown: a file that is there now, else one that a ref still holds, else any file; of these one
/// with lines that can be shown, and not a member of a container.
pub(super) fn best(key: &Key) -> Option<usize> {
    let rank = |location: &Location| {
        let at_head = location.attribution.as_ref().is_some_and(|at| at.at_head);
        let now = matches!(location.origin, Origin::Worktree | Origin::Staged) || at_head;
        let held = location
            .attribution
            .as_ref()
            .is_some_and(|at| at.refs_total > 0);
        let rank = match (is_file(location), now) {
            (true, true) => 0,
            (true, false) if held => 1,
            (true, false) => 2,
            (false, _) => 3,
        };
        (rank, !location.member.is_empty())
    };
    // The first of equals: the pipeline has sorted them.
    let places = key.locations.iter().enumerate();
    places.min_by_key(|(_, at)| rank(at)).map(|(at, _)| at)
}

/// A path below a folder, without `.` and `..`, as the roots of both see it; an absolute one as it is. `None` if it leads
/// out.
pub(super) fn below(folder: &[u8], path: &[u8]) -> Option<Vec<u8>> {
    if path.starts_with(b"/") {
        return Some(path.to_vec());
    }
    let mut parts: Vec<&[u8]> = Vec::new();
    let both = [folder, path].into_iter();
    for part in both.flat_map(|path| path.split(|&byte| byte == b'/')) {
        match part {
            b"" | b"." => {}
            b".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join(&b'/'))
}

/// The path as seen from the folder that has `folder` below it; as it is, if it leads out.
pub(super) fn from(folder: &[u8], path: &[u8]) -> Vec<u8> {
    let seen = (!folder.is_empty()).then(|| below(folder, path));
    seen.flatten().unwrap_or_else(|| path.to_vec())
}

impl Shown<'_> {
    /// A place in a few words: `src/app.py:3`, or `the message of commit 4f1c0d9a7b32…`. Files are told as seen from the
    /// folder that has `folder` below it.
    pub(super) fn told(&self, at: &Location, folder: &[u8]) -> String {
        match self.file(at, folder) {
            Some(mut text) => {
                if let Some(place) = at.place {
                    text.push_str(&format!(":{}", place.line));
                }
                text.push_str(&aside(at));
                if at.origin == Origin::History {
                    text.push_str(", in history");
                }
                text
            }
            None => sanitize::visible(&self.logical_phrase(at)) + &aside(at),
        }
    }

    /// The same for reports that name every place: with columns, and what tells it from others of the same file.
    pub(super) fn told_exactly(&self, at: &Location, folder: &[u8]) -> String {
        let place = at
            .place
            .map(|place| format!("{}:{}", place.line, place.column));
        match self.file(at, folder) {
            Some(mut text) => {
                if let Some(place) = place {
                    text.push_str(&format!(":{place}"));
                }
                text.push_str(&aside(at));
                text.push_str(match at.origin {
                    Origin::History => ", in history",
                    Origin::Staged => ", in the index",
                    _ => "",
                });
                text
            }
            None => {
                let phrase = sanitize::visible(&self.logical_phrase(at));
                let place = place.map(|place| format!(", line {place}"));
                format!("{phrase}{}{}", place.unwrap_or_default(), aside(at))
            }
        }
    }

    /// The name of the file that a place is in, with the members that lead to it, or that it is the name of.
    fn file(&self, at: &Location, folder: &[u8]) -> Option<String> {
        let path = at.path.as_deref().filter(|_| is_file(at))?;
        let path = self.visible_file(&from(folder, path), &at.member);
        match (at.place, at.origin) {
            (None, Origin::PathName) => Some(format!("the name of {path}")),
            _ => Some(path),
        }
    }

    /// What a place without a file is called: the object that holds it, the object that a note is about, or the ref.
    pub(super) fn logical_name(&self, at: &Location) -> String {
        let name = match (&at.path, at.blob) {
            (Some(path), _) => self.path(path).0,
            (None, Some(id)) => id.to_string(),
            (None, None) if at.origin == Origin::Stdin => "standard input".to_owned(),
            (None, None) => at.origin.name().to_owned(),
        };
        self.with_members(name, &at.member)
    }

    /// The same as a phrase, for a message.
    pub(super) fn logical_phrase(&self, at: &Location) -> String {
        let name = self.logical_name(at);
        match at.origin {
            Origin::CommitMessage => format!("the message of commit {name}"),
            Origin::TagMessage => format!("the message of tag {name}"),
            Origin::Author => format!("a name or address in {name}"),
            Origin::RefName => format!("the name of ref {name}"),
            Origin::Note => format!("a note, {name}"),
            Origin::Stdin => name,
            _ => format!("object {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Mask, ObjectId};
    use crate::report::tests::at;

    #[test]
    fn a_path_is_told_from_the_checkout_on() {
        for (folder, path, expected) in [
            ("", "src/a.py", Some("src/a.py")),
            ("app", "./src//a.py", Some("app/src/a.py")),
            ("app", "../b.py", Some("b.py")),
            ("app", "../../b.py", None),
            ("app", "/else/where.py", Some("/else/where.py")),
            ("", "a/..b", Some("a/..b")),
        ] {
            let found = below(folder.as_bytes(), path.as_bytes());
            assert_eq!(found.as_deref(), expected.map(str::as_bytes), "{path}");
        }
    }

    struct Plain;

    impl Mask for Plain {
        fn mask(&self, text: &str) -> String {
            text.to_owned()
        }
    }

    const SHOWN: Shown<'_> = Shown {
        mask: &Plain,
        show_secrets: false,
    };

    #[test]
    fn places_are_told_by_what_they_are() {
        for (origin, path, expected) in [
            (Origin::Worktree, Some(&b"a.py"[..]), "below/a.py:3:8"),
            (Origin::Worktree, Some(b"/a.py"), "/a.py:3:8"),
            (
                Origin::History,
                Some(b"a\n\xff"),
                "below/a\\n\\xff:3:8, in history",
            ),
            (
                Origin::RefName,
                Some(b"refs/x"),
                "the name of ref refs/x, line 3:8",
            ),
            (
                Origin::CommitMessage,
                None,
                "the message of commit aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, line 3:8",
            ),
            (Origin::Stdin, None, "standard input, line 3:8"),
        ] {
            let mut location = at(origin, path);
            location.blob = ObjectId::from_hex(&[b'a'; 40]).filter(|_| origin != Origin::Stdin);
            assert_eq!(SHOWN.told_exactly(&location, b"below"), expected);
        }
        let mut name = at(Origin::PathName, Some(b"x"));
        name.place = None;
        assert_eq!(SHOWN.told_exactly(&name, b""), "the name of x");
    }
}
