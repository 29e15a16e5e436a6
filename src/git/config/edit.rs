//! Adds a setting to the user's own file and takes it away again. All other bytes stay as they are.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::entries;
use crate::git::plain;
use crate::git::replacement::Replacement;

/// Sets `core.hooksPath` in a configuration file, which is made if it is not there.
///
/// # Errors
/// Why it could not be done, and what to do; then nothing was changed.
pub fn set_hooks_path(file: &Path, folder: &[u8]) -> Result<(), String> {
    change(file, |text| {
        let [header, line] = lines(text, folder);
        let mut edited = text.to_vec();
        if !text.is_empty() && !text.ends_with(b"\n") {
            edited.extend_from_slice(newline(text));
        }
        edited.extend(header);
        edited.extend(line);
        let last = hooks_paths(&edited).pop();
        (last.as_deref() == Some(folder)).then_some(edited)
    })
}

/// Takes away what [`set_hooks_path`] wrote.
///
/// # Errors
/// As there; also if it does not stand there as it was written.
pub fn unset_hooks_path(file: &Path, folder: &[u8]) -> Result<(), String> {
    change(file, |text| {
        let [header, line] = lines(text, folder);
        let block = [&header[..], &line[..]].concat();
        let starts = memchr::memmem::rfind_iter(text, &block);
        let mut starts =
            starts.filter(|&at| at == 0 || text.get(at - 1).is_some_and(|&byte| byte == b'\n'));
        let at = starts.next()?;
        let (before, rest) = text.split_at(at);
        let after = rest.get(block.len()..)?;
        // Git writes other settings below the same header.
        let is_alone = after.is_empty() || after.starts_with(b"[");
        let kept = if is_alone { &[][..] } else { &header[..] };
        let edited = [before, kept, after].concat();
        let is_gone = hooks_paths(&edited).iter().all(|path| path != folder);
        is_gone.then_some(edited)
    })
}

/// The two lines that set it.
fn lines(text: &[u8], folder: &[u8]) -> [Vec<u8>; 2] {
    let newline = newline(text);
    let line = [b"\thooksPath = ", &escaped(folder)[..], newline].concat();
    [[b"[core]", newline].concat(), line]
}

/// How the file ends its lines.
fn newline(text: &[u8]) -> &'static [u8] {
    match memchr::memmem::find(text, b"\r\n") {
        Some(_) => b"\r\n",
        None => b"\n",
    }
}

/// Every value of `core.hooksPath` in a text.
fn hooks_paths(text: &[u8]) -> Vec<Vec<u8>> {
    let entries = entries::read(text).unwrap_or_default().into_iter();
    let paths = entries.filter(|entry| entry.section == "core" && entry.key == "hookspath");
    paths.filter_map(|entry| entry.value).collect()
}

/// Edits a file under its lock, as git does, and checks that git can still read it. A link is followed, as git does.
fn change(file: &Path, edit: impl FnOnce(&[u8]) -> Option<Vec<u8>>) -> Result<(), String> {
    let io = |error: io::Error| error.to_string();
    let real = match fs::symlink_metadata(file) {
        Ok(_) => file.canonicalize().map_err(io)?,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let folder = file.parent().ok_or("it is in no folder")?;
            fs::create_dir_all(folder).map_err(io)?;
            file.to_path_buf()
        }
        Err(error) => return Err(io(error)),
    };
    let mut lock = real.clone().into_os_string();
    lock.push(".lock");
    let lock = PathBuf::from(lock);
    let replacement = Replacement::begin(lock.clone()).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => format!(
            "{} is there: another program is writing the file; if none is, remove that one, and try again",
            lock.display()
        ),
        _ => io(error),
    })?;
    let (text, mode) = match plain::read(&real) {
        Ok(text) => (text, mode(&real)),
        Err(error) if error.kind() == ErrorKind::NotFound => (Vec::new(), 0o644),
        Err(error) => return Err(io(error)),
    };
    let broken = |line| {
        format!("line {line} is not written as git's configuration is: correct it, and try again")
    };
    entries::read(&text).map_err(broken)?;
    let edited = edit(&text)
        .filter(|edited| entries::read(edited).is_ok())
        .ok_or("it does not stand as aisaleaks writes it: edit core.hooksPath there by hand")?;
    replacement.place(&edited, Some(mode), &real).map_err(io)
}

