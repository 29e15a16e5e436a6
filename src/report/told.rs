//! A place in a few words on one line, for reports that name each place: which file, or what has no file of its own.

use super::Shown;
use super::human::SHORT_ID;
use super::sanitize::visible;
use crate::model::{Location, Origin};

/// Whether it stands in a file or in the name of one, now or in history.
pub(super) fn is_file(at: &Location) -> bool {
    let origin = match at.origin {
        Origin::Worktree | Origin::Config | Origin::History | Origin::Staged => true,
        // A label is the name of a file that somebody else keeps.
        Origin::PathName | Origin::Stdin => true,
        Origin::Note
        | Origin::CommitMessage
        | Origin::TagMessage
        | Origin::Author
        | Origin::RefName => false,
    };
    origin && at.path.is_some()
}

/// `src/app.py:3:8`, `src/app.py:3:8 in history`, or `the message of commit 4f1c0d9a7b32, line 3`. A folder that is given
/// is put before a relative path.
pub(super) fn place(at: &Location, below: &[u8], shown: Shown<'_>) -> String {
    let Some(path) = at.path.as_deref().filter(|_| is_file(at)) else {
        return without_file(at, shown);
    };
    let mut text = shown.visible_path(&from_root(path, below));
    match (at.place, at.origin) {
        (Some(place), _) => text.push_str(&format!(":{}:{}", place.line, place.column)),
        (None, Origin::PathName) => text.insert_str(0, "the name of "),
        (None, _) => {}
    }
    match at.origin {
        Origin::History => text.push_str(" in history"),
        Origin::Staged => text.push_str(" in the index"),
        _ => {}
    }
    text
}

/// The path as it counts from the checkout.
pub(super) fn from_root(path: &[u8], below: &[u8]) -> Vec<u8> {
    match below.is_empty() || path.starts_with(b"/") {
        true => path.to_vec(),
        false => [below, b"/", path].concat(),
    }
}

fn without_file(at: &Location, shown: Shown<'_>) -> String {
    let name = match (&at.path, at.blob) {
        (Some(path), _) => shown.visible_path(path),
        (None, Some(id)) => id.to_string().chars().take(SHORT_ID).collect(),
        (None, None) => String::new(),
    };
    let mut text = match at.origin {
        Origin::CommitMessage => format!("the message of commit {name}"),
        Origin::TagMessage => format!("the message of tag {name}"),
        Origin::Author => format!("a name or address in {name}"),
        Origin::RefName => format!("the name of ref {name}"),
        Origin::Note => format!("a note, {name}"),
        Origin::Stdin => "standard input".to_owned(),
        _ => format!("object {name}"),
    };
    if let Some(place) = at.place {
        text.push_str(&format!(", line {}:{}", place.line, place.column));
    }
    visible(text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Mask, ObjectId};
    use crate::report::tests::at;

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
                "below/a\\n\\xff:3:8 in history",
            ),
            (
                Origin::RefName,
                Some(b"refs/x"),
                "the name of ref refs/x, line 3:8",
            ),
            (
                Origin::CommitMessage,
                None,
                "the message of commit aaaaaaaaaaaa, line 3:8",
            ),
            (Origin::Stdin, None, "standard input, line 3:8"),
        ] {
            let mut location = at(origin, path);
            location.blob = ObjectId::from_hex(&[b'a'; 40]);
            assert_eq!(place(&location, b"below", SHOWN), expected);
        }
        let mut name = at(Origin::PathName, Some(b"x"));
        name.place = None;
        assert_eq!(place(&name, b"", SHOWN), "the name of x");
    }
}
