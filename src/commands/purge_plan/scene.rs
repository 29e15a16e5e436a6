//! What the commands of a plan are about: folders, remotes and work trees, as words of a shell.

use std::path::{Path, PathBuf};

use super::Request;
use super::planning::Plan;
use super::whereabouts::Whereabouts;
use crate::commands::programs::in_path;
use crate::commands::shell::word;
use crate::detect::Detector;
use crate::error::{Error, Result};
use crate::git::Repository;
use crate::source::asking::Trees;

/// Remotes that get commands of their own.
const REMOTES: usize = 5;
/// Hexadecimal digits of a fingerprint that a command is given.
const DIGITS: usize = 32;

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
    /// Whether git-filter-repo is where a shell looks.
    pub(super) has_filter_repo: bool,
    /// Whether git-filter-repo has been there before.
    pub(super) was_rewritten: bool,
    /// The remotes that are rewritten.
    pub(super) remotes: Vec<Remote>,
    /// Those that are left as they are.
    pub(super) skipped: Vec<Remote>,
    /// Whether there are more, which get no commands.
    pub(super) has_more_remotes: bool,
    /// The linked work trees that are there.
    pub(super) worktrees: Vec<String>,
    /// Whether git knows of linked work trees, there or not.
    pub(super) has_worktrees: bool,
    /// Whether there are stashes, whose log holds their messages once more.
    pub(super) has_stashes: bool,
    /// Whether there are notes.
    pub(super) has_notes: bool,
    /// Whether there are keys to which no ref leads.
    pub(super) collects: bool,
    /// This program.
    pub(super) program: String,
    /// What proves that nothing is left, before the name of a repository.
    pub(super) proof: String,
    /// Why the proof fails even if all goes well; empty if it does not.
    pub(super) fails: &'static str,
    /// Whether it uses objects of another repository, which stay.
    pub(super) borrows: bool,
    /// If it is a submodule, the top of the work tree that it is in.
    pub(super) outer: Option<String>,
}

/// A remote, as words of a shell.
#[derive(Clone)]
pub(super) struct Remote {
    /// Its name.
    pub(super) name: String,
    /// The setting that says what is fetched from it, and where to.
    pub(super) fetch: String,
    /// Where its branches are.
    pub(super) refs: String,
    /// How many parts that has.
    pub(super) parts: usize,
}

impl Remote {
    /// `None` if its name cannot be shown as it is.
    fn of(name: &[u8], detector: &Detector) -> Option<Self> {
        let around =
            |before: &[u8], behind: &[u8]| word(&[before, name, behind].concat(), detector);
        Some(Self {
            name: word(name, detector)?,
            fetch: around(b"remote.", b".fetch")?,
            refs: around(b"refs/remotes/", b"")?,
            parts: 3 + name.iter().filter(|&&byte| byte == b'/').count(),
        })
    }
}

