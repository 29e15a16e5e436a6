//! Damage and oddities that once ended a run clean, lost a key, or let one through: each is named or found.

use std::fs;
use std::io::{Read as _, Seek as _, Write as _};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use crate::support::bounded::{look, wait};
use crate::support::files::{fifo, object, pack_of, replace};
use crate::support::pack::{self, BLOB, COMMIT, Pack, TREE, deflate, id};
use crate::support::{Repo, command, git, has, key, locations, problems, run};

/// Builds a repository or folder twice, with a key in what is whole and without one: both reports name the problem.
fn named(args: &[&str], kind: &str, build: impl Fn(&Repo, &str)) {
    let planted = key();
    for (text, expected) in [(planted.as_str(), 1), ("no key at all", 3)] {
        let repo = Repo::new();
        build(&repo, text);
        let (code, report) = look(repo.path(), args);
        assert_eq!(code, expected, "{kind}: {report:#}");
        assert_eq!(has(&report, &planted), expected == 1, "{report:#}");
        assert_eq!(report["complete"], false, "{report:#}");
        assert!(problems(&report).contains(&kind), "{kind}: {report:#}");
    }
}

/// A repository with the text in a commit, and one loose object more.
fn loose(header: &str, contents: &[u8]) {
    named(&["git"], "damaged-object", |repo, text| {
        repo.write("text.txt", text).commit("text");
        pack::loose(&repo.join(".git"), &id(1), header, contents);
    });
}

#[test]
fn a_loose_object_that_promises_a_tebibyte_is_named() {
    loose("blob 1099511627776", b"hello");
}

#[test]
fn a_loose_tree_without_sense_is_named() {
    let whole = [&b"100644 whole\0"[..], &[0x5a; 20]].concat();
    for rest in [
        &b"100644 name"[..],
        b"100644 name\0too short",
        b"garbage without a sense",
        &[0xff; 64],
    ] {
        for tree in [rest.to_vec(), [&whole, rest].concat()] {
            loose(&format!("tree {}", tree.len()), &tree);
        }
    }
}

#[test]
fn a_packed_tree_without_sense_is_named() {
    named(&["git"], "damaged-object", |repo, text| {
        repo.write("text.txt", text).commit("text");
        Pack::new()
            .whole(id(1), TREE, b"garbage without a sense")
            .write(&repo.join(".git"));
    });
}

#[test]
fn a_commit_without_a_tree_is_named() {
    let commit =
        b"tree zzz\nauthor A <a@example.org> 0 +0000\ncommitter A <a@example.org> 0 +0000\n\nm\n";
    loose(&format!("commit {}", commit.len()), commit);
    named(&["git"], "damaged-object", |repo, text| {
        repo.write("text.txt", text).commit("text");
        Pack::new()
            .whole(id(1), COMMIT, commit)
            .write(&repo.join(".git"));
    });
}

#[test]
fn a_head_that_leads_nowhere_is_named() {
    for head in ["1234567890123456789012345678901234567890\n", "nonsense"] {
        named(&["git"], "broken-ref", |repo, text| {
            repo.write("text.txt", text).commit("text");
            fs::write(repo.join(".git/HEAD"), head).expect("written");
        });
    }
}

#[test]
fn refs_deeper_than_the_limit_are_named() {
    named(&["git"], "limit", |repo, text| {
        let commit = repo.write("text.txt", text).commit("text");
        let name = format!(".git/refs/heads/{}deep", "d/".repeat(70));
        repo.write(&name, commit);
    });
}

#[test]
fn an_object_format_on_the_line_of_its_section_counts() {
    let planted = key();
    let repo = Repo::sha256();
    repo.write("text.txt", &planted).commit("text");
    repo.git(&["repack", "-adq"]);
    let config = "[core]\n\trepositoryformatversion = 1\n[extensions] objectFormat = sha256\n";
    repo.write(".git/config", config);
    assert_eq!(repo.git(&["rev-parse", "HEAD"]).len(), 64);
    let (code, report) = look(repo.path(), &["git"]);
    assert_eq!(code, 1, "{report:#}");
    assert!(has(&report, &planted), "{report:#}");
    assert_eq!(report["complete"], true, "{report:#}");
}

