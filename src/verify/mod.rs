//! Asks AIsa whether keys work, with requests that cost nothing, and believes only what is documented.
//!
//! ```text
//! keys ──> cache ──> session (control key, then the key) ──> asking (tries, pace, deadline) ──> transport
//!                         │                                         │
//!                      verdict <──────────── judge <──────────── answer
//! ```

mod address;
mod asking;
mod balance;
mod cache;
mod clock;
mod control_key;
mod judge;
mod session;
#[cfg(test)]
mod tests;
pub mod transport;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use crate::control::Control;
use crate::error::Result;
use crate::model::{FingerprintKey, Secret, State, Verdict};
use asking::Line;
use cache::Cache;
use clock::{Clock, Wall};
use session::Session;
use transport::Transport;

pub use address::{Base, Proxy};

/// So many requests are under way at once.
const IN_FLIGHT: usize = 4;

/// What to ask, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where AIsa's API is.
    pub base: Base,
    /// A PEM file of the authorities to trust instead of those that browsers trust.
    pub authorities: Option<PathBuf>,
    /// An HTTP proxy, such as `http://proxy.example:3128`; none is looked for in the environment.
    pub proxy: Option<Proxy>,
    /// At most so many keys are asked about.
    pub most: usize,
    /// After so long, what was not answered is unknown.
    pub within: Duration,
    /// Where verdicts are kept.
    pub cache: Option<Kept>,
}

/// Where verdicts are kept.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The file.
    pub file: PathBuf,
    /// What the fingerprints in it are keyed with.
    pub key: FingerprintKey,
    /// What is older is asked again.
    pub age: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            base: Base::default(),
            authorities: None,
            proxy: None,
            most: 100,
            within: Duration::from_secs(60),
            cache: None,
        }
    }
}

/// A key to ask about.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The key.
    pub secret: &'a Secret,
    /// Whether what stands around it says that AIsa issued it.
    pub names_issuer: bool,
}

/// What was answered.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// The verdicts, in the order of the keys.
    pub verdicts: Vec<Verdict>,
    /// How many requests were sent.
    pub requests: u64,
    /// What whoever asked should know besides.
    pub notes: Vec<String>,
}

/// Ready to check keys. Nothing was sent yet.
pub struct Live {
    options: Options,
    transport: Box<dyn Transport>,
    cache: Option<Cache>,
}

impl Live {
    /// Reads what the options name.
    ///
    /// # Errors
    /// A build without network code, or a file or an address that cannot be used.
    pub fn open(options: Options) -> Result<Self> {
        let cache = options.cache.as_ref().map(Cache::open).transpose()?;
        Ok(Self {
            transport: transport::open(&options)?,
            options,
            cache,
        })
    }

    /// Where AIsa's API is.
    pub fn base(&self) -> &Base {
        &self.options.base
    }

