//! Bad habits around keys, without a key in them. One file a check; each looks at one file of the work tree.

mod build_args;
mod dotenv;
mod kinds;
mod literal;
mod names;
mod printing;
mod public_prefix;
#[cfg(test)]
mod tests;

use regex::bytes::{Regex, RegexBuilder};

use crate::assess::paths::Subject;
use crate::assess::table::Table;
use crate::model::{Hygiene, Note, Severity};
use kinds::Kind;
use names::Name;

pub use dotenv::{Dotenv, judge as judge_dotenv};

/// The contents of a file, or a window of them.
#[derive(Clone, Copy)]
pub struct Content<'a> {
    /// The path, as it is reported.
    pub path: &'a [u8],
    /// The bytes.
    pub bytes: &'a [u8],
    /// The line of the first of them.
    pub line: u64,
    /// What starts outside of this range belongs to a neighbouring window.
    pub own: Option<(usize, usize)>,
    /// Whether a value looks random, and is no key whose shape is known.
    pub is_random: &'a dyn Fn(&[u8]) -> bool,
}

/// What was seen in a file.
#[derive(Debug, Default)]
pub struct Seen {
    /// Habits.
    pub found: Vec<Hygiene>,
    /// Whether it is a dotenv file: what that means depends on what git makes of it.
    pub dotenv: Option<Dotenv>,
}

/// Whether it is worth reading a file with this path at all.
pub fn may_matter(path: &[u8]) -> bool {
    kinds::of(path).is_some()
}

/// A pattern about bytes of ASCII. The classes of Unicode would take ten milliseconds to compile, which is longer than most scans.
fn ascii(pattern: &str) -> Regex {
    let regex = RegexBuilder::new(pattern).unicode(false).build();
    regex.expect("because a test compiles this pattern")
}

/// Nobody writes more code or settings into one file: what is longer was generated, and would only cost time.
const WRITTEN: usize = 1 << 20;

/// What is seen in a file. Nearly all files end here after a look at their name and one search for a word.
pub fn look(content: &Content<'_>) -> Option<Seen> {
    let kind = kinds::of(content.path)?;
    let is_long = content.own.is_some() || content.bytes.len() > WRITTEN;
    if is_long && matches!(kind, Kind::Web | Kind::Quoted | Kind::Yaml | Kind::Settings) {
        return None;
    }
    let named = names::may_be_in(content.bytes);
    if !named && kind != Kind::Dotenv {
        return None;
    }
    let names: Vec<Name<'_>> = match named {
        true => names::all(content.bytes, content.own),
        false => Vec::new(),
    };
    let subject = Subject::new(content.path);
    let table = Table::get();
    let aside = |note| table.path_means(note, &subject);
    let aside = aside(Note::InTest) || aside(Note::InDocs);
    let is_dotenv = kind == Kind::Dotenv && table.path_means(Note::DotenvTracked, &subject);
    let mut seen = Seen {
        found: Vec::new(),
        dotenv: (is_dotenv && !aside).then(|| dotenv::read(content, &names)),
    };
    if !names.is_empty() {
        let file = File {
            content,
            kind,
            is_ci: table.path_means(Note::CiLiteral, &subject) || kinds::is_script_of_ci(&subject),
            is_deployed: table.path_means(Note::CloudConfig, &subject),
            is_aside: aside,
            names: &names,
        };
        file.check(&mut seen.found);
    }
    Some(seen)
}

/// A file that names an AIsa key, as the checks see it.
struct File<'a> {
    content: &'a Content<'a>,
    kind: Kind,
    /// Whether a CI service runs it.
    is_ci: bool,
    /// Whether a platform deploys from it.
    is_deployed: bool,
    /// Whether it is a test, or documentation.
    is_aside: bool,
    /// Where it names an AIsa key, in their order.
    names: &'a [Name<'a>],
}

impl File<'_> {
    fn check(&self, found: &mut Vec<Hygiene>) {
        if !self.is_aside {
            public_prefix::check(self, found);
            literal::check(self, found);
        }
        if self.is_ci || self.kind == Kind::Make {
            printing::check(self, found);
        }
        build_args::check(self, found);
        // Lines are counted here, once, on from one finding to the next.
        found.sort();
        found.dedup();
    }

    fn bytes(&self) -> &[u8] {
        self.content.bytes
    }

    /// A habit at a byte of the file.
    fn habit(
        &self,
        at: usize,
        rule: &'static str,
        message: String,
        example: &'static str,
    ) -> Hygiene {
        let before = self.bytes().get(..at).unwrap_or_default();
        let lines = memchr::memchr_iter(b'\n', before).count() as u64;
        Hygiene {
            path: self.content.path.to_vec(),
            line: Some(self.content.line + lines),
            rule,
            severity: Severity::Warning,
            message,
            example,
        }
    }
}

/// So many habits of one kind in one file are told; a hostile file has one on every line.
const MOST: usize = 20;

/// A piece of a line is this long at most: what is further away says nothing about a name.
const PIECE: usize = 512;

/// What stands before a place on its line.
fn line_before(bytes: &[u8], at: usize) -> &[u8] {
    let before = bytes.get(at.saturating_sub(PIECE)..at).unwrap_or_default();
    let from = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    before.get(from..).unwrap_or_default()
}

/// What stands behind a place on its line.
fn line_behind(bytes: &[u8], at: usize) -> &[u8] {
    let to = bytes.len().min(at.saturating_add(PIECE));
    let behind = bytes.get(at..to).unwrap_or_default();
    let to = memchr::memchr(b'\n', behind).unwrap_or(behind.len());
    behind.get(..to).unwrap_or_default()
}

/// Whether what stands before a place on its line makes that a comment.
fn is_comment(before: &[u8]) -> bool {
    let before = before.trim_ascii_start();
    let starts: [&[u8]; 6] = [b"#", b"//", b"*", b"/*", b"<!--", b"--"];
    // `--build-arg` is no comment.
    starts.iter().any(|start| before.starts_with(start)) && !before.starts_with(b"--b")
}
