//! The commands of a plan, in the order in which they are run. Each stands for itself, whatever the current folder, and fails if
//! what it is for cannot be done, so that a shell that stops at errors (`sh -e`) stops before harm.

use std::path::Path;

use crate::detect::Detector;
use crate::git::quote;
use crate::model::Mask;
use crate::report::sanitize::visible;

/// Remotes that get commands of their own.
pub(super) const REMOTES: usize = 5;
/// The file for `--replace-text` and `--replace-message`.
pub(super) const REPLACEMENTS: &str = "replacements.txt";
/// The file for `--strip-blobs-with-ids`.
pub(super) const STRIPPED: &str = "strip-blobs.txt";

/// What is to be done, and how.
pub(super) struct Step {
    pub(super) text: String,
    pub(super) commands: Vec<String>,
}

/// What the commands are about. Words are quoted for a shell.
pub(super) struct Scene {
    /// Where git works on the repository itself.
    pub(super) top: String,
    /// Its git directory.
    pub(super) git_dir: String,
    /// Whether it has no work tree.
    pub(super) is_bare: bool,
    /// Whether not all of its history is here.
    pub(super) is_cut: bool,
    /// The folder with the files; `None` if nothing is rewritten.
    pub(super) folder: Option<String>,
    /// Whether texts are replaced.
    pub(super) replaces: bool,
    /// Whether files are taken out.
    pub(super) strips: bool,
    /// Whether git-filter-repo has been there before.
    pub(super) was_rewritten: bool,
    /// The remotes that get commands.
    pub(super) remotes: Vec<String>,
    /// How many there are.
    pub(super) all_remotes: usize,
    /// The linked work trees that are there.
    pub(super) worktrees: Vec<String>,
    /// Whether git knows of linked work trees, there or not.
    pub(super) has_worktrees: bool,
    /// Whether there are notes.
    pub(super) has_notes: bool,
    /// Whether there are keys to which no ref leads.
    pub(super) collects: bool,
    /// What proves that nothing is left, before the name of a repository.
    pub(super) proof: String,
    /// Why the proof fails even if all goes well; empty if it does not.
    pub(super) fails: &'static str,
}

/// A text as one word of a shell; `None` if it cannot be shown as it is.
pub(super) fn word(text: &[u8], detector: &Detector) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._/-".contains(&byte);
    if text.is_empty() || visible(text) != text || detector.mask_name(text) != text {
        return None;
    }
    match text.bytes().all(is_plain) && !text.starts_with('-') {
        true => Some(text.to_owned()),
        false => String::from_utf8(quote::quoted(text.as_bytes())).ok(),
    }
}

/// The same for a path.
pub(super) fn path_word(path: &Path, detector: &Detector) -> Option<String> {
    word(path.as_os_str().as_encoded_bytes(), detector)
}

impl Scene {
    /// All of it.
    pub(super) fn steps(&self) -> Vec<Step> {
        let Some(folder) = &self.folder else {
            return self.collecting();
        };
        let mut steps = vec![Step {
            text: "See that git-filter-repo is there, 2.47 or newer (from PyPI: pipx install git-filter-repo; it needs Python and git):"
                .to_owned(),
            commands: vec![
                "git filter-repo -h | grep -e --sensitive-data-removal >/dev/null".to_owned(),
            ],
        }];
        if !self.remotes.is_empty() {
            steps.push(words(
                "Have everyone push what they have, and stop pushing until this is done.",
            ));
        }
        for (number, remote) in (1..).zip(&self.remotes) {
            steps.extend(self.of_remote(&format!("{folder}/remote-{number}.git"), remote));
        }
        if self.all_remotes > self.remotes.len() {
            steps.push(words(
                "There are more remotes, or some whose names cannot be printed: rewrite each in the same way before you fetch from it.",
            ));
        }
        match self.is_cut {
            true => steps.push(words(
                "Delete this clone, of which a part of the history is missing, and clone anew.",
            )),
            false => steps.extend(self.in_place(folder)),
        }
        if !self.remotes.is_empty() {
            steps.push(words(
                "Every other clone: delete it and clone anew. Who merges or pushes the old history brings the key back.",
            ));
            steps.push(words(
                "Ask the host to drop what no push reaches. GitHub keeps pull requests' refs (refs/pull/, whose push it rejects), \
                 cached views and forks: its support removes them, and asks for the first changed commits, which \
                 git-filter-repo printed. GitLab: Settings > Repository > Repository maintenance. Your own server: git gc --prune=now.",
            ));
        }
        steps.push(Step {
            text: "Last, delete the files of this plan, and the copies with the keys:".to_owned(),
            commands: vec![format!("rm -rf -- {folder}")],
        });
        steps
    }

    /// What rewrites a repository.
    fn rewrite(&self, folder: &str, at: &str, more: &str) -> String {
        let mut command =
            format!("(cd {at} && git filter-repo --force --sensitive-data-removal{more}");
        if self.replaces {
            let file = format!("{folder}/{REPLACEMENTS}");
            command.push_str(&format!(" --replace-text {file} --replace-message {file}"));
        }
        if self.strips {
            command.push_str(&format!(" --strip-blobs-with-ids {folder}/{STRIPPED}"));
        }
        command + ")"
    }

