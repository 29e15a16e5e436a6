//! `hook install`: writes our script, and keeps the hook that was there.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::found::{Found, How, is_gate, moved};
use super::page::{Page, shown};
use super::place::{Here, Standing};
use super::script::{self, Spec, kept_as};
use super::tools::{self, Tool};
use super::writing::{is_free, is_intact, keep, place, ready, refused};
use super::{Asked, Hook};
use crate::git::quote;

/// Where, and how, scripts are written.
pub(super) struct Target<'a> {
    pub(super) folder: &'a Path,
    pub(super) program: Option<&'a Path>,
    pub(super) args: &'a [OsString],
    pub(super) is_global: bool,
}

pub(super) fn install(asked: &Asked, args: &[OsString], page: &mut Page) -> Result<(), String> {
    let here = Here::find(&asked.repository)?;
    let program = own_program()?;
    let fitting: &[Hook] = match here.is_bare {
        true => &[Hook::PreReceive],
        false => &[Hook::PreCommit, Hook::PrePush],
    };
    let hooks = match asked.hooks.is_empty() {
        true => fitting,
        false => &asked.hooks,
    };
    for &hook in hooks {
        if let Err(problem) = one(&here, hook, &program, args, page) {
            page.problem(format!("{}: not installed: {problem}", hook.name()));
        }
    }
    Ok(())
}

fn one(
    here: &Here,
    hook: Hook,
    program: &Path,
    args: &[OsString],
    page: &mut Page,
) -> Result<(), String> {
    let mut place = here.place(hook)?;
    if place.is_shared() {
        if is_gate(&place.folder, hook) {
            let name = hook.name();
            page.line(format!(
                "{name}: already installed for all repositories, in {}",
                shown(&place.folder)
            ));
            return Ok(());
        }
        // What is there runs the repository's own hooks.
        place = here.own_place();
    }
    if let Some(refusal) = place.refusal(hook) {
        return Err(refusal);
    }
    let is_tracked = place.standing == Standing::Tracked;
    let target = Target {
        folder: &place.folder,
        // Others get the script, too: this machine's path is nothing to them.
        program: Some(program).filter(|_| !is_tracked),
        args,
        is_global: false,
    };
    write(&target, hook, page)?;
    if is_tracked {
        page.line(
            "  git tracks this folder: commit the hook, so that others have it, and let them have aisaleaks in PATH",
        );
    }
    if place.standing == Standing::Users {
        page.line(format!(
            "  git looks there in other repositories, too ({})",
            place.why()
        ));
    }
    match hook {
        Hook::PreReceive if !here.is_bare => page.line(
            "  it runs when somebody pushes into this repository, which is rarely done where there is a work tree; \
             `hook install pre-push` is for pushes from here",
        ),
        Hook::PreCommit | Hook::CommitMsg if here.is_bare => page.line(
            "  no commits are made in a bare repository: it runs in the work trees that are linked to it",
        ),
        _ => {}
    }
    Ok(())
}

/// Writes one script, and says so.
pub(super) fn write(target: &Target<'_>, hook: Hook, page: &mut Page) -> Result<(), String> {
    ready(target.folder)?;
    let name = hook.name();
    let path = target.folder.join(name);
    let kept = target.folder.join(kept_as(name));
    let mut args = target.args;
    let before;
    let said = match Found::at(&path) {
        Found::Ours(script, how) if how.is_link && !script.is_pass => {
            return Err(format!(
                "{} is a link to a hook of aisaleaks\n  nothing is missing; to have a script of its own here, remove the link",
                shown(&path)
            ));
        }
        Found::Ours(script, _) => {
            is_intact(&script, &path)?;
            let first = if script.is_pass {
                "installed"
            } else {
                "already installed, and written anew"
            };
            before = script.args;
            args = given(args, &before);
            place(&path, &text(target, hook, args, &kept))?;
            format!("{name}: {first} in {}", shown(target.folder))
        }
        Found::Nothing => {
            is_free(&kept, name)?;
            place(&path, &text(target, hook, target.args, &kept))?;
            format!("{name}: installed in {}", shown(target.folder))
        }
        Found::Other(other, how) => return beside(target, hook, &other, how, page),
        Found::Unusable(what) => {
            return Err(format!(
                "{} {what}\n  move it away or remove it, and try again",
                shown(&path)
            ));
        }
    };
    page.line(said);
    tell_args(args, page);
    Ok(())
}

