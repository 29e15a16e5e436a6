//! What has to hold before anything is rewritten or pushed: what would be lost, or stop the rest half way.

use super::scene::Scene;
use super::script::{Part, Step};

/// What git keeps in its directory while something is under way (gitrepository-layout, git-rebase, git-bisect).
const UNDER_WAY: &str =
    "rebase-merge rebase-apply sequencer MERGE_HEAD CHERRY_PICK_HEAD REVERT_HEAD BISECT_LOG";

impl Scene {
    /// Commands that fail where something would be lost, or stay. One that cannot tell fails, too.
    pub(super) fn guards(&self) -> Vec<Step> {
        let mut parts = Vec::new();
        if !self.is_bare {
            parts.extend(self.unfinished());
        }
        parts.extend([self.replaced(), self.stale(), self.kept()]);
        parts.retain(|part| !part.commands.is_empty());
        let text = "See that nothing would be lost here, or stay. A command fails where something would; its line says what helps:";
        let mut steps = vec![Step::of_parts(text, parts)];
        if !self.worktrees.is_empty() {
            steps.push(self.linked());
        }
        steps
    }

    /// Work that is under way, or that git hides.
    fn unfinished(&self) -> [Part; 3] {
        let (top, git_dir) = (&self.top, &self.git_dir);
        let changes = format!("git -C {top} status --porcelain --untracked-files=no");
        let hidden = format!("git -C {top} ls-files -v | sed -n '/^[a-zS] /p'");
        [
            Part {
                text: "Changes that are not committed: commit them, or `git stash`.",
                commands: vec![empty(&changes)],
            },
            Part {
                text: "Files whose changes git does not see (skip-worktree, assume-unchanged): `git update-index --no-skip-worktree \
                       --no-assume-unchanged FILE`; in a sparse checkout `git sparse-checkout disable`.",
                commands: vec![empty(&hidden)],
            },
            Part {
                text: "A merge, rebase, cherry-pick, revert or bisect: finish it, or end it with --abort.",
                commands: vec![format!(
                    "test -z \"$(cd {git_dir} && ls -d {UNDER_WAY} 2>/dev/null)\""
                )],
            },
        ]
    }

    fn replaced(&self) -> Part {
        let (top, git_dir) = (&self.top, &self.git_dir);
        Part {
            text: "Replaced commits and grafts, which would become a part of the history: `git replace -d COMMIT`, or delete the file.",
            commands: vec![
                empty(&format!("git -C {top} for-each-ref refs/replace")),
                format!("test ! -s {git_dir}/info/grafts"),
            ],
        }
    }

    fn stale(&self) -> Part {
        let top = &self.top;
        let stale =
            |remote: &String| empty(&format!("git -C {top} remote prune --dry-run -- {remote}"));
        Part {
            text: "Branches that a remote has not any more: make your own of those that you want, and `git fetch --prune`.",
            commands: self
                .remotes
                .iter()
                .chain(&self.skipped)
                .map(stale)
                .collect(),
        }
    }

    /// Commands that fail where git would not collect all that no ref leads to (git-repack, git-gc).
    pub(super) fn kept(&self) -> Part {
        let (top, git_dir) = (&self.top, &self.git_dir);
        Part {
            text: "Packs that git was told to keep: delete their .keep files, and `git config --unset gc.bigPackThreshold`.",
            commands: vec![
                format!("test -z \"$(cd {git_dir} && ls objects/pack | sed -n '/[.]keep$/p')\""),
                format!("test -z \"$(git -C {top} config gc.bigPackThreshold)\""),
            ],
        }
    }

    fn linked(&self) -> Step {
        let each = |at: &String| {
            [
                format!("git -C {at} rev-list -1 HEAD --not --branches --tags --remotes"),
                format!("git -C {at} status --porcelain --ignored"),
            ]
            .map(|command| empty(&command))
        };
        Step::new(
            "Linked work trees will be removed: make a branch of commits that are on none, commit what is not, and move away what git \
             ignores there:",
            self.worktrees.iter().flat_map(each).collect(),
        )
    }
}

/// Whether a command ends well and says nothing. A shell that stops at errors does not stop within `&&`, but at the parentheses.
fn empty(command: &str) -> String {
    format!("(said=$({command}) && test -z \"$said\")")
}
