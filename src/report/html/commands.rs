//! The steps for one key, with the commands that belong to them. What a command names comes from the input: it is quoted for a
//! shell, and where that cannot be shown as it is, there is no command.

use maud::{Markup, html};

use super::{Page, keys};
use crate::git::quote;
use crate::model::{Key, Location, Note, Origin, Reachable};
use crate::report::{liveness, sanitize, steps};

/// Commands about files that are listed.
const FILES: usize = 5;
/// Hexadecimal digits of a fingerprint that commands are given.
const DIGITS: usize = 16;
/// What the steps name, and what people want to go to.
const CONSOLE: &str = "https://console.aisa.one";

/// What commands are for, and the commands.
type Commands = (&'static str, Vec<String>);

impl Page<'_> {
    pub(super) fn steps(&self, key: &Key) -> Markup {
        let steps = steps::of(std::slice::from_ref(key));
        let last = steps.len();
        html! {
            ol.steps {
                @for (step, nth) in steps.iter().zip(1..) {
                    li {
                        (linked(step))
                        @if nth == 1 { (list(knowing(key))) }
                        @if nth == last { (list(self.cleaning(key))) }
                    }
                }
            }
        }
    }

    fn cleaning(&self, key: &Key) -> Vec<Commands> {
        let any = |is: fn(&Location) -> bool| key.locations.iter().any(is);
        let mut all = Vec::new();
        let untracked = self.untracking(key);
        if !untracked.is_empty() {
            all.push((
                "Take out of git what is not for it, in the folder that was scanned:",
                untracked,
            ));
        }
        let in_history =
            |at: &Location| matches!(at.reachable, Some(Reachable::Refs | Reachable::Stash));
        // What is told by a random key is another fingerprint in the next run.
        if key.secret.is_aisa() && any(in_history) {
            all.push((
                "Out of the history: this writes what git-filter-repo needs, and says what to do in which order (every commit since gets another id):",
                vec![format!("aisaleaks purge-plan --key {}", start(key))],
            ));
        }
        if any(|at| at.reachable == Some(Reachable::Stash)) {
            all.push((
                "Look for the stash that has it, and drop that:",
                vec!["git stash list".to_owned()],
            ));
        }
        if any(|at| matches!(at.reachable, Some(Reachable::None | Reachable::Reflog))) {
            all.push((
                "What no ref leads to stays until git collects it:",
                vec!["git reflog expire --expire=now --all && git gc --prune=now".to_owned()],
            ));
        }
        all
    }

    /// Dotenv files that git tracks.
    fn untracking(&self, key: &Key) -> Vec<String> {
        let is_one = |at: &&Location| {
            let is_here = at.origin == Origin::Worktree && at.tracked == Some(true);
            is_here && at.member.is_empty() && at.notes.contains(&Note::DotenvTracked)
        };
        let paths = key
            .locations
            .iter()
            .filter(is_one)
            .filter_map(|at| at.path.as_deref());
        let mut paths: Vec<&[u8]> = paths.collect();
        paths.dedup();
        let words = paths
            .into_iter()
            .filter_map(|path| Some((path, self.word(path)?)));
        let lines = words.map(|(path, word)| {
            // Of a pathspec these mean something (gitglossary, "pathspec").
            let literal = match path.iter().any(|byte| b":*?[\\".contains(byte)) {
                true => "--literal-pathspecs ",
                false => "",
            };
            format!("git {literal}rm --cached -- {word}")
        });
        lines.take(FILES).collect()
    }

    /// A path as one word of a shell; `None` if it is not shown as it is.
    fn word(&self, path: &[u8]) -> Option<String> {
        let (text, is_intact) = self.shown.path(path);
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"._/-".contains(byte);
        if !is_intact || sanitize::visible(&text) != text || text.as_bytes() != path {
            return None;
        }
        match path.iter().all(is_plain) {
            true => Some(text),
            false => String::from_utf8(quote::quoted(path)).ok(),
        }
    }
}

/// What tells more about it.
fn knowing(key: &Key) -> Vec<Commands> {
    let mut all = Vec::new();
    if let Some(commit) = keys::first(key) {
        all.push((
            "What brought it, and what used it then:",
            vec![format!("git show {}", commit.id)],
        ));
    }
    if key.secret.is_aisa() {
        all.push((
            "Why it counts, place by place:",
            vec![format!("aisaleaks explain {}", start(key))],
        ));
    }
    let is_open = liveness::is_told(&key.verdict) && !key.verdict.state.is_dead();
    if is_open && key.secret.is_aisa() {
        all.push((
            "Once it is revoked, ask again:",
            vec!["aisaleaks scan --verify .".to_owned()],
        ));
    }
    all
}

/// A fingerprint, as far as it tells a key from others.
fn start(key: &Key) -> String {
    let fingerprint = key.secret.fingerprint();
    fingerprint.chars().take("sha256:".len() + DIGITS).collect()
}

/// A step, with AIsa's console as a link.
fn linked(step: &str) -> Markup {
    // A step for a terminal goes on in an indented line.
    let step = step.split_whitespace().collect::<Vec<_>>().join(" ");
    html! {
        @match step.split_once(CONSOLE) {
            Some((before, after)) => { (before) a href=(CONSOLE) rel="noreferrer" { (CONSOLE) } (after) }
            None => { (step) }
        }
    }
}

fn list(all: Vec<Commands>) -> Markup {
    html! {
        @for (what, lines) in all {
            p.what { (what) }
            @if !lines.is_empty() {
                pre.commands { @for line in lines { code { (line) } "\n" } }
            }
        }
    }
}
