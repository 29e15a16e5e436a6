//! What keeps another key from leaking: hooks, `.env` that git ignores, and CI, as they are set up in the repository now.

use std::path::Path;

use super::files::{beginning, tracked};
use super::ground::Grounds;
use super::naming::Naming;
use crate::commands::fix::top;
use crate::commands::hooks::{self, Calls};
use crate::git::{Repository, plain};
use crate::report::response::{
    Calling, Dotenv, Guards, Hooks, Pipelines, Seen, Text, stores::Sign,
};
use crate::report::sanitize::visible;
use crate::source::asking::Trees;

/// The files in which services are told what to run.
const CI: [&str; 19] = [
    ".github/workflows/*.yml",
    ".github/workflows/*.yaml",
    ".gitea/workflows/*.yml",
    ".gitea/workflows/*.yaml",
    ".forgejo/workflows/*.yml",
    ".forgejo/workflows/*.yaml",
    ".gitlab-ci.yml",
    ".circleci/config.yml",
    "azure-pipelines.yml",
    "azure-pipelines.yaml",
    ".azure-pipelines/*.yml",
    ".woodpecker.yml",
    ".woodpecker/*.yml",
    ".drone.yml",
    ".cirrus.yml",
    "bitbucket-pipelines.yml",
    ".buildkite/pipeline.yml",
    ".travis.yml",
    "Jenkinsfile",
];
/// So many of them are opened.
const OPENED: usize = 200;
/// So much of one is read.
const LARGEST: u64 = 1 << 20;
/// So many are named.
const SHOWN: usize = 5;

/// What there is; `stranger` is why nothing can be said of this folder.
pub(super) fn of(grounds: &Grounds, stranger: Option<&str>, naming: &Naming<'_>) -> Guards {
    let path = grounds.first();
    let is_git = Repository::discover(path).is_some();
    if let Some(why) = stranger.filter(|_| is_git) {
        return Guards {
            hooks: Hooks::Unknown(Text::new(why)),
            dotenv: Dotenv::Unknown(Text::new(why)),
            pipelines: Pipelines {
                unknown: Some(Text::new(why)),
                ..Pipelines::default()
            },
        };
    }
    Guards {
        hooks: match is_git {
            true => gates(path),
            false => Hooks::Nothing,
        },
        dotenv: dotenv(path),
        pipelines: pipelines(path, naming),
    }
}

fn gates(path: &Path) -> Hooks {
    match hooks::checked(path) {
        Ok((Calls::Named, _)) => Hooks::Unknown(
            Text::new("a hook names aisaleaks, but whether it runs it, and stops at what it finds, is not plain: ")
                .code("aisaleaks hook status"),
        ),
        Ok((calls, said)) => Hooks::Seen {
            is_active: calls == Calls::Yes,
            said: said.trim_end_matches('.').to_owned(),
        },
        Err(problem) => {
            let first = problem.lines().next().unwrap_or_default();
            Hooks::Unknown(Text::default().code(visible(first)))
        }
    }
}

fn dotenv(path: &Path) -> Dotenv {
    let (top, is_work_tree) = top(path);
    if !is_work_tree {
        return Dotenv::Nothing;
    }
    match Trees::default().ask(&top.join(".env")) {
        None => Dotenv::Unknown(Text::new(
            "git's index cannot be read: `git check-ignore .env` tells",
        )),
        Some(known) if known.tracked => Dotenv::Tracked {
            ignored: known.ignored,
        },
        Some(known) if known.ignored => Dotenv::Ignored,
        Some(_) => Dotenv::Open,
    }
}

fn pipelines(path: &Path, naming: &Naming<'_>) -> Pipelines {
    let (top, is_work_tree) = top(path);
    if !is_work_tree {
        return Pipelines::default();
    }
    let paths = match tracked(&top) {
        Ok(paths) => paths,
        Err(why) => {
            return Pipelines {
                unknown: Some(Text::default().code(visible(&why))),
                ..Pipelines::default()
            };
        }
    };
    let signs = CI.map(|path| Sign {
        path: path.to_owned(),
        has: Vec::new(),
    });
    let is_one = |path: &&Vec<u8>| {
        // At the top alone, where services look.
        let is_file =
            |sign: &Sign| sign.fits(path) && (sign.path.contains('/') || !path.contains(&b'/'));
        signs.iter().any(is_file)
    };
    let files: Vec<&Vec<u8>> = paths.iter().filter(is_one).collect();
    let calls = |path: &&Vec<u8>| {
        let text = beginning(&top.join(plain::to_path(path)), LARGEST)?;
        let (calls, line) = hooks::of_service(&text);
        (calls != Calls::No).then(|| Calling {
            place: format!("{}:{line}", naming.bytes(path)),
            runs: calls == Calls::Yes,
        })
    };
    let told: Vec<Calling> = files.iter().take(OPENED).filter_map(calls).collect();
    let first = told.iter().find(|told| told.runs).or(told.first()).cloned();
    Pipelines {
        naming: first,
        files: Seen {
            names: files
                .iter()
                .take(SHOWN)
                .map(|path| naming.bytes(path))
                .collect(),
            total: files.len() as u64,
        },
        unknown: None,
    }
}
