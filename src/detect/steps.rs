//! The words for what each step of detection may decide.

use super::edges::Edge;
use super::placeholder::MadeUp;
use crate::model::{Effect, Encoding, Step};

const fn step(name: &'static str, effect: Effect, why: &'static str) -> Step {
    Step { name, effect, why }
}

pub(super) const FITS: Step = step("shape", Effect::Passes, "fits");
pub(super) const FITS_WITH_MORE: Step = step(
    "shape",
    Effect::Lowers,
    "fits, but dashes or underscores follow",
);
pub(super) const TOO_SHORT: Step = step("shape", Effect::Drops, "too short for a key");
pub(super) const GOES_ON: Step = step("shape", Effect::Drops, "goes on where a key would end");
pub(super) const NO_RULE: Step = step("shape", Effect::Drops, "fits no rule");

pub(super) const FOREIGN: Step = step("vendor", Effect::Drops, "marked as OpenAI's");

pub(super) const CANONICAL: Step = step("structure", Effect::Passes, "canonical");
pub(super) const NOT_CANONICAL: Step = step("structure", Effect::Lowers, "not canonical");

pub(super) const NOT_MADE_UP: Step = step("placeholder", Effect::Passes, "looks random");
pub(super) const CUT_SHORT: Step = step(
    "placeholder",
    Effect::Drops,
    "short, and dots or stars follow",
);

pub(super) const IN_CONTEXT: Step = step("context", Effect::Passes, "AIsa is near by");
pub(super) const OUT_OF_CONTEXT: Step = step("context", Effect::Drops, "AIsa is not near by");

pub(super) const OTHER_PATH: Step = step("path", Effect::Drops, "not one that its rule is about");
pub(super) const ENTROPY: Step = step("entropy", Effect::Drops, "not what its rule asks for");
pub(super) const ALLOWED_BY_RULE: Step = step("rules file", Effect::Drops, "allows it");
pub(super) const NO_KEYWORD: Step =
    step("keywords", Effect::Drops, "none of its rule's in the file");
pub(super) const NOT_NEAR: Step = step("required", Effect::Drops, "is not near by");

/// What a candidate was decoded from.
pub(super) fn encoded(encoding: Encoding) -> Step {
    step("encoding", Effect::Passes, encoding.name())
}

pub(super) fn edge(edge: Edge) -> Step {
    match edge {
        Edge::Clean => step("edges", Effect::Passes, "clean"),
        Edge::Unusual => step(
            "edges",
            Effect::Lowers,
            "what stands before may belong to it",
        ),
        Edge::Inside => step("edges", Effect::Drops, "inside a longer word"),
    }
}

pub(super) fn made_up(how: MadeUp) -> Step {
    let why = match how {
        MadeUp::Empty => "empty",
        MadeUp::FewCharacters => "few different characters",
        MadeUp::PlainText => "letters as in plain text",
        MadeUp::Periodic => "repeats itself",
        MadeUp::Words => "words, runs or sequences cover it",
    };
    step("placeholder", Effect::Drops, why)
}

/// Every decision there is.
#[cfg(test)]
pub(crate) fn all() -> Vec<Step> {
    let mut all = vec![
        FITS,
        FITS_WITH_MORE,
        TOO_SHORT,
        GOES_ON,
        NO_RULE,
        FOREIGN,
        CANONICAL,
        NOT_CANONICAL,
        NOT_MADE_UP,
        CUT_SHORT,
        IN_CONTEXT,
        OUT_OF_CONTEXT,
        OTHER_PATH,
        ENTROPY,
        ALLOWED_BY_RULE,
        NO_KEYWORD,
        NOT_NEAR,
    ];
    all.extend([Edge::Clean, Edge::Unusual, Edge::Inside].map(edge));
    let made_up_ways = [
        MadeUp::Empty,
        MadeUp::FewCharacters,
        MadeUp::PlainText,
        MadeUp::Periodic,
        MadeUp::Words,
    ];
    all.extend(made_up_ways.map(made_up));
    all
}
