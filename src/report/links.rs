//! Where commits and files are on the web.

use super::whereabouts;
use super::{Options, Shown};
use crate::model::{Location, ObjectId, Origin, Outcome, TargetKind, percent_encoded};

/// Addresses in one repository; none at all, if its own is not known.
#[derive(Clone, Copy)]
pub(super) struct Links<'a> {
    web: Option<&'a str>,
    /// What HEAD is, if one repository was scanned.
    head: Option<ObjectId>,
}

impl<'a> Links<'a> {
    pub(super) fn of(outcome: &Outcome, options: &'a Options<'_>) -> Self {
        let is_git = |kind| matches!(kind, TargetKind::Git | TargetKind::Staged);
        let heads = outcome.targets.iter().filter(|at| is_git(at.kind));
        let mut heads: Vec<ObjectId> = heads.filter_map(|at| at.head).collect();
        heads.dedup();
        Self {
            web: options.web.filter(|web| is_address(web)),
            head: heads.first().copied().filter(|_| heads.len() == 1),
        }
    }

    /// The page of a commit.
    pub(super) fn commit_address(&self, id: ObjectId) -> Option<String> {
        Some(format!("{}/commit/{id}", self.web?))
    }

    /// The page of a place, if a commit is known that has it.
    pub(super) fn address(&self, at: &Location, shown: Shown<'_>) -> Option<String> {
        if !matches!(at.origin, Origin::Worktree | Origin::History) {
            return None;
        }
        let history = at.attribution.as_deref()?;
        let commit = match self.head.filter(|_| history.at_head) {
            Some(head) => head,
            None => history.introduced.as_ref()?.id,
        };
        let path = at.path.as_deref().filter(|path| !path.starts_with(b"/"))?;
        // The address is that of the repository, wherever it was checked out.
        let path = whereabouts::below(b"", path)?;
        // The exact bytes are in the link, so that there is none for a path with a key in it.
        let is_told = shown.path(&path).1;
        let path = percent_encoded(&path);
        // A file that is rendered has no lines.
        // A line of a member is none of the file's.
        let place = at.place.filter(|_| at.member.is_empty());
        let line = place.map(|place| format!("?plain=1#L{}", place.line));
        let line = line.unwrap_or_default();
        let web = self.web.filter(|_| is_told)?;
        Some(format!("{web}/blob/{commit}/{path}{line}"))
    }
}

/// Whether it can stand between the parentheses of a link.
fn is_address(web: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~/:%".contains(c);
    let is_web = web.starts_with("https://") || web.starts_with("http://");
    is_web && web.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn an_address_is_one_that_ends_no_link() {
        assert!(is_address("https://github.com/ada/app"));
        assert!(is_address("http://git.example:8080/ada/app"));
        for odd in [
            "",
            "github.com/ada",
            "https://a b",
            "https://a)b",
            "javascript:x",
        ] {
            assert!(!is_address(odd), "{odd}");
        }
    }
}
