//! Looks the ends of a change up in the checkout, and says what is missing.

use super::occasion::{Change, Named};
use crate::control::Limits;
use crate::error::{Error, Result};
use crate::git::commit::Header;
use crate::git::revisions::Revisions;
use crate::git::updates::Update;
use crate::git::{Kind, Repository, Store, refs};
use crate::model::ObjectId;
use crate::pipeline::{Known, Push};

/// The ends of a change, as they are in the checkout.
pub(super) struct Ends {
    /// What it leads to; of a tag the tag.
    heads: Vec<ObjectId>,
    /// What was there before, the best first.
    bases: Vec<ObjectId>,
    /// What says what is allowed: where a change starts, so that it cannot allow itself anything. Whoever pushes twice to a
    /// branch could say so with the first push: that a push is compared with the one before does not make that trusted, and the
    /// default branch is asked where it is here.
    pub(super) trusted: Option<ObjectId>,
    /// What is scanned, and why, a sentence each.
    pub(super) why: Vec<String>,
}

impl Ends {
    /// What it would push.
    pub(super) fn push(&self, change: &Change) -> Push {
        let name = change.ref_name.clone().unwrap_or_default();
        let base = self.bases.first().copied();
        let update = |(nth, new): (usize, &ObjectId)| Update {
            name: name.clone().into_bytes(),
            // Of what is new the name counts, too, once.
            old: base.filter(|_| nth > 0 || !change.is_new),
            new: Some(*new),
        };
        Push {
            updates: self.heads.iter().enumerate().map(update).collect(),
            known: Known::These(self.bases.clone()),
        }
    }
}

/// A checkout, to look up in.
pub(super) struct Checkout<'a> {
    repository: &'a Repository,
    revisions: Revisions<'a>,
    store: &'a Store,
    limits: &'a Limits,
    deeper: &'static str,
}

impl<'a> Checkout<'a> {
    /// Of this repository; `deeper` is what makes it whole, if it is shallow.
    pub(super) fn new(
        repository: &'a Repository,
        store: &'a Store,
        limits: &'a Limits,
        deeper: &'static str,
    ) -> Self {
        Self {
            repository,
            revisions: Revisions::new(repository, store),
            store,
            limits,
            deeper,
        }
    }

    /// Where a change ends and starts.
    ///
    /// # Errors
    /// What has to be here and is not, and how to get it.
    pub(super) fn ends(&self, change: &Change) -> Result<Ends> {
        let head = self
            .commit(&change.head)
            .ok_or_else(|| self.missing(&change.head, "the commit that this change ends with"))?;
        let mut found = Ends {
            heads: vec![self.whole(change, head)],
            bases: Vec::new(),
            trusted: None,
            why: Vec::new(),
        };
        let mut end = format!("{} ({})", short(&head), change.head.by);
        if let Some((merge, base)) = self.merged(change, head) {
            found.heads.push(merge);
            found.bases.extend(base);
            end = format!("{end} or its merge {}", short(&merge));
        }
        let here = |named: &Named| Some((self.commit(named)?, named.by));
        let named: Vec<_> = change.bases.iter().filter_map(here).collect();
        found.bases.extend(named.iter().map(|(id, _)| *id));
        let from = match (found.bases.first(), named.first()) {
            (Some(base), Some((id, by))) if base == id => format!("{} ({by})", short(base)),
            (Some(base), _) => format!("{} (the first parent of the merge)", short(base)),
            (None, _) => match self.without_base(change)? {
                (Some(base), from) => {
                    found.bases.push(base);
                    from
                }
                (None, why) => {
                    found.why = vec![
                        format!("what every commit that {end} leads to adds to its parents"),
                        why,
                    ];
                    return Ok(found);
                }
            },
        };
        let default = self.default_branch(change).filter(|_| !change.is_proposal);
        found.trusted = default.or(found.bases.first().copied());
        found.why = vec![format!(
            "what those commits add to their parents that {end} has and {from} has not"
        )];
        Ok(found)
    }

