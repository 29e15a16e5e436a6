//! The commands of a plan, in the order in which they are run. Each stands for itself, whatever the current folder, and fails if
//! what it is for cannot be done, so that a shell that stops at errors (`sh -e`) stops before harm.

use super::folder::{REFLOGS, REPLACEMENTS, STRIPPED};
use super::scene::{Remote, Scene};

/// What is to be done, and how.
pub(super) struct Step {
    pub(super) text: String,
    pub(super) commands: Vec<String>,
    /// What is to be done for it, one by one.
    pub(super) parts: Vec<Part>,
}

/// A part of a step.
pub(super) struct Part {
    pub(super) text: &'static str,
    pub(super) commands: Vec<String>,
}

impl Step {
    pub(super) fn new(text: impl Into<String>, commands: Vec<String>) -> Self {
        Self {
            text: text.into(),
            commands,
            parts: Vec::new(),
        }
    }

    /// One for which there is no command.
    fn words(text: impl Into<String>) -> Self {
        Self::new(text, Vec::new())
    }

    pub(super) fn of_parts(text: &str, parts: Vec<Part>) -> Self {
        Self {
            parts,
            ..Self::words(text)
        }
    }
}

impl Scene {
    /// All of it.
    pub(super) fn steps(&self) -> Vec<Step> {
        let Some(folder) = &self.folder else {
            return self.collecting();
        };
        let mut steps = vec![self.tools()];
        steps.extend(self.guards());
        if !self.remotes.is_empty() {
            steps.push(Step::words(
                "Have everyone push what they have, and stop pushing until this is done.",
            ));
        }
        let copies = (1..).zip(&self.remotes);
        let copies =
            copies.map(|(number, remote)| (format!("{folder}/remote-{number}.git"), remote));
        let copies: Vec<(String, &Remote)> = copies.collect();
        for (copy, remote) in &copies {
            steps.extend([self.copied(copy, remote), self.prove(copy)]);
        }
        // Only when all of them are right.
        steps.extend(copies.iter().map(|(copy, remote)| pushed(copy, remote)));
        if self.has_more_remotes {
            steps.push(Step::words(
                "There are more remotes, or some whose names cannot be printed: rewrite each in the same way before you fetch from it.",
            ));
        }
        if !self.skipped.is_empty() {
            steps.push(Step::words(format!(
                "Left as they are: {}. Tell whoever owns them. Their branches go from here: make your own of those that you want. What is \
                 fetched from there brings the keys back: until they are gone there, do not.",
                named(&self.skipped)
            )));
        }
        match self.is_cut {
            true => steps.push(Step::words(
                "Save what is only here (commits, stashes, changes, files that git ignores). Then delete this clone, of which a part of the \
                 history is missing, and clone anew.",
            )),
            false => steps.extend(self.in_place(folder)),
        }
        steps.extend(self.outer.as_ref().map(|outer| {
            Step::new(
                "This is a submodule: the repository around it names its commits, which have other ids now. Record the new one there, \
                 and commit that; what is older there names commits that are not there any more:",
                vec![format!("git -C {outer} add -- {}", self.top)],
            )
        }));
        if !self.remotes.is_empty() {
            steps.push(Step::words(
                "Every other clone: delete it and clone anew. Who merges or pushes the old history brings the key back.",
            ));
            steps.push(Step::words(
                "Ask the host to drop what no push reaches. GitHub keeps pull requests' refs (refs/pull/, whose push it rejects), \
                 cached views and forks: its support removes them, and asks for the first changed commits, which \
                 git-filter-repo printed. GitLab: Settings > Repository > Repository maintenance. Your own server: git gc --prune=now.",
            ));
        }
        steps.push(Step::new(
            "Last, delete the files of this plan, and the copies with the keys:",
            vec![format!("rm -rf -- {folder}")],
        ));
        steps
    }

