//! What a CI service is told: the reports that it shows, and where it knows the repository.

use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::github;
use super::occasion::Shows;
use crate::cli::args::CiArgs;
use crate::cli::resolve;
use crate::commands::ci::{GitHub, Upload};
use crate::commands::request::{Checkout, Request};
use crate::error::Result;
use crate::report::Format;

/// GitLab's own name for its report.
const GITLAB_FILE: &str = "gl-secret-detection-report.json";
/// Services are told the name of this one.
const JUNIT_FILE: &str = "aisaleaks-junit.xml";

/// The reports that were asked for, the one for people in the log, SARIF, and what the service shows.
///
/// # Errors
/// An unknown format, and two reports for one place.
pub(super) fn reports(args: &CiArgs, shows: Shows) -> Result<Vec<(Format, Option<PathBuf>)>> {
    let mut reports = resolve::reports(&args.common)?;
    let in_log = reports.iter().any(|(_, file)| file.is_none());
    if !in_log && args.common.output.is_none() {
        reports.insert(0, (Format::Human, None));
    }
    let own = match shows {
        Shows::GitHub => None,
        Shows::GitLab => Some((Format::Gitlab, PathBuf::from(GITLAB_FILE))),
        Shows::Junit => Some((Format::Junit, PathBuf::from(JUNIT_FILE))),
    };
    for (format, file) in own.into_iter().chain([(Format::Sarif, args.sarif.clone())]) {
        if reports.iter().all(|(known, _)| *known != format) {
            reports.push((format, Some(file)));
        }
    }
    resolve::distinct(reports)
}

/// Where the repository is in what the service shows, and where it is on the web.
pub(super) fn checkout(environment: &Environment, shows: Shows, root: &Path) -> Checkout {
    let top = match shows {
        Shows::GitHub => environment.get("GITHUB_WORKSPACE"),
        Shows::GitLab => environment.get("CI_PROJECT_DIR"),
        Shows::Junit => None,
    };
    let below = || {
        let root = root.canonicalize().ok()?;
        let top = Path::new(top?).canonicalize().ok()?;
        let below = root.strip_prefix(top).ok()?;
        let parts: Vec<&[u8]> = below.iter().map(|part| part.as_encoded_bytes()).collect();
        Some(parts.join(&b'/'))
    };
    let web = || {
        let server = environment.get("GITHUB_SERVER_URL")?;
        let name = environment.get("GITHUB_REPOSITORY")?;
        let is_plain = |text: &str| {
            let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/:".contains(c);
            text.chars().all(plain)
        };
        let is_web = server.starts_with("https://") || server.starts_with("http://");
        (is_web && is_plain(server) && is_plain(name)).then(|| format!("{server}/{name}"))
    };
    let below = below().unwrap_or_default();
    // What is checked out below may be another repository than the one that the run is about.
    let is_own = shows == Shows::GitHub && below.is_empty();
    Checkout {
        web: web().filter(|_| is_own),
        below,
    }
}

/// What GitHub is told besides the reports of a request.
pub(super) fn github(args: &CiArgs, environment: &Environment, request: &Request) -> GitHub {
    let file = |name: &str| environment.get(name).map(PathBuf::from);
    let sarif = request
        .reports
        .iter()
        .find(|(format, _)| *format == Format::Sarif);
    let in_log = request.reports.iter().find(|(_, file)| file.is_none());
    let upload = match args.upload {
        false => Upload::No,
        true if environment.get("GITHUB_TOKEN").is_none() => Upload::NoToken,
        true if github::may_only_read(environment) => Upload::ReadOnly,
        true => Upload::Yes,
    };
    GitHub {
        annotate: in_log.is_none_or(|(format, _)| *format == Format::Human),
        summary: file("GITHUB_STEP_SUMMARY"),
        outputs: file("GITHUB_OUTPUT"),
        sarif: sarif.and_then(|(_, file)| file.clone()),
        upload,
        is_partial: false,
    }
}
