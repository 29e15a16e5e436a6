//! Writes a baseline so that nobody ever reads half of one.

use std::fs;
use std::io;
use std::path::Path;

use super::wrong;
use crate::baseline::LARGEST;
use crate::error::Result;
use crate::git::replacement::Replacement;

/// Writes a file, or puts another text in its place: whoever reads it meanwhile gets the old one whole. A link is not
/// followed.
///
/// # Errors
/// A text that could not be read again, and a file that cannot be written.
pub(super) fn replace(path: &Path, text: &str) -> Result<()> {
    let name = path.display().to_string();
    if text.len() as u64 > LARGEST {
        let reason = format!(
            "it would be larger than {} MB, which is not read; accept less, with --only-rule or an [[allow]] entry",
            LARGEST / 1_000_000
        );
        return Err(wrong(&name, reason));
    }
    write(path, text).map_err(|error| {
        let reason = format!("it cannot be written: {error}; nothing was changed");
        wrong(&name, reason)
    })
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let known = path.symlink_metadata().ok();
    if known.as_ref().is_some_and(|known| !known.is_file()) {
        let reason = "it is a link, or no regular file; name the file itself";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
    }
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", std::process::id()));
    let new = Replacement::begin(path.with_file_name(name))?;
    new.place(text.as_bytes(), known.and_then(mode), path)
}

/// The permissions that the file keeps.
fn mode(known: fs::Metadata) -> Option<u32> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        Some(known.permissions().mode() & 0o7777)
    }
    #[cfg(not(unix))]
    {
        drop(known);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("b");
        replace(&file, "one").expect("written");
        replace(&file, "two").expect("replaced");
        assert_eq!(fs::read_to_string(&file).expect("read"), "two");
        let far = folder.path().join("absent/b");
        assert!(replace(&far, "x").is_err());
        #[cfg(unix)]
        {
            let link = folder.path().join("link");
            std::os::unix::fs::symlink(&file, &link).expect("a link");
            let refused = replace(&link, "three").expect_err("a link").to_string();
            assert!(refused.contains("it is a link"), "{refused}");
        }
        assert!(replace(folder.path(), "x").is_err());
        assert_eq!(fs::read_to_string(&file).expect("read"), "two");
        // Nothing is left behind.
        let left = fs::read_dir(folder.path()).expect("read").count();
        assert_eq!(left, if cfg!(unix) { 2 } else { 1 });
    }
}
