//! From what a service says to what is scanned: looks the ends of a change up in the checkout, and says what is missing.
//!
//! What a change starts from is also what is trusted: a change cannot allow itself anything.

use std::path::{Path, PathBuf};

use super::occasion::{Change, Named, Occasion};
use crate::commands::ci::Scan;
use crate::control::Limits;
use crate::error::{Error, Result};
use crate::git::commit::Header;
use crate::git::revisions::Revisions;
use crate::git::updates::Update;
use crate::git::{Kind, Repository, Store, refs};
use crate::model::ObjectId;
use crate::pipeline::{Known, Push};

/// What is to be done.
#[derive(Debug)]
pub(super) struct Plan {
    /// The top of the checkout, or the git directory where there is no work tree.
    pub(super) root: PathBuf,
    /// What is scanned.
    pub(super) scan: Scan,
    /// The commit that says what is allowed; none if the checkout does.
    pub(super) trusted: Option<ObjectId>,
    /// What is scanned, and why, a sentence each.
    pub(super) why: Vec<String>,
}

/// Makes a plan of what a run is about. With `all` everything is scanned, but who is trusted stays the same.
///
/// # Errors
/// No repository, and a change of which the checkout lacks what has to be there.
pub(super) fn make(path: &Path, occasion: &Occasion, all: bool) -> Result<Plan> {
    path.symlink_metadata().map_err(|source| Error::Target {
        path: path.to_path_buf(),
        source,
    })?;
    let repository = Repository::discover(path).ok_or_else(|| Error::NotARepository {
        path: path.to_path_buf(),
    })?;
    refuse_brought(&repository)?;
    let everything = "every file, and every object of the history".to_owned();
    let Some(change) = &occasion.change else {
        return Ok(Plan {
            root: repository.name,
            scan: Scan::Everything,
            trusted: None,
            why: vec![everything],
        });
    };
    let limits = Limits::default();
    let store = Store::light(&repository, limits.alternates, &mut Vec::new());
    let found = Checkout {
        repository: &repository,
        revisions: Revisions::new(&repository, &store),
        store: &store,
        limits: &limits,
        deeper: occasion.service.deeper,
    }
    .find(change)?;
    drop(store);
    let trusted = found.bases.first().copied();
    let (scan, why) = match all {
        true => (Scan::Everything, vec![everything]),
        false => (Scan::Change(found.push(change)), found.why),
    };
    Ok(Plan {
        root: repository.name,
        scan,
        trusted,
        why,
    })
}

/// Refuses a bare repository in the work tree of another: a change can bring its files, and with them what its refs say and
/// where its configuration is.
fn refuse_brought(repository: &Repository) -> Result<()> {
    let top = repository.name.canonicalize();
    let Some(top) = top.ok().filter(|_| repository.git_dir == repository.name) else {
        return Ok(());
    };
    let mut above = top.ancestors().skip(1).filter_map(Repository::at);
    let Some(outer) = above.find(|outer| outer.git_dir != outer.name) else {
        return Ok(());
    };
    // There no commit brings anything.
    if top.starts_with(outer.name.join(".git")) {
        return Ok(());
    }
    let (own, outer) = (repository.name.display(), outer.name.display());
    Err(Error::Ci {
        reason: format!(
            "{own} has the files of a bare repository in the work tree of {outer}, which a change may have brought\n  name the one \
             that is meant: `aisaleaks ci {outer}`; or keep this one outside of the work tree"
        ),
    })
}

/// The ends of a change, as they are in the checkout.
struct Found {
    /// What it leads to; of a tag the tag.
    heads: Vec<ObjectId>,
    /// What was there before; the first is the one that is trusted.
    bases: Vec<ObjectId>,
    why: Vec<String>,
}

impl Found {
    fn push(&self, change: &Change) -> Push {
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

struct Checkout<'a> {
    repository: &'a Repository,
    revisions: Revisions<'a>,
    store: &'a Store,
    limits: &'a Limits,
    deeper: &'static str,
}

impl Checkout<'_> {
    fn find(&self, change: &Change) -> Result<Found> {
        let head = self
            .commit(&change.head)
            .ok_or_else(|| self.missing(&change.head, "the commit that this change ends with"))?;
        let mut found = Found {
            heads: vec![self.whole(change, head)],
            bases: Vec::new(),
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
        let name = change.default_branch.as_deref().unwrap_or_default();
        let own = change.ref_name.as_deref() == Some(&format!("refs/heads/{name}"));
        let reason = match named {
            Some(named) => format!(
                "{} ({}) is not here: the branch was written anew",
                named.revision, named.by
            ),
            None => "nothing says what was there before".to_owned(),
        };
        let branches = Named::branch("the default branch", name);
        let candidates = branches.iter().filter(|_| !own && !name.is_empty());
        Ok(match candidates.filter_map(|at| self.commit(at)).next() {
            // Without it the change would say what is allowed; a shallow checkout is told as incomplete.
            None if !own && !name.is_empty() && self.repository.shallow.is_empty() => {
                let [branch, _] = &branches;
                let what = "the default branch, which what is new is compared with";
                return Err(self.missing(branch, what));
            }
            Some(id) => {
                let from = format!("{} (the default branch {name}; {reason})", short(&id));
                (Some(id), from)
            }
            None => (None, format!("because {reason}")),
        })
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

fn short(id: &ObjectId) -> String {
    id.to_string().chars().take(12).collect()
}
