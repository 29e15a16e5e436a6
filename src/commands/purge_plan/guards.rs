//! What has to hold before anything is rewritten or pushed: what would be lost, or stop the rest half way.

use super::scene::{Remote, Scene};
use super::script::{Part, Step};

/// What git keeps in its directory while something is under way (gitrepository-layout, git-rebase, git-bisect).
const UNDER_WAY: &str =
    "rebase-merge rebase-apply sequencer MERGE_HEAD CHERRY_PICK_HEAD REVERT_HEAD BISECT_LOG";

impl Scene {
    /// Commands that fail where something would be lost, or stay. One that cannot tell fails, too.
    pub(super) fn guards(&self) -> Vec<Step> {
        let mut parts = Vec::new();
        if !self.is_bare && !self.is_cut {
            parts.extend(self.unfinished());
        }
        parts.extend([self.configured(), self.reached(), self.replaced()]);
        if !self.is_cut {
            parts.extend([self.fetched(), self.stale(), self.kept()]);
        }
        parts.retain(|part| !part.commands.is_empty());
        if !self.is_cut {
            parts.push(Part {
                text: "Repositories that use the objects of this one (git clone --shared, --reference) are nowhere listed: `git repack -a -d` \
                       in them makes them whole first.",
                commands: Vec::new(),
            });
        }
        let text = "See that nothing would be lost here, or stay. A command fails where something would; its line says what helps:";
        let mut steps = Vec::new();
        if !parts.is_empty() {
            steps.push(Step::of_parts(text, parts));
        }
        if self.has_worktrees && !self.is_cut {
            steps.push(self.linked());
        }
        steps
    }

    /// Work that is under way, or that git hides.
    fn unfinished(&self) -> [Part; 4] {
        let (top, git_dir) = (&self.top, &self.git_dir);
        [
            Part {
                text: "Changes that are not committed: commit them, or `git stash`.",
                commands: vec![empty(&format!(
                    "git -C {top} status --porcelain --untracked-files=no"
                ))],
            },
            Part {
                text: "Files whose changes git does not see (skip-worktree, assume-unchanged): `git update-index --no-skip-worktree \
                       --no-assume-unchanged FILE`; in a sparse checkout `git sparse-checkout disable`.",
                commands: vec![hidden(top)],
            },
            Part {
                text: "A merge, rebase, cherry-pick, revert or bisect: finish it, or end it with --abort.",
                commands: vec![idle(git_dir)],
            },
            Part {
                text: "Submodules that git was told to see no changes of, which a rewriting takes for gone: `git config \
                       submodule.NAME.ignore none`.",
                commands: vec![format!(
                    "test \"$(git -C {top} ls-tree -r HEAD | grep -c '^160000')\" = \"$(git -C {top} diff-tree -r \
                     \"$(git -C {top} hash-object -t tree /dev/null)\" HEAD | grep -c '^:000000 160000')\""
                )],
            },
        ]
    }

    /// What git-filter-repo reads in a line each, `name=value`, and breaks off at if it is anything else.
    fn configured(&self) -> Part {
        let top = &self.top;
        Part {
            text: "Settings of git with a line break, or without a value, at which git-filter-repo breaks off, such as branch.NAME.description: \
                   take them away; `git config --list --show-origin` says where they are.",
            commands: vec![format!(
                "test -z \"$(git -C {top} config --list -z | tr '\\000\\n' '\\n\\001' | awk -F '\\001' 'NF != 2')\""
            )],
        }
    }

    /// Where a remote leads.
    fn reached(&self) -> Part {
        let top = &self.top;
        let each = |remote: &Remote| {
            let name = &remote.name;
            let url = format!("git -C {top} remote get-url --push");
            [
                format!("test \"$({url} --all -- {name} | wc -l)\" -eq 1"),
                format!(
                    "(refs=$(git -C {top} ls-remote -- {name}) && test -n \"$refs\" && \
                     test \"$refs\" = \"$(git -C {top} ls-remote -- \"$({url} -- {name})\")\")"
                ),
            ]
        };
        Part {
            text: "A remote that cannot be reached, is empty, or is pushed to several places or to another one than it is fetched from: make a \
                   remote of each place, and a new plan. Where you may not push, --skip-remote NAME leaves it out.",
            commands: self.remotes.iter().flat_map(each).collect(),
        }
    }

