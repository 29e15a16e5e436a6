//! UTF-16 and UTF-32, in either order of bytes.

use super::Region;
use super::decoded::Decoded;
use crate::detect::matching::is_body;
use crate::model::Encoding;

/// What the characters of `width` bytes around the one whose value stands at `hit` say.
pub(super) fn decode(bytes: &[u8], hit: usize, width: usize, region: Region) -> Option<Decoded> {
    let (low, high) = region.around(bytes, hit);
    let first = hit - (hit - low) / width * width;
    let big = is_big_endian(bytes, (first, hit, high), width);
    let encoding = match (width, big) {
        (2, false) => Encoding::Utf16Le,
        (2, true) => Encoding::Utf16Be,
        (_, false) => Encoding::Utf32Le,
        (_, true) => Encoding::Utf32Be,
    };
    let mut decoded = Decoded::new(encoding, low, (high - low) / width);
    let mut value = first;
    while value < high {
        let start = if big {
            value.checked_sub(width - 1)
        } else {
            Some(value)
        };
        let unit = start.and_then(|start| Some((start, bytes.get(start..start + width)?)));
        if value == hit {
            decoded.focus = decoded.bytes.len();
        }
        if let Some((start, unit)) = unit
            && start >= low
        {
            let digits = unit.iter().rev();
            let code = match big {
                false => digits.fold(0, |code: u32, &byte| code << 8 | u32::from(byte)),
                true => digits
                    .rev()
                    .fold(0, |code: u32, &byte| code << 8 | u32::from(byte)),
            };
            decoded.push_char(code, start..start + width);
        }
        value += width;
    }
    decoded.cut = high < bytes.len();
    (decoded.focus < decoded.bytes.len()).then_some(decoded)
}

/// Whether the zeros stand before the values.
fn is_big_endian(bytes: &[u8], (first, hit, high): (usize, usize, usize), width: usize) -> bool {
    let is_zero = |at: usize| bytes.get(at) == Some(&0);
    let zeros_behind = |at: usize| (at + 1..at + width).all(is_zero);
    let zeros_before = |at: usize| at + 1 >= width && (at + 1 - width..at).all(is_zero);
    if !zeros_before(hit) {
        return false;
    }
    // Zeros behind the last character of the key are its own, or those of what follows it.
    let goes_on = |at: usize| {
        at + width < high
            && zeros_behind(at)
            && bytes.get(at + width).is_some_and(|&byte| is_body(byte))
    };
    let mut last = hit;
    while goes_on(last) {
        last += width;
    }
    if !zeros_behind(last) {
        return true;
    }
    // Zeros on both sides: what the text begins with tells.
    let is_mark = |value: usize| {
        let mark = value.checked_sub(1).and_then(|at| bytes.get(at..=value));
        mark == Some(&[0xfe, 0xff])
    };
    let mut at = hit;
    while at >= first + width {
        let before = at - width;
        if is_mark(before) {
            return true;
        }
        if !zeros_behind(before) || is_zero(before) {
            break;
        }
        at = before;
    }
    if let Some([0xff, 0xfe] | [0xff, 0xfe, 0, 0]) =
        at.checked_sub(width).and_then(|mark| bytes.get(mark..at))
    {
        return false;
    }
    // Most texts begin at an even place.
    zeros_before(at) && !hit.is_multiple_of(width)
}
