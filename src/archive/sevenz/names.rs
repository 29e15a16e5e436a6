//! The names of files (7zFormat.txt, `kNames`).

/// Names in UTF-16, each with a zero behind.
#[derive(Clone)]
pub(super) struct Names<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for Names<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.0.len() < 2 {
            return None;
        }
        let mut units = self.0.chunks_exact(2);
        let units = units.position(|unit| unit == [0, 0]);
        let end = units.map_or(self.0.len() & !1, |units| 2 * units);
        let name = self.0.get(..end)?;
        self.0 = self.0.get(end + 2..).unwrap_or_default();
        Some(name)
    }
}

/// A name in UTF-8.
pub(super) fn to_utf8(name: &[u8]) -> Vec<u8> {
    let units = name.chunks_exact(2);
    let units = units.filter_map(|pair| pair.first_chunk().map(|pair| u16::from_le_bytes(*pair)));
    let text = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER));
    text.collect::<String>().into_bytes()
}
