//! Wherever bytes come from, containers are opened.

use super::text;
use crate::support::archive::{self, Method};
use crate::support::{Repo, command, feed, has, key, locations, problems, report, run};

fn zip(key: &str, name: &str) -> Vec<u8> {
    // What does not compress makes two versions a delta.
    let noise: Vec<u8> = (0..20_000u64)
        .map(|n| ((n * n * 31) >> 5) as u8 ^ (n >> 7) as u8)
        .collect();
    archive::zip(&[("noise", &noise), (name, &text(key))], Method::Deflate)
}

#[test]
fn work_trees_and_standard_input() {
    let key = key();
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("a.bin"), zip(&key, "x.env")).expect("written");
    let (code, json) = report(folder.path(), &["dir", "."]);
    assert_eq!((code, locations(&json, &key).len()), (1, 1));
    assert_eq!(problems(&json), Vec::<&str>::new());
    for bytes in [
        zip(&key, "x.env"),
        archive::gzip(&archive::tar(&[("x.env", &text(&key))]), None),
        archive::gzip(&vec![b'\n'; 9 << 20], None),
    ] {
        let mut stdin = command(folder.path(), &["stdin", "-f", "json"]);
        let read = feed(&mut stdin, &bytes);
        let found = locations(&read.json(), &key).len();
        assert_eq!(
            (read.code as usize, problems(&read.json()).len()),
            (found, 0)
        );
    }
    let (code, _) = report(folder.path(), &["dir", ".", "--archive-depth", "0"]);
    assert_eq!(code, 0);
}

#[test]
fn histories_loose_and_packed_and_their_deltas() {
    let (old, new) = (key(), key());
    let repo = Repo::new();
    repo.write("a.bin", zip(&old, "x.env")).commit("first");
    repo.write("a.bin", zip(&new, "x.env")).commit("second");
    std::fs::remove_file(repo.join("a.bin")).expect("removed");
    repo.commit("third");
    for packed in [false, true] {
        if packed {
            repo.git(&["gc", "-q", "--prune=now"]);
        }
        for args in [&["git"][..], &["git", "--range", "HEAD~1..HEAD"]] {
            let (_, json) = report(repo.path(), args);
            assert_eq!(problems(&json), Vec::<&str>::new());
            let is_range = args.len() > 1;
            for (key, commit) in [(&old, "first"), (&new, "second")] {
                let found = locations(&json, key);
                assert_eq!(found.len(), usize::from(!is_range), "{commit}");
                for at in found {
                    assert_eq!(at["path"], "a.bin");
                    assert_eq!(at["introduced"]["summary"], commit);
                }
            }
        }
    }
    let (_, json) = report(repo.path(), &["git", "--range", "HEAD~2..HEAD"]);
    assert!(has(&json, &new) && !has(&json, &old));
}

#[test]
fn a_file_that_is_committed_as_it_is_is_one_place() {
    let key = key();
    let repo = Repo::new();
    repo.write("a.bin", zip(&key, "x.env")).commit("first");
    repo.write(
        "stored.bin",
        archive::zip(&[("y", &text(&key))], Method::Stored),
    )
    .commit("second");
    let (_, json) = report(repo.path(), &["scan", "."]);
    let found = locations(&json, &key);
    let paths: Vec<_> = found.iter().map(|at| at["path"].as_str()).collect();
    assert_eq!(paths, [Some("a.bin"), Some("stored.bin")]);
    assert!(found.iter().all(|at| at["origin"] == "worktree"));
    assert!(found.iter().all(|at| !at["introduced"].is_null()));
}

#[test]
fn what_is_staged_and_what_was_there_before() {
    let (old, new) = (key(), key());
    let repo = Repo::new();
    repo.write("a.bin", zip(&old, "x.env")).commit("first");
    let both = [text(&old), text(&new)];
    let members: [archive::Member<'_>; 2] = [("x.env", &both[0]), ("y.env", &both[1])];
    repo.write("a.bin", archive::zip(&members, Method::Deflate));
    repo.write("copy/b.bin", archive::zip(&members, Method::Deflate));
    repo.git(&["add", "-A"]);
    let (code, json) = report(repo.path(), &["staged"]);
    assert_eq!(code, 1);
    assert_eq!(locations(&json, &new).len(), 2);
    let paths = |key: &str| -> Vec<String> {
        let found = locations(&json, key).into_iter();
        found.map(|at| at["path"].to_string()).collect()
    };
    assert_eq!(paths(&old), ["\"copy/b.bin\""]);
}

#[test]
fn a_report_leads_back_into_them() {
    let (committed, loose) = (key(), key());
    let repo = Repo::new();
    repo.write("a.bin", zip(&committed, "x.env"))
        .commit("first");
    std::fs::remove_file(repo.join("a.bin")).expect("removed");
    repo.write(
        "b.tgz",
        archive::gzip(&archive::tar(&[("x", &text(&loose))]), None),
    );
    let scan = run(repo.path(), &["scan", ".", "-f", "json"]);
    repo.write("report.json", &scan.stdout);
    // Nobody listens there: a key that was not found would not be asked about.
    let args = [
        "recheck",
        "report.json",
        "--verify-base-url",
        "http://127.0.0.1:9",
    ];
    let again = run(repo.path(), &args);
    let told = again.stdout + &again.stderr;
    assert!(
        !told.contains("not found") && told.contains("2 keys"),
        "{told}"
    );
}

#[test]
fn a_member_is_judged_by_its_own_name() {
    let (dotenv, code) = (key(), key());
    let fallback = format!("key = os.environ.get(\"AISA_API_KEY\", \"{code}\")\n");
    let members: [archive::Member<'_>; 2] = [
        ("app/.env", &text(&dotenv)),
        ("app/main.py", fallback.as_bytes()),
    ];
    let repo = Repo::new();
    repo.write("a.zip", archive::zip(&members, Method::Deflate))
        .commit("first");
    for command in ["dir", "git", "scan"] {
        let (_, json) = report(repo.path(), &[command, "."]);
        for (key, note) in [(&dotenv, "dotenv-tracked"), (&code, "env-fallback")] {
            let fingerprint = aisaleaks::model::Secret::new(key).fingerprint();
            let keys = json["keys"].as_array().expect("keys");
            let found = keys.iter().find(|key| key["fingerprint"] == fingerprint);
            let notes = &found.expect("a key")["notes"];
            let notes = notes.as_array().expect("notes");
            assert!(
                notes.iter().any(|told| told == note),
                "{command}: {notes:?}"
            );
        }
    }
}
