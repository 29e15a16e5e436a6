//! `hook run`: what git and hook managers hand to a hook, as arguments, in the environment and on standard input.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Read};
use std::path::Path;
use std::time::{Duration, Instant};

use super::args::{CommonArgs, HookRunArgs, StagedArgs};
use super::resolve;
use crate::commands::exit::Exit;
use crate::commands::hooks::Hook;
use crate::commands::request::Request;
use crate::commands::scan;
use crate::control::Control;
use crate::error::{Error, Result};
use crate::git::updates::{self, Update};
use crate::git::{Repository, refs};
use crate::model::ObjectId;
use crate::pipeline::{self, Known, Push};
use crate::report::Gate;

/// A hosting service ends a hook after a while of its own, and says nothing of use then.
const SERVER_LIMIT: Duration = Duration::from_secs(30);
/// No push has so many bytes of lines: a million refs have 200 MB.
const LINES: u64 = 1 << 30;
/// What pre-commit and prek set for the hooks that they run.
const MANAGED: &str = "PRE_COMMIT";

/// Runs a hook.
pub(super) fn perform(args: HookRunArgs) -> Result<Exit> {
    // What git takes to write its lines counts, too.
    let deadline = time_limit(&args)?.and_then(|limit| Instant::now().checked_add(limit));
    let hook = args.hook;
    let mut common = args.common;
    common.quiet = true;
    let ready = |request: Request, gate| Request {
        gate: Some(gate),
        deadline,
        ..request
    };
    match hook {
        Hook::PreCommit => match managed_range() {
            Some(asked) => {
                let request = resolve::of_repository(None, &common)?;
                scan::range(ready(request, push_gate(&[])), &asked)
            }
            None => pre_commit(common, ready),
        },
        Hook::CommitMsg => {
            let Some(file) = args.args.first() else {
                let reason = "git names the file with the message, and nothing was named; run it as `aisaleaks hook run commit-msg FILE`";
                return Err(wrong(hook, reason));
            };
            let request = resolve::of_repository(None, &common)?;
            scan::message(ready(request, Gate::Message), Path::new(file))
        }
        Hook::PrePush => {
            let request = resolve::of_repository(None, &common)?;
            let push = pre_push(&request, &args.args)?;
            scan::push(ready(request, push_gate(&push.updates)), &push)
        }
        Hook::PreReceive => {
            let updates = updates::pre_receive(&lines(hook)?).map_err(|at| strange(hook, at))?;
            let known = Known::Refs;
            scan::push(
                ready(received(common)?, Gate::Receive),
                &Push { updates, known },
            )
        }
    }
}

fn pre_commit(common: CommonArgs, ready: impl FnOnce(Request, Gate) -> Request) -> Result<Exit> {
    let args = StagedArgs {
        common,
        ..StagedArgs::default()
    };
    let (mut request, index) = resolve::staged(&args)?;
    // A hook manager runs a hook without anything staged only if it was asked to check all files: it does not say so, and
    // a gate that looked at nothing must not pass for one that looked.
    request.options.whole_if_unchanged = is_set(MANAGED);
    scan::staged(ready(request, Gate::Commit), index.as_deref())
}

/// The range that a hook manager was asked to check instead of what is staged.
fn managed_range() -> Option<pipeline::Asked> {
    is_set(MANAGED).then_some(())?;
    let from = variable("PRE_COMMIT_FROM_REF")?;
    let to = variable("PRE_COMMIT_TO_REF")?;
    Some(pipeline::Asked {
        range: Some(format!("{from}..{to}")),
        may_be_behind: true,
        since: None,
    })
}

