//! Asks one thing about one key, and asks again where that helps: never twice within a second, and never longer than the whole
//! check may take.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::clock::Clock;
use super::judge::{self, Later, Said};
use super::transport::Transport;
use crate::control::Control;
use crate::model::Secret;

/// A key may send 60 requests a minute on AIsa's smallest plan (its documentation, "Rate limits").
const APART: Duration = Duration::from_secs(1);
/// So often is a thing asked until there is an answer.
const TRIES: u32 = 3;
/// One request may take so long.
const PATIENCE: Duration = Duration::from_secs(10);
/// After the first failure. It doubles with each.
const BACK_OFF: Duration = Duration::from_secs(1);

/// Where requests go through.
pub(super) struct Line<'a> {
    pub(super) transport: &'a dyn Transport,
    pub(super) clock: &'a dyn Clock,
    pub(super) control: &'a Control,
    /// When the whole check has to be over, counted from its beginning.
    pub(super) until: Duration,
    /// Requests so far.
    pub(super) sent: AtomicU64,
}

/// When a key was sent last; `None` if it was not.
#[derive(Debug, Default)]
pub(super) struct Pace(pub(super) Option<Duration>);

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Silence {
    /// In words.
    pub(super) why: String,
    /// What may do better.
    pub(super) then: Then,
}

/// What may do better than a request without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// Nothing.
    Nothing,
    /// Another request of the API.
    Another,
    /// Another one, as the API does not have this one.
    Instead,
}

impl Silence {
    fn at_last(why: impl Into<String>) -> Self {
        let (why, then) = (why.into(), Then::Nothing);
        Self { why, then }
    }
}

impl Line<'_> {
    /// What the API says of a key.
    pub(super) fn ask(&self, url: &str, key: &Secret, pace: &mut Pace) -> Result<Said, Silence> {
        let mut tries = 0;
        loop {
            self.keep(pace)?;
            let within = self.left().min(PATIENCE);
            self.sent.fetch_add(1, Ordering::Relaxed);
            pace.0 = Some(self.clock.passed());
            let got = self.transport.get(url, key, within, self.control);
            tries += 1;
            let (later, then) = match got {
                Ok(answer) => match judge::hear(&answer, self.clock.date()) {
                    Ok(said) => return Ok(said),
                    // What limits the rate limits it for every request of the key.
                    Err(later) if answer.status == 429 => (later, Then::Nothing),
                    Err(later) => (later, Then::Another),
                },
                Err(failure) => {
                    let why = failure.words().to_owned();
                    if !failure.is_passing() {
                        return Err(Silence::at_last(why));
                    }
                    (Later { why, wait: None }, Then::Nothing)
                }
            };
            if tries == TRIES {
                let why = later.why;
                return Err(Silence { why, then });
            }
            self.wait(later, tries)?;
        }
    }

    /// Waits until it may be asked again, if there is time for that.
    fn wait(&self, later: Later, tries: u32) -> Result<(), Silence> {
        let Later { why, wait } = later;
        let time = wait.unwrap_or_else(|| self.back_off(tries));
        if time < self.left() {
            self.clock.wait(time, self.control);
            return Ok(());
        }
        Err(Silence::at_last(match wait {
            Some(time) => {
                let seconds = time.as_secs();
                format!(
                    "{why} and asks to wait {seconds} s, longer than the check may take (--verify-timeout)"
                )
            }
            None => why,
        }))
    }

    /// Waits until a key may be sent again.
    fn keep(&self, pace: &Pace) -> Result<(), Silence> {
        let due = pace
            .0
            .map_or(Duration::ZERO, |last| last.saturating_add(APART));
        let wait = due.saturating_sub(self.clock.passed());
        if wait >= self.left() {
            let why = "the time for checking was used up (--verify-timeout)";
            return Err(Silence::at_last(why));
        }
        if !wait.is_zero() {
            self.clock.wait(wait, self.control);
        }
        match self.control.is_cancelled() {
            true => Err(Silence::at_last(
                "the run was ended before there was an answer",
            )),
            false => Ok(()),
        }
    }

    fn left(&self) -> Duration {
        self.until.saturating_sub(self.clock.passed())
    }

    /// Twice as long after each failure, and up to half as long again.
    fn back_off(&self, tries: u32) -> Duration {
        let time = BACK_OFF.saturating_mul(1 << tries.saturating_sub(1).min(8));
        time.mul_f64(1.0 + self.clock.chance().clamp(0.0, 1.0) / 2.0)
    }
}
