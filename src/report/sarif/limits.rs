//! What GitHub's code scanning takes at most ("SARIF support for code scanning", upload limits). It refuses a file that
//! is over a limit as a whole, so that what is over is left out, and said.

/// Results in a run.
pub(super) const RESULTS: usize = 25_000;
/// Places of a result, the first one included. It takes 1,000 and shows 100.
pub(super) const PLACES: usize = 100;
/// Tags of a rule. It takes 20 and keeps 10.
pub(super) const TAGS: usize = 10;
/// Places that a result's message links to; a person reads no more.
pub(super) const LINKS: usize = 5;

/// What was left out.
#[derive(Clone, Copy, Default)]
pub(super) struct Cut {
    /// Keys without a result.
    pub results: usize,
    /// Places of other keys.
    pub places: usize,
}
