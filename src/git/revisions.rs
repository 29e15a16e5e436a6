//! Names of commits as people write them: refs, ids and beginnings of ids, with `~N`, `^N`, `^{commit}` and `@`
//! (gitrevisions; what needs reflogs or searches messages is refused by name).

use super::commit::Header;
use super::{Kind, Repository, Store, refs, tag};
use crate::model::{ObjectId, Problem};

/// Where a short name of a ref is looked for, in git's order.
const RULES: [(&str, &str); 6] = [
    ("", ""),
    ("refs/", ""),
    ("refs/tags/", ""),
    ("refs/heads/", ""),
    ("refs/remotes/", ""),
    ("refs/remotes/", "/HEAD"),
];
/// The fewest digits of an id that git accepts.
const FEWEST: usize = 4;
/// No tag of a tag of a tag is followed further.
const TAGS: usize = 64;
/// Commits, tags and trees are not read beyond this many bytes here.
const LARGEST: u64 = 64 << 20;

/// Why a revision cannot be used, and what to do next.
#[derive(Debug)]
pub enum Unresolved {
    /// What was typed is wrong.
    Wrong(String),
    /// The repository is.
    Broken(Problem),
}

fn wrong<T>(reason: impl Into<String>) -> Result<T, Unresolved> {
    Err(Unresolved::Wrong(reason.into()))
}

/// Resolves revisions of one repository.
#[derive(Clone, Copy)]
pub struct Revisions<'a> {
    repository: &'a Repository,
    store: &'a Store,
}

impl<'a> Revisions<'a> {
    /// Of this repository, whose objects are in `store`.
    pub fn new(repository: &'a Repository, store: &'a Store) -> Self {
        Self { repository, store }
    }

