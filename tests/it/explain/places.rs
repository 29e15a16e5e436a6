//! `explain FILE:LINE`: which file is meant, and whether a scan reads it.

use super::super::support::{Repo, key, run};
use super::{FINDING, assert_refused, assert_told, explain};

#[test]
fn a_file_is_found_however_a_report_names_it() {
    let repo = Repo::new();
    let secret = key();
    let text = format!("x\nK = '{secret}'\n");
    let names = [
        "sub/a.py",
        "sub/b:7",
        "c:d.txt",
        "sub/e\u{1b}[31m\u{202e}.py",
    ];
    for name in names {
        repo.write(name, &text);
    }
    repo.write(
        ".aisaleaks.toml",
        "[[allow]]\nreason = \"by its path\"\npaths = [\"/sub/a.py\"]\n",
    );
    let absolute = format!("{}:2:6", repo.join("sub/a.py").display());
    let allowed = "A finding, but allowed by the [[allow]] entry at .aisaleaks.toml:1: by its path";
    for (folder, what, shown, verdict) in [
        ("", "sub/a.py:2", "sub/a.py:2:6", allowed),
        ("", "./sub/../sub/a.py:2", "sub/a.py:2:6", allowed),
        ("", &absolute, "sub/a.py:2:6", allowed),
        ("", "sub/b:7:2", "sub/b:7:2:6", FINDING),
        ("", "c:d.txt:2:6", "c:d.txt:2:6", FINDING),
        (
            "",
            "sub/e\u{1b}[31m\u{202e}.py:2",
            "sub/e\\x1b[31m\\u{202e}.py:2:6",
            FINDING,
        ),
        // As a scan of the folder names it, and its globs count.
        ("sub", "a.py:2", "a.py:2:6", FINDING),
        // As a scan of the repository names it.
        ("sub", "sub/b:7:2", "sub/b:7:2:6", FINDING),
        ("sub", "../c:d.txt:2", "c:d.txt:2:6", FINDING),
    ] {
        let told = explain(&repo.join(folder), &[what], &[&secret]);
        assert_told(&told, 0, &[shown, verdict]);
    }
    // A number at the end is a column only if that leads to a file.
    let told = explain(repo.path(), &["sub/b:7"], &[&secret]);
    assert_refused(&told, &["there is no file sub/b here", "REV:FILE:LINE"]);
}

#[test]
fn whether_a_scan_reads_the_file_is_told() {
    let repo = Repo::new();
    let secret = key();
    for name in [".env", "kept.env", "a.log", "dir/a.txt", "plain"] {
        repo.write(name, format!("K={secret}\n"));
    }
    repo.write(".gitignore", "*.env\n.env\n");
    repo.git(&["add", "-f", "kept.env", "dir"]);
    repo.write(".git/config.txt", format!("K={secret}\n"));
    #[cfg(unix)]
    std::os::unix::fs::symlink("plain", repo.join("link")).expect("linked");
    for (args, part) in [
        (
            &[".env:1"][..],
            "does not read the file: git's ignore rules leave it out, and git does not track it;",
        ),
        (
            &[".env:1", "--include-ignored"],
            "reads the file; git does not track it.",
        ),
        (&["kept.env:1"], "reads the file; git tracks it."),
        (
            &["a.log:1", "--exclude", "*.log"],
            "does not read the file: --exclude leaves it out; git does not track it.",
        ),
        (
            &["dir/a.txt:1", "--exclude", "dir/"],
            "--exclude leaves it out; git tracks it.",
        ),
        (
            &["plain:1", "--max-file-size", "9"],
            "it is larger than --max-file-size",
        ),
        (&["plain:1"], "reads the file; git does not track it."),
        (
            &[".git/config.txt:1"],
            "A scan of this folder reads the file.",
        ),
        #[cfg(unix)]
        (&["link:1"], "it is a link, and where it leads is read"),
    ] {
        // Whatever a scan leaves out, what stands there is told.
        assert_told(&explain(repo.path(), args, &[&secret]), 0, &[FINDING, part]);
    }
}

#[test]
fn a_line_of_a_commit_can_be_asked_about() {
    let repo = Repo::new();
    let (old, new) = (key(), key());
    repo.write("a/b.py", format!("K = '{old}'\n"));
    let first = repo.commit("one");
    repo.write("a/b.py", format!("\nK = '{new}' # aisaleaks:allow fine\n"));
    repo.git(&["tag", "v1"]);
    repo.commit("two");
    let all = [old.as_str(), &new];
    for (folder, what, parts) in [
        (
            "",
            "HEAD~1:a/b.py:1",
            &[
                "a/b.py:1:6  history",
                FINDING,
                "Read in HEAD~1, not on disk.",
            ][..],
        ),
        ("", "v1:a/b.py:1:6", &[FINDING]),
        ("", &format!("{}:a/b.py:1", &first[..10]), &[FINDING]),
        (
            "",
            "HEAD:a/b.py:2",
            &["A finding, but allowed by a marker on its line or on the line above: fine"],
        ),
        ("a", "v1:./b.py:1", &[FINDING]),
        ("a", "v1:a/b.py:1", &[FINDING]),
    ] {
        assert_told(&explain(&repo.join(folder), &[what], &all), 0, parts);
    }
    let told = explain(repo.path(), &["HEAD:a/b.py:1"], &all);
    assert_told(
        &told,
        1,
        &[
            "No candidate stands on a/b.py:1.",
            "The nearest is on line 2.",
        ],
    );
    for (what, parts) in [
        (
            "HEAD:b.py:1",
            &["cannot explain b.py: the commit has no such file"][..],
        ),
        ("HEAD:a:1", &["it is a folder"]),
        ("nowhere:a/b.py:1", &["cannot use the revision nowhere"]),
    ] {
        assert_refused(&explain(repo.path(), &[what], &all), parts);
    }
}

#[test]
fn what_cannot_be_asked_is_refused_and_what_cannot_be_read_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("d")).expect("created");
    std::fs::write(folder.path().join("a.txt"), "x\n").expect("written");
    let secret = key();
    for (args, part) in [
        (&["a.txt"][..], "name a line"),
        (&["a.txt:x"], "name a line"),
        (&["a.txt:0"], "count from 1"),
        (&["a.txt:1:0"], "count from 1"),
        (&["d:1"], "this is a folder"),
        (&["absent:1"], "there is no file absent here"),
        (
            &["a.txt:1", "."],
            "a PATH says where to look for a fingerprint",
        ),
        (&[&secret], "name a line"),
        (&["sha256:1234567"], "8 to 64 hexadecimal digits"),
        (&["hmac-sha256:zz345678"], "8 to 64 hexadecimal digits"),
        (&["a.txt:1", "--exclude", "{a"], "--exclude"),
    ] {
        assert_refused(&explain(folder.path(), args, &[&secret]), &[part]);
    }
    assert_eq!(run(folder.path(), &["explain"]).code, 2);
    #[cfg(unix)]
    {
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.expect("mkfifo runs").success());
        let told = explain(folder.path(), &["pipe:1"], &[]);
        assert_told(
            &told,
            3,
            &["special-file: pipe", "it is a pipe, a socket or a device"],
        );
    }
}
