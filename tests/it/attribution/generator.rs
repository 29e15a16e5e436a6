//! Small random histories, with everything that histories are not supposed to have. A seed makes the same ones always.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::support::Repo;

use super::oracle::feed;

/// Numbers that are the same in every run with one seed.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    pub fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// A key made of these numbers, so that a failure can be made again.
    pub fn key(&mut self) -> String {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let body: String = (0..42).map(|_| *self.pick(ALPHABET) as char).collect();
        format!("sk-aisa-{body}{}", *self.pick(b"AEIMQUYcgkosw048") as char)
    }
}

#[derive(Clone, PartialEq)]
struct File {
    mode: &'static str,
    text: String,
}

type Files = BTreeMap<String, File>;

/// A commit in the making; parents are positions.
struct Commit {
    parents: Vec<usize>,
    files: Files,
    date: u64,
}

/// A history that was written into a repository.
pub struct History {
    pub repo: Repo,
    pub keys: Vec<String>,
    /// Every value that a ref was given, in order.
    pub updates: Vec<(String, String)>,
}

const PATHS: [&str; 12] = [
    "a",
    "b.txt",
    "src/main.rs",
    "src/lib.rs",
    "src/deep/er/and/deeper/x",
    "src/deep/er/y",
    "doc/a",
    "doc/a b",
    "doc",
    "src/deep",
    "pad/07",
    "z/z/z/z",
];

/// Writes a random history into a repository.
pub fn history(seed: u64, repo: Repo) -> History {
    let mut numbers = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1);
    numbers.below(2);
    let keys: Vec<String> = (0..4).map(|_| numbers.key()).collect();
    let skewed = numbers.percent(30);
    let count = 20 + numbers.below(41);
    let mut commits: Vec<Commit> = Vec::new();
    for at in 0..count {
        let commit = commit(at, &commits, &keys, skewed, &mut numbers);
        commits.push(commit);
    }
    let ids = write(&repo, &commits);
    let updates = name(&repo, &ids, &mut numbers);
    for _ in 0..numbers.below(3) {
        let lost = format!("{} {}\n", numbers.below(9), numbers.pick(&keys));
        feed(
            repo.path(),
            &["hash-object", "-w", "--stdin"],
            lost.as_bytes(),
        );
    }
    History {
        repo,
        keys,
        updates,
    }
}

fn commit(
    at: usize,
    commits: &[Commit],
    keys: &[String],
    skewed: bool,
    numbers: &mut Numbers,
) -> Commit {
    let wanted = match numbers.below(100) {
        _ if at == 0 => 0,
        0..5 => 0,
        5..30 => 2,
        30..37 => 3 + numbers.below(2),
        _ => 1,
    };
    let mut parents: Vec<usize> = Vec::new();
    for _ in 0..wanted {
        let parent = at - 1 - numbers.below(at.min(6));
        if !parents.contains(&parent) {
            parents.push(parent);
        }
    }
    let mut files = inherited(&parents, commits, numbers);
    let edits = match parents.len() {
        0 | 1 => 1 + numbers.below(3),
        _ if numbers.percent(40) => 1,
        _ => 0,
    };
    (0..edits).for_each(|_| edit(&mut files, keys, numbers));
    let date = match skewed {
        true => 1_600_000_000 + numbers.below(5000) as u64,
        // Two commits in a row may have one date.
        false => 1_600_000_000 + at as u64 / 2 * 60,
    };
    Commit {
        parents,
        files,
        date,
    }
}

/// What a commit takes over: of merges, each path from any parent, or not at all.
fn inherited(parents: &[usize], commits: &[Commit], numbers: &mut Numbers) -> Files {
    let mut files = Files::new();
    match parents {
        [] => (0..24).for_each(|at| {
            let text = format!("padding {at}\n").repeat(3);
            put(&mut files, &format!("pad/{at:02}"), "100644", text);
        }),
        [only] => files = commits[*only].files.clone(),
        [first, ..] => {
            // Most merges take over what changed; some choose at random, and some drop.
            let (chance, drop) = *numbers.pick(&[(0, 0), (50, 0), (50, 10), (90, 3)]);
            for &parent in parents {
                for (path, file) in &commits[parent].files {
                    let known = files.contains_key(path) || parent == *first;
                    if !known || parent == *first || numbers.percent(chance) {
                        put(&mut files, path, file.mode, file.text.clone());
                    }
                }
            }
            let paths: Vec<String> = files.keys().cloned().collect();
            for path in paths {
                if numbers.percent(drop) {
                    files.remove(&path);
                }
            }
        }
    }
    files
}

/// Writes a file, in the place of files and folders that are in its way.
fn put(files: &mut Files, path: &str, mode: &'static str, text: String) {
    let is_above = |one: &str, other: &str| other.starts_with(&format!("{one}/"));
    files.retain(|known, _| !is_above(known, path) && !is_above(path, known));
    let path = path.to_owned();
    files.insert(path, File { mode, text });
}

