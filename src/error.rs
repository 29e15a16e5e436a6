//! Fatal errors: what we were doing, the cause, and what to do next.

use std::path::PathBuf;

/// Why a run could not start or could not deliver its report.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A path named on the command line is not there.
    #[error("cannot scan {}: {source}\n  check the path, or run `aisaleaks --help`", path.display())]
    Target {
        /// The path as given.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// `git` was asked for something that is not a repository.
    #[error("{} is not a git repository\n  name a repository, or use `aisaleaks dir` for plain files", path.display())]
    NotARepository {
        /// The path as given.
        path: PathBuf,
    },
    /// A revision, a range or a date that cannot be used.
    #[error("cannot use {what} {text}: {reason}")]
    Revision {
        /// Which flag it was given to, or what it is.
        what: &'static str,
        /// As given.
        text: String,
        /// What is wrong with it, and what to do next.
        reason: String,
    },
    /// Something that `explain` was asked about, and that it cannot tell of.
    #[error("cannot explain {what}: {reason}")]
    Explain {
        /// As given.
        what: String,
        /// Why, and what to do next.
        reason: String,
    },
    /// A report format that there is not.
    #[error(
        "there is no report format `{name}`\n  choose human, json, jsonl, sarif, github, gitlab, junit, markdown or html"
    )]
    Format {
        /// The name as given.
        name: String,
    },
    /// Two reports for one place, a report without a place, or a place without a report.
    #[error(
        "{reason}\n  write `-f FORMAT=FILE` for each report but one, for example `-f sarif=out.sarif -f human`"
    )]
    Reports {
        /// What is wrong with what was asked for.
        reason: String,
    },
    /// A hook was not given what git gives it.
    #[error("the hook {hook} cannot look at this {thing}, and stops it: {reason}")]
    Hook {
        /// The hook.
        hook: &'static str,
        /// What it would look at.
        thing: &'static str,
        /// What is wrong, and what to do next.
        reason: String,
    },
    /// In CI, what to scan cannot be told, or is not there.
    #[error("cannot tell what to scan: {reason}")]
    Ci {
        /// Why, and what to do next.
        reason: String,
    },
    /// A glob that cannot be read.
    #[error(
        "cannot use --exclude {glob}: {reason}\n  correct the glob: it is written as a line of a .gitignore, and \\ before a \
         character takes it as it is"
    )]
    Glob {
        /// The glob as given.
        glob: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A rules file that cannot be used.
    #[error("rule `{rule}`: {reason}")]
    Rule {
        /// The rule's id, or the file.
        rule: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A configuration file that cannot be used.
    #[error("cannot use {}: {reason}\n  correct the file, or remove it", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Rules or configuration files that cannot be used: all that is wrong with them at once.
    #[error(
        "{}\n  correct the files and try again; `aisaleaks rules check FILE` tells about rules files alone",
        listed(diagnostics)
    )]
    Invalid {
        /// At least one of them is an error.
        diagnostics: Vec<Diagnostic>,
    },
    /// Hooks that could not be installed or taken away: what stood in the way of each, and what to do.
    #[error("{}", .0.join("\n"))]
    Hooks(Vec<String>),
    /// The report could not be written.
    #[error(
        "cannot write the report to {place}: {source}\n  free some space or name another file with --output"
    )]
    Output {
        /// The file, or standard output.
        place: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A baseline that cannot be made, changed or found.
    #[error("{file}: {reason}")]
    Baseline {
        /// The file.
        file: String,
        /// Why, and what to do next.
        reason: String,
    },
    /// A report of an earlier scan that cannot be used.
    #[error("cannot use the report {file}: {reason}")]
    Report {
        /// The file, or standard input.
        file: String,
        /// What is wrong with it, and what to do next.
        reason: String,
    },
    /// A response that cannot be told.
    #[error("cannot tell the response: {reason}")]
    Respond {
        /// Why, and what to do next.
        reason: String,
    },
    /// A live check that cannot be made.
    #[error("cannot check whether keys work: {reason}")]
    Live {
        /// Why, and what to do next.
        reason: String,
    },
    /// A plan to take keys out of a history that cannot be made or written.
    #[error("cannot plan the purge: {reason}")]
    Purge {
        /// Why, and what to do next.
        reason: String,
    },
    /// The system gave no random bytes.
    #[error(
        "cannot make a key for fingerprints: {0}\n  set AISALEAKS_FINGERPRINT_KEY to a secret text of your own"
    )]
    Random(String),
    /// The thread pool could not be started.
    #[error("cannot start the worker threads: {0}\n  try a smaller --threads")]
    Threads(String),
}

/// Something about a rules or configuration file that its author should know.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1, if it is about one.
    pub line: Option<usize>,
    /// Whether the file can be used all the same.
    pub level: Level,
    /// What is wrong and what to do. It quotes names, never values, which may be secrets.
    pub message: String,
}

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The file cannot be used.
    Error,
    /// It can, but something in it has no effect, or not the one that it may be meant to have.
    Warning,
}

impl std::fmt::Display for Diagnostic {
    /// `rules.toml:3: error: …`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        let level = match self.level {
            Level::Error => "error",
            Level::Warning => "warning",
        };
        write!(f, ": {level}: {}", self.message)
    }
}

fn listed(diagnostics: &[Diagnostic]) -> String {
    let lines: Vec<String> = diagnostics.iter().map(Diagnostic::to_string).collect();
    lines.join("\n")
}

/// The result of an operation that may fail fatally.
pub type Result<T> = std::result::Result<T, Error>;
