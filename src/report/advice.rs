//! What a note means in a few words, and what AIsa advises to do: the same words in every report.

use crate::model::{Key, Location, Note};

/// What is said of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Advice {
    /// What it means.
    pub(super) means: &'static str,
    /// What to do.
    pub(super) advice: &'static str,
}

/// What is said of a note. A line of both, with the note's name, fits into a terminal of 100 columns.
pub(super) fn of(note: Note) -> Advice {
    let (means, advice) = match note {
        Note::Pushed => (
            "a remote branch leads to it",
            "treat it as public, whatever is removed afterwards",
        ),
        Note::ClientExposed => (
            "browsers or phones download it",
            "keep the key on a server of yours",
        ),
        Note::CiLiteral => (
            "a literal in CI",
            "use its secret store and a ci-tests key with a low spend cap",
        ),
        Note::ContainerFile => (
            "whoever has the image can read it",
            "pass it when the container starts",
        ),
        Note::KubernetesSecret => (
            "base64 hides nothing",
            "let the cluster fetch it from a secret manager",
        ),
        Note::CloudConfig => (
            "it is deployed from a file",
            "refer to the platform's secret manager instead",
        ),
        Note::AgentConfig => (
            "an agent's settings hold it",
            "let them refer to a variable, one key for each person",
        ),
        Note::DotenvTracked => (
            "git keeps every version of it",
            "add .env to .gitignore, and git rm --cached .env",
        ),
        Note::EnvFallback => (
            "used wherever the variable is not set",
            "read the variable, and fail without it",
        ),
        Note::SharedAcross => (
            "several services or environments use it",
            "one key for each, never shared",
        ),
        Note::RotationDue => (
            "first committed over 90 days ago, and still there",
            "rotate every 90 days",
        ),
        Note::InLog => (
            "in a log or a transcript",
            "mask keys where it is written, and delete copies",
        ),
        Note::InTest => (
            "tests are code that everybody has",
            "make a key up, or read a variable",
        ),
        Note::InDocs => (
            "documents are read and copied",
            "write a placeholder such as your-key-here",
        ),
    };
    Advice { means, advice }
}

/// What is said of a key that does not stand in a file as it is.
const ENCODED: (&str, Advice) = (
    "encoded",
    Advice {
        means: "encoding is no protection",
        advice: "treat it like a key that stands there plainly",
    },
);

/// What is said of a key in an archive or in a compressed file.
const IN_ARCHIVE: (&str, Advice) = (
    "in-archive",
    Advice {
        means: "whoever has the archive has the key",
        advice: "build it anew, and count published ones as leaked",
    },
);

/// What is said of a key, by name: of its notes but that it was pushed, which reports say themselves, and of how it hides.
pub(super) fn of_key(key: &Key) -> impl Iterator<Item = (&'static str, Advice)> {
    let notes = key.notes.iter().filter(|note| **note != Note::Pushed);
    let notes = notes.map(|note| (note.name(), of(*note)));
    notes.chain(of_hiding(&key.locations))
}

/// What is said of how a key hides at these places.
pub(super) fn of_hiding<'a>(
    places: impl IntoIterator<Item = &'a Location>,
) -> impl Iterator<Item = (&'static str, Advice)> {
    let (mut is_encoded, mut is_inside) = (false, false);
    for at in places {
        // Of base64 in a manifest its own note says that.
        is_encoded |= !at.encoding.is_empty() && !at.notes.contains(&Note::KubernetesSecret);
        is_inside |= !at.member.is_empty();
    }
    let encoded = is_encoded.then_some(ENCODED);
    encoded.into_iter().chain(is_inside.then_some(IN_ARCHIVE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_fits_into_a_terminal() {
        let notes = Note::ALL.map(|note| (note.name(), of(note)));
        let hiding = [ENCODED, IN_ARCHIVE];
        for (name, Advice { means, advice }) in notes.into_iter().chain(hiding) {
            let line = format!("  {name}: {means}; {advice}");
            assert!(line.chars().count() <= 100, "{line}");
            assert!(!means.is_empty() && !advice.is_empty());
        }
    }
}
