//! What reports say of the live check, in the words that all of them have, and for people and in JSON as a whole.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::tests::{Known, at, key_text, outcome, report};
use super::{Format, Gate, Options, html, steps, write_gate};
use crate::model::{
    Balance, FingerprintKey, Key, LiveCheck, Origin, Outcome, Secret, State, Verdict,
};

/// What is said of a key in this state, with a key in every text of it.
pub(super) fn verdict(state: State) -> Verdict {
    // 2026-01-02T03:04:05Z, and a part of a second.
    let at = Timestamp::new(1_767_323_045, 123_456_789).expect("a date");
    Verdict {
        state,
        detail: Some(format!("the reason has {}", key_text())),
        checked_at: (state != State::Unchecked).then_some(at),
        balance: (state == State::Active).then(|| Balance {
            amount: "12.50".to_owned(),
            currency: Some("USD".to_owned()),
        }),
    }
}

/// A key in a file, after a check that said this of it.
pub(super) fn checked(state: State) -> Outcome {
    let mut outcome = outcome();
    outcome.problems.clear();
    outcome.stats.excluded.clear();
    outcome.keys[0].locations = vec![at(Origin::Worktree, Some(b"src/app.py"))];
    outcome.keys[0].verdict = verdict(state);
    outcome.live = Some(LiveCheck {
        base: "https://api.aisa.one/v1".to_owned(),
        requests: 3,
        interrupted: false,
    });
    outcome
}

/// Nothing but keys in these states, of which only those that work were asked for.
pub(super) fn hiding(states: &[State]) -> Outcome {
    let mut outcome = checked(State::Unknown);
    let key = outcome.keys.remove(0);
    let hidden = states.iter().enumerate().map(|(nth, state)| Key {
        secret: Secret::new(&format!("{}{nth}", key_text())),
        verdict: verdict(*state),
        ..key.clone()
    });
    outcome.hidden = hidden.collect();
    outcome
}

pub(super) fn told(format: Format, outcome: &Outcome) -> String {
    let text = report(format, outcome, &Options::default());
    assert!(!text.contains("Zq8Lr2Tw"), "{format:?}: {text}");
    text
}

const DATED: &str = ", asked 2026-01-02 03:04 UTC";
const WHY: &str = ": the reason has sk-aisa-…Q9k";
const SPENDS: &str = "spend authority: whoever has it can spend from its wallet";

/// What the report for people says of each state: the severity, and the lines below.
fn lines(state: State) -> (&'static str, String) {
    match state {
        State::Active => (
            "error",
            format!("live: active{DATED}{WHY}\n  {SPENDS} (12.50 USD, as the answer has it)"),
        ),
        State::Restricted => (
            "error",
            format!("live: restricted{DATED}{WHY}\n  {SPENDS}, within its limits"),
        ),
        State::OverQuota => (
            "error",
            format!("live: over quota{DATED}{WHY}\n  {SPENDS}, once its cap lets it"),
        ),
        State::Unknown => (
            "error",
            format!("live: unknown{DATED}, treat it as live{WHY}"),
        ),
        State::Unchecked => ("error", format!("live: not checked{WHY}")),
        State::Invalid => ("warning", format!("live: invalid{DATED}{WHY}")),
        State::Revoked => ("warning", format!("live: revoked{DATED}{WHY}")),
    }
}

#[test]
fn people_read_whether_a_key_works_first() {
    for state in State::ALL {
        let text = told(Format::Human, &checked(state));
        let (severity, lines) = lines(state);
        let expected = format!(
            "{severity}: sk-aisa-…Q9k  high confidence, aisa-api-key, 1 place\n  {lines}\n  src/app.py:3:8\n"
        );
        assert!(text.starts_with(&expected), "{expected} in {text}");
        let name = super::liveness::called(state);
        let summary =
            format!("\nLive check at https://api.aisa.one/v1: 1 {name} (3 requests)\nScanned");
        assert!(text.contains(&summary), "{summary} in {text}");
    }
}

#[test]
fn colours_tell_what_works_from_what_does_not() {
    let options = Options {
        color: true,
        ..Options::default()
    };
    for (state, colour) in [
        (State::Active, "\u{1b}[1m\u{1b}[31mactive\u{1b}[0m"),
        (State::OverQuota, "\u{1b}[1m\u{1b}[31mover quota\u{1b}[0m"),
        (State::Unknown, "\u{1b}[1m\u{1b}[33munknown\u{1b}[0m"),
        (State::Unchecked, "  live: not checked:"),
        (State::Invalid, "\u{1b}[32minvalid\u{1b}[0m"),
        (State::Revoked, "\u{1b}[32mrevoked\u{1b}[0m"),
    ] {
        let text = report(Format::Human, &checked(state), &options);
        assert!(text.contains(colour), "{text:?}");
    }
}

