//! What each format for programs and for CI services makes of the live check.

use std::path::Path;

use serde_json::{Value, json};

use super::github::runner::commands;
use super::live_tests::{checked, hiding, told};
use super::tests::key_text;
use super::{Format, Options};
use super::{gitlab, junit, liveness, markdown, sarif};
use crate::model::{Confidence, LiveCheck, Outcome, Problem, ProblemKind, Secret, Severity, State};

/// Every state with every confidence.
fn all() -> impl Iterator<Item = (State, Confidence, Outcome)> {
    let confidences = [Confidence::Low, Confidence::Medium, Confidence::High];
    let pairs = State::ALL
        .into_iter()
        .flat_map(move |state| confidences.map(|confidence| (state, confidence)));
    pairs.map(|(state, confidence)| {
        let mut outcome = checked(state);
        outcome.keys[0].confidence = confidence;
        (state, confidence, outcome)
    })
}

/// Leaves a report for other validators, if somebody named a folder for it.
fn keep(variable: &str, name: &str, text: &str) {
    if let Some(folder) = std::env::var_os(variable) {
        std::fs::write(Path::new(&folder).join(name), text).expect("written");
    }
}

/// The sentences that the formats have, as each quotes them.
fn sentences(state: State, quote: impl Fn(&str) -> String) -> String {
    let why = quote("the reason has sk-aisa-…Q9k");
    let spends = "It is spend authority: whoever has it can spend from its wallet";
    match state {
        State::Active => {
            let amount = quote("12.50 USD");
            format!("Live check: active: {why}. {spends} ({amount}, as the answer has it).")
        }
        State::Restricted => format!("Live check: restricted: {why}. {spends}, within its limits."),
        State::OverQuota => {
            format!("Live check: over quota: {why}. {spends}, once its cap lets it.")
        }
        State::Unknown => format!("Live check: unknown, treat it as live: {why}."),
        State::Unchecked => format!("Live check: not checked: {why}."),
        State::Invalid => format!("Live check: invalid: {why}."),
        State::Revoked => format!("Live check: revoked: {why}."),
    }
}

fn plain(text: &str) -> String {
    text.to_owned()
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

/// What is said of what to do first.
fn first(state: State) -> &'static str {
    match state {
        State::Active | State::Restricted | State::OverQuota => {
            "Revoke it right now: https://console.aisa.one, API Keys."
        }
        State::Unknown | State::Unchecked => "Revoke it first: https://console.aisa.one, API Keys.",
        State::Invalid => "Nothing to revoke: it was never a key, or is revoked already.",
        State::Revoked => "Nothing to revoke: it is revoked already.",
    }
}

#[test]
fn a_sarif_result_has_the_verdict_and_its_level() {
    for (state, _, outcome) in all() {
        let run = sarif::tests::run_with(&outcome, &Options::default());
        let result = &run["results"][0];
        let json: Value = serde_json::from_str(&told(Format::Json, &outcome)).expect("JSON");
        assert_eq!(result["properties"]["verdict"], json["keys"][0]["verdict"]);
        let level = match outcome.keys[0].severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        assert_eq!(
            (&result["level"], &json["keys"][0]["severity"]),
            (&json!(level), &json!(level))
        );
        let text = result["message"]["text"].as_str().expect("a message");
        let expected = format!(
            "AIsa API key sk-aisa-…Q9k leaked (src/app.py:3). {} {}",
            sentences(state, plain),
            first(state)
        );
        assert_eq!(text, expected);
        let facts = &run["properties"];
        assert_eq!(
            (&facts["live"], &facts["hidden"]),
            (&json["live"], &json["hidden"])
        );
        assert_eq!(facts["live"]["requests"], 3);
        keep(
            "AISALEAKS_KEEP_SARIF",
            &format!("live-{}.sarif", state.name()),
            &told(Format::Sarif, &outcome),
        );
    }
}

