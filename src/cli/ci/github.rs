//! GitHub Actions: the variables and the event file of a run (GitHub Docs, "Variables reference", "Events that trigger
//! workflows" and "Webhook events and payloads").

use std::io::Read;
use std::path::Path;

use serde::Deserialize;

use super::environment::Environment;
use super::occasion::{Change, Named, Occasion, Service, Shows, is_none};
use crate::error::{Error, Result};
use crate::git::plain;

/// GitHub Actions.
pub(super) const SERVICE: Service = Service {
    name: "GitHub Actions",
    sign: "GITHUB_ACTIONS",
    deeper: "`fetch-depth: 0` under the `with:` of actions/checkout",
    shows: Shows::GitHub,
};
/// GitHub's payloads have at most 25 MB.
const LARGEST: u64 = 64 << 20;

/// An event, of which only what is asked for is read.
#[derive(Debug, Default, Deserialize)]
struct Event {
    pull_request: Option<PullRequest>,
    merge_group: Option<MergeGroup>,
    repository: Option<Repo>,
    #[serde(rename = "ref")]
    ref_name: Option<String>,
    before: Option<String>,
    after: Option<String>,
}

#[derive(Debug, Deserialize)]
struct PullRequest {
    number: u64,
    base: End,
    head: End,
}

#[derive(Debug, Deserialize)]
struct End {
    sha: String,
    #[serde(rename = "ref")]
    branch: Option<String>,
    /// A fork that was deleted since is none.
    repo: Option<Repo>,
}

#[derive(Debug, Deserialize)]
struct MergeGroup {
    base_sha: String,
    head_sha: String,
}

#[derive(Debug, Deserialize)]
struct Repo {
    full_name: String,
    default_branch: Option<String>,
}

/// What a run is about.
///
/// # Errors
/// A change whose event file cannot be read, lacks what it needs, or is another event's.
pub(super) fn occasion(environment: &Environment) -> Result<Occasion> {
    let name = environment.get("GITHUB_EVENT_NAME").unwrap_or_default();
    let proposal = name.starts_with("pull_request");
    let (about, change) = match name {
        "push" => push(environment)?,
        "merge_group" => merge_group(environment)?,
        _ if proposal => pull_request(environment, name)?,
        "" => ("a run that names no event".to_owned(), None),
        _ => (format!("the event {name}"), None),
    };
    Ok(Occasion {
        service: SERVICE,
        about,
        change,
    })
}

/// Whether the token of a run may only read, because the change comes from somebody who may not write: from a fork, or from
/// Dependabot (GitHub Docs, "Controlling permissions for GITHUB_TOKEN").
pub(super) fn may_only_read(environment: &Environment) -> bool {
    let name = environment.get("GITHUB_EVENT_NAME").unwrap_or_default();
    let bot = environment.get("GITHUB_ACTOR") == Some("dependabot[bot]");
    if name == "pull_request_target" || !(name.starts_with("pull_request") || name == "push") {
        return false;
    }
    let fork = || {
        let event = event(environment, name).ok()?;
        Some(is_fork(&event.pull_request?))
    };
    bot || fork().unwrap_or(false)
}

fn is_fork(pull: &PullRequest) -> bool {
    let name = |end: &End| end.repo.as_ref().map(|repo| repo.full_name.clone());
    name(&pull.head).is_none() || name(&pull.head) != name(&pull.base)
}

type Told = (String, Option<Change>);

fn pull_request(environment: &Environment, name: &str) -> Result<Told> {
    let event = event(environment, name)?;
    let pull = event
        .pull_request
        .ok_or_else(|| lacks(environment, name, "pull_request"))?;
    let from = match &pull.head.repo {
        _ if !is_fork(&pull) => String::new(),
        Some(repo) => format!(", from the fork {}", repo.full_name),
        None => ", from a fork that is gone".to_owned(),
    };
    let merge = environment.text("GITHUB_SHA");
    let change = Change {
        ref_name: pull.head.branch.map(|name| format!("refs/heads/{name}")),
        is_new: true,
        head: Named::new("pull_request.head.sha", pull.head.sha),
        merge: merge.map(|id| Named::new("GITHUB_SHA", id)),
        bases: vec![Named::new("pull_request.base.sha", pull.base.sha)],
        is_proposal: true,
        ..Change::default()
    };
    Ok((format!("pull request {}{from}", pull.number), Some(change)))
}

