//! The header in front of an entry's stream: kind, size, and what a delta builds on (gitformat-pack).

use super::Kind;
use crate::model::ObjectId;

/// What an entry is, or builds on.
pub(in crate::git) enum Base {
    /// It is whole.
    Root(Kind),
    /// It is a delta.
    Delta(BaseRef),
}

/// What a delta names as its base.
pub enum BaseRef {
    /// An entry of the same pack.
    Offset(u64),
    /// An object by id.
    Id(ObjectId),
}

/// A header that was read.
pub(in crate::git) struct Header {
    pub(in crate::git) base: Base,
    /// How many bytes the stream inflates to.
    pub(in crate::git) size: u64,
    /// Where the stream starts.
    pub(in crate::git) data: u64,
}

/// Reads the header at `offset` of a pack with ids of `hash` bytes.
pub(in crate::git) fn read(pack: &[u8], offset: u64, hash: usize) -> Option<Header> {
    let mut at = usize::try_from(offset).ok()?;
    let mut byte = *pack.get(at)?;
    let kind = (byte >> 4) & 7;
    let mut size = u64::from(byte & 0x0f);
    let mut shift = 4;
    while byte & 0x80 != 0 {
        at += 1;
        byte = *pack.get(at)?;
        if shift > 57 {
            return None;
        }
        size |= u64::from(byte & 0x7f) << shift;
        shift += 7;
    }
    at += 1;
    let base = match kind {
        1 => Base::Root(Kind::Commit),
        2 => Base::Root(Kind::Tree),
        3 => Base::Root(Kind::Blob),
        4 => Base::Root(Kind::Tag),
        6 => {
            let distance = distance(pack, &mut at)?;
            Base::Delta(BaseRef::Offset(offset.checked_sub(distance)?))
        }
        7 => {
            let id = ObjectId::from_bytes(pack.get(at..at.checked_add(hash)?)?)?;
            at += hash;
            Base::Delta(BaseRef::Id(id))
        }
        _ => return None,
    };
    Some(Header {
        base,
        size,
        data: at as u64,
    })
}

/// The distance of an offset delta: seven bits a byte, highest first, each continuation adding one.
fn distance(pack: &[u8], at: &mut usize) -> Option<u64> {
    let mut byte = *pack.get(*at)?;
    *at += 1;
    let mut value = u64::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        byte = *pack.get(*at)?;
        *at += 1;
        value = value.checked_add(1)?.checked_mul(128)? | u64::from(byte & 0x7f);
    }
    Some(value)
}
