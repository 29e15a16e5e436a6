//! The header: which streams there are, how they are coded, and which files are in them.

use super::super::Fault;
use super::super::fields::Fields;
use super::names::{Names, to_utf8};
use super::{Directory, Entry};

/// More of coders, streams in a folder and such no writer has.
const FEW: u64 = 32;

/// How something is coded.
#[derive(Clone, Debug, Default)]
pub struct Coder {
    /// The method's number.
    pub(super) id: Vec<u8>,
    pub(super) inputs: usize,
    pub(super) properties: Vec<u8>,
    /// How many bytes come out.
    pub(super) size: u64,
}

/// What is compressed together.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    pub(super) coders: Vec<Coder>,
    /// Which input is fed by which coder's output.
    pub(super) bonds: Vec<(usize, usize)>,
    /// Which inputs are fed by streams of the archive.
    pub(super) packed: Vec<usize>,
    /// Where these streams are, and how long they are.
    pub(super) streams: Vec<(u64, u64)>,
    /// The checksum of all that comes out.
    pub(super) crc: Option<u32>,
}

impl Folder {
    /// The coder whose output no other one takes.
    pub(super) fn last(&self) -> Option<usize> {
        (0..self.coders.len()).find(|coder| self.bonds.iter().all(|(_, out)| out != coder))
    }

    /// How many bytes come out.
    pub(super) fn size(&self) -> u64 {
        let last = self.last().and_then(|last| self.coders.get(last));
        last.map_or(0, |coder| coder.size)
    }
}

pub(super) enum Parsed {
    Files(Directory),
    /// The header itself is compressed.
    Encoded(Folder),
}

/// A number: how many leading bits of the first byte are set says how many bytes follow.
fn number(fields: &mut Fields<'_>) -> Result<u64, Fault> {
    let first = fields.byte()?;
    let more = first.leading_ones() as usize;
    let mut value = 0;
    for (at, byte) in fields.take(more.min(8))?.iter().enumerate() {
        value |= u64::from(*byte) << (8 * at);
    }
    if more < 7 {
        let high = u64::from(first & (0x7f >> more));
        value |= high << (8 * more);
    }
    Ok(value)
}

/// A number that is not larger than `most`.
fn count(fields: &mut Fields<'_>, most: u64) -> Result<usize, Fault> {
    let value = number(fields)?;
    match value <= most {
        true => usize::try_from(value).map_err(|_| Fault::Damaged),
        false => Err(Fault::Damaged),
    }
}

fn bits(fields: &mut Fields<'_>, len: usize) -> Result<Vec<bool>, Fault> {
    let bytes = fields.take(len.div_ceil(8))?;
    Ok((0..len).map(|at| bit(bytes, at)).collect())
}

/// Whether a bit is there and set; the highest one of a byte is the first.
fn bit(bytes: &[u8], at: usize) -> bool {
    let byte = bytes.get(at / 8);
    byte.is_some_and(|byte| byte & (0x80 >> (at % 8)) != 0)
}

/// Bits, unless a byte says that all are set.
fn optional_bits(fields: &mut Fields<'_>, len: usize) -> Result<Vec<bool>, Fault> {
    match fields.byte()? {
        0 => bits(fields, len),
        _ => Ok(vec![true; len]),
    }
}

fn sums(fields: &mut Fields<'_>, len: usize) -> Result<Vec<Option<u32>>, Fault> {
    let defined = optional_bits(fields, len)?;
    let sum = |is: bool| match is {
        true => fields.u32().map(Some),
        false => Ok(None),
    };
    defined.into_iter().map(sum).collect()
}

pub(super) fn parse(bytes: &[u8], most: usize) -> Result<Parsed, Fault> {
    let mut fields = Fields(bytes);
    match fields.byte()? {
        0x17 => {
            let (folders, _) = streams(&mut fields, most)?;
            let folder = folders.into_iter().next().ok_or(Fault::Damaged)?;
            Ok(Parsed::Encoded(folder))
        }
        1 => {
            let mut known = (Vec::new(), Vec::new());
            loop {
                match fields.byte()? {
                    0 => return Ok(Parsed::Files(Directory::default())),
                    2 => while skip_property(&mut fields)? {},
                    // Streams that only describe others.
                    3 => drop(streams(&mut fields, most)?),
                    4 => known = streams(&mut fields, most)?,
                    5 => return files(&mut fields, known).map(Parsed::Files),
                    _ => return Err(Fault::Damaged),
                }
            }
        }
        _ => Err(Fault::Damaged),
    }
}

