//! Paths as URIs (RFC 3986): relative to the root where they are below it, else absolute `file:` URIs (RFC 8089).
//! A path with a key in it is told without the key.

use serde_sarif::sarif::ArtifactLocation;

use super::{Page, ROOT};
use crate::model::percent_encoded;

impl Page<'_> {
    /// Where a file is. SARIF wants no `..` in a relative reference, and GitHub no file outside the root.
    pub(super) fn artifact(&self, path: &[u8]) -> ArtifactLocation {
        let outside =
            path.starts_with(b"/") || path.split(|&byte| byte == b'/').any(|at| at == b"..");
        if outside {
            let uri = self.file_uri(path);
            return ArtifactLocation::builder().uri(uri).build();
        }
        ArtifactLocation::builder()
            .uri(self.encoded(path))
            .uri_base_id(ROOT)
            .build()
    }

    /// The absolute URI of a path as it was typed.
    pub(super) fn file_uri(&self, path: &[u8]) -> String {
        let directory = self.options.directory.as_bytes();
        format!("file://{}", self.encoded(&absolute(directory, path)))
    }

    fn encoded(&self, path: &[u8]) -> String {
        match self.shown.path(path) {
            (_, true) => percent_encoded(path),
            (masked, false) => percent_encoded(masked.as_bytes()),
        }
    }
}

/// The path from the root of the file system on, without `.` and `..`.
fn absolute(directory: &[u8], path: &[u8]) -> Vec<u8> {
    let start = if path.starts_with(b"/") {
        &[]
    } else {
        directory
    };
    let separator = |byte: &u8| *byte == b'/' || (cfg!(windows) && *byte == b'\\');
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in start.split(separator).chain(path.split(separator)) {
        match part {
            b"" | b"." => {}
            b".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let mut out = Vec::new();
    for part in parts {
        out.push(b'/');
        out.extend_from_slice(part);
    }
    if out.is_empty() { b"/".to_vec() } else { out }
}

#[cfg(test)]
mod tests {
    use super::absolute;

    #[test]
    fn absolute_paths_have_no_dots() {
        for (directory, path, expected) in [
            ("/a/b", ".", "/a/b"),
            ("/a/b", "../c/./d", "/a/c/d"),
            ("/a", "/x//y/", "/x/y"),
            ("/", "../..", "/"),
        ] {
            let found = absolute(directory.as_bytes(), path.as_bytes());
            assert_eq!(found, expected.as_bytes(), "{path}");
        }
    }
}
