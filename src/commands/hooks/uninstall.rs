//! `hook uninstall`: takes our script away, and puts back what was there before.

use std::fs;
use std::path::Path;

use super::found::{Found, moved};
use super::page::{Page, shown};
use super::place::Here;
use super::script::kept_as;
use super::tools::Tool;
use super::writing::{is_intact, refused};
use super::{Asked, Hook};
use crate::git::plain;

pub(super) fn uninstall(asked: &Asked, page: &mut Page) -> Result<(), String> {
    let here = Here::find(&asked.repository)?;
    let hooks: &[Hook] = match asked.hooks.is_empty() {
        true => &Hook::ALL,
        false => &asked.hooks,
    };
    let mut any = false;
    for &hook in hooks {
        match one(&here, hook, !asked.hooks.is_empty(), page) {
            Ok(done) => any |= done,
            Err(problem) => page.problem(format!("{}: not taken away: {problem}", hook.name())),
        }
    }
    if !any && page.is_quiet() {
        page.line("there is no hook of aisaleaks here");
    }
    Ok(())
}

/// Takes a hook away where git looks, and where it would look by default: ours may have been there before something led git
/// elsewhere. Whether there was one.
fn one(here: &Here, hook: Hook, is_named: bool, page: &mut Page) -> Result<bool, String> {
    let own = here.own_place();
    let place = here.place(hook)?;
    let mut any = false;
    if own.refusal(hook).is_none() {
        any = remove(&own.folder, hook, page)?;
    }
    match place.refusal(hook) {
        // What is for all repositories is taken away with --global only.
        None if place.is_shared() || place.folder == own.folder => Ok(any),
        None => Ok(remove(&place.folder, hook, page)? || any),
        // Nothing of ours was written there.
        Some(refusal) if is_named && !any => Err(refusal),
        Some(_) => Ok(any),
    }
}

/// Takes one script away; whether there was one.
pub(super) fn remove(folder: &Path, hook: Hook, page: &mut Page) -> Result<bool, String> {
    let name = hook.name();
    let path = folder.join(name);
    let kept = folder.join(kept_as(name));
    let has_kept = fs::symlink_metadata(&kept).is_ok();
    match Found::at(&path) {
        // What only runs another hook is not this hook.
        Found::Ours(script, _) if script.is_pass => Ok(false),
        Found::Ours(_, how) if how.is_link => Err(format!(
            "{} is a link to a hook of aisaleaks, which aisaleaks did not make\n  remove the link",
            shown(&path)
        )),
        Found::Ours(script, _) => {
            is_intact(&script, &path)?;
            put_back(&path, &kept, has_kept)?;
            page.line(match has_kept {
                true => format!("{name}: taken away; the hook that was there before is back"),
                false => format!("{name}: taken away"),
            });
            Ok(true)
        }
        Found::Nothing if has_kept => {
            put_back(&path, &kept, true)?;
            page.line(format!(
                "{name}: was gone already; the hook that was there before is back"
            ));
            Ok(true)
        }
        Found::Nothing => Ok(false),
        Found::Other(text, _) => moved_away(folder, name, &text, has_kept, page),
        Found::Unusable(what) => {
            page.line(format!(
                "{name}: {} {what}: it is not aisaleaks', and stays",
                shown(&path)
            ));
            Ok(false)
        }
    }
}

/// Where another tool wrote its own hook over ours.
fn moved_away(
    folder: &Path,
    name: &str,
    text: &[u8],
    has_kept: bool,
    page: &mut Page,
) -> Result<bool, String> {
    let kept = folder.join(kept_as(name));
    let whose = Tool::of(text).map_or("another hook", Tool::name);
    let Some((file, script, _)) = moved(folder, name) else {
        if has_kept {
            page.line(format!(
                "{name}: {whose} is there now instead of aisaleaks' hook; the one that was there before is still kept as {}: \
                 move it where it belongs, or remove it",
                kept_as(name)
            ));
        }
        return Ok(has_kept);
    };
    let path = folder.join(&file);
    is_intact(&script, &path)?;
    // A tool that was installed before ours and after it has its own hook kept, too.
    let is_same = has_kept && plain::read(&kept).is_ok_and(|kept| kept == text);
    if is_same {
        fs::remove_file(&kept).map_err(|error| refused(&kept, &error))?;
    }
    put_back(&path, &kept, has_kept && !is_same)?;
    page.line(format!(
        "{name}: taken away from {}, where {whose} had moved it to",
        shown(&path)
    ));
    if has_kept && !is_same {
        page.line("  the hook that was there before is back in its place");
    }
    Ok(true)
}

/// Puts the kept hook in the place of ours; without one, only removes ours.
fn put_back(path: &Path, kept: &Path, has_kept: bool) -> Result<(), String> {
    let done = match has_kept {
        true => fs::rename(kept, path),
        false => fs::remove_file(path),
    };
    done.map_err(|error| refused(path, &error))
}
