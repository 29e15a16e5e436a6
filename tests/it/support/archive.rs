//! Makes containers.

use std::io::{Cursor, Write};

/// A name, and what is under it.
pub type Member<'a> = (&'a str, &'a [u8]);

/// How a member of a zip archive is compressed.
#[derive(Clone, Copy, Debug)]
pub enum Method {
    Stored,
    Deflate,
    Bzip2,
    Zstd,
    Xz,
    /// None that there is.
    Unknown,
}

/// Those that are read.
pub const METHODS: [Method; 5] = [
    Method::Stored,
    Method::Deflate,
    Method::Bzip2,
    Method::Zstd,
    Method::Xz,
];

fn pressed(method: Method, bytes: &[u8]) -> (u16, Vec<u8>) {
    match method {
        Method::Stored => (0, bytes.to_vec()),
        Method::Deflate => {
            let mut encoder =
                flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(bytes).expect("memory");
            (8, encoder.finish().expect("memory"))
        }
        Method::Bzip2 => (12, bzip2(bytes)),
        Method::Zstd => (93, zstd(bytes)),
        Method::Xz => (95, xz(bytes)),
        Method::Unknown => (97, bytes.to_vec()),
    }
}

/// A zip archive (APPNOTE.TXT 4.3).
pub fn zip(members: &[Member<'_>], method: Method) -> Vec<u8> {
    zip_with_gaps(members, method, b"")
}

/// One with so much before each member but the first.
pub fn zip_with_gaps(members: &[Member<'_>], method: Method, gap: &[u8]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in members {
        if !out.is_empty() {
            out.extend(gap);
        }
        let (number, data) = pressed(method, bytes);
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        let mut fields = Vec::new();
        fields.extend(20u16.to_le_bytes());
        fields.extend(0u16.to_le_bytes());
        fields.extend(number.to_le_bytes());
        fields.extend([0; 4]);
        fields.extend(crc.sum().to_le_bytes());
        fields.extend((data.len() as u32).to_le_bytes());
        fields.extend((bytes.len() as u32).to_le_bytes());
        fields.extend((name.len() as u16).to_le_bytes());
        fields.extend(0u16.to_le_bytes());
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&fields);
        directory.extend([0; 10]);
        directory.extend((out.len() as u32).to_le_bytes());
        directory.extend(name.bytes());
        out.extend(b"PK\x03\x04");
        out.extend(&fields);
        out.extend(name.bytes());
        out.extend(data);
    }
    end(out, &directory, members.len() as u16)
}

/// Puts a directory behind members.
pub fn end(mut out: Vec<u8>, directory: &[u8], count: u16) -> Vec<u8> {
    let start = out.len() as u32;
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

/// Where the fields of the entries of the directory begin.
pub fn entries(zip: &[u8]) -> Vec<usize> {
    memchr::memmem::find_iter(zip, b"PK\x01\x02").collect()
}

/// A tar archive (POSIX `ustar`).
pub fn tar(members: &[Member<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, bytes) in members {
        out.extend(tar_header(name, bytes.len(), b'0'));
        out.extend(*bytes);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

/// The header of a member, with a name of 100 bytes at most.
pub fn tar_header(name: &str, len: usize, kind: u8) -> Vec<u8> {
    let mut block = vec![0; 512];
    block[..name.len()].copy_from_slice(name.as_bytes());
    block[100..107].copy_from_slice(b"0000644");
    block[124..136].copy_from_slice(format!("{len:011o} ").as_bytes());
    block[148..156].fill(b' ');
    block[156] = kind;
    block[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

/// A gzip stream, with the name of the file if there is one.
pub fn gzip(bytes: &[u8], name: Option<&str>) -> Vec<u8> {
    let mut builder = flate2::GzBuilder::new();
    if let Some(name) = name {
        builder = builder.filename(name);
    }
    let mut encoder = builder.write(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// A bzip2 stream.
pub fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// An xz stream.
pub fn xz(bytes: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(1);
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).expect("options");
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// A Zstandard frame.
pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// A 7z archive, all its members compressed together.
pub fn sevenz(members: &[Member<'_>]) -> Vec<u8> {
    let mut writer = sevenz_rust2::ArchiveWriter::new(Cursor::new(Vec::new())).expect("memory");
    let entries = members
        .iter()
        .map(|(name, _)| sevenz_rust2::ArchiveEntry::new_file(name));
    let readers = members
        .iter()
        .map(|(_, bytes)| Cursor::new(bytes.to_vec()).into());
    writer
        .push_archive_entries(entries.collect(), readers.collect())
        .expect("memory");
    writer.finish().expect("memory").into_inner()
}

/// A 7z archive of one folder.
pub fn sevenz_of_a_folder(name: &str) -> Vec<u8> {
    let mut writer = sevenz_rust2::ArchiveWriter::new(Cursor::new(Vec::new())).expect("memory");
    let folder = sevenz_rust2::ArchiveEntry::new_directory(name);
    let nothing: Option<Cursor<Vec<u8>>> = None;
    writer.push_archive_entry(folder, nothing).expect("memory");
    writer.finish().expect("memory").into_inner()
}
