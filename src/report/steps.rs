//! What to do about what was found, in AIsa's order: whoever cleans the history first leaves a working key out in the
//! meantime.

use crate::model::Key;

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
    CLEAN,
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

const CLEAN: &str = "Only then clean the files and the git history.";

/// The steps for these keys.
pub(super) fn of(keys: &[Key]) -> [&'static str; 5] {
    let is_aisa = |key: &Key| key.secret.is_aisa();
    match (keys.iter().any(is_aisa), keys.iter().all(is_aisa)) {
        (true, false) => BOTH,
        (false, false) => BROUGHT,
        (_, true) => AISA,
    }
}
