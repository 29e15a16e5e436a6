//! What to do about what was found, in AIsa's order: whoever cleans the history first leaves a working key out in the
//! meantime.

use crate::model::{Key, State};

/// AIsa's own steps.
const AISA: [&str; 5] = [
    "Revoke each key, before anything else: https://console.aisa.one, API Keys. It takes effect at once.",
    "Create a new key with the same label and a version suffix (prod-web-app-v2).",
    "Put the new key in your secret manager and deploy it; code reads it from AISA_API_KEY.",
    "Check the usage logs, filtered by the old key.",
    CLEAN,
];

/// The same for what brought rules find, of which nobody but the rule knows who issued it.
const BROUGHT: [&str; 5] = [
    "Revoke each secret, before anything else, where it was issued: its rule says what it is.",
    "Create a new one.",
    "Put the new one in your secret manager and deploy it; code reads it from there.",
    "Check the issuer's logs for uses of the old one that were not yours.",
    CLEAN_BROUGHT,
];

/// For a report with both.
const BOTH: [&str; 5] = [
    "Revoke each AIsa key, before anything else: https://console.aisa.one, API Keys. It takes effect at once.\n     \
     Revoke each other secret where it was issued: its rule says what it is.",
    "Create new ones; an AIsa key with the same label and a version suffix (prod-web-app-v2).",
    "Put them in your secret manager and deploy them; code reads an AIsa key from AISA_API_KEY.",
    "Check the usage logs, filtered by the old key, and the other issuers' logs.",
    CLEAN,
];

/// Where AIsa's keys are revoked.
const CONSOLE: &str = "https://console.aisa.one, API Keys. It takes effect at once.";

/// What is said of other issuers' secrets behind what is said of AIsa's keys.
const OTHERS: &str =
    "\n     Revoke each other secret where it was issued: its rule says what it is.";

/// The second step, where no key works any more.
const IF_USED: &str = "If something still uses one, create a new key with the same label and a version suffix (prod-web-app-v2).";

const CLEAN: &str =
    "Only then clean the files (aisaleaks fix) and the git history (aisaleaks purge-plan).";
/// Where nothing but its rule knows a secret, both commands leave most to a person.
const CLEAN_BROUGHT: &str = "Only then clean the files and the git history.";

/// What is said behind that, if a key stands in an archive.
const REBUILD: &str =
    "\n     Build each archive that holds one anew: copies that were published count as leaked.";

/// What comes after AIsa's own steps.
pub(super) const PREVENT: &str = "See that it does not happen again.";

/// What the steps depend on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct About<'a> {
    /// The states of AIsa's keys.
    pub(super) aisa: &'a [State],
    /// Whether there are other issuers' secrets, too.
    pub(super) has_others: bool,
    /// Whether one stands in an archive.
    pub(super) in_archive: bool,
}

/// The steps for these keys. What works is named before all else, and nobody is told to revoke what does not work any more.
pub(super) fn of(keys: &[Key]) -> [String; 5] {
    let aisa: Vec<State> = keys
        .iter()
        .filter(|key| key.secret.is_aisa())
        .map(|key| key.verdict.state)
        .collect();
    let mut places = keys.iter().flat_map(|key| &key.locations);
    of_states(About {
        aisa: &aisa,
        has_others: aisa.len() < keys.len(),
        in_archive: places.any(|at| !at.member.is_empty()),
    })
}

/// The steps for keys of which no more is known than this.
pub(super) fn of_states(about: About<'_>) -> [String; 5] {
    let aisa = about.aisa;
    let is_both = !aisa.is_empty() && about.has_others;
    let steps = match (aisa.is_empty(), is_both) {
        (_, true) => BOTH,
        (true, false) => BROUGHT,
        (false, false) => AISA,
    };
    let mut steps = steps.map(str::to_owned);
    if let Some(first) = known(aisa, if is_both { "AIsa key" } else { "key" }) {
        let others = if is_both { OTHERS } else { "" };
        steps[0] = format!("{first}{others}");
    }
    if !is_both && !aisa.is_empty() && aisa.iter().all(|state| state.is_dead()) {
        steps[1] = IF_USED.to_owned();
    }
    if about.in_archive {
        steps[4].push_str(REBUILD);
    }
    steps
}

/// The first step: to revoke them.
pub fn first(keys: &[Key]) -> String {
    let [first, ..] = of(keys);
    first
}

/// The first step, where it is known of AIsa's keys which of them work.
fn known(states: &[State], noun: &str) -> Option<String> {
    let count = |is: fn(State) -> bool| states.iter().filter(|state| is(**state)).count();
    let (all, live, dead) = (states.len(), count(State::is_live), count(State::is_dead));
    let they = if live == 1 { "it" } else { "them" };
    let text = match (live, dead) {
        (0, 0) => return None,
        (0, dead) if dead == all => {
            let is_revoked = |state: &State| *state == State::Revoked;
            match (states.iter().all(is_revoked), all) {
                (true, 1) => format!("Nothing to revoke: this {noun} is revoked already."),
                (true, _) => format!("Nothing to revoke: these {noun}s are revoked already."),
                (false, 1) => {
                    format!("Nothing to revoke: this {noun} was never one, or is revoked already.")
                }
                (false, _) => {
                    format!("Nothing to revoke: each {noun} was never one, or is revoked already.")
                }
            }
        }
        (0, _) => format!(
            "Revoke each {noun} that is not known to be dead, before anything else: {CONSOLE}"
        ),
        (_, _) => {
            let mut text = match all {
                1 => format!("This {noun} works right now"),
                _ => format!(
                    "{live} of these {noun}s {} right now",
                    if live == 1 { "works" } else { "work" }
                ),
            };
            text.push_str(&format!(": revoke {they}, before anything else: {CONSOLE}"));
            if live + dead < all {
                text.push_str(&format!(
                    "\n     Then revoke each other {noun} that is not known to be dead."
                ));
            }
            text
        }
    };
    Some(text)
}

/// What to do first about one key, in a sentence, where there is no room for the steps.
pub(super) fn revoke(key: &Key) -> &'static str {
    revoke_one(key.secret.is_aisa(), key.verdict.state)
}

/// The same, of a key of which no more is known than this.
pub(super) fn revoke_one(is_aisa: bool, state: State) -> &'static str {
    match state {
        _ if !is_aisa => "Revoke it first, where it was issued.",
        State::Revoked => "Nothing to revoke: it is revoked already.",
        State::Invalid => "Nothing to revoke: it was never a key, or is revoked already.",
        state if state.is_live() => "Revoke it right now: https://console.aisa.one, API Keys.",
        _ => "Revoke it first: https://console.aisa.one, API Keys.",
    }
}
