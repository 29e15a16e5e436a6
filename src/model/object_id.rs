//! A git object's id, SHA-1 or SHA-256.

use std::fmt;

/// The id of a git object: 20 bytes of SHA-1 or 32 of SHA-256 (git's hash-function-transition document).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    bytes: [u8; 32],
    len: u8,
}

/// The values of hexadecimal digits; of any other byte, one that is too large. Every commit names a few ids.
const DIGITS: [u8; 256] = {
    let mut values = [0xff; 256];
    let mut value = 0;
    while value < 16 {
        values[b"0123456789abcdef"[value] as usize] = value as u8;
        values[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    values
};

impl ObjectId {
    /// The id with these raw bytes; `None` unless there are 20 or 32.
    pub fn from_bytes(raw: &[u8]) -> Option<Self> {
        if raw.len() != 20 && raw.len() != 32 {
            return None;
        }
        let mut bytes = [0; 32];
        bytes[..raw.len()].copy_from_slice(raw);
        Some(Self {
            bytes,
            len: raw.len() as u8,
        })
    }

    /// The id written in this many hexadecimal digits (40 or 64).
    pub fn from_hex(hex: &[u8]) -> Option<Self> {
        if hex.len() != 40 && hex.len() != 64 {
            return None;
        }
        let digit = |byte: u8| DIGITS[usize::from(byte)];
        let (mut raw, mut all) = ([0; 32], 0);
        for (byte, pair) in raw.iter_mut().zip(hex.as_chunks::<2>().0) {
            let (high, low) = (digit(pair[0]), digit(pair[1]));
            *byte = high << 4 | low & 0xf;
            all |= high | low;
        }
        if all > 0xf {
            return None;
        }
        Self::from_bytes(&raw[..hex.len() / 2])
    }

    /// The raw bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes()
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_and_bytes_are_inverse() {
        for hex in ["00112233445566778899aabbccddeeff00112233", &"5a".repeat(32)] {
            assert_eq!(
                ObjectId::from_hex(hex.as_bytes())
                    .expect("40 or 64 digits")
                    .to_string(),
                hex
            );
        }
        assert!(ObjectId::from_hex(b"0011").is_none());
        for byte in (0..=u8::MAX).filter(|byte| !byte.is_ascii_hexdigit()) {
            for at in [0, 39] {
                let mut hex = [b'a'; 40];
                hex[at] = byte;
                assert!(ObjectId::from_hex(&hex).is_none(), "{byte} {at}");
            }
        }
        assert_eq!(
            ObjectId::from_hex(&[b'A'; 40]),
            ObjectId::from_hex(&[b'a'; 40])
        );
    }
}