    /// What rewrites a repository.
    fn rewrite(&self, folder: &str, at: &str, more: &str) -> String {
        let mut command = format!(
            "(cd {at} && git -c submodule.recurse=false -c safe.bareRepository=all filter-repo --force --sensitive-data-removal --preserve-commit-hashes \
             --prune-empty never --prune-degenerate never{more}"
        );
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
        let is_copy = at != self.top;
        let hint = match is_copy {
            true => {
                ". If it has a key that is only there, fetch the ref with it here, and make a new plan"
            }
            false => "",
        };
        let borrowed = "1 as long as the repository whose objects it uses (alternates) has the key";
        let why = match self.fails {
            "" if self.borrows && !is_copy => borrowed,
            why => why,
        };
        Step::new(
            match why {
                "" => format!("{text}{hint}:"),
                why => {
                    format!("{text}{hint}. It is {why}: go on then only if that may stay:")
                }
            },
            vec![format!("{} {at}", self.proof)],
        )
    }

    /// What this takes.
    fn tools(&self) -> Step {
        let text = match self.has_filter_repo {
            true => {
                "See that git-filter-repo is 2.47 or newer (from PyPI: pipx install git-filter-repo):"
            }
            false => {
                "git-filter-repo is not on PATH. Install it, 2.47 or newer (from PyPI: pipx install git-filter-repo; it needs Python), and \
                 see that git finds it:"
            }
        };
        Step::new(
            text,
            vec![
                "git filter-repo -h | grep -e --sensitive-data-removal >/dev/null".to_owned(),
                format!("{} --version >/dev/null", self.program),
            ],
        )
    }

    fn copied(&self, copy: &str, remote: &Remote) -> Step {
        let (folder, top) = (self.folder.as_deref().unwrap_or_default(), &self.top);
        let name = &remote.name;
        Step::new(
            format!("The remote {name}: rewrite a fresh copy of where it is pushed to."),
            vec![
                format!(
                    "(cd {top} && git clone --mirror --no-local -o origin -- \"$(git remote get-url --push -- {name})\" {copy})"
                ),
                self.rewrite(folder, copy, ""),
                keep_notes(copy, copy),
            ],
        )
    }

    /// What rewrites this repository itself.
    fn in_place(&self, folder: &str) -> Vec<Step> {
        let top = &self.top;
        let mut steps = Vec::new();
        steps.push(Step::new(
            "Keep a copy until all is proven (it has the keys; the last command deletes it):",
            vec![format!("cp -Rp {} {folder}/backup.git", self.git_dir)],
        ));
        if !self.worktrees.is_empty() {
            let remove = |at: &String| format!("git -C {top} worktree remove {at}");
            steps.push(Step::new(
                "Remove the linked work trees:",
                self.worktrees.iter().map(remove).collect(),
            ));
        }
        steps.push(self.rewriting(folder));
        steps.extend(self.remotes.iter().map(|remote| {
            Step::new(
                format!(
                    "Fetch the rewritten branches of {}. The first command fails if they are not those that were pushed: then it is fetched from \
                     another place, which has to be rewritten, too:",
                    remote.name
                ),
                {
                    let name = &remote.name;
                    let heads = format!("git -C {top} ls-remote --heads --");
                    let pushed = format!("\"$(git -C {top} remote get-url --push -- {name})\"");
                    vec![
                        format!("test \"$({heads} {name})\" = \"$({heads} {pushed})\""),
                        format!("git -C {top} fetch --no-prune --no-tags -- {name}"),
                    ]
                },
            )
        }));
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
        let named = || self.remotes.iter().chain(&self.skipped);
        if self.has_more_remotes || named().next().is_some() {
            // Else it makes a branch of each, and the old ones stay.
            let of_remotes: Vec<String> = match self.has_more_remotes {
                true => vec!["refs/remotes".to_owned()],
                false => named().map(|remote| remote.refs.clone()).collect(),
            };
            commands.push(format!(
                "git -C {top} for-each-ref --format='delete %(refname)' {} | git -C {top} update-ref --no-deref --stdin",
                of_remotes.join(" ")
            ));
        }
        commands.extend(self.remains());
        commands.push(self.rewrite(folder, top, " --no-fetch"));
        if self.has_notes {
            commands.push(keep_notes(top, &self.git_dir));
        }
        if self.has_stashes && self.replaces {
            // It keeps the messages of stashes, as they were.
            let log = format!("{}/logs/refs/stash", self.git_dir);
            commands.push(format!(
                "(test ! -f {log} || (sed -E -f {folder}/{REFLOGS} {log} >{folder}/stash && cat {folder}/stash >{log}))"
            ));
        }
        Step::new(
            "Rewrite it. Reflogs and what no ref leads to go, too:",
            commands,
        )
    }

