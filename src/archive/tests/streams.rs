//! Compressed streams, very many of them.

use std::io::{self, Read};

use super::super::streams::Streams;
use super::super::{Fault, Format};
use super::made;

const WINDOW: u64 = 8 << 20;

fn read(format: Format, bytes: &[u8], most: usize) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::new();
    let mut reader = Streams::new(format, bytes, WINDOW, most);
    reader.read_to_end(&mut out)?;
    Ok(out)
}

#[test]
fn streams_without_contents_count() {
    for (format, empty) in [
        (Format::Gzip, made::gzip(b"", None)),
        (Format::Bzip2, made::bzip2(b"")),
        (Format::Xz, made::xz(b"")),
        (Format::Zstd, made::zstd(b"")),
        (Format::Zstd, vec![0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 7]),
    ] {
        let bytes = empty.repeat(20);
        assert_eq!(read(format, &bytes, 20), Ok(vec![]), "{format:?}");
        assert_eq!(read(format, &bytes, 19), Err(Fault::Members), "{format:?}");
    }
}

#[test]
fn a_panic_on_the_way_is_damage() {
    struct Panics;
    impl Read for Panics {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            panic!("in a decoder");
        }
    }
    let mut reader = Streams::new(Format::Gzip, Panics, WINDOW, 1);
    let error = reader.read(&mut [0]).expect_err("a panic");
    assert_eq!(Fault::of(&error), Fault::Damaged);
    assert_eq!(reader.read(&mut [0]).expect("nothing more"), 0);
}
