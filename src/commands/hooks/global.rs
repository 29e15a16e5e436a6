//! Hooks for every repository of the user: `core.hooksPath` in the user's own configuration leads git to them.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::found::{Found, is_gate};
use super::install::{self, Target, own_program};
use super::page::{Page, shown};
use super::place::{HOOKS_PATH, OWN, husky_line, real};
use super::uninstall::remove;
use super::writing::{is_intact, place, refused};
use super::{Asked, Hook, script};
use crate::git::config::{self, Config, Scope, Setting, edit};

/// The hooks of githooks(5) that a folder named by `core.hooksPath` hides. Those whose mere presence changes what git does
/// (`push-to-checkout`, `proc-receive`) are not among them, nor is the one that git finds by another setting
/// (`fsmonitor-watchman`).
pub(super) const HIDDEN: [&str; 25] = [
    "applypatch-msg",
    "pre-applypatch",
    "post-applypatch",
    "pre-commit",
    "pre-merge-commit",
    "prepare-commit-msg",
    "commit-msg",
    "post-commit",
    "pre-rebase",
    "post-checkout",
    "post-merge",
    "pre-push",
    "pre-receive",
    "update",
    "reference-transaction",
    "post-receive",
    "post-update",
    "pre-auto-gc",
    "post-rewrite",
    "sendemail-validate",
    "post-index-change",
    "p4-changelist",
    "p4-prepare-changelist",
    "p4-post-changelist",
    "p4-pre-submit",
];

/// The user's folder of hooks.
pub(super) struct Folder {
    pub(super) path: PathBuf,
    /// What names it; `None` if nothing does yet.
    pub(super) setting: Option<Setting>,
    /// Whether it is one that this program makes, for its own hooks.
    pub(super) is_ours: bool,
}

impl Folder {
    /// The folder that the user's configuration names; else the one that this program would make.
    pub(super) fn find() -> Result<Self, String> {
        let config = Config::of_user();
        if let Some(unread) = config.unread.first() {
            let place = unread.file.as_deref();
            let place = place.map_or_else(|| "the environment".to_owned(), shown);
            return Err(format!(
                "cannot use your git configuration: {place}: {}\n  correct it, and try again",
                unread.reason
            ));
        }
        // What the environment says holds for a moment only.
        let lasting = |scope| matches!(scope, Scope::System | Scope::User);
        let Some(setting) = config.last_of(HOOKS_PATH, lasting) else {
            let path = default_folder().ok_or(
                "cannot tell where your configuration is: neither XDG_CONFIG_HOME nor HOME is set\n  set HOME, and try again",
            )?;
            return Ok(Self {
                path,
                setting: None,
                is_ours: true,
            });
        };
        let file = setting.file.as_deref().unwrap_or(Path::new(""));
        let named = format!("core.hooksPath in {}", shown(file));
        let path = config.path(setting);
        let path = path.map_err(|reason| format!("{named}: {reason}"))?;
        if !path.is_absolute() {
            return Err(format!(
                "{named} is {}, another folder in each repository\n  install in each of them: aisaleaks hook install",
                shown(&path)
            ));
        }
        let is_ours = path.ends_with(OWN);
        Ok(Self {
            path: real(&path).unwrap_or(path),
            setting: Some(setting.clone()),
            is_ours,
        })
    }

    /// Which of these hooks are ours here.
    pub(super) fn gates(&self) -> Vec<Hook> {
        let all = Hook::ALL.into_iter();
        all.filter(|&hook| is_gate(&self.path, hook)).collect()
    }
}

/// Our folder in the user's for configuration.
fn default_folder() -> Option<PathBuf> {
    let named = |name: &str| {
        let folder = PathBuf::from(std::env::var_os(name)?);
        folder.is_absolute().then_some(folder)
    };
    let home = || Some(named("HOME")?.join(".config"));
    let folder = match cfg!(windows) {
        true => named("XDG_CONFIG_HOME").or_else(|| named("APPDATA")),
        false => named("XDG_CONFIG_HOME").or_else(home),
    };
    Some(folder?.join(OWN))
}

pub(super) fn install(asked: &Asked, args: &[OsString], page: &mut Page) -> Result<(), String> {
    if asked.hooks.contains(&Hook::PreReceive) {
        return Err(
            "pre-receive: not installed: it runs on a server, in the repository that is pushed into\n  go into that \
             repository, and type: aisaleaks hook install pre-receive"
                .to_owned(),
        );
    }
    let folder = Folder::find()?;
    if folder.path.ends_with(".husky") || folder.path.ends_with(".husky/_") {
        let path = shown(&folder.path);
        let line = husky_line(Hook::PreCommit);
        return Err(format!(
            "not installed: husky manages {path}\n  in each repository, {line}"
        ));
    }
    let program = own_program()?;
    let hooks = match asked.hooks.is_empty() {
        true => &[Hook::PreCommit, Hook::PrePush],
        false => &asked.hooks[..],
    };
    let target = Target {
        folder: &folder.path,
        program: Some(&program),
        args,
        is_global: folder.is_ours,
    };
    let mut is_whole = true;
    for &hook in hooks {
        if let Err(problem) = install::write(&target, hook, page) {
            page.problem(format!("{}: not installed: {problem}", hook.name()));
            is_whole = false;
        }
    }
    if folder.is_ours && is_whole {
        passes(&folder.path, page)?;
        lead_here(&folder, page)?;
    }
    Ok(())
}

