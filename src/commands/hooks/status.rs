//! `hook status`: where git looks for hooks, what is there, and what that means.

use std::path::{Path, PathBuf};

use super::found::{Found, How, is_executable, moved};
use super::global::Folder;
use super::page::{Page, shown};
use super::place::{Here, Place, Standing, husky_line};
use super::script::{Script, VERSION, kept_as};
use super::tools::{Tool, runs_us};
use super::{Asked, Hook};

/// What is known of one hook.
struct State {
    said: String,
    /// Whether git runs this program in it.
    is_active: bool,
    /// What to do, if it is not just to install.
    remedy: Option<String>,
}

/// Tells all; whether a hook of ours is active.
pub(super) fn status(asked: &Asked, page: &mut Page) -> Result<bool, String> {
    if asked.global {
        return of_all(asked, page);
    }
    let here = Here::find(&asked.repository)?;
    let mut told = None;
    let mut states = Vec::new();
    for hook in asked_for(asked) {
        let place = here.place(hook)?;
        let state = state(&here, &place, hook);
        if told.as_ref() != Some(&place.folder) {
            page.line(format!(
                "git looks for hooks in {} ({})",
                shown(&place.folder),
                place.why()
            ));
            if let Some(refusal) = place.refusal(hook) {
                refusal
                    .lines()
                    .for_each(|line| page.line(format!("  {}", line.trim())));
            }
            told = Some(place.folder);
        }
        page.line(format!("  {:12} {}", hook.name(), state.said));
        states.push((hook, state));
    }
    for_all(told.as_deref(), page);
    page.line(summary(&states, here.is_bare));
    Ok(states.iter().any(|(_, state)| state.is_active))
}

fn asked_for(asked: &Asked) -> impl Iterator<Item = Hook> {
    let hooks = asked.hooks.clone();
    let all = Hook::ALL.into_iter();
    all.filter(move |hook| hooks.is_empty() || hooks.contains(hook))
}

/// What there is for all repositories, and whether it counts here, where git looks in `folder`.
fn for_all(folder: Option<&Path>, page: &mut Page) {
    let all = match Folder::find() {
        Ok(all) => all,
        Err(problem) => {
            page.line("for all repositories: cannot tell");
            return problem
                .lines()
                .for_each(|line| page.line(format!("  {}", line.trim())));
        }
    };
    let gates: Vec<&str> = all.gates().into_iter().map(Hook::name).collect();
    page.line(match (&all.setting, gates.is_empty()) {
        (None, _) | (_, true) => "for all repositories: no hook of aisaleaks".to_owned(),
        (Some(_), false) if folder == Some(&all.path) => {
            format!("for all repositories: the same ({})", gates.join(", "))
        }
        (Some(_), false) => format!(
            "for all repositories: {} in {}, but not here, where git looks elsewhere",
            gates.join(", "),
            shown(&all.path)
        ),
    });
}

/// Only what there is for all repositories.
fn of_all(asked: &Asked, page: &mut Page) -> Result<bool, String> {
    let folder = Folder::find()?;
    let Some(setting) = &folder.setting else {
        page.line(
            "core.hooksPath is not set for all repositories: git looks in each one's .git/hooks",
        );
        page.line(
            "Nothing is checked for all repositories: type `aisaleaks hook install --global`.",
        );
        return Ok(false);
    };
    let file = setting.file.as_deref().unwrap_or(Path::new(""));
    page.line(format!(
        "git looks for hooks in {} (core.hooksPath in {})",
        shown(&folder.path),
        shown(file)
    ));
    let mut active = Vec::new();
    for hook in asked_for(asked).filter(|&hook| hook != Hook::PreReceive) {
        let state = of_path(&folder.path, hook, None);
        page.line(format!("  {:12} {}", hook.name(), state.said));
        if state.is_active {
            active.push(subject(hook));
        }
    }
    page.line(match active.is_empty() {
        true => "Nothing is checked for all repositories: type `aisaleaks hook install --global`."
            .to_owned(),
        false => format!(
            "{} in every repository that does not set core.hooksPath itself.",
            are_checked(&active)
        ),
    });
    Ok(!active.is_empty())
}

