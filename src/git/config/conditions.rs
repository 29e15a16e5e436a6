//! The conditions of `includeIf` (git-config, Conditional includes).

use std::path::Path;

use gix_config::AsBStr;
use gix_glob::wildmatch;
use gix_glob::wildmatch::Mode;

use super::sources::Reader;
use super::{Scope, expanded};
use crate::git::plain;

/// No honest pattern is longer.
const PATTERN: usize = 4096;
/// Ways to divide a text's folders among the `**` of a pattern, each of which may have to be tried.
const WAYS: usize = 1_000_000;
/// Texts that are held against patterns in all, each of which takes some ten microseconds at most.
const TRIES: usize = 20_000;

impl Reader<'_> {
    /// Whether a condition holds, that stands in this file. Git passes over conditions that it does not know.
    pub(super) fn holds(&mut self, condition: &[u8], file: Option<&Path>) -> bool {
        let Some(at) = memchr::memchr(b':', condition) else {
            return false;
        };
        let (kind, rest) = condition.split_at(at);
        let pattern = rest.get(1..).unwrap_or_default();
        self.tries += 1;
        if pattern.len() > PATTERN || self.tries > TRIES {
            self.too_costly(file);
            return false;
        }
        let held = match kind {
            b"gitdir" => self.is_git_dir(pattern, file, Mode::empty()),
            b"gitdir/i" => self.is_git_dir(pattern, file, Mode::IGNORE_CASE),
            b"onbranch" => self.is_branch(pattern),
            b"hasconfig" => match pattern.strip_prefix(b"remote.*.url:") {
                Some(pattern) => {
                    self.asked_for_urls = true;
                    self.tries += self.urls.len();
                    let urls = self.urls.iter().map(Vec::as_slice);
                    any(pattern, urls, Mode::empty())
                }
                None => Some(false),
            },
            _ => Some(false),
        };
        held.unwrap_or_else(|| {
            self.too_costly(file);
            false
        })
    }

    fn too_costly(&mut self, file: Option<&Path>) {
        let reason = "the condition of an include is too long to be tried";
        self.unread(file, reason.to_owned());
    }

    fn is_git_dir(&self, pattern: &[u8], file: Option<&Path>, mode: Mode) -> Option<bool> {
        let no = Some(false);
        let Some(repository) = self.repository else {
            return no;
        };
        let mut pattern = match (pattern.strip_prefix(b"./"), file.and_then(Path::parent)) {
            (Some(rest), Some(folder)) => {
                let folder = folder.canonicalize();
                let Ok(folder) = folder else { return no };
                [&bytes(&folder), &b"/"[..], rest].concat()
            }
            (Some(_), None) => return no,
            (None, _) if pattern.starts_with(b"~") => {
                match expanded(pattern, self.home.as_deref(), Scope::Repository) {
                    Ok(path) => bytes(&path),
                    Err(_) => return no,
                }
            }
            (None, _) => pattern.to_vec(),
        };
        if !plain::to_path(&pattern).is_absolute() {
            pattern.splice(..0, *b"**/");
        }
        with_all_below(&mut pattern);
        let git_dir = &repository.git_dir;
        let real = git_dir.canonicalize().ok();
        let spelled = std::path::absolute(git_dir).ok();
        let dirs = [real, spelled].into_iter().flatten();
        let dirs: Vec<Vec<u8>> = dirs.map(|dir| bytes(&dir)).collect();
        any(&pattern, dirs.iter().map(Vec::as_slice), mode)
    }

    fn is_branch(&self, pattern: &[u8]) -> Option<bool> {
        let head = self
            .repository
            .map(|it| plain::read(&it.git_dir.join("HEAD")));
        let head = head.and_then(Result::ok).unwrap_or_default();
        let branch = head.strip_prefix(b"ref:").map(<[u8]>::trim_ascii);
        let branch = branch.and_then(|name| name.strip_prefix(b"refs/heads/"));
        let mut pattern = pattern.to_vec();
        with_all_below(&mut pattern);
        any(&pattern, branch.into_iter(), Mode::empty())
    }
}

/// Whether the pattern matches one of the texts; `None` if that would take too long to say.
fn any<'a>(pattern: &[u8], mut texts: impl Iterator<Item = &'a [u8]>, mode: Mode) -> Option<bool> {
    let stars = pattern.windows(2).filter(|pair| pair == b"**").count();
    let stars = u32::try_from(stars).ok()?;
    let mode = mode | Mode::NO_MATCH_SLASH_LITERAL;
    texts.try_fold(false, |found, text| {
        let folders = memchr::memchr_iter(b'/', text).count().max(1);
        let ways = folders.checked_pow(stars)?;
        if text.len() > PATTERN || ways > WAYS {
            return None;
        }
        Some(found || wildmatch(pattern.as_bstr(), text.as_bstr(), mode))
    })
}

/// A slash at the end stands for all that is below.
fn with_all_below(pattern: &mut Vec<u8>) {
    if pattern.ends_with(b"/") {
        pattern.extend_from_slice(b"**");
    }
}

/// A path as patterns see it.
fn bytes(path: &Path) -> Vec<u8> {
    let bytes = path.as_os_str().as_encoded_bytes();
    match cfg!(windows) {
        true => bytes
            .iter()
            .map(|&byte| if byte == b'\\' { b'/' } else { byte })
            .collect(),
        false => bytes.to_vec(),
    }
}