#[test]
fn a_git_directory_that_is_none_is_named_and_the_files_are_scanned() {
    for below in ["", "sub/"] {
        for file in [None, Some("gitdir: /nope\n")] {
            named(&["scan"], "unreadable", |repo, text| {
                fs::remove_dir_all(repo.join(".git")).expect("removed");
                repo.write(&format!("{below}text.txt"), text);
                let git = repo.join(&format!("{below}.git"));
                match file {
                    Some(text) => fs::write(git, text),
                    None => fs::create_dir(git),
                }
                .expect("made");
            });
        }
    }
}

#[test]
fn a_healthy_loose_copy_stands_in_for_a_damaged_packed_one() {
    let planted = key();
    for stream in [b"not zlib".to_vec(), deflate(b"short"), Vec::new()] {
        let repo = Repo::new();
        repo.write("text.txt", &planted).commit("text");
        let hex = repo.git(&["rev-parse", "HEAD:text.txt"]);
        let mut blob = [0; 20];
        for (at, byte) in blob.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hex");
        }
        Pack::new()
            .raw(blob, BLOB, planted.len() as u64, &[], &stream)
            .write(&repo.join(".git"));
        let (code, report) = look(repo.path(), &["git"]);
        assert_eq!(code, 1, "{report:#}");
        assert!(has(&report, &planted), "{report:#}");
    }
}

#[test]
fn a_healthy_copy_of_an_alternate_stands_in_for_a_damaged_loose_one() {
    let planted = key();
    for packed in [false, true] {
        for damage in [&b"not zlib"[..], b""] {
            let repo = Repo::new();
            repo.write("text.txt", &planted).commit("text");
            let blob = object(&repo, "HEAD:text.txt");
            let lender = tempfile::tempdir().expect("a temporary folder");
            git(lender.path(), &["init", "-q", "--bare"]);
            let url = lender.path().to_str().expect("UTF-8");
            repo.git(&["push", "-q", url, "HEAD:refs/heads/main"]);
            if packed {
                git(lender.path(), &["repack", "-adq"]);
            }
            replace(&blob, damage);
            let borrowed = format!("{url}/objects\n");
            repo.write(".git/objects/info/alternates", borrowed);
            let (code, report) = look(repo.path(), &["git"]);
            assert_eq!(code, 1, "{report:#}");
            assert!(has(&report, &planted), "{report:#}");
        }
    }
}

#[test]
fn a_pack_without_its_index_is_read() {
    named(&["git"], "damaged-index", |repo, text| {
        for number in 0..5 {
            repo.write("text.txt", "a line\n".repeat(50 + number) + text);
            repo.commit("text");
        }
        repo.git(&["repack", "-adq"]);
        fs::remove_file(pack_of(repo).with_extension("idx")).expect("removed");
    });
}

#[test]
fn an_index_whose_pack_is_gone_is_named() {
    named(&["git"], "damaged-pack", |repo, text| {
        repo.write("old.txt", "old").commit("old");
        repo.git(&["repack", "-adq"]);
        repo.write("text.txt", text).commit("text");
        fs::remove_file(pack_of(repo)).expect("removed");
    });
}

#[test]
fn a_fifo_that_says_what_a_repository_shares_or_lacks_is_never_waited_for() {
    for file in ["commondir", "shallow"] {
        named(&["git"], "special-file", |repo, text| {
            repo.write("text.txt", text).commit("text");
            fifo(&repo.join(".git").join(file));
        });
    }
}