#[test]
fn a_rule_of_which_a_key_works_is_as_severe_as_can_be() {
    let rules = crate::rules::builtin().expect("the rules");
    let options = Options {
        rules: &rules,
        ..Options::default()
    };
    let score = |rule: &str, state, listed: bool| {
        let mut outcome = checked(state);
        outcome.keys[0].rule = rule.to_owned();
        outcome.keys[0].confidence = Confidence::Low;
        if !listed {
            outcome.suppressed = std::mem::take(&mut outcome.keys);
        }
        let run = sarif::tests::run_with(&outcome, &options);
        let rules = sarif::tests::array(&run["tool"]["driver"]["rules"]).iter();
        let mut rules = rules.filter(|one| one["id"] == rule);
        let properties = rules.next().expect("the rule")["properties"].clone();
        let text = |name: &str| properties[name].as_str().expect("text").to_owned();
        [text("security-severity"), text("problem.severity")]
    };
    let unlike = rules
        .iter()
        .filter(|rule| rule.confidence != Confidence::High);
    let unlike: Vec<&str> = unlike.map(|rule| &*rule.id).collect();
    assert!(!unlike.is_empty());
    for rule in unlike.into_iter().chain(["of-nobody"]) {
        let usual = score(rule, State::Unchecked, true);
        assert_ne!(usual[0], "9.5");
        for state in State::ALL {
            let expected = match state.is_live() {
                true => ["9.5".to_owned(), "error".to_owned()],
                false => usual.clone(),
            };
            assert_eq!(score(rule, state, true), expected, "{rule} {state:?}");
            // What is allowed raises no alarm.
            assert_eq!(score(rule, state, false), usual);
        }
    }
    let usual = score("aisa-api-key", State::Unchecked, true);
    assert_eq!(score("aisa-api-key", State::Revoked, true), usual);
}

#[test]
fn hidden_keys_are_a_notification_in_sarif() {
    for (states, level, counts) in [
        (
            &[State::Unknown, State::Revoked][..],
            "warning",
            json!({"unknown": 1, "revoked": 1}),
        ),
        (&[State::Invalid], "note", json!({"invalid": 1})),
    ] {
        let hidden = hiding(states);
        let run = sarif::tests::run_with(&hidden, &Options::default());
        assert_eq!(run["properties"]["hidden"], counts);
        assert_eq!(run["results"], json!([]));
        let notices = sarif::tests::array(&run["invocations"][0]["toolExecutionNotifications"]);
        let notices: Vec<_> = notices
            .iter()
            .map(|at| (&at["descriptor"]["id"], &at["level"]))
            .collect();
        assert_eq!(notices, [(&json!("hidden-keys"), &json!(level))]);
        keep(
            "AISALEAKS_KEEP_SARIF",
            &format!("hidden-{level}.sarif"),
            &told(Format::Sarif, &hidden),
        );
    }
}

#[test]
fn an_annotation_says_whether_the_key_works() {
    for (state, _, outcome) in all() {
        let log = told(Format::Github, &outcome);
        let [command] = &commands(&log)[..] else {
            panic!("one command: {log}");
        };
        let kind = match outcome.keys[0].severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        assert_eq!(command.name, kind);
        let title = &command.properties["title"];
        let name = liveness::called(state);
        let is_asked = state != State::Unchecked;
        assert_eq!(
            title.ends_with(&format!("Q9k ({name})")),
            is_asked,
            "{title}"
        );
        let lines: Vec<&str> = command.data.lines().collect();
        assert_eq!(lines[1], sentences(state, plain));
        assert!(lines[2].starts_with(first(state)), "{log}");
        assert_eq!(
            lines[2].ends_with("It takes effect at once."),
            !state.is_dead()
        );
    }
}

#[test]
fn hidden_keys_are_as_loud_as_what_they_may_be() {
    for (states, confidence, fails, kind) in [
        (
            &[State::Unknown, State::Revoked][..],
            Confidence::High,
            true,
            "error",
        ),
        (&[State::Unchecked], Confidence::High, false, "warning"),
        (&[State::Unknown], Confidence::Medium, true, "warning"),
        (&[State::Unknown], Confidence::Low, true, "notice"),
        (
            &[State::Revoked, State::Invalid],
            Confidence::High,
            true,
            "notice",
        ),
    ] {
        let mut hidden = hiding(states);
        for key in &mut hidden.hidden {
            key.confidence = confidence;
        }
        let options = Options {
            fails: fails.then_some(Severity::Warning),
            ..Options::default()
        };
        let log = super::tests::report(Format::Github, &hidden, &options);
        let commands = commands(&log);
        let told: Vec<_> = commands
            .iter()
            .map(|at| (at.name.as_str(), at.properties["title"].as_str()))
            .collect();
        assert_eq!(told, [(kind, "Keys that are not shown")], "{log}");
        // However many others there are, it is told.
        let many = checked(State::Active).keys.remove(0);
        hidden.keys = vec![many; 30];
        let kinds = [
            ProblemKind::Unreadable,
            ProblemKind::DamagedPack,
            ProblemKind::Limit,
            ProblemKind::Shallow,
        ];
        hidden.problems = kinds.map(|kind| Problem::new(kind, "", "")).to_vec();
        let log = super::tests::report(Format::Github, &hidden, &options);
        assert_eq!(
            log.matches("title=Keys that are not shown::").count(),
            1,
            "{log}"
        );
    }
}

