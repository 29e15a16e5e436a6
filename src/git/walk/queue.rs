//! Gives every thread something to do: first roots, then halves of what others have not come to.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use crate::git::inflate::Buffer;
use crate::model::Mark;

/// A base with children still to be made.
#[derive(Default)]
pub(super) struct Open {
    pub data: Buffer,
    pub marks: Vec<Mark>,
    /// Where a tree's entries start.
    pub starts: Vec<u32>,
    pub children: Range<usize>,
}

/// What all threads of a walk share.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    ready: Condvar,
    hungry: AtomicUsize,
    next_root: AtomicUsize,
    /// How many roots a thread takes at once: few enough that all get some.
    batch: usize,
    roots: usize,
    threads: usize,
}

#[derive(Default)]
struct State {
    given: Vec<Open>,
    idle: usize,
    over: bool,
}

/// What a thread does next.
pub(super) enum Work {
    /// These of the roots.
    Roots(Range<usize>),
    /// What another thread has not come to.
    Given(Open),
}

/// A thread that dies must not leave the others waiting for it.
pub(super) struct EndOnPanic<'a>(pub &'a Queue);

impl Drop for EndOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.lock().over = true;
            self.0.ready.notify_all();
        }
    }
}

impl Queue {
    /// For so many roots and threads.
    pub(super) fn new(roots: usize, threads: usize) -> Self {
        Self {
            batch: (roots / threads.max(1) / 8).clamp(1, 32),
            roots,
            threads,
            ..Self::default()
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for work; `None` when there is none left and no thread can give any.
    pub(super) fn next(&self) -> Option<Work> {
        let start = self.next_root.fetch_add(self.batch, Ordering::Relaxed);
        if start < self.roots {
            return Some(Work::Roots(start..(start + self.batch).min(self.roots)));
        }
        let mut state = self.lock();
        loop {
            if let Some(open) = state.given.pop() {
                return Some(Work::Given(open));
            }
            state.idle += 1;
            if state.over || state.idle == self.threads {
                state.over = true;
                self.ready.notify_all();
                return None;
            }
            self.hungry.fetch_add(1, Ordering::Relaxed);
            state = self
                .ready
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            self.hungry.fetch_sub(1, Ordering::Relaxed);
            if state.over {
                return None;
            }
            state.idle -= 1;
        }
    }

    /// Whether a thread waits for work.
    pub(super) fn is_hungry(&self) -> bool {
        self.hungry.load(Ordering::Relaxed) > 0
    }

    /// Work for a thread that waits.
    pub(super) fn give(&self, open: Open) {
        self.lock().given.push(open);
        self.ready.notify_one();
    }
}