#[cfg(unix)]
fn mode(file: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(file).map_or(0o644, |metadata| metadata.permissions().mode() & 0o7777)
}

#[cfg(not(unix))]
fn mode(_: &Path) -> u32 {
    0o644
}

/// A value in quotes, as git-config reads it.
fn escaped(value: &[u8]) -> Vec<u8> {
    let mut out = vec![b'"'];
    for &byte in value {
        match byte {
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOLDER: &[u8] = b"/a b/it's \"q\" #x\\y\n;";

    #[test]
    fn what_was_set_is_taken_away_and_nothing_else_changes() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("config");
        for text in [
            "",
            "\n",
            "[user]\n\tname = A\n",
            "# top\n[core]\n\teditor = vim ; c\n\n\n# tail\n[user]\n  name=A\n[core]\nx = y\\\n z # c\n# end\n",
            "[core]\r\n\ta = b\r\n[x]\r\n\ty = z\r\n",
            "[alias]\n    x = \"!f() { \\\n echo; }; f\"\n\n\n",
            "\u{feff}[user]\nname=x\n",
            "[core] hooksPath = before\n",
        ] {
            fs::write(&file, text).expect("written");
            set_hooks_path(&file, FOLDER).expect("set");
            let set = fs::read(&file).expect("read");
            assert!(set.starts_with(text.as_bytes()));
            assert_eq!(hooks_paths(&set).last().map(Vec::as_slice), Some(FOLDER));
            unset_hooks_path(&file, FOLDER).expect("unset");
            let unset = fs::read_to_string(&file).expect("read");
            assert_eq!(unset, text);
        }
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 1);
    }

    #[test]
    fn settings_that_git_wrote_below_stay() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("new/config");
        set_hooks_path(&file, b"/f").expect("set");
        let text = fs::read_to_string(&file).expect("read");
        assert_eq!(text, "[core]\n\thooksPath = \"/f\"\n");
        fs::write(&file, format!("{text}\teditor = vim\n")).expect("written");
        unset_hooks_path(&file, b"/f").expect("unset");
        let text = fs::read_to_string(&file).expect("read");
        assert_eq!(text, "[core]\n\teditor = vim\n");
    }

    #[test]
    fn what_cannot_be_edited_safely_stays() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("config");
        for text in ["[core", "[user]\n\tname = x\\", "[user]\n\tname = \"x"] {
            fs::write(&file, text).expect("written");
            assert!(set_hooks_path(&file, b"/f").is_err(), "{text}");
            assert_eq!(fs::read_to_string(&file).expect("read"), text);
        }
        for text in [
            "",
            "[core]\n\thooksPath = /f\n",
            "[core]\n\thooksPath = \"/g\"\n",
        ] {
            fs::write(&file, text).expect("written");
            assert!(unset_hooks_path(&file, b"/f").is_err(), "{text}");
        }
        fs::write(folder.path().join("config.lock"), "").expect("written");
        let refused = set_hooks_path(&file, b"/f").expect_err("locked");
        assert!(refused.contains("another program"), "{refused}");
        assert!(folder.path().join("config.lock").exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_and_modes_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [real, link] = ["real", "link"].map(|name| folder.path().join(name));
        fs::write(&real, "[user]\n\tname = A\n").expect("written");
        fs::set_permissions(&real, fs::Permissions::from_mode(0o600)).expect("set");
        symlink("real", &link).expect("linked");
        set_hooks_path(&link, b"/f").expect("set");
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
        let text = fs::read_to_string(&real).expect("read");
        assert!(text.ends_with("hooksPath = \"/f\"\n"), "{text}");
        assert_eq!(mode(&real), 0o600);
    }
}
