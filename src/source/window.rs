//! Reads a stream of any length through overlapping windows, in bounded memory.

use std::io::{self, Read};
use std::sync::atomic::Ordering;

use crate::control::Control;
use crate::model::{Chunk, Position, Reach, Worker};

/// Pushes everything that `reader` gives to `worker` and returns how many bytes that was.
///
/// `template` gives the chunks' origin, path and object. A stream that fits into one window is one chunk without `own`;
/// a longer one is cut so that every byte belongs to exactly one window's `own` and has `reach.margin()` bytes
/// around it there, but for the ends of the stream. `window` is the number of bytes that each further window adds, at
/// least 1. `buffer` is scratch that grows to the window and both margins, once. The bytes are added to
/// `control.progress.bytes`; after a cancellation it returns early.
///
/// # Errors
///
/// What `reader` says, except for interruptions, which are tried again. What was read before an error has been pushed.
pub fn stream(
    reader: &mut dyn Read,
    template: &Chunk<'_>,
    reach: Reach,
    window: usize,
    buffer: &mut Vec<u8>,
    worker: &mut dyn Worker,
    control: &Control,
) -> io::Result<u64> {
    let margin = reach.margin();
    let capacity = window.max(1) + 2 * margin;
    if buffer.len() < capacity {
        // Not `resize`: the zeros of a fresh vector come from the system unwritten.
        *buffer = vec![0; capacity];
    }
    let mut marks = Vec::new();
    let mut position = Position::default();
    let (mut filled, mut own_start) = (0, 0);
    loop {
        let before = filled;
        let end = fill(reader, &mut buffer[..capacity], &mut filled);
        control
            .progress
            .bytes
            .fetch_add((filled - before) as u64, Ordering::Relaxed);
        let last = !matches!(end, Ok(false));
        // A window that is not the last is full, so that two margins fit into it.
        let own_end = if last { filled } else { filled - margin };
        if own_end > own_start {
            marks.clear();
            let chunk = Chunk {
                bytes: &buffer[..filled],
                own: (!last || position.offset > 0).then_some((own_start, own_end)),
                position,
                ..*template
            };
            worker.chunk(&chunk, &mut marks);
        }
        end?;
        if last || control.is_cancelled() {
            return Ok(position.offset + filled as u64);
        }
        let keep = own_end - margin;
        advance(&mut position, &buffer[..keep]);
        buffer.copy_within(keep..filled, 0);
        filled -= keep;
        own_start = margin;
    }
}

/// Reads until the buffer is full (`false`) or the stream ends (`true`).
fn fill(reader: &mut dyn Read, buffer: &mut [u8], filled: &mut usize) -> io::Result<bool> {
    while *filled < buffer.len() {
        match reader.read(&mut buffer[*filled..]) {
            Ok(0) => return Ok(true),
            Ok(n) => *filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

/// Moves `position` over `bytes`.
fn advance(position: &mut Position, bytes: &[u8]) {
    position.offset += bytes.len() as u64;
    let line = match memchr::memrchr(b'\n', bytes) {
        Some(at) => {
            position.line += memchr::memchr_iter(b'\n', &bytes[..=at]).count() as u64;
            position.column = 1;
            &bytes[at + 1..]
        }
        None => bytes,
    };
    // Continuation bytes are 0x80..=0xBF: as signed numbers, all that is below -0x40.
    position.column += line.iter().filter(|&&byte| byte as i8 >= -0x40).count() as u64;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Mark, Origin};
    use proptest::prelude::*;

    const NEEDLE: &[u8] = b"needle";
    const REACH: Reach = Reach {
        before: 0,
        longest: 6,
        after: 0,
        promise: 0,
        context: 3,
        stretch: 0,
        names: false,
    };

    /// Finds the needle where it starts in `own`, and demands its context.
    #[derive(Default)]
    struct Finder {
        found: Vec<(u64, u64, u64)>,
        covered: Vec<(u64, u64)>,
        longest: usize,
    }

    impl Worker for Finder {
        fn chunk(&mut self, chunk: &Chunk<'_>, _: &mut Vec<Mark>) {
            let (start, end) = chunk.own.unwrap_or((0, chunk.bytes.len()));
            let base = chunk.position.offset;
            self.covered.push((base + start as u64, base + end as u64));
            self.longest = self.longest.max(chunk.bytes.len());
            for at in memchr::memmem::find_iter(chunk.bytes, NEEDLE) {
                if (start..end).contains(&at) {
                    let mut place = chunk.position;
                    advance(&mut place, &chunk.bytes[..at]);
                    self.found.push((place.offset, place.line, place.column));
                }
            }
        }
    }

    /// Gives a few bytes at a time, and is interrupted in between.
    struct Short<'a>(&'a [u8], usize, bool);

    impl Read for Short<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.2 = !self.2;
            if self.2 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let most = buffer.len().min(self.1);
            self.0.read(&mut buffer[..most])
        }
    }

    fn naive(bytes: &[u8]) -> Vec<(u64, u64, u64)> {
        memchr::memmem::find_iter(bytes, NEEDLE)
            .map(|at| {
                let before = &bytes[..at];
                let line_start = before
                    .iter()
                    .rposition(|&b| b == b'\n')
                    .map_or(0, |i| i + 1);
                let line = 1 + before.iter().filter(|&&b| b == b'\n').count();
                let column = 1 + before[line_start..]
                    .iter()
                    .filter(|&&b| !(0x80..=0xbf).contains(&b))
                    .count();
                (at as u64, line as u64, column as u64)
            })
            .collect()
    }

    fn run(bytes: &[u8], window: usize, step: usize) -> Finder {
        let mut finder = Finder::default();
        let total = stream(
            &mut Short(bytes, step, false),
            &Chunk::whole(&[], Origin::Stdin, None),
            REACH,
            window,
            &mut Vec::new(),
            &mut finder,
            &Control::default(),
        )
        .expect("the reader only interrupts");
        assert_eq!(total, bytes.len() as u64);
        finder
    }

    proptest! {
        #[test]
        fn windows_find_what_the_whole_holds(
            pieces in prop::collection::vec(
                prop::sample::select(vec!["needle", "need", "le", "\n", "é", "漢", "x", "\r\n"]), 0..80),
            window in 1usize..70,
            step in 1usize..40,
        ) {
            let text = pieces.concat();
            let finder = run(text.as_bytes(), window, step);
            prop_assert_eq!(&finder.found, &naive(text.as_bytes()));
            prop_assert!(finder.longest <= window + 18);
            let mut at = 0;
            for (start, end) in finder.covered {
                prop_assert_eq!(start, at);
                at = end;
            }
            prop_assert_eq!(at, text.len() as u64);
        }
    }

    #[test]
    fn what_came_before_an_error_is_searched() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("broken"))
            }
        }
        let mut finder = Finder::default();
        let result = stream(
            &mut b"a needle".chain(Broken),
            &Chunk::whole(&[], Origin::Stdin, None),
            REACH,
            1 << 10,
            &mut Vec::new(),
            &mut finder,
            &Control::default(),
        );
        assert!(result.is_err());
        assert_eq!(finder.found, [(2, 1, 3)]);
    }
}
