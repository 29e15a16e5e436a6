//! What has to hold before anything is rewritten or pushed: what would be lost, or stop the rest half way.

use super::scene::Scene;
use super::script::Step;

/// What git keeps in its directory while something is under way (gitrepository-layout, git-rebase, git-bisect).
const UNDER_WAY: &str =
    "rebase-merge rebase-apply sequencer MERGE_HEAD CHERRY_PICK_HEAD REVERT_HEAD BISECT_LOG";

impl Scene {
    /// Commands that fail where something would be lost. One that cannot tell fails, too.
    pub(super) fn guards(&self) -> Vec<Step> {
        let (top, git_dir) = (&self.top, &self.git_dir);
        let mut commands = Vec::new();
        if !self.is_bare {
            commands.push(empty(&format!(
                "git -C {top} status --porcelain --untracked-files=no"
            )));
            // What git was told to see no changes of.
            commands.push(empty(&format!(
                "git -C {top} ls-files -v | sed -n '/^[a-zS] /p'"
            )));
            commands.push(format!(
                "test -z \"$(cd {git_dir} && ls -d {UNDER_WAY} 2>/dev/null)\""
            ));
        }
        commands.push(empty(&format!("git -C {top} for-each-ref refs/replace")));
        commands.push(format!("test ! -s {git_dir}/info/grafts"));
        let stale =
            |remote: &String| empty(&format!("git -C {top} remote prune --dry-run -- {remote}"));
        commands.extend(self.remotes.iter().chain(&self.skipped).map(stale));
        commands.extend(self.kept());
        let mut steps = vec![Step {
            text: "See that nothing would be lost here, or stay; each command fails where something would. Changes that are not committed, or \
                   hidden from git (skip-worktree, assume-unchanged), a sparse checkout, and a rebase or merge under way: finish them \
                   (git sparse-checkout disable). Replaced commits and grafts: delete them, or they become a part of the history. \
                   Branches that a remote has not any more: make your own of those that you want, and git fetch --prune. Packs that git \
                   was told to keep: delete their .keep files, and unset gc.bigPackThreshold:"
                .to_owned(),
            commands,
        }];
        if !self.worktrees.is_empty() {
            let each = |at: &String| {
                [
                    format!("git -C {at} rev-list -1 HEAD --not --branches --tags --remotes"),
                    format!("git -C {at} status --porcelain --ignored"),
                ]
                .map(|command| empty(&command))
            };
            steps.push(Step {
                text: "Linked work trees will be removed: make a branch of commits that are on none, commit what is not, and move away \
                       what git ignores there:"
                    .to_owned(),
                commands: self.worktrees.iter().flat_map(each).collect(),
            });
        }
        steps
    }
}

impl Scene {
    /// Commands that fail where git would not collect all that no ref leads to (git-repack, git-gc).
    pub(super) fn kept(&self) -> Vec<String> {
        let (top, git_dir) = (&self.top, &self.git_dir);
        vec![
            format!("test -z \"$(cd {git_dir} && ls objects/pack | sed -n '/[.]keep$/p')\""),
            format!("test -z \"$(git -C {top} config gc.bigPackThreshold)\""),
        ]
    }
}

/// Whether a command ends well and says nothing. A shell that stops at errors does not stop within `&&`, but at the parentheses.
fn empty(command: &str) -> String {
    format!("(said=$({command}) && test -z \"$said\")")
}