#[test]
fn without_a_check_nothing_is_said_of_one() {
    let mut plain = checked(State::Unchecked);
    (plain.keys[0].verdict, plain.live) = (Verdict::default(), None);
    for format in Format::ALL {
        let text = match format {
            // Its script and its attributes say nothing to anybody.
            Format::Html => html::tests::words(&told(format, &plain)),
            _ => told(format, &plain),
        };
        let text = text.to_lowercase();
        let words = match format {
            Format::Json | Format::Jsonl => &["checked at", "treat it", "spend authority"][..],
            // What a key can do stands in its rule's help.
            Format::Sarif => &["live", "hidden", "treat it as live"],
            _ => &["live", "hidden", "checked", "spend authority", "--verify"],
        };
        for word in words {
            assert!(!text.contains(word), "{word} in {format:?}: {text}");
        }
    }
    let said = gate(&Gate::Commit, &plain);
    assert!(said.contains("  sk-aisa-…Q9k  src/app.py:3\n"), "{said}");
}

#[test]
fn that_keys_can_be_checked_is_said_where_it_helps() {
    let said = |outcome: &Outcome, suggest_check| {
        let options = Options {
            suggest_check,
            ..Options::default()
        };
        report(Format::Human, outcome, &options).contains("\n--verify asks AIsa whether")
    };
    let mut plain = checked(State::Unchecked);
    assert!(!said(&plain, true));
    (plain.keys[0].verdict, plain.live) = (Verdict::default(), None);
    assert!(said(&plain, true) && !said(&plain, false));
    plain.keys[0].secret = Secret::foreign("hunter2", &"r".into(), &FingerprintKey::new(b"k"));
    assert!(!said(&plain, true));
    plain.keys.clear();
    assert!(!said(&plain, true));
}

#[test]
fn json_has_all_that_is_known() {
    for state in State::ALL {
        let outcome = checked(state);
        let json: Value = serde_json::from_str(&told(Format::Json, &outcome)).expect("JSON");
        let is_asked = state != State::Unchecked;
        let expected = json!({
            "state": state.name(),
            "detail": "the reason has sk-aisa-…Q9k",
            "checked_at": is_asked.then_some("2026-01-02T03:04:05Z"),
            "balance": (state == State::Active).then(|| json!({"amount": "12.50", "currency": "USD"})),
        });
        assert_eq!(json["keys"][0]["verdict"], expected);
        let live = json!({"base": "https://api.aisa.one/v1", "requests": 3, "interrupted": false});
        assert_eq!((&json["live"], &json["hidden"]), (&live, &json!({})));

        let lines = told(Format::Jsonl, &outcome);
        let lines: Vec<Value> = lines
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        assert_eq!(lines[0]["verdict"], expected);
        assert_eq!(
            (&lines[1]["type"], &lines[1]["live"]),
            (&json!("summary"), &live)
        );
    }
    let hidden = hiding(&[State::Unknown, State::Revoked, State::Revoked]);
    let expected = json!({"unknown": 1, "revoked": 2});
    for format in [Format::Json, Format::Jsonl] {
        let json: Value = serde_json::from_str(&told(format, &hidden)).expect("one object");
        assert_eq!(json["hidden"], expected);
    }
}

#[test]
fn each_key_counts_once_in_what_was_checked() {
    let mut outcome = hiding(&[State::Revoked, State::Unknown, State::Unchecked]);
    let active = checked(State::Active).keys.remove(0);
    let mut other = active.clone();
    other.secret = Secret::new("sk-other");
    other.verdict = Verdict::default();
    // The other places of the same key, and a key that was left out of the check.
    outcome.suppressed = vec![active.clone(), other];
    outcome.keys = vec![active];
    let text = told(Format::Human, &outcome);
    let line = "\nLive check at https://api.aisa.one/v1: 1 active, 1 unknown, 1 not checked, 1 revoked (3 requests)\n";
    assert!(text.contains(line), "{text}");
    assert!(text.contains("1 key in 1 place, 3 hidden"), "{text}");
    let empty = Outcome {
        live: outcome.live,
        ..Outcome::default()
    };
    assert!(told(Format::Human, &empty).contains("v1: no keys (3 requests)\n"));
}

#[test]
fn what_is_hidden_is_counted_and_not_called_clean() {
    let open = "is not known to be safe, and counts for the exit status";
    for (states, line) in [
        (
            &[State::Revoked, State::Revoked][..],
            "2 revoked".to_owned(),
        ),
        (
            &[State::Unknown, State::Revoked, State::Invalid],
            format!("1 unknown, 1 invalid, 1 revoked; what is unknown {open}"),
        ),
        (
            &[State::Unchecked, State::Unknown],
            format!("1 unknown, 1 not checked; what is unknown or not checked {open}"),
        ),
    ] {
        let line = format!("Hidden by --only-active: {line}");
        let hidden = hiding(states);
        for format in Format::ALL {
            let text = told(format, &hidden);
            let clean = ["no keys", "nothing found", "no leaked keys"];
            assert!(!clean.iter().any(|clean| text.contains(clean)), "{text}");
            match format {
                Format::Json | Format::Jsonl => assert!(text.contains("\"hidden\"")),
                _ => assert!(text.contains(&line), "{line} in {format:?}: {text}"),
            }
        }
        let text = told(Format::Human, &hidden);
        let number = states.len();
        let summary = format!("no key that is known to work, {number} hidden\n");
        assert!(text.ends_with(&summary), "{text}");
        assert!(!text.contains("What to do now"), "{text}");
    }
    let mut cut = hiding(&[State::Revoked]);
    cut.interrupted = true;
    let text = told(Format::Human, &cut);
    assert!(text.contains("there may be more keys"), "{text}");
}

