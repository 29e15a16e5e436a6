//! Where git looks for hooks, and who says so (githooks, and `core.hooksPath` in git-config).

use std::path::{Component, Path, PathBuf};

use super::Hook;
use super::page::shown;
use crate::git::config::{Config, Scope, Setting};
use crate::git::{Repository, plain};
use crate::source::staged::Index;

/// Git's name for the setting, in lower case.
pub(super) const HOOKS_PATH: &str = "core.hookspath";

/// How the folder ends that this program makes for the hooks of all repositories.
pub(super) const OWN: &str = "aisaleaks/hooks";

/// A repository and its configuration.
pub(super) struct Here {
    pub(super) repository: Repository,
    pub(super) config: Config,
    /// The top of the work tree, as git sees it.
    pub(super) top: Option<PathBuf>,
    pub(super) is_bare: bool,
    /// What belongs to the repository, whatever its configuration says: the folder in which `.git` was found, and the git
    /// directories.
    own: Vec<PathBuf>,
    git_dirs: Vec<PathBuf>,
}

/// A folder in which git looks for a hook.
pub(super) struct Place {
    pub(super) folder: PathBuf,
    /// Who says so; git's default if nobody does.
    pub(super) named_by: Option<Setting>,
    pub(super) standing: Standing,
}

/// Where the folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// In the git directory, or in the work tree, where git does not track it.
    Inside,
    /// In the work tree, and git tracks what is in it.
    Tracked,
    /// Outside the repository, and the user's own configuration names it.
    Users,
    /// Outside the repository, and only the repository names it.
    Outside,
    /// Nowhere: a link to it, or on the way to it, leads to nothing.
    Nowhere,
    /// The folder of husky, which writes it anew.
    Husky,
}

impl Here {
    /// The repository at `path`, or around it.
    pub(super) fn find(path: &Path) -> Result<Self, String> {
        let Some(repository) = Repository::discover(path) else {
            return Err(format!(
                "{} is not in a git repository\n  go into one, name one with --repo DIR, or make one with `git init`; \
                 --global is for all repositories",
                shown(path)
            ));
        };
        let config = Config::of_repository(&repository);
        if let Some(unread) = config.unread.first() {
            return Err(unknown(unread.file.as_deref(), &unread.reason));
        }
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let git_dir = real(&repository.git_dir);
        let common_dir = real(&repository.common_dir);
        let is_linked = git_dir != common_dir;
        let found = found_top(&repository, &git_dir);
        let said_bare = config.last("core.bare").is_some() && config.is_true("core.bare");
        let named = match is_linked {
            true => None,
            false => named_top(&config, &git_dir),
        };
        let top = named.or_else(|| found.clone());
        let is_bare = !is_linked && (said_bare || top.is_none());
        let git_dirs = vec![git_dir, common_dir];
        Ok(Self {
            repository,
            config,
            top: top.filter(|_| !is_bare),
            is_bare,
            own: git_dirs.iter().cloned().chain(found).collect(),
            git_dirs,
        })
    }

    /// Where git looks for this hook.
    pub(super) fn place(&self, hook: Hook) -> Result<Place, String> {
        let Some(setting) = self.config.last(HOOKS_PATH) else {
            return Ok(self.own_place());
        };
        let folder = self.resolve(setting, hook)?;
        // The user may name it, too, even where the repository has the last word.
        let scopes = [Scope::System, Scope::User, Scope::Environment];
        let users = scopes.iter().filter_map(|&scope| {
            let setting = self.config.last_of(HOOKS_PATH, |other| other == scope)?;
            self.resolve(setting, hook).ok()
        });
        let is_users = users.into_iter().any(|named| named == folder);
        Ok(Place {
            standing: self.standing(&folder, is_users),
            folder,
            named_by: Some(setting.clone()),
        })
    }

    /// Where git looks if nobody says anything.
    pub(super) fn own_place(&self) -> Place {
        let folder = self.repository.common_dir.join("hooks");
        let folder = real(&folder).unwrap_or(folder);
        Place {
            standing: self.standing(&folder, false),
            folder,
            named_by: None,
        }
    }

    /// The folder that a setting names, without links where it is there.
    fn resolve(&self, setting: &Setting, hook: Hook) -> Result<PathBuf, String> {
        let wrong = |reason: &str| {
            unknown(
                setting.file.as_deref(),
                &format!("core.hooksPath: {reason}"),
            )
        };
        let path = self.config.path(setting).map_err(|reason| wrong(&reason))?;
        if path.is_absolute() {
            return Ok(real(&path).unwrap_or(path));
        }
        // Git runs the hooks of a work tree at its top, and those of who receives a push in the git directory.
        let git_dir = self.git_dirs.first();
        let base = match hook {
            Hook::PreReceive => git_dir,
            _ if self.is_bare => git_dir,
            _ => self.top.as_ref(),
        };
        let Some(base) = base else {
            return Err(wrong(
                "it is relative to the top of the work tree, which is not known from here: name that with --repo DIR",
            ));
        };
        let path = base.join(path);
        Ok(real(&path).unwrap_or(path))
    }

