//! Which files hold git's configuration, and in which order git reads them (git-config, FILES and ENVIRONMENT).

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::entries::{self, Entry};
use super::{Config, Scope, Setting, Unread, expanded};
use crate::git::{Repository, plain};

/// As deep as git itself follows includes.
const DEPTH: usize = 10;
/// No honest configuration has more files, or larger ones.
const FILES: usize = 100;
const FILE_BYTES: usize = 4 << 20;
const ALL_BYTES: usize = 16 << 20;

/// The environment, behind a function so that tests have their own.
pub(super) type Environment<'a> = &'a dyn Fn(&str) -> Option<OsString>;

impl Config {
    /// The user's own configuration: the machine's, the user's, and what the environment says.
    pub fn of_user() -> Self {
        Self::read(None, &|name| std::env::var_os(name))
    }

    /// The whole configuration of a repository.
    pub fn of_repository(repository: &Repository) -> Self {
        Self::read(Some(repository), &|name| std::env::var_os(name))
    }

    pub(super) fn read(repository: Option<&Repository>, env: Environment<'_>) -> Self {
        let mut reader = Reader::new(repository, env);
        reader.read_all();
        if reader.asked_for_urls {
            // A condition on the remotes' addresses holds whichever file they stand in.
            let urls = reader.seen_urls;
            reader = Reader::new(repository, env);
            reader.urls = urls;
            reader.read_all();
        }
        reader.config
    }
}

/// The file in which `git config --global` would write; `None` if the environment says nowhere.
pub fn user_file() -> Option<PathBuf> {
    let env = |name: &str| std::env::var_os(name);
    if let Some(named) = env("GIT_CONFIG_GLOBAL") {
        return Some(PathBuf::from(named)).filter(|path| !is_nothing(path));
    }
    let [xdg, own] = user_files(&env);
    let is_there = |path: &Option<PathBuf>| path.as_ref().is_some_and(|path| path.exists());
    if !is_there(&own) && is_there(&xdg) {
        return xdg;
    }
    own
}

/// `$XDG_CONFIG_HOME/git/config` and `~/.gitconfig`.
fn user_files(env: Environment<'_>) -> [Option<PathBuf>; 2] {
    let home = home(env);
    let folder = env("XDG_CONFIG_HOME").filter(|path| !path.is_empty());
    let folder = folder.map(PathBuf::from);
    let folder = folder.or_else(|| Some(home.as_ref()?.join(".config")));
    [
        folder.map(|folder| folder.join("git").join("config")),
        home.map(|home| home.join(".gitconfig")),
    ]
}

pub(super) fn home(env: Environment<'_>) -> Option<PathBuf> {
    let windows = || {
        cfg!(windows)
            .then(std::env::home_dir)
            .flatten()
            .map(PathBuf::into_os_string)
    };
    env("HOME").or_else(windows).map(PathBuf::from)
}

/// The machine's file. Git has its path built in: beside the program, but for `/usr`.
fn system_file(env: Environment<'_>) -> Option<PathBuf> {
    let off = env("GIT_CONFIG_NOSYSTEM").map(|value| value.to_string_lossy().to_ascii_lowercase());
    if off.is_some_and(|value| !matches!(&*value, "" | "0" | "false" | "no" | "off")) {
        return None;
    }
    if let Some(named) = env("GIT_CONFIG_SYSTEM") {
        return Some(PathBuf::from(named));
    }
    let program = if cfg!(windows) { "git.exe" } else { "git" };
    let folders = env("PATH").unwrap_or_default();
    let folder = std::env::split_paths(&folders).find(|folder| folder.join(program).is_file());
    match folder.as_deref().and_then(Path::parent) {
        Some(prefix) if prefix != Path::new("/usr") && prefix != Path::new("/") => {
            Some(prefix.join("etc").join("gitconfig"))
        }
        _ => Some(PathBuf::from("/etc/gitconfig")),
    }
}

/// What people name where git is to read nothing.
fn is_nothing(path: &Path) -> bool {
    let name = path.as_os_str();
    name.is_empty() || name == "/dev/null" || (cfg!(windows) && name.eq_ignore_ascii_case("nul"))
}

