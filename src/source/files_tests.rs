//! Tests of the file walk: what is scanned, what is left out and counted, what is a problem.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::*;
use crate::model::ProblemKind;
use crate::source::testing::{REACH, Recorder};

fn temp() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

fn write(root: &Path, path: &str, text: &str) {
    let file = root.join(path);
    std::fs::create_dir_all(file.parent().expect("a parent")).expect("directories");
    std::fs::write(file, text).expect("a file");
}

fn run(program: &str, dir: &Path, args: &[&str]) {
    let output = Command::new(program)
        .args(args)
        .current_dir(dir)
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .env_remove("GIT_WORK_TREE")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .expect("the program runs");
    assert!(
        output.status.success(),
        "{program} {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn git(dir: &Path, args: &[&str]) {
    run("git", dir, args);
}

/// Scans with one thread and with four, which must agree.
fn scan_with(roots: &[PathBuf], options: &Options, window: usize) -> (Found, Recorder) {
    let mut both = [1, 4].into_iter().map(|threads| {
        let mut control = Control::default();
        control.threads = threads;
        control.limits.window = window;
        let recorder = Recorder::default();
        let found = scan(roots, options, REACH, &recorder, &control).expect("the roots are there");
        (found, recorder)
    });
    let (one, four) = (both.next().expect("one"), both.next().expect("four"));
    assert_eq!(one.0, four.0);
    assert_eq!(one.1.found(), four.1.found());
    assert_eq!(one.1.names(), four.1.names());
    four
}

fn scan_all(root: &Path) -> (Found, Recorder) {
    scan_with(&[root.to_path_buf()], &Options::default(), 1 << 16)
}

fn paths(recorder: &Recorder) -> Vec<String> {
    recorder.found().into_iter().map(|found| found.1).collect()
}

#[test]
fn hidden_files_are_scanned_and_ignored_ones_counted() {
    let dir = temp();
    git(dir.path(), &["init", "-q"]);
    write(dir.path(), ".gitignore", "*.log\n!keep.log\nbuild/\n");
    write(dir.path(), ".ignore", "*\n");
    for path in [
        ".env",
        "a.log",
        "keep.log",
        "build/x",
        "sub/.hidden/y",
        "sub/b.log",
    ] {
        write(dir.path(), path, "NEEDLE");
    }
    write(dir.path(), "sub/.gitignore", "!b.log\n");
    write(dir.path(), ".git/info/exclude", "/keep2\n");
    write(dir.path(), "keep2", "NEEDLE");
    let (found, recorder) = scan_all(dir.path());
    assert_eq!(
        paths(&recorder),
        [".env", "keep.log", "sub/.hidden/y", "sub/b.log"]
    );
    assert_eq!(found.excluded.get("ignored"), Some(&3));
    assert_eq!(found.repositories, [dir.path().to_path_buf()]);
    assert!(recorder.problems().is_empty());

    let options = Options {
        include_ignored: true,
        exclude: vec!["sub".to_owned()],
        ..Options::default()
    };
    let (found, recorder) = scan_with(&[dir.path().to_path_buf()], &options, 1 << 16);
    assert_eq!(
        paths(&recorder),
        [".env", "a.log", "build/x", "keep.log", "keep2"]
    );
    assert_eq!(found.excluded.get("excluded"), Some(&1));
}

#[test]
fn tracked_files_are_scanned_although_ignored() {
    for extra in [
        &["update-index", "--no-split-index"],
        &["update-index", "--split-index"],
    ] {
        let dir = temp();
        git(dir.path(), &["init", "-q"]);
        write(dir.path(), "out/deep/kept", "NEEDLE");
        write(dir.path(), "kept.log", "NEEDLE");
        git(dir.path(), &["add", "-f", "."]);
        git(dir.path(), extra);
        write(dir.path(), ".gitignore", "out\n*.log\n");
        write(dir.path(), "out/deep/lost", "NEEDLE");
        write(dir.path(), "out/other/lost", "NEEDLE");
        write(dir.path(), "lost.log", "NEEDLE");
        let (found, recorder) = scan_all(dir.path());
        assert_eq!(paths(&recorder), ["kept.log", "out/deep/kept"]);
        assert_eq!(found.excluded.get("ignored"), Some(&3));
        // The rules above a root hold below it.
        let (_, recorder) = scan_all(&dir.path().join("out"));
        assert!(paths(&recorder).contains(&"deep/kept".to_owned()));
    }
}

#[test]
fn rules_do_not_apply_outside_a_work_tree_or_in_a_nested_one() {
    let dir = temp();
    write(dir.path(), ".gitignore", "*.log\n");
    write(dir.path(), "a.log", "NEEDLE");
    assert_eq!(paths(&scan_all(dir.path()).1), ["a.log"]);

    git(dir.path(), &["init", "-q"]);
    git(dir.path(), &["init", "-q", "inner"]);
    git(dir.path(), &["init", "-q", "--bare", "bare"]);
    write(dir.path(), "inner/b.log", "NEEDLE");
    let (found, recorder) = scan_all(dir.path());
    assert_eq!(paths(&recorder), ["inner/b.log"]);
    let names = ["", "bare", "inner"].map(|name| dir.path().join(name));
    let names: Vec<PathBuf> = names
        .iter()
        .map(|path| path.components().collect())
        .collect();
    assert_eq!(found.repositories, names);
}

#[test]
fn git_directories_are_scanned_but_for_objects_and_index() {
    let dir = temp();
    git(dir.path(), &["init", "-q"]);
    write(dir.path(), "tracked", "x");
    git(dir.path(), &["add", "."]);
    for path in [
        ".git/config.bak",
        ".git/logs/HEAD",
        ".git/objects/zz",
        ".git/hooks/x",
    ] {
        write(dir.path(), path, "NEEDLE");
    }
    write(dir.path(), ".gitignore", "*\n");
    let (found, recorder) = scan_all(dir.path());
    assert_eq!(
        paths(&recorder),
        [".git/config.bak", ".git/hooks/x", ".git/logs/HEAD"]
    );
    assert!(
        recorder
            .found()
            .iter()
            .all(|found| found.0 == Origin::Config)
    );
    assert_eq!(found.excluded.get("git-objects"), Some(&1));
    assert_eq!(found.excluded.get("git-index"), Some(&1));
    let (_, recorder) = scan_all(&dir.path().join(".git/hooks"));
    assert_eq!(recorder.found(), [(Origin::Config, "x".to_owned(), 0)]);
}

#[test]
fn linked_work_trees_with_sha256_know_what_is_tracked() {
    let dir = temp();
    let main = dir.path().join("main");
    git(
        dir.path(),
        &["init", "-q", "--object-format=sha256", "main"],
    );
    write(&main, "kept.log", "NEEDLE");
    git(&main, &["add", "."]);
    let name = ["-c", "user.name=a", "-c", "user.email=a@b"];
    git(&main, &[&name[..], &["commit", "-qm", "x"]].concat());
    git(&main, &["worktree", "add", "-q", "../linked"]);
    write(&main, ".git/info/exclude", "*.log\n");
    let linked = dir.path().join("linked");
    write(&linked, "lost.log", "NEEDLE");
    let (found, recorder) = scan_all(&linked);
    assert_eq!(paths(&recorder), ["kept.log"]);
    assert_eq!(found.excluded.get("ignored"), Some(&1));
    assert_eq!(found.repositories, [linked]);
    let (found, _) = scan_all(&main);
    assert_eq!(
        found.excluded.get("git-index"),
        Some(&2),
        "its own and the linked one's"
    );
    write(&main, ".git/extra", "NEEDLE");
    assert_eq!(
        scan_all(&main.join(".git/extra")).1.found()[0].0,
        Origin::Config
    );
}

#[test]
fn an_index_that_cannot_be_read_is_a_problem() {
    let dir = temp();
    git(dir.path(), &["init", "-q"]);
    write(dir.path(), ".gitignore", "*.log\n");
    write(dir.path(), "lost.log", "NEEDLE");
    write(dir.path(), "a", "NEEDLE");
    write(dir.path(), ".git/index", "DIRC nonsense");
    let (_, recorder) = scan_all(dir.path());
    assert_eq!(paths(&recorder), ["a"]);
    assert_eq!(recorder.problems()[0].0, ProblemKind::Unreadable);
}

#[test]
fn tracked_files_that_look_like_a_git_directory_are_files() {
    let dir = temp();
    git(dir.path(), &["init", "-q"]);
    for path in ["fake/HEAD", "fake/objects/leak", "fake/refs/x"] {
        write(dir.path(), path, "NEEDLE");
    }
    git(dir.path(), &["add", "."]);
    assert!(paths(&scan_all(dir.path()).1).contains(&"fake/objects/leak".to_owned()));
}

#[test]
fn names_are_pushed_once_and_roots_stand_before_paths() {
    let dir = temp();
    write(dir.path(), "NEEDLE/one/a", "");
    write(dir.path(), "NEEDLE/b", "");
    let (found, recorder) = scan_all(dir.path());
    assert_eq!(
        recorder.names(),
        ["NEEDLE", "NEEDLE/b", "NEEDLE/one", "NEEDLE/one/a"]
    );
    assert_eq!(
        recorder.found(),
        [(Origin::PathName, "NEEDLE".to_owned(), 0)]
    );
    assert_eq!((found.files, found.bytes), (2, 0));

    let (one, file) = (dir.path().join("NEEDLE/one"), dir.path().join("NEEDLE/b"));
    let (_, recorder) = scan_with(&[one.clone(), file.clone()], &Options::default(), 1 << 16);
    let expected = [file, one.join("a")].map(|path| path.to_string_lossy().into_owned());
    assert_eq!(recorder.names(), expected);
}

#[test]
fn a_missing_root_is_an_error_and_an_ignored_one_is_scanned() {
    let dir = temp();
    let missing = [dir.path().join("missing")];
    let result = scan(
        &missing,
        &Options::default(),
        REACH,
        &Recorder::default(),
        &Control::default(),
    );
    assert!(matches!(result, Err(Error::Target { .. })));

    git(dir.path(), &["init", "-q"]);
    write(dir.path(), ".gitignore", "*\n");
    write(dir.path(), "secret", "NEEDLE");
    assert_eq!(scan_all(&dir.path().join("secret")).1.found().len(), 1);
}

#[test]
fn large_files_come_through_windows() {
    let dir = temp();
    let text = format!("{}NEEDLE{}NEEDLE", "x".repeat(1000), "é".repeat(500));
    write(dir.path(), "big", &text);
    let (found, recorder) = scan_with(&[dir.path().to_path_buf()], &Options::default(), 64);
    let offsets: Vec<u64> = recorder.found().iter().map(|found| found.2).collect();
    assert_eq!(offsets, [1000, 2006]);
    assert_eq!(found.bytes, text.len() as u64);
    assert!(recorder.problems().is_empty());

    let options = Options {
        max_file_size: Some(100),
        ..Options::default()
    };
    let (found, recorder) = scan_with(&[dir.path().to_path_buf()], &options, 64);
    assert_eq!(found.excluded.get("too-large"), Some(&1));
    assert_eq!(
        recorder.problems(),
        [(ProblemKind::Limit, "big".to_owned())]
    );
}

#[test]
fn a_cancelled_walk_stops() {
    let dir = temp();
    write(dir.path(), "a", "NEEDLE");
    let control = Control::default();
    control.cancel();
    let recorder = Recorder::default();
    scan(
        &[dir.path().to_path_buf()],
        &Options::default(),
        REACH,
        &recorder,
        &control,
    )
    .expect("cancelling is not an error");
    assert!(recorder.found().is_empty());
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn special_files_are_counted_and_never_hang() {
        let dir = temp();
        git(dir.path(), &["init", "-q"]);
        run("mkfifo", dir.path(), &["pipe", ".gitignore"]);
        run("rm", dir.path(), &["-f", ".git/info/exclude"]);
        std::fs::create_dir_all(dir.path().join(".git/info")).expect("a directory");
        run("mkfifo", dir.path(), &[".git/info/exclude", ".git/index"]);
        let _socket = std::os::unix::net::UnixListener::bind(dir.path().join("socket"));
        write(dir.path(), "a", "NEEDLE");
        let (found, recorder) = scan_all(dir.path());
        assert_eq!(paths(&recorder), ["a"]);
        assert_eq!(found.excluded.get("special"), Some(&5));
        assert_eq!(recorder.problems().len(), 1, "the exclude file");
        let (_, recorder) = scan_all(&dir.path().join("pipe"));
        assert_eq!(recorder.problems()[0].0, ProblemKind::SpecialFile);
        let (_, recorder) = scan_all(&dir.path().join("socket"));
        assert_eq!(recorder.problems()[0].0, ProblemKind::SpecialFile);
    }

    #[test]
    fn links_are_read_not_followed() {
        let dir = temp();
        let outside = temp();
        write(outside.path(), "file", "NEEDLE");
        symlink(outside.path(), dir.path().join("to-dir")).expect("a link");
        symlink("https://x/NEEDLE", dir.path().join("link")).expect("a link");
        let (found, recorder) = scan_all(dir.path());
        assert_eq!(
            recorder.found(),
            [(Origin::Worktree, "link".to_owned(), 10)]
        );
        assert_eq!(found.files, 0);
        assert_eq!(paths(&scan_all(&dir.path().join("to-dir")).1), ["file"]);
    }

    #[test]
    fn names_may_be_any_bytes() {
        let dir = temp();
        let name = OsStr::from_bytes(b"caf\xe9\n");
        std::fs::write(dir.path().join(name), "NEEDLE").expect("a file");
        assert_eq!(paths(&scan_all(dir.path()).1), ["caf\u{fffd}\n"]);
    }

    #[test]
    fn what_cannot_be_read_is_a_problem_and_the_rest_is_scanned() {
        let dir = temp();
        write(dir.path(), "closed/x", "NEEDLE");
        write(dir.path(), "file", "NEEDLE");
        write(dir.path(), "open", "NEEDLE");
        for path in ["closed", "file"] {
            let none = std::fs::Permissions::from_mode(0o000);
            std::fs::set_permissions(dir.path().join(path), none).expect("permissions");
        }
        // Root reads everything.
        let is_root = std::fs::read(dir.path().join("file")).is_ok();
        let (_, recorder) = scan_all(dir.path());
        let open = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(dir.path().join("closed"), open).expect("permissions");
        assert!(paths(&recorder).contains(&"open".to_owned()));
        if !is_root {
            let mut problems = recorder.problems();
            problems.sort();
            let expected =
                ["closed/", "file"].map(|path| (ProblemKind::Unreadable, path.to_owned()));
            assert_eq!(problems, expected);
        }
    }
}

#[test]
fn roots_that_overlap_are_scanned_once() {
    let dir = temp();
    let root = dir.path();
    git(root, &["init", "-q"]);
    write(root, ".gitignore", "gen/\n");
    for path in ["a", "src/b", "src/deep/c", "gen/d"] {
        write(root, path, "NEEDLE");
    }
    let whole = [root.to_path_buf()];
    let (alone, recorder) = scan_with(&whole, &Options::default(), 1 << 16);
    assert_eq!(paths(&recorder), ["a", "src/b", "src/deep/c"]);
    let shown = |path: &str| root.join(path).to_string_lossy().into_owned();
    for (inner, extra) in [
        (&["src"][..], 0),
        (&["src/deep", "src"], 0),
        (&["src/deep/c", "a", "src"], 0),
        (&["src/../a", "a"], 0),
        // What was named is scanned although it is ignored.
        (&["gen"], 1),
    ] {
        for named_last in [true, false] {
            let mut roots: Vec<PathBuf> = inner.iter().map(|path| root.join(path)).collect();
            roots.insert(if named_last { 0 } else { roots.len() }, root.to_path_buf());
            let (found, recorder) = scan_with(&roots, &Options::default(), 1 << 16);
            let mut expected = vec![shown("a"), shown("src/b"), shown("src/deep/c")];
            expected.extend((0..extra).map(|_| shown("gen/d")));
            expected.sort();
            assert_eq!(paths(&recorder), expected, "{inner:?}");
            assert_eq!(found.files, alone.files + extra, "{inner:?}");
            let ignored = found.excluded.get("ignored").copied().unwrap_or(0);
            assert_eq!(ignored + extra, 1, "{inner:?}");
            let names = recorder.names();
            for name in ["src", "src/deep", "src/deep/c"] {
                let count = names.iter().filter(|one| **one == shown(name)).count();
                assert_eq!(count, 1, "{inner:?}: {name} in {names:?}");
            }
        }
    }
}

#[test]
fn a_glob_that_cannot_be_read_says_so() {
    let options = Options {
        exclude: vec!["[z-a]".to_owned()],
        ..Options::default()
    };
    let dir = temp();
    let (recorder, control) = (Recorder::default(), Control::default());
    let roots = [dir.path().to_path_buf()];
    let error = scan(&roots, &options, REACH, &recorder, &control).expect_err("a wrong glob");
    let text = error.to_string();
    assert!(text.starts_with("cannot use --exclude [z-a]: "), "{text}");
    assert!(text.contains("correct the glob"), "{text}");
    assert!(!text.contains("file"), "{text}");
}
