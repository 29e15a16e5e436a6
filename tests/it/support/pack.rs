//! Packs and loose objects written byte by byte, so that they can lie.

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::{Compression, write::ZlibEncoder};

pub const COMMIT: u8 = 1;
pub const TREE: u8 = 2;
pub const BLOB: u8 = 3;
const OFFSET_DELTA: u8 = 6;
const REF_DELTA: u8 = 7;

pub type Id = [u8; 20];

/// An arbitrary id: nothing in a pack or its index shows that an object hashes to something else.
pub fn id(number: u32) -> Id {
    let mut id = [0x5a; 20];
    // Multiplying by an odd number spreads the ids and keeps them distinct.
    id[..4].copy_from_slice(&number.wrapping_mul(0x9e37_79b1).to_be_bytes());
    id
}

pub fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("deflated");
    encoder.finish().expect("deflated")
}

/// A pack in the making.
pub struct Pack {
    bytes: Vec<u8>,
    objects: Vec<(Id, u32)>,
}

impl Pack {
    pub fn new() -> Self {
        Self {
            bytes: b"PACK\0\0\0\x02\0\0\0\0".to_vec(),
            objects: Vec::new(),
        }
    }

    /// Adds a whole object.
    pub fn whole(&mut self, id: Id, kind: u8, bytes: &[u8]) -> &mut Self {
        self.raw(id, kind, bytes.len() as u64, &[], &deflate(bytes))
    }

    /// Adds a delta whose base has this id.
    pub fn on(&mut self, id: Id, base: &Id, delta: &[u8]) -> &mut Self {
        self.raw(id, REF_DELTA, delta.len() as u64, base, &deflate(delta))
    }

    /// Adds a delta on the object that was added last.
    pub fn on_last(&mut self, id: Id, delta: &[u8]) -> &mut Self {
        let (_, last) = *self.objects.last().expect("a base");
        let mut distance = self.bytes.len() as u64 - u64::from(last);
        let mut field = vec![(distance & 0x7f) as u8];
        while distance > 0x7f {
            distance = (distance >> 7) - 1;
            field.insert(0, 0x80 | (distance & 0x7f) as u8);
        }
        let size = delta.len() as u64;
        self.raw(id, OFFSET_DELTA, size, &field, &deflate(delta))
    }

    /// Adds an entry with whatever size its header is to say and whatever stream.
    pub fn raw(&mut self, id: Id, kind: u8, said: u64, base: &[u8], stream: &[u8]) -> &mut Self {
        self.objects.push((id, self.bytes.len() as u32));
        let mut byte = (kind << 4) | (said & 0xf) as u8;
        let mut rest = said >> 4;
        while rest > 0 {
            self.bytes.push(byte | 0x80);
            byte = (rest & 0x7f) as u8;
            rest >>= 7;
        }
        self.bytes.push(byte);
        self.bytes.extend_from_slice(base);
        self.bytes.extend_from_slice(stream);
        self
    }

    /// Writes pack and index into a git directory; the pack's path.
    pub fn write(&self, git_dir: &Path) -> PathBuf {
        self.write_as(git_dir, 0x77)
    }

    /// The same under a name made of this byte, so that there can be several.
    pub fn write_as(&self, git_dir: &Path, name: u8) -> PathBuf {
        const CHECKSUM: [u8; 20] = [0x77; 20];
        let mut pack = self.bytes.clone();
        pack[8..12].copy_from_slice(&(self.objects.len() as u32).to_be_bytes());
        pack.extend(CHECKSUM);

        let mut objects = self.objects.clone();
        objects.sort_unstable();
        let mut index = b"\xfftOc\0\0\0\x02".to_vec();
        for high in 0..=255 {
            let upto = objects.partition_point(|(id, _)| id[0] <= high);
            index.extend((upto as u32).to_be_bytes());
        }
        objects.iter().for_each(|(id, _)| index.extend(id));
        objects.iter().for_each(|_| index.extend([0; 4]));
        objects
            .iter()
            .for_each(|(_, offset)| index.extend(offset.to_be_bytes()));
        index.extend(CHECKSUM);
        index.extend(CHECKSUM);

        let folder = git_dir.join("objects/pack");
        std::fs::create_dir_all(&folder).expect("created");
        let path = folder.join(format!("pack-{}.pack", format!("{name:02x}").repeat(20)));
        std::fs::write(path.with_extension("idx"), index).expect("written");
        std::fs::write(&path, pack).expect("written");
        path
    }
}

/// The text of a delta: what it says of its base and its result, and its instructions.
pub fn delta(base: u64, result: u64, instructions: &[u8]) -> Vec<u8> {
    let mut delta = Vec::new();
    for mut size in [base, result] {
        while size > 0x7f {
            delta.push(0x80 | (size & 0x7f) as u8);
            size >>= 7;
        }
        delta.push(size as u8);
    }
    delta.extend_from_slice(instructions);
    delta
}

/// An instruction that copies.
pub fn copy(from: u32, len: u16) -> Vec<u8> {
    let mut bytes = vec![0xbf];
    bytes.extend(from.to_le_bytes());
    bytes.extend(len.to_le_bytes());
    bytes
}

/// An instruction that inserts at most 127 bytes.
pub fn insert(bytes: &[u8]) -> Vec<u8> {
    [&[bytes.len() as u8], bytes].concat()
}

/// Writes a loose object with whatever header and contents.
pub fn loose(git_dir: &Path, id: &Id, header: &str, contents: &[u8]) -> PathBuf {
    let hex: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    let path = git_dir.join("objects").join(&hex[..2]).join(&hex[2..]);
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("created");
    let bytes = [header.as_bytes(), &[0], contents].concat();
    std::fs::write(&path, deflate(&bytes)).expect("written");
    path
}
