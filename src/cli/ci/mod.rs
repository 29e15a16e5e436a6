//! `ci`: from what a CI service tells a job to what is scanned, trusted and written.

mod ends;
mod environment;
mod explain;
mod github;
mod gitlab;
mod landing;
mod occasion;
mod plan;
mod services;
mod telling;

use std::path::PathBuf;

use super::args::{CiArgs, Mode, ScanArgs};
use super::resolve;
use crate::commands::ci::{self, Ci, GitHub, Scan};
use crate::commands::exit::Exit;
use crate::commands::request::Request;
use crate::error::{Error, Result};
use environment::Environment;
use occasion::{Change, Named, Occasion, Service, Shows, is_none};
use plan::Plan;

/// Does it.
pub(super) fn perform(args: &CiArgs) -> Result<Exit> {
    let environment = Environment::of_process();
    let done = carry_out(args, &environment);
    // Where nobody reads the log to its end, an annotation tells why there is no result.
    if let Err(error) = &done
        && environment.says_yes(github::SERVICE.sign)
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
    let shows = occasion.service.shows;
    request.reports = telling::reports(args, shows)?;
    landing::check(&request.reports, &plan.root)?;
    request.checkout = telling::checkout(environment, shows, &plan.root);
    let github = (shows == Shows::GitHub).then(|| GitHub {
        is_partial: matches!(plan.scan, Scan::Change(_)) && !occasion.is_proposal(),
        ..telling::github(args, environment, &request)
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
    let said = |service: &Service| environment.says_yes(service.sign);
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
