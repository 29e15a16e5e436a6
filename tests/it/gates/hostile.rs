//! Pushes that were made to get past a server, or to keep it busy.

use std::path::Path;

use aisaleaks::control::{Control, Limits};
use aisaleaks::detect::Detector;
use aisaleaks::git::Repository;
use aisaleaks::model::ProblemKind;
use aisaleaks::pipeline;

use super::{NONE, add, hook, stops, with_server};
use crate::support::{Repo, feed, git, git_command, key};

/// Writes an object that git itself would not make.
fn object(repo: &Repo, kind: &str, bytes: &[u8]) -> String {
    let args = ["hash-object", "-w", "--literally", "-t", kind, "--stdin"];
    let run = feed(&mut git_command(repo.path(), &args), bytes);
    run.stdout.trim().to_owned()
}

/// A tree of these entries: mode, name, object.
fn tree(repo: &Repo, entries: &[(&str, &str, &str)]) -> String {
    let mut bytes = Vec::new();
    for (mode, name, id) in entries {
        bytes.extend(format!("{mode} {name}\0").bytes());
        let digits = (0..id.len()).step_by(2).map(|at| &id[at..at + 2]);
        bytes.extend(digits.map(|pair| u8::from_str_radix(pair, 16).expect("a byte")));
    }
    object(repo, "tree", &bytes)
}

fn commit(repo: &Repo, tree: &str) -> String {
    repo.git(&["commit-tree", tree, "-p", "main", "-m", "hostile"])
}

/// Brings a commit to the server without any ref.
fn bring(repo: &Repo, server: &Path, commit: &str) {
    repo.git(&["update-ref", "refs/heads/brought", commit]);
    let from = repo.path().display().to_string();
    git(server, &["fetch", "-q", &from, "brought"]);
}

#[test]
fn what_a_pusher_claims_of_the_server_is_not_believed() {
    let (repo, server) = with_server();
    let [key, name] = [(); 2].map(|()| key());
    repo.write("k.txt", format!("KEY={key}\n"));
    let leak = add(&repo, "leak");
    bring(&repo, &server, &leak);
    // Git finds out after the hook that no such ref is there, and refuses that one alone.
    let lines = format!("{leak} {leak} refs/heads/lie\n{NONE} {leak} refs/heads/leak\n");
    let says = ["it would leak 1 key", "k.txt:1"];
    stops(&hook(&server, &["pre-receive"], &lines), &[&key], &says);
    let lines = format!("{leak} {NONE} refs/heads/lie\n{NONE} {leak} refs/heads/leak\n");
    stops(&hook(&server, &["pre-receive"], &lines), &[&key], &says);
    let main = repo.git(&["rev-parse", "origin/main"]);
    let lines = format!("{main} {main} refs/heads/{name}\n");
    stops(&hook(&server, &["pre-receive"], &lines), &[&name], &[]);
}

#[test]
fn a_folder_is_one_whatever_its_permissions() {
    let (repo, _) = with_server();
    let key = key();
    let blob = object(&repo, "blob", format!("KEY={key}\n").as_bytes());
    let inner = tree(&repo, &[("100644", "k.txt", &blob)]);
    for mode in ["40755", "0040000", "1040000"] {
        let commit = commit(&repo, &tree(&repo, &[(mode, "d", &inner)]));
        let lines = format!("x {commit} refs/heads/x {NONE}\n");
        let stopped = hook(repo.path(), &["pre-push", "origin", "address"], &lines);
        stops(&stopped, &[&key], &["d/k.txt:1"]);
    }
    // Git takes it for a file, and nobody knows what it leads to.
    let commit = commit(&repo, &tree(&repo, &[("100644", "d", &inner)]));
    let lines = format!("x {commit} refs/heads/x {NONE}\n");
    let stopped = hook(repo.path(), &["pre-push", "origin", "address"], &lines);
    assert_eq!(stopped.code, 3, "{}", stopped.stderr);
    assert!(stopped.stderr.contains(&inner), "{}", stopped.stderr);
}

#[test]
fn folders_with_more_paths_than_atoms_are_refused() {
    let (repo, _) = with_server();
    let mut id = object(&repo, "blob", b"fine\n");
    let mut mode = "100644";
    for _ in 0..30 {
        let names: Vec<String> = (0..10).map(|nth| format!("n{nth}")).collect();
        let entries: Vec<_> = names.iter().map(|name| (mode, &**name, &*id)).collect();
        id = tree(&repo, &entries);
        mode = "40000";
    }
    let commit = commit(&repo, &id);
    let lines = format!("x {commit} refs/heads/x {NONE}\n");
    let args = ["pre-push", "--time-limit", "0.2", "origin", "address"];
    let stopped = hook(repo.path(), &args, &lines);
    assert_eq!(stopped.code, 3, "{}", stopped.stderr);
    assert!(
        stopped.stderr.contains("the time limit was"),
        "{}",
        stopped.stderr
    );
    // Without one, it is the number of entries that ends it.
    let limits = Limits {
        change_entries: 10_000,
        ..Limits::default()
    };
    let (_, problems) = added(&repo, &format!("main..{commit}"), limits);
    assert_eq!(problems, [ProblemKind::Limit]);
}

/// What a range adds, with these limits: for each key how many commits bring it, and the kinds of problems.
fn added(repo: &Repo, range: &str, limits: Limits) -> (Vec<u64>, Vec<ProblemKind>) {
    let detector = Detector::new(aisaleaks::rules::builtin().expect("rules"));
    let mut control = Control::new(1);
    control.limits = limits;
    let repository = Repository::at(repo.path()).expect("a repository");
    let asked = pipeline::Asked {
        range: Some(range.to_owned()),
        ..pipeline::Asked::default()
    };
    let options = pipeline::Options::default();
    let outcome = pipeline::range(&repository, &asked, &options, &detector, &control);
    let outcome = outcome.expect("a scan");
    let places = outcome.keys.iter().flat_map(|key| &key.locations);
    let events = places.map(|at| at.attribution.as_ref().expect("history").events_total);
    let problems = outcome.problems.iter().map(|problem| problem.kind);
    (events.collect(), problems.collect())
}

#[test]
fn limits_bound_what_one_commit_costs() {
    let repo = Repo::new();
    repo.write("a.txt", "begin\n");
    let base = add(&repo, "begin");
    repo.write("b.txt", key());
    let leak = add(&repo, "leak");
    // A merge that has the file from its second parent.
    let tree = repo.git(&["rev-parse", "HEAD^{tree}"]);
    let merge = ["commit-tree", &tree, "-p", &base, "-p", &leak, "-m", "m"];
    let range = format!("{base}..{}", repo.git(&merge));
    let normal = Limits::default;
    assert_eq!(added(&repo, &range, normal()), (vec![1], vec![]));
    let one_parent = Limits {
        parents: 1,
        ..normal()
    };
    assert_eq!(added(&repo, &range, one_parent), (vec![2], vec![]));
    let one_entry = Limits {
        change_entries: 1,
        ..normal()
    };
    assert_eq!(added(&repo, &range, one_entry).1, [ProblemKind::Limit]);
}