fn skip_property(fields: &mut Fields<'_>) -> Result<bool, Fault> {
    if fields.byte()? == 0 {
        return Ok(false);
    }
    let len = count(fields, u64::MAX)?;
    fields.take(len)?;
    Ok(true)
}

type Unnamed = Vec<Vec<(u64, Option<u32>)>>;

/// The folders, and for each the sizes and checksums of the files in it. Neither are more than `most`.
fn streams(fields: &mut Fields<'_>, most: usize) -> Result<(Vec<Folder>, Unnamed), Fault> {
    let (mut packed, mut folders) = (Vec::new(), Vec::new());
    let mut files: Option<Unnamed> = None;
    loop {
        match fields.byte()? {
            0 => break,
            6 => packed = packed_streams(fields)?,
            7 => folders = read_folders(fields, most)?,
            8 => files = Some(substreams(fields, &folders, most)?),
            _ => return Err(Fault::Damaged),
        }
    }
    let mut packed = packed.into_iter();
    for folder in &mut folders {
        for _ in 0..folder.packed.len() {
            folder.streams.push(packed.next().ok_or(Fault::Damaged)?);
        }
    }
    let alone = || {
        let each = folders
            .iter()
            .map(|folder| vec![(folder.size(), folder.crc)]);
        each.collect()
    };
    let files = files.unwrap_or_else(alone);
    Ok((folders, files))
}

fn packed_streams(fields: &mut Fields<'_>) -> Result<Vec<(u64, u64)>, Fault> {
    let mut start = number(fields)?.checked_add(32).ok_or(Fault::Damaged)?;
    let many = count(fields, fields.0.len() as u64)?;
    let mut streams = Vec::new();
    loop {
        match fields.byte()? {
            0 => return Ok(streams),
            9 => {
                for _ in 0..many {
                    let len = number(fields)?;
                    streams.push((start, len));
                    start = start.checked_add(len).ok_or(Fault::Damaged)?;
                }
            }
            0x0a => drop(sums(fields, many)?),
            _ => return Err(Fault::Damaged),
        }
    }
}

fn read_folders(fields: &mut Fields<'_>, most: usize) -> Result<Vec<Folder>, Fault> {
    if fields.byte()? != 0x0b {
        return Err(Fault::Damaged);
    }
    let many = count(fields, fields.0.len() as u64)?;
    if many > most {
        return Err(Fault::Members);
    }
    // The definitions may stand elsewhere, says the format; no writer does that.
    if fields.byte()? != 0 {
        return Err(Fault::Method);
    }
    let mut folders = Vec::new();
    for _ in 0..many {
        folders.push(folder(fields)?);
    }
    if fields.byte()? != 0x0c {
        return Err(Fault::Damaged);
    }
    for coder in folders.iter_mut().flat_map(|folder| &mut folder.coders) {
        coder.size = number(fields)?;
    }
    loop {
        match fields.byte()? {
            0 => return Ok(folders),
            0x0a => {
                let sums = sums(fields, folders.len())?;
                for (folder, sum) in folders.iter_mut().zip(sums) {
                    folder.crc = sum;
                }
            }
            _ => return Err(Fault::Damaged),
        }
    }
}

fn folder(fields: &mut Fields<'_>) -> Result<Folder, Fault> {
    let mut folder = Folder::default();
    let mut inputs = 0;
    for _ in 0..count(fields, FEW)? {
        let flags = fields.byte()?;
        let id = fields.take(usize::from(flags & 0x0f))?.to_vec();
        let mut coder = Coder {
            id,
            inputs: 1,
            ..Coder::default()
        };
        if flags & 0x10 != 0 {
            coder.inputs = count(fields, FEW)?;
            if count(fields, FEW)? != 1 {
                return Err(Fault::Method);
            }
        }
        if flags & 0x20 != 0 {
            let len = count(fields, u64::MAX)?;
            coder.properties = fields.take(len)?.to_vec();
        }
        inputs += coder.inputs;
        folder.coders.push(coder);
    }
    let bonds = folder.coders.len().checked_sub(1).ok_or(Fault::Damaged)?;
    for _ in 0..bonds {
        folder
            .bonds
            .push((count(fields, FEW)?, count(fields, FEW)?));
    }
    let packed = inputs.checked_sub(bonds).ok_or(Fault::Damaged)?;
    if packed == 1 {
        let is_free = |input: &usize| folder.bonds.iter().all(|(bound, _)| bound != input);
        let free = (0..inputs).find(is_free);
        folder.packed.push(free.ok_or(Fault::Damaged)?);
    } else {
        for _ in 0..packed {
            folder.packed.push(count(fields, FEW)?);
        }
    }
    match is_chained(&folder, inputs) {
        true => Ok(folder),
        false => Err(Fault::Damaged),
    }
}

