use std::io::Write;

use flate2::{Compression, write::ZlibEncoder};
use proptest::prelude::*;

use super::*;
use crate::git::hash;

const ASKED: Asked = Asked {
    hash: 20,
    whole: 1 << 20,
    held: 1 << 20,
    objects: 1000,
};
const BLOB: u8 = 3;
const COMMIT: u8 = 1;

/// A pack in the making.
#[derive(Clone)]
struct Made {
    bytes: Vec<u8>,
    offsets: Vec<usize>,
}

impl Made {
    fn new() -> Self {
        Self {
            bytes: b"PACK\0\0\0\x02\0\0\0\0".to_vec(),
            offsets: Vec::new(),
        }
    }

    fn add(mut self, kind: u8, base: &[u8], text: &[u8]) -> Self {
        self.offsets.push(self.bytes.len());
        let mut byte = (kind << 4) | (text.len() & 0xf) as u8;
        let mut rest = text.len() >> 4;
        while rest > 0 {
            self.bytes.push(byte | 0x80);
            byte = (rest & 0x7f) as u8;
            rest >>= 7;
        }
        self.bytes.push(byte);
        self.bytes.extend(base);
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).expect("memory");
        self.bytes.extend(encoder.finish().expect("memory"));
        let count = self.offsets.len() as u32;
        self.bytes[8..12].copy_from_slice(&count.to_be_bytes());
        self
    }

    fn on_id(self, base: &[u8], text: &[u8]) -> Self {
        let id = id(base);
        self.add(7, id.as_bytes(), text)
    }

    fn on(self, number: usize, text: &[u8]) -> Self {
        let distance = self.bytes.len() - self.offsets[number];
        assert!(distance < 0x4000, "two bytes are enough here");
        let field = match distance {
            0..0x80 => vec![distance as u8],
            _ => vec![0x80 | ((distance >> 7) - 1) as u8, (distance & 0x7f) as u8],
        };
        self.add(6, &field, text)
    }

    fn finish(mut self) -> Vec<u8> {
        self.bytes.extend([0x77; 20]);
        self.bytes
    }
}

fn id(blob: &[u8]) -> ObjectId {
    hash::id(Kind::Blob, blob, 20).expect("no collision")
}

/// A delta that puts something behind its base.
fn append(base: &[u8], more: &[u8]) -> Vec<u8> {
    let mut delta = Vec::new();
    for mut size in [base.len(), base.len() + more.len()] {
        while size > 0x7f {
            delta.push(0x80 | (size & 0x7f) as u8);
            size >>= 7;
        }
        delta.push(size as u8);
    }
    delta.push(0xb0);
    delta.extend((base.len() as u16).to_le_bytes());
    delta.push(more.len() as u8);
    delta.extend(more);
    delta
}

#[derive(Default)]
struct Seen {
    spent: u64,
    most: Option<u64>,
    objects: Vec<(Kind, Option<ObjectId>, Vec<u8>)>,
    streams: usize,
}

impl Receiver for Seen {
    fn left(&self) -> u64 {
        self.most.unwrap_or(1 << 30).saturating_sub(self.spent)
    }
    fn spend(&mut self, bytes: u64) {
        self.spent += bytes;
    }
    fn is_over(&self) -> bool {
        false
    }
    fn object(&mut self, kind: Kind, id: Option<ObjectId>, bytes: &[u8]) {
        self.objects.push((kind, id, bytes.to_vec()));
    }
    fn stream(&mut self, kind: Kind, id: Option<ObjectId>, reader: &mut dyn Read) {
        let mut bytes = Vec::new();
        drop(reader.read_to_end(&mut bytes));
        self.streams += 1;
        self.objects.push((kind, id, bytes));
    }
}

impl Seen {
    fn blobs(&self) -> Vec<&[u8]> {
        let ids = self.objects.iter().filter(|object| object.0 == Kind::Blob);
        let mut blobs: Vec<&[u8]> = ids.map(|object| object.2.as_slice()).collect();
        blobs.sort_unstable();
        blobs
    }
}

fn read(pack: &[u8], asked: Asked) -> (Unread, Seen) {
    let mut seen = Seen::default();
    let unread = unpack(pack, &asked, &mut seen).expect("a pack");
    (unread, seen)
}

