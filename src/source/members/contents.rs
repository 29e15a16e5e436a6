//! From the first bytes of something to how it is read: as a file, as a stream, or as an archive.

use std::io::{self, Read};
use std::sync::atomic::Ordering;

use super::tail::Tailed;
use super::{Level, Opening, Seekable, Trouble};
use crate::archive::{Fault, Format, HEAD, TAIL, is_program, recognise};

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
            // A program that extracts itself is an archive, and says so at its end.
            None if !whole && depth < most && is_program(head) => {
                self.keep(None, head, rest, level)
            }
            None => self.leaf(head, whole, rest, level),
            Some(format) if whole => {
                self.push(head);
                self.open(format, &Seekable::bytes(head), depth);
                Ok(())
            }
            Some(format) if format.is_sought() => self.keep(Some(format), head, rest, level),
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
        level: Level,
    ) -> Result<(), Fault> {
        if whole {
            self.push(head);
            return Ok(());
        }
        let mut reader = Tailed::new(head.chain(rest));
        self.push_member(&mut reader, level)?;
        let depth = self.to.control.limits.archives.depth;
        if depth > 0 && !self.is_over() && recognise(head, reader.tail()) == Some(Format::Zip) {
            match level.depth < depth {
                true => self.trouble(Trouble::Late, 0),
                false => self.trouble(Trouble::Depth, 0),
            }
        }
        Ok(())
    }

    /// Pushes what a reader gives, of a member only so much as one may have.
    fn push_member(&mut self, mut reader: &mut dyn Read, level: Level) -> Result<u64, Fault> {
        let most = match level.limited {
            true => self.to.control.limits.archives.member,
            false => u64::MAX,
        };
        let pushed = self.push_all(&mut (&mut reader).take(most))?;
        if level.limited && !self.is_over() && reader.read(&mut [0])? > 0 {
            self.trouble(Trouble::Member, 1);
        }
        Ok(pushed)
    }

    /// Takes an archive that is read here and there into memory, or a program that may turn out to be one.
    fn keep(
        &mut self,
        format: Option<Format>,
        head: &[u8],
        rest: &mut dyn Read,
        level: Level,
    ) -> Result<(), Fault> {
        let room = self.budget.room();
        let mut kept = head.to_vec();
        let left = room.saturating_sub(kept.len() as u64);
        let read = rest.take(left).read_to_end(&mut kept);
        let len = kept.len() as u64;
        self.budget.kept.set(self.budget.kept.get() + len);
        let mut reader = Tailed::new(kept.chain(&mut *rest));
        let pushed = match format {
            Some(_) => self.push_all(&mut reader).map_err(Fault::from),
            None => self.push_member(&mut reader, level),
        };
        let format = format.or_else(|| recognise(head, reader.tail()));
        let more = len >= room && pushed.as_ref().is_ok_and(|pushed| *pushed > len);
        match format {
            Some(_) if more => self.trouble(Trouble::Kept, 0),
            Some(format) => self.open(format, &Seekable::bytes(&kept), level.depth),
            None => {}
        }
        self.budget.kept.set(self.budget.kept.get() - len);
        read?;
        pushed?;
        Ok(())
    }
}
