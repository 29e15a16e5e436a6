//! The other CI services, of which variables tell what a run is about.
//!
//! Each of them names the documentation that its variables are from. A service that does not say what a branch was before a
//! push is taken to have pushed what its default branch lacks, if it names that, and else everything.

use super::environment::Environment;
use super::occasion::{Change, Named, Occasion, Service, Shows};

/// CircleCI Docs, "Project values and variables": what a change starts from is known to its configuration alone.
const CIRCLE: Service = Service {
    name: "CircleCI",
    sign: "CIRCLECI",
    deeper: "`method: full` under the step `checkout`",
    shows: Shows::Junit,
};
/// Bitbucket Cloud, "Variables and secrets".
const BITBUCKET: Service = Service {
    name: "Bitbucket Pipelines",
    sign: "BITBUCKET_BUILD_NUMBER",
    deeper: "`clone: {depth: full}` at the top of bitbucket-pipelines.yml",
    shows: Shows::Junit,
};
/// Azure DevOps, "Use predefined variables".
const AZURE: Service = Service {
    name: "Azure Pipelines",
    sign: "TF_BUILD",
    deeper: "`fetchDepth: 0` under the step `checkout: self`",
    shows: Shows::Junit,
};
/// Jenkins, "Using environment variables", and the Git and Branch API plugins' own.
const JENKINS: Service = Service {
    name: "Jenkins",
    sign: "JENKINS_URL",
    deeper: "a clone without \"Shallow clone\", in the job's advanced clone behaviours",
    shows: Shows::Junit,
};
/// Buildkite Docs, "Environment variables".
const BUILDKITE: Service = Service {
    name: "Buildkite",
    sign: "BUILDKITE",
    deeper: "a clone without `--depth` in BUILDKITE_GIT_CLONE_FLAGS",
    shows: Shows::Junit,
};
/// Anything else that says `CI=true`, as most do.
const OTHER: Service = Service {
    name: "CI",
    sign: "CI",
    deeper: "a clone that is not shallow: `git fetch --unshallow`",
    shows: Shows::Junit,
};
/// Where nothing says that it is CI.
pub(super) const NONE: Service = Service {
    name: "no CI service",
    sign: "",
    ..OTHER
};

/// What is told of a run: what it is about, for people, and the change.
type Told = (String, Option<Change>);

/// What reads the variables of a service.
type Reader = fn(&Environment) -> Told;

/// Each service, and its reader.
const SERVICES: [(Service, Reader); 5] = [
    (CIRCLE, circle),
    (BITBUCKET, bitbucket),
    (AZURE, azure),
    (BUILDKITE, buildkite),
    (JENKINS, jenkins),
];

/// Which service this is; none if it is no CI service.
pub(super) fn service(environment: &Environment) -> Option<Service> {
    let known = SERVICES.iter().map(|(service, _)| *service);
    known
        .chain([OTHER])
        .find(|service| match service.sign == OTHER.sign {
            true => environment.says_yes(service.sign),
            false => environment.get(service.sign).is_some(),
        })
}

/// What a run of this service is about.
pub(super) fn occasion(service: Service, environment: &Environment) -> Occasion {
    let read = SERVICES.iter().find(|(known, _)| *known == service);
    let (about, change) = match read {
        Some((_, read)) => read(environment),
        None => ("a run of which nothing is known".to_owned(), None),
    };
    Occasion {
        service,
        about,
        change,
    }
}

fn circle(environment: &Environment) -> Told {
    let pull = environment.get("CIRCLE_PULL_REQUEST");
    let about = match (pull, environment.get("CIRCLE_BRANCH")) {
        (Some(pull), _) => format!("the pull request {pull}"),
        (None, Some(branch)) => format!("the branch {branch}"),
        (None, None) => "a run".to_owned(),
    };
    // It says which commit is built, and not what that is compared with: only a base makes a change of it.
    (about, None)
}

