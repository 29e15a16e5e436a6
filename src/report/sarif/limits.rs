//! What GitHub's code scanning takes at most ("SARIF support for code scanning", upload limits). It refuses a file that
//! is over a limit as a whole, so that what is over is left out, and said.

/// Results in a run.
pub(super) const RESULTS: usize = 25_000;
/// Places of a result, the first one included. It takes 1,000 and shows 100.
pub(super) const PLACES: usize = 100;
/// Related places of all results together: it takes 10 MB of gzip, of which one such place is about 100 bytes.
pub(super) const RELATED: usize = 50_000;
/// Tags of a rule. It takes 20 and keeps 10.
pub(super) const TAGS: usize = 10;
/// Places that a result's message links to; a person reads no more.
pub(super) const LINKS: usize = 5;

/// Notes that a result's message explains; its tags have the others.
pub(super) const NOTES: usize = 3;

/// Suppressions of a result, which all say the same in nearly every report.
pub(super) const SUPPRESSIONS: usize = 20;

/// Stale entries of the configuration that are told; a person corrects no more at once.
pub(super) const STALE: usize = 100;

/// What was listed so far and what was left out.
#[derive(Clone, Copy, Default)]
pub(super) struct Cut {
    /// Keys without a result.
    pub results: usize,
    /// Bad habits without a result.
    pub habits: usize,
    /// Places that no result has.
    pub places: usize,
    /// Related places that results have.
    pub related: usize,
}