#[test]
fn a_vulnerability_says_whether_the_key_works() {
    for (state, confidence, outcome) in all() {
        let report = gitlab::tests::told(&outcome);
        let one = &gitlab::tests::list(&report)[0];
        let severity = match (outcome.keys[0].severity(), confidence) {
            (Severity::Error, _) => "Critical",
            (Severity::Warning, _) if state.is_dead() => "Low",
            (Severity::Warning, _) => "High",
            (Severity::Note, _) => "Low",
        };
        assert_eq!(one["severity"], severity, "{state:?} {confidence:?}");
        let description = one["description"].as_str().expect("a text");
        assert!(
            description.contains(&sentences(state, code)),
            "{description}"
        );
        let detail = one["details"]["live"]["value"].as_str().expect("a text");
        let name = liveness::called(state);
        assert!(detail.starts_with(name) && detail.ends_with(": the reason has sk-aisa-…Q9k"));
        assert_eq!(
            detail.contains(", asked 2026-01-02 03:04 UTC"),
            state != State::Unchecked
        );
        let solution = one["solution"].as_str().expect("a text");
        assert_eq!(
            solution.starts_with("1. Nothing to revoke"),
            state.is_dead(),
            "{solution}"
        );
        assert_eq!(
            solution.starts_with("1. This key works right now"),
            state.is_live()
        );
        let line = format!("Live check at https://api.aisa.one/v1: 1 {name} (3 requests)");
        assert!(gitlab::tests::messages(&report).contains(&("info", &line)));
    }
    for (state, level) in [(State::Unknown, "warn"), (State::Revoked, "info")] {
        let report = gitlab::tests::told(&hiding(&[state]));
        let messages = gitlab::tests::messages(&report);
        let mut hidden = messages
            .iter()
            .filter(|(_, text)| text.starts_with("Hidden by"));
        assert_eq!(hidden.next().map(|(level, _)| *level), Some(level));
    }
}

#[test]
fn a_test_case_says_whether_the_key_works() {
    for (state, _, outcome) in all() {
        let text = junit::tests::told_with(&outcome, &Options::default());
        let [case] = &junit::tests::cases(&text)[..] else {
            panic!("one case: {text}");
        };
        let is_failure = outcome.keys[0].severity() >= Severity::Warning;
        assert_eq!(case[2], if is_failure { "failure" } else { "skipped" });
        let name = liveness::called(state);
        let balance = if state == State::Active {
            ", 12.50 USD"
        } else {
            ""
        };
        let message = format!("AIsa API key sk-aisa-…Q9k leaked (live check: {name}{balance})");
        assert!(case[3].starts_with(&message), "{case:?}");
        assert!(text.contains(&format!("  live: {name}")), "{text}");
        assert!(
            text.contains("Live check at https://api.aisa.one/v1: 1 "),
            "{text}"
        );
        keep(
            "AISALEAKS_KEEP_JUNIT",
            &format!("live-{}.xml", state.name()),
            &text,
        );
    }
}

#[test]
fn hidden_keys_are_a_test_case() {
    use Severity::{Error, Warning};
    for (state, confidence, fails, end) in [
        (State::Unknown, Confidence::High, Some(Warning), "failure"),
        (
            State::Unchecked,
            Confidence::Medium,
            Some(Warning),
            "failure",
        ),
        (State::Unknown, Confidence::Medium, Some(Error), "skipped"),
        (State::Unknown, Confidence::High, None, "skipped"),
        (State::Revoked, Confidence::High, Some(Warning), "skipped"),
    ] {
        let mut hidden = hiding(&[state, State::Invalid]);
        hidden.hidden[0].confidence = confidence;
        let options = Options {
            fails,
            ..Options::default()
        };
        let text = junit::tests::told_with(&hidden, &options);
        let cases = junit::tests::cases(&text);
        let cases: Vec<[&str; 3]> = cases
            .iter()
            .map(|[name, class, end, _]| [name.as_str(), class, end])
            .collect();
        let expected = [
            ["keys that are not shown", "aisaleaks.live-check", end],
            ["no key is known to work", "aisaleaks.scan", "passed"],
        ];
        assert_eq!(cases, expected);
        keep("AISALEAKS_KEEP_JUNIT", &format!("hidden-{end}.xml"), &text);
    }
}

