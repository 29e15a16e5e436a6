//! Keys in every corner of a git object database and of a directory, however the objects are stored.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::support::{Repo, git, has, key, legacy_key, locations, problems, report};

/// A repository with a key in every place that git has, and what must be said of each.
struct Planted {
    repo: Repo,
    /// What it is, the key, and the origin that the report must name.
    keys: Vec<(&'static str, String, &'static str)>,
}

impl Planted {
    fn new(repo: Repo) -> Self {
        let mut planted = Self {
            repo,
            keys: Vec::new(),
        };
        planted.repo.write("readme.txt", "nothing here\n");
        planted.repo.write("stashed.txt", "nothing here\n");
        planted.repo.commit("begin");
        planted.in_files();
        planted.in_metadata();
        planted.off_the_branch();
        planted
    }

    fn key(&mut self, what: &'static str, origin: &'static str) -> String {
        let key = key();
        self.keys.push((what, key.clone(), origin));
        key
    }

    fn in_files(&mut self) {
        let removed = self.key("removed", "history");
        let binary = self.key("binary", "history");
        let hidden = self.key("hidden by attributes", "history");
        let link = self.key("link target", "history");
        let name = self.key("file name", "path-name");
        let repo = &self.repo;
        repo.write("removed.txt", format!("AISA_API_KEY={removed}\n"));
        repo.write("data.bin", format!("\0\u{1}\0{binary}\0"));
        repo.write(".gitattributes", "hidden.txt -diff\n*.bin binary\n");
        repo.write("hidden.txt", format!("x {hidden}\n"));
        repo.write(&format!("deep/{name}.txt"), "empty of keys\n");
        symlink(&link, repo.join("link")).expect("a link");
        repo.commit("add");
        repo.git(&[
            "rm",
            "-r",
            "-q",
            "removed.txt",
            "data.bin",
            "hidden.txt",
            "deep",
            "link",
        ]);
        repo.commit("remove");
    }

    fn in_metadata(&mut self) {
        let message = self.key("commit message", "commit-message");
        let tag = self.key("tag message", "tag-message");
        let author = self.key("author", "author");
        let branch = self.key("branch name", "ref-name");
        let note = self.key("note", "note");
        let committer = self.key("committer", "author");
        let tagger = self.key("tagger", "author");
        let unknown = self.key("unknown header", "commit-message");
        let signature = self.key("signature", "commit-message");
        let repo = &self.repo;
        repo.commit(&format!("a subject\n\nthe key is {message}"));
        repo.git(&["tag", "-a", "v1", "-m", &format!("release with {tag}")]);
        let author = format!("--author={author} <a@example.org>");
        repo.git(&["commit", "-q", "--allow-empty", "-m", "by whom", &author]);
        repo.git(&["branch", &format!("feature/{branch}")]);
        let headers = format!(
            "tree {}\nauthor a <a@example.org> 1 +0000\ncommitter {committer} <c@example.org> 1 +0000\n\
             x-unknown {unknown}\ngpgsig -----BEGIN\n {signature}\n\nsubject\n",
            repo.git(&["rev-parse", "HEAD^{tree}"])
        );
        repo.write("object", headers);
        let commit = repo.git(&["hash-object", "-t", "commit", "-w", "--literally", "object"]);
        let tagger = format!(
            "object {commit}\ntype commit\ntag v2\ntagger {tagger} <t@example.org> 1 +0000\n\nv2\n"
        );
        repo.write("object", tagger);
        repo.git(&["hash-object", "-t", "tag", "-w", "object"]);
        std::fs::remove_file(repo.join("object")).expect("removed");
        repo.git(&["notes", "add", "-m", &note]);
    }

