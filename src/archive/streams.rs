//! Compressed streams: gzip with any number of members, bzip2 and xz with any number of streams, Zstandard with any number
//! of frames.

use std::io::{self, BufRead, Read};
use std::ops::Range;

use flate2::bufread::GzDecoder;
use lzma_rust2::XzReader;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use super::decode::{kib, zstd};
use super::guard::guarded;
use super::{Fault, Format, Input, recognise};

/// Reads what a compressed stream holds. What follows the last stream and is none is left.
pub struct Streams<R: Read> {
    format: Format,
    /// Bytes that a decoder may take for its window.
    window: u64,
    /// So many streams may follow each other.
    left: usize,
    at: At<R>,
    /// How many bytes came out.
    pub made: u64,
    /// Where the Zstandard frame begins that is being read.
    begun: u64,
    /// Where the Zstandard frames are that were read to their end. They keep much of a text as it is (RFC 8878, 3.1.1.3.1); the
    /// other formats keep nothing of it, or all.
    pub frames: Vec<Range<u64>>,
    name: Option<Vec<u8>>,
}

/// Where it is.
enum At<R: Read> {
    Between(Input<R>),
    Gzip(Box<GzDecoder<Input<R>>>),
    Bzip2(bzip2::bufread::BzDecoder<Input<R>>),
    Xz(Box<XzReader<Input<R>>>),
    Zstd(Box<StreamingDecoder<Input<R>, FrameDecoder>>),
    Over(Option<Input<R>>),
}

impl<R: Read> Streams<R> {
    /// Reads from the start of a stream of this format, with at most `most` streams.
    pub fn new(format: Format, inner: R, window: u64, most: usize) -> Self {
        Self {
            format,
            window,
            left: most,
            at: At::Between(Input::new(inner)),
            made: 0,
            begun: 0,
            frames: Vec::new(),
            name: None,
        }
    }

    /// The name that the header of gzip has, once something was read.
    pub fn name(&self) -> Option<&[u8]> {
        self.name.as_deref().filter(|name| !name.is_empty())
    }

    /// What follows the last stream, once all was read.
    pub fn into_rest(self) -> Option<Input<R>> {
        match self.at {
            At::Over(rest) => rest,
            _ => None,
        }
    }

    /// Begins with the next stream, if there is one.
    fn next(&mut self, mut input: Input<R>) -> io::Result<At<R>> {
        if self.format == Format::Xz || self.format == Format::Gzip {
            skip_zeros(&mut input)?;
        }
        if !self.follows(&mut input)? {
            return Ok(At::Over(Some(input)));
        }
        // Empty ones give nothing that could be counted, and each takes a decoder.
        self.left = self.left.checked_sub(1).ok_or(Fault::Members)?;
        Ok(match self.format {
            Format::Gzip => At::Gzip(Box::new(GzDecoder::new(input))),
            Format::Bzip2 => At::Bzip2(bzip2::bufread::BzDecoder::new(input)),
            Format::Xz => {
                let reader = XzReader::new_mem_limit(input, false, kib(self.window));
                At::Xz(Box::new(reader))
            }
            Format::Zstd => {
                if skip_frame(&mut input)? {
                    At::Between(input)
                } else {
                    self.begun = input.taken;
                    At::Zstd(Box::new(zstd(input, self.window)?))
                }
            }
            _ => At::Over(Some(input)),
        })
    }

    fn follows(&self, input: &mut Input<R>) -> io::Result<bool> {
        let head = input.peek(super::HEAD)?;
        if self.format == Format::Zstd && is_skippable(head) {
            return Ok(true);
        }
        // Only by the first bytes: a tail of nothing is no zip.
        Ok(recognise(head, &[]) == Some(self.format))
    }
}

/// gzip and xz may be padded with zeros: on tapes, or to a multiple of four.
fn skip_zeros<R: Read>(input: &mut Input<R>) -> io::Result<()> {
    loop {
        let ready = input.fill_buf()?;
        let zeros = ready.iter().take_while(|byte| **byte == 0).count();
        let more = zeros > 0 && zeros == ready.len();
        input.consume(zeros);
        if !more {
            return Ok(());
        }
    }
}

fn is_skippable(head: &[u8]) -> bool {
    let magic = super::fields::le32(head, 0);
    magic.is_some_and(|magic| magic & 0xffff_fff0 == 0x184d_2a50)
}

/// Steps over a skippable frame; whether there was one.
fn skip_frame<R: Read>(input: &mut Input<R>) -> io::Result<bool> {
    let head = input.peek(8)?;
    if !is_skippable(head) {
        return Ok(false);
    }
    let len = super::fields::le32(head, 4).ok_or(Fault::Damaged)?;
    let all = u64::from(len) + 8;
    match io::copy(&mut input.take(all), &mut io::sink())? == all {
        true => Ok(true),
        false => Err(Fault::Damaged.into()),
    }
}

impl<R: Read> Read for Streams<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            // After an error nothing more is asked of a decoder.
            let at = std::mem::replace(&mut self.at, At::Over(None));
            let (at, n) = guarded(|| self.step(at, out))??;
            self.at = at;
            if n > 0 || matches!(self.at, At::Over(_)) {
                self.made += n as u64;
                return Ok(n);
            }
        }
    }
}

impl<R: Read> Streams<R> {
    /// Reads once, or goes on to what follows; where it is then, and how many bytes came out.
    fn step(&mut self, mut at: At<R>, out: &mut [u8]) -> io::Result<(At<R>, usize)> {
        let n = match &mut at {
            At::Between(_) => 0,
            At::Gzip(reader) => {
                let n = reader.read(out)?;
                if self.name.is_none() {
                    let name = reader.header().and_then(|header| header.filename());
                    self.name = Some(name.unwrap_or_default().to_vec());
                }
                n
            }
            At::Bzip2(reader) => reader.read(out)?,
            At::Xz(reader) => reader.read(out)?,
            At::Zstd(reader) => {
                let n = reader.read(out)?;
                if n == 0 && !checks_out(&reader.decoder) {
                    return Err(Fault::Damaged.into());
                }
                n
            }
            At::Over(_) => return Ok((at, 0)),
        };
        if n > 0 {
            return Ok((at, n));
        }
        let input = match at {
            At::Between(input) => input,
            At::Gzip(reader) => reader.into_inner(),
            At::Bzip2(reader) => reader.into_inner(),
            At::Xz(reader) => reader.into_inner(),
            At::Zstd(reader) => {
                let input = reader.into_inner();
                match self.frames.last_mut() {
                    Some(last) if last.end == self.begun => last.end = input.taken,
                    _ => self.frames.push(self.begun..input.taken),
                }
                input
            }
            At::Over(_) => return Ok((at, 0)),
        };
        Ok((self.next(input)?, 0))
    }
}

fn checks_out(frame: &FrameDecoder) -> bool {
    let stated = frame.get_checksum_from_data();
    stated.is_none() || stated == frame.get_calculated_checksum()
}
