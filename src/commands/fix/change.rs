//! A file that is changed, and what has to hold before.

use std::fs::{self, Metadata, OpenOptions};
use std::path::{Path, PathBuf};

/// What is to become of a file. It holds keys, and is never printed as it is.
pub(super) struct Change {
    /// The file.
    pub(super) path: PathBuf,
    /// Its path in a patch.
    pub(super) name: Vec<u8>,
    /// How it is named to a person.
    pub(super) shown: String,
    /// What is in it; none if it is made.
    pub(super) before: Option<String>,
    /// What is to be in it, but for the variables.
    pub(super) after: String,
    /// Variables that get a line at its end, if programs read them once everything else is written.
    pub(super) variables: Vec<String>,
}

impl Change {
    /// All that is to be in it.
    pub(super) fn whole(&self) -> String {
        let lines = self.variables.iter().map(|name| format!("{name}="));
        with(&self.after, &lines.collect::<Vec<String>>())
    }
}

/// The text with these lines at its end, which end as its own do.
pub(super) fn with(text: &str, lines: &[String]) -> String {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut text = text.to_owned();
    if !text.is_empty() && !text.ends_with('\n') && !lines.is_empty() {
        text.push_str(end);
    }
    for line in lines {
        text.push_str(line);
        text.push_str(end);
    }
    text
}

/// Why a file can be read and is not edited; `None` if it can be.
pub(super) fn why_not(path: &Path, metadata: &Metadata) -> Option<String> {
    if metadata.is_symlink() {
        let target = fs::canonicalize(path).map(|target| target.display().to_string());
        let target = target.unwrap_or_else(|_| "another file".to_owned());
        return Some(format!(
            "it is a symbolic link, which is not followed: run `aisaleaks fix` on what it leads to, {target}"
        ));
    }
    if !metadata.is_file() {
        return Some("it is no regular file".to_owned());
    }
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::nlink(metadata) > 1 {
        return Some(
            "it has other names (hard links), which would stay as they are: edit it by hand, in place".to_owned(),
        );
    }
    let is_read_only =
        metadata.permissions().readonly() || OpenOptions::new().write(true).open(path).is_err();
    is_read_only
        .then(|| "it is read-only: make it writable (chmod u+w), and run this again".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_added_as_the_file_ends_its_own() {
        let lines = ["A=".to_owned()];
        for (before, after) in [
            ("", "A=\n"),
            ("B=1", "B=1\nA=\n"),
            ("B=1\r\n", "B=1\r\nA=\r\n"),
        ] {
            assert_eq!(with(before, &lines), after);
        }
        assert_eq!(with("B=1", &[]), "B=1");
    }
}