    fn replaced(&self) -> Part {
        let (top, git_dir) = (&self.top, &self.git_dir);
        let here = [
            empty(&format!("git -C {top} for-each-ref refs/replace")),
            format!("test ! -s {git_dir}/info/grafts"),
        ];
        let there = |remote: &Remote| {
            let name = &remote.name;
            empty(&format!(
                "git -C {top} ls-remote -- {name} 'refs/replace/*'"
            ))
        };
        let here = here.into_iter().filter(|_| !self.is_cut);
        Part {
            text: "Replaced commits and grafts, here or at a remote, which would become a part of the history: `git replace -d COMMIT`, `git push \
                   --delete REMOTE refs/replace/COMMIT`, or delete the file.",
            commands: here.chain(self.remotes.iter().map(there)).collect(),
        }
    }

    /// What would overwrite something, or bring the key back, when it is fetched in the end.
    fn fetched(&self) -> Part {
        let top = &self.top;
        let each = |remote: &Remote| {
            let lines = format!("git -C {top} config --get-all -- {}", remote.fetch);
            format!(
                "test -z \"$({lines} | grep -v -e '^[\\^]' -e '^+*refs/heads/[^:]*:refs/remotes/' \
                 -e '^+*refs/tags/[^:]*:refs/tags/')\""
            )
        };
        Part {
            text: "Remotes of which more than branches and tags is fetched, such as pull requests, or right into your own branches, as in a mirror \
                   clone: take such lines away (`git config --edit`), or make a plan in an ordinary clone.",
            commands: self.remotes.iter().map(each).collect(),
        }
    }

    fn stale(&self) -> Part {
        let top = &self.top;
        let each = |remote: &Remote| {
            let (name, refs, parts) = (&remote.name, &remote.refs, remote.parts);
            format!(
                "(live=$(git -C {top} ls-remote --heads -- {name} | sed 's|.*refs/heads/||') && \
                 test -z \"$(git -C {top} for-each-ref --format='%(refname:lstrip={parts})' {refs} | grep -vxF -e HEAD -e \"$live\")\")"
            )
        };
        Part {
            text: "Branches that a remote has not any more: make your own of those that you want (`git branch NAME REMOTE/NAME`), and `git fetch \
                   --prune`, or `git branch -r -d REMOTE/NAME`.",
            commands: self.remotes.iter().map(each).collect(),
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

    /// What an index keeps, where no ref does.
    pub(super) fn staged(&self) -> Part {
        let top = &self.top;
        Part {
            text: "What is staged keeps its objects, and so does what is noted of conflicts that were resolved: commit it if it has no key, or \
                   `git reset`.",
            commands: vec![
                format!("git -C {top} diff --cached --quiet"),
                empty(&format!("git -C {top} ls-files --resolve-undo")),
            ],
        }
    }

    /// What linked work trees keep, where no ref does.
    pub(super) fn kept_there(&self) -> Part {
        let each = |at: &String| {
            [
                format!("git -C {at} diff --cached --quiet"),
                empty(&format!(
                    "git -C {at} rev-list -1 HEAD --not --branches --tags --remotes"
                )),
            ]
        };
        Part {
            text: "What is staged, or checked out without a branch, in a linked work tree: commit it, make a branch, or remove the tree.",
            commands: self.worktrees.iter().flat_map(each).collect(),
        }
    }

    fn linked(&self) -> Step {
        let top = &self.top;
        let each = |at: &String| {
            let git_dir = format!("\"$(git -C {at} rev-parse --absolute-git-dir)\"");
            [
                empty(&format!(
                    "git -C {at} rev-list -1 HEAD --not --branches --tags --remotes"
                )),
                empty(&format!("git -C {at} status --porcelain --ignored")),
                hidden(at),
                idle(&git_dir),
                format!("test ! -e {git_dir}/modules"),
            ]
        };
        // Locked ones are no more prunable than those that are there.
        let missing = format!(
            "test -z \"$(git -C {top} worktree list --porcelain | grep -e '^locked' -e '^prunable')\""
        );
        let trees = self.worktrees.iter().flat_map(each);
        Step::new(
            "Linked work trees will be removed. Make a branch of commits that are on none, commit what is not, move away what git ignores there, \
             finish what is under way, `git worktree unlock` those that are locked, and delete yourself those with submodules. Of one that is not \
             there: bring it back, or `git worktree prune`:",
            [missing].into_iter().chain(trees).collect(),
        )
    }
}

/// Whether git was told to see no changes of a file in a work tree.
fn hidden(at: &str) -> String {
    empty(&format!("git -C {at} ls-files -v | sed -n '/^[a-zS] /p'"))
}

/// Whether nothing is under way in a work tree.
fn idle(git_dir: &str) -> String {
    format!("test -z \"$(cd {git_dir} && ls -d {UNDER_WAY} 2>/dev/null)\"")
}

/// Whether a command ends well and says nothing. A shell that stops at errors does not stop within `&&`, but at the parentheses.
fn empty(command: &str) -> String {
    format!("(said=$({command}) && test -z \"$said\")")
}
