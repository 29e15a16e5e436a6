//! `explain FILE:LINE`: the candidates of a line, or why there is none.

use super::super::support::{Repo, key, legacy_key, report, run};
use super::{FINDING, assert_refused, assert_told, explain};

#[test]
fn each_line_gets_the_verdict_of_a_scan() {
    let repo = Repo::new();
    let keys: Vec<String> = (0..4).map(|_| key()).collect();
    let (legacy, far) = (legacy_key(), "prose\n".repeat(600));
    let [open, marked, entry, other] = &keys[..] else {
        panic!("four keys");
    };
    let text = format!(
        "K = '{open}'\n\
         K = '{marked}'  # aisaleaks:allow revoked long ago\n\
         K = '{entry}'\n\
         K = 'sk-aisa-your-api-key-goes-here'\n\
         K = 'sk-aisa-your-key'\n\
         x = ri{other}\n\
         import sk-learn\n\
         nothing\n{far}\
         K = '{legacy}'\n"
    );
    repo.write("a.py", &text);
    let print = aisaleaks::model::Secret::new(entry).fingerprint();
    let config = format!("\n[[allow]]\nreason = \"the sandbox\"\nfingerprints = [\"{print}\"]\n");
    repo.write(".aisaleaks.toml", config);
    repo.commit("begin");
    let mut all: Vec<&str> = keys.iter().map(String::as_str).collect();
    all.push(&legacy);
    let last = text.lines().count().to_string();
    for (line, code, parts) in [
        (
            "1",
            0,
            &[
                "structure",
                "-> high confidence",
                FINDING,
                &aisaleaks::model::Secret::new(open).fingerprint(),
            ][..],
        ),
        (
            "2",
            0,
            &[
                "-> high confidence",
                "A finding, but allowed by a marker on its line or on the line above: revoked long ago",
            ],
        ),
        (
            "3",
            0,
            &["A finding, but allowed by the [[allow]] entry at .aisaleaks.toml:2: the sandbox"],
        ),
        (
            "4",
            0,
            &[
                "aisa-api-key-future",
                "-> dropped",
                "Not a finding: the step placeholder drops it (letters as in plain text).",
            ],
        ),
        (
            "5",
            0,
            &[
                "sk-aisa-…: 16 characters",
                "Not a finding: the step shape drops it (too short for a key).",
            ],
        ),
        (
            "6",
            0,
            &["Not a finding: the step edges drops it (inside a longer word)."],
        ),
        (
            "7",
            1,
            &[
                "No candidate stands on a.py:7.",
                "has not the form of a key",
                "The nearest is on line 6.",
            ],
        ),
        (
            "8",
            1,
            &["does not stand on it", "The nearest is on line 6."],
        ),
        (
            &last,
            0,
            &["Not a finding: the step context drops it (AIsa is not near by)."],
        ),
        (
            "9999",
            1,
            &["There is no line 9999 in a.py, which has 609 lines."],
        ),
    ] {
        let told = explain(repo.path(), &[&format!("a.py:{line}")], &all);
        assert_told(&told, code, parts);
        assert_told(
            &told,
            code,
            &["A scan of this folder reads the file; git tracks it."],
        );
    }
    // And that is what a scan says.
    let (_, report) = report(repo.path(), &["dir"]);
    let lines = |list: &str| -> Vec<u64> {
        let keys = report[list].as_array().into_iter().flatten();
        keys.flat_map(|key| key["locations"].as_array().expect("locations"))
            .map(|at| at["line"].as_u64().expect("a line"))
            .collect()
    };
    assert_eq!((lines("keys"), &report["suppressed"]), (vec![1], &2.into()));
}

#[test]
fn a_column_chooses_among_the_candidates_of_a_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, other) = (key(), key());
    std::fs::write(
        folder.path().join("a.txt"),
        format!("é '{one}' '{other}'\n"),
    )
    .expect("written");
    let all = [one.as_str(), &other];
    let both = explain(folder.path(), &["a.txt:1"], &all);
    assert_told(&both, 0, &["a.txt:1:4", "a.txt:1:58"]);
    for (column, here, not) in [
        (4, "a.txt:1:4", "a.txt:1:58"),
        (54, "a.txt:1:4", "a.txt:1:58"),
        (58, "a.txt:1:58", "a.txt:1:4\n"),
    ] {
        let told = explain(folder.path(), &[&format!("a.txt:1:{column}")], &all);
        assert_told(&told, 0, &[here, FINDING]);
        assert!(!told.stdout.contains(not), "{}", told.stdout);
    }
    let between = explain(folder.path(), &["a.txt:1:56"], &all);
    assert_told(
        &between,
        0,
        &[
            "No candidate stands at column 56;",
            "a.txt:1:4",
            "a.txt:1:58",
        ],
    );
}