fn state(here: &Here, place: &Place, hook: Hook) -> State {
    let name = hook.name();
    match place.standing {
        Standing::Outside | Standing::Nowhere => State {
            said: "not looked at".to_owned(),
            is_active: false,
            remedy: Some("see above".to_owned()),
        },
        Standing::Husky => {
            let folder = match place.folder.ends_with("_") {
                true => place.folder.parent().unwrap_or(&place.folder),
                false => &place.folder,
            };
            let is_active =
                matches!(Found::at(&folder.join(name)), Found::Other(text, _) if runs_us(&text));
            State {
                said: match is_active {
                    true => format!("husky's; .husky/{name} runs aisaleaks"),
                    false => format!("husky's; .husky/{name} does not run aisaleaks"),
                },
                is_active,
                remedy: Some(husky_line(hook)),
            }
        }
        Standing::Inside | Standing::Tracked | Standing::Users => {
            of_path(&place.folder, hook, Some(here))
        }
    }
}

/// What is in a folder of hooks. `here` is the repository, if it is about one.
fn of_path(folder: &Path, hook: Hook, here: Option<&Here>) -> State {
    let name = hook.name();
    let idle = |said: String| State {
        said,
        is_active: false,
        remedy: None,
    };
    match Found::at(&folder.join(name)) {
        Found::Nothing => idle("none".to_owned()),
        Found::Unusable(what) => State {
            said: what,
            is_active: false,
            remedy: Some(format!(
                "remove {name}, then type `aisaleaks hook install {name}`"
            )),
        },
        Found::Ours(script, _) if script.is_pass => {
            let Some(here) = here else {
                return idle("passes to each repository's own hook".to_owned());
            };
            let own = here.repository.common_dir.join("hooks");
            // A folder that leads back here would never end.
            let is_same = own.canonicalize().ok().as_deref() == Some(folder);
            let state = match is_same {
                true => idle("none".to_owned()),
                false => of_path(&own, hook, None),
            };
            State {
                said: format!("passes to the repository's own hook: {}", state.said),
                ..state
            }
        }
        Found::Ours(script, how) => ours(folder, hook, &script, how),
        Found::Other(text, how) => other(folder, hook, &text, how, here),
    }
}

fn ours(folder: &Path, hook: Hook, script: &Script, how: How) -> State {
    let mut said = vec!["aisaleaks".to_owned()];
    if script.version != VERSION {
        said.push(format!("version {} of its script", script.version));
    }
    if !script.is_intact {
        said.push("changed by hand".to_owned());
    }
    let in_path = || in_path("aisaleaks");
    let (program, runs) = match (&script.program, in_path()) {
        (Some(program), _) if is_program(program) => (format!("runs {}", shown(program)), true),
        (Some(program), Some(other)) => (
            format!(
                "{} is not there, so that it runs {}",
                shown(program),
                shown(&other)
            ),
            true,
        ),
        (None, Some(other)) => (format!("runs {} from PATH", shown(&other)), true),
        (Some(program), None) => (
            format!(
                "{} is not there, nor is aisaleaks in PATH: everything is stopped",
                shown(program)
            ),
            false,
        ),
        (None, None) => (
            "aisaleaks is not in PATH: everything is stopped".to_owned(),
            false,
        ),
    };
    said.push(program);
    let kept = kept_as(hook.name());
    match Found::at(&folder.join(&kept)) {
        Found::Nothing => {}
        Found::Other(text, how) if how.is_executable => {
            let whose = Tool::of(&text).map(|tool| format!(" ({})", tool.name()));
            said.push(format!("{kept}{} runs first", whose.unwrap_or_default()));
        }
        _ => said.push(format!("{kept} is kept, and does not run")),
    }
    if !how.is_executable {
        said.push("not executable, so that git does not run it".to_owned());
    }
    State {
        said: said.join("; "),
        is_active: runs && how.is_executable,
        remedy: None,
    }
}

