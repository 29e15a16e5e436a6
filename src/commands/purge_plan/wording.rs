//! Why a key stays, and where, in words.

use super::planning::Held;
use super::reaching::Why;
use crate::model::{Location, Origin};

/// Hexadecimal digits of an object's id that a person is shown.
const DIGITS: usize = 16;

/// Why a key stays, and what to do about it.
pub(super) fn reason(why: Why) -> &'static str {
    match why {
        Why::Container => {
            "it is in an archive or a compressed file; --strip-files takes the file out of the history:"
        }
        Why::Binary => {
            "git-filter-repo takes the file for a binary one, with a zero byte in its first 8 KiB; --strip-files takes it out of the \
             history:"
        }
        Why::Encoded => {
            "it is encoded or in pieces there; --write-literals has that text replaced, and writes it to the file of replacements \
             for this, --strip-files takes the file out of the history:"
        }
        Why::Unnamed => {
            "no pattern names it; --write-literals has it replaced, and writes the key itself to the file of replacements for this:"
        }
        Why::Still => {
            "replacing does not reach it in this form; --strip-files takes the file out of the history:"
        }
        Why::Unread => "git cannot read the object; mend it (`git fsck`), and run this again:",
        Why::Person => {
            "the name or address of a person has it; write a line `New Name <new@address> <old@address>` into a file, and add \
             --mailmap FILE to git filter-repo:"
        }
        Why::PathName => {
            "the name of a file or folder has it; add --path-rename OLD:NEW to git filter-repo:"
        }
        Why::Pinned => {
            "a tag or another ref names the file, or the folder with it, and no commit, which git-filter-repo leaves as it is; delete it here and \
             at the remote (`git update-ref -d REF`, `git push --delete origin REF`):"
        }
        Why::RefName => {
            "the name of a branch, tag or other ref has it; rename it (`git branch -m OLD NEW`), or delete it here and at the remote \
             (`git update-ref -d REF`, `git push --delete origin REF`):"
        }
    }
}

pub(super) fn short(id: &str) -> String {
    id.chars().take(DIGITS).collect()
}

/// A place in a few words.
pub(super) fn place(held: &Held) -> String {
    let at = match held {
        Held::In(origin, id) => {
            let what = what(*origin);
            return format!(
                "{what} {}; `git log --all --find-object={id}` tells where it was",
                short(&id.to_string())
            );
        }
        Held::Ref(name) => return String::from_utf8_lossy(name).into_owned(),
        Held::At(at) => at,
    };
    let mut text = match (&at.path, at.blob) {
        (Some(path), _) => String::from_utf8_lossy(path).into_owned(),
        (None, Some(id)) => format!("{} {}", what(at.origin), short(&id.to_string())),
        (None, None) => "an object without a name".to_owned(),
    };
    for member in &at.member {
        text.push_str(&format!("!{}", String::from_utf8_lossy(member)));
    }
    if let Some(place) = at.place {
        text.push_str(&format!(":{}:{}", place.line, place.column));
    }
    text + &encoding(at)
}

fn encoding(at: &Location) -> String {
    let names = at.encoding.iter().map(|encoding| encoding.name());
    match at.encoding.is_empty() {
        true => String::new(),
        false => format!(" ({})", names.collect::<Vec<_>>().join(" in ")),
    }
}

fn what(origin: Origin) -> &'static str {
    match origin {
        Origin::CommitMessage => "the message of commit",
        Origin::TagMessage => "the message of tag",
        Origin::Author => "a person in",
        Origin::PathName => "a name in tree",
        _ => "blob",
    }
}
