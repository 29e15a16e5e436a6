//! Time behind a seam: how long to wait between requests is told without waiting.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::control::Control;

/// What passes while keys are checked.
pub(super) trait Clock: Sync {
    /// Time since the check began.
    fn passed(&self) -> Duration;

    /// The date, for people and for `Retry-After`.
    fn date(&self) -> Timestamp;

    /// Waits, unless somebody cancels.
    fn wait(&self, time: Duration, control: &Control);

    /// A random number from 0 to 1, so that many who were refused at once do not all come again at once.
    fn chance(&self) -> f64;
}

/// The machine's clock.
pub(super) struct Wall {
    begun: Instant,
}

impl Wall {
    pub(super) fn start() -> Self {
        Self {
            begun: Instant::now(),
        }
    }
}

impl Clock for Wall {
    fn passed(&self) -> Duration {
        self.begun.elapsed()
    }

    fn date(&self) -> Timestamp {
        Timestamp::now()
    }

    fn wait(&self, time: Duration, control: &Control) {
        // So long does whoever presses Ctrl-C wait at most.
        const STEP: Duration = Duration::from_millis(50);
        let until = self.passed().saturating_add(time);
        while !control.is_cancelled() {
            let left = until.saturating_sub(self.passed());
            if left.is_zero() {
                return;
            }
            std::thread::sleep(left.min(STEP));
        }
    }

    fn chance(&self) -> f64 {
        let mut byte = [0];
        // Without random bytes nothing is spread, and nothing is wrong.
        let _ = getrandom::fill(&mut byte);
        f64::from(byte[0]) / 255.0
    }
}
