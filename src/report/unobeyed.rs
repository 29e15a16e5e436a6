//! JSON that no CI service obeys in its log: there `##[` and `##vso[` anywhere in a line are commands (see
//! [`sanitize`](super::sanitize)). Two hash signs can stand in a string alone, and the second one of them may be written as an
//! escape (RFC 8259, section 7), so that every reader reads what was meant.

use std::io::{self, Write};

use serde::Serialize;

/// Writes a value as one line.
///
/// # Errors
/// The system's: its kind is kept, which tells the caller of a broken pipe.
pub(super) fn line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut out = Unobeyed {
        out,
        is_hash: false,
    };
    serde_json::to_writer(&mut out, value).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

/// Writes a value in lines.
///
/// # Errors
/// As [`line`].
pub(super) fn lines(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut out = Unobeyed {
        out,
        is_hash: false,
    };
    serde_json::to_writer_pretty(&mut out, value).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

/// Writes a JSON text.
///
/// # Errors
/// As [`line`].
pub(super) fn text(text: &[u8], out: &mut dyn Write) -> io::Result<()> {
    let mut out = Unobeyed {
        out,
        is_hash: false,
    };
    out.write_all(text)
}

struct Unobeyed<'a> {
    out: &'a mut dyn Write,
    /// Whether the last byte was a hash sign.
    is_hash: bool,
}

impl Write for Unobeyed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut start = 0;
        for at in memchr::memchr_iter(b'#', bytes) {
            let is_second = match at.checked_sub(1) {
                Some(before) => bytes.get(before) == Some(&b'#'),
                None => self.is_hash,
            };
            if is_second {
                self.out
                    .write_all(bytes.get(start..at).unwrap_or_default())?;
                self.out.write_all(br"\u0023")?;
                start = at + 1;
            }
        }
        self.out.write_all(bytes.get(start..).unwrap_or_default())?;
        if let Some(last) = bytes.last() {
            self.is_hash = *last == b'#';
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_hash_signs_are_told_apart_and_read_as_they_were() {
        let texts = [
            "##[a]",
            "a##vso[b]",
            "####",
            "\\##",
            "#",
            "\n##[x",
            "é##é",
            "##",
        ];
        for write in [line, lines] {
            let mut out = Vec::new();
            write(&texts, &mut out).expect("a Vec takes it");
            let text = String::from_utf8(out).expect("UTF-8");
            assert!(!text.contains("##"), "{text}");
            assert!(text.ends_with("]\n"));
            let read: Vec<String> = serde_json::from_str(&text).expect("JSON");
            assert_eq!(read, texts);
        }
    }

    #[test]
    fn hash_signs_in_two_pieces_are_found() {
        let mut out = Vec::new();
        let mut unobeyed = Unobeyed {
            out: &mut out,
            is_hash: false,
        };
        for piece in ["\"#", "#", "", "#\"", "#a#"] {
            unobeyed
                .write_all(piece.as_bytes())
                .expect("a Vec takes it");
        }
        assert_eq!(out, br##""#\u0023\u0023"#a#"##);
    }
}
