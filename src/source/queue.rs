//! A stack of tasks that threads share until all of them are done.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Tasks to do, and how many are being done: a task may add further ones.
#[derive(Debug)]
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<T> {
    tasks: Vec<T>,
    busy: usize,
}

/// A task that counts as being done until this is dropped, by a panic too.
#[derive(Debug)]
pub(super) struct Running<'a, T> {
    queue: &'a Queue<T>,
    /// The task; taken by whoever does it.
    pub(super) task: Option<T>,
}

impl<T> Queue<T> {
    pub(super) fn new(tasks: Vec<T>) -> Self {
        Self {
            state: Mutex::new(State { tasks, busy: 0 }),
            changed: Condvar::new(),
        }
    }

    pub(super) fn push(&self, task: T) {
        self.lock().tasks.push(task);
        self.changed.notify_one();
    }

    /// The newest task, which keeps the stack short; waits while another thread may still add one. `None` when all are
    /// done, or as soon as `cancelled`.
    pub(super) fn next(&self, cancelled: impl Fn() -> bool) -> Option<Running<'_, T>> {
        let mut state = self.lock();
        loop {
            if cancelled() {
                return None;
            }
            if let Some(task) = state.tasks.pop() {
                state.busy += 1;
                return Some(Running {
                    queue: self,
                    task: Some(task),
                });
            }
            if state.busy == 0 {
                return None;
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing that can panic runs under this lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Drop for Running<'_, T> {
    fn drop(&mut self) {
        let mut state = self.queue.lock();
        state.busy -= 1;
        if state.busy == 0 {
            self.queue.changed.notify_all();
        }
    }
}
