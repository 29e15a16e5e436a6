//! `hook install`, `hook uninstall` and `hook status`: the scripts that git runs.

mod calls;
mod found;
mod global;
mod install;
mod page;
mod place;
mod script;
mod state;
mod status;
mod tools;
mod uninstall;
mod writing;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::ValueEnum;

use super::exit::Exit;
use crate::error::{Error, Result};
use page::Page;

pub(super) use calls::{Calls, of_service};
pub(super) use status::checked;

/// The hooks that this program has something to do in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Hook {
    /// Before a commit is made: what is staged.
    PreCommit,
    /// Before a push leaves: what the remote lacks.
    PrePush,
    /// On a server, before a push is accepted.
    PreReceive,
    /// Before a commit is made: its message.
    CommitMsg,
}

impl Hook {
    /// All of them, in the order in which they are told of.
    pub const ALL: [Self; 4] = [
        Self::PreCommit,
        Self::CommitMsg,
        Self::PrePush,
        Self::PreReceive,
    ];

    /// Git's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::PrePush => "pre-push",
            Self::PreReceive => "pre-receive",
            Self::CommitMsg => "commit-msg",
        }
    }

    /// What it stops.
    fn stops(self) -> &'static str {
        match self {
            Self::PreCommit => "a commit",
            Self::CommitMsg => "a commit with a message",
            Self::PrePush => "a push",
            Self::PreReceive => "a push into this repository",
        }
    }

    /// Whether git writes lines to its standard input.
    fn reads_lines(self) -> bool {
        matches!(self, Self::PrePush | Self::PreReceive)
    }
}

/// Which hooks, and where.
#[derive(Clone, Debug)]
pub struct Asked {
    /// None: those that fit the place.
    pub hooks: Vec<Hook>,
    /// For all repositories of this user.
    pub global: bool,
    /// The repository, or a path in it.
    pub repository: PathBuf,
}

/// Writes hooks; `args` are more arguments for `hook run`.
///
/// # Errors
/// All that stood in the way, each with what to do. The other hooks are written.
pub fn install(asked: &Asked, args: &[OsString]) -> Result<Exit> {
    let mut page = Page::new()?;
    match asked.global {
        true => global::install(asked, args, &mut page),
        false => install::install(asked, args, &mut page),
    }
    .unwrap_or_else(|problem| page.problem(problem));
    page.finish(Exit::Clean)
}

/// Takes hooks away, and puts back what was there before.
///
/// # Errors
/// As [`install`].
pub fn uninstall(asked: &Asked) -> Result<Exit> {
    let mut page = Page::new()?;
    match asked.global {
        true => global::uninstall(asked, &mut page),
        false => uninstall::uninstall(asked, &mut page),
    }
    .unwrap_or_else(|problem| page.problem(problem));
    page.finish(Exit::Clean)
}

/// Tells which hooks are there, and whether git runs them.
///
/// # Errors
/// Where there is no repository, or it cannot be said where git looks.
pub fn status(asked: &Asked) -> Result<Exit> {
    let mut page = Page::new()?;
    match status::status(asked, &mut page) {
        Ok(true) => page.finish(Exit::Clean),
        // As where something was found.
        Ok(false) => page.finish(Exit::Found(1)),
        Err(problem) => Err(Error::Hooks(vec![problem])),
    }
}
