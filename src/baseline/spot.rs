//! Where an accepted key stands, in words that hold in every clone: no line, no commit, nothing of one machine.

use crate::model::{Location, Mask, Origin, percent_encoded};

/// Where a key stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spot {
    /// The path from the top of the repository, where one tells places apart.
    pub path: Option<PathName>,
    /// What kind of place; `None` for the contents of a file, in whatever commit.
    pub origin: Option<Origin>,
}

/// A path as reports tell it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathName {
    /// Without the keys in it, and with what is no UTF-8 replaced.
    pub text: String,
    /// Its bytes, percent-encoded, where the text does not tell them.
    pub bytes: Option<String>,
}

impl PathName {
    /// The name of a path from the top of a repository.
    pub fn new(raw: &[u8], mask: &dyn Mask) -> Self {
        let lossy = String::from_utf8_lossy(raw);
        let text = mask.mask_name(&lossy);
        let exact = text != lossy || std::str::from_utf8(raw).is_ok();
        Self {
            text,
            bytes: (!exact).then(|| percent_encoded(raw)),
        }
    }

    /// The last name of the path.
    pub fn file_name(&self) -> &str {
        self.text.rsplit('/').next().unwrap_or_default()
    }

    /// The bytes of the path; `None` if the name has lost some, so that it leads to no file.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        match &self.bytes {
            Some(bytes) => percent_decoded(bytes),
            // This is what a key leaves behind.
            None if self.text.contains('…') => None,
            None => Some(self.text.clone().into_bytes()),
        }
    }
}

/// The bytes that a percent-encoded text stands for.
fn percent_decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if first != b'%' {
            bytes.push(first);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        let digits = std::str::from_utf8(digits).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = after;
    }
    Some(bytes)
}

/// Places that are told by what kind of place they are alone: their paths are those of one clone, or name a commit.
const PATHLESS: [Origin; 7] = [
    Origin::CommitMessage,
    Origin::TagMessage,
    Origin::Author,
    Origin::Note,
    Origin::RefName,
    Origin::Config,
    Origin::History,
];

impl Spot {
    /// The contents of a file.
    pub fn contents(path: PathName) -> Self {
        Self {
            path: Some(path),
            origin: None,
        }
    }

    /// The place of a location; `path` is what leads to it from the top of its repository. `None` if nothing does.
    pub fn of(location: &Location, path: Option<&[u8]>, mask: &dyn Mask) -> Option<Self> {
        let name = |path: &[u8]| PathName::new(path, mask);
        let path = match location.origin {
            Origin::Worktree | Origin::Staged => Some(name(path?)),
            Origin::PathName => Some(name(path?)),
            // An object that nothing leads to is a place without a path.
            Origin::History if location.path.is_some() => Some(name(path?)),
            Origin::Stdin => location.path.as_deref().map(name),
            _ => None,
        };
        let origin = match location.origin {
            Origin::Worktree | Origin::Staged | Origin::History | Origin::Stdin
                if path.is_some() =>
            {
                None
            }
            Origin::Config if location.path.as_deref().is_some_and(repeats_messages) => {
                Some(Origin::CommitMessage)
            }
            origin => Some(origin),
        };
        Some(Self { path, origin })
    }

    /// Whether it is the contents of a file.
    pub fn is_file(&self) -> bool {
        self.origin.is_none()
    }

    /// Whether every clone has it, so that it is odd if the key is not there any more.
    pub fn is_shared(&self) -> bool {
        !matches!(
            self.origin,
            Some(Origin::Config | Origin::History | Origin::RefName | Origin::Stdin)
        )
    }
}

/// Whether git repeats in this file of its own what messages of commits say: in reflogs, and while one is written.
fn repeats_messages(path: &[u8]) -> bool {
    let mut names = path.split(|&byte| matches!(byte, b'/' | b'\\')).rev();
    let last = names.next().unwrap_or_default();
    last.ends_with(b"_MSG") || last.ends_with(b"_EDITMSG") || names.any(|name| name == b"logs")
}

/// The kind of place that an entry names, and whether it comes with a path. `None` if there is none of this name, or one
/// that no entry may name.
pub(super) fn origin_named(name: &str) -> Option<(Origin, bool)> {
    if name == Origin::PathName.name() {
        return Some((Origin::PathName, true));
    }
    let pathless = PATHLESS.into_iter().chain([Origin::Stdin]);
    let mut named = pathless.filter(|origin| origin.name() == name);
    named.next().map(|origin| (origin, false))
}

/// The names that [`origin_named`] knows.
pub(super) fn origin_names() -> String {
    let all = PATHLESS
        .into_iter()
        .chain([Origin::PathName, Origin::Stdin]);
    all.map(Origin::name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Encoding;

    struct Nothing;

    impl Mask for Nothing {
        fn mask(&self, text: &str) -> String {
            text.to_owned()
        }
    }

    #[test]
    fn a_place_in_a_container_is_that_of_the_container() {
        let at = Location {
            origin: Origin::Worktree,
            path: Some(b"app.zip".to_vec()),
            place: None,
            blob: None,
            reachable: None,
            attribution: None,
            tracked: None,
            context: None,
            notes: Vec::new(),
            allowed: None,
            site: None,
            names_issuer: true,
            encoding: vec![Encoding::Base64],
            member: vec![b"in/x.env".to_vec()],
            cell: Some(3),
        };
        let expected = Spot::contents(PathName::new(b"dist/app.zip", &Nothing));
        for (origin, member) in [
            (Origin::Worktree, at.member.clone()),
            (Origin::History, at.member.clone()),
            (Origin::Staged, vec![b"other".to_vec()]),
            (Origin::Worktree, Vec::new()),
        ] {
            let at = Location {
                origin,
                member,
                ..at.clone()
            };
            let spot = Spot::of(&at, Some(b"dist/app.zip"), &Nothing);
            assert_eq!(spot, Some(expected.clone()));
        }
    }
}
