//! What is added beside the files: `.env` to `.gitignore`, and the variables to `.env.example`.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::Request;
use super::change::{self, Change, with};
use super::planning::Plan;
use crate::git::Repository;
use crate::source::asking::Trees;

/// Adds it to the plan.
pub(super) fn add(plan: &mut Plan, request: &Request) {
    let variables: Vec<String> = plan.variables().into_keys().map(str::to_owned).collect();
    let (top, is_work_tree) = top(&request.path);
    let is_written = request.env && !plan.kept().is_empty();
    if is_work_tree && (!variables.is_empty() || plan.has_dotenv || is_written) {
        ignore(plan, &top);
    }
    if variables.is_empty() {
        return;
    }
    let path = top.join(".env.example");
    let missing = |text: &str| -> Vec<String> {
        let missing = variables.iter().filter(|name| !gives(text, name));
        missing.cloned().collect()
    };
    edit(plan, path, ".env.example", |text| {
        (Vec::new(), missing(text))
    });
}

/// The top of the work tree that the path is in, and whether it is one; else the folder itself.
pub(in crate::commands) fn top(path: &Path) -> (PathBuf, bool) {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let folder = match path.is_dir() {
        true => path.clone(),
        false => path.parent().unwrap_or(&path).to_path_buf(),
    };
    let mut above = folder.ancestors();
    let has_tree = |at: &&Path| at.join(".git").exists() && Repository::at(at).is_some();
    match above.find(has_tree) {
        Some(top) => (top.to_path_buf(), true),
        None => (folder, false),
    }
}

/// Has git ignore `.env`, if it does not.
fn ignore(plan: &mut Plan, top: &Path) {
    let Some(known) = Trees::default().ask(&top.join(".env")) else {
        plan.notes.push(
            "what git tracks cannot be told, so that .gitignore was left alone: see that it has a line `.env`".to_owned(),
        );
        return;
    };
    if known.tracked {
        plan.notes.push(
            "git tracks .env: `git rm --cached .env` ends that, and what was committed stays in the history".to_owned(),
        );
    }
    if !known.ignored {
        edit(plan, top.join(".gitignore"), ".gitignore", |_| {
            (vec![".env".to_owned()], Vec::new())
        });
    }
}

/// Whether a dotenv file gives a variable, or names it in a comment.
fn gives(text: &str, name: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start_matches(['#', ' ', '\t']);
        let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
        let rest = line.strip_prefix(name);
        rest.is_some_and(|rest| rest.trim_start().starts_with('='))
    })
}

/// Adds lines and variables at the end of a file, which is made if there is none.
fn edit(
    plan: &mut Plan,
    path: PathBuf,
    shown: &str,
    lines: impl FnOnce(&str) -> (Vec<String>, Vec<String>),
) {
    let planned = plan.changes.iter_mut().find(|change| change.path == path);
    if let Some(change) = planned {
        let (lines, variables) = lines(&change.after);
        change.after = with(&change.after, &lines);
        change.variables = variables;
        return;
    }
    let before = match fs::symlink_metadata(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
        Ok(metadata) => match change::why_not(&path, &metadata) {
            Some(why) => Err(why),
            None => fs::read_to_string(&path)
                .map(Some)
                .map_err(|error| error.to_string()),
        },
    };
    let before = match before {
        Ok(before) => before,
        Err(why) => {
            let (lines, variables) = lines("");
            let variables = variables.into_iter().map(|name| format!("{name}="));
            let lines: Vec<String> = lines.into_iter().chain(variables).collect();
            plan.notes.push(format!(
                "{shown} was left alone ({why}): add {}",
                lines.join(", ")
            ));
            return;
        }
    };
    let text = before.as_deref().unwrap_or_default();
    let (lines, variables) = lines(text);
    if !lines.is_empty() || !variables.is_empty() {
        let after = with(text, &lines);
        plan.changes.push(Change {
            path,
            name: shown.as_bytes().to_vec(),
            shown: shown.to_owned(),
            before,
            after,
            variables,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_gives_is_known() {
        for (text, expected) in [
            ("A=1\n", true),
            ("# A=\n", true),
            ("export A = x\n", true),
            ("AB=1\n", false),
            ("B=A\n", false),
        ] {
            assert_eq!(gives(text, "A"), expected, "{text}");
        }
    }
}