/// Reads one file after the other.
pub(super) struct Reader<'a> {
    pub(super) env: Environment<'a>,
    pub(super) repository: Option<&'a Repository>,
    pub(super) home: Option<PathBuf>,
    /// The remotes' addresses, if they are known already.
    pub(super) urls: Vec<Vec<u8>>,
    /// The remotes' addresses that were read.
    seen_urls: Vec<Vec<u8>>,
    /// Whether a condition asked for them.
    pub(super) asked_for_urls: bool,
    /// How many texts were held against patterns.
    pub(super) tries: usize,
    config: Config,
    files: usize,
    bytes: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(repository: Option<&'a Repository>, env: Environment<'a>) -> Self {
        let home = home(env);
        Self {
            env,
            repository,
            urls: Vec::new(),
            seen_urls: Vec::new(),
            asked_for_urls: false,
            tries: 0,
            config: Config {
                home: home.clone(),
                ..Config::default()
            },
            home,
            files: 0,
            bytes: 0,
        }
    }

    fn read_all(&mut self) {
        if let Some(file) = system_file(self.env) {
            self.file(&file, Scope::System, 0);
        }
        let users = match (self.env)("GIT_CONFIG_GLOBAL") {
            Some(named) => [Some(PathBuf::from(named)), None],
            None => user_files(self.env),
        };
        for file in users.into_iter().flatten() {
            self.file(&file, Scope::User, 0);
        }
        if let Some(repository) = self.repository {
            let file = repository.common_dir.join("config");
            self.file(&file, Scope::Repository, 0);
            if self.config.is_true("extensions.worktreeconfig") {
                let file = repository.git_dir.join("config.worktree");
                self.file(&file, Scope::WorkTree, 0);
            }
        }
        self.environment();
    }

    /// Reads a file, and at its places those that it includes.
    fn file(&mut self, file: &Path, scope: Scope, depth: usize) {
        if is_nothing(file) {
            return;
        }
        let bytes = match plain::read(file) {
            Ok(bytes) => bytes,
            Err(error) if is_passed_over(&error, scope) => return,
            Err(error) => return self.unread(Some(file), error.to_string()),
        };
        self.files += 1;
        self.bytes = self.bytes.saturating_add(bytes.len());
        let too_much = match (bytes.len(), self.bytes, self.files) {
            (FILE_BYTES.., ..) => Some("it is larger than 4 MiB"),
            (_, ALL_BYTES.., _) => Some("with it, the configuration is larger than 16 MiB"),
            (_, _, FILES..) => Some("the configuration has more than 100 files"),
            _ if depth > DEPTH => Some("more than 10 files include each other"),
            _ => None,
        };
        if let Some(reason) = too_much {
            return self.unread(Some(file), reason.to_owned());
        }
        match entries::read(&bytes) {
            Ok(entries) => self.take(entries, Some(file), scope, depth),
            Err(line) => {
                let reason = format!("line {line} is not written as git's configuration is");
                self.unread(Some(file), reason);
            }
        }
    }

    pub(super) fn take(
        &mut self,
        entries: Vec<Entry>,
        file: Option<&Path>,
        scope: Scope,
        depth: usize,
    ) {
        for entry in entries {
            match (&*entry.section, &entry.subsection) {
                ("include", None) => self.include(entry.value.as_deref(), file, scope, depth),
                ("includeif", Some(condition)) => {
                    if self.holds(condition, file) {
                        self.include(entry.value.as_deref(), file, scope, depth);
                    }
                }
                ("remote", Some(_)) => self.seen_urls.extend(entry.value),
                _ => self.set(Setting {
                    name: format!("{}.{}", entry.section, entry.key),
                    value: entry.value,
                    scope,
                    file: file.map(Path::to_path_buf),
                }),
            }
        }
    }

    /// Keeps the last setting of each name and scope: only that one counts.
    fn set(&mut self, setting: Setting) {
        let settings = &mut self.config.settings;
        settings.retain(|other| other.name != setting.name || other.scope != setting.scope);
        settings.push(setting);
    }

    fn include(&mut self, path: Option<&[u8]>, file: Option<&Path>, scope: Scope, depth: usize) {
        // Too many of them end the reading; what is wrong was said.
        if self.files > FILES || self.bytes > ALL_BYTES {
            return;
        }
        let Some(path) = path.filter(|path| !path.is_empty()) else {
            return self.unread(file, "an include names no path".to_owned());
        };
        let path = match expanded(path, self.home.as_deref(), scope) {
            Ok(path) => path,
            Err(reason) => return self.unread(file, format!("an include: {reason}")),
        };
        let folder = file.and_then(Path::parent);
        match folder {
            Some(folder) => self.file(&folder.join(path), scope, depth + 1),
            None if path.is_absolute() => self.file(&path, scope, depth + 1),
            None => self.unread(file, "an include is relative to no file".to_owned()),
        }
    }

    pub(super) fn unread(&mut self, file: Option<&Path>, reason: String) {
        let file = file.map(Path::to_path_buf);
        let unread = Unread { file, reason };
        if !self.config.unread.contains(&unread) {
            self.config.unread.push(unread);
        }
    }
}

/// What git passes over without a word: a file that is not there, and one of the user's that must not be read.
fn is_passed_over(error: &std::io::Error, scope: Scope) -> bool {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => true,
        ErrorKind::PermissionDenied => scope == Scope::User,
        _ => false,
    }
}
