//! What may be decoded for one text: a hostile one can have a gate at every other byte, and gates within what each decodes to.

use std::cell::Cell;

/// So many bytes may be decoded for each byte that is searched, ...
const SHARE: usize = 32;
/// ... and so many for any text.
const FREE: usize = 8 << 20;

/// The bytes that may still be decoded.
#[derive(Debug)]
pub(in crate::detect) struct Effort {
    left: Cell<usize>,
    /// Whether something was left out.
    exhausted: Cell<bool>,
}

impl Effort {
    /// For so many bytes.
    pub(in crate::detect) fn of(searched: usize) -> Self {
        Self {
            left: Cell::new(FREE.saturating_add(searched.saturating_mul(SHARE))),
            exhausted: Cell::new(false),
        }
    }

    /// Whether so many bytes may be decoded. They are counted.
    pub(super) fn spend(&self, bytes: usize) -> bool {
        match self.left.get().checked_sub(bytes) {
            Some(left) => {
                self.left.set(left);
                true
            }
            None => {
                self.exhaust();
                false
            }
        }
    }

    /// How many bytes may still be decoded.
    pub(super) fn left(&self) -> usize {
        self.left.get()
    }

    /// Something was left out.
    pub(super) fn exhaust(&self) {
        self.exhausted.set(true);
    }

    /// Whether something was left out.
    pub(in crate::detect) fn is_exhausted(&self) -> bool {
        self.exhausted.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spent_is_gone() {
        let effort = Effort::of(2);
        assert!(effort.spend(FREE) && effort.spend(2 * SHARE) && !effort.is_exhausted());
        assert!(!effort.spend(1) && effort.is_exhausted());
    }
}
