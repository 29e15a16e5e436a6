//! Keeps a panic in a decoder from ending the scan.
//!
//! Decoders are the work of others and read hostile bytes. The report must not depend on that none of them ever takes a wrong
//! step: one that panics has met a damaged archive, and the rest of the scan goes on. Only calls into decoders are guarded, so
//! that a mistake in what searches, or anywhere else here, is not taken for damage.

use std::cell::Cell;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Fault;

thread_local! {
    /// How many guarded calls this thread is in.
    static GUARDED: Cell<usize> = const { Cell::new(0) };
}

/// Whether this thread is in a guarded call, so that a panic is caught and becomes a problem: its message is not for a user, and
/// may have bytes of the file in it.
pub fn is_guarded() -> bool {
    GUARDED.get() > 0
}

/// Calls a decoder.
///
/// # Errors
/// [`Fault::Damaged`] if it panicked. What it worked on must not be used again.
pub(super) fn guarded<T>(call: impl FnOnce() -> T) -> Result<T, Fault> {
    GUARDED.set(GUARDED.get() + 1);
    let result = catch_unwind(AssertUnwindSafe(call));
    GUARDED.set(GUARDED.get() - 1);
    // What was thrown is not looked at.
    result.map_err(|_| Fault::Damaged)
}

/// A decoder each of whose calls is guarded.
pub(super) struct Guarded<R>(Option<R>);

impl<R> Guarded<R> {
    pub(super) fn new(inner: R) -> Self {
        Self(Some(inner))
    }
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Some(inner) = &mut self.0 else {
            return Err(Fault::Damaged.into());
        };
        guarded(|| inner.read(out)).unwrap_or_else(|fault| {
            let broken = self.0.take();
            // To drop it may panic as well.
            let _dropped = guarded(|| drop(broken));
            Err(fault.into())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Panics once it was read for a while, and when it is dropped.
    struct Broken(usize);

    impl Read for Broken {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            assert!(self.0 > 0, "at the end, guarded: {}", is_guarded());
            let n = self.0.min(out.len());
            self.0 -= n;
            Ok(n)
        }
    }

    impl Drop for Broken {
        fn drop(&mut self) {
            assert!(self.0 > 0, "dropped");
        }
    }

    #[test]
    fn a_panic_is_damage_and_the_decoder_is_not_asked_again() {
        let mut reader = Guarded::new(Broken(10));
        let mut bytes = Vec::new();
        let error = reader.read_to_end(&mut bytes).expect_err("broken");
        assert_eq!((Fault::of(&error), bytes.len()), (Fault::Damaged, 10));
        assert!(reader.read(&mut [0]).is_err());
        assert!(!is_guarded());
    }

    #[test]
    fn guarded_calls_are_nested() {
        let inner = || {
            let failed: Result<(), Fault> = guarded(|| panic!("inside"));
            (failed, is_guarded())
        };
        assert_eq!(guarded(inner), Ok((Err(Fault::Damaged), true)));
        assert!(!is_guarded());
    }
}
