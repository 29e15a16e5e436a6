//! `hook status`: where git looks for hooks, what is there, and what that means.

use std::path::Path;

use super::calls::Calls;
use super::found::is_gate;
use super::global::Folder;
use super::page::{Page, shown};
use super::place::Here;
use super::state::{State, of_path, state};
use super::{Asked, Hook};

/// Tells all; whether a hook of ours is active.
pub(super) fn status(asked: &Asked, page: &mut Page) -> Result<bool, String> {
    if asked.global {
        return of_all(asked, page);
    }
    let here = Here::find(&asked.repository)?;
    let own = here.own_place().folder;
    let mut told = None;
    let mut states = Vec::new();
    for hook in asked_for(asked) {
        let place = here.place(hook)?;
        let state = state(&here, &place, hook);
        let is_shared = place.is_shared();
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
        if !is_shared && told.as_ref() != Some(&own) && is_gate(&own, hook) {
            let own = shown(&own);
            page.line(format!(
                "  {:12} aisaleaks' hook is in {own}, too, where git does not look",
                ""
            ));
        }
        states.push((hook, state));
    }
    for_all(told.as_deref(), page);
    page.line(summary(&states, here.is_bare));
    Ok(states.iter().any(|(_, state)| state.is_active()))
}

fn asked_for(asked: &Asked) -> impl Iterator<Item = Hook> {
    let hooks = asked.hooks.clone();
    let all = Hook::ALL.into_iter();
    all.filter(move |hook| hooks.is_empty() || hooks.contains(hook))
}

/// In one line what hooks check in a repository, with what to do about the rest, and whether one stops a commit or a push: `Named` if
/// that is not plain.
///
/// # Errors
/// It cannot be said where git looks for hooks: why, and what to do.
pub(in crate::commands) fn checked(repository: &Path) -> Result<(Calls, String), String> {
    let here = Here::find(repository)?;
    let mut states = Vec::new();
    for hook in Hook::ALL {
        let place = here.place(hook)?;
        states.push((hook, state(&here, &place, hook)));
    }
    let gates = states
        .iter()
        .filter(|(hook, _)| matters(*hook, here.is_bare));
    let calls = gates.map(|(_, state)| state.calls).max();
    Ok((calls.unwrap_or(Calls::No), summary(&states, here.is_bare)))
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
        if state.is_active() {
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

/// The last line: what is checked, what is not, and what to type.
fn summary(states: &[(Hook, State)], is_bare: bool) -> String {
    let checked = states.iter().filter(|(_, state)| state.is_active());
    let checked: Vec<&str> = checked.map(|(hook, _)| subject(*hook)).collect();
    let missing: Vec<&(Hook, State)> = states
        .iter()
        .filter(|(hook, state)| {
            !state.is_active() && (matters(*hook, is_bare) || states.len() == 1)
        })
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

/// Whether a hook stops what would leave this repository, or come into it.
fn matters(hook: Hook, is_bare: bool) -> bool {
    match is_bare {
        true => hook == Hook::PreReceive,
        false => matches!(hook, Hook::PreCommit | Hook::PrePush),
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