fn bitbucket(environment: &Environment) -> Told {
    let head = environment.get("BITBUCKET_COMMIT");
    match (environment.get("BITBUCKET_PR_ID"), head) {
        (Some(number), Some(head)) => {
            let mut bases = Vec::new();
            let base = "BITBUCKET_PR_DESTINATION_COMMIT";
            bases.extend(environment.get(base).map(|id| Named::new(base, id)));
            bases.extend(branches(environment, "BITBUCKET_PR_DESTINATION_BRANCH"));
            let head = Named::new("BITBUCKET_COMMIT", head);
            (
                format!("pull request {number}"),
                Some(proposal(head, None, bases)),
            )
        }
        _ => ("a push, or a run by hand or on a schedule".to_owned(), None),
    }
}

fn azure(environment: &Environment) -> Told {
    let built = environment.get("BUILD_SOURCEVERSION");
    let reason = environment.get("BUILD_REASON").unwrap_or("Manual");
    let change = match (reason, built) {
        ("PullRequest", Some(built)) => {
            let bases = branches(environment, "SYSTEM_PULLREQUEST_TARGETBRANCH");
            // Of repositories on GitHub the commit of the change is named; else it is a parent of what was built.
            let source = "SYSTEM_PULLREQUEST_SOURCECOMMITID";
            let merge = Named::new("BUILD_SOURCEVERSION", built);
            Some(match environment.get(source) {
                Some(head) => proposal(Named::new(source, head), Some(merge), bases),
                None => proposal(merge, None, bases),
            })
        }
        _ => None,
    };
    (format!("a run for the reason {reason}"), change)
}

fn jenkins(environment: &Environment) -> Told {
    let head = Named::new(
        "GIT_COMMIT",
        environment.get("GIT_COMMIT").unwrap_or("HEAD"),
    );
    if let Some(number) = environment.get("CHANGE_ID") {
        let bases = branches(environment, "CHANGE_TARGET");
        let change = proposal(head, None, bases);
        return (format!("pull request {number}"), Some(change));
    }
    // Of a build that failed the next one has to tell again.
    let before = "GIT_PREVIOUS_SUCCESSFUL_COMMIT";
    let change = environment.get(before).map(|id| Change {
        head,
        bases: vec![Named::new(before, id)],
        ..Change::default()
    });
    let about = match &change {
        Some(_) => "what came since the last build that succeeded",
        None => "the first build, or one that names no build before it",
    };
    (about.to_owned(), change)
}

fn buildkite(environment: &Environment) -> Told {
    let head = Named::new(
        "BUILDKITE_COMMIT",
        environment.get("BUILDKITE_COMMIT").unwrap_or("HEAD"),
    );
    let pull = environment.get("BUILDKITE_PULL_REQUEST");
    let source = environment.get("BUILDKITE_SOURCE").unwrap_or("webhook");
    let branch = environment.get("BUILDKITE_BRANCH").unwrap_or_default();
    let (about, change) = match pull.filter(|number| *number != "false") {
        Some(number) => {
            let bases = branches(environment, "BUILDKITE_PULL_REQUEST_BASE_BRANCH");
            (
                format!("pull request {number}"),
                Some(proposal(head, None, bases)),
            )
        }
        None if source == "webhook" => {
            let space = match environment.get("BUILDKITE_TAG") {
                Some(_) => "tags",
                None => "heads",
            };
            let name = environment.get("BUILDKITE_TAG").unwrap_or(branch);
            let change = Change {
                head,
                ref_name: Some(format!("refs/{space}/{name}")),
                is_new: true,
                default_branch: environment.text("BUILDKITE_PIPELINE_DEFAULT_BRANCH"),
                ..Change::default()
            };
            (format!("a push to {name}"), Some(change))
        }
        None => (format!("a build of the source {source}"), None),
    };
    (about, change)
}

fn proposal(head: Named, merge: Option<Named>, bases: Vec<Named>) -> Change {
    Change {
        head,
        merge,
        bases,
        is_proposal: true,
        ..Change::default()
    }
}

/// The branch that a variable names, as the checkout may know it.
fn branches(environment: &Environment, by: &'static str) -> Vec<Named> {
    let name = environment.get(by);
    name.map_or(Vec::new(), |name| Named::branch(by, name).into())
}
