//! Recognises the pointers that Git LFS leaves in a work tree in place of contents that are elsewhere.

/// Longer files are no pointers (git-lfs, docs/spec.md).
pub(super) const LONGEST: usize = 1024;

/// How the first line of a pointer may read: today's version, and what git-lfs still takes for it.
const VERSIONS: [&[u8]; 3] = [
    b"version https://git-lfs.github.com/spec/v1",
    b"version https://hawser.github.com/spec/v1",
    b"version http://git-media.io/v/2",
];

/// Whether these are the bytes of a pointer: its version first, then whose contents they stand for and how many.
pub fn is_pointer(text: &[u8]) -> bool {
    if text.len() > LONGEST || !text.starts_with(b"version ") {
        return false;
    }
    let mut lines = text
        .split(|&byte| byte == b'\n')
        .map(<[u8]>::trim_ascii_end);
    let is_version = lines.next().is_some_and(|line| VERSIONS.contains(&line));
    let (mut oid, mut size) = (false, false);
    for line in lines {
        oid |= line.starts_with(b"oid ");
        size |= line.starts_with(b"size ");
    }
    is_version && oid && size
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_pointers_are_pointers() {
        let version = "version https://git-lfs.github.com/spec/v1\n";
        let rest = format!("oid sha256:{}\nsize 12345\n", "5a".repeat(32));
        let extension = format!("ext-0-foo sha256:{}\n", "a5".repeat(32));
        for text in [
            format!("{version}{rest}"),
            format!("{version}{extension}{rest}"),
            format!("{version}{rest}").replace('\n', "\r\n"),
            format!("version https://hawser.github.com/spec/v1\n{rest}"),
        ] {
            assert!(is_pointer(text.as_bytes()), "{text}");
        }
        for text in [
            String::new(),
            version.to_owned(),
            rest.clone(),
            format!("# {version}{rest}"),
            format!("version https://git-lfs.github.com/spec/v10\n{rest}"),
            format!("{version}{rest}{}", "x".repeat(LONGEST)),
        ] {
            assert!(!is_pointer(text.as_bytes()), "{text}");
        }
    }
}