    fn prove(&self, at: &str) -> Step {
        let text = "Prove that it is gone: exit status 0, unreachable objects included";
        Step {
            text: match self.fails {
                "" => format!("{text}:"),
                why => {
                    format!("{text}. It is {why}: go on then only if that may stay:")
                }
            },
            commands: vec![format!("{} {at}", self.proof)],
        }
    }

    fn of_remote(&self, copy: &str, remote: &str) -> Vec<Step> {
        let (folder, top) = (self.folder.as_deref().unwrap_or_default(), &self.top);
        vec![
            Step {
                text: format!(
                    "The remote {remote}: rewrite a fresh copy. (Where you may not push, leave this out and tell the owner.)"
                ),
                commands: vec![
                    format!(
                        "(cd {top} && git clone --mirror --no-local -- \"$(git remote get-url -- {remote})\" {copy})"
                    ),
                    self.rewrite(folder, copy, ""),
                    keep_notes(copy, copy),
                ],
            },
            self.prove(copy),
            Step {
                text: format!(
                    "Push it. This overwrites every branch and tag of {remote}, where rules that protect branches have to let you:"
                ),
                commands: vec![format!("git -C {copy} push --force --mirror origin")],
            },
        ]
    }

    /// What rewrites this repository itself.
    fn in_place(&self, folder: &str) -> Vec<Step> {
        let top = &self.top;
        let mut steps = Vec::new();
        if !self.is_bare {
            steps.push(Step {
                text: "This repository: commit or discard what git status shows, as the files are written anew:".to_owned(),
                commands: vec![format!(
                    "test -z \"$(git -C {top} status --porcelain --untracked-files=no)\""
                )],
            });
        }
        if self.has_worktrees {
            let remove = |at: &String| format!("git -C {top} worktree remove {at}");
            let mut commands = vec![format!("git -C {top} worktree prune")];
            commands.extend(self.worktrees.iter().map(remove));
            steps.push(Step {
                text: "Remove the linked work trees; git refuses where something is not committed:"
                    .to_owned(),
                commands,
            });
        }
        steps.push(Step {
            text: "Keep a copy until all is proven (it has the keys; the last command deletes it):"
                .to_owned(),
            commands: vec![format!("cp -Rp {} {folder}/backup.git", self.git_dir)],
        });
        steps.push(self.rewriting(folder));
        if !self.remotes.is_empty() {
            let remotes = self.remotes.iter();
            steps.push(Step {
                text: "Fetch the rewritten branches:".to_owned(),
                commands: remotes
                    .map(|remote| format!("git -C {top} fetch --prune -- {remote}"))
                    .collect(),
            });
        }
        steps.push(self.prove(top));
        steps
    }

    fn rewriting(&self, folder: &str) -> Step {
        let top = &self.top;
        let mut commands = Vec::new();
        if self.was_rewritten {
            // It would take the old run for the first half of this one.
            commands.push(format!(
                "mv {}/filter-repo {folder}/earlier-run",
                self.git_dir
            ));
        }
        if self.all_remotes > 0 {
            // Else it makes a branch of each, and the old ones stay.
            commands.push(format!(
                "git -C {top} for-each-ref --format='delete %(refname)' refs/remotes | git -C {top} update-ref --no-deref --stdin"
            ));
        }
        commands.push(self.rewrite(folder, top, " --no-fetch"));
        if self.has_notes {
            commands.push(keep_notes(top, &self.git_dir));
        }
        if !self.is_bare {
            // The message of the last commit, for whoever edits it again.
            commands.push(format!("rm -f -- {}/COMMIT_EDITMSG", self.git_dir));
        }
        Step {
            text: "Rewrite it. Reflogs and what no ref leads to go, too:".to_owned(),
            commands,
        }
    }

    /// Where no ref leads to a key, nothing has to be rewritten.
    fn collecting(&self) -> Vec<Step> {
        let top = &self.top;
        if !self.collects {
            return Vec::new();
        }
        let collect = Step {
            text: "No ref leads to what can be taken out. Let git collect it (what reflogs keep goes, too):".to_owned(),
            commands: vec![
                format!("git -C {top} reflog expire --expire=now --all"),
                format!("git -C {top} gc --prune=now --quiet"),
            ],
        };
        vec![collect, self.prove(top)]
    }
}

/// What has notes follow their commits: git-filter-repo leaves them at the old ones, and keeps a list of both.
fn keep_notes(at: &str, git_dir: &str) -> String {
    format!(
        "git -C {at} for-each-ref --format='%(refname)' refs/notes | while read -r ref; do \
         sed -e 1d -e '/ 0*$/d' {git_dir}/filter-repo/commit-map | git -C {at} notes --ref \"$ref\" copy --force --stdin && \
         git -C {at} notes --ref \"$ref\" prune; done"
    )
}

fn words(text: &str) -> Step {
    Step {
        text: text.to_owned(),
        commands: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_or_refused() {
        let detector = Detector::new(Vec::new());
        for (text, expected) in [
            (&b"/a/b-1.git"[..], Some("/a/b-1.git")),
            (b"a b", Some("'a b'")),
            (b"$(x)'", Some("'$(x)'\\'''")),
            (b"-x", Some("'-x'")),
            (b"", None),
            (b"a\nb", None),
            (b"\xff", None),
            ("a\u{202e}b".as_bytes(), None),
        ] {
            assert_eq!(word(text, &detector).as_deref(), expected, "{text:?}");
        }
    }
}
