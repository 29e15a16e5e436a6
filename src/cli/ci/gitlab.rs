//! GitLab CI/CD (GitLab Docs, "Predefined CI/CD variables reference").

use super::environment::Environment;
use super::occasion::{Change, Named, Occasion, Service, Shows, is_none};
use crate::error::{Error, Result};

/// GitLab CI/CD.
pub(super) const SERVICE: Service = Service {
    name: "GitLab CI/CD",
    sign: "GITLAB_CI",
    deeper: "`GIT_DEPTH: \"0\"` under the `variables:` of the job",
    shows: Shows::GitLab,
};

/// What a run is about.
///
/// # Errors
/// A variable that this kind of run has is not set.
pub(super) fn occasion(environment: &Environment) -> Result<Occasion> {
    let source = environment.get("CI_PIPELINE_SOURCE").unwrap_or_default();
    // A child of a merge request's pipeline has another source.
    let is_request = environment.get("CI_MERGE_REQUEST_IID").is_some();
    let (about, change) = match source {
        "merge_request_event" => merge_request(environment)?,
        _ if is_request => merge_request(environment)?,
        "external_pull_request_event" => pull_request(environment)?,
        "push" => push(environment)?,
        "" => ("a pipeline that names no source".to_owned(), None),
        _ => (format!("a pipeline of the source {source}"), None),
    };
    Ok(Occasion {
        service: SERVICE,
        about,
        change,
    })
}

type Told = (String, Option<Change>);

fn merge_request(environment: &Environment) -> Result<Told> {
    let number = environment.get("CI_MERGE_REQUEST_IID").unwrap_or("?");
    let source = environment.get("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH");
    let from = match (source, environment.get("CI_MERGE_REQUEST_PROJECT_PATH")) {
        (Some(source), Some(own)) if source != own => format!(", from the fork {source}"),
        _ => String::new(),
    };
    let commit = needed(environment, "CI_COMMIT_SHA")?;
    // Only a pipeline for merged results has it: its commit is the merge, and this is what was merged.
    let tip = environment.text("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA");
    let head = match tip {
        Some(tip) => Named::new("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", tip),
        None => Named::new("CI_COMMIT_SHA", commit.clone()),
    };
    let target = "CI_MERGE_REQUEST_TARGET_BRANCH_SHA";
    let mut bases = Vec::new();
    bases.extend(environment.text(target).map(|id| Named::new(target, id)));
    // Whoever asks chooses where the branch starts, and an old commit may allow more: the target branch comes first. In a
    // pipeline of the fork's, it is the fork's.
    let own = environment.get("CI_PROJECT_PATH");
    if own.is_some() && own == environment.get("CI_MERGE_REQUEST_PROJECT_PATH") {
        let branch = "CI_MERGE_REQUEST_TARGET_BRANCH_NAME";
        let name = environment.get(branch);
        bases.extend(name.map(|name| {
            let [remote, _] = Named::branch(branch, name);
            remote
        }));
    }
    let base = "CI_MERGE_REQUEST_DIFF_BASE_SHA";
    bases.push(Named::new(base, needed(environment, base)?));
    let branch = environment.get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME");
    let change = Change {
        ref_name: branch.map(|name| format!("refs/heads/{name}")),
        is_new: true,
        merge: (head.revision != commit).then(|| Named::new("CI_COMMIT_SHA", commit)),
        head,
        bases,
        is_proposal: true,
        ..Change::default()
    };
    Ok((format!("merge request {number}{from}"), Some(change)))
}

/// A pull request on GitHub, for which GitLab runs a pipeline.
fn pull_request(environment: &Environment) -> Result<Told> {
    let number = environment.get("CI_EXTERNAL_PULL_REQUEST_IID");
    let base = "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA";
    let branch = environment.get("CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME");
    let change = Change {
        ref_name: branch.map(|name| format!("refs/heads/{name}")),
        is_new: true,
        head: Named::new("CI_COMMIT_SHA", needed(environment, "CI_COMMIT_SHA")?),
        bases: vec![Named::new(base, needed(environment, base)?)],
        is_proposal: true,
        ..Change::default()
    };
    let number = number.unwrap_or("?");
    Ok((format!("the external pull request {number}"), Some(change)))
}

fn push(environment: &Environment) -> Result<Told> {
    let name = needed(environment, "CI_COMMIT_REF_NAME")?;
    let space = match environment.get("CI_COMMIT_TAG") {
        Some(_) => "tags",
        None => "heads",
    };
    let before = environment
        .text("CI_COMMIT_BEFORE_SHA")
        .filter(|id| !is_none(id));
    let ref_name = format!("refs/{space}/{name}");
    let change = Change {
        head: Named::new("CI_COMMIT_SHA", needed(environment, "CI_COMMIT_SHA")?),
        is_new: before.is_none(),
        bases: before
            .map(|id| Named::new("CI_COMMIT_BEFORE_SHA", id))
            .into_iter()
            .collect(),
        default_branch: environment.text("CI_DEFAULT_BRANCH"),
        ref_name: Some(ref_name.clone()),
        ..Change::default()
    };
    Ok((format!("a push to {ref_name}"), Some(change)))
}

fn needed(environment: &Environment, name: &str) -> Result<String> {
    environment.text(name).ok_or_else(|| Error::Ci {
        reason: format!(
            "{name} is not set, which GitLab sets in such a pipeline\n  let the job have it, or say what to scan: \
             `--base REV --head REV`, or `--mode all`"
        ),
    })
}
