//! 7z archives whose headers ask for too much.

use std::io::{Cursor, Read};

use super::super::recognise::crc32;
use super::super::{Fault, Format, recognise, sevenz};

const MOST: usize = 1000;
const WINDOW: u64 = 1 << 20;

/// A number as headers have it.
fn number(value: u64) -> Vec<u8> {
    [&[0xff][..], &value.to_le_bytes()].concat()
}

/// An archive with these streams and this header.
fn archive(streams: &[u8], header: &[u8]) -> Vec<u8> {
    let mut start = (streams.len() as u64).to_le_bytes().to_vec();
    start.extend((header.len() as u64).to_le_bytes());
    start.extend(crc32(header).to_le_bytes());
    let sum = crc32(&start).to_le_bytes();
    let made = [
        &b"7z\xbc\xaf\x27\x1c\0\x04"[..],
        &sum,
        &start,
        streams,
        header,
    ]
    .concat();
    assert_eq!(recognise(&made, &made), Some(Format::SevenZip));
    made
}

/// A coder that copies, or one of this number of inputs.
fn coder(inputs: u8) -> Vec<u8> {
    match inputs {
        1 => vec![1, 0],
        _ => vec![0x11, 0, inputs, 1],
    }
}

/// A header with one folder: its coders by their numbers of inputs, its bonds, which inputs the archive's streams feed, and how
/// many bytes come out of each coder. The streams have four bytes each.
fn folder(coders: &[u8], bonds: &[(u8, u8)], packed: &[u8], sizes: &[u64]) -> Vec<u8> {
    let many = packed.len().max(1) as u8;
    let mut header = vec![1, 4, 6, 0, many, 9];
    header.extend(std::iter::repeat_n(4, many.into()));
    header.extend([0, 7, 0x0b, 1, 0, coders.len() as u8]);
    header.extend(coders.iter().flat_map(|inputs| coder(*inputs)));
    header.extend(bonds.iter().flat_map(|(input, out)| [*input, *out]));
    header.extend(packed);
    header.push(0x0c);
    header.extend(sizes.iter().flat_map(|size| number(*size)));
    header.extend([0, 0, 5, 1, 0, 0]);
    header
}

fn directory(bytes: Vec<u8>) -> Result<sevenz::Directory, Fault> {
    sevenz::directory(&mut Cursor::new(bytes), MOST, WINDOW)
}

#[test]
fn a_chain_of_coders_is_read() {
    let header = folder(&[1, 1], &[(0, 1)], &[], &[4, 4]);
    let bytes = archive(b"text", &header);
    let found = directory(bytes.clone()).expect("an archive");
    let (folder, files) = &found.folders[0];
    assert_eq!((found.folders.len(), files.len()), (1, 1));
    let mut source = Cursor::new(bytes);
    let mut contents = Vec::new();
    let mut reader = sevenz::open(&mut source, folder, WINDOW).expect("opened");
    reader.read_to_end(&mut contents).expect("read");
    assert_eq!(contents, b"text");
}

#[test]
fn inputs_and_outputs_are_used_once() {
    // Each coder feeds all four inputs of the one before: seven of them are 4^7 decoders.
    let tree: Vec<(u8, u8)> = (0..4).map(|input| (input, 1)).collect();
    for (what, coders, bonds, packed) in [
        (
            "an output twice",
            &[4, 1, 1, 1, 1][..],
            &tree[..],
            &[4, 5, 6, 7][..],
        ),
        ("an input twice", &[2, 1, 1], &[(0, 1), (0, 2)], &[2, 3]),
        ("a packed input twice", &[2, 1], &[(0, 1)], &[1, 1]),
        ("a bound input is packed", &[2, 1], &[(0, 1)], &[0, 1]),
        ("no such output", &[1, 1], &[(0, 7)], &[]),
        ("no such input", &[2, 1], &[(9, 1)], &[0, 1]),
    ] {
        let sizes = vec![4; coders.len()];
        let bytes = archive(&[0; 16], &folder(coders, bonds, packed, &sizes));
        assert_eq!(directory(bytes).err(), Some(Fault::Damaged), "{what}");
    }
}

#[test]
fn a_coder_inside_does_not_make_much_more_than_comes_out() {
    for (inside, refused) in [(100_000, false), (1 << 40, true)] {
        let bytes = archive(b"text", &folder(&[1, 1], &[(0, 1)], &[], &[4, inside]));
        let found = directory(bytes.clone()).expect("an archive");
        let mut source = Cursor::new(bytes);
        let opened = sevenz::open(&mut source, &found.folders[0].0, WINDOW);
        assert_eq!(opened.err(), refused.then_some(Fault::Method), "{inside}");
    }
}

#[test]
fn counts_are_compared_with_the_header_and_the_limit() {
    let huge = number(1 << 50);
    let many = number(MOST as u64 + 1);
    // That many folders of one coder each, with their sizes.
    let folders = [[1, 1, 0].repeat(MOST + 1), vec![0x0c], vec![0; MOST + 1]].concat();
    // One folder with that many files, all but the last with a size.
    let files = [vec![9], vec![0; MOST], vec![0, 0]].concat();
    let one = [1, 4, 7, 0x0b, 1, 0, 1, 1, 0, 0x0c, 0, 0, 8, 0x0d];
    let cases = [
        (
            "streams",
            [&[1, 4, 6, 0][..], &huge, &[9]].concat(),
            Fault::Damaged,
        ),
        (
            "folders",
            [&[1, 4, 7, 0x0b][..], &huge, &[0]].concat(),
            Fault::Damaged,
        ),
        (
            "more folders than the limit",
            [&[1, 4, 7, 0x0b][..], &many, &[0], &folders, &[0, 0]].concat(),
            Fault::Members,
        ),
        (
            "files of a folder",
            [&one[..], &huge, &[0]].concat(),
            Fault::Damaged,
        ),
        (
            "more files than the limit",
            [&one[..], &many, &files].concat(),
            Fault::Members,
        ),
        ("files", [&[1, 5][..], &huge, &[0]].concat(), Fault::Damaged),
        (
            "a property",
            [&[1, 2, 9][..], &huge].concat(),
            Fault::Damaged,
        ),
        (
            "properties of a coder",
            [&[1, 4, 7, 0x0b, 1, 0, 1, 0x21, 0][..], &huge].concat(),
            Fault::Damaged,
        ),
    ];
    for (what, header, fault) in cases {
        assert_eq!(
            directory(archive(&[], &header)).err(),
            Some(fault),
            "{what}"
        );
    }
}

#[test]
fn files_without_contents_have_names_and_no_streams() {
    let names: Vec<u8> = "empty\0file\0"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let mut header = folder(&[1], &[], &[], &[4]);
    // In the place of the list of one file without properties.
    header.truncate(header.len() - 3);
    header.extend([2, 0x0e, 1, 0x80, 0x11, names.len() as u8 + 1, 0]);
    header.extend(names);
    header.extend([0, 0]);
    let found = directory(archive(b"text", &header)).expect("an archive");
    assert_eq!(found.folders.len(), 1);
    let entries = &found.folders[0].1;
    assert_eq!((entries.len(), &entries[0].name[..]), (1, &b"file"[..]));
}
