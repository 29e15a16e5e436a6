//! Long chains of deltas: what is searched of them finds what reading every version finds.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::assert_stands_at;
use crate::support::files::packs;
use crate::support::{Repo, key, legacy_key, locations, report};

/// Numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn line(&mut self) -> String {
        const WORDS: [&str; 8] = [
            "river", "größe", "日本", "lamp", "seven", "blue", "of", "under",
        ];
        (0..12).fold(String::new(), |mut line, _| {
            let number = self.below(1000);
            write!(line, "{} {number} ", WORDS[self.below(WORDS.len())]).expect("text");
            line
        })
    }
}

/// The keys of [`versions`].
struct Edited {
    current: Vec<String>,
    /// Legacy keys with `aisa` near by in some versions.
    legacy: Vec<String>,
    /// A legacy key that never has it.
    foreign: String,
}

const CONTEXT: &str = "# for https://api.aisa.one";

/// Sixty versions of a text of 40 KB: lines change everywhere while keys come, go, move, and are cut in two, and the
/// context of legacy keys comes and goes next to them.
fn versions() -> (Edited, Vec<String>) {
    let mut numbers = Numbers(7);
    let mut lines: Vec<String> = (0..500).map(|_| numbers.line()).collect();
    let edited = Edited {
        current: (0..12).map(|_| key()).collect(),
        legacy: vec![legacy_key(), legacy_key()],
        foreign: legacy_key(),
    };
    lines[20] = format!("value = {}", edited.legacy[0]);
    lines[250] = format!("other: {}", edited.foreign);
    lines[470] = format!("value = {}", edited.legacy[1]);
    let mut versions = Vec::new();
    for version in 0..60 {
        let key = &edited.current[version / 5 % edited.current.len()];
        let at = 60 + numbers.below(120);
        match version % 5 {
            0 => lines[at] = format!("größe {key} end"),
            1 => {
                let from = lines
                    .iter()
                    .position(|line| line.contains(key.as_str()))
                    .expect("it is there");
                let moved = std::mem::replace(&mut lines[from], numbers.line());
                lines[at + 200] = moved;
            }
            2 => cut(&mut lines, key, "…"),
            3 => {
                let cut = format!("{}…{}", &key[..30], &key[30..]);
                lines
                    .iter_mut()
                    .for_each(|line| *line = line.replace(&cut, key));
            }
            _ if version % 4 == 0 => cut(&mut lines, key, ""),
            _ if version % 4 == 1 => {}
            _ => lines
                .iter_mut()
                .for_each(|line| *line = line.replace(key.as_str(), "gone")),
        }
        for _ in 0..3 {
            lines[390 + numbers.below(70)] = numbers.line();
        }
        lines[19] = if (20..30).contains(&version) {
            CONTEXT.into()
        } else {
            "#".into()
        };
        lines[471] = if version >= 45 {
            CONTEXT.into()
        } else {
            "#".into()
        };
        versions.push(lines.join("\n") + "\n");
    }
    (edited, versions)
}

/// Takes a key apart: with something between its halves, or by dropping the second one.
fn cut(lines: &mut [String], key: &str, between: &str) {
    let instead = match between {
        "" => key[..30].replace("sk-", "no-"),
        _ => format!("{}{between}{}", &key[..30], &key[30..]),
    };
    lines
        .iter_mut()
        .for_each(|line| *line = line.replace(key, &instead));
}

impl Edited {
    /// Which keys are in a text: the plain answer.
    fn expected(&self, text: &str) -> Vec<&String> {
        let near = |key: &&String| {
            let at = text.find(key.as_str())?;
            let context = text.match_indices(CONTEXT).map(|(context, _)| context);
            context
                .map(|context| context.abs_diff(at))
                .find(|&distance| distance < 1500)
        };
        let current = self
            .current
            .iter()
            .filter(|key| text.contains(key.as_str()));
        current
            .chain(self.legacy.iter().filter(|key| near(key).is_some()))
            .collect()
    }
}

