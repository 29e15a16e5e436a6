//! Git's configuration: the user's own, and on top of it a repository's (git-config). Read as git reads it, without
//! running git, and without waiting for what a repository names: every file is looked at before it is opened.

mod conditions;
pub mod edit;
mod entries;
mod environment;
mod identity;
mod remotes;
mod sources;

use std::path::{Path, PathBuf};

use gix_config::path::interpolate;

pub use identity::user_identity;
pub use remotes::remotes;
pub use sources::user_file;

/// Where a setting comes from, in the order in which git reads them: the last one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What the machine's administrator set.
    System,
    /// What the user set for all repositories.
    User,
    /// The repository's own file.
    Repository,
    /// The own file of one of its work trees.
    WorkTree,
    /// The environment, `git -c` among it.
    Environment,
}

impl Scope {
    /// Whether the user, and not the repository, says so.
    pub fn is_users(self) -> bool {
        !matches!(self, Self::Repository | Self::WorkTree)
    }
}

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Section and key in lower case: `core.hookspath`. Subsections are left out.
    pub name: String,
    /// The value; `None` if only the key stands there.
    pub value: Option<Vec<u8>>,
    /// Where it comes from.
    pub scope: Scope,
    /// The file that it stands in; `None` for the environment.
    pub file: Option<PathBuf>,
}

/// A file of the configuration that git cannot use either, or that would make it wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The file; `None` for the environment.
    pub file: Option<PathBuf>,
    /// What is wrong with it. It quotes nothing of what the file holds.
    pub reason: String,
}

/// The settings that this program asks for: where hooks are, what the work tree is, and who the user is.
#[derive(Clone, Debug, Default)]
pub struct Config {
    settings: Vec<Setting>,
    home: Option<PathBuf>,
    /// What could not be read. What it would have set is not known.
    pub unread: Vec<Unread>,
}

impl Config {
    /// The last setting of this name.
    pub fn last(&self, name: &str) -> Option<&Setting> {
        self.last_of(name, |_| true)
    }

    /// The last setting of this name among those from such places.
    pub fn last_of(&self, name: &str, from: impl Fn(Scope) -> bool) -> Option<&Setting> {
        let mut settings = self.settings.iter().rev();
        settings.find(|setting| setting.name == name && from(setting.scope))
    }

    /// The last value of this name as text, if it has one.
    fn text(&self, name: &str, from: impl Fn(Scope) -> bool) -> Option<&[u8]> {
        self.last_of(name, from)?.value.as_deref()
    }

    /// Whether the last setting of this name is a yes.
    pub fn is_true(&self, name: &str) -> bool {
        self.last(name).is_some_and(is_yes)
    }

    /// The path that a setting names, with `~/` made whole; it may be relative.
    ///
    /// # Errors
    /// Why it names none.
    pub fn path(&self, setting: &Setting) -> Result<PathBuf, String> {
        let value = match setting.value.as_deref() {
            None | Some([]) => return Err("it has no value".to_owned()),
            Some(value) => value,
        };
        expanded(value, self.home.as_deref(), setting.scope)
    }
}

fn is_yes(setting: &Setting) -> bool {
    let Some(value) = &setting.value else {
        return true;
    };
    match value.to_ascii_lowercase().as_slice() {
        b"true" | b"yes" | b"on" => true,
        digits => {
            let number = std::str::from_utf8(digits).ok().map(str::parse::<i64>);
            matches!(number, Some(Ok(number)) if number != 0)
        }
    }
}

/// A path as it stands in a configuration file, with `~/` and `~user/` made whole.
fn expanded(value: &[u8], home: Option<&Path>, scope: Scope) -> Result<PathBuf, String> {
    // Looking up another user can ask a directory service: not because a repository says so.
    let others = scope.is_users().then_some(interpolate::home_for_user as _);
    let context = interpolate::Context {
        git_install_dir: None,
        home_dir: home,
        home_for_user: others,
    };
    let path = gix_config::Path::from(gix_config::AsBStr::as_bstr(value));
    path.interpolate(context).map_err(|_| {
        let begin = match value.first() {
            Some(b'~') => "~ at its beginning",
            _ => "%(prefix) in it",
        };
        format!("what {begin} stands for is not known: write the path without it")
    })
}

#[cfg(test)]
mod tests;