/// Whether every input is fed once, and every output but one feeds one input. An output that feeds two is decoded twice, and
/// so is all that leads to it: a few coders would make thousands of decoders.
fn is_chained(folder: &Folder, inputs: usize) -> bool {
    let bound = folder.bonds.iter().map(|(input, _)| *input);
    let mut fed: Vec<usize> = bound.chain(folder.packed.iter().copied()).collect();
    let mut used: Vec<usize> = folder.bonds.iter().map(|(_, out)| *out).collect();
    fed.sort_unstable();
    used.sort_unstable();
    let are_coders = used.iter().all(|out| *out < folder.coders.len());
    used.dedup();
    fed.into_iter().eq(0..inputs) && are_coders && used.len() == folder.bonds.len()
}

fn substreams(fields: &mut Fields<'_>, folders: &[Folder], most: usize) -> Result<Unnamed, Fault> {
    let mut counts = vec![1; folders.len()];
    let mut kind = fields.byte()?;
    if kind == 0x0d {
        let mut all = 0usize;
        for many in &mut counts {
            // The sizes of all but one follow, one byte each at least.
            *many = count(fields, fields.0.len() as u64 + 1)?;
            all = all.saturating_add(*many);
        }
        if all > fields.0.len().saturating_add(folders.len()) {
            return Err(Fault::Damaged);
        }
        if all > most {
            return Err(Fault::Members);
        }
        kind = fields.byte()?;
    }
    let mut files: Unnamed = Vec::new();
    for (folder, many) in folders.iter().zip(&counts) {
        let mut left = folder.size();
        let mut sizes = Vec::new();
        for nth in 0..*many {
            let size = match nth + 1 < *many {
                true if kind == 9 => number(fields)?,
                true => return Err(Fault::Damaged),
                false => left,
            };
            left = left.checked_sub(size).ok_or(Fault::Damaged)?;
            sizes.push((size, None));
        }
        if let ([(_, sum)], Some(_)) = (&mut sizes[..], folder.crc) {
            *sum = folder.crc;
        }
        files.push(sizes);
    }
    if kind == 9 {
        kind = fields.byte()?;
    }
    loop {
        match kind {
            0 => return Ok(files),
            0x0a => {
                let mut unknown: Vec<&mut Option<u32>> = Vec::new();
                for (folder, files) in folders.iter().zip(&mut files) {
                    let known = files.len() == 1 && folder.crc.is_some();
                    unknown.extend(files.iter_mut().filter(|_| !known).map(|(_, sum)| sum));
                }
                let sums = sums(fields, unknown.len())?;
                for (slot, sum) in unknown.into_iter().zip(sums) {
                    *slot = sum;
                }
            }
            _ => return Err(Fault::Damaged),
        }
        kind = fields.byte()?;
    }
}

fn files(
    fields: &mut Fields<'_>,
    (folders, unnamed): (Vec<Folder>, Unnamed),
) -> Result<Directory, Fault> {
    let many = count(fields, fields.0.len() as u64 * 8)?;
    let (mut empty, mut names): (&[u8], &[u8]) = (&[], &[]);
    loop {
        let kind = fields.byte()?;
        if kind == 0 {
            break;
        }
        let len = count(fields, u64::MAX)?;
        let mut property = Fields(fields.take(len)?);
        match kind {
            0x0e => empty = property.take(many.div_ceil(8))?,
            0x11 => {
                if property.byte()? != 0 {
                    return Err(Fault::Method);
                }
                names = property.0;
            }
            _ => {}
        }
    }
    let names = Names(names).take(many).enumerate();
    let (bare, named) = (names.clone(), names);
    let bare = bare
        .filter(|(at, _)| bit(empty, *at))
        .flat_map(|(_, name)| {
            let mut name = to_utf8(name);
            name.push(0);
            name
        });
    // Those that have contents, in the order of the streams.
    let mut names = named
        .filter(|(at, _)| !bit(empty, *at))
        .map(|(_, name)| name);
    let mut found = Vec::new();
    for (folder, files) in folders.into_iter().zip(unnamed) {
        let mut entries = Vec::new();
        for (size, crc) in files {
            let name = names.next().map(to_utf8).unwrap_or_default();
            entries.push(Entry { name, size, crc });
        }
        found.push((folder, entries));
    }
    Ok(Directory {
        folders: found,
        bare: bare.collect(),
    })
}
