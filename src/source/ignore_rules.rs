//! Git's ignore rules for one work tree: a chain of rule files, the deepest asked first.

use std::path::Path;
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::{open, paths::as_path};
use crate::model::{Problem, ProblemKind, Sink};

/// The rules of one file, and those that it overrides.
#[derive(Debug)]
pub(super) struct IgnoreRules {
    parent: Option<Arc<IgnoreRules>>,
    /// Bytes of a path inside the work tree that lead to the file's directory, its last slash included.
    depth: usize,
    matcher: Gitignore,
}

impl IgnoreRules {
    /// The user's own excludes (`core.excludesFile`), which every work tree starts with.
    pub(super) fn global() -> Option<Arc<Self>> {
        let (matcher, _) = Gitignore::global();
        (!matcher.is_empty()).then(|| {
            Arc::new(Self {
                parent: None,
                depth: 0,
                matcher,
            })
        })
    }

    /// `parent` overridden by the rules in `file`, whose directory is `depth` bytes deep in the work tree. A file that is
    /// not there changes nothing; one that cannot be used is a problem, and what it would hide is scanned.
    pub(super) fn extend(
        parent: Option<Arc<Self>>,
        file: &Path,
        depth: usize,
        sink: &dyn Sink,
    ) -> Option<Arc<Self>> {
        let text = match open::steering(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return parent,
            Err(error) => {
                report(
                    file,
                    &format!("cannot read the ignore rules: {error}"),
                    sink,
                );
                return parent;
            }
        };
        let mut builder = GitignoreBuilder::new(".");
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
        for line in text.split(|&byte| byte == b'\n') {
            match std::str::from_utf8(line) {
                // A rule that git could not match either is no rule: its error says nothing that matters here.
                Ok(line) => drop(builder.add_line(None, &literal_braces(line))),
                Err(_) if line.starts_with(b"!") => {
                    report(file, "a rule that takes files back in is not UTF-8", sink);
                }
                // Without this rule more is scanned, not less.
                Err(_) => {}
            }
        }
        match builder.build() {
            Ok(matcher) if matcher.is_empty() => parent,
            Ok(matcher) => Some(Arc::new(Self {
                parent,
                depth,
                matcher,
            })),
            Err(error) => {
                report(file, &format!("cannot use the ignore rules: {error}"), sink);
                parent
            }
        }
    }

    /// Whether git ignores `path` (inside the work tree, with slashes), were it not tracked.
    pub(super) fn ignores(&self, path: &[u8], is_dir: bool) -> bool {
        let mut rules = Some(self);
        while let Some(node) = rules {
            match node.matcher.matched(as_path(&path[node.depth..]), is_dir) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => rules = node.parent.as_deref(),
            }
        }
        false
    }
}

/// Git knows no `{a,b}`, which the matcher would take for a choice and hide more than git does.
fn literal_braces(line: &str) -> std::borrow::Cow<'_, str> {
    if !line.contains(['{', '}']) {
        return line.into();
    }
    let mut text = String::with_capacity(line.len() + 4);
    let (mut escaped, mut class) = (false, false);
    for letter in line.chars() {
        match letter {
            '{' | '}' if !escaped && !class => text.push('\\'),
            '[' if !escaped => class = true,
            ']' if !escaped => class = false,
            _ => {}
        }
        escaped = letter == '\\' && !escaped;
        text.push(letter);
    }
    text.into()
}

fn report(file: &Path, what: &str, sink: &dyn Sink) {
    sink.problem(Problem::new(
        ProblemKind::Unreadable,
        file.to_string_lossy(),
        format!("{what}; files that it hides are scanned: correct it, or pass --include-ignored"),
    ));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::testing::Recorder;

    fn rules(
        parent: Option<Arc<IgnoreRules>>,
        text: &str,
        depth: usize,
    ) -> Option<Arc<IgnoreRules>> {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join(".gitignore");
        std::fs::write(&file, text).expect("a file");
        IgnoreRules::extend(parent, &file, depth, &Recorder::default())
    }

    #[test]
    fn deeper_files_win_and_take_back() {
        let top = rules(None, "*.log\n/build/\nweird{a,b}\n# no\n", 0);
        let deep = rules(top.clone(), "!keep.log\r\n", 2).expect("rules");
        let top = top.expect("rules");
        assert!(top.ignores(b"d/keep.log", false));
        assert!(!deep.ignores(b"d/keep.log", false));
        assert!(deep.ignores(b"d/other.log", false));
        assert!(top.ignores(b"build", true));
        assert!(!top.ignores(b"build", false));
        assert!(!top.ignores(b"d/build", true));
        assert!(!top.ignores(b"weirda", false));
        assert!(top.ignores(b"weird{a,b}", false));
    }

    #[test]
    fn without_rules_there_is_no_node() {
        assert!(rules(None, "# nothing\n\n", 0).is_none());
    }
}
