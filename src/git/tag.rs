//! Annotated tags (as `git cat-file tag` shows them).

use crate::model::ObjectId;

/// What a tag points at; `None` if its first line does not say so.
pub fn target(bytes: &[u8]) -> Option<ObjectId> {
    let line = bytes.strip_prefix(b"object ")?;
    ObjectId::from_hex(line.split(|&byte| byte == b'\n').next()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_says_where_it_leads() {
        let hex = "ab".repeat(20);
        let tag = format!("object {hex}\ntype commit\ntag v1\n\nA message");
        assert_eq!(target(tag.as_bytes()), ObjectId::from_hex(hex.as_bytes()));
        for wrong in ["", "object", "object xyz\n", "tree 00\n"] {
            assert_eq!(target(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