#[test]
fn deltas_find_their_bases_by_place_and_by_id_wherever_those_stand() {
    let pack = Made::new()
        // Their bases come later, and one of them is a delta itself.
        .on_id(b"abc", &append(b"abc", b"d"))
        .on_id(b"ab", &append(b"ab", b"c"))
        .add(BLOB, b"", b"a")
        .on(2, &append(b"a", b"b"))
        .on(0, &append(b"abcd", b"e"))
        .add(COMMIT, b"", b"tree")
        .finish();
    let (unread, seen) = read(&pack, ASKED);
    assert_eq!(unread, Unread::default());
    let expected: [&[u8]; 5] = [b"a", b"ab", b"abc", b"abcd", b"abcde"];
    assert_eq!(seen.blobs(), expected);
    for (kind, made, bytes) in &seen.objects {
        assert_eq!(*made, hash::id(*kind, bytes, 20));
    }
    assert_eq!(seen.objects[0].0, Kind::Commit);
}

#[test]
fn what_builds_on_nothing_is_counted_with_what_builds_on_it() {
    let pack = Made::new()
        .on_id(b"elsewhere", &append(b"elsewhere", b"x"))
        .on(0, &append(b"elsewherex", b"y"))
        .add(BLOB, b"", b"a")
        .on(2, &append(b"another", b"b"))
        .on(3, &append(b"anotherb", b"c"))
        .finish();
    let (unread, seen) = read(&pack, ASKED);
    let expected = Unread {
        absent: 2,
        damaged: 2,
        ..Unread::default()
    };
    assert_eq!((unread, seen.blobs()), (expected, vec![&b"a"[..]]));
}

#[test]
fn limits_hold() {
    let large = vec![b'x'; 3000];
    let pack = Made::new()
        .add(BLOB, b"", &large)
        .add(BLOB, b"", b"a")
        .on(0, &append(&large, b"b"))
        .finish();
    let asked = |held, whole| Asked {
        held,
        whole,
        ..ASKED
    };
    let (unread, seen) = read(&pack, asked(7000, 2000));
    assert_eq!((unread, seen.streams), (Unread::default(), 0));
    let (unread, seen) = read(&pack, asked(6000, 7000));
    assert_eq!((unread.large, seen.objects.len()), (1, 2));
    let (unread, seen) = read(&pack, asked(2000, 2000));
    assert_eq!((unread.large, seen.streams, seen.objects.len()), (1, 1, 2));
    let few = Asked {
        objects: 2,
        ..ASKED
    };
    let (unread, seen) = read(&pack, few);
    assert!(unread.more && !unread.cut && seen.objects.len() == 2);
    for most in [2999, 3000] {
        let mut seen = Seen {
            most: Some(most),
            ..Seen::default()
        };
        let unread = unpack(&pack, &ASKED, &mut seen).expect("a pack");
        assert_eq!(unread.over, Some(if most == 2999 { 3000 } else { 1 }));
        assert!(seen.spent <= most);
    }
}

#[test]
fn a_long_chain_takes_little_memory_and_no_recursion() {
    let mut pack = Made::new().add(BLOB, b"", b"x");
    let mut text = b"x".to_vec();
    for number in 0..1500usize {
        let delta = append(&text, b"x");
        pack = match number % 2 {
            0 => pack.on_id(&text, &delta),
            _ => pack.on(number, &delta),
        };
        text.push(b'x');
    }
    let asked = Asked {
        held: 3002,
        objects: 2000,
        ..ASKED
    };
    let (unread, seen) = read(&pack.finish(), asked);
    assert_eq!((unread, seen.objects.len()), (Unread::default(), 1501));
}

#[test]
fn what_is_no_pack_is_refused() {
    for bytes in [
        &b""[..],
        b"PACK",
        b"PACK\0\0\0\x04\0\0\0\0",
        b"pack\0\0\0\x02\0\0\0\0",
    ] {
        assert_eq!(unpack(bytes, &ASKED, &mut Seen::default()), None);
    }
}

proptest! {
    #[test]
    fn no_change_makes_more_objects_than_there_are(
        cut in 12usize..400, at in 12usize..400, byte: u8
    ) {
        let text = b"some text that is not very short, and has a delta".repeat(3);
        let pack = Made::new()
            .on_id(&text, &append(&text, b"d"))
            .add(BLOB, b"", &text)
            .on(1, &append(&text, b"b"))
            .add(COMMIT, b"", b"tree")
            .finish();
        let cut = &pack[..cut.min(pack.len())];
        let (unread, seen) = read(cut, ASKED);
        prop_assert_eq!(unread.cut, cut.len() < pack.len());
        prop_assert!(seen.objects.len() <= 4);
        let mut changed = pack.clone();
        let at = at % changed.len();
        if at >= 8 {
            changed[at] = byte;
            let (_, seen) = read(&changed, ASKED);
            prop_assert!(seen.objects.len() <= 4);
        }
    }
}
