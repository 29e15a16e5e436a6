//! A key in every place that git has, in repositories of every shape.

use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::Value;

use super::assert_stands_at;
use crate::support::files::packs;
use crate::support::{Repo, git, has, key, locations, problems, report, submodule};

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
    outer.git(&submodule(from, "sub"));
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
fn only_what_a_ref_of_notes_leads_to_is_a_note() {
    let (repo, plain, spread) = (Repo::new(), key(), key());
    let [old, kept] = [key(), key()];
    let name = "0123456789abcdef0123456789abcdef01234567";
    // A cache that names its files by their hashes looks the same.
    repo.write(name, &plain);
    repo.write(&format!("{}/{}", &name[..2], &name[2..]), &spread);
    repo.commit("a cache");
    repo.git(&["notes", "add", "-m", &old]);
    repo.git(&["notes", "add", "-f", "-m", &kept]);
    repo.git(&["notes", "--ref", "other", "add", "-m", "nothing"]);
    let origins = |expected: [&str; 4]| {
        let (_, report) = report(repo.path(), &["git"]);
        for (key, origin) in [&plain, &spread, &old, &kept].into_iter().zip(expected) {
            assert_eq!(locations(&report, key)[0]["origin"], origin, "{report:#}");
        }
    };
    origins(["history", "history", "note", "note"]);
    repo.git(&["repack", "-adq"]);
    repo.git(&["pack-refs", "--all"]);
    origins(["history", "history", "note", "note"]);
    // Nothing says any longer that they were notes.
    repo.git(&["update-ref", "-d", "refs/notes/commits"]);
    origins(["history", "history", "history", "history"]);
}
