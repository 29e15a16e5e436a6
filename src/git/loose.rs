//! Loose objects: one zlib stream a file, `kind size NUL contents` (gitformat-loose).

use std::io::Read;
use std::path::{Path, PathBuf};

use super::pack::Kind;
use super::plain;
use crate::model::{ObjectId, Problem, ProblemKind};

/// Lists the loose objects of an object directory, sorted by id.
pub fn list(objects: &Path, hash: usize, problems: &mut Vec<Problem>) -> Vec<(ObjectId, PathBuf)> {
    let mut found = Vec::new();
    for high in 0..=255u8 {
        let name = format!("{high:02x}");
        let directory = objects.join(&name);
        let unlisted = |error: std::io::Error| {
            let message = format!("its objects cannot be listed: {error}; check its permissions");
            let place = directory.display().to_string();
            Problem::new(ProblemKind::Unreadable, place, message)
        };
        let entries = match std::fs::read_dir(&directory) {
            Ok(entries) => plain::entries(entries, |error| problems.push(unlisted(error))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => {
                problems.push(unlisted(error));
                continue;
            }
        };
        for entry in entries {
            let hex = format!("{name}{}", entry.file_name().to_string_lossy());
            match ObjectId::from_hex(hex.as_bytes()) {
                Some(id) if id.as_bytes().len() == hash => found.push((id, entry.path())),
                Some(_) => {
                    let message =
                        "its name is another hash's than the repository's; it was not scanned";
                    let place = entry.path().display().to_string();
                    problems.push(Problem::new(ProblemKind::Unsupported, place, message));
                }
                None => {}
            }
        }
    }
    found.sort_unstable();
    found
}

/// A loose object: whole, or as a stream where it is large.
pub enum Loose {
    /// All of it.
    Whole(Kind, Vec<u8>),
    /// Its contents still to be read, and how many bytes there should be.
    Stream(Kind, Box<dyn Read>, u64),
}

/// Opens a loose object.
pub fn open(path: &Path, whole: u64) -> Result<Loose, Problem> {
    let damaged = |reason: String| {
        let message = format!("the loose object cannot be read: {reason}; run `git fsck`");
        Problem::new(
            ProblemKind::DamagedObject,
            path.display().to_string(),
            message,
        )
    };
    let file = plain::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::InvalidInput => Problem::new(
            ProblemKind::SpecialFile,
            path.display().to_string(),
            "not a regular file; remove it",
        ),
        _ => damaged(error.to_string()),
    })?;
    let mut stream = flate2::read::ZlibDecoder::new(file);
    let mut header = Vec::new();
    let mut byte = [0];
    while header.len() < 32 {
        match stream.read(&mut byte) {
            Ok(1) if byte == [0] => break,
            Ok(1) => header.extend(byte),
            Ok(_) => return Err(damaged("it is cut off".into())),
            Err(error) => return Err(damaged(error.to_string())),
        }
    }
    let (kind, size) = parse(&header).ok_or_else(|| damaged("its header is not git's".into()))?;
    if size > whole {
        return Ok(Loose::Stream(kind, Box::new(stream), size));
    }
    let mut bytes = Vec::new();
    let read = stream.take(size + 1).read_to_end(&mut bytes);
    if let Err(error) = read {
        return Err(damaged(error.to_string()));
    }
    match (bytes.len() as u64).cmp(&size) {
        std::cmp::Ordering::Equal => Ok(Loose::Whole(kind, bytes)),
        std::cmp::Ordering::Less => {
            Err(damaged("its stream is shorter than its header says".into()))
        }
        std::cmp::Ordering::Greater => {
            Err(damaged("its stream is longer than its header says".into()))
        }
    }
}

fn parse(header: &[u8]) -> Option<(Kind, u64)> {
    let mut words = std::str::from_utf8(header).ok()?.split(' ');
    let kind = match words.next()? {
        "commit" => Kind::Commit,
        "tree" => Kind::Tree,
        "blob" => Kind::Blob,
        "tag" => Kind::Tag,
        _ => return None,
    };
    Some((kind, words.next()?.parse().ok()?))
}
