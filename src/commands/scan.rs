//! `scan`, `dir`, `git`, `staged`, `stdin` and what hooks run: which of them scans what.

use std::path::Path;

use super::exit::Exit;
use super::input::Input;
use super::request::Request;
use super::running::run;
use crate::error::Result;
use crate::pipeline;

/// Scans paths: files, histories, or both.
///
/// # Errors
/// Whatever is fatal: see [`Error`](crate::error::Error).
pub fn paths(mut request: Request) -> Result<Exit> {
    let rules = std::mem::take(&mut request.rules.rules);
    run(&request, rules, |detector, control| {
        pipeline::scan(&request.options, detector, control)
    })
}

/// Scans standard input.
///
/// # Errors
/// Whatever is fatal: see [`Error`](crate::error::Error).
pub fn stdin(mut request: Request, label: Option<&str>) -> Result<Exit> {
    let rules = std::mem::take(&mut request.rules.rules);
    run(&request, rules, |detector, control| {
        pipeline::stdin(
            &mut Input::new(control.clone()),
            label,
            &request.options,
            detector,
            control,
        )
    })
}

/// Scans what the next commit would add. `index` is another file to take for the index.
///
/// # Errors
/// Whatever is fatal: see [`Error`](crate::error::Error).
pub fn staged(mut request: Request, index: Option<&Path>) -> Result<Exit> {
    let repository = pipeline::repository(&request.options)?;
    let rules = std::mem::take(&mut request.rules.rules);
    run(&request, rules, |detector, control| {
        pipeline::staged(&repository, index, &request.options, detector, control)
    })
}

/// Scans what the commits of a range add.
///
/// # Errors
/// Whatever is fatal: see [`Error`](crate::error::Error).
pub fn range(mut request: Request, asked: &pipeline::Asked) -> Result<Exit> {
    let repository = pipeline::repository(&request.options)?;
    let rules = std::mem::take(&mut request.rules.rules);
    run(&request, rules, |detector, control| {
        pipeline::range(&repository, asked, &request.options, detector, control)
    })
}

/// Scans what a push would send.
///
/// # Errors
/// Whatever is fatal: see [`Error`](crate::error::Error).
pub fn push(mut request: Request, push: &pipeline::Push) -> Result<Exit> {
    let repository = pipeline::repository(&request.options)?;
    let rules = std::mem::take(&mut request.rules.rules);
    run(&request, rules, |detector, control| {
        pipeline::push(&repository, push, &request.options, detector, control)
    })
}

/// Scans the message that git keeps in a file while a commit is made.
///
/// # Errors
/// Whatever is fatal: see [`Error`](crate::error::Error).
pub fn message(mut request: Request, file: &Path) -> Result<Exit> {
    let rules = std::mem::take(&mut request.rules.rules);
    run(&request, rules, |detector, control| {
        pipeline::message(file, &request.options, detector, control)
    })
}
