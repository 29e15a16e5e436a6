//! `.aisaleaks.toml`: what a repository says about its own findings. It may accept problems, nothing else yet; it can
//! set no limit, no target and no output.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::git::plain;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    accept: Vec<Accept>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Accept {
    problem: String,
    reason: String,
}

/// The problems that the configuration in `directory` accepts: fingerprint and reason.
///
/// # Errors
/// A file that is there and cannot be read or understood.
pub fn accepted(directory: &Path) -> Result<BTreeMap<String, String>> {
    let path = directory.join(".aisaleaks.toml");
    let text = match plain::read(&path) {
        Ok(text) => text,
        Err(error)
            if matches!(
                error.kind(),
                std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(BTreeMap::new());
        }
        Err(error) => {
            return Err(Error::Config {
                path,
                reason: error.to_string(),
            });
        }
    };
    let text = String::from_utf8(text).map_err(|_| Error::Config {
        path: path.clone(),
        reason: "it is not UTF-8".into(),
    })?;
    // Only the message: the error's own text quotes the file, which may hold a key.
    let file: File = toml::from_str(&text).map_err(|error| Error::Config {
        path,
        reason: error.message().to_owned(),
    })?;
    Ok(file
        .accept
        .into_iter()
        .map(|accept| (accept.problem, accept.reason))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::accepted;

    #[test]
    fn reads_accepted_problems_and_refuses_what_it_does_not_know() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(
            accepted(folder.path())
                .expect("no file is no error")
                .is_empty()
        );
        let file = folder.path().join(".aisaleaks.toml");
        std::fs::write(
            &file,
            "[[accept]]\nproblem = \"sha256:1\"\nreason = \"why\"\n",
        )
        .expect("written");
        assert_eq!(accepted(folder.path()).expect("valid")["sha256:1"], "why");
        std::fs::write(&file, "[limits]\nthreads = 1\n").expect("written");
        assert!(accepted(folder.path()).is_err());
    }
}
