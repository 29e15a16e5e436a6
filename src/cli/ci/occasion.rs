//! What a run in CI is about, as the service says it: a change, or everything.

/// What a CI service says of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Occasion {
    /// Where it runs.
    pub(super) service: Service,
    /// What it is about, for people: `pull request 7 of ada/app, from the fork bob/app`.
    pub(super) about: String,
    /// The change that it is about; none if everything is to be scanned.
    pub(super) change: Option<Change>,
}

impl Occasion {
    /// Whether somebody asks to have a change merged.
    pub(super) fn is_proposal(&self) -> bool {
        self.change
            .as_ref()
            .is_some_and(|change| change.is_proposal)
    }
}

/// Where a job runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Service {
    /// Its name.
    pub(super) name: &'static str,
    /// The variable that tells it.
    pub(super) sign: &'static str,
    /// What makes its checkout whole, as a line of its configuration and where that stands.
    pub(super) deeper: &'static str,
    /// What it shows.
    pub(super) shows: Shows,
}

/// What a service shows of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shows {
    /// Annotations and a job summary.
    GitHub,
    /// Its own report of secret detection.
    GitLab,
    /// JUnit.
    Junit,
}

/// A change, whose ends are named but not looked up yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// Where it ends.
    pub(super) head: Named,
    /// A commit that may have been made of the base and the head, as services do to try a merge.
    pub(super) merge: Option<Named>,
    /// Where it starts, the best first; several names of what may not be here.
    pub(super) bases: Vec<Named>,
    /// What somebody asks to have merged: then a base has to be here. A push can do without: its branch is new, or was
    /// written anew.
    pub(super) is_proposal: bool,
    /// The full name of the ref that was pushed, or that is proposed.
    pub(super) ref_name: Option<String>,
    /// Whether that is new, so that its name may be a leak.
    pub(super) is_new: bool,
    /// The branch that a new one starts from, and that says what is allowed in pushes to others, if it is known.
    pub(super) default_branch: Option<String>,
}

/// A revision, and what names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// A variable, a field of an event, or a flag.
    pub(super) by: &'static str,
    /// The revision.
    pub(super) revision: String,
}

impl Named {
    /// What `by` names.
    pub(super) fn new(by: &'static str, revision: impl Into<String>) -> Self {
        Self {
            by,
            revision: revision.into(),
        }
    }

    /// The branch of this name as the checkout may know it: that of the remote comes first.
    pub(super) fn branch(by: &'static str, name: &str) -> [Self; 2] {
        let name = name.strip_prefix("refs/heads/").unwrap_or(name);
        ["refs/remotes/origin/", "refs/heads/"].map(|space| Self::new(by, format!("{space}{name}")))
    }
}

/// Whether an id is git's way to say that there is none.
pub(super) fn is_none(id: &str) -> bool {
    id.len() >= 40 && id.bytes().all(|byte| byte == b'0')
}
