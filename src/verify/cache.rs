//! Verdicts of earlier checks, in a file that only its owner may read. Keys are in it as keyed fingerprints, and what nobody
//! found out is not.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Kept;
use crate::error::{Error, Result};
use crate::git::plain;
use crate::git::replacement::Replacement;
use crate::model::{Balance, FingerprintKey, Secret, State, Verdict};

/// The version of the format.
const VERSION: u64 = 1;
/// A hundred thousand verdicts are smaller.
const LARGEST: u64 = 64 << 20;
/// So long a verdict is kept, whatever the run that keeps it takes from there: the next one may ask for older ones.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The file as it is written.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Page {
    #[serde(rename = "aisaleaks-verdicts")]
    version: u64,
    /// What the fingerprints are keyed with.
    keyed: String,
    verdicts: Vec<Entry>,
}

/// A verdict, but for its words, which the program has. Whoever does not have the key cannot make one, nor change one.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    key: String,
    base: String,
    state: State,
    /// Seconds since 1970.
    checked_at: i64,
    balance: Option<Balance>,
    /// A keyed hash of all of that.
    seal: String,
}

impl Entry {
    fn seal(&self, key: &FingerprintKey) -> String {
        let balance = self.balance.as_ref().map(ToString::to_string);
        let checked_at = self.checked_at.to_string();
        key.seal(&[
            &self.key,
            &self.base,
            self.state.name(),
            &checked_at,
            balance.as_deref().unwrap_or_default(),
        ])
    }

    fn is_younger(&self, than: Duration, now: Timestamp) -> bool {
        let age = now.as_second().checked_sub(self.checked_at);
        // What was written in the future was written by a clock that nobody should believe.
        age.and_then(|age| u64::try_from(age).ok())
            .is_some_and(|age| Duration::from_secs(age) < than)
    }
}

/// What is known already.
pub(super) struct Cache {
    file: PathBuf,
    key: FingerprintKey,
    age: Duration,
    known: BTreeMap<(String, String), Entry>,
    is_changed: bool,
}

impl Cache {
    /// Reads the file, if it is there.
    ///
    /// # Errors
    /// It cannot be read, is none of ours, or others may read or write it.
    pub(super) fn open(kept: &Kept) -> Result<Self> {
        let wrong = |reason: String| Error::Live {
            reason: format!("the cache {}: {reason}", kept.file.display()),
        };
        let mut known = BTreeMap::new();
        match plain::open(&kept.file) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(wrong(error.to_string())),
            Ok(file) => {
                let page = read(file).map_err(wrong)?;
                // Under another key nothing in it can be found, and it is written anew.
                let is_ours = page.keyed == kept.key.check();
                let sound = |entry: &Entry| is_ours && entry.seal == entry.seal(&kept.key);
                for entry in page.verdicts.into_iter().filter(sound) {
                    known.insert((entry.base.clone(), entry.key.clone()), entry);
                }
            }
        }
        Ok(Self {
            file: kept.file.clone(),
            key: kept.key.clone(),
            age: kept.age,
            known,
            is_changed: false,
        })
    }

    /// The verdict on a key, if it is young enough.
    pub(super) fn get(&self, secret: &Secret, base: &str, now: Timestamp) -> Option<Verdict> {
        let key = secret.keyed_fingerprint(&self.key);
        let entry = self.known.get(&(base.to_owned(), key))?;
        let checked_at = Timestamp::from_second(entry.checked_at).ok()?;
        entry.is_younger(self.age, now).then(|| Verdict {
            state: entry.state,
            detail: Some("an earlier check found it so, and its verdict was kept".to_owned()),
            checked_at: Some(checked_at),
            balance: entry.balance.clone().and_then(Balance::plain),
        })
    }

    /// Keeps a verdict; one that nobody found out takes an earlier one away.
    pub(super) fn put(&mut self, secret: &Secret, base: &str, verdict: &Verdict) {
        let key = secret.keyed_fingerprint(&self.key);
        let at = (base.to_owned(), key.clone());
        self.is_changed = true;
        match verdict.checked_at.filter(|_| is_kept(verdict.state)) {
            None => drop(self.known.remove(&at)),
            Some(checked_at) => {
                let mut entry = Entry {
                    key,
                    base: base.to_owned(),
                    state: verdict.state,
                    checked_at: checked_at.as_second(),
                    balance: verdict.balance.clone(),
                    seal: String::new(),
                };
                entry.seal = entry.seal(&self.key);
                self.known.insert(at, entry);
            }
        }
    }

    /// Writes the file, if there is something new. What is too old for anybody is left out.
    ///
    /// # Errors
    /// It cannot be written: the reason.
    pub(super) fn save(&self, now: Timestamp) -> std::result::Result<(), String> {
        if !self.is_changed {
            return Ok(());
        }
        let page = Page {
            version: VERSION,
            keyed: self.key.check(),
            verdicts: self
                .known
                .values()
                .filter(|entry| entry.is_younger(KEPT, now))
                .cloned()
                .collect(),
        };
        let wrong = |reason: String| {
            let file = self.file.display();
            format!("the verdicts were not kept in {file}: {reason}")
        };
        let text = serde_json::to_vec(&page).map_err(|error| wrong(error.to_string()))?;
        Replacement::beside(&self.file)
            .and_then(|new| new.place(&text, Some(0o600), &self.file))
            .map_err(|error| wrong(error.to_string()))
    }
}

/// Whether it was found out: what was not may be otherwise the next moment.
fn is_kept(state: State) -> bool {
    state.is_live() || state.is_dead()
}

fn read(file: File) -> std::result::Result<Page, String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let metadata = file.metadata().map_err(|error| error.to_string())?;
        if metadata.permissions().mode() & 0o077 != 0 {
            return Err(
                "others than its owner may read or write it; let them not (chmod 600), or remove it"
                    .to_owned(),
            );
        }
    }
    let mut text = Vec::new();
    let read = file.take(LARGEST + 1).read_to_end(&mut text);
    read.map_err(|error| error.to_string())?;
    if text.len() as u64 > LARGEST {
        return Err("it is larger than 64 MiB; remove it".to_owned());
    }
    let page: Page = serde_json::from_slice(&text)
        .ok()
        .filter(|page: &Page| page.version == VERSION)
        .ok_or("it is not one that this program wrote; remove it, or name another file")?;
    Ok(page)
}
