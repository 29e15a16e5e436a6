//! Applies a delta and says which bytes it copied (gitformat-pack, "Deltified representation").

use std::ops::Range;

use crate::model::{Mark, Reach};

/// Bytes that a delta took from its base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copy {
    /// First byte in the base.
    pub from: usize,
    /// First byte in the result.
    pub to: usize,
    /// How many.
    pub len: usize,
}

/// Reads a size: seven bits a byte, lowest first.
fn size(delta: &[u8], at: &mut usize) -> Option<u64> {
    let mut value = 0u64;
    let mut shift = 0;
    loop {
        let byte = *delta.get(*at)?;
        *at += 1;
        if shift > 56 {
            return None;
        }
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
}

/// The sizes of base and result that a delta states, and where its instructions start.
pub fn sizes(delta: &[u8]) -> Option<(u64, u64, usize)> {
    let mut at = 0;
    let base = size(delta, &mut at)?;
    let result = size(delta, &mut at)?;
    Some((base, result, at))
}

/// Applies the instructions of `delta` from `at` to `base`, filling `out` exactly; `copies` gets what was copied, in
/// the order of the result, adjoining copies of adjoining bytes joined. The reason if the delta is wrong.
pub fn apply(
    base: &[u8],
    delta: &[u8],
    mut at: usize,
    out: &mut [u8],
    copies: &mut Vec<Copy>,
) -> Result<(), &'static str> {
    const SHORT: &str = "its delta is cut off";
    const LONG: &str = "its delta makes more than it says";
    copies.clear();
    let mut made = 0usize;
    while at < delta.len() {
        let command = *delta.get(at).ok_or(SHORT)?;
        at += 1;
        if command & 0x80 != 0 {
            let (mut from, mut len) = (0usize, 0usize);
            for bit in 0..4 {
                if command & (1 << bit) != 0 {
                    from |= usize::from(*delta.get(at).ok_or(SHORT)?) << (8 * bit);
                    at += 1;
                }
            }
            for bit in 0..3 {
                if command & (0x10 << bit) != 0 {
                    len |= usize::from(*delta.get(at).ok_or(SHORT)?) << (8 * bit);
                    at += 1;
                }
            }
            if len == 0 {
                len = 0x10000;
            }
            let bytes = base
                .get(from..from + len)
                .ok_or("its delta copies from beyond its base")?;
            out.get_mut(made..made + len)
                .ok_or(LONG)?
                .copy_from_slice(bytes);
            match copies.last_mut() {
                Some(last) if last.from + last.len == from && last.to + last.len == made => {
                    last.len += len
                }
                _ => copies.push(Copy {
                    from,
                    to: made,
                    len,
                }),
            }
            made += len;
        } else if command != 0 {
            let len = usize::from(command);
            let bytes = delta.get(at..at + len).ok_or(SHORT)?;
            out.get_mut(made..made + len)
                .ok_or(LONG)?
                .copy_from_slice(bytes);
            at += len;
            made += len;
        } else {
            return Err("its delta has a reserved instruction");
        }
    }
    if made == out.len() {
        Ok(())
    } else {
        Err("its delta makes less than it says")
    }
}

/// The ranges of a result in which a candidate may start that was none in the base: where what promises one is not one copy.
/// A copy's end is a seam, unless it is the end of both base and result; so is its start.
pub fn fresh(
    copies: &[Copy],
    base: usize,
    result: usize,
    reach: Reach,
    out: &mut Vec<Range<usize>>,
) {
    out.clear();
    let mut add = |from: usize, to: usize| {
        let start = from.saturating_sub(reach.promise);
        let end = (to + reach.before).min(result);
        match out.last_mut() {
            Some(last) if start <= last.end => last.end = last.end.max(end),
            _ if start < end => out.push(start..end),
            _ => {}
        }
    };
    let mut done = 0;
    for (number, copy) in copies.iter().enumerate() {
        let first_of_both = number == 0 && copy.from == 0 && copy.to == 0;
        if !first_of_both {
            add(done, copy.to);
        }
        done = copy.to + copy.len;
    }
    let last_of_both = copies
        .last()
        .is_some_and(|copy| copy.from + copy.len == base)
        && done == result;
    if !last_of_both {
        add(done, result);
    }
}

/// Carries the marks of a base into the result: those outside of what [`fresh`] gives. Where not all of a neighbourhood was
/// copied in one piece, the mark is not whole.
pub fn carry(
    marks: &[Mark],
    copies: &[Copy],
    base: usize,
    result: usize,
    reach: Reach,
    out: &mut Vec<Mark>,
) {
    out.clear();
    if marks.is_empty() {
        return;
    }
    for copy in copies {
        let end = copy.from + copy.len;
        // A neighbourhood that the base's edge cuts off is the same only if the result's edge cuts it off too.
        let low = if copy.from == 0 && copy.to == 0 {
            0
        } else {
            copy.from + reach.before
        };
        let is_end = end == base && copy.to + copy.len == result;
        let before = |reach: usize| {
            if is_end {
                end
            } else {
                end.saturating_sub(reach)
            }
        };
        let (last, high) = (before(reach.promise), before(reach.after));
        let first = marks.partition_point(|mark| mark.start < low);
        for mark in marks
            .get(first..)
            .unwrap_or_default()
            .iter()
            .take_while(|mark| mark.start < last)
        {
            let start = mark.start - copy.from + copy.to;
            out.push(Mark {
                start,
                end: result.min(start + (mark.end - mark.start)),
                // The shape of a candidate depends on the whole run that it begins.
                whole: mark.end <= high
                    && (is_end || mark.start + reach.longest + reach.after <= end),
                ..*mark
            });
        }
    }
    out.sort_unstable();
}
