//! Of keys that were found in several ways, the one that says most.

use super::Wrapped;
use crate::model::Encoding;

/// Sorted, each once, and none within another that says the same.
pub(in crate::detect) fn settle(found: &mut Vec<Wrapped>) {
    found.sort_by(|one, other| {
        let order = |wrapped: &Wrapped| (wrapped.start, std::cmp::Reverse(wrapped.end));
        (
            order(one),
            &one.secret,
            std::cmp::Reverse(one.confidence),
            &one.encoding,
        )
            .cmp(&(
                order(other),
                &other.secret,
                std::cmp::Reverse(other.confidence),
                &other.encoding,
            ))
    });
    let mut kept: Vec<Wrapped> = Vec::new();
    for wrapped in found.drain(..) {
        let mut before = kept
            .iter()
            .rev()
            .take_while(|known| known.end > wrapped.start);
        let known = before.any(|known| {
            // What is only the beginning of a key in pieces looks like one of another shape.
            let is_part = known.start == wrapped.start && known.end > wrapped.end;
            // What is stored in an archive and not compressed can be read in its bytes, with some of them stuck to it.
            let is_raw = known.encoding.len() > wrapped.encoding.len()
                && known
                    .encoding
                    .iter()
                    .any(|it| matches!(it, Encoding::Gzip | Encoding::Zip));
            known.end >= wrapped.end && (known.secret == wrapped.secret || is_part || is_raw)
        });
        if !known {
            kept.push(wrapped);
        }
    }
    *found = kept;
}