    /// The commit that `text` names.
    ///
    /// # Errors
    /// A name of nothing, or of no commit, and a repository that cannot answer.
    pub fn commit(&self, text: &str) -> Result<ObjectId, Unresolved> {
        let cut = text.find(['~', '^']).unwrap_or(text.len());
        let (name, mut steps) = text.split_at(cut);
        let mut id = self.peel(self.object(name)?, text)?;
        while let Some(step) = steps.chars().next() {
            let rest = &steps[1..];
            if let Some(after) = rest
                .strip_prefix("{}")
                .or(rest.strip_prefix("{commit}"))
                .filter(|_| step == '^')
            {
                steps = after;
                continue;
            }
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, after) = rest.split_at(digits);
            let number = match number.parse::<usize>() {
                Ok(number) => number,
                Err(_) if number.is_empty() => 1,
                Err(_) => return wrong(format!("`{number}` is too large a number")),
            };
            id = match step {
                '~' => self.ancestor(id, number, text)?,
                '^' => self.parent(id, number, text)?,
                _ => {
                    return wrong(format!(
                        "`{steps}` is no way from a commit to another; use ~N or ^N"
                    ));
                }
            };
            steps = after;
        }
        Ok(id)
    }

    /// The commit that `text` names as an id or its beginning, even if a ref is named like it.
    ///
    /// # Errors
    /// As those of [`commit`](Self::commit).
    pub fn commit_by_id(&self, text: &str) -> Result<ObjectId, Unresolved> {
        let id = match ObjectId::from_hex(text.as_bytes()) {
            Some(id) => id,
            None => self.abbreviated(text)?,
        };
        self.peel(id, text)
    }

    /// Every commit that HEAD or a ref leads to.
    pub fn tips(&self, problems: &mut Vec<Problem>) -> Vec<ObjectId> {
        let all = refs::Refs::read(self.repository, problems);
        let targets = all.all.iter().filter_map(|(_, id)| *id).chain(all.head);
        let mut tips: Vec<ObjectId> = targets
            // A tag of a tree or a blob leads to no commit.
            .filter_map(|id| self.peel(id, "").ok())
            .collect();
        tips.sort_unstable();
        tips.dedup();
        tips
    }

    fn object(&self, name: &str) -> Result<ObjectId, Unresolved> {
        if name.is_empty() {
            return wrong("a revision is missing; name a commit, a branch or a tag");
        }
        if name.contains("@{") || name.contains(':') {
            let reason = "`@{…}` and `:` are not understood here; name a commit, a branch or a tag, or ask `git rev-parse`";
            return wrong(reason);
        }
        let name = if name == "@" { "HEAD" } else { name };
        if let Some(id) = ObjectId::from_hex(name.as_bytes()) {
            return match self.store.has(&id) {
                true => Ok(id),
                false => wrong(self.absent()),
            };
        }
        for (before, after) in RULES {
            // Files of the git directory that are no refs have small letters in their names.
            if before.is_empty() && !name.starts_with("refs/") && !is_pseudo_ref(name) {
                continue;
            }
            let full = format!("{before}{name}{after}");
            match refs::lookup(self.repository, full.as_bytes()) {
                Ok(Some(id)) => return Ok(id),
                Ok(None) => {}
                Err(problem) => return Err(Unresolved::Broken(problem)),
            }
        }
        if name == "HEAD" {
            return wrong(
                "HEAD is unborn: this branch has no commit yet; make one, or name another revision",
            );
        }
        self.abbreviated(name)
    }

    fn abbreviated(&self, name: &str) -> Result<ObjectId, Unresolved> {
        let is_hex = name.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_hex || name.len() < FEWEST {
            return wrong(self.absent());
        }
        let fitting = self.store.with_prefix(&name.to_ascii_lowercase(), 1000);
        let is_commit =
            |id: &&ObjectId| matches!(self.store.kind(id), Some(Kind::Commit | Kind::Tag));
        let commits: Vec<ObjectId> = fitting.iter().filter(is_commit).copied().collect();
        match (commits.as_slice(), fitting.as_slice()) {
            ([only], _) | ([], [only]) => Ok(*only),
            ([], []) => wrong(self.absent()),
            _ => wrong("more than one object's id begins like this; give more digits"),
        }
    }

    fn absent(&self) -> String {
        let shallow = if self.repository.shallow.is_empty() {
            ""
        } else {
            "; this clone is shallow, so that it may be a commit that was not fetched: run `git fetch --unshallow`"
        };
        format!(
            "there is no such commit, branch or tag here; check the spelling, or fetch it{shallow}"
        )
    }

    /// The commit that an object is, or that a tag leads to.
    fn peel(&self, id: ObjectId, text: &str) -> Result<ObjectId, Unresolved> {
        let mut at = id;
        for _ in 0..TAGS {
            match self.store.kind(&at) {
                Some(Kind::Commit) => return Ok(at),
                Some(Kind::Tag) => {}
                Some(Kind::Tree | Kind::Blob) => {
                    return wrong(format!(
                        "{text} is not a commit; name a commit, a branch or a tag"
                    ));
                }
                None => {
                    return wrong(format!(
                        "it leads to {at}, which is not there; run `git fsck`, or fetch again"
                    ));
                }
            }
            let read = self.store.read(&at, LARGEST);
            match read.and_then(|(_, bytes)| tag::target(&bytes)) {
                Some(target) => at = target,
                None => return wrong(format!("the tag {at} is damaged; run `git fsck`")),
            }
        }
        wrong("tags lead on and on; name a commit")
    }

    fn headers(&self, id: &ObjectId) -> Result<Header, Unresolved> {
        match self.store.read(id, LARGEST) {
            Some((Kind::Commit, bytes)) => Ok(Header::parse(&bytes)),
            _ => wrong(format!(
                "the commit {id} cannot be read; run `git fsck`, or fetch again"
            )),
        }
    }

    fn ancestor(
        &self,
        mut id: ObjectId,
        number: usize,
        text: &str,
    ) -> Result<ObjectId, Unresolved> {
        for _ in 0..number {
            id = self.parent(id, 1, text)?;
        }
        Ok(id)
    }

    fn parent(&self, id: ObjectId, number: usize, text: &str) -> Result<ObjectId, Unresolved> {
        let Some(at) = number.checked_sub(1) else {
            return Ok(id);
        };
        if self.repository.shallow.contains(&id) {
            return wrong(format!(
                "{text} leaves this shallow clone, which ends at {id}; run `git fetch --unshallow`"
            ));
        }
        match self.headers(&id)?.parents.get(at) {
            Some(parent) if self.store.has(parent) => Ok(*parent),
            Some(parent) => wrong(format!(
                "{text} leads to the commit {parent}, which is not there; run `git fsck`, or fetch again"
            )),
            None => wrong(format!(
                "{text} leads too far back: the commit {id} has no such parent"
            )),
        }
    }
}

/// Whether git would take a file of this name beside HEAD for a ref.
fn is_pseudo_ref(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte == b'-')
}