    /// What deletes texts that git keeps beside its objects.
    fn remains(&self) -> Vec<String> {
        let git_dir = &self.git_dir;
        let mut commands = vec![
            // The message of the last commit, for whoever edits it again.
            format!("rm -f -- {git_dir}/COMMIT_EDITMSG {git_dir}/worktrees/*/COMMIT_EDITMSG"),
            // Both sides of conflicts, as they were when somebody resolved them.
            format!("rm -rf -- {git_dir}/rr-cache"),
        ];
        if self.is_bare {
            // One that once had a work tree has its index still, which keeps objects.
            commands.push(format!("rm -f -- {git_dir}/index"));
        }
        commands
    }

    /// Where no ref leads to a key, nothing has to be rewritten.
    fn collecting(&self) -> Vec<Step> {
        let top = &self.top;
        if !self.collects {
            return Vec::new();
        }
        let mut commands = self.remains();
        commands.extend([
            // With --expire=now the stashes would go, too.
            format!(
                "git -C {top} -c gc.reflogExpire=now -c gc.reflogExpireUnreachable=now reflog expire --all"
            ),
            format!("git -C {top} gc --prune=now --quiet"),
        ]);
        let collect = Step::new(
            "No ref leads to what can be taken out. Let git collect it (what reflogs keep goes, too):",
            commands,
        );
        let mut parts = vec![self.kept_there(), self.kept()];
        if !self.is_bare {
            parts.insert(0, self.staged());
        }
        parts.retain(|part| !part.commands.is_empty());
        let kept = Step::of_parts(
            "See that git would collect it. A command fails where it would not:",
            parts,
        );
        vec![kept, collect, self.prove(top)]
    }
}

/// What takes a copy to its remote.
fn pushed(copy: &str, remote: &Remote) -> Step {
    Step::new(
        format!(
            "Push it. This overwrites the branches, tags and notes of {}, where rules that protect branches have to let you:",
            remote.name
        ),
        // A host rejects what it makes itself, such as refs/pull/, and with it whatever is pushed in one go.
        vec![format!(
            "git -C {copy} -c safe.bareRepository=all -c remote.origin.mirror=false -c push.gpgSign=false push --force origin 'refs/heads/*:refs/heads/*' \
             'refs/tags/*:refs/tags/*' 'refs/notes/*:refs/notes/*'"
        )],
    )
}

fn named(remotes: &[Remote]) -> String {
    let names: Vec<&str> = remotes.iter().map(|remote| remote.name.as_str()).collect();
    names.join(", ")
}

/// What has notes follow their commits: git-filter-repo leaves them at the old ones, and keeps a list of both. The old ones stay, as
/// those of tags do not follow.
fn keep_notes(at: &str, git_dir: &str) -> String {
    format!(
        "git -C {at} -c safe.bareRepository=all for-each-ref --format='%(refname)' refs/notes | while read -r ref; do \
         sed -e 1d -e '/ 0*$/d' {git_dir}/filter-repo/commit-map | git -C {at} -c safe.bareRepository=all notes --ref \"$ref\" copy --force --stdin; done"
    )
}
