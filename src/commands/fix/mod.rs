//! `fix`: replaces keys in files by references, shows what it would change, and writes that if it is asked to.

mod beside;
mod change;
mod dotenv;
mod gathering;
mod known;
#[cfg(unix)]
mod owner;
mod planning;
mod private;
mod repairs;
mod surroundings;
mod telling;
mod writing;

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::exit::Exit;
use super::request::Request as Scan;
use super::running;
use crate::error::Result;
use crate::pipeline;

pub(super) use beside::top;
pub(super) use repairs::of as repairs;

/// What `fix` was asked to do.
#[derive(Debug)]
pub struct Request {
    /// The scan that finds the keys: of files only.
    pub scan: Scan,
    /// What was named.
    pub path: PathBuf,
    /// Whether to write what is shown.
    pub write: bool,
    /// Whether to keep the keys in a `.env` that git ignores.
    pub env: bool,
}

/// Does it.
///
/// # Errors
/// Whatever is fatal: see [`Error`](crate::error::Error).
pub fn run(mut request: Request) -> Result<Exit> {
    let rules = std::mem::take(&mut request.scan.rules.rules);
    let options = &request.scan.options;
    let (detector, outcome) = running::look(&request.scan, rules, |detector, control| {
        pipeline::scan(options, detector, control)
    })?;
    let found = gathering::gather(&outcome);
    let private = private::reserved(&found, Some(&request.path));
    // Where keys are kept, none may take the place of another. Else a variable that is there has, most likely, the new key.
    let reserved = match request.env {
        true => private.clone(),
        false => BTreeMap::new(),
    };
    let known = known::Known::new(&found);
    let top = beside::top(&request.path);
    let mut plan = planning::plan(&found, &top, (&known, &detector), reserved);
    private::note(&mut plan, &private);
    beside::add(&mut plan, &request);
    plan.drop_with_keys(|text| known.is_in(text, &detector));
    let mut page = telling::Page::new(&detector, &request);
    page.changes(&plan);
    if outcome.interrupted {
        page.interrupted();
        page.print()?;
        return Ok(Exit::Interrupted);
    }
    if request.write {
        if request.env {
            dotenv::keep(&mut plan, &found, &request);
        }
        writing::write_all(&mut plan);
    } else if request.env {
        dotenv::announce(&mut plan, &found, &request);
    }
    page.rest(&plan, &outcome);
    page.print()?;
    let is_left = !plan.left.is_empty() || (!request.write && !plan.changes.is_empty());
    Ok(match (is_left, outcome.complete()) {
        (true, _) => Exit::Found(1),
        (false, true) => Exit::Clean,
        (false, false) => Exit::Incomplete,
    })
}