    fn off_the_branch(&mut self) {
        let amended = self.key("amended away", "history");
        let staged = self.key("stashed index", "history");
        let unstaged = self.key("stashed", "history");
        let untracked = self.key("stashed untracked", "history");
        let evil = self.key("evil merge", "history");
        let orphan = self.key("orphan branch", "history");
        let pull = self.key("pull request", "history");
        let dangling = self.key("dangling", "history");
        let repo = &self.repo;
        repo.write("readme.txt", &amended).commit("oops");
        repo.write("readme.txt", "better\n");
        repo.git(&["commit", "-q", "-a", "--amend", "-m", "fine"]);

        repo.write("stashed.txt", &staged)
            .git(&["add", "stashed.txt"]);
        repo.write("stashed.txt", &unstaged)
            .write("untracked.txt", &untracked);
        repo.git(&["stash", "push", "-q", "--include-untracked"]);

        repo.git(&["checkout", "-q", "-b", "side"]);
        repo.write("side.txt", "side\n").commit("side");
        repo.git(&["checkout", "-q", "main"]);
        repo.git(&["merge", "-q", "--no-commit", "--no-ff", "side"]);
        repo.write("evil.txt", &evil).commit("merge");
        repo.git(&["rm", "-q", "evil.txt"]);
        repo.commit("remove the evil");

        repo.git(&["checkout", "-q", "--orphan", "lonely"]);
        repo.write("orphan.txt", &orphan).commit("alone");
        repo.git(&["checkout", "-q", "main"]);

        repo.git(&["checkout", "-q", "--detach"]);
        let head = repo.write("pull.txt", &pull).commit("please pull");
        repo.git(&["update-ref", "refs/pull/1/head", &head]);
        repo.git(&["checkout", "-q", "main"]);

        repo.write("passing", &dangling)
            .git(&["hash-object", "-w", "passing"]);
        std::fs::remove_file(repo.join("passing")).expect("removed");
    }

    /// Demands every key in a report of `git`, at its origin, and no other.
    fn expect(&self, how: &str, folder: &Path) -> Value {
        let (code, report) = report(folder, &["git"]);
        assert_eq!(problems(&report), [""; 0], "{how}: {report:#}");
        assert_eq!(code, 1, "{how}");
        self.expect_in(how, &report);
        let found = report["keys"].as_array().expect("keys").len();
        assert_eq!(found, self.keys.len(), "{how}: too many keys");
        report
    }

    fn expect_in(&self, how: &str, report: &Value) {
        for (what, key, origin) in &self.keys {
            let found = locations(report, key);
            assert!(!found.is_empty(), "{how}: {what} not found");
            assert!(
                found.iter().any(|at| at["origin"] == *origin),
                "{how}: {what}: {found:#?}"
            );
        }
    }

    fn key_of(&self, what: &str) -> &str {
        let known = self.keys.iter().find(|(name, ..)| *name == what);
        &known.expect("a key of this name").1
    }

    /// Moves every object into one pack, whether anything leads to it or not: `git repack` leaves some loose.
    fn pack(&self, option: &str) {
        let alias = format!(
            "alias.all=!git cat-file --batch-all-objects --batch-check='%(objectname)' \
             | git pack-objects -q --window=50 {option} .git/objects/pack/pack"
        );
        self.repo.git(&["-c", &alias, "all"]);
        self.repo.git(&["prune-packed"]);
        let loose = self.repo.git(&["count-objects"]);
        assert!(loose.starts_with("0 objects"), "{loose}");
    }
}

/// The packs of a repository.
fn packs(repo: &Repo) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(repo.join(".git/objects/pack")).expect("packs");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .filter(|path| path.extension().is_some_and(|it| it == "pack"))
        .collect()
}

#[test]
fn finds_keys_in_loose_and_in_packed_objects() {
    for sha256 in [false, true] {
        let repo = if sha256 { Repo::sha256() } else { Repo::new() };
        let planted = Planted::new(repo);
        let loose = planted.expect("loose", planted.repo.path());
        planted.pack("--delta-base-offset");
        let packed = planted.expect("packed", planted.repo.path());
        assert_eq!(loose["keys"], packed["keys"], "the way of storing shows");
        assert_eq!(loose["stats"], packed["stats"], "the way of storing shows");
    }
}

#[test]
fn says_where_each_key_stands() {
    let planted = Planted::new(Repo::new());
    let report = planted.expect("loose", planted.repo.path());
    let of = |what: &str| locations(&report, planted.key_of(what))[0];

    assert_eq!(of("removed")["path"], "removed.txt");
    assert_eq!(
        (&of("removed")["line"], &of("removed")["column"]),
        (&1.into(), &14.into())
    );
    assert_eq!(of("evil merge")["path"], "evil.txt");
    assert_eq!(of("link target")["path"], "link");
    assert_eq!(of("stashed index")["path"], "stashed.txt");
    assert_eq!(of("stashed untracked")["path"], "untracked.txt");

    assert_eq!(of("dangling")["path"], Value::Null);
    assert_eq!(of("dangling")["reachable"], "none");

    let name = planted.key_of("file name");
    let shown = of("file name")["path"].as_str().expect("a path");
    assert!(
        shown.starts_with("deep/sk-aisa-…") && shown.ends_with(".txt"),
        "{shown}"
    );
    assert!(
        !report.to_string().contains(name),
        "a key in a path name is shown"
    );

    let branch = of("branch name")["path"].as_str().expect("a ref name");
    assert!(
        branch.starts_with("refs/heads/feature/sk-aisa-…"),
        "{branch}"
    );

    let commit = of("commit message")["blob"].as_str().expect("the commit");
    assert_eq!(planted.repo.git(&["cat-file", "-t", commit]), "commit");
    let text = planted.repo.git(&["cat-file", "commit", commit]);
    assert_stands_at(
        &text,
        of("commit message"),
        planted.key_of("commit message"),
    );
}

