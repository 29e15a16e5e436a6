//! `ci`: from what a CI service tells a job to what is scanned, trusted and written.

mod environment;
mod explain;
mod github;
mod gitlab;
mod landing;
mod occasion;
mod plan;
mod services;

use std::path::{Path, PathBuf};

use super::args::{CiArgs, Mode, ScanArgs};
use super::resolve;
use crate::commands::ci::{self, Ci, GitHub, Scan, Upload};
use crate::commands::exit::Exit;
use crate::commands::request::{Checkout, Request};
use crate::error::{Error, Result};
use crate::report::Format;
use environment::Environment;
use occasion::{Change, Named, Occasion, Service, Shows, is_none};
use plan::Plan;

/// GitLab's own name for its report.
const GITLAB_FILE: &str = "gl-secret-detection-report.json";
const JUNIT_FILE: &str = "aisaleaks-junit.xml";

/// Does it.
pub(super) fn perform(args: &CiArgs) -> Result<Exit> {
    let environment = Environment::of_process();
    let done = carry_out(args, &environment);
    // Where nobody reads the log to its end, an annotation tells why there is no result.
    if let Err(error) = &done
        && environment.get(github::SERVICE.sign).is_some()
    {
        ci::annotate_failure(&error.to_string(), args.common.show_secrets);
    }
    done
}

fn carry_out(args: &CiArgs, environment: &Environment) -> Result<Exit> {
    let occasion = occasion(args, environment)?;
    let path = args.path.clone().unwrap_or_else(|| PathBuf::from("."));
    let plan = plan::make(&path, &occasion, args.mode == Mode::All)?;
    let mut request = request(args, &plan)?;
    request.reports = reports(args, occasion.service.shows)?;
    landing::check(&request.reports, &plan.root)?;
    request.checkout = checkout(environment, &occasion, &plan.root);
    let shows = occasion.service.shows;
    let github = (shows == Shows::GitHub).then(|| GitHub {
        is_partial: matches!(plan.scan, Scan::Change(_)) && !occasion.is_proposal(),
        ..github(args, environment, &request)
    });
    if args.explain {
        let lines = explain::lines(args, &occasion, &plan, &request, github.as_ref());
        return ci::explain(&lines, args.common.show_secrets);
    }
    let ci = Ci {
        scan: plan.scan,
        deeper: occasion.service.deeper,
        github,
    };
    ci::run(request, &ci)
}

/// What the run is about: what somebody says comes before what the service says.
fn occasion(args: &CiArgs, environment: &Environment) -> Result<Occasion> {
    let said = |service: &Service| environment.get(service.sign).is_some();
    let big = [github::SERVICE, gitlab::SERVICE].into_iter().find(said);
    let service = big.or_else(|| services::service(environment));
    if let Some(base) = &args.base {
        let head = args.head.as_deref().unwrap_or("HEAD");
        return Ok(asked(service.unwrap_or(services::NONE), base, head));
    }
    match service {
        Some(github::SERVICE) => github::occasion(environment),
        Some(gitlab::SERVICE) => gitlab::occasion(environment),
        Some(service) => Ok(services::occasion(service, environment)),
        None if args.mode == Mode::All => Ok(Occasion {
            service: services::NONE,
            about: "a run by hand".to_owned(),
            change: None,
        }),
        None => Err(Error::Ci {
            reason: "nothing here says that this is a CI service: neither a variable of one that is known, nor CI=true\n  \
                     say what to scan: `--base REV --head REV`, or `--mode all`"
                .to_owned(),
        }),
    }
}

/// A change that somebody names. A base that is empty or all zeros is what services say of a new branch.
fn asked(service: Service, base: &str, head: &str) -> Occasion {
    let is_new = base.is_empty() || is_none(base);
    let bases = (!is_new).then(|| Named::new("--base", base));
    Occasion {
        service,
        about: match is_new {
            true => format!("all that {head} leads to"),
            false => format!("a change from {base} to {head}"),
        },
        change: Some(Change {
            head: Named::new("--head", head),
            bases: bases.into_iter().collect(),
            is_proposal: !is_new,
            is_new,
            ..Change::default()
        }),
    }
}

fn request(args: &CiArgs, plan: &Plan) -> Result<Request> {
    let mut common = args.common.clone();
    if let Some(trusted) = plan.trusted {
        common
            .config
            .config_ref
            .get_or_insert_with(|| trusted.to_string());
    }
    match plan.scan {
        Scan::Change(_) => resolve::of_repository(Some(&plan.root), &common),
        Scan::Everything => {
            let args = ScanArgs {
                paths: vec![plan.root.clone()],
                common,
                ..ScanArgs::default()
            };
            resolve::scan(&args, true, true)
        }
    }
}

/// The reports that were asked for, the one for people in the log, SARIF, and what the service shows.
fn reports(args: &CiArgs, shows: Shows) -> Result<Vec<(Format, Option<PathBuf>)>> {
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
fn checkout(environment: &Environment, occasion: &Occasion, root: &Path) -> Checkout {
    let top = match occasion.service.shows {
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
    Checkout {
        below: below().unwrap_or_default(),
        web: web().filter(|_| occasion.service.shows == Shows::GitHub),
    }
}

fn github(args: &CiArgs, environment: &Environment, request: &Request) -> GitHub {
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