    /// What a push is compared with if it does not say, or if that is not here.
    fn without_base(&self, change: &Change) -> Result<(Option<ObjectId>, String)> {
        let named = change.bases.first();
        if change.is_proposal {
            let none = Named::default();
            let what = "the commit that this change starts from";
            return Err(self.missing(named.unwrap_or(&none), what));
        }
        if let Some(named) = named.filter(|_| !self.repository.shallow.is_empty()) {
            return Err(self.missing(named, "the commit that this push started from"));
        }
        let reason = match named {
            Some(named) => format!(
                "{} ({}) is not here: the branch was written anew",
                named.revision, named.by
            ),
            None => "nothing says what was there before".to_owned(),
        };
        match (self.default_branch(change), other_default(change)) {
            (Some(id), Some(name)) => {
                let from = format!("{} (the default branch {name}; {reason})", short(&id));
                Ok((Some(id), from))
            }
            // Without it the change would say what is allowed; a shallow checkout is told as incomplete.
            (None, Some(name)) if self.repository.shallow.is_empty() => {
                let [branch, _] = Named::branch(DEFAULT, name);
                let what = "the default branch, which what is new is compared with";
                Err(self.missing(&branch, what))
            }
            _ => Ok((None, format!("because {reason}"))),
        }
    }

    /// What the default branch points at, if it is here, and another one than the change is about.
    fn default_branch(&self, change: &Change) -> Option<ObjectId> {
        let branches = Named::branch(DEFAULT, other_default(change)?);
        branches.iter().find_map(|at| self.commit(at))
    }

    fn commit(&self, named: &Named) -> Option<ObjectId> {
        let Named { by, revision } = named;
        let is_hex = revision.bytes().all(|byte| byte.is_ascii_hexdigit());
        let found = match is_hex && !by.starts_with("--") {
            // Services name ids, and whoever may push could name a tag like the beginning of one.
            true => self.revisions.commit_by_id(revision),
            false => self.revisions.commit(revision),
        };
        found.ok()
    }

    /// The tag, where a tag of a commit was pushed: its message counts, too. Services name the tag or its commit.
    fn whole(&self, change: &Change, head: ObjectId) -> ObjectId {
        let named = ObjectId::from_hex(change.head.revision.as_bytes());
        if let Some(id) = named.filter(|id| self.store.kind(id) == Some(Kind::Tag)) {
            return id;
        }
        let tag = change.ref_name.as_deref();
        let tag = tag.filter(|name| name.starts_with("refs/tags/"));
        let object = tag.and_then(|name| refs::lookup(self.repository, name.as_bytes()).ok()?);
        let leads_here = |name: &str| self.revisions.commit(name).ok() == Some(head);
        match (object, tag) {
            (Some(object), Some(name)) if leads_here(name) => object,
            _ => head,
        }
    }

    /// The commit in which the service merged the head, and what it merged it into if that is here. It counts only if it
    /// is the merge of two of which the second is the head.
    fn merged(&self, change: &Change, head: ObjectId) -> Option<(ObjectId, Option<ObjectId>)> {
        let id = self.commit(change.merge.as_ref()?)?;
        let (_, bytes) = self.store.read(&id, self.limits.max_whole_object)?;
        match Header::parse(&bytes).parents.as_slice() {
            [base, second] if *second == head => {
                Some((id, Some(*base).filter(|base| self.store.has(base))))
            }
            _ => None,
        }
    }

    fn missing(&self, named: &Named, what: &str) -> Error {
        let Named { by, revision } = named;
        if revision.is_empty() {
            let reason =
                format!("nothing says what {what} is\n  say what to compare with: `--base REV`");
            return Error::Ci { reason };
        }
        let (why, way) = match self.repository.shallow.is_empty() {
            false => (
                ": it is shallow",
                format!("make the checkout whole with {}", self.deeper),
            ),
            true => {
                // A branch is fetched by the name that the remote has for it.
                let branch = revision.strip_prefix("refs/remotes/origin/");
                let spec = branch.map_or(revision.clone(), |name| format!("{name}:{revision}"));
                ("", format!("fetch it first: `git fetch origin {spec}`"))
            }
        };
        Error::Ci {
            reason: format!(
                "this checkout lacks {what}, {revision} ({by}){why}\n  {way}; or say what to compare with: `--base REV`"
            ),
        }
    }
}

/// What names the default branch, for people.
const DEFAULT: &str = "the default branch";

/// The name of the default branch, if it is known and another one than the change is about.
fn other_default(change: &Change) -> Option<&str> {
    let name = change.default_branch.as_deref()?;
    let own = change.ref_name.as_deref() == Some(&format!("refs/heads/{name}"));
    (!own && !name.is_empty()).then_some(name)
}

fn short(id: &ObjectId) -> String {
    id.to_string().chars().take(12).collect()
}
