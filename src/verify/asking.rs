//! Asks one thing about one key, and asks again where that helps: never twice within a second, and never longer than the whole
//! check may take.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::clock::Clock;
use super::judge::{self, Heard};
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

/// When a key was sent last.
#[derive(Debug, Default)]
pub(super) struct Pace(Option<Duration>);

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Silence {
    /// In words.
    pub(super) why: Cow<'static, str>,
    /// Whether another request of the API may do better.
    pub(super) is_of_request: bool,
}

impl Line<'_> {
    /// What the API answers about a key.
    pub(super) fn ask(&self, url: &str, key: &Secret, pace: &mut Pace) -> Result<Heard, Silence> {
        let mut tries = 0;
        loop {
            self.keep(pace)?;
            let left = self.left();
            self.sent.fetch_add(1, Ordering::Relaxed);
            pace.0 = Some(self.clock.passed());
            let got = self.transport.get(url, key, left.min(PATIENCE));
            tries += 1;
            let (why, asked, is_of_request) = match got {
                Ok(answer) => match judge::hear(&answer, self.clock.date()) {
                    Heard::Later(why, asked) => (why, asked, answer.status >= 500),
                    heard => return Ok(heard),
                },
                Err(failure) if failure.is_passing() => (failure.words().into(), None, false),
                Err(failure) => return Err(silence(failure.words())),
            };
            if tries == TRIES {
                return Err(Silence { why, is_of_request });
            }
            let wait = asked.unwrap_or_else(|| self.back_off(tries));
            if wait >= self.left() {
                let why = match asked {
                    Some(wait) => {
                        let seconds = wait.as_secs();
                        format!(
                            "{why} and asks to wait {seconds} s, longer than the check may take"
                        )
                        .into()
                    }
                    None => why,
                };
                return Err(Silence {
                    why,
                    is_of_request: false,
                });
            }
            self.clock.wait(wait, self.control);
        }
    }

    /// Waits until a key may be sent again.
    fn keep(&self, pace: &Pace) -> Result<(), Silence> {
        if let Pace(Some(last)) = pace {
            let due = last.saturating_add(APART);
            let wait = due.saturating_sub(self.clock.passed());
            if !wait.is_zero() && wait < self.left() {
                self.clock.wait(wait, self.control);
            }
        }
        if self.control.is_cancelled() {
            return Err(silence("the run was ended before it was asked"));
        }
        if self.left().is_zero() {
            return Err(silence(
                "the time for checking was used up (--verify-timeout)",
            ));
        }
        Ok(())
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

fn silence(why: &'static str) -> Silence {
    Silence {
        why: why.into(),
        is_of_request: false,
    }
}
