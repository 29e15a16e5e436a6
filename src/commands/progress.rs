//! The progress line on standard error, when that is a terminal.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::control::Control;

/// Draws until it is dropped.
pub struct Line {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Line {
    /// Starts drawing a scan, if `wanted`.
    pub fn start(control: &Arc<Control>, wanted: bool) -> Self {
        Self::drawn(control, wanted, draw)
    }

    /// Starts drawing a live check, if `wanted`.
    pub fn of_check(control: &Arc<Control>, wanted: bool) -> Self {
        Self::drawn(control, wanted, draw_check)
    }

    fn drawn(control: &Arc<Control>, wanted: bool, draw: fn(&Control, &AtomicBool)) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let thread = wanted.then(|| {
            let (control, over) = (control.clone(), over.clone());
            std::thread::spawn(move || draw(&control, &over))
        });
        Self { over, thread }
    }
}

/// A short run is over before anybody could read a line.
const PATIENCE: Duration = Duration::from_millis(300);

fn draw_check(control: &Control, over: &AtomicBool) {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let begun = std::time::Instant::now();
    if let Ok(style) = ProgressStyle::with_template("{spinner} live check: {pos} of {len} keys") {
        bar.set_style(style);
    }
    while !over.load(Ordering::Relaxed) {
        std::thread::park_timeout(Duration::from_millis(100));
        if begun.elapsed() >= PATIENCE {
            bar.set_length(control.progress.total.load(Ordering::Relaxed));
            bar.set_position(control.progress.done.load(Ordering::Relaxed));
            bar.tick();
        }
    }
    bar.finish_and_clear();
}

fn draw(control: &Control, over: &AtomicBool) {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let known = ProgressStyle::with_template("{msg} {pos} of {len} objects, {eta} left {wide_bar}");
    let unknown = ProgressStyle::with_template("{spinner} {msg} {pos} things");
    let begun = std::time::Instant::now();
    while !over.load(Ordering::Relaxed) {
        std::thread::park_timeout(Duration::from_millis(100));
        if begun.elapsed() < PATIENCE {
            continue;
        }
        let total = control.progress.total.load(Ordering::Relaxed);
        if let (Ok(known), Ok(unknown)) = (&known, &unknown) {
            bar.set_style(if total > 0 {
                known.clone()
            } else {
                unknown.clone()
            });
        }
        if total > 0 {
            bar.set_length(total);
        }
        let mib = control.progress.bytes.load(Ordering::Relaxed) as f64 / f64::from(1 << 20);
        let phase = if total > 0 { "history" } else { "files" };
        bar.set_message(format!(
            "{phase}: {mib:.0} MiB, {:.0} MiB/s,",
            mib / begun.elapsed().as_secs_f64()
        ));
        bar.set_position(control.progress.done.load(Ordering::Relaxed));
    }
    bar.finish_and_clear();
}

impl Drop for Line {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A progress line that failed is no reason to fail.
            drop(thread.join());
        }
    }
}
