//! The steps that are done at AIsa's console: revoke, replace, and look for uses of the old key.

use super::facts::{Facts, LeakedKey};
use super::{Commands, Item, Step, Text, Tick};
use crate::model::State;
use crate::report::liveness::called;
use crate::report::{steps, when};

/// Hexadecimal digits of a fingerprint that a person is shown.
const SHOWN: usize = 12;
/// Those that a command is given.
const GIVEN: usize = 16;
/// What a day has.
const DAY: i64 = 24 * 60 * 60;
/// From this age on an answer is said to be old, in days.
const OLD: i64 = 30;

/// Revoke.
pub(super) fn revoke(facts: &Facts, text: String) -> Step {
    let items = facts.keys.iter().enumerate();
    let items = items.map(|(number, key)| {
        let (tick, evidence) = revoked(facts, key);
        let item = Item::shown(tick, called_so(key), evidence).of_key(number);
        match tick {
            Tick::Done => item,
            _ => item.with(asking(facts, key)),
        }
    });
    Step {
        name: "revoke",
        title: "Revoke",
        text,
        items: items.collect(),
        notes: Vec::new(),
    }
}

/// How a key is named in a list.
pub(super) fn called_so(key: &LeakedKey) -> Text {
    let name = Text::default().code(key.redacted.as_str());
    let name = match key.is_aisa {
        true => name,
        false => name.words(" of the rule ").code(key.rule.as_str()),
    };
    match start(key, SHOWN) {
        Some(start) => name.words(" (").code(start).words(")"),
        None => name,
    }
}

/// The beginning of a fingerprint, for people or for commands; `None` if there is none to trust.
fn start(key: &LeakedKey, digits: usize) -> Option<String> {
    let colon = key.fingerprint.find(':')?;
    let start = key.fingerprint.get(..colon + 1 + digits)?;
    Some(start.to_owned())
}

/// The beginning of the fingerprint of an AIsa key, which is the same in every run.
pub(super) fn given(key: &LeakedKey) -> Option<String> {
    start(key, GIVEN).filter(|_| key.is_aisa)
}

/// Whether it is revoked, and how that is known.
fn revoked(facts: &Facts, key: &LeakedKey) -> (Tick, Text) {
    let state = key.state;
    let by = if key.is_fresh { "" } else { ", by the report" };
    let gateway = facts.ground.gateway.as_deref();
    let who = gateway.filter(|_| key.is_fresh).unwrap_or("AIsa");
    if !key.is_aisa {
        let text = "only its issuer can tell whether it works";
        return (Tick::Unknown, advised(key, text));
    }
    if state == State::Unchecked {
        return (Tick::Unknown, advised(key, "nobody asked AIsa about it"));
    }
    if let Some(why) = key.detail.as_ref().filter(|_| state == State::Unknown) {
        let text = format!("{who} was asked, and it is not known: {why}");
        return (Tick::Unknown, advised(key, &text));
    }
    let Some(asked) = key.checked_at else {
        let text = format!(
            "{} by the report, which does not say when AIsa said so",
            called(state)
        );
        return (Tick::Unknown, advised(key, &text));
    };
    let age = facts.now.as_second().saturating_sub(asked.as_second());
    let at = when::minute(asked);
    if age < -DAY {
        let text = format!(
            "{} by the report, but when it says that AIsa was asked, {at}, has not come yet",
            called(state)
        );
        return (Tick::Unknown, advised(key, &text));
    }
    let old = match age > OLD * DAY {
        true => format!(", {} days ago", age / DAY),
        false => String::new(),
    };
    let text = match state {
        State::Unknown => format!("what was answered on {at}{old} says nothing{by}"),
        state => format!("{}, as {who} answered on {at}{old}{by}", called(state)),
    };
    match state {
        _ if state.is_dead() => (Tick::Done, Text::new(text)),
        _ if state.is_live() => (Tick::Open, advised(key, &text)),
        _ => (Tick::Unknown, advised(key, &text)),
    }
}

fn advised(key: &LeakedKey, text: &str) -> Text {
    let advice = steps::revoke_one(key.is_aisa, key.state);
    Text::new(format!("{text}. {}", advice.trim_end_matches('.')))
}

/// What asks AIsa.
fn asking(facts: &Facts, key: &LeakedKey) -> Option<Commands> {
    if !key.is_aisa {
        return None;
    }
    let report = facts.ground.report.as_deref().unwrap_or("report.json");
    let directory = facts.ground.directory.as_ref();
    let directory = directory.map_or_else(String::new, |word| format!(" -C {word}"));
    let flags = facts.ground.asking.iter();
    let flags: String = flags.map(|flag| format!(" {flag}")).collect();
    let lines = match facts.ground.from_report {
        true => vec![
            format!("aisaleaks recheck{directory}{flags} -f json -o {report} {report}"),
            format!("aisaleaks respond{directory} {report}"),
        ],
        false => vec![format!("aisaleaks respond{directory} --verify{flags}")],
    };
    Some(Commands {
        what: "Once it is revoked, ask AIsa, which sends it there, and tick this off:".to_owned(),
        lines,
    })
}

/// Replace.
pub(super) fn replace(facts: &Facts, text: String) -> Step {
    let what = match facts.keys.iter().any(|key| key.is_aisa) {
        true => "A new key, for one service alone and with a low spend cap",
        false => "A new secret, for one service alone and with as few rights as it needs",
    };
    Step {
        name: "replace",
        title: "Replace",
        text,
        items: vec![Item::by_hand(Text::new(what), Text::default())],
        notes: Vec::new(),
    }
}

/// Check usage.
pub(super) fn usage(facts: &Facts, text: String) -> Step {
    let items = facts.keys.iter().enumerate();
    let items = items.map(|(number, key)| Item::by_hand(called_so(key), used(key)).of_key(number));
    Step {
        name: "usage",
        title: "Check usage",
        text,
        items: items.collect(),
        notes: Vec::new(),
    }
}

/// From when on to look, and what is known of what could be spent.
fn used(key: &LeakedKey) -> Text {
    let mut text = match key.since.and_then(|since| when::day(since.as_second())) {
        Some(day) => {
            format!(
                "uses since {day} that were not yours (the first commit with it is of that day)"
            )
        }
        None => "uses that were not yours".to_owned(),
    };
    if let (Some(balance), Some(asked)) = (&key.balance, key.checked_at) {
        text.push_str(&format!(
            "; on {} it could spend {balance}, as the answer has it",
            when::minute(asked)
        ));
    }
    Text::new(text)
}
