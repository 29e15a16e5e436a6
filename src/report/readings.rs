//! What a step's decision means, for somebody who sees it alone: the words of the steps themselves are short enough for a
//! line of many.

use crate::model::Step;

/// A reading of a decision, to stand behind its own words.
pub(super) fn of(step: &Step) -> &'static str {
    match (step.name, step.why) {
        ("shape", "fits") => "it has the form that its rule describes",
        ("shape", "fits, but dashes or underscores follow") => {
            "they may be more of it, or only emphasis as in Markdown"
        }
        ("shape", "too short for a key") => "20 characters or more have to follow `sk-aisa-`",
        ("shape", "goes on where a key would end") => {
            "`sk-` and 48 letters and digits would be a legacy key; here more of them follow"
        }
        ("shape", "fits no rule") => "no rule describes a key of this length and these characters",
        ("vendor", "marked as OpenAI's") => {
            "keys of OpenAI have a mark in their middle, and so has this"
        }
        ("structure", "canonical") => "32 bytes in base64url end like this, as all known keys do",
        ("structure", "not canonical") => {
            "32 bytes never become this in base64url: mistyped, made up, or of a kind not seen so far"
        }
        ("placeholder", "looks random") => "no words, sequences or repetitions cover it",
        ("placeholder", "short, and dots or stars follow") => "somebody cut it short on purpose",
        ("placeholder", "empty") => "nothing follows what every key begins with",
        ("placeholder", "few different characters") => "as in xxxxxxxx: it stands in for a key",
        ("placeholder", "letters as in plain text") => "it reads as words, and a key does not",
        ("placeholder", "repeats itself") => "one key in ten million at most looks so by chance",
        ("placeholder", "words, runs or sequences cover it") => {
            "one key in ten million at most looks so by chance"
        }
        ("context", "AIsa is near by") => {
            "within 2,000 bytes, or in the name that it is assigned to"
        }
        ("context", "AIsa is not near by") => {
            "other vendors' keys look the same: neither AISA_ nor aisa.one stands within 2,000 bytes, and no name with \
             aisa is assigned"
        }
        ("edges", "clean") => "nothing that stands before it belongs to it",
        ("edges", "what stands before may belong to it") => {
            "a digit, a dash or an underscore: it may be the end of something longer"
        }
        ("edges", "inside a longer word") => "a letter stands directly before it, as in task-…",
        ("path", "not one that its rule is about") => "the rule names the paths that it is for",
        ("entropy", "not what its rule asks for") => "too regular, or too short, to be a secret",
        ("rules file", "allows it") => "an allowlist of its rule, or of the file, has it",
        ("keywords", "none of its rule's in the file") => "the rule wants one of them somewhere",
        ("required", "is not near by") => "the rule wants what another rule finds beside it",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_decision_has_one() {
        let all = crate::detect::all_steps();
        assert!(all.len() > 20);
        for step in all {
            assert!(!of(&step).is_empty(), "{step:?}");
        }
    }
}
