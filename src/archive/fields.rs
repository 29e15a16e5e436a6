//! Fields of headers, little-endian, read with every access checked.

use super::Fault;

/// Two bytes at `at`.
pub(super) fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    let field = bytes.get(at..)?.first_chunk()?;
    Some(u16::from_le_bytes(*field))
}

/// Four bytes at `at`.
pub(super) fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    let field = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes(*field))
}

/// Eight bytes at `at`.
pub(super) fn le64(bytes: &[u8], at: usize) -> Option<u64> {
    let field = bytes.get(at..)?.first_chunk()?;
    Some(u64::from_le_bytes(*field))
}

/// Takes fields off the front.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8], Fault> {
        let (field, rest) = self.0.split_at_checked(len).ok_or(Fault::Damaged)?;
        self.0 = rest;
        Ok(field)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Fault> {
        let (byte, rest) = self.0.split_first().ok_or(Fault::Damaged)?;
        self.0 = rest;
        Ok(*byte)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Fault> {
        let field = self.take(4)?;
        le32(field, 0).ok_or(Fault::Damaged)
    }
}
