//! What people read in a log of a CI service, which obeys some lines of it.

use super::github::runner::commands;
use super::tests::{Known, at, key_text, outcome, report};
use super::{Format, Gate, Options, write_gate, write_judgements};
use crate::model::{
    Allowed, AllowedBy, Balance, Confidence, Context, Hygiene, Judged, Judgement, LiveCheck,
    Location, Origin, Outcome, Problem, ProblemKind, Severity, State, Verdict,
};
use crate::report::history_tests::attribution;

const HOSTILE: [&str; 7] = [
    "::set-env name=x::y",
    " \u{a0}::error::x",
    ":",
    "##[add-mask]x",
    "a ##vso[task.x]b",
    "##teamcity[x]",
    "long words stand here so that the line is wrapped before the next word ::error::x",
];

/// An outcome with the text wherever text from the input goes.
fn hostile(text: &str) -> Outcome {
    let mut history = attribution();
    let mut commits = [&mut history.introduced, &mut history.removed];
    for commit in commits.iter_mut().filter_map(|at| at.as_mut()) {
        (commit.author, commit.email) = (text.to_owned(), text.to_owned());
        commit.summary = text.to_owned();
    }
    history.refs = vec![text.as_bytes().to_vec()];
    history.renamed_from = Some(text.as_bytes().to_vec());
    let mut place: Location = at(Origin::Worktree, Some(text.as_bytes()));
    place.attribution = Some(Box::new(history));
    place.context = Some(Context {
        text: format!("{text}KEY"),
        start: text.len(),
        end: text.len() + 3,
    });
    let mut outcome = outcome();
    outcome.keys[0].rule = text.to_owned();
    outcome.keys[0].locations = vec![place.clone()];
    outcome.keys[0].verdict = Verdict {
        state: State::Active,
        detail: Some(text.to_owned()),
        checked_at: None,
        balance: Some(Balance {
            amount: text.to_owned(),
            currency: Some(text.to_owned()),
        }),
    };
    outcome.live = Some(LiveCheck {
        base: text.to_owned(),
        requests: 1,
        interrupted: false,
    });
    place.allowed = Some(Allowed {
        by: AllowedBy::Inline,
        reason: Some(text.to_owned()),
    });
    let mut suppressed = outcome.keys[0].clone();
    suppressed.locations = vec![place];
    outcome.suppressed = vec![suppressed];
    outcome.stale = vec![text.to_owned()];
    outcome.hygiene = vec![Hygiene {
        path: text.as_bytes().to_vec(),
        line: Some(3),
        rule: "public-prefix",
        severity: Severity::Note,
        message: text.to_owned(),
        example: "",
    }];
    outcome.problems = vec![Problem::new(ProblemKind::Unreadable, text, text)];
    outcome.judged = vec![Judged {
        origin: Origin::Worktree,
        path: Some(text.as_bytes().to_vec()),
        object: None,
        place: None,
        context: None,
        fingerprint: None,
        judgement: Judgement {
            start: 0,
            end: 51,
            redacted: "sk-aisa-…Q9k".to_owned(),
            rule: Some(text.into()),
            steps: Vec::new(),
            wrapped: None,
            confidence: Some(Confidence::High),
        },
    }];
    outcome
}

#[test]
fn nothing_that_people_read_is_obeyed() {
    let options = Options {
        show_suppressed: true,
        ..Options::default()
    };
    for text in HOSTILE {
        let outcome = hostile(text);
        let human = report(Format::Human, &outcome, &options);
        assert_eq!(commands(&human), [], "{human}");

        let mut log = Vec::new();
        let known = Known(key_text());
        write_judgements(&outcome, &known, &options, &mut log).expect("a Vec takes any bytes");
        let mut leak = outcome.clone();
        for keys in [true, false] {
            let gate = Gate::Commit;
            write_gate(&gate, true, &leak, &known, &options, &mut log).expect("a Vec");
            if keys {
                leak.keys.clear();
            }
        }
        let log = String::from_utf8(log).expect("UTF-8");
        assert!(
            log.contains("unreadable") && log.contains("it would leak"),
            "{log}"
        );
        assert_eq!(commands(&log), [], "{log}");
    }
}

#[test]
fn ordinary_text_stays_as_it_is() {
    for text in ["std::vec", "## Title", "# Heading", "a ::b"] {
        let human = report(Format::Human, &hostile(text), &Options::default());
        let shown = format!("  {text}:3:8\n");
        assert!(human.contains(&shown), "{human}");
        assert!(human.contains(&format!("    {text}KEY\n    {}^^^", " ".repeat(text.len()))));
    }
}
