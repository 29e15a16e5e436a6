//! One stream, standard input by name.

use std::io::Read;

use super::members::{self, Pushed};
use crate::control::Control;
use crate::model::{Chunk, Origin, Problem, ProblemKind, Reach, Sink};

/// Scans everything that `reader` gives, in windows of `control.limits.window` bytes, and returns how many bytes that was.
/// `label` is the path that its findings are reported at.
///
/// A stream that breaks off is not fatal: it is a problem told to `sink`, and what came before is scanned and counted.
pub fn scan(
    reader: &mut dyn Read,
    label: Option<&str>,
    reach: Reach,
    sink: &dyn Sink,
    control: &Control,
) -> u64 {
    let template = Chunk::whole(&[], Origin::Stdin, label.map(str::as_bytes));
    let mut worker = sink.worker();
    let to = Pushed {
        worker: &mut *worker,
        sink,
        more: Some(sink),
        reach,
        control,
    };
    let read = members::of_stream(reader, &template, to);
    if let Some(error) = read.error {
        sink.problem(Problem::new(
            ProblemKind::Unreadable,
            label.unwrap_or("standard input"),
            format!("the stream broke off: {error}; run it again"),
        ));
    }
    read.bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    use crate::source::testing::{REACH, Recorder};

    #[test]
    fn a_stream_has_its_label_and_its_length() {
        let recorder = Recorder::default();
        let control = Control::default();
        let mut text: &[u8] = b"one NEEDLE here";
        assert_eq!(
            scan(&mut text, Some("ci.log"), REACH, &recorder, &control),
            15
        );
        assert_eq!(recorder.found(), [(Origin::Stdin, "ci.log".to_owned(), 4)]);
    }

    #[test]
    fn a_broken_stream_is_a_problem() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("gone"))
            }
        }
        let recorder = Recorder::default();
        let mut reader = b"NEEDLE".chain(Broken);
        assert_eq!(
            scan(&mut reader, None, REACH, &recorder, &Control::default()),
            6
        );
        assert_eq!(recorder.found().len(), 1);
        assert_eq!(
            recorder.problems(),
            [(ProblemKind::Unreadable, "standard input".to_owned())]
        );
    }
}
