//! The names of a repository's remotes.

use super::entries;
use crate::git::{Repository, plain};

/// The remotes of a repository, in the order of its own file; none if that cannot be read. A name is as it is written there:
/// whoever puts it into a command quotes it.
pub fn remotes(repository: &Repository) -> Vec<Vec<u8>> {
    let file = repository.common_dir.join("config");
    named(&plain::read(&file).unwrap_or_default())
}

fn named(text: &[u8]) -> Vec<Vec<u8>> {
    let entries = entries::read(text).unwrap_or_default();
    let mut names: Vec<Vec<u8>> = Vec::new();
    for entry in entries {
        let is_remote = entry.section == "remote" && entry.key == "url" && entry.value.is_some();
        if let Some(name) = entry.subsection.filter(|_| is_remote)
            && !names.iter().any(|known| **known == *name)
        {
            names.push(name.to_vec());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_has_an_address_and_is_told_once() {
        let text = b"[remote \"b\"]\n url = u\n pushurl = v\n[remote \"a\"]\n fetch = x\n[remote \"b\"]\n url = w\n\
                     [remote \"c.d\"]\n url = u\n[branch \"main\"]\n remote = b\n";
        assert_eq!(named(text), [b"b".to_vec(), b"c.d".to_vec()]);
        assert!(named(b"[remote").is_empty());
    }
}
