//! A repository's directories and settings, read without libgit2, so that nothing it names is opened unseen.

use std::path::{Path, PathBuf};

use super::plain;
use crate::model::{ObjectId, Problem, ProblemKind};

/// A repository on disk.
#[derive(Clone, Debug)]
pub struct Repository {
    /// The git directory: `.git`, a bare repository, or a linked worktree's own directory.
    pub git_dir: PathBuf,
    /// Where objects, refs and configuration are: another directory for a linked worktree.
    pub common_dir: PathBuf,
    /// The name that the user knows it by.
    pub name: PathBuf,
    /// Bytes in an id: 20 or 32.
    pub hash: usize,
    /// Whether refs are kept in files, so that they can be read.
    pub ref_files: bool,
    /// Whether objects were left at a remote.
    pub partial: bool,
    /// The commits at which a shallow clone ends.
    pub shallow: Vec<ObjectId>,
    /// More object directories, which the environment names: where git keeps what a push brings until it is accepted.
    pub borrowed: Vec<PathBuf>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

impl Repository {
    /// The repository at `path` itself, or the nearest above it.
    pub fn discover(path: &Path) -> Option<Self> {
        let absolute = path.canonicalize().ok()?;
        let own = Self::at(path);
        own.or_else(|| absolute.ancestors().skip(1).find_map(Self::at))
    }

    /// The repository whose work tree or git directory is `path`.
    pub fn at(path: &Path) -> Option<Self> {
        let dot_git = path.join(".git");
        let git_dir = if dot_git.is_dir() {
            dot_git
        } else if let Some(linked) = linked(&dot_git) {
            linked
        } else {
            path.to_path_buf()
        };
        let link = git_dir.join("commondir");
        let (common_dir, failed) = match plain::read(&link) {
            Ok(text) => (git_dir.join(plain::to_path(text.trim_ascii())), None),
            Err(error) => (git_dir.clone(), Some(error)),
        };
        let is_repository =
            git_dir.join("HEAD").symlink_metadata().is_ok() && common_dir.join("objects").is_dir();
        if !is_repository {
            return None;
        }
        let mut repository = Self {
            git_dir,
            common_dir,
            name: path.to_path_buf(),
            hash: 20,
            ref_files: true,
            partial: false,
            shallow: Vec::new(),
            borrowed: Vec::new(),
            problems: Vec::new(),
        };
        if let Some(error) = failed {
            repository.unread(&link, &error);
        }
        repository.read_settings();
        repository.read_shallow();
        Some(repository)
    }

    /// The object directory.
    pub fn objects(&self) -> PathBuf {
        self.common_dir.join("objects")
    }

    fn read_settings(&mut self) {
        let file = self.common_dir.join("config");
        let text = match plain::read(&file) {
            Ok(text) => text,
            Err(error) => return self.unread(&file, &error),
        };
        for (section, key, value) in settings(&String::from_utf8_lossy(&text)) {
            match (section.as_str(), key.as_str()) {
                ("extensions", "objectformat") => match value.to_ascii_lowercase().as_str() {
                    "sha1" => {}
                    "sha256" => self.hash = 32,
                    _ => self.unsupported(&format!("object format `{value}`")),
                },
                ("extensions", "refstorage") if value != "files" => {
                    self.ref_files = false;
                    self.unsupported(&format!(
                        "ref storage `{value}` (its objects were scanned, its ref names were not)"
                    ));
                }
                ("extensions", "partialclone") => self.partial = true,
                (
                    "extensions",
                    "refstorage" | "noop" | "worktreeconfig" | "preciousobjects"
                    | "relativeworktrees" | "compatobjectformat" | "noop-v1",
                ) => {}
                ("extensions", other) => self.unsupported(&format!("extension `{other}`")),
                (_, "promisor")
                    if section.starts_with("remote")
                        && !matches!(
                            value.to_ascii_lowercase().as_str(),
                            "false" | "no" | "off" | "0"
                        ) =>
                {
                    self.partial = true
                }
                _ => {}
            }
        }
    }

    fn unsupported(&mut self, what: &str) {
        let place = self.common_dir.join("config").display().to_string();
        let message = format!("the repository uses {what}, which this version does not know");
        self.problems
            .push(Problem::new(ProblemKind::Unsupported, place, message));
    }

    fn read_shallow(&mut self) {
        let file = self.common_dir.join("shallow");
        let text = match plain::read(&file) {
            Ok(text) => text,
            Err(error) => return self.unread(&file, &error),
        };
        for line in text
            .split(|&byte| byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            match ObjectId::from_hex(line.trim_ascii()) {
                Some(id) => self.shallow.push(id),
                None => {
                    let message = "a line of it is not git's; fetch the repository again";
                    let place = file.display().to_string();
                    self.problems
                        .push(Problem::new(ProblemKind::Shallow, place, message));
                }
            }
        }
    }

    fn unread(&mut self, file: &Path, error: &std::io::Error) {
        let kind = match error.kind() {
            std::io::ErrorKind::NotFound => return,
            std::io::ErrorKind::InvalidInput => ProblemKind::SpecialFile,
            _ => ProblemKind::Unreadable,
        };
        let message = format!("it cannot be read: {error}; check it, then scan again");
        self.problems
            .push(Problem::new(kind, file.display().to_string(), message));
    }
}

/// The directory that a `.git` file points at.
fn linked(file: &Path) -> Option<PathBuf> {
    let text = plain::read(file).ok()?;
    let target = plain::to_path(text.strip_prefix(b"gitdir:")?.trim_ascii());
    Some(file.parent()?.join(target))
}

/// The settings of a configuration file: section in lower case, key in lower case, value. Includes are not followed.
fn settings(text: &str) -> Vec<(String, String, String)> {
    let mut section = String::new();
    let mut found = Vec::new();
    // A backslash at the end of a line joins the next one to it.
    let text = text.replace("\\\r\n", "").replace("\\\n", "");
    for mut line in text.lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix('[') {
            let (name, after) = rest.split_once(']').unwrap_or((rest, ""));
            section = name.to_ascii_lowercase();
            line = after.trim();
        }
        if !line.starts_with(['#', ';']) && !line.is_empty() {
            let (key, value) = line.split_once('=').unwrap_or((line, "true"));
            let value = value
                .split(['#', ';'])
                .next()
                .unwrap_or_default()
                .trim()
                .trim_matches('"');
            found.push((
                section.clone(),
                key.trim().to_ascii_lowercase(),
                value.to_owned(),
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_settings_without_following_includes() {
        let text = "[core]\n bare = false\n[Extensions]\n\tobjectFormat = sha256 # why\n[include]\npath = /dev/zero\n[remote \"o\"]\n promisor\n";
        let found = settings(text);
        assert!(found.contains(&("extensions".into(), "objectformat".into(), "sha256".into())));
        assert!(found.contains(&("remote \"o\"".into(), "promisor".into(), "true".into())));
    }
}
