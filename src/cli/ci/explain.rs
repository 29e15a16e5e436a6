//! What `ci --explain` says: what would be scanned, trusted and written here, and why.

use super::occasion::{Occasion, Service};
use super::plan::Plan;
use crate::cli::args::{CiArgs, Mode};
use crate::commands::ci::{GitHub, Upload};
use crate::commands::exit::FailOn;
use crate::commands::request::Request;

/// The lines.
pub(super) fn lines(
    args: &CiArgs,
    occasion: &Occasion,
    plan: &Plan,
    request: &Request,
    github: Option<&GitHub>,
) -> Vec<String> {
    let Service { name, sign, .. } = occasion.service;
    let mut lines = vec![match sign {
        "" => format!("This runs in {name}: {}.", occasion.about),
        _ => format!("This runs in {name} ({sign} is set): {}.", occasion.about),
    }];
    lines.push(format!(
        "It would scan, in the repository {}:",
        plan.root.display()
    ));
    lines.extend(plan.why.iter().map(|why| format!("  {why}")));
    if args.mode == Mode::All {
        lines.push("  because of --mode all".to_owned());
    }
    lines.push("It would trust, for what is allowed:".to_owned());
    lines.extend(trusted(args, plan).map(|line| format!("  {line}")));
    lines.push("It would write:".to_owned());
    lines.extend(written(request, github).map(|line| format!("  {line}")));
    lines.push("It would exit with:".to_owned());
    let least = match request.fail_on {
        FailOn::Never => "  0 whatever is found",
        FailOn::Note => "  1 for every finding",
        FailOn::Warning => "  1 for a finding of the severity warning or error",
        FailOn::Error => "  1 for a finding of the severity error",
    };
    lines.push(least.replacen('1', &request.found_code.to_string(), 1));
    lines.push("  3 if nothing is found, but not everything can be scanned".to_owned());
    lines
}

fn trusted(args: &CiArgs, plan: &Plan) -> impl Iterator<Item = String> {
    let config = &args.common.config;
    let commit = match (&config.config_ref, &plan.trusted) {
        (Some(revision), _) => Some(format!("{revision} (--config-ref)")),
        (None, Some(id)) => Some(format!("{id}, which the change does not bring")),
        (None, None) => None,
    };
    let (from, markers) = match &commit {
        Some(commit) => (
            format!("the commit {commit}"),
            "a marker in a file counts only if that commit holds the same key there",
        ),
        None => (
            "the checkout".to_owned(),
            "markers in files count: no change is looked at that they could hide",
        ),
    };
    let what = match (config.no_config, &config.config) {
        (true, _) => "no configuration, and no baseline but one of --baseline".to_owned(),
        (false, Some(file)) => format!("the configuration {}, as {from} has it", file.display()),
        (false, None) => format!("the configuration and the baseline of {from}"),
    };
    [what, markers.to_owned()].into_iter()
}

fn written(request: &Request, github: Option<&GitHub>) -> impl Iterator<Item = String> {
    let report = |(format, file): &(crate::report::Format, Option<std::path::PathBuf>)| {
        let name = format.name();
        match file {
            Some(file) => format!("{name}, to {}", file.display()),
            None => format!("{name}, to standard output"),
        }
    };
    let mut lines: Vec<String> = request.reports.iter().map(report).collect();
    if let Some(github) = github {
        let file = |what: &str, variable: &str, file: &Option<std::path::PathBuf>| match file {
            Some(_) => format!("{what}, to the file that {variable} names"),
            None => format!("no {what}: {variable} is not set"),
        };
        if github.annotate {
            lines.push("annotations, to standard output".to_owned());
        }
        lines.push(file(
            "summary of the job",
            "GITHUB_STEP_SUMMARY",
            &github.summary,
        ));
        lines.push(file(
            "outputs of the step",
            "GITHUB_OUTPUT",
            &github.outputs,
        ));
        lines.push(match github.upload {
            Upload::No => "no upload to code scanning: --upload is false".to_owned(),
            Upload::Yes => "and leave the upload to code scanning to the next step".to_owned(),
            Upload::ReadOnly => "no upload: the token of this run may only read".to_owned(),
            Upload::NoToken => "no upload: GITHUB_TOKEN is not set".to_owned(),
        });
    }
    lines.into_iter()
}
