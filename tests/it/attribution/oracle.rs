//! What a report must say of a repository, worked out in the plainest way: every commit's whole tree as git lists it,
//! compared with its parents'.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::generator::History;

/// Runs git on some input, with none of this machine's configuration; objects are what they are, whatever replaces
/// them.
pub fn feed(folder: &Path, args: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("git")
        .current_dir(folder)
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .env_remove("GIT_DIR")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("git runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input).expect("written"));
    let output = child.wait_with_output().expect("an end");
    writer.join().expect("written");
    assert!(output.status.success(), "git {args:?}");
    output.stdout
}

fn lines(folder: &Path, args: &[&str]) -> Vec<String> {
    let text = String::from_utf8(feed(folder, args, b"")).expect("UTF-8");
    text.lines().map(str::to_owned).collect()
}

/// A key at a path: which key, whether it stands in the name, the path, and which of its occurrences there.
pub type Spot = (usize, bool, String, usize);

/// What must be said of a spot.
#[derive(Default)]
pub struct Expected {
    pub introduced: BTreeSet<String>,
    pub removed: BTreeSet<String>,
    pub refs: BTreeSet<String>,
    pub at_head: bool,
    pub reachable: &'static str,
    pub remote: bool,
    /// The commits that hold it.
    pub holders: BTreeSet<String>,
    /// Those of them that are the last to do so: nothing builds on them, or something that does not hold it.
    pub last: BTreeSet<String>,
}

pub struct Commit {
    pub tree: String,
    pub parents: Vec<String>,
    pub date: i64,
}

/// The right answers for a repository.
pub struct Oracle {
    pub commits: BTreeMap<String, Commit>,
    pub blobs: HashMap<String, String>,
    pub spots: BTreeMap<Spot, Expected>,
    /// The blob at each path of each tree.
    pub trees: HashMap<String, BTreeMap<String, String>>,
    /// Blobs that no commit holds: how often each key stands in them.
    pub lost: BTreeMap<(usize, String), usize>,
    pub has_remote: bool,
    pub head: Option<String>,
}

impl Oracle {
    pub fn new(history: &History) -> Self {
        let folder = history.repo.path();
        let mut oracle = Self {
            commits: BTreeMap::new(),
            blobs: HashMap::new(),
            spots: BTreeMap::new(),
            trees: HashMap::new(),
            lost: BTreeMap::new(),
            has_remote: false,
            head: None,
        };
        oracle.read(folder);
        let holding = oracle.holding(history);
        oracle.judge(&holding);
        oracle.follow(folder, history, &holding);
        oracle.name_lost(history);
        oracle
    }

    /// Reads all objects.
    fn read(&mut self, folder: &Path) {
        let all = feed(folder, &["cat-file", "--batch", "--batch-all-objects"], b"");
        let mut at = 0;
        while at < all.len() {
            let end = at
                + all[at..]
                    .iter()
                    .position(|&byte| byte == b'\n')
                    .expect("a line");
            let line = std::str::from_utf8(&all[at..end]).expect("UTF-8");
            let words: Vec<&str> = line.split(' ').collect();
            let size: usize = words[2].parse().expect("a size");
            let bytes = &all[end + 1..end + 1 + size];
            match words[1] {
                "blob" => {
                    let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
                    self.blobs.insert(words[0].to_owned(), text);
                }
                "commit" => {
                    let text = String::from_utf8_lossy(bytes);
                    self.commits.insert(words[0].to_owned(), commit(&text));
                }
                _ => {}
            }
            at = end + 1 + size + 1;
        }
        let trees: BTreeSet<&String> = self.commits.values().map(|commit| &commit.tree).collect();
        for tree in trees {
            let listed = feed(folder, &["ls-tree", "-r", "-t", "-z", tree], b"");
            let listed = String::from_utf8(listed).expect("UTF-8");
            let entries = listed.split_terminator('\0').map(|entry| {
                let (facts, path) = entry.split_once('\t').expect("a path");
                let id = facts.split(' ').nth(2).expect("an id");
                (path.to_owned(), id.to_owned())
            });
            self.trees.insert(tree.clone(), entries.collect());
        }
    }

    /// The spots of each commit.
    fn holding(&self, history: &History) -> BTreeMap<String, BTreeSet<Spot>> {
        let of_tree = |tree: &String| {
            let mut spots = BTreeSet::new();
            for (path, id) in &self.trees[tree] {
                let name = path.rsplit('/').next().expect("a name");
                for (number, key) in history.keys.iter().enumerate() {
                    if name.contains(key.as_str()) {
                        spots.insert((number, true, path.clone(), 0));
                    }
                    let text = self.blobs.get(id).map_or("", |text| text);
                    for nth in 0..text.matches(key.as_str()).count() {
                        spots.insert((number, false, path.clone(), nth));
                    }
                }
            }
            spots
        };
        let commits = self.commits.iter();
        commits
            .map(|(id, commit)| (id.clone(), of_tree(&commit.tree)))
            .collect()
    }

    /// Who introduced and who removed what.
    fn judge(&mut self, holding: &BTreeMap<String, BTreeSet<Spot>>) {
        let mut by_merge: BTreeMap<Spot, BTreeSet<String>> = BTreeMap::new();
        for (id, commit) in &self.commits {
            let above: Vec<_> = commit
                .parents
                .iter()
                .map(|parent| &holding[parent])
                .collect();
            for spot in &holding[id] {
                let expected = self.spots.entry(spot.clone()).or_default();
                expected.holders.insert(id.clone());
                if above.iter().all(|parent| !parent.contains(spot)) {
                    expected.introduced.insert(id.clone());
                }
            }
            for spot in above.iter().flat_map(|parent| parent.iter()) {
                if holding[id].contains(spot) {
                    continue;
                }
                if above.iter().all(|parent| parent.contains(spot)) {
                    let expected = self.spots.entry(spot.clone()).or_default();
                    expected.removed.insert(id.clone());
                } else {
                    by_merge.entry(spot.clone()).or_default().insert(id.clone());
                }
            }
        }
        let mut children: BTreeMap<&String, Vec<&String>> = BTreeMap::new();
        for (id, commit) in &self.commits {
            let above = commit.parents.iter();
            above.for_each(|parent| children.entry(parent).or_default().push(id));
        }
        for (spot, expected) in &mut self.spots {
            let holders = expected.holders.iter();
            let last = holders.filter(|id| match children.get(id) {
                None => true,
                Some(children) => children.iter().any(|child| !holding[*child].contains(spot)),
            });
            expected.last = last.cloned().collect();
        }
        for (spot, merges) in by_merge {
            let expected = self.spots.get_mut(&spot).expect("somebody holds it");
            if expected.removed.is_empty() {
                // Taken back below if a ref holds it.
                expected.removed = merges;
            }
        }
    }

    /// What leads to what.
    fn follow(
        &mut self,
        folder: &Path,
        history: &History,
        holding: &BTreeMap<String, BTreeSet<Spot>>,
    ) {
        let format = "--format=%(refname) %(objectname) %(*objectname)";
        let mut tips: Vec<(String, String)> = Vec::new();
        for line in lines(folder, &["for-each-ref", format]) {
            let words: Vec<&str> = line.split(' ').collect();
            let peeled = words.get(2).filter(|word| !word.is_empty());
            tips.push((words[0].to_owned(), peeled.unwrap_or(&words[1]).to_string()));
        }
        let head = lines(folder, &["rev-parse", "HEAD"]).remove(0);
        self.has_remote = tips.iter().any(|tip| tip.0.starts_with("refs/remotes/"));
        let is_stash = |tip: &&(String, String)| tip.0 == "refs/stash";
        let ids =
            |tips: Vec<&(String, String)>| tips.into_iter().map(|tip| tip.1.clone()).collect();
        let mut plain: Vec<String> = ids(tips.iter().filter(|tip| !is_stash(tip)).collect());
        plain.push(head.clone());
        let mut stash: Vec<String> = ids(tips.iter().filter(is_stash).collect());
        stash.extend::<Vec<String>>(ids(history.updates.iter().filter(is_stash).collect()));
        let logged = lines(folder, &["rev-list", "--reflog", "--no-walk"]);
        let is_remote = |tip: &&(String, String)| tip.0.starts_with("refs/remotes/");
        let remote = tips
            .iter()
            .chain(&history.updates)
            .filter(is_remote)
            .collect();
        let [plain, stash, logged, remote] =
            [plain, stash, logged, ids(remote)].map(|from| self.ancestors(from));
        for (spot, expected) in &mut self.spots {
            let any = |set: &BTreeSet<String>| expected.holders.iter().any(|id| set.contains(id));
            expected.reachable = match () {
                () if any(&plain) => "refs",
                () if any(&stash) => "stash",
                () if any(&logged) => "reflog",
                () => "none",
            };
            expected.remote = any(&remote);
            expected.at_head = holding[&head].contains(spot);
            for (name, id) in &tips {
                if holding[id].contains(spot) {
                    expected.refs.insert(name.clone());
                }
            }
            let held = expected.at_head || !expected.refs.is_empty();
            if held {
                let commits = &self.commits;
                expected.removed.retain(|id| {
                    let mut above = commits[id].parents.iter();
                    above.all(|parent| holding[parent].contains(spot))
                });
            }
        }
        self.head = Some(head);
    }

    /// Commits and all that they build on.
    pub fn ancestors(&self, mut from: Vec<String>) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        while let Some(id) = from.pop() {
            if let Some(commit) = self.commits.get(&id)
                && all.insert(id)
            {
                from.extend(commit.parents.iter().cloned());
            }
        }
        all
    }

    fn name_lost(&mut self, history: &History) {
        let held: BTreeSet<&String> = self.trees.values().flat_map(|tree| tree.values()).collect();
        for (id, text) in &self.blobs {
            for (number, key) in history.keys.iter().enumerate() {
                let count = text.matches(key.as_str()).count();
                if count > 0 && !held.contains(id) {
                    self.lost.insert((number, id.clone()), count);
                }
            }
        }
    }
}

fn commit(text: &str) -> Commit {
    let header = text.split("\n\n").next().expect("a header");
    let mut commit = Commit {
        tree: String::new(),
        parents: Vec::new(),
        date: 0,
    };
    for line in header.lines() {
        match line.split_once(' ').expect("a word") {
            ("tree", id) => commit.tree = id.to_owned(),
            ("parent", id) => commit.parents.push(id.to_owned()),
            ("committer", who) => {
                let date = who.rsplit(' ').nth(1).expect("a date");
                commit.date = date.parse().expect("a number");
            }
            _ => {}
        }
    }
    commit
}