fn edit(files: &mut Files, keys: &[String], numbers: &mut Numbers) {
    let key = numbers.pick(keys).clone();
    let path = numbers.pick(&PATHS).to_string();
    let known: Vec<String> = files.keys().cloned().collect();
    let holding: Vec<String> = known
        .iter()
        .filter(|path| files[*path].text.contains("sk-aisa-"))
        .cloned()
        .collect();
    let some = match holding.is_empty() {
        true => numbers.pick(&PATHS).to_string(),
        false => numbers.pick(&holding).clone(),
    };
    let old = files.get(&some).cloned();
    match (numbers.below(14), old) {
        (0, Some(old)) => {
            let text = old.text.replacen(&key, "gone", 1);
            put(files, &some, old.mode, text);
        }
        (1, Some(old)) => {
            let lines = old.text.lines();
            let kept: Vec<&str> = lines.filter(|line| !line.contains("sk-")).collect();
            put(files, &some, old.mode, kept.join("\n") + "\n");
        }
        (2 | 3, Some(old)) => {
            files.remove(&some);
            put(files, &path, old.mode, old.text);
        }
        (4, Some(old)) => put(files, &path, old.mode, old.text),
        (5, Some(_)) => drop(files.remove(&some)),
        (6, Some(old)) => put(files, &format!("{some}/inner"), old.mode, old.text),
        (7, Some(old)) => {
            let mode = numbers.pick(&["100644", "100755", "120000"]);
            put(files, &some, mode, old.text);
        }
        (8 | 9, Some(old)) => {
            let text = format!("line {}\n{}", numbers.below(1000), old.text);
            put(files, &some, old.mode, text);
        }
        (10, _) => {
            let path = format!("src/{key}/{}.txt", numbers.below(2));
            put(files, &path, "100644", format!("{}\n", numbers.below(3)));
        }
        (11, _) => {
            let path = format!("doc/x-{key}.txt");
            match files.remove(&path) {
                Some(_) => {}
                None => put(files, &path, "100644", "named\n".into()),
            }
        }
        (_, _) => {
            let mut text = files
                .get(&path)
                .map_or(String::new(), |old| old.text.clone());
            for _ in 0..=numbers.below(3) {
                let key = numbers.pick(keys);
                writeln!(text, "value {} = {key}", numbers.below(10)).expect("text");
            }
            put(files, &path, "100644", text);
        }
    }
}

fn write(repo: &Repo, commits: &[Commit]) -> Vec<String> {
    let mut stream = String::new();
    for (at, commit) in commits.iter().enumerate() {
        let mark = at + 1;
        if commit.parents.is_empty() {
            stream += "reset refs/heads/tmp\n\n";
        }
        let date = commit.date;
        writeln!(stream, "commit refs/heads/tmp\nmark :{mark}").expect("text");
        writeln!(stream, "committer Ada <ada@example.org> {date} +0000").expect("text");
        writeln!(stream, "data 5\nn{at:03}").expect("text");
        for (nth, parent) in commit.parents.iter().enumerate() {
            let word = if nth == 0 { "from" } else { "merge" };
            writeln!(stream, "{word} :{}", parent + 1).expect("text");
        }
        stream += "deleteall\n";
        for (path, File { mode, text }) in &commit.files {
            writeln!(stream, "M {mode} inline {path}\ndata {}", text.len()).expect("text");
            stream += text;
            stream += "\n";
        }
    }
    let marks = repo.join(".git/marks");
    let export = format!("--export-marks={}", marks.display());
    let import = ["-c", "fastimport.unpackLimit=1", "fast-import", "--quiet"];
    let args = [&import[..], &["--force", &export]].concat();
    feed(repo.path(), &args, stream.as_bytes());
    repo.git(&["update-ref", "-d", "refs/heads/tmp"]);
    let text = std::fs::read_to_string(&marks).expect("marks");
    std::fs::remove_file(&marks).expect("removed");
    let mut ids = vec![String::new(); commits.len()];
    for line in text.lines() {
        let (mark, id) = line.split_once(' ').expect("a mark");
        ids[mark[1..].parse::<usize>().expect("a number") - 1] = id.to_owned();
    }
    ids
}

/// Gives some commits names, and moves the names about.
fn name(repo: &Repo, ids: &[String], numbers: &mut Numbers) -> Vec<(String, String)> {
    let mut names = vec!["refs/heads/main", "refs/heads/side", "refs/tags/v1"];
    let more = [
        ("refs/stash", 60),
        ("refs/remotes/origin/main", 60),
        ("refs/heads/old", 50),
        ("refs/heads/older", 30),
        ("refs/notes/x", 20),
    ];
    names.extend(
        more.iter()
            .filter(|more| numbers.percent(more.1))
            .map(|it| it.0),
    );
    let mut updates = Vec::new();
    for name in names {
        for _ in 0..=numbers.below(3) {
            let late = ids.len() - 1 - numbers.below(ids.len().min(25));
            let id = &ids[late];
            repo.git(&["update-ref", "--create-reflog", "-m", "moved", name, id]);
            updates.push((name.to_owned(), id.clone()));
        }
    }
    let [signed, head] = [numbers.below(ids.len()), numbers.below(ids.len())];
    repo.git(&["tag", "-a", "-m", "signed", "v2", &ids[signed]]);
    if numbers.percent(30) {
        repo.git(&["update-ref", "--no-deref", "HEAD", &ids[head]]);
    }
    repo.git(&["pack-refs", "--all", "--no-prune"]);
    updates
}