fn tell_args(args: &[OsString], page: &mut Page) {
    if !args.is_empty() {
        let quoted = args.iter().map(|arg| quote::quoted(arg.as_encoded_bytes()));
        let quoted = quoted.collect::<Vec<_>>().join(&b' ');
        page.line(format!("  with {}", String::from_utf8_lossy(&quoted)));
    }
}

/// Writes a script where another hook is, which is kept and runs first.
fn beside(
    target: &Target<'_>,
    hook: Hook,
    other: &[u8],
    how: How,
    page: &mut Page,
) -> Result<(), String> {
    let name = hook.name();
    let path = target.folder.join(name);
    let kept = target.folder.join(kept_as(name));
    let tool = Tool::of(other);
    if let (Some(tool), Some((file, script, _))) = (tool, moved(target.folder, name))
        && tool.runs_legacy()
        && file == *format!("{name}.legacy")
    {
        // To chain to a tool that runs us would go round in a circle.
        let path = target.folder.join(&file);
        is_intact(&script, &path)?;
        let args = given(target.args, &script.args);
        place(&path, &text(target, hook, args, &kept))?;
        page.line(format!(
            "{name}: already installed, and written anew in {}, where {} moved it to and runs it",
            shown(&path),
            tool.name()
        ));
        tell_args(args, page);
        return Ok(());
    }
    is_free(&kept, name)?;
    let is_linked = keep(&path, &kept).map_err(|error| refused(&kept, &error))?;
    if let Err(problem) = place(&path, &text(target, hook, target.args, &kept)) {
        // As it was before.
        drop(match is_linked {
            true => fs::remove_file(&kept),
            false => fs::rename(&kept, &path),
        });
        return Err(problem);
    }
    page.line(format!("{name}: installed in {}", shown(target.folder)));
    tell_args(target.args, page);
    page.line(match how.is_executable {
        true => format!("  the hook that was there is kept as {}, and runs first", kept_as(name)),
        false => format!(
            "  the hook that was there is kept as {}; it is not executable, so that it does not run, as before",
            kept_as(name)
        ),
    });
    if tools::asks_its_name(other) {
        page.line("  it seems to ask for its own name, which is another one now: see whether it still works");
    }
    if let Some(tool) = tool {
        page.line(format!("  {} wrote it", tool.name()));
        if let Some(advice) = tool.advice(hook) {
            page.line(format!("  {advice}"));
        }
    }
    Ok(())
}

/// The arguments that were given now; else those that the script has.
fn given<'a>(now: &'a [OsString], before: &'a [OsString]) -> &'a [OsString] {
    if now.is_empty() { before } else { now }
}

fn text(target: &Target<'_>, hook: Hook, args: &[OsString], kept: &Path) -> Vec<u8> {
    let is_managed = match Found::at(kept) {
        Found::Other(text, _) => Tool::of(&text).is_some_and(Tool::runs_legacy),
        _ => false,
    };
    script::gate(&Spec {
        hook,
        program: target.program,
        args,
        is_global: target.is_global,
        is_managed,
    })
}

/// This program's path, for the script.
pub(super) fn own_program() -> Result<PathBuf, String> {
    let found = std::env::current_exe().map_err(|error| error.to_string());
    let found = found.and_then(|path| match path.is_file() {
        true => Ok(path),
        false => Err(format!("{} is gone", shown(&path))),
    });
    found.map_err(|reason| {
        format!("cannot tell where this program is: {reason}\n  run it by its full path")
    })
}
