//! Whether this program runs in a hook, by what stands where git looks for it.

use std::path::Path;

use super::Hook;
use super::calls::{self, Calls};
use super::found::{Found, How, moved};
use super::page::shown;
use super::place::{Here, Place, Standing, husky_line};
use super::script::{Script, VERSION, kept_as};
use super::tools::Tool;
use crate::commands::programs::{in_path, is_program};

/// What is said where a text does not show it.
const UNCLEAR: &str = "whether it runs it, and stops at what it finds, is not plain";

/// What is known of one hook.
pub(super) struct State {
    pub(super) said: String,
    /// Whether git runs this program in it.
    pub(super) calls: Calls,
    /// What to do, if it is not just to install.
    pub(super) remedy: Option<String>,
}

impl State {
    /// Whether what this program finds stops git.
    pub(super) fn is_active(&self) -> bool {
        self.calls == Calls::Yes
    }
}

/// What there is of a hook, where git looks for it.
pub(super) fn state(here: &Here, place: &Place, hook: Hook) -> State {
    let name = hook.name();
    match place.standing {
        Standing::Outside | Standing::Nowhere => State {
            said: "not looked at".to_owned(),
            calls: Calls::No,
            remedy: Some("see above".to_owned()),
        },
        Standing::Husky => {
            let folder = match place.folder.ends_with("_") {
                true => place.folder.parent().unwrap_or(&place.folder),
                false => &place.folder,
            };
            let calls = match Found::at(&folder.join(name)) {
                Found::Other(text, _) => calls::of_script(&text, hook, true),
                _ => Calls::No,
            };
            State {
                said: match calls {
                    Calls::Yes => format!("husky's; .husky/{name} runs aisaleaks"),
                    Calls::Named => format!("husky's; .husky/{name} names aisaleaks; {UNCLEAR}"),
                    Calls::No => format!("husky's; .husky/{name} does not run aisaleaks"),
                },
                calls,
                remedy: Some(husky_line(hook)),
            }
        }
        Standing::Inside | Standing::Tracked | Standing::Users => {
            of_path(&place.folder, hook, Some(here))
        }
    }
}

/// What is in a folder of hooks. `here` is the repository, if it is about one.
pub(super) fn of_path(folder: &Path, hook: Hook, here: Option<&Here>) -> State {
    let name = hook.name();
    let idle = |said: String| State {
        said,
        calls: Calls::No,
        remedy: None,
    };
    match Found::at(&folder.join(name)) {
        Found::Nothing => idle("none".to_owned()),
        Found::Unusable(what) => State {
            said: what,
            calls: Calls::No,
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
        calls: match runs && how.is_executable {
            true => Calls::Yes,
            false => Calls::No,
        },
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
    let told = tool.zip(top).and_then(|(tool, top)| tool.told(top, hook));
    let moved = moved(folder, name).map(|(file, _, how)| {
        let file = file.to_string_lossy().into_owned();
        let is_legacy = tool.is_some_and(Tool::runs_legacy) && file == format!("{name}.legacy");
        (file, is_legacy && how.is_executable)
    });
    let mut remedy = None;
    let own = calls::of_script(text, hook, false);
    let (said, calls) = match (moved, told, own) {
        (Some((file, true)), ..) => (
            format!("{whose}, which runs aisaleaks' from {file}"),
            Calls::Yes,
        ),
        (_, Some((file, Calls::Yes)), _) => (
            format!("{whose}, and {file} has it run aisaleaks"),
            Calls::Yes,
        ),
        (.., Calls::Yes) => (format!("{whose}, which runs aisaleaks"), Calls::Yes),
        (Some((file, false)), None, Calls::No) => {
            remedy = Some(format!(
                "type `aisaleaks hook uninstall {name}`, then `aisaleaks hook install {name}`"
            ));
            (
                format!("{whose}, instead of aisaleaks', which is now {file} and does not run"),
                Calls::No,
            )
        }
        (_, Some((file, _)), _) => (
            format!("{whose}; {file} names aisaleaks; {UNCLEAR}"),
            Calls::Named,
        ),
        (.., Calls::Named) => (
            format!("{whose}, which names aisaleaks; {UNCLEAR}"),
            Calls::Named,
        ),
        (None, None, Calls::No) => (format!("{whose}, which does not run aisaleaks"), Calls::No),
    };
    let is_run = how.is_executable;
    State {
        said: match is_run {
            true => said,
            false => format!("{said}; not executable, so that git does not run it"),
        },
        calls: if is_run { calls } else { Calls::No },
        remedy,
    }
}