#[test]
fn a_key_seen_with_two_confidences_at_one_path_is_one_location() {
    for order in [["", "7"], ["7", ""]] {
        let planted = key();
        let repo = Repo::new();
        for before in order {
            repo.write("text.txt", format!("{before}{planted}\n"));
            repo.commit("text");
        }
        for args in [["git"], ["scan"]] {
            let (code, report) = look(repo.path(), &args);
            assert_eq!(code, 1, "{report:#}");
            assert_eq!(report["keys"].as_array().map(Vec::len), Some(1));
            assert_eq!(locations(&report, &planted).len(), 1, "{report:#}");
        }
    }
}

#[test]
fn the_blob_of_head_stands_for_a_path() {
    let planted = key();
    let repo = Repo::new();
    let commits: Vec<String> = (0..6)
        .map(|number| {
            repo.write("sub/text.txt", "a line\n".repeat(number) + &planted)
                .commit("text")
        })
        .collect();
    for packed in [false, true] {
        for commit in &commits {
            repo.git(&["checkout", "-q", commit]);
            let blob = repo.git(&["rev-parse", "HEAD:sub/text.txt"]);
            for (command, origin) in [("git", "history"), ("scan", "worktree")] {
                let (code, report) = look(repo.path(), &[command]);
                assert_eq!(code, 1, "{report:#}");
                let found = locations(&report, &planted);
                assert_eq!(found.len(), 1, "{report:#}");
                assert_eq!(found[0]["origin"], origin, "{report:#}");
                assert_eq!(found[0]["blob"], blob, "{command} {packed}: {report:#}");
            }
        }
        repo.git(&["checkout", "-q", "main"]);
        repo.git(&["repack", "-adq"]);
    }
}

#[test]
fn what_was_typed_wrongly_is_masked() {
    let planted = key();
    let folder = tempfile::tempdir().expect("a temporary folder");
    for args in [
        &["stdin", &planted][..],
        &["--fail-on", &planted],
        &["scan", "--fail-on", &planted],
        &["-f", &planted],
        &["scan", &format!("--{planted}")],
    ] {
        let run = run(folder.path(), args);
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(!run.stderr.is_empty());
        for text in [&run.stdout, &run.stderr] {
            assert!(!text.contains(&planted[12..]), "{text}");
        }
    }
}

#[test]
fn an_escape_sequence_that_was_typed_never_reaches_the_terminal() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for args in [
        &["scan", "\x1b[31mnowhere"][..],
        &["git", "\x1b[31mnowhere"],
        &["--fail-on", "\x1b[31mnowhere"],
    ] {
        let run = run(folder.path(), args);
        assert_eq!(run.code, 2, "{:?}", run.stderr);
        assert!(run.stderr.contains("nowhere"), "{:?}", run.stderr);
        assert!(!run.stderr.contains('\x1b'), "{:?}", run.stderr);
    }
}

#[test]
fn an_interrupt_ends_a_wait_for_standard_input() {
    let planted = key();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut out = tempfile::tempfile().expect("a file");
    let mut child = command(folder.path(), &["stdin", "-f", "json"])
        .stdin(Stdio::piped())
        .stdout(out.try_clone().expect("a handle"))
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary runs");
    // It stays open until the end of the test.
    let mut input = child.stdin.take().expect("a pipe");
    writeln!(input, "first\n{planted}\nlast").expect("written");
    // The program has to have come to its wait.
    sleep(Duration::from_secs(1));
    let pid = child.id().to_string();
    let status = Command::new("kill").args(["-INT", &pid]).status();
    assert!(status.expect("kill runs").success());
    assert_eq!(wait(&mut child, Duration::from_secs(10)), 130);
    let mut text = String::new();
    out.rewind().expect("rewound");
    out.read_to_string(&mut text).expect("read");
    let report: Value = serde_json::from_str(&text).expect("a report");
    assert_eq!(report["complete"], false, "{report:#}");
    assert!(problems(&report).contains(&"interrupted"), "{report:#}");
    assert!(has(&report, &planted), "{report:#}");
    drop(input);
}