fn other(folder: &Path, hook: Hook, text: &[u8], how: How, here: Option<&Here>) -> State {
    let name = hook.name();
    let tool = Tool::of(text);
    let whose = match tool {
        Some(tool) => format!("that of {}", tool.name()),
        None => "another one".to_owned(),
    };
    let top = here.and_then(|here| here.top.as_deref());
    let naming = tool.zip(top).and_then(|(tool, top)| tool.naming_file(top));
    let (said, is_active) = match (moved(folder, name), naming) {
        (Some((file, ..)), _) => {
            let file_name = file.to_string_lossy().into_owned();
            let runs = tool.is_some_and(Tool::runs_legacy) && file_name == format!("{name}.legacy");
            let moved = Found::at(&folder.join(&file));
            let runs = runs && matches!(moved, Found::Ours(_, how) if how.is_executable);
            match runs {
                true => (
                    format!("{whose}, which runs aisaleaks' from {file_name}"),
                    true,
                ),
                false => (
                    format!(
                        "{whose}, instead of aisaleaks', which is now {file_name} and does not run"
                    ),
                    false,
                ),
            }
        }
        (None, Some(file)) => (format!("{whose}; {file} names aisaleaks"), true),
        (None, None) if runs_us(text) => (format!("{whose}, which runs aisaleaks"), true),
        (None, None) => (format!("{whose}, which does not run aisaleaks"), false),
    };
    let is_run = how.is_executable;
    State {
        said: match is_run {
            true => said,
            false => format!("{said}; not executable, so that git does not run it"),
        },
        is_active: is_active && is_run,
        remedy: None,
    }
}

/// The last line: what is checked, what is not, and what to type.
fn summary(states: &[(Hook, State)], is_bare: bool) -> String {
    let matters = |hook: Hook| match is_bare {
        true => hook == Hook::PreReceive,
        false => matches!(hook, Hook::PreCommit | Hook::PrePush),
    };
    let checked = states.iter().filter(|(_, state)| state.is_active);
    let checked: Vec<&str> = checked.map(|(hook, _)| subject(*hook)).collect();
    let missing: Vec<&(Hook, State)> = states
        .iter()
        .filter(|(hook, state)| !state.is_active && (matters(*hook) || states.len() == 1))
        .collect();
    let mut remedies: Vec<String> = Vec::new();
    let to_install = missing.iter().filter(|(_, state)| state.remedy.is_none());
    let to_install: Vec<&str> = to_install.map(|(hook, _)| hook.name()).collect();
    if !to_install.is_empty() {
        let names = to_install.join(" ");
        remedies.push(format!("type `aisaleaks hook install {names}`"));
    }
    for (_, state) in &missing {
        let remedy = state.remedy.iter().filter(|it| !remedies.contains(it));
        let remedy: Vec<String> = remedy.cloned().collect();
        remedies.extend(remedy);
    }
    let remedies = remedies.join("; ");
    let subjects: Vec<&str> = missing.iter().map(|(hook, _)| subject(*hook)).collect();
    match (checked.is_empty(), subjects.is_empty()) {
        (true, _) => format!("Nothing is checked: {remedies}."),
        (false, true) => format!("{}.", are_checked(&checked)),
        (false, false) => format!(
            "{}. Not checked: {}: {remedies}.",
            are_checked(&checked),
            subjects.join(", ")
        ),
    }
}

fn subject(hook: Hook) -> &'static str {
    match hook {
        Hook::PreCommit => "commits",
        Hook::CommitMsg => "messages of commits",
        Hook::PrePush => "pushes",
        Hook::PreReceive => "pushes into this repository",
    }
}

fn are_checked(subjects: &[&str]) -> String {
    format!("Checked: {}", subjects.join(", "))
}

/// Where PATH has a program, as the script would find it.
fn in_path(program: &str) -> Option<PathBuf> {
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let folders = std::env::var_os("PATH")?;
    let paths = std::env::split_paths(&folders).filter(|folder| folder.is_absolute());
    let mut paths = paths.map(|folder| folder.join(&name));
    paths.find(|path| is_program(path))
}

fn is_program(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|file| is_executable(&file))
}