/// The first and the second step for keys in these states, and for one more secret of another issuer.
fn first_steps(states: &[State], is_with_other: bool) -> [String; 2] {
    let key = checked(State::Unknown).keys.remove(0);
    let mut keys: Vec<Key> = states
        .iter()
        .map(|state| Key {
            verdict: verdict(*state),
            ..key.clone()
        })
        .collect();
    if is_with_other {
        let secret = Secret::foreign("hunter2", &"r".into(), &FingerprintKey::new(b"k"));
        keys.push(Key {
            secret,
            verdict: verdict(State::Unchecked),
            ..key
        });
    }
    let [first, second, ..] = steps::of(&keys);
    [first, second]
}

#[test]
fn what_works_is_revoked_first_and_what_does_not_is_not_revoked() {
    use State::{Active, Invalid, OverQuota, Restricted, Revoked, Unchecked, Unknown};
    const CONSOLE: &str =
        "before anything else: https://console.aisa.one, API Keys. It takes effect at once.";
    for (states, expected) in [
        (&[Unchecked][..], format!("Revoke each key, {CONSOLE}")),
        (&[Unknown, Unchecked], format!("Revoke each key, {CONSOLE}")),
        (
            &[Restricted],
            format!("This key works right now: revoke it, {CONSOLE}"),
        ),
        (
            &[Active, Revoked],
            format!("1 of these keys works right now: revoke it, {CONSOLE}"),
        ),
        (
            &[Active, OverQuota, Unknown, Invalid],
            format!(
                "2 of these keys work right now: revoke them, {CONSOLE}\n     \
                 Then revoke each other key that is not known to be dead."
            ),
        ),
        (
            &[Unknown, Revoked],
            format!("Revoke each key that is not known to be dead, {CONSOLE}"),
        ),
        (
            &[Revoked],
            "Nothing to revoke: this key is revoked already.".to_owned(),
        ),
        (
            &[Revoked, Revoked],
            "Nothing to revoke: these keys are revoked already.".to_owned(),
        ),
        (
            &[Invalid],
            "Nothing to revoke: this key was never one, or is revoked already.".to_owned(),
        ),
        (
            &[Invalid, Revoked],
            "Nothing to revoke: each key was never one, or is revoked already.".to_owned(),
        ),
    ] {
        let [first, second] = first_steps(states, false);
        assert_eq!(first, expected);
        let is_dead = states.iter().all(|state| state.is_dead());
        assert_eq!(second.starts_with("If something still uses one"), is_dead);
        let [both, _] = first_steps(states, true);
        let (aisa, other) = both.split_once('\n').expect("two lines");
        let expected = expected.split('\n').next().expect("a line");
        let aisa_again = expected.replace(" key", " AIsa key");
        assert_eq!(aisa, aisa_again);
        assert!(
            other.ends_with(
                "Revoke each other secret where it was issued: its rule says what it is."
            )
        );
    }
}

fn gate(gate: &Gate, outcome: &Outcome) -> String {
    let mut out = Vec::new();
    let (mask, options) = (Known(key_text()), Options::default());
    write_gate(gate, true, outcome, &mask, &options, &mut out).expect("a Vec takes any bytes");
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn a_gate_says_in_a_word_whether_a_key_works() {
    for state in State::ALL {
        let said = gate(&Gate::Commit, &checked(state));
        let name = super::liveness::called(state);
        let place = format!("\n  sk-aisa-…Q9k ({name})  src/app.py:3\n");
        assert!(said.contains(&place), "{said}");
        assert_eq!(said.contains("Nothing to revoke"), state.is_dead());
        assert_eq!(said.contains("console.aisa.one"), !state.is_dead());
        assert_eq!(said.contains("spends from its wallet"), !state.is_dead());
    }
}

#[test]
fn a_gate_that_hidden_keys_stop_says_so() {
    let mut hidden = hiding(&[State::Unknown, State::Revoked]);
    let expected = "aisaleaks stopped this push: it may leak a key that works.

  Hidden by --only-active: 1 unknown, 1 revoked; what is unknown is not
  known to be safe, and counts for the exit status

`aisaleaks git` lists all
";
    assert_eq!(gate(&Gate::Push { range: None }, &hidden), expected);
    hidden.problems = outcome().problems;
    let said = gate(&Gate::Commit, &hidden);
    assert!(said.contains("it could not read all of it"), "{said}");
    let besides = "  besides, 1 key that may work hidden by --only-active\n";
    assert!(said.contains(besides), "{said}");
    hidden.keys = checked(State::Active).keys;
    let said = gate(&Gate::Commit, &hidden);
    assert!(
        said.contains("it would leak 1 key.") && said.contains(besides),
        "{said}"
    );
}