/// Every blob of a repository, read by git.
fn blobs(repo: &Repo) -> Vec<(String, String)> {
    let all = repo.git(&["cat-file", "--batch-all-objects", "--batch-check"]);
    let blobs = all
        .lines()
        .filter_map(|line| line.split_once(" blob "))
        .map(|(id, _)| id.to_owned());
    blobs
        .map(|id| (id.clone(), repo.git(&["cat-file", "blob", &id])))
        .collect()
}

/// Packs everything into chains of deltas, which name their bases by offset or by id.
fn deepen(repo: &Repo, by_offset: bool) {
    let bases = format!("repack.useDeltaBaseOffset={by_offset}");
    repo.git(&[
        "-c",
        &bases,
        "repack",
        "-a",
        "-d",
        "-f",
        "-q",
        "--depth=50",
        "--window=50",
    ]);
    let [pack] = packs(repo).try_into().expect("one pack");
    let listing = repo.git(&["verify-pack", "-v", pack.to_str().expect("UTF-8")]);
    let deepest = listing
        .lines()
        .filter_map(|line| line.strip_prefix("chain length = "));
    let deepest = deepest
        .filter_map(|line| line.split(':').next()?.parse::<u32>().ok())
        .max();
    assert!(
        deepest >= Some(8),
        "the chains are too short to prove anything: {deepest:?}"
    );
}

#[test]
fn searching_what_deltas_add_finds_what_searching_every_blob_finds() {
    let (edited, versions) = versions();
    let repo = Repo::new();
    for (at, text) in versions.iter().enumerate() {
        repo.write(&format!("{at:02}/notes.txt"), text);
    }
    repo.commit("every version at a path of its own");
    let blobs = blobs(&repo);
    let expected: BTreeSet<(String, String)> = blobs
        .iter()
        .flat_map(|(id, text)| {
            edited
                .expected(text)
                .into_iter()
                .map(|key| (key.clone(), id.clone()))
        })
        .collect();
    assert!(
        expected.len() > 100,
        "the test plants too little: {}",
        expected.len()
    );
    for by_offset in [true, false] {
        deepen(&repo, by_offset);
        let (_, report) = report(repo.path(), &["git"]);
        let all = edited
            .current
            .iter()
            .chain(&edited.legacy)
            .chain([&edited.foreign]);
        let mut found = BTreeSet::new();
        for key in all {
            for at in locations(&report, key) {
                let blob = at["blob"].as_str().expect("a blob");
                let text = &blobs
                    .iter()
                    .find(|(id, _)| id == blob)
                    .expect("git knows the blob")
                    .1;
                assert_stands_at(text, at, key);
                found.insert((key.clone(), blob.to_owned()));
            }
        }
        let missed: Vec<_> = expected.difference(&found).collect();
        let invented: Vec<_> = found.difference(&expected).collect();
        assert!(
            missed.is_empty() && invented.is_empty(),
            "missed {missed:#?}\ninvented {invented:#?}"
        );
        let known = expected
            .iter()
            .map(|(key, _)| key)
            .collect::<BTreeSet<_>>()
            .len();
        assert_eq!(report["keys"].as_array().expect("keys").len(), known);
    }
}

#[test]
fn a_key_at_a_path_is_one_location_however_often_the_file_was_edited() {
    let (edited, versions) = versions();
    let repo = Repo::new();
    for text in &versions {
        repo.write("docs/notes.txt", text).commit("edit");
    }
    let expected: BTreeSet<String> = versions
        .iter()
        .flat_map(|text| edited.expected(text))
        .cloned()
        .collect();
    for packed in [false, true] {
        if packed {
            deepen(&repo, true);
        }
        let (_, report) = report(repo.path(), &["git"]);
        assert_eq!(
            report["keys"].as_array().expect("keys").len(),
            expected.len()
        );
        for key in &expected {
            let [at] = locations(&report, key).try_into().expect("one location");
            assert_eq!(at["path"], "docs/notes.txt");
            let text = repo.git(&["cat-file", "blob", at["blob"].as_str().expect("a blob")]);
            assert_stands_at(&text, at, key);
        }
    }
}
