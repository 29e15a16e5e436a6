//! `hook install`: writes our script, and keeps the hook that was there.

use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::found::{Found, How, moved};
use super::page::{Page, shown};
use super::place::{Here, Standing};
use super::script::{self, Spec, kept_as};
use super::tools::{self, Tool};
use super::{Asked, Hook};
use crate::git::quote;
use crate::git::replacement::Replacement;

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
    let place = here.place(hook)?;
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

/// Makes the folder if it is not there.
pub(super) fn ready(folder: &Path) -> Result<(), String> {
    if fs::metadata(folder).is_ok_and(|metadata| !metadata.is_dir()) {
        return Err(format!(
            "git looks for hooks in {}, which is no folder\n  remove it, or have core.hooksPath name another one",
            shown(folder)
        ));
    }
    fs::create_dir_all(folder).map_err(|error| refused(folder, &error))
}

/// Puts a script in the place of what is there.
pub(super) fn place(path: &Path, text: &[u8]) -> Result<(), String> {
    /// Others of us may be at work, or were stopped there.
    const TRIES: u32 = 100;
    let own = std::process::id();
    let begun = (0..TRIES).find_map(|at| {
        match Replacement::begin(path.with_file_name(format!(".aisaleaks-{own}-{at}.tmp"))) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => None,
            begun => Some(begun),
        }
    });
    let begun =
        begun.unwrap_or_else(|| Err(io::Error::other("its folder is full of unfinished files")));
    begun
        .and_then(|new| new.place(text, 0o755, path))
        .map_err(|error| refused(path, &error))
}

/// Gives a hook a second name, so that there is no moment without it; whether the first one is still there, too.
fn keep(path: &Path, kept: &Path) -> io::Result<bool> {
    let is_link = fs::symlink_metadata(path)?.is_symlink();
    #[cfg(unix)]
    if is_link {
        std::os::unix::fs::symlink(fs::read_link(path)?, kept)?;
        return Ok(true);
    }
    if !is_link && fs::hard_link(path, kept).is_ok() {
        return Ok(true);
    }
    // Not every file system has links.
    fs::rename(path, kept)?;
    Ok(false)
}

fn is_free(kept: &Path, name: &str) -> Result<(), String> {
    match fs::symlink_metadata(kept) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        _ => Err(format!(
            "{} is in the way: that name is for the hook that was there before\n  `aisaleaks hook uninstall {name}` puts it \
             back where nothing is; else move it away, or remove it",
            shown(kept)
        )),
    }
}

pub(super) fn is_intact(script: &script::Script, path: &Path) -> Result<(), String> {
    match script.is_intact {
        true => Ok(()),
        false => Err(format!(
            "{} was changed since aisaleaks wrote it\n  save what you wrote there, remove the file, and try again",
            shown(path)
        )),
    }
}

pub(super) fn refused(path: &Path, error: &io::Error) -> String {
    let remedy = match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "let this user write in that folder, or have who may do it"
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some space, and try again",
        _ => "check that folder, and try again",
    };
    format!("cannot write {}: {error}\n  {remedy}", shown(path))
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