fn merge_group(environment: &Environment) -> Result<Told> {
    let name = "merge_group";
    let event = event(environment, name)?;
    let group = event
        .merge_group
        .ok_or_else(|| lacks(environment, name, "merge_group"))?;
    let change = Change {
        head: Named::new("merge_group.head_sha", group.head_sha),
        bases: vec![Named::new("merge_group.base_sha", group.base_sha)],
        is_proposal: true,
        ..Change::default()
    };
    Ok(("a merge queue".to_owned(), Some(change)))
}

fn push(environment: &Environment) -> Result<Told> {
    let event = event(environment, "push")?;
    let lacks = |field| lacks(environment, "push", field);
    let ref_name = event.ref_name.ok_or_else(|| lacks("ref"))?;
    let before = event.before.ok_or_else(|| lacks("before"))?;
    let after = event.after.ok_or_else(|| lacks("after"))?;
    if is_none(&after) {
        return Ok((format!("a push that deleted {ref_name}"), None));
    }
    // Whoever may move a tag could have said with the one before what is allowed: it counts as a new one.
    let is_new = is_none(&before) || ref_name.starts_with("refs/tags/");
    let change = Change {
        head: Named::new("after", after),
        bases: match is_new {
            true => Vec::new(),
            false => vec![Named::new("before", before)],
        },
        is_new,
        default_branch: event.repository.and_then(|repo| repo.default_branch),
        ref_name: Some(ref_name.clone()),
        ..Change::default()
    };
    Ok((format!("a push to {ref_name}"), Some(change)))
}

/// The event of a run, which has to be of its repository.
fn event(environment: &Environment, name: &str) -> Result<Event> {
    let wrong = |reason: String| Error::Ci { reason };
    let Some(file) = environment.get("GITHUB_EVENT_PATH") else {
        return Err(wrong(format!(
            "GITHUB_EVENT_PATH is not set, which names the file with the event {name}{WAYS_ON}"
        )));
    };
    let unread = |error: &dyn std::fmt::Display| {
        wrong(format!(
            "the event file {file} (GITHUB_EVENT_PATH) cannot be read: {error}{WAYS_ON}"
        ))
    };
    let mut text = Vec::new();
    let opened = plain::open(Path::new(file)).map_err(|error| unread(&error))?;
    let read = opened.take(LARGEST).read_to_end(&mut text);
    read.map_err(|error| unread(&error))?;
    // What is wrong with it is told by its place alone: the text may hold anything.
    let event: Event = serde_json::from_slice(&text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let what = match error.classify() {
            serde_json::error::Category::Data => "is not what GitHub sends",
            _ => "is not JSON",
        };
        wrong(format!(
            "the event file {file} (GITHUB_EVENT_PATH) {what} at line {line}, column {column}{WAYS_ON}"
        ))
    })?;
    let own = environment.get("GITHUB_REPOSITORY");
    let other = event.repository.as_ref().map(|repo| &*repo.full_name);
    match (own, other) {
        (Some(own), Some(other)) if !own.eq_ignore_ascii_case(other) => Err(wrong(format!(
            "the event file {file} (GITHUB_EVENT_PATH) is about {other}, and this run is about {own} \
             (GITHUB_REPOSITORY){WAYS_ON}"
        ))),
        _ => Ok(event),
    }
}

fn lacks(environment: &Environment, name: &str, field: &str) -> Error {
    let file = environment.get("GITHUB_EVENT_PATH").unwrap_or_default();
    Error::Ci {
        reason: format!(
            "the event file {file} (GITHUB_EVENT_PATH) has no `{field}`, which the event {name} \
             (GITHUB_EVENT_NAME) has{WAYS_ON}"
        ),
    }
}

const WAYS_ON: &str =
    "\n  let the workflow set it, or say what to scan: `--base REV --head REV`, or `--mode all`";
