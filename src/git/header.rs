//! The headers of commits and tags.

/// Whether the byte at `at` of a commit or tag stands in its author, committer or tagger line.
pub fn names_a_person(object: &[u8], at: usize) -> bool {
    let Some(before) = object.get(..at) else {
        return false;
    };
    if memchr::memmem::find(before, b"\n\n").is_some() {
        return false;
    }
    let start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
    let line = object.get(start..).unwrap_or_default();
    [&b"author "[..], b"committer ", b"tagger "]
        .iter()
        .any(|word| line.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::names_a_person;

    #[test]
    fn tells_people_from_messages() {
        let commit = b"tree 1\nauthor A <a@b> 0 +0000\n\nauthor of the message";
        assert!(names_a_person(commit, 15));
        assert!(!names_a_person(commit, 3));
        assert!(!names_a_person(commit, commit.len() - 3));
    }
}