#[test]
fn a_summary_has_a_badge_and_the_reasons() {
    for state in State::ALL {
        let mut outcome = checked(state);
        let page = markdown::tests::read(&told(Format::Markdown, &outcome));
        assert_eq!(page.others, [""; 0]);
        let (name, is_live) = (liveness::called(state), state.is_live());
        let head = if is_live {
            "aisaleaks: 1 leaked key, live"
        } else {
            "aisaleaks: 1 leaked key"
        };
        assert_eq!(page.headings[0], head);
        let balance = if state == State::Active {
            ", 12.50 USD"
        } else {
            ""
        };
        assert_eq!(page.rows[1][0], format!("sk-aisa-…Q9k, {name}{balance}"));
        assert!(
            page.headings
                .contains(&"What the live check says".to_owned())
        );
        assert!(
            page.codes
                .contains(&"the reason has sk-aisa-…Q9k".to_owned())
        );
        let text = told(Format::Markdown, &outcome);
        assert_eq!(text.contains(&format!(", **{name}**")), is_live, "{text}");
        let asked = if state == State::Unchecked {
            ""
        } else {
            ", asked 2026-01-02 03:04 UTC"
        };
        assert!(
            text.contains(&format!("\n- `sk-aisa-…Q9k`: {name}{asked}")),
            "{text}"
        );
        let line = format!("\nLive check at `https://api.aisa.one/v1`: 1 {name} (3 requests).\n");
        assert!(text.contains(&line), "{text}");
        let again = outcome.keys[0].clone();
        outcome.keys.push(again);
        let page = markdown::tests::read(&told(Format::Markdown, &outcome));
        assert_eq!(
            page.headings[0].ends_with("2 leaked keys, 2 of them live"),
            is_live
        );
    }
    let text = told(Format::Markdown, &hiding(&[State::Unknown]));
    assert!(
        text.starts_with("## aisaleaks: no key that is known to work, 1 hidden\n"),
        "{text}"
    );
    assert!(
        text.contains("\n**Hidden by --only-active: 1 unknown; "),
        "{text}"
    );
    let text = told(Format::Markdown, &hiding(&[State::Revoked]));
    assert!(
        text.contains("\nHidden by --only-active: 1 revoked.\n"),
        "{text}"
    );
}

#[test]
fn what_is_allowed_and_works_is_told_where_it_is_listed() {
    let mut outcome = checked(State::Active);
    outcome.suppressed = std::mem::take(&mut outcome.keys);
    let options = Options {
        show_suppressed: true,
        ..Options::default()
    };
    let human = super::tests::report(Format::Human, &outcome, &options);
    assert!(human.contains("\n  live: active, asked "), "{human}");
    let run = sarif::tests::run_with(&outcome, &options);
    assert_eq!(
        run["results"][0]["properties"]["verdict"]["state"],
        "active"
    );
}

#[test]
fn no_text_of_a_check_holds_a_key() {
    for (state, _, mut outcome) in all() {
        let text = key_text();
        outcome.live = Some(LiveCheck {
            base: format!("https://{text}.example/{text}"),
            requests: 1,
            interrupted: false,
        });
        if let Some(balance) = &mut outcome.keys[0].verdict.balance {
            (balance.amount, balance.currency) = (text.clone(), Some(text.clone()));
        }
        let mut other = outcome.keys[0].clone();
        other.secret = Secret::new(&text);
        outcome.suppressed = vec![other.clone()];
        outcome.hidden = vec![other];
        for format in Format::ALL {
            // It looks for the key in all that is told.
            let report = told(format, &outcome);
            let name = match format {
                Format::Json | Format::Jsonl | Format::Sarif => state.name(),
                _ => liveness::called(state),
            };
            assert!(report.contains(name), "{format:?}: {report}");
        }
    }
}