#[test]
fn finds_keys_in_every_shape_of_pack() {
    let planted = Planted::new(Repo::new());
    planted.pack("");
    planted.expect("reference deltas", planted.repo.path());
    for version in ["1", "2,0x40"] {
        let [pack] = packs(&planted.repo).try_into().expect("one pack");
        std::fs::remove_file(pack.with_extension("idx")).expect("removed");
        let option = format!("--index-version={version}");
        planted
            .repo
            .git(&["index-pack", &option, pack.to_str().expect("UTF-8")]);
        planted.expect(&option, planted.repo.path());
    }
}

#[test]
fn finds_keys_in_several_packs_and_loose_objects_at_once() {
    let mut planted = Planted::new(Repo::new());
    planted.repo.git(&["repack", "-q", "-d"]);
    let (second, third) = (
        planted.key("second pack", "history"),
        planted.key("loose", "history"),
    );
    planted.repo.write("second.txt", second).commit("second");
    planted.repo.git(&["repack", "-q", "-d"]);
    planted.repo.write("third.txt", third).commit("third");
    assert_eq!(packs(&planted.repo).len(), 2);
    planted.expect("several packs", planted.repo.path());
}

#[test]
fn finds_keys_from_clones_and_worktrees() {
    let planted = Planted::new(Repo::new());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (from, to) = (planted.repo.path().to_str().expect("UTF-8"), folder.path());

    // A local clone copies the object database as it is, with whatever nothing leads to.
    git(to, &["clone", "-q", "--mirror", from, "bare"]);
    planted.expect("mirror", &to.join("bare"));

    git(to, &["clone", "-q", "--shared", from, "shared"]);
    let report = planted.expect("alternates", &to.join("shared"));
    let targets = report["targets"].as_array().expect("targets");
    let alternate = |target: &&Value| {
        let path = target["path"].as_str().expect("a path");
        path.ends_with(".git/objects") && path.starts_with(from)
    };
    assert!(
        targets.iter().any(|target| alternate(&target)),
        "{targets:#?}"
    );

    let worktree = to.join("worktree");
    planted.repo.git(&[
        "worktree",
        "add",
        "-q",
        worktree.to_str().expect("UTF-8"),
        "side",
    ]);
    planted.expect("worktree", &worktree);
    let separate = to.join("separate");
    let option = format!("--separate-git-dir={}", to.join("elsewhere").display());
    git(to, &["clone", "-q", "--mirror", from, "elsewhere"]);
    git(to, &["init", "-q", &option, "separate"]);
    planted.expect("git directory elsewhere", &separate);
    let inside = to.join("holder");
    std::fs::create_dir(&inside).expect("created");
    git(&inside, &["clone", "-q", "--mirror", from, "backup.git"]);
    let (code, report) = self::report(&inside, &["scan"]);
    assert_eq!(code, 1);
    planted.expect_in("scan of a folder with a bare repository", &report);

    let (code, report) = self::report(&worktree, &["scan"]);
    assert_eq!(code, 1);
    planted.expect_in("scan of a worktree", &report);
}

#[test]
fn scan_goes_into_nested_repositories_and_submodules() {
    let (inner, nested, outer) = (Repo::new(), key(), Repo::new());
    let removed = key();
    inner
        .write("a/b.txt", format!("k: {removed}\n"))
        .commit("add");
    inner.git(&["rm", "-q", "-r", "a"]);
    inner.commit("remove");
    let from = inner.path().to_str().expect("UTF-8");
    let add = [
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        from,
        "sub",
    ];
    outer.git(&add);
    outer.commit("with a submodule");

    let folder = outer.join("vendor/nested");
    std::fs::create_dir_all(&folder).expect("created");
    git(&folder, &["init", "-q", "-b", "main"]);
    std::fs::write(folder.join("old.txt"), &nested).expect("written");
    git(&folder, &["add", "-A"]);
    git(&folder, &["commit", "-q", "-m", "add"]);
    git(&folder, &["rm", "-q", "old.txt"]);
    git(&folder, &["commit", "-q", "-m", "remove"]);

    let (code, report) = report(outer.path(), &["scan"]);
    assert_eq!((code, problems(&report)), (1, vec![]));
    assert_eq!(
        locations(&report, &nested)[0]["path"],
        "vendor/nested/old.txt"
    );
    assert!(has(&report, &removed));
}

