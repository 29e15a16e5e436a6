//! What a compressed stream holds: an archive, or one file.

use std::io::{self, Read};

use super::budget::Until;
use super::{Level, Opening};
use crate::archive::streams::Streams;
use crate::archive::{Fault, Format, HEAD, recognise};

/// What names of compressed files end with, and what is there instead when they are not compressed.
const SUFFIXES: [(&[u8], &[u8]); 14] = [
    (b".tgz", b".tar"),
    (b".tbz", b".tar"),
    (b".tbz2", b".tar"),
    (b".txz", b".tar"),
    (b".tzst", b".tar"),
    (b".svgz", b".svg"),
    (b".crate", b".tar"),
    (b".gz", b""),
    (b".bz2", b""),
    (b".bz", b""),
    (b".xz", b""),
    (b".zst", b""),
    (b".z", b""),
    (b".lz", b""),
];

impl Opening<'_, '_> {
    /// Reads a compressed stream. `searched`: whether all its own bytes were pushed.
    pub(super) fn stream<R: Read>(
        &mut self,
        format: Format,
        input: R,
        depth: usize,
        searched: bool,
    ) {
        let control = self.to.control;
        let limits = control.limits.archives;
        let inner = Until {
            inner: input,
            control,
        };
        let streams = Streams::new(format, inner, limits.window, limits.members);
        let mut reader = self.metered(streams);
        let mut head = self.buffers.pop().unwrap_or_default();
        head.clear();
        let begun = self.begin(&mut reader, &mut head, true);
        let name = reader.inner.name().map(<[u8]>::to_vec);
        let whole = begun.as_ref().copied().unwrap_or(true);
        // An archive has names of its own.
        let first = head.get(..HEAD).unwrap_or(&head);
        let tail: &[u8] = if whole { &head } else { &[] };
        let is_plain = recognise(first, tail).is_none();
        if is_plain {
            let name = name.unwrap_or_else(|| self.name_inside());
            self.names.push(name);
        }
        let level = Level {
            in_stream: true,
            ..Level::member(depth)
        };
        let mut rest: &mut dyn Read = &mut reader;
        let mut nothing = io::empty();
        if begun.is_err() {
            rest = &mut nothing;
        }
        let read = self.sort(&head, whole, rest, level);
        self.buffers.push(head);
        if is_plain {
            self.names.pop();
        }
        for bytes in std::mem::take(&mut reader.inner.frames) {
            self.decompressed(bytes);
        }
        let failed = begun
            .map_err(|error| Fault::of(&error))
            .err()
            .or(read.err());
        // Three bytes make a gzip header: what nothing comes out of was none. Of a stream the rest is gone, and that is told.
        let was_none = format == Format::Gzip && reader.inner.made == 0;
        match failed {
            Some(Fault::Damaged) if was_none && searched => {}
            Some(fault) => self.trouble(fault.into(), 0),
            None => {}
        }
        if searched || self.is_over() {
            return;
        }
        if let Some(mut rest) = reader.inner.into_rest() {
            // That it breaks off is told by who reads it.
            drop(self.push_all(&mut rest));
        }
    }

    /// What a file is called that is compressed without its name.
    fn name_inside(&self) -> Vec<u8> {
        let own = self.names.last().map(Vec::as_slice).or(self.template.path);
        let own = own.unwrap_or_default();
        let own = own.rsplit(|byte| matches!(byte, b'/' | b'\\')).next();
        let own = own.unwrap_or_default();
        for (suffix, instead) in SUFFIXES {
            let at = own.len().saturating_sub(suffix.len());
            let (start, end) = own.split_at_checked(at).unwrap_or_default();
            if !start.is_empty() && end.eq_ignore_ascii_case(suffix) {
                return [start, instead].concat();
            }
        }
        b"contents".to_vec()
    }
}
