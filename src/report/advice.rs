//! What a note means in a few words, and what AIsa advises to do: the same words in every report.

use crate::model::Note;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_fits_into_a_terminal() {
        for note in Note::ALL {
            let Advice { means, advice } = of(note);
            let line = format!("  {}: {means}; {advice}", note.name());
            assert!(line.chars().count() <= 100, "{line}");
            assert!(!means.is_empty() && !advice.is_empty());
        }
    }
}