    fn standing(&self, folder: &Path, is_users: bool) -> Standing {
        let is_below = |dirs: &[PathBuf]| dirs.iter().any(|dir| folder.starts_with(dir));
        if real(folder).is_none() {
            Standing::Nowhere
        } else if folder.ends_with(".husky") || folder.ends_with(".husky/_") {
            Standing::Husky
        } else if is_below(&self.git_dirs) {
            Standing::Inside
        } else if is_below(&self.own) {
            match self.is_tracked(folder) {
                true => Standing::Tracked,
                false => Standing::Inside,
            }
        } else if is_users {
            Standing::Users
        } else {
            Standing::Outside
        }
    }

    /// Whether git tracks anything in a folder of the work tree.
    fn is_tracked(&self, folder: &Path) -> bool {
        let Some(inside) = self
            .top
            .as_ref()
            .and_then(|top| folder.strip_prefix(top).ok())
        else {
            return false;
        };
        let mut prefix = Vec::new();
        for part in inside {
            prefix.extend_from_slice(part.as_encoded_bytes());
            prefix.push(b'/');
        }
        let git_dir = &self.repository.git_dir;
        let index = Index::read(&git_dir.join("index"), git_dir, self.repository.hash);
        // A sparse index names whole folders, with a slash behind.
        let mut paths = index.iter().flatten().flat_map(Index::paths);
        paths.any(|path| {
            path.starts_with(&prefix) || (path.ends_with(b"/") && prefix.starts_with(path))
        })
    }
}

impl Place {
    /// Whether it is the folder that this program made for all repositories. It is not for one alone.
    pub(super) fn is_shared(&self) -> bool {
        self.standing == Standing::Users && self.folder.ends_with(OWN)
    }

    /// Why nothing may be written here, and what to do; `None` if it may.
    pub(super) fn refusal(&self, hook: Hook) -> Option<String> {
        match self.standing {
            Standing::Inside | Standing::Tracked | Standing::Users => None,
            Standing::Husky => Some(format!(
                "husky manages {}\n  {}",
                shown(&self.folder),
                husky_line(hook)
            )),
            Standing::Nowhere => Some(format!(
                "git looks in {} ({}), to which a link leads that leads nowhere\n  remove the link, or make what it names",
                shown(&self.folder),
                self.why()
            )),
            Standing::Outside => Some(format!(
                "git looks in {}, which is outside the repository, and only the repository says so ({})\n  if that is right, \
                 name the folder yourself: git config --global core.hooksPath FOLDER; else: git config --unset core.hooksPath",
                shown(&self.folder),
                self.why()
            )),
        }
    }

    /// Who says that git looks here.
    pub(super) fn why(&self) -> String {
        let Some(setting) = &self.named_by else {
            return match self.standing {
                Standing::Outside => "a link leads there".to_owned(),
                _ => "git's default".to_owned(),
            };
        };
        match &setting.file {
            Some(file) => format!("core.hooksPath in {}", shown(file)),
            None => "core.hooksPath in the environment".to_owned(),
        }
    }
}

/// The one line that makes husky run this program.
pub(super) fn husky_line(hook: Hook) -> String {
    let name = hook.name();
    let args = match hook {
        Hook::PreCommit => "",
        Hook::PrePush | Hook::PreReceive | Hook::CommitMsg => " -- \"$@\"",
    };
    format!("add this line to .husky/{name}: aisaleaks hook run {name}{args}")
}

fn unknown(file: Option<&Path>, reason: &str) -> String {
    let place = file.map_or_else(|| "the environment".to_owned(), shown);
    format!("cannot tell where git looks for hooks: {place}: {reason}\n  correct it, and try again")
}

/// The folder in which `.git` was found, or that a git directory says it belongs to and that says so, too.
fn found_top(repository: &Repository, git_dir: &Path) -> Option<PathBuf> {
    let at = repository.name.canonicalize().ok()?;
    if at != git_dir {
        return Some(at);
    }
    let above = match plain::read(&git_dir.join("gitdir")) {
        Ok(link) => plain::to_path(link.trim_ascii()).parent()?.to_path_buf(),
        Err(_) => git_dir.parent()?.to_path_buf(),
    };
    let back = Repository::at(&above)?;
    let is_same = back.git_dir.canonicalize().ok()? == git_dir && back.git_dir != above;
    is_same.then(|| above.canonicalize().ok()).flatten()
}

/// The work tree that the configuration names.
fn named_top(config: &Config, git_dir: &Path) -> Option<PathBuf> {
    let setting = config.last("core.worktree")?;
    let path = git_dir.join(config.path(setting).ok()?);
    path.canonicalize().ok()
}

/// The path without links, as far as it is there. `None` if a link on the way leads nowhere, or what is not there is not
/// named plainly.
pub(super) fn real(path: &Path) -> Option<PathBuf> {
    if let Ok(real) = path.canonicalize() {
        return Some(real);
    }
    if path.symlink_metadata().is_ok() {
        return None;
    }
    match path.components().next_back()? {
        Component::Normal(name) => Some(real(path.parent()?)?.join(name)),
        _ => None,
    }
}