/// What git says of a push; or a hook manager, which has read git's lines itself and tells of one ref.
fn pre_push(request: &Request, args: &[OsString]) -> Result<Push> {
    let hook = Hook::PrePush;
    let remote = |name: Option<String>| Known::Remote(name.unwrap_or_default());
    let managed = variable("PRE_COMMIT_TO_REF").or_else(|| variable("PRE_COMMIT_LOCAL_BRANCH"));
    let Some(revision) = managed.filter(|_| is_set(MANAGED)) else {
        let updates = updates::pre_push(&lines(hook)?).map_err(|at| strange(hook, at))?;
        let name = args.first().map(|name| name.to_string_lossy().into_owned());
        return Ok(Push {
            updates,
            known: remote(name),
        });
    };
    let repository = pipeline::repository(&request.options)?;
    let commit = |text: &str| pipeline::commit(&repository, text, &Control::default());
    let update = Update {
        name: variable("PRE_COMMIT_REMOTE_BRANCH")
            .unwrap_or_default()
            .into_bytes(),
        old: variable("PRE_COMMIT_FROM_REF")
            .map(|text| commit(&text))
            .transpose()?,
        new: Some(commit(&revision)?),
    };
    Ok(Push {
        updates: vec![update],
        known: remote(variable("PRE_COMMIT_REMOTE_NAME")),
    })
}

/// On a server the configuration comes from the branch that HEAD names, as it is before the push, and a marker counts only
/// if that branch has the key: what is pushed must not allow itself.
fn received(mut common: CommonArgs) -> Result<Request> {
    let repository = Repository::discover(Path::new("."));
    let head = repository.map(|repository| refs::lookup(&repository, b"HEAD"));
    let config = &mut common.config;
    match head {
        _ if config.config_ref.is_some() => {}
        // A branch without a commit says nothing yet.
        Some(Ok(None)) => config.no_config = true,
        Some(Ok(Some(_)) | Err(_)) => config.config_ref = Some("HEAD".to_owned()),
        None => {}
    }
    let mut request = resolve::of_repository(None, &common)?;
    request.options.only_trusted = true;
    Ok(request)
}

fn push_gate(updates: &[Update]) -> Gate {
    let range = match updates {
        [
            Update {
                old: Some(old),
                new: Some(new),
                ..
            },
        ] => Some(format!("{}..{}", short(old), short(new))),
        _ => None,
    };
    Gate::Push { range }
}

fn short(id: &ObjectId) -> String {
    id.to_string().chars().take(12).collect()
}

/// What git writes to a hook.
fn lines(hook: Hook) -> Result<Vec<u8>> {
    if io::stdin().is_terminal() {
        let reason = "git writes the refs of a push to its standard input, which is a terminal now; let git run it, or use `aisaleaks git --range A..B`";
        return Err(wrong(hook, reason));
    }
    let mut text = Vec::new();
    let read = io::stdin().lock().take(LINES + 1).read_to_end(&mut text);
    match read {
        Ok(_) if text.len() as u64 > LINES => Err(wrong(
            hook,
            "its standard input is larger than 1 GiB; push fewer refs at once",
        )),
        Ok(_) => Ok(text),
        Err(error) => Err(wrong(
            hook,
            &format!("its standard input cannot be read: {error}; push again"),
        )),
    }
}

fn strange(hook: Hook, line: usize) -> Error {
    let reason = format!(
        "line {line} of its standard input is not one that git writes; let git run it, or hand on what git writes"
    );
    wrong(hook, &reason)
}

fn wrong(hook: Hook, reason: &str) -> Error {
    Error::Hook {
        hook: hook.name(),
        thing: match hook {
            Hook::PreCommit | Hook::CommitMsg => "commit",
            Hook::PrePush | Hook::PreReceive => "push",
        },
        reason: reason.to_owned(),
    }
}

fn time_limit(args: &HookRunArgs) -> Result<Option<Duration>> {
    match args.time_limit {
        None => Ok((args.hook == Hook::PreReceive).then_some(SERVER_LIMIT)),
        Some(seconds) => match Duration::try_from_secs_f64(seconds) {
            Ok(limit) if !limit.is_zero() => Ok(Some(limit)),
            _ => Err(wrong(
                args.hook,
                "--time-limit is a number of seconds, such as 4.5",
            )),
        },
    }
}

fn is_set(name: &str) -> bool {
    variable(name).is_some()
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
