//! The exit status as a type.

use clap::ValueEnum;

use crate::model::{Outcome, Severity};

/// The lowest severity that counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Findings never change the exit status.
    Never,
    /// Every finding counts.
    Note,
    /// Medium confidence and above.
    #[default]
    Warning,
    /// High confidence.
    Error,
}

impl FailOn {
    /// The lowest severity that counts; none if none does.
    pub fn least(self) -> Option<Severity> {
        match self {
            Self::Never => None,
            Self::Note => Some(Severity::Note),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

/// What an incomplete scan means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum OnIncomplete {
    /// Exit status 3.
    #[default]
    Fail,
    /// Exit status 0.
    Pass,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything was scanned and nothing was found.
    Clean,
    /// Something was found; the status to use for it.
    Found(u8),
    /// What somebody asked about is not there.
    Nowhere,
    /// A usage or fatal error.
    Failed,
    /// Nothing was found, but not everything could be scanned.
    Incomplete,
    /// Somebody pressed Ctrl-C.
    Interrupted,
}

impl Exit {
    /// The number that the process exits with.
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Found(code) => code,
            Self::Nowhere => 1,
            Self::Failed => 2,
            Self::Incomplete => 3,
            Self::Interrupted => 130,
        }
    }

    /// What an outcome means under these flags. A key that is not listed, because only those that work were asked for, counts as
    /// before, unless it is known that it does not work: no answer is no good answer.
    pub fn of(outcome: &Outcome, fail_on: FailOn, on_incomplete: OnIncomplete, found: u8) -> Self {
        let least = fail_on.least();
        let hidden = outcome.hidden.iter();
        let hidden = hidden.filter(|key| !key.verdict.state.is_dead());
        let mut keys = outcome.keys.iter().chain(hidden);
        let found_key = |least| keys.any(|key| key.severity() >= least);
        // A habit is no leak: whatever its level, it counts as a note.
        let found_habit = least == Some(Severity::Note) && !outcome.hygiene.is_empty();
        let is_cut = outcome.live.as_ref().is_some_and(|live| live.interrupted);
        if outcome.interrupted || is_cut {
            Self::Interrupted
        } else if found_habit || least.is_some_and(found_key) {
            Self::Found(found)
        } else if !outcome.complete() && on_incomplete == OnIncomplete::Fail {
            Self::Incomplete
        } else {
            Self::Clean
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Confidence, Hygiene, Key, Problem, ProblemKind, Secret, State, Verdict};

    fn outcome(confidence: Option<Confidence>, problem: bool) -> Outcome {
        let key = |confidence| Key {
            secret: Secret::new("sk-"),
            rule: "r".into(),
            confidence,
            locations: Vec::new(),
            notes: Vec::new(),
            verdict: Verdict::default(),
        };
        let problem = problem.then(|| Problem::new(ProblemKind::Unreadable, "a", "b"));
        Outcome {
            keys: confidence.map(key).into_iter().collect(),
            problems: problem.into_iter().collect(),
            ..Outcome::default()
        }
    }

    fn code(outcome: &Outcome, fail_on: FailOn, on_incomplete: OnIncomplete) -> u8 {
        Exit::of(outcome, fail_on, on_incomplete, 1).code()
    }

    #[test]
    fn findings_win_over_problems_and_fall_below_thresholds() {
        use Confidence::{High, Low, Medium};
        use OnIncomplete::{Fail, Pass};
        assert_eq!(code(&outcome(None, false), FailOn::Warning, Fail), 0);
        assert_eq!(code(&outcome(None, true), FailOn::Warning, Fail), 3);
        assert_eq!(code(&outcome(None, true), FailOn::Warning, Pass), 0);
        assert_eq!(code(&outcome(Some(High), true), FailOn::Warning, Fail), 1);
        assert_eq!(code(&outcome(Some(Low), false), FailOn::Warning, Fail), 0);
        assert_eq!(code(&outcome(Some(Low), false), FailOn::Note, Fail), 1);
        assert_eq!(code(&outcome(Some(Medium), false), FailOn::Error, Fail), 0);
        assert_eq!(code(&outcome(Some(High), true), FailOn::Never, Fail), 3);
    }

    #[test]
    fn habits_count_as_notes() {
        let mut habit = outcome(None, false);
        habit.hygiene.push(Hygiene {
            path: b".env".to_vec(),
            line: None,
            rule: "dotenv-tracked",
            severity: Severity::Warning,
            message: String::new(),
            example: "",
        });
        let of = |fail_on| code(&habit, fail_on, OnIncomplete::Fail);
        let all = [FailOn::Never, FailOn::Note, FailOn::Warning, FailOn::Error];
        assert_eq!(all.map(of), [0, 1, 0, 0]);
    }

    #[test]
    fn what_works_is_an_error_and_what_does_not_is_a_warning_at_most() {
        use Confidence::{High, Low, Medium};
        // For each confidence, what the thresholds note, warning and error make of it.
        for (states, codes) in [
            (&State::ALL[..3], [[1, 1, 1], [1, 1, 1], [1, 1, 1]]),
            (&State::ALL[3..5], [[1, 0, 0], [1, 1, 0], [1, 1, 1]]),
            (&State::ALL[5..], [[1, 0, 0], [1, 1, 0], [1, 1, 0]]),
        ] {
            for state in states {
                let of = |confidence| {
                    let mut outcome = outcome(Some(confidence), false);
                    outcome.keys[0].verdict.state = *state;
                    let of = |fail_on| code(&outcome, fail_on, OnIncomplete::Fail);
                    assert_eq!(of(FailOn::Never), 0);
                    [FailOn::Note, FailOn::Warning, FailOn::Error].map(of)
                };
                assert_eq!([Low, Medium, High].map(of), codes, "{state:?}");
            }
        }
    }

    #[test]
    fn a_key_that_is_hidden_counts_unless_it_is_known_not_to_work() {
        for state in State::ALL {
            for confidence in [Confidence::Low, Confidence::Medium, Confidence::High] {
                let mut listed = outcome(Some(confidence), true);
                listed.keys[0].verdict.state = state;
                let mut hidden = listed.clone();
                hidden.hidden = std::mem::take(&mut hidden.keys);
                for fail_on in [FailOn::Never, FailOn::Note, FailOn::Warning, FailOn::Error] {
                    let of = |outcome| code(outcome, fail_on, OnIncomplete::Pass);
                    let expected = if state.is_dead() { 0 } else { of(&listed) };
                    assert_eq!(of(&hidden), expected, "{state:?} {fail_on:?}");
                }
                // A dead key hides nothing else that counts.
                hidden.keys = outcome(Some(Confidence::High), false).keys;
                assert_eq!(code(&hidden, FailOn::Error, OnIncomplete::Fail), 1);
                hidden.keys.clear();
                let incomplete = code(&hidden, FailOn::Never, OnIncomplete::Fail);
                assert_eq!(incomplete, 3);
            }
        }
    }

    #[test]
    fn an_accepted_problem_is_complete_and_an_interruption_is_not() {
        let mut accepted = outcome(None, true);
        accepted.problems[0].accepted = Some("test data".into());
        assert_eq!(code(&accepted, FailOn::Warning, OnIncomplete::Fail), 0);
        accepted.interrupted = true;
        assert_eq!(code(&accepted, FailOn::Warning, OnIncomplete::Fail), 130);
    }
}