/// Demands that the key stands at the line and column that a location names.
fn assert_stands_at(text: &str, location: &Value, key: &str) {
    let number = |name: &str| location[name].as_u64().expect("a number") as usize;
    let line = text
        .split('\n')
        .nth(number("line") - 1)
        .expect("the line is there");
    let rest: String = line.chars().skip(number("column") - 1).collect();
    assert!(rest.starts_with(key), "{location:#} is {line:?}");
    assert_eq!(location["end_line"], location["line"]);
    assert_eq!(number("end_column"), number("column") + key.len());
}

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

#[test]
fn a_file_whose_blob_is_in_history_is_one_location() {
    let (repo, key) = (Repo::new(), key());
    repo.write(
        "sub/config.py",
        format!("first\nAISA_API_KEY = \"{key}\"\n"),
    )
    .commit("add");
    let blob = repo.git(&["rev-parse", "HEAD:sub/config.py"]);
    for packed in [false, true] {
        if packed {
            repo.git(&["repack", "-a", "-d", "-q"]);
        }
        let (code, report) = report(repo.path(), &["scan"]);
        assert_eq!(code, 1);
        let [at] = locations(&report, &key).try_into().expect("one location");
        assert_eq!(
            (&at["origin"], &at["path"]),
            (&"worktree".into(), &"sub/config.py".into())
        );
        assert_eq!(at["blob"], blob);
        assert_eq!((&at["line"], &at["column"]), (&2.into(), &17.into()));
    }
}

#[test]
fn obeys_ignore_rules_and_counts_what_they_leave_out() {
    let repo = Repo::new();
    let [hidden, ignored, tracked, folder] = [(); 4].map(|()| key());
    repo.write(".config/.hidden", &hidden);
    repo.write("tracked.log", &tracked)
        .commit("before the rule");
    repo.write(".gitignore", "*.log\nbuild/\n")
        .write("ignored.log", &ignored);
    repo.write("build/out.txt", &folder);

    let (code, report) = self::report(repo.path(), &["dir", "."]);
    assert_eq!(code, 1);
    assert!(has(&report, &hidden), "hidden");
    assert!(has(&report, &tracked), "tracked, although ignored");
    assert!(!has(&report, &ignored) && !has(&report, &folder));
    assert_eq!(
        report["stats"]["excluded"]["ignored"], 2,
        "{}",
        report["stats"]
    );

    let (_, report) = self::report(repo.path(), &["dir", ".", "--include-ignored"]);
    for key in [&hidden, &ignored, &tracked, &folder] {
        assert!(has(&report, key));
    }
    assert_eq!(report["stats"]["excluded"].get("ignored"), None);

    let (_, report) = self::report(repo.path(), &["dir", ".", "--exclude", "tracked.*"]);
    assert!(has(&report, &hidden) && !has(&report, &tracked));
    assert_eq!(report["stats"]["excluded"]["excluded"], 1);
}

#[test]
fn finds_a_key_in_the_middle_of_one_long_line() {
    let (folder, key) = (tempfile::tempdir().expect("a temporary folder"), key());
    let half = "é".repeat(7_500_000);
    std::fs::write(
        folder.path().join("long.js"),
        format!("{half} {key} {half}"),
    )
    .expect("written");
    let (code, report) = report(folder.path(), &["dir", "."]);
    assert_eq!(code, 1);
    let [at] = locations(&report, &key).try_into().expect("one location");
    assert_eq!((&at["line"], &at["column"]), (&1.into(), &7_500_002.into()));
    assert_eq!(at["end_column"], 7_500_002 + key.len());
}

#[test]
fn finds_keys_in_names_and_links_and_passes_by_special_files() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [name, target, plain] = [(); 3].map(|()| key());
    let join = |name: &str| folder.path().join(name);
    std::fs::write(join(&format!("{name}.txt")), "").expect("written");
    std::fs::write(join("plain.txt"), &plain).expect("written");
    symlink(format!("/nowhere/{target}"), join("link")).expect("a link");
    let made = std::process::Command::new("mkfifo")
        .arg(join("fifo"))
        .status()
        .expect("mkfifo runs");
    assert!(made.success());
    let (code, report) = report(folder.path(), &["dir", "."]);
    assert_eq!(code, 1);
    assert_eq!(locations(&report, &name)[0]["origin"], "path-name");
    assert_eq!(locations(&report, &target)[0]["path"], "link");
    assert!(has(&report, &plain));
    assert_eq!(report["stats"]["excluded"]["special"], 1);
}