#[test]
fn what_allows_no_more_or_not_here_is_told() {
    let repo = Repo::new();
    let (expired, marked, disabled) = (key(), key(), format!("{}{}", key(), &key()[8..25]));
    repo.write(
        "a.py",
        format!(
            "K = '{expired}'\nK = '{marked}' # aisaleaks:allow[another-rule]\nK = '{disabled}'\n"
        ),
    );
    let print = aisaleaks::model::Secret::new(&expired).fingerprint();
    repo.write(
        ".aisaleaks.toml",
        format!(
            "disable = [\"aisa-api-key-future\"]\n[[allow]]\nreason = \"x\"\nexpires = 2020-01-31\nfingerprints = [\"{print}\"]\n"
        ),
    );
    let all = [expired.as_str(), &marked, &disabled];
    for (args, parts) in [
        (
            &["a.py:1"][..],
            &[
                FINDING,
                "The entry at .aisaleaks.toml:2 is about it, and has expired on 2020-01-31.",
            ][..],
        ),
        (
            &["a.py:2"],
            &[FINDING, "A marker is near, but does not count"],
        ),
        (
            &["a.py:3"],
            &["A finding, but allowed by a configuration that disables its rule."],
        ),
        (
            &["a.py:3", "--no-config"],
            &["This is a finding: warning, medium confidence."],
        ),
        (
            &["a.py:1", "--only-rule", "aisa-api-key-legacy"],
            &["A finding, but not reported: --only-rule asks for other rules."],
        ),
    ] {
        assert_told(&explain(repo.path(), args, &all), 0, parts);
    }
    // A trusted commit that does not hold the key does not bear the marker out.
    repo.write("b.py", format!("K = '{marked}' # aisaleaks:allow\n"));
    let told = explain(repo.path(), &["b.py:1"], &all);
    assert_told(&told, 0, &["A finding, but allowed by a marker"]);
    repo.git(&["commit", "-q", "--allow-empty", "-m", "begin"]);
    let told = explain(repo.path(), &["b.py:1", "--config-ref", "HEAD"], &all);
    assert_told(
        &told,
        0,
        &[FINDING, "a trusted commit does not bear it out"],
    );
}

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
fn a_huge_file_is_read_through_windows() {
    let folder = tempfile::tempdir().expect("a folder");
    let (near, far) = (key(), key());
    let filler = "nothing to see in this line of 40 bytes\n".repeat(110_000);
    let tail = "\n".repeat(1_000);
    let text = format!("K={near}\n{filler}K={far}\n{tail}");
    std::fs::write(folder.path().join("a.txt"), text).expect("written");
    let all = [near.as_str(), &far];
    for (what, code, parts) in [
        ("a.txt:110002", 0, &["a.txt:110002:3", FINDING][..]),
        ("a.txt:1", 0, &["a.txt:1:3", FINDING]),
        ("a.txt:110900", 1, &["The nearest is on line 110002."]),
        ("a.txt:300003", 1, &["which has 111,002 lines"]),
    ] {
        assert_told(&explain(folder.path(), &[what], &all), code, parts);
    }
}

#[test]
fn what_is_encoded_is_said_to_be_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let secret = key();
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    std::fs::write(folder.path().join("a.txt"), format!("K={hex}\nK=1\n")).expect("written");
    let told = explain(folder.path(), &["a.txt:1"], &[&secret, &hex]);
    assert_told(
        &told,
        1,
        &[
            "Something on it looks like an encoded key",
            "There is none in the whole file.",
        ],
    );
    let told = explain(folder.path(), &["a.txt:2"], &[&secret, &hex]);
    assert_told(
        &told,
        1,
        &["A key in base64, hex or another encoding would not be seen"],
    );
}

#[test]
fn brought_rules_are_explained_without_what_they_find() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = "[[rules]]\nid = \"password\"\nregex = '''password = (\\S+)'''\nentropy = 2.5\n\
                 [[rules.allowlists]]\npaths = ['''^vendor/''']\n\
                 [[rules]]\nid = \"generic\"\nregex = '''= (\\S{10,})'''\n";
    let (secret, aisa) = (key()[8..24].to_lowercase(), key());
    std::fs::create_dir(folder.path().join("vendor")).expect("created");
    let text = format!("password = {secret}\npassword = aaaaaaaaa\nK = {aisa}\nx\n");
    for name in ["rules.toml", "a.txt", "vendor/a.txt"] {
        let text = if name == "rules.toml" { rules } else { &text };
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    for (what, code, parts) in [
        (
            "a.txt:1",
            0,
            &[
                "…: 16 characters, of the rule password",
                "This is a finding: warning, medium confidence.",
            ][..],
        ),
        ("a.txt:2", 0, &["Not a finding: the step entropy drops it"]),
        (
            "a.txt:3",
            0,
            &[
                FINDING,
                "Not a finding of its own: what aisa-api-key finds at this place says it better.",
            ],
        ),
        (
            "a.txt:4",
            1,
            &["Nothing on it is what a rule that was brought looks for."],
        ),
        (
            "vendor/a.txt:1",
            0,
            &[
                "rules file drops it",
                "Not a finding: the step rules file drops it (allows it).",
            ],
        ),
    ] {
        let told = explain(folder.path(), &[what, "--rules", "rules.toml"], &[&aisa]);
        assert_told(&told, code, parts);
        assert!(!told.stdout.contains(&secret[..8]), "{}", told.stdout);
        // That would not hold in the next run.
        assert!(!told.stdout.contains("hmac-sha256:"), "{}", told.stdout);
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
