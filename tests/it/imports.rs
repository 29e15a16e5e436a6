//! Holds imports to one direction, so that the design cannot rot unseen:
//! `cli > commands > pipeline > { source, detect, attribute, assess, verify, report, fix } > { rules, git, archive, baseline } > { model, control, error }`.

use std::fs;
use std::path::{Path, PathBuf};

/// Each layer may import those after it, never itself: stages do not know each other.
const LAYERS: [&[&str]; 6] = [
    &["cli"],
    &["commands"],
    &["pipeline"],
    &[
        "source",
        "detect",
        "attribute",
        "assess",
        "verify",
        "report",
        "fix",
    ],
    &["rules", "git", "archive", "baseline"],
    &["model", "control", "error"],
];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// What is wrong with the imports of a source file, whose path is relative to `src` and has `/` between its parts.
fn violations(path: &str, text: &str) -> Vec<String> {
    let mut modules: Vec<&str> = path.trim_end_matches(".rs").split('/').collect();
    if modules.last() == Some(&"mod") {
        modules.pop();
    }
    let own = modules[0];
    let code = code_of(text);
    if own == "lib" {
        return Vec::new();
    }
    if own == "main" {
        return named_after(&code, "aisaleaks::")
            .into_iter()
            .filter(|name| name != "cli")
            .map(|name| format!("{path}: main may name cli only, not {name}"))
            .collect();
    }
    let Some(own_layer) = layer(own) else {
        return vec![format!(
            "{path}: the module {own} has no layer in {LAYERS:?}"
        )];
    };
    // As many `super::` as the file is deep lead to the root of the crate.
    let up = "super::".repeat(modules.len());
    let mut named = named_after(&code, "crate::");
    named.extend(named_after(&code, &up));
    named
        .into_iter()
        .filter(|name| name != own)
        .filter_map(|name| match layer(&name) {
            Some(other) if other > own_layer || other == LAYERS.len() - 1 => None,
            Some(_) => Some(format!("{path}: {own} must not import {name}")),
            // A macro or a re-export at the root would hide where an import leads.
            None => Some(format!("{path}: {name} has no layer in {LAYERS:?}")),
        })
        .collect()
}

/// The text without its comments and without whitespace, up to its tests.
fn code_of(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    text.lines()
        .flat_map(|line| line.split("//").next())
        .flat_map(|line| line.split_whitespace().chain(["\n"]))
        .fold(String::new(), |mut code, word| {
            // One space keeps `use crate` two words; inside a path or a group there is none to keep.
            let tight = |c: char| !(c.is_alphanumeric() || c == '_');
            let glue = code.ends_with(tight) || word.starts_with(tight);
            if word != "\n" {
                if !glue && !code.is_empty() {
                    code.push(' ');
                }
                code.push_str(word);
            }
            code
        })
}

/// The first names of all paths that start with `root`, those in `root{…}` groups too.
fn named_after(code: &str, root: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices(root) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = &code[at + root.len()..];
        match rest.strip_prefix('{') {
            Some(group) => names.extend(group_members(group).iter().map(|m| first_name(m))),
            None => names.push(first_name(rest)),
        }
    }
    names.retain(|name| !name.is_empty() && name != "self" && name != "super");
    names
}

/// The parts of a `{…}` group between the commas that are not in a group inside it.
fn group_members(group: &str) -> Vec<&str> {
    let mut members = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            '}' => {
                members.push(&group[start..at]);
                break;
            }
            ',' if depth == 0 => {
                members.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    members
}

fn first_name(path: &str) -> String {
    let end = path
        .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '*'))
        .unwrap_or(path.len());
    path[..end].to_owned()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder of sources can be read") {
        let path = entry.expect("its entries too").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn imports_point_one_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files.sort();
    assert!(files.len() > 10, "too few sources in {}", root.display());
    let mut wrong = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("sources are UTF-8");
        let inside = file.strip_prefix(&root).expect("found under src");
        let parts: Vec<_> = inside.iter().map(|p| p.to_string_lossy()).collect();
        wrong.extend(violations(&parts.join("/"), &text));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_planted_violation_is_found() {
    for (path, text) in [
        ("report/json.rs", "use crate::detect::Detector;"),
        ("report/json.rs", "use crate::pipeline;"),
        ("report/json.rs", "fn f() { crate::source::files::walk() }"),
        (
            "report/json.rs",
            "use crate::{\n    model::{Key, Mask},\n    cli,\n};",
        ),
        ("report/json.rs", "use super::super::detect;"),
        ("report/mod.rs", "use super::detect;"),
        ("report/json.rs", "pub(crate) use crate :: verify :: X;"),
        ("model/key.rs", "use crate::git::Pack;"),
        ("git/pack.rs", "use crate::rules::Rule;"),
        ("control.rs", "use super::pipeline::run;"),
        ("report/json.rs", "use crate::*;"),
        ("helpers.rs", ""),
        ("main.rs", "use aisaleaks::pipeline;"),
    ] {
        assert_eq!(violations(path, text).len(), 1, "{path}: {text}");
    }
}

#[test]
fn what_the_design_allows_is_not_a_violation() {
    for (path, text) in [
        ("report/json.rs", "use crate::model::Key; use super::Shown;"),
        ("report/json.rs", "use crate::report::Options;"),
        (
            "source/history.rs",
            "use crate::{git::Pack, control::Control};",
        ),
        ("pipeline.rs", "use crate::{detect, source, report};"),
        ("control.rs", "use crate::error::Error;"),
        ("report/json.rs", "// crate::cli\n/// [`crate::detect`]\n"),
        (
            "report/json.rs",
            "#[cfg(test)]\nmod tests { use crate::detect; }",
        ),
        ("git/pack.rs", "use othercrate::cli;"),
        ("main.rs", "fn main() { aisaleaks::cli::run() }"),
        ("lib.rs", "pub mod cli;"),
    ] {
        assert_eq!(violations(path, text), [""; 0], "{path}: {text}");
    }
}
