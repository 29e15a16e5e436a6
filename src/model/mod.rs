//! The words of the domain as plain data, without any input or output.

mod allowed;
mod attribution;
mod chunk;
mod encoding;
mod finding;
mod fingerprint;
mod hygiene;
mod judgement;
mod note;
mod object_id;
mod origin;
mod outcome;
mod percent;
mod problem;
mod repair;
mod secret;
mod site;
mod verdict;

pub use allowed::{Allowed, AllowedBy};
pub use attribution::{Attribution, Commit, Event, EventKind, Reachable};
pub use chunk::{Chunk, Fresh, Mark, Position, Reach, Sink, Worker};
pub use encoding::Encoding;
pub use finding::{Confidence, Context, Key, Location, Place, Severity};
pub use fingerprint::FingerprintStart;
pub use hygiene::Hygiene;
pub use judgement::{AskedLine, Effect, Judged, Judgement, Step};
pub use note::Note;
pub use object_id::ObjectId;
pub use origin::Origin;
pub use outcome::{Excluded, Outcome, Stats, Target, TargetKind};
pub use percent::percent_encoded;
pub use problem::{Problem, ProblemKind};
pub use repair::{Repair, Replacement};
pub use secret::{FingerprintKey, Mask, PREFIX, Secret};
pub use site::{Arrival, Site};
pub use verdict::{Balance, LiveCheck, State, Verdict};
