//! Whether one key serves several services or environments.
//!
//! It does if its places name two environments (`.env.production` and `.env.staging`, `environments/prod/` and
//! `environments/dev/`), lie in two services (`services/a/` and `services/b/`, also `apps/`, `packages/` and the like), or
//! are dotenv files in two folders of which neither is in the other (`frontend/.env` and `backend/.env`). Tests, documents
//! and logs do not count, so that a key in a file and in its test is not shared; nor does the place that a file was moved
//! away from.

use std::collections::BTreeSet;

use super::paths::Subject;
use super::table::Table;
use crate::model::{Key, Location, Note, Origin};

/// What the places of a key tell.
#[derive(Default)]
struct Told {
    environments: BTreeSet<usize>,
    services: BTreeSet<Vec<u8>>,
    /// Folders of dotenv files, with a slash behind.
    folders: BTreeSet<Vec<u8>>,
}

/// Whether the places of the key are those of several services or environments.
pub(super) fn is_shared(key: &Key) -> bool {
    if key.locations.len() < 2 {
        return false;
    }
    let moved: BTreeSet<&[u8]> = key
        .locations
        .iter()
        .filter_map(|at| at.attribution.as_deref()?.renamed_from.as_deref())
        .collect();
    let table = Table::get();
    let mut told = Told::default();
    for at in &key.locations {
        if let Some(path) = at.path.as_deref().filter(|_| counts(at))
            && !moved.contains(path)
        {
            told.add(table, &Subject::inside(path, &at.member));
        }
    }
    told.environments.len() > 1 || told.services.len() > 1 || told.has_siblings()
}

fn counts(at: &Location) -> bool {
    let aside = |note: &Note| matches!(note, Note::InTest | Note::InDocs | Note::InLog);
    matches!(
        at.origin,
        Origin::Worktree | Origin::History | Origin::Staged
    ) && !at.notes.iter().any(aside)
}

impl Told {
    fn add(&mut self, table: &Table, subject: &Subject) {
        self.environments.extend(environment(table, subject));
        self.services.extend(service(table, subject));
        if table.path_means(Note::DotenvTracked, subject) {
            let path = subject.folded();
            let folder = memchr::memrchr(b'/', path).and_then(|slash| path.get(..=slash));
            self.folders.insert(folder.unwrap_or_default().to_vec());
        }
    }

    /// Whether there are two folders of which neither is in the other: sorted, each is then in the next one no longer.
    fn has_siblings(&self) -> bool {
        let next = self.folders.iter().skip(1);
        self.folders
            .iter()
            .zip(next)
            .any(|(one, other)| !other.starts_with(one))
    }
}

/// The environment that a path names.
fn environment(table: &Table, subject: &Subject) -> Option<usize> {
    let of_word = |word: &[u8]| {
        let mut environments = table.shared.environments.iter();
        environments.position(|words| words.iter().any(|known| known.as_bytes() == word))
    };
    let path = subject.folded();
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    let in_name = || {
        let mut words = name.split(|byte| !byte.is_ascii_alphanumeric());
        words.find_map(of_word)
    };
    let settings = table.settings.fit(subject);
    settings.then(in_name).flatten().or_else(|| {
        let folders = &table.shared.environment_folders;
        inside(folders, subject).and_then(|(_, folder)| of_word(folder))
    })
}

/// The service that a path is in.
fn service(table: &Table, subject: &Subject) -> Option<Vec<u8>> {
    let (around, folder) = inside(&table.shared.service_folders, subject)?;
    Some([around, b"/", folder].concat())
}

/// The first of these folders on the way, and the folder in it that the path goes on through.
fn inside<'s>(folders: &[String], subject: &'s Subject) -> Option<(&'s [u8], &'s [u8])> {
    let parts: Vec<&[u8]> = subject.folded().split(|&byte| byte == b'/').collect();
    parts.windows(3).find_map(|window| match window {
        [around, folder, _] => Some((*around, *folder))
            .filter(|(around, _)| folders.iter().any(|known| known.as_bytes() == *around)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assess::tests::{key, location};
    use crate::model::Attribution;

    fn shared(paths: &[&str]) -> bool {
        let locations = paths.iter().map(|path| location(Origin::History, path));
        is_shared(&key(locations.collect()))
    }

    #[test]
    fn environments_services_and_dotenv_folders() {
        for paths in [
            &[".env.production", ".env.staging"][..],
            &[".env.local", ".env.prod"],
            &["config/prod.yml", "config/dev.yml"],
            &["environments/prod/main.tf", "environments/dev/main.tf"],
            &["services/a/app.py", "services/b/app.py"],
            &["apps/web/.env", "packages/api/src/x.ts"],
            &["frontend/.env", "backend/.env"],
            &["frontend/.env", "README", "backend/.env.local"],
            &["docker-compose.dev.yml", "values-production.yaml"],
        ] {
            assert!(shared(paths), "{paths:?}");
        }
        for paths in [
            &["src/app.py"][..],
            &["src/app.py", "tests/test_app.py"],
            &["services/a/app.py", "services/a/other.py"],
            &["services/a/app.py", "services/a/b/tests/app.py"],
            &["services/a/app.py", "tests/services/b/app.py"],
            &[".env", "src/app.py"],
            &[".env", "backend/.env"],
            &[".env.production", ".env.prod"],
            &[".env.dev", "config.local.json"],
            &[".env.production", ".env.staging.md"],
            &["services/a.py", "services/b.py"],
            &["prod.py", "dev.py"],
            &[".env.example", "backend/.env"],
        ] {
            assert!(!shared(paths), "{paths:?}");
        }
    }

    #[test]
    fn what_was_moved_is_in_one_service() {
        let old = location(Origin::History, "services/a/app.py");
        let mut new = location(Origin::History, "services/b/app.py");
        assert!(is_shared(&key(vec![old.clone(), new.clone()])));
        new.attribution = Some(Box::new(Attribution {
            renamed_from: old.path.clone(),
            ..crate::assess::tests::attribution()
        }));
        assert!(!is_shared(&key(vec![old, new])));
    }

    #[test]
    fn names_of_refs_are_no_places_of_services() {
        let paths = ["services/a/x", "services/b/x"];
        let names = paths.map(|path| location(Origin::RefName, path));
        assert!(!is_shared(&key(names.to_vec())));
    }
}
