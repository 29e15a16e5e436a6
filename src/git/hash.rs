//! The ids of objects: the hash of kind, size and contents.

use gix_index::hash;

use super::Kind;
use crate::model::ObjectId;

/// Takes an object's contents piece by piece.
pub struct Hasher(hash::Hasher);

impl Hasher {
    /// For an object of this kind and size, in a repository whose ids have `len` bytes.
    pub fn new(kind: Kind, size: u64, len: usize) -> Self {
        let hash = match len {
            32 => hash::Kind::Sha256,
            _ => hash::Kind::Sha1,
        };
        let mut hasher = hash::hasher(hash);
        hasher.update(format!("{} {size}\0", kind.name()).as_bytes());
        Self(hasher)
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The id; `None` if the bytes were made to collide with others.
    pub fn finish(self) -> Option<ObjectId> {
        ObjectId::from_bytes(self.0.try_finalize().ok()?.as_slice())
    }
}

/// The id of an object.
pub fn id(kind: Kind, bytes: &[u8], len: usize) -> Option<ObjectId> {
    let mut hasher = Hasher::new(kind, bytes.len() as u64, len);
    hasher.update(bytes);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn git_calls_them_the_same() {
        // What `git hash-object` prints for an empty blob, an empty tree and "hello\n".
        let cases: [(Kind, &[u8], usize, &str); 4] = [
            (
                Kind::Blob,
                b"",
                20,
                "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
            ),
            (
                Kind::Tree,
                b"",
                20,
                "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
            ),
            (
                Kind::Blob,
                b"hello\n",
                20,
                "ce013625030ba8dba906f756967f9e9ca394464a",
            ),
            (
                Kind::Blob,
                b"",
                32,
                "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
            ),
        ];
        for (kind, bytes, len, expected) in cases {
            let made = id(kind, bytes, len).map(|id| id.to_string());
            assert_eq!(made.as_deref(), Some(expected));
        }
    }
}
