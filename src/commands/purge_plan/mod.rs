//! `purge-plan`: what git-filter-repo needs to take keys out of a history, the commands, and what they do not reach.

mod affected;
mod folder;
mod guards;
mod lines;
mod pinned;
mod planning;
mod reaching;
mod scene;
mod script;
mod telling;
mod whereabouts;
mod wording;

use std::path::PathBuf;

use super::exit::Exit;
use super::request::Request as Scan;
use super::running;
use crate::error::{Error, Result};
use crate::git::{Repository, config};
use crate::model::FingerprintStart;
use crate::pipeline;
use folder::Place;
use planning::Plan;
use whereabouts::Whereabouts;

/// What `purge-plan` was asked to do.
#[derive(Debug)]
pub struct Request {
    /// The scan that finds the keys: of one history.
    pub scan: Scan,
    /// What was named.
    pub path: PathBuf,
    /// How the fingerprints of the keys begin; all keys if there are none.
    pub keys: Vec<FingerprintStart>,
    /// The folder to write to; one below the temporary folder if nothing was said.
    pub to: Option<PathBuf>,
    /// Whether texts that hold a key may be written, where nothing else names it.
    pub write_literals: bool,
    /// Whether files may be taken out of the history, where no replacement reaches a key in them.
    pub strip_files: bool,
    /// Remotes that are left as they are.
    pub skipped: Vec<String>,
    /// Flags that a scan needs to find the same, as typed.
    pub flags: Vec<Vec<u8>>,
}

/// Does it.
///
/// # Errors
/// Whatever is fatal: see [`Error`].
pub fn run(mut request: Request) -> Result<Exit> {
    let rules = std::mem::take(&mut request.scan.rules.rules);
    let repository = Repository::discover(&request.path).ok_or_else(|| Error::NotARepository {
        path: request.path.clone(),
    })?;
    // Before anybody waits for a scan.
    let whereabouts = Whereabouts::of(&repository)?;
    let remotes = config::remotes(&repository);
    let is_known = |name: &&String| remotes.iter().any(|remote| remote == name.as_bytes());
    if let Some(name) = request.skipped.iter().find(|name| !is_known(name)) {
        return Err(Error::Purge {
            reason: format!(
                "--skip-remote {name}: no remote is called so; `git remote` lists them"
            ),
        });
    }
    let place = Place::choose(request.to.as_deref(), &repository, &whereabouts)?;
    let mut plan = Plan::default();
    let (detector, outcome) = running::look(&request.scan, rules, |detector, control| {
        let options = &request.scan.options;
        let (mut outcome, traced) = pipeline::trace(options, detector, control)?;
        if let Some(traced) = traced.first() {
            plan = planning::plan(&request, &outcome, traced, detector, control);
        }
        outcome.interrupted |= control.is_cancelled();
        Ok(outcome)
    })?;
    let mut page = telling::Page::new(&detector);
    if outcome.interrupted {
        page.interrupted();
        page.print()?;
        return Ok(Exit::Interrupted);
    }
    if plan.keys.is_empty() {
        page.nothing(&request, &outcome);
        page.print()?;
        return Ok(match outcome.complete() {
            true => Exit::Clean,
            false => Exit::Incomplete,
        });
    }
    let writes = plan.writes();
    let scene = plan.scene(
        &request,
        &repository,
        &whereabouts,
        &detector,
        place.path(),
        writes,
    )?;
    let folder = match writes {
        true => {
            let folder = place.make()?;
            plan.write(&folder, scene.has_stashes)?;
            Some(folder)
        }
        false => None,
    };
    page.plan(&plan, &outcome, &request, &scene);
    page.print()?;
    if let Some(folder) = folder {
        folder.keep();
    }
    Ok(Exit::Found(1))
}
