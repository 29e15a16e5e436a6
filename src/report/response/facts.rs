//! What is known about a leak and about the repository that it happened in. Names and paths in it are masked and visible already.

use jiff::Timestamp;

use super::stores::Store;
use super::text::Text;
use crate::model::{Balance, State};

/// All that is known.
#[derive(Debug)]
pub struct Facts {
    /// The keys.
    pub keys: Vec<LeakedKey>,
    /// What was looked at for what is said of it.
    pub ground: Ground,
    /// What keeps another key from leaking.
    pub guards: Guards,
    /// The platforms that were asked for or that the repository shows, each with the file that shows it.
    pub stores: Vec<(Store, Option<String>)>,
    /// The names of the other platforms that are known.
    pub other_stores: Vec<String>,
    /// What should be known besides: that the report leaves out keys, say.
    pub notes: Vec<String>,
    /// Whether some keys may be missing altogether.
    pub is_partial: bool,
    /// What ages are counted from.
    pub now: Timestamp,
}

/// A key that leaked.
#[derive(Debug)]
pub struct LeakedKey {
    /// Its whole fingerprint; empty if it is none that this version knows.
    pub fingerprint: String,
    /// What reports show of it.
    pub redacted: String,
    /// What found it.
    pub rule: String,
    /// Whether AIsa issued it.
    pub is_aisa: bool,
    /// What AIsa answered about it.
    pub state: State,
    /// Whether it did so in this run; else a report says so.
    pub is_fresh: bool,
    /// Why it is not known, in words of ours, if it was asked in this run.
    pub detail: Option<String>,
    /// When it answered.
    pub checked_at: Option<Timestamp>,
    /// What it could spend.
    pub balance: Option<Balance>,
    /// When the first commit was made that has it.
    pub since: Option<Timestamp>,
    /// Whether it stands, or stood, in an archive.
    pub in_archive: bool,
    /// Whether it is in the files now.
    pub files: Presence<Found>,
    /// Whether it is in the commit that is checked out.
    pub head: Presence<Found>,
    /// Whether it is in the object database.
    pub history: Presence<InHistory>,
}

/// Whether a key is somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence<T> {
    /// All of that was looked at, and it is not there.
    Gone,
    /// It is there.
    There(T),
    /// It was not found, but that says nothing: why.
    Unknown(Text),
    /// There is no such thing here.
    Nothing,
}

/// Places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Some of them.
    pub places: Vec<String>,
    /// How many there are.
    pub total: u64,
}

/// Where in an object database a key is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InHistory {
    /// Some of the refs that lead to it.
    pub refs: Vec<String>,
    /// How many there are, or at least so many.
    pub refs_total: u64,
    /// Whether a ref leads to it, whether or not its tip still has it.
    pub by_refs: bool,
    /// Whether a stash does.
    pub in_stash: bool,
    /// Whether it is in an object that no ref leads to.
    pub unreachable: bool,
    /// Whether it has left this machine; `None` if that cannot be told.
    pub pushed: Option<bool>,
    /// The repositories that it is in, as a shell takes them in the first folder; none if it is in that folder's alone.
    pub repositories: Vec<String>,
}

/// What was looked at.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    /// The folders; none if nothing was.
    pub folders: Vec<String>,
    /// Whether one of them is in a git repository.
    pub is_git: bool,
    /// The report that it started from, as a shell takes it; `None` if there was none that can be named.
    pub report: Option<String>,
    /// Whether there was a report.
    pub from_report: bool,
    /// The folder that was named, as a shell takes it; `None` if none was.
    pub directory: Option<String>,
    /// Flags that say how AIsa is asked, as a shell takes them; none if nothing was said.
    pub asking: Vec<String>,
    /// What was asked in AIsa's place; `None` if AIsa was.
    pub gateway: Option<String>,
    /// What was left out, and why, in words; `None` if nothing was.
    pub left_out: Option<String>,
}

/// What keeps another key from leaking.
#[derive(Clone, Debug)]
pub struct Guards {
    /// Hooks of git.
    pub hooks: Hooks,
    /// Whether git ignores `.env`.
    pub dotenv: Dotenv,
    /// What runs in CI.
    pub pipelines: Pipelines,
}

/// Whether this program runs in hooks of git.
#[derive(Clone, Debug)]
pub enum Hooks {
    /// What `hook status` says, and whether a commit or a push is stopped.
    Seen {
        /// Whether one is.
        is_active: bool,
        /// In words, with what to do.
        said: String,
    },
    /// It cannot be told, and why.
    Unknown(Text),
    /// There is no repository.
    Nothing,
}

/// What git makes of `.env`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dotenv {
    /// A rule ignores it, and git does not track it.
    Ignored,
    /// Git tracks it.
    Tracked {
        /// Whether a rule ignores it all the same.
        ignored: bool,
    },
    /// No rule ignores it.
    Open,
    /// It cannot be told, and why.
    Unknown(Text),
    /// There is no work tree.
    Nothing,
}

/// The configuration files of CI services.
#[derive(Clone, Debug, Default)]
pub struct Pipelines {
    /// Those that git tracks.
    pub files: Seen,
    /// The first that runs this program, or else names it.
    pub naming: Option<Calling>,
    /// Why it cannot be told.
    pub unknown: Option<Text>,
}

/// A line of such a file that names this program.
#[derive(Clone, Debug)]
pub struct Calling {
    /// The file, and the number of the line.
    pub place: String,
    /// Whether it runs it.
    pub runs: bool,
}

/// Files.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Some of them.
    pub names: Vec<String>,
    /// How many there are.
    pub total: u64,
}
