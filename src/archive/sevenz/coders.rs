//! From the streams of a folder to its contents, through its coders (Methods.txt of 7-Zip).

use std::cell::{Cell, RefCell};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::rc::Rc;

use lzma_rust2::filter::bcj::BcjReader;
use lzma_rust2::filter::bcj2::Bcj2Reader;
use lzma_rust2::filter::delta::DeltaReader;
use lzma_rust2::{Lzma2Reader, LzmaReader};

use super::super::Fault;
use super::super::decode::{Decoder, kib, zstd};
use super::super::fields::le32;
use super::header::{Coder, Folder};

/// Coders are not nested deeper.
const DEEPEST: usize = 8;

/// A coder may give twice as many bytes as the folder holds, and so many more.
const SLACK: u64 = 64 << 10;

/// A stream of an archive. Several of one archive are read by turns.
struct Packed<'a, R> {
    source: Rc<RefCell<&'a mut R>>,
    at: u64,
    left: u64,
}

impl<R: Read + Seek> Read for Packed<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let len = usize::try_from(self.left).map_or(out.len(), |left| left.min(out.len()));
        if len == 0 {
            return Ok(0);
        }
        let mut source = self.source.borrow_mut();
        source.seek(SeekFrom::Start(self.at))?;
        let n = source.read(out.get_mut(..len).unwrap_or_default())?;
        self.at += n as u64;
        self.left -= n as u64;
        Ok(n)
    }
}

pub(super) fn open<'a, R: Read + Seek>(
    source: &'a mut R,
    folder: &'a Folder,
    window: u64,
) -> Result<Decoder<'a>, Fault> {
    let is_secret = |coder: &Coder| coder.id == [0x06, 0xf1, 0x07, 0x01];
    if folder.coders.iter().any(is_secret) {
        return Err(Fault::Encrypted);
    }
    let chain = Chain {
        source: Rc::new(RefCell::new(source)),
        folder,
        left: Cell::new(window.saturating_mul(2)),
        window,
    };
    chain.coder(folder.last().ok_or(Fault::Damaged)?, 0)
}

struct Chain<'a, R> {
    source: Rc<RefCell<&'a mut R>>,
    folder: &'a Folder,
    /// What decoders may still take for their windows, all together: one of them is large in honest archives.
    left: Cell<u64>,
    window: u64,
}

impl<'a, R: Read + Seek> Chain<'a, R> {
    /// What comes out of a coder.
    fn coder(&self, number: usize, depth: usize) -> Result<Decoder<'a>, Fault> {
        let coder = self.folder.coders.get(number).ok_or(Fault::Damaged)?;
        if depth > DEEPEST {
            return Err(Fault::Damaged);
        }
        // Filters give as many bytes as they take. What comes out inside is not counted by who reads: a decoder that makes
        // little of much would be fed for days.
        if coder.size / 2 > self.folder.size().saturating_add(SLACK) {
            return Err(Fault::Method);
        }
        let before = self.folder.coders.get(..number).unwrap_or_default();
        let first: usize = before.iter().map(|coder| coder.inputs).sum();
        let mut inputs = Vec::new();
        for input in first..first + coder.inputs {
            inputs.push(self.input(input, depth)?);
        }
        if coder.id == [0x03, 0x03, 0x01, 0x1b] {
            return Ok(Box::new(
                Bcj2Reader::try_new(inputs, coder.size)?.take(coder.size),
            ));
        }
        let mut inputs = inputs.into_iter();
        let (Some(input), None) = (inputs.next(), inputs.next()) else {
            return Err(Fault::Method);
        };
        Ok(Box::new(self.decoder(coder, input)?.take(coder.size)))
    }

    fn input(&self, input: usize, depth: usize) -> Result<Decoder<'a>, Fault> {
        let bond = self.folder.bonds.iter().find(|(bound, _)| *bound == input);
        if let Some((_, out)) = bond {
            return self.coder(*out, depth + 1);
        }
        let nth = self
            .folder
            .packed
            .iter()
            .position(|packed| *packed == input);
        let stream = nth.and_then(|nth| self.folder.streams.get(nth));
        let (at, left) = *stream.ok_or(Fault::Damaged)?;
        let packed = Packed {
            source: self.source.clone(),
            at,
            left,
        };
        Ok(Box::new(BufReader::with_capacity(64 << 10, packed)))
    }

    fn decoder(&self, coder: &Coder, input: Decoder<'a>) -> Result<Decoder<'a>, Fault> {
        let properties = &coder.properties;
        let first = properties.first().copied();
        Ok(match &coder.id[..] {
            [0x00] => input,
            [0x03, 0x01, 0x01] => {
                let dictionary = le32(properties, 1).ok_or(Fault::Damaged)?;
                self.allow(dictionary.into())?;
                let first = first.ok_or(Fault::Damaged)?;
                Box::new(LzmaReader::new_with_props(
                    input, coder.size, first, dictionary, None,
                )?)
            }
            [0x21] => {
                let dictionary = lzma2_dictionary(first.ok_or(Fault::Damaged)?)?;
                self.allow(dictionary.into())?;
                let limit = kib(self.window).saturating_add(4096);
                Box::new(Lzma2Reader::new_mem_limit(input, dictionary, limit, None)?)
            }
            [0x03] => {
                let distance = usize::from(first.unwrap_or_default()) + 1;
                Box::new(DeltaReader::new(input, distance))
            }
            [0x04] | [0x03, 0x03, 0x01, 0x03] => Box::new(BcjReader::new_x86(input, 0)),
            [0x05] | [0x03, 0x03, 0x02, 0x05] => Box::new(BcjReader::new_ppc(input, 0)),
            [0x06] | [0x03, 0x03, 0x04, 0x01] => Box::new(BcjReader::new_ia64(input, 0)),
            [0x07] | [0x03, 0x03, 0x05, 0x01] => Box::new(BcjReader::new_arm(input, 0)),
            [0x08] | [0x03, 0x03, 0x07, 0x01] => Box::new(BcjReader::new_arm_thumb(input, 0)),
            [0x09] | [0x03, 0x03, 0x08, 0x05] => Box::new(BcjReader::new_sparc(input, 0)),
            [0x0a] => Box::new(BcjReader::new_arm64(input, 0)),
            [0x0b] => Box::new(BcjReader::new_riscv(input, 0)),
            [0x04, 0x01, 0x08] => {
                Box::new(flate2::bufread::DeflateDecoder::new(BufReader::new(input)))
            }
            [0x04, 0x01, 0x09] => Box::new(deflate64::Deflate64Decoder::new(input)),
            [0x04, 0x02, 0x02] => {
                Box::new(bzip2::bufread::MultiBzDecoder::new(BufReader::new(input)))
            }
            [0x04, 0xf7, 0x11, 0x01] => {
                // How large its window is stands in the stream.
                self.allow(self.window)?;
                Box::new(zstd(input, self.window)?)
            }
            _ => return Err(Fault::Method),
        })
    }

    fn allow(&self, window: u64) -> Result<(), Fault> {
        let left = self.left.get().checked_sub(window);
        let left = left.filter(|_| window <= self.window);
        self.left.set(left.ok_or(Fault::Window)?);
        Ok(())
    }
}

/// The size of the dictionary, as xz and 7z write it in a byte.
fn lzma2_dictionary(property: u8) -> Result<u32, Fault> {
    match property {
        0..40 => Ok((2 | u32::from(property & 1)) << (property / 2 + 11)),
        40 => Ok(u32::MAX),
        _ => Err(Fault::Damaged),
    }
}
