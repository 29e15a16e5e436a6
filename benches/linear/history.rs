//! Makes a bare repository of many commits, with deltas of blobs and of trees, as `git fast-import` leaves it.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use aisaleaks::model::Secret;

use super::random::{Rng, Writer};

/// What is in a repository.
pub struct Shape {
    pub commits: usize,
    /// Distinct keys, each of them in several versions of one file until the next one replaces it there.
    pub keys: usize,
    /// Histories that have nothing in common; what makes equal packs possible.
    pub branches: usize,
    /// Packs; divides `branches`.
    pub packs: usize,
}

/// For the fingerprint of each key, when the commit was made that introduced it.
pub type Planted = BTreeMap<String, i64>;

/// Files of all branches together, of some 12 kB each.
const FILES: usize = 400;
const LINES: usize = 350;
const EDITS: usize = 4;

impl Shape {
    pub fn commits(commits: usize) -> Self {
        Self {
            commits,
            keys: 0,
            branches: 1,
            packs: 1,
        }
    }

    /// Makes the repository and returns the bytes of its packs.
    pub fn make(&self, folder: &Path) -> (u64, Planted) {
        git(folder)
            .args(["init", "-q", "--bare"])
            .status()
            .expect("git");
        let mut import = git(folder)
            .args(["-c", "fastimport.unpackLimit=0", "fast-import", "--quiet"])
            .stdin(Stdio::piped())
            .spawn()
            .expect("git fast-import");
        let stdin = import.stdin.take().expect("a pipe");
        let mut made = Made {
            out: BufWriter::with_capacity(1 << 20, stdin),
            writer: Writer::new(1),
            secret: Rng::unpredictable(),
            mark: 0,
            keys: 0,
            planted: Planted::new(),
        };
        for branch in 0..self.branches {
            let share = self.keys * (branch + 1) / self.branches;
            made.branch(
                branch,
                self.commits / self.branches,
                FILES / self.branches,
                share,
            );
            if (branch + 1) % (self.branches / self.packs) == 0 {
                made.put("checkpoint\n\n");
            }
        }
        made.out.flush().expect("written");
        let planted = std::mem::take(&mut made.planted);
        drop(made);
        assert!(import.wait().expect("git").success());
        let packs = pack_sizes(folder);
        assert_eq!(packs.len(), self.packs);
        (packs.iter().sum(), planted)
    }
}

struct Made<W: Write> {
    out: BufWriter<W>,
    writer: Writer,
    secret: Rng,
    mark: usize,
    keys: usize,
    planted: Planted,
}

impl<W: Write> Made<W> {
    fn put(&mut self, text: &str) {
        self.out.write_all(text.as_bytes()).expect("written");
    }

    /// The versions of one file after the other, because a delta is made against the blob written last; then the commits.
    fn branch(&mut self, number: usize, commits: usize, files: usize, keys: usize) {
        let mut edits: Vec<Vec<usize>> = vec![Vec::new(); files];
        for commit in 0..commits {
            for _ in 0..EDITS {
                let file = &mut edits[self.writer.rng.below(files)];
                if file.last() != Some(&commit) {
                    file.push(commit);
                }
            }
        }
        // Each file stands there from the first commit on.
        for file in &mut edits {
            if file.first() != Some(&0) {
                file.insert(0, 0);
            }
        }
        let versions: usize = edits.iter().map(Vec::len).sum();
        assert!(
            keys - self.keys <= versions,
            "a version holds one key at most"
        );
        let (first, planned) = (self.keys, keys - self.keys);
        let mut changes: Vec<Vec<(usize, usize)>> = vec![Vec::new(); commits];
        let mut seen = 0;
        for (file, edits) in edits.iter().enumerate() {
            let mut text = self.writer.lines(LINES);
            for &commit in edits {
                self.edit(&mut text);
                seen += 1;
                if first + planned * seen / versions > self.keys {
                    self.keys += 1;
                    let key = self.secret.key();
                    text[LINES / 2] = format!("AISA_API_KEY = \"{key}\"\n");
                    self.planted
                        .insert(Secret::new(&key).fingerprint(), date(commit));
                }
                self.mark += 1;
                let text = text.concat();
                let head = format!("blob\nmark :{}\ndata {}\n", self.mark, text.len());
                self.put(&head);
                self.put(&text);
                changes[commit].push((file, self.mark));
            }
        }
        for (commit, changes) in changes.iter().enumerate() {
            self.commit(number, commit, changes);
        }
    }

    fn edit(&mut self, text: &mut [String]) {
        let from = self.writer.rng.below(LINES - 8);
        let count = 1 + self.writer.rng.below(4);
        for (at, line) in text.iter_mut().enumerate().skip(from).take(count) {
            // The key's line has its own rhythm.
            if at != LINES / 2 {
                *line = self.writer.line();
            }
        }
    }

    fn commit(&mut self, branch: usize, at: usize, changes: &[(usize, usize)]) {
        let message = self.writer.line();
        let mut text = format!(
            "commit refs/heads/b{branch}\ncommitter Ada <ada@example.org> {} +0000\ndata {}\n{message}",
            date(at),
            message.len()
        );
        for (file, mark) in changes {
            text.push_str(&format!(
                "M 100644 :{mark} b{branch}/part{}/file{file}.src\n",
                file % 20
            ));
        }
        text.push('\n');
        self.put(&text);
    }
}

/// When the commit of this number was made: no other of its branch was made then.
fn date(commit: usize) -> i64 {
    1_700_000_000 + commit as i64
}

fn pack_sizes(folder: &Path) -> Vec<u64> {
    let entries = folder.join("objects/pack").read_dir().expect("packs");
    entries
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|end| end == "pack"))
        .map(|entry| entry.metadata().expect("a size").len())
        .collect()
}

/// A git that nothing of this machine's configuration reaches.
fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(folder);
    for name in [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
    ] {
        command.env_remove(name);
    }
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("LC_ALL", "C");
    command
}
