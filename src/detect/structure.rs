//! Says whether the body of a key is what it is supposed to decode to.

use crate::rules::Structure;

/// The characters whose low two bits are zero: 43 characters carry 258 bits, 32 bytes only 256.
const CANONICAL_LAST: &[u8] = b"AEIMQUYcgkosw048";

/// Whether `body` has this structure.
pub(super) fn holds(structure: Structure, body: &[u8]) -> bool {
    match structure {
        Structure::Base64Url32 => {
            body.len() == 43
                && body
                    .last()
                    .is_some_and(|last| CANONICAL_LAST.contains(last))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_last_character_in_four_is_canonical() {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (value, &last) in alphabet.iter().enumerate() {
            let mut body = [b'x'; 43];
            body[42] = last;
            assert_eq!(holds(Structure::Base64Url32, &body), value % 4 == 0);
        }
        assert!(!holds(Structure::Base64Url32, &[b'A'; 42]));
    }
}