/// Writes the scripts that run what each repository has itself.
fn passes(folder: &Path, page: &mut Page) -> Result<(), String> {
    for name in HIDDEN {
        let path = folder.join(name);
        match Found::at(&path) {
            Found::Nothing => place(&path, &script::pass(name))?,
            Found::Ours(script, _) if script.is_pass && script.is_intact => {
                place(&path, &script::pass(name))?;
            }
            Found::Ours(script, _) if !script.is_pass => {}
            _ => page.line(format!(
                "  {} is not aisaleaks': it stays, and no repository's own {name} runs",
                shown(&path)
            )),
        }
    }
    Ok(())
}

fn lead_here(folder: &Folder, page: &mut Page) -> Result<(), String> {
    if folder.setting.is_none() {
        let file = config::user_file().ok_or(
            "core.hooksPath is not set: GIT_CONFIG_GLOBAL names no file\n  let it name your configuration, and try again",
        )?;
        let value = folder.path.to_string_lossy();
        let value = match cfg!(windows) {
            true => value.replace('\\', "/").into_bytes(),
            false => folder.path.as_os_str().as_encoded_bytes().to_vec(),
        };
        edit::set_hooks_path(&file, &value).map_err(|reason| {
            format!(
                "core.hooksPath is not set in {}: {reason}\n  or type: git config --global core.hooksPath {}",
                shown(&file),
                shown(&folder.path)
            )
        })?;
        page.line(format!(
            "core.hooksPath in {} leads git there",
            shown(&file)
        ));
    }
    page.line("Each repository's own .git/hooks run from there, too, but where a repository sets core.hooksPath itself.");
    page.line(
        "Tools that write hooks, such as pre-commit, may refuse while core.hooksPath is set.",
    );
    Ok(())
}

pub(super) fn uninstall(asked: &Asked, page: &mut Page) -> Result<(), String> {
    let folder = Folder::find()?;
    let hooks: &[Hook] = match asked.hooks.is_empty() {
        true => &Hook::ALL,
        false => &asked.hooks,
    };
    let remaining = folder.gates();
    let remaining = remaining.iter().any(|hook| !hooks.contains(hook));
    let strangers = strangers(&folder);
    let goes = folder.is_ours && !remaining && strangers.is_empty();
    if let Some(setting) = folder.setting.as_ref().filter(|_| goes) {
        lead_away(setting, page)?;
    }
    let mut any = false;
    for &hook in hooks {
        match remove(&folder.path, hook, page) {
            Ok(done) => any |= done,
            Err(problem) => page.problem(format!("{}: not taken away: {problem}", hook.name())),
        }
    }
    if goes {
        clear(&folder.path)?;
    } else if folder.is_ours && folder.path.is_dir() {
        // What each repository has itself must run on.
        passes(&folder.path, page)?;
    }
    if folder.is_ours && !remaining && !strangers.is_empty() {
        page.line(format!(
            "{} holds hooks that aisaleaks did not write ({}), so that core.hooksPath stays; move them away, and try again",
            shown(&folder.path),
            strangers.join(", ")
        ));
    }
    if !any && page.is_quiet() {
        page.line("there is no hook of aisaleaks for all repositories");
    }
    Ok(())
}

/// What is in our folder and not ours.
fn strangers(folder: &Folder) -> Vec<String> {
    let entries = fs::read_dir(&folder.path).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter(
            |entry| !matches!(Found::at(&entry.path()), Found::Ours(script, _) if script.is_intact),
        )
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn lead_away(setting: &Setting, page: &mut Page) -> Result<(), String> {
    let (Some(file), Some(value)) = (&setting.file, &setting.value) else {
        return Ok(());
    };
    edit::unset_hooks_path(file, value).map_err(|reason| {
        format!(
            "nothing was taken away, because core.hooksPath in {} could not be: {reason}\n  type: git config --global --unset \
             core.hooksPath, and try again",
            shown(file)
        )
    })?;
    page.line(format!(
        "core.hooksPath is no longer set in {}",
        shown(file)
    ));
    Ok(())
}

/// Removes what passes to the repositories' own hooks, and the folder.
fn clear(folder: &Path) -> Result<(), String> {
    for name in HIDDEN {
        let path = folder.join(name);
        if let Found::Ours(script, _) = Found::at(&path) {
            is_intact(&script, &path)?;
            fs::remove_file(&path).map_err(|error| refused(&path, &error))?;
        }
    }
    // They stay where something else is in them.
    drop(fs::remove_dir(folder));
    if let Some(above) = folder.parent() {
        drop(fs::remove_dir(above));
    }
    Ok(())
}