    /// Asks about distinct keys, the most urgent first, and returns when all are answered, the time is used up, or somebody
    /// cancels.
    pub fn check(&mut self, keys: &[Asked<'_>], control: &Control) -> Checked {
        let (transport, cache) = (&*self.transport, self.cache.as_mut());
        check(
            keys,
            &self.options,
            transport,
            cache,
            &Wall::start(),
            control,
        )
    }
}

fn check(
    keys: &[Asked<'_>],
    options: &Options,
    transport: &dyn Transport,
    mut cache: Option<&mut Cache>,
    clock: &dyn Clock,
    control: &Control,
) -> Checked {
    let whom = whom(options);
    let known = |secret| cache.as_ref()?.get(secret, &whom, clock.date());
    let mut left = options.most;
    let mut verdicts: Vec<Option<Verdict>> = (keys.iter())
        .map(|key| {
            let known = kept_back(*key).or_else(|| known(key.secret));
            known.or_else(|| over(&mut left, options.most))
        })
        .collect();
    let open: Vec<usize> = (0..keys.len())
        .filter(|&nth| verdicts[nth].is_none())
        .collect();
    let line = Line {
        transport,
        clock,
        control,
        until: options.within,
        sent: AtomicU64::new(0),
    };
    let session = Session::new(line, options.base.as_str());
    let asked = side_by_side(&open, control, |nth| session.verdict(keys[nth].secret));
    let answered = verdicts.iter().flatten();
    let answered = answered.chain(asked.iter().map(|(_, verdict)| verdict));
    let states: Vec<State> = answered.map(|verdict| verdict.state).collect();
    let doubt = doubt(&options.base, &states);
    for (nth, mut verdict) in asked {
        match doubt.filter(|_| verdict.state == State::Invalid) {
            Some(doubt) => {
                let detail = verdict.detail.unwrap_or_default();
                verdict.detail = Some(format!("{detail}; but {doubt}"));
            }
            None => {
                if let Some(cache) = &mut cache {
                    cache.put(keys[nth].secret, &whom, &verdict);
                }
            }
        }
        verdicts[nth] = Some(verdict);
    }
    let failed = || Verdict::unchecked("the check of it failed");
    let verdicts = verdicts.into_iter();
    let saved = cache.and_then(|cache| cache.save(clock.date()).err());
    let doubt = doubt.map(|doubt| format!("{}: {doubt}", options.base.as_str()));
    Checked {
        verdicts: verdicts
            .map(|verdict| verdict.unwrap_or_else(failed))
            .collect(),
        requests: session.requests(),
        notes: saved.into_iter().chain(doubt).collect(),
    }
}

/// Who answers, for verdicts that are kept: whoever an authority of one's own vouches for may be another one.
fn whom(options: &Options) -> String {
    let base = options.base.as_str();
    match &options.authorities {
        Some(file) => format!("{base} as {} has it", file.display()),
        None => base.to_owned(),
    }
}

/// Why a key is shown to nobody.
fn kept_back(key: Asked<'_>) -> Option<Verdict> {
    let why = if !key.secret.is_aisa() {
        "it is no AIsa key: what rules of your own find is sent to nobody"
    } else if !key.names_issuer {
        "it may be another issuer's key: nothing on its line says that it is AIsa's, so it is sent to nobody"
    } else {
        return None;
    };
    Some(Verdict::unchecked(why))
}

/// Counts a key that has to be asked about, unless there were enough.
fn over(left: &mut usize, most: usize) -> Option<Verdict> {
    match left.checked_sub(1) {
        Some(fewer) => {
            *left = fewer;
            None
        }
        None => Some(Verdict::unchecked(format!(
            "{most} more urgent keys were checked; --verify-limit allows more"
        ))),
    }
}

/// Asks about keys, a few at once.
fn side_by_side(
    keys: &[usize],
    control: &Control,
    ask: impl Fn(usize) -> Verdict + Sync,
) -> Vec<(usize, Verdict)> {
    control.phase(keys.len() as u64);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some(&nth) = keys.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.push((nth, ask(nth)));
            control.progress.done.fetch_add(1, Ordering::Relaxed);
        }
        done
    };
    std::thread::scope(|scope| {
        let more = IN_FLIGHT.min(keys.len()).saturating_sub(1);
        // Where the system gives no thread, the others do its work.
        let start = |_| std::thread::Builder::new().spawn_scoped(scope, work).ok();
        let threads: Vec<_> = (0..more).filter_map(start).collect();
        let mut done = work();
        for thread in threads {
            done.extend(thread.join().unwrap_or_default());
        }
        done
    })
}

/// What is to be said besides where a gateway refuses all keys: it may have keys of its own. What it lets in, or knows as
/// revoked, it has from AIsa.
fn doubt(base: &Base, states: &[State]) -> Option<&'static str> {
    let knows = |state: &State| state.is_live() || *state == State::Revoked;
    let refuses_all = states.contains(&State::Invalid) && !states.iter().any(knows);
    (refuses_all && !base.is_aisa()).then_some(
        "this address knew no key, and if it is not AIsa's, that says nothing of what AIsa does with it",
    )
}
