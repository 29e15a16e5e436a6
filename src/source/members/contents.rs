//! From the first bytes of something to how it is read: as a file, as a stream, or as an archive.

use std::io::{self, Read};
use std::sync::atomic::Ordering;

use super::{Level, Opening, Seekable, Trouble};
use crate::archive::{Fault, Format, HEAD, TAIL, recognise};

impl Opening<'_, '_> {
    /// Pushes what a reader gives, and what is in it.
    pub(super) fn contents(&mut self, reader: &mut dyn Read, level: Level) -> Result<(), Fault> {
        let mut buffer = self.buffers.pop().unwrap_or_default();
        buffer.clear();
        let read = self.begin(reader, &mut buffer, level.limited);
        let done = match read {
            Ok(whole) => self.sort(&buffer, whole, reader, level),
            // What could be read is looked at all the same.
            Err(error) => {
                let done = self.sort(&buffer, true, &mut io::empty(), level);
                done.and(Err(Fault::of(&error)))
            }
        };
        self.buffers.push(buffer);
        done
    }

    /// Reads the beginning; whether that was all.
    pub(super) fn begin(
        &self,
        reader: &mut dyn Read,
        buffer: &mut Vec<u8>,
        limited: bool,
    ) -> io::Result<bool> {
        let limits = &self.to.control.limits;
        let mut most = limits.window.max(TAIL) as u64;
        if limited {
            most = most.min(limits.archives.member.max(HEAD as u64));
        }
        let read = reader.take(most).read_to_end(buffer)? as u64;
        let whole = read < most;
        if whole && !limited {
            // A longer one is counted as its windows are read.
            let bytes = &self.to.control.progress.bytes;
            bytes.fetch_add(read, Ordering::Relaxed);
        }
        Ok(whole)
    }

    /// Goes on with something that begins with `head`, which is all of it if it is `whole`.
    pub(super) fn sort(
        &mut self,
        head: &[u8],
        whole: bool,
        rest: &mut dyn Read,
        level: Level,
    ) -> Result<(), Fault> {
        let most = self.to.control.limits.archives.depth;
        let tail = if whole { head } else { &[] };
        let format = recognise(head, tail).filter(|_| most > 0);
        let depth = match format {
            Some(Format::Tar) if level.in_stream => level.depth - 1,
            _ => level.depth,
        };
        let format = match format {
            Some(_) if depth >= most => {
                self.trouble(Trouble::Depth, 0);
                None
            }
            format => format,
        };
        match format {
            None => self.leaf(head, whole, rest, level.limited),
            Some(format) if whole => {
                self.push(head);
                self.open(format, &Seekable::bytes(head), depth);
                Ok(())
            }
            Some(format) if format.is_sought() => self.keep(format, head, rest, depth),
            Some(Format::Tar) => {
                self.tar(&mut head.chain(rest), depth, false);
                Ok(())
            }
            Some(format) => {
                self.push(head);
                self.stream(format, head.chain(rest), depth, false);
                Ok(())
            }
        }
    }

    /// Pushes what is no container.
    fn leaf(
        &mut self,
        head: &[u8],
        whole: bool,
        rest: &mut dyn Read,
        limited: bool,
    ) -> Result<(), Fault> {
        if whole {
            self.push(head);
            return Ok(());
        }
        let most = match limited {
            true => self.to.control.limits.archives.member,
            false => u64::MAX,
        };
        let mut reader = head.chain(rest);
        self.push_all(&mut (&mut reader).take(most))?;
        if limited && !self.is_over() && reader.read(&mut [0])? > 0 {
            self.trouble(Trouble::Member, 1);
        }
        Ok(())
    }

    /// Takes an archive that is read here and there into memory.
    fn keep(
        &mut self,
        format: Format,
        head: &[u8],
        rest: &mut dyn Read,
        depth: usize,
    ) -> Result<(), Fault> {
        let most = self.to.control.limits.archives.member;
        let mut kept = head.to_vec();
        let left = most.saturating_sub(kept.len() as u64);
        let read = rest.take(left).read_to_end(&mut kept);
        let more = kept.len() as u64 >= most;
        let pushed = self.push_all(&mut kept.chain(&mut *rest));
        match more && pushed.as_ref().is_ok_and(|read| *read > kept.len() as u64) {
            true => self.trouble(Trouble::Kept, 0),
            false => self.open(format, &Seekable::bytes(&kept), depth),
        }
        read?;
        pushed?;
        Ok(())
    }
}
