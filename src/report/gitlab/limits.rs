//! What GitLab takes at most. It refuses a report that is over a limit as a whole, so that what is over is left out, and
//! said.

/// Vulnerabilities of a report: GitLab rejects one with more (gitlab-org/security-products/dast, merge request 573).
pub(super) const VULNERABILITIES: usize = 100_000;
/// Bytes of all vulnerabilities: an artifact has 100 MiB by default (GitLab Docs, "Maximum artifacts size"); the rest of
/// the report is far below a tenth of it.
pub(super) const BYTES: usize = 90 << 20;
/// Places of a key: one key must not leave the others no room, and a person reads no more.
pub(super) const PLACES: usize = 1_000;
/// Characters of a name (the schema's `maxLength`).
pub(super) const NAME: usize = 255;
/// Messages of one kind; the rest is counted.
pub(super) const MESSAGES: usize = 100;
/// Characters of a message.
pub(super) const MESSAGE: usize = 1_000;
/// Characters of a path or another text of a place.
pub(super) const TEXT: usize = 4_096;
/// Columns of a line around a key.
pub(super) const LINE: usize = 200;
/// Refs that are named.
pub(super) const REFS: usize = 10;

/// The text, with a mark where its end is missing if it is longer.
pub(super) fn begin(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    let kept = text.chars().take(most.saturating_sub(1));
    kept.chain(['…']).collect()
}