impl Plan {
    /// What the commands are about.
    ///
    /// # Errors
    /// A path that cannot be shown as it is, so that no command can name it.
    pub(super) fn scene(
        &self,
        request: &Request,
        repository: &Repository,
        whereabouts: &Whereabouts,
        detector: &Detector,
        folder: &Path,
        writes: bool,
    ) -> Result<Scene> {
        let shown = |path: &Path, what: &str| {
            path_word(path, detector).ok_or_else(|| Error::Purge {
                reason: format!(
                    "the path of {what} has something in it that cannot be printed, so that no command can name it: use another \
                     one, perhaps through a symbolic link"
                ),
            })
        };
        let Whereabouts {
            top,
            git_dir,
            is_bare,
        } = whereabouts;
        let affected = &self.affected;
        let is_skipped = |name: &[u8]| request.skipped.iter().any(|it| it.as_bytes() == name);
        let (skipped, remotes): (Vec<&Vec<u8>>, Vec<&Vec<u8>>) =
            (affected.remotes.iter()).partition(|name| is_skipped(name));
        let words = |names: &[&Vec<u8>]| -> Vec<Remote> {
            let words = names.iter().filter_map(|name| Remote::of(name, detector));
            words.collect()
        };
        let mut named = words(&remotes);
        named.truncate(REMOTES);
        let program = program(detector);
        // What is not there any more, git forgets.
        let linked = affected.worktrees.iter();
        Ok(Scene {
            top: shown(top, "the repository")?,
            is_bare: *is_bare,
            git_dir: shown(git_dir, "the git directory")?,
            is_cut: repository.partial || !repository.shallow.is_empty(),
            folder: match writes {
                true => Some(shown(folder, "the folder to write to")?),
                false => None,
            },
            replaces: !self.lines.is_empty(),
            strips: !self.stripped.is_empty(),
            has_filter_repo: in_path("git-filter-repo").is_some(),
            was_rewritten: git_dir.join("filter-repo").is_dir(),
            has_more_remotes: named.len() < remotes.len() || words(&skipped).len() < skipped.len(),
            remotes: named,
            skipped: words(&skipped),
            worktrees: linked
                .filter_map(|(linked, _)| linked.path.canonicalize().ok())
                .map(|path| shown(&path, "a linked work tree"))
                .collect::<Result<_>>()?,
            has_worktrees: !affected.worktrees.is_empty(),
            has_stashes: git_dir.join("logs/refs/stash").is_file(),
            has_notes: affected.has_notes,
            // Where refs could not be read, nobody knows what they lead to.
            collects: !self.is_unread && self.keys.iter().any(|key| key.unreachable > 0),
            proof: self.proof(&program, request, detector),
            program,
            fails: self.fails(request),
            borrows: !affected.borrowed.is_empty(),
            outer: match outer(top) {
                Some(outer) => Some(shown(&outer, "the repository around it")?),
                None => None,
            },
        })
    }

    /// Whether a scan of everything proves it: of a random key, nobody can tell another run.
    fn is_proved_by_all(&self, request: &Request) -> bool {
        let is_about_all = self.others == 0 && !self.has_allowed && request.keys.is_empty();
        is_about_all || self.keys.iter().any(|key| !key.secret.is_aisa())
    }

    /// Why the proof fails even if all goes well; empty if it does not.
    fn fails(&self, request: &Request) -> &'static str {
        if self.keys.iter().any(|key| !key.left.is_empty()) {
            return "1 as long as something is left to do by hand";
        }
        match (
            self.is_proved_by_all(request) && self.others > 0,
            self.is_unread,
        ) {
            (true, _) => "1 as long as other keys are in the history",
            (false, true) => "3 as long as something cannot be read",
            (false, false) => "",
        }
    }

    /// The command that proves that nothing is left, without the repository's name.
    fn proof(&self, program: &str, request: &Request, detector: &Detector) -> String {
        let by_all = self.is_proved_by_all(request);
        let mut words = vec![program.to_owned()];
        words.push(if by_all { "git" } else { "purge-plan" }.to_owned());
        words.extend(request.flags.iter().filter_map(|flag| word(flag, detector)));
        if !by_all {
            let starts = self.keys.iter().map(|key| {
                let digits = "sha256:".len() + DIGITS;
                let fingerprint = key.secret.fingerprint();
                fingerprint.chars().take(digits).collect::<String>()
            });
            words.extend(starts.map(|start| format!("--key {start}")));
        }
        words.join(" ")
    }
}

/// What a shell calls this program.
fn program(detector: &Detector) -> String {
    let name = "aisaleaks";
    let own = std::env::current_exe().ok();
    let own = own.filter(|_| in_path(name).is_none());
    let own = own.and_then(|path| path_word(&path, detector));
    own.unwrap_or_else(|| name.to_owned())
}

/// The folder around a submodule: one whose repository tracks it.
fn outer(top: &Path) -> Option<PathBuf> {
    let is_tracked = Trees::default().ask(top).is_some_and(|known| known.tracked);
    top.parent().filter(|_| is_tracked).map(Path::to_path_buf)
}

/// A path as one word of a shell; `None` if it cannot be shown as it is.
pub(super) fn path_word(path: &Path, detector: &Detector) -> Option<String> {
    word(path.as_os_str().as_encoded_bytes(), detector)
}
