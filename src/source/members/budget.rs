//! What may come out of one file.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use super::Trouble;
use crate::control::{ArchiveLimits, Control};

/// Counts what comes out of a file, all its containers together.
pub(super) struct Budget {
    limits: ArchiveLimits,
    /// How many bytes the file has, or of a stream has so far.
    pub(super) len: Cell<u64>,
    pub(super) spent: Cell<u64>,
    /// How many bytes of archives are kept in memory.
    pub(super) kept: Cell<u64>,
    /// Why nothing more is read.
    pub(super) stopped: Cell<Option<Trouble>>,
}

impl Budget {
    pub(super) fn new(len: u64, limits: ArchiveLimits) -> Self {
        Self {
            limits,
            len: Cell::new(len),
            spent: Cell::new(0),
            kept: Cell::new(0),
            stopped: Cell::new(None),
        }
    }

    /// How many bytes may still come out.
    pub(super) fn left(&self) -> u64 {
        let by_ratio = self.len.get().saturating_mul(self.limits.ratio);
        let most = self
            .limits
            .expansion
            .min(by_ratio.max(self.limits.ratio_from));
        most.saturating_sub(self.spent.get())
    }

    /// How many more bytes of archives may be kept in memory.
    pub(super) fn room(&self) -> u64 {
        self.limits.member.saturating_sub(self.kept.get())
    }

    pub(super) fn spend(&self, bytes: u64) {
        self.spent.set(self.spent.get().saturating_add(bytes));
    }

    /// Takes note that there is more than may come out.
    pub(super) fn stop(&self) {
        let trouble = match self.spent.get() >= self.limits.expansion {
            true => Trouble::Expansion,
            false => Trouble::Ratio,
        };
        self.stopped.set(Some(trouble));
    }
}

/// What ends as soon as the scan is to end. Decoders can be kept busy for long by bytes out of which nothing comes.
pub(super) struct Until<'c, R> {
    pub(super) inner: R,
    pub(super) control: &'c Control,
}

impl<R: Read> Read for Until<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self.control.is_cancelled() {
            true => Ok(0),
            false => self.inner.read(out),
        }
    }
}

/// A decoder whose bytes count.
pub(super) struct Metered<'c, R> {
    pub(super) inner: R,
    pub(super) budget: Rc<Budget>,
    pub(super) control: &'c Control,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.budget.stopped.get().is_some() || self.control.is_cancelled() {
            return Ok(0);
        }
        let n = self.inner.read(out)?;
        let more = self.budget.left() < n as u64;
        self.budget.spend(n as u64);
        if more {
            self.budget.stop();
        }
        Ok(n)
    }
}

/// The file itself, where it is a stream.
pub(super) struct Tracked<'a> {
    inner: &'a mut dyn Read,
    budget: Rc<Budget>,
    pub(super) bytes: u64,
    pub(super) error: Option<io::Error>,
}

impl<'a> Tracked<'a> {
    pub(super) fn new(inner: &'a mut dyn Read, budget: Rc<Budget>) -> Self {
        Self {
            inner,
            budget,
            bytes: 0,
            error: None,
        }
    }
}

impl Read for Tracked<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.error.is_some() {
            return Ok(0);
        }
        match self.inner.read(out) {
            Ok(n) => {
                self.bytes += n as u64;
                self.budget.len.set(self.bytes);
                Ok(n)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                let kind = error.kind();
                self.error = Some(error);
                Err(kind.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_more_is_read_once_the_scan_is_to_end() {
        let control = Control::default();
        let budget = Rc::new(Budget::new(10, control.limits.archives));
        let mut until = Until {
            inner: io::repeat(1),
            control: &control,
        };
        let mut metered = Metered {
            inner: io::repeat(1),
            budget,
            control: &control,
        };
        let mut out = [0; 7];
        let mut both = || [until.read(&mut out), metered.read(&mut out)].map(Result::ok);
        assert_eq!(both(), [Some(7); 2]);
        control.cancel();
        assert_eq!(both(), [Some(0); 2]);
        assert_eq!(metered.budget.spent.get(), 7);
    }

    #[test]
    fn what_is_kept_takes_room() {
        let limits = ArchiveLimits {
            member: 100,
            ..Control::default().limits.archives
        };
        let budget = Budget::new(10, limits);
        for (kept, room) in [(0, 100), (60, 40), (300, 0)] {
            budget.kept.set(kept);
            assert_eq!(budget.room(), room);
        }
    }
}
