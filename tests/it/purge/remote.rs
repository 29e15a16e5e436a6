//! The same where there is a remote, as there nearly always is.

use std::path::PathBuf;

use super::super::support::{Repo, git, key, run, submodule};
use super::{Desk, filter_repo, holds};

/// A repository and a remote that it was pushed to.
fn pushed(desk: &Desk, text: &str) -> (Repo, PathBuf) {
    let (repo, remote) = (Repo::new(), desk.0.path().join("server"));
    let name = remote.to_str().expect("text");
    repo.git(&["init", "-q", "--bare", "-b", "main", name]);
    repo.git(&["remote", "add", "origin", name]);
    repo.write("README", "begin\n").commit("Begin");
    repo.write("a.py", text).commit("Add");
    repo.git(&["tag", "v1"]);
    repo.git(&["push", "-q", "-u", "origin", "main", "v1"]);
    (repo, remote)
}

#[test]
fn the_remote_and_the_clone_are_rewritten_alike() {
    let Some(filter_repo) = filter_repo() else {
        return;
    };
    let (desk, key) = (Desk::new(), key());
    let (repo, remote) = pushed(&desk, &format!("k = '{key}'\n"));
    // What only one of both has.
    git(&remote, &["branch", "theirs", "main"]);
    git(
        &remote,
        &["notes", "add", "-m", &format!("of {key}"), "main"],
    );
    repo.git(&["checkout", "-q", "-b", "mine"]);
    repo.write("b.py", "b\n").commit("Mine");

    let plan = desk.plan(repo.path(), &[], &[&key]);
    plan.told(
        1,
        &[
            "branches: 2 (main, mine)",
            "tags: 1 (v1)",
            "remote-tracking branches: 1 (origin/main)",
            "remotes: 1 (origin)",
            "The remote origin: rewrite a fresh copy of where it is pushed to.",
            "push --force origin",
            "Every other clone: delete it and clone anew.",
            "refs/pull/",
            "rm -rf -- ",
        ],
    );
    plan.done(&desk, &filter_repo);
    assert!(!holds(repo.path(), &key));
    // What nobody leads to any more, a server drops in its own time.
    git(&remote, &["gc", "-q", "--prune=now"]);
    assert!(!holds(&remote, &key));
    assert_eq!(
        git(&remote, &["for-each-ref", "--format=%(refname)"]),
        "refs/heads/main\nrefs/heads/theirs\nrefs/notes/commits\nrefs/tags/v1"
    );
    assert_eq!(git(&remote, &["notes", "show", "main"]), "of ***REMOVED***");
    let ids = |name: &str| repo.git(&["rev-parse", name]);
    assert_eq!(ids("main"), ids("origin/main"), "the same commits in both");
    assert_eq!(ids("mine~1"), ids("main"));
    assert_eq!(ids("v1"), ids("main"));
    assert_eq!(ids("origin/theirs"), ids("main"));
    assert_eq!(
        repo.git(&["branch", "--format=%(refname:short)"]),
        "main\nmine"
    );
    assert_eq!(run(repo.path(), &["git", "."]).code, 0);
    assert_eq!(repo.git(&["status", "--porcelain"]), "");
}

#[test]
fn nothing_is_rewritten_where_something_would_be_lost() {
    let Some(filter_repo) = filter_repo() else {
        return;
    };
    type Change = fn(&Repo);
    let changes: [(&str, &str, Change); 18] = [
        ("work that is not committed", "status --porcelain", |repo| {
            repo.write("a.py", "my work\n");
        }),
        (
            "a status that cannot be told",
            "status --porcelain",
            |repo| {
                repo.git(&["config", "status.showUntrackedFiles", "bogus"]);
            },
        ),
        ("a file whose changes are hidden", "ls-files -v", |repo| {
            repo.git(&["update-index", "--skip-worktree", "a.py"]);
        }),
        ("files that are not checked out", "ls-files -v", |repo| {
            repo.git(&["sparse-checkout", "set", "--no-cone", "/README"]);
        }),
        ("a pack that is kept", "[.]keep$", |repo| {
            repo.git(&["repack", "-q", "-a", "-d"]);
            let pack = crate::support::files::pack_of(repo);
            std::fs::write(pack.with_extension("keep"), "").expect("written");
        }),
        ("large packs that are kept", "gc.bigPackThreshold", |repo| {
            repo.git(&["config", "gc.bigPackThreshold", "1g"]);
        }),
        (
            "a submodule that git sees no changes of",
            "160000",
            |repo| {
                let from = repo.path().to_str().expect("text");
                repo.git(&submodule(from, "sub"));
                repo.git(&["config", "submodule.sub.ignore", "all"]);
                repo.commit("With a submodule");
            },
        ),
        (
            "pull requests that are fetched",
            "remote.origin.fetch",
            |repo| {
                let line = "+refs/pull/*/head:refs/remotes/origin/pr/*";
                repo.git(&["config", "--add", "remote.origin.fetch", line]);
            },
        ),
        (
            "a remote that is fetched into one's own branches",
            "remote.origin.fetch",
            |repo| {
                repo.git(&[
                    "config",
                    "remote.origin.fetch",
                    "+refs/heads/*:refs/heads/*",
                ]);
            },
        ),
        (
            "a second remote that is empty",
            "ls-remote -- backup",
            |repo| {
                let beside = repo.join(".git/empty");
                repo.git(&["init", "-q", "--bare", beside.to_str().expect("text")]);
                repo.git(&["remote", "add", "backup", ".git/empty"]);
            },
        ),
        (
            "a linked work tree that is not there",
            "worktree list",
            |repo| {
                let at = repo.join("linked");
                repo.git(&["worktree", "add", "-q", "--detach", "linked"]);
                std::fs::remove_dir_all(at).expect("removed");
            },
        ),
        (
            "hidden work in a linked work tree",
            ".git/linked ls-files -v",
            |repo| {
                let at = repo.join(".git/linked");
                repo.git(&["worktree", "add", "-q", "--detach", ".git/linked"]);
                git(&at, &["update-index", "--assume-unchanged", "README"]);
                std::fs::write(at.join("README"), "my work\n").expect("written");
            },
        ),
        ("a merge under way", "MERGE_HEAD", |repo| {
            repo.write(".git/MERGE_HEAD", "");
        }),
        (
            "a commit that is replaced at the remote",
            "refs/replace/*",
            |repo| {
                repo.git(&["replace", "--graft", "main"]);
                repo.git(&["push", "-q", "origin", "refs/replace/*"]);
                let id = repo.git(&["rev-parse", "main"]);
                repo.git(&["replace", "-d", &id]);
            },
        ),
        (
            "a setting that git-filter-repo cannot read",
            "config --list -z",
            |repo| {
                repo.git(&["config", "branch.main.description", "one\ntwo=2"]);
            },
        ),
        (
            "a locked linked work tree that is not there",
            "worktree list",
            |repo| {
                repo.git(&["worktree", "add", "-q", "--detach", ".git/linked"]);
                repo.git(&["worktree", "lock", ".git/linked"]);
                std::fs::remove_dir_all(repo.join(".git/linked")).expect("removed");
            },
        ),
        ("a commit that is replaced", "refs/replace", |repo| {
            repo.git(&["replace", "--graft", "main"]);
        }),
        (
            "a branch that the remote has not any more",
            "--heads -- origin",
            |repo| {
                repo.git(&["update-ref", "refs/remotes/origin/gone", "main"]);
            },
        ),
    ];
    for (what, command, change) in changes {
        let (desk, key) = (Desk::new(), key());
        let (repo, remote) = pushed(&desk, &format!("k = '{key}'\n"));
        change(&repo);
        let refs = |folder: &std::path::Path| git(folder, &["for-each-ref"]);
        let before = (refs(repo.path()), refs(&remote));
        let plan = desk.plan(repo.path(), &[], &[&key]);
        let followed = plan.follow(&filter_repo);
        assert_ne!(followed.code, 0, "{what}: {}", followed.stdout);
        let stopped = plan.stopped_at(&followed);
        assert!(stopped.contains(command), "{what}: {stopped}");
        assert!(before == (refs(repo.path()), refs(&remote)), "{what}");
    }
}

#[test]
fn a_commit_that_only_changes_the_key_stays_and_a_host_may_reject_its_own_refs() {
    let Some(filter_repo) = filter_repo() else {
        return;
    };
    let (desk, old, new) = (Desk::new(), key(), key());
    let (repo, remote) = pushed(&desk, &format!("k = '{old}'\n"));
    repo.write("a.py", format!("k = '{new}'\n"))
        .commit("Rotate the key");
    repo.git(&["push", "-q", "origin", "main"]);
    git(&remote, &["update-ref", "refs/pull/1/head", "main"]);
    git(&remote, &["config", "receive.hideRefs", "refs/pull"]);
    let plan = desk.plan(repo.path(), &[], &[&old, &new]);
    plan.done(&desk, &filter_repo);
    for folder in [repo.path(), &remote] {
        let log = git(folder, &["log", "--format=%s", "main"]);
        assert_eq!(log, "Rotate the key\nAdd\nBegin");
        let text = git(folder, &["show", "main:a.py"]);
        assert_eq!(text, "k = '***REMOVED***'");
    }
}

#[test]
fn of_a_shallow_clone_only_the_remote_is_rewritten() {
    let Some(filter_repo) = filter_repo() else {
        return;
    };
    let (desk, key) = (Desk::new(), key());
    let (repo, remote) = pushed(&desk, &format!("k = '{key}'\n"));
    let shallow = desk.0.path().join("shallow");
    let address = format!("file://{}", remote.display());
    let name = shallow.to_str().expect("text");
    repo.git(&["clone", "-q", "--depth", "1", &address, name]);
    let plan = desk.plan(&shallow, &[], &[&key]);
    plan.told(
        1,
        &[
            "Not read",
            "git fetch --unshallow",
            "Then delete this clone, of which a part",
        ],
    );
    assert!(!plan.commands().contains("backup.git"));
    plan.done(&desk, &filter_repo);
    git(&remote, &["gc", "-q", "--prune=now"]);
    assert!(!holds(&remote, &key));
    // Nothing was found, and not everything read.
    let clean = desk.plan(&shallow, &["--key", "sha256:0000000000"], &[&key]);
    clean.told(3, &["None of these keys is in the history"]);
}

#[test]
fn a_remote_that_is_skipped_stays_and_nothing_of_it_is_left_here() {
    let Some(filter_repo) = filter_repo() else {
        return;
    };
    let (desk, key) = (Desk::new(), key());
    let (repo, remote) = pushed(&desk, &format!("k = '{key}'\n"));
    let upstream = desk.0.path().join("upstream");
    git(
        &remote,
        &[
            "clone",
            "-q",
            "--mirror",
            ".",
            upstream.to_str().expect("text"),
        ],
    );
    git(&upstream, &["branch", "theirs", "main"]);
    repo.git(&[
        "remote",
        "add",
        "upstream",
        upstream.to_str().expect("text"),
    ]);
    repo.git(&["fetch", "-q", "upstream"]);
    let before = git(&upstream, &["for-each-ref"]);
    let plan = desk.plan(repo.path(), &["--skip-remote", "upstream"], &[&key]);
    plan.told(
        1,
        &[
            "remotes: 2 (origin, upstream)",
            "Left as they are: upstream. Tell whoever owns them.",
        ],
    );
    plan.done(&desk, &filter_repo);
    assert!(!holds(repo.path(), &key));
    assert_eq!(git(&upstream, &["for-each-ref"]), before);
    let left = repo.git(&["for-each-ref", "--format=%(refname)", "refs/remotes"]);
    assert_eq!(left, "refs/remotes/origin/main");
    let wrong = desk.plan(repo.path(), &["--skip-remote", "upstraem"], &[&key]);
    assert_eq!(wrong.0.code, 2);
    assert!(
        wrong.0.stderr.contains("no remote is called so"),
        "{}",
        wrong.0.stderr
    );
}

#[test]
fn where_a_remote_is_pushed_to_is_rewritten() {
    let Some(filter_repo) = filter_repo() else {
        return;
    };
    let (desk, key) = (Desk::new(), key());
    let (repo, remote) = pushed(&desk, &format!("k = '{key}'\n"));
    // Another spelling of the same place, as those who fetch by https and push by ssh have it.
    let address = format!("file://{}", remote.display());
    repo.git(&["config", "remote.origin.pushurl", &address]);
    desk.plan(repo.path(), &[], &[&key])
        .done(&desk, &filter_repo);
    assert!(!holds(repo.path(), &key));
    git(&remote, &["gc", "-q", "--prune=now"]);
    assert!(!holds(&remote, &key));
    // Two places are one too many, and so is another one.
    repo.write("b.py", format!("k = '{key}'\n")).commit("Again");
    let elsewhere = desk.0.path().join("elsewhere");
    git(
        &remote,
        &[
            "clone",
            "-q",
            "--mirror",
            ".",
            elsewhere.to_str().expect("text"),
        ],
    );
    git(&elsewhere, &["branch", "theirs", "main"]);
    let refs = || {
        let each = [repo.path(), &remote, &elsewhere];
        each.map(|at| git(at, &["for-each-ref"]))
    };
    let before = refs();
    for args in [
        &["--add", "remote.origin.pushurl"][..],
        &["--replace-all", "remote.origin.pushurl"],
    ] {
        let address = elsewhere.to_str().expect("text");
        repo.git(&[&["config"], args, &[address]].concat());
        let plan = Desk::new();
        let followed = plan.plan(repo.path(), &[], &[&key]).follow(&filter_repo);
        assert_ne!(followed.code, 0);
        assert!(before == refs());
    }
}

#[test]
fn of_a_submodule_the_repository_around_it_gets_the_new_commit() {
    let Some(filter_repo) = filter_repo() else {
        return;
    };
    let (desk, key, outer) = (Desk::new(), key(), Repo::new());
    let (_inner, remote) = pushed(&desk, &format!("k = '{key}'\n"));
    let from = remote.to_str().expect("text");
    outer.git(&submodule(from, "sub"));
    outer.commit("With a library");
    let old = outer.git(&["rev-parse", ":sub"]);
    let plan = desk.plan(&outer.join("sub"), &[], &[&key]);
    plan.told(1, &["This is a submodule", " add -- "]);
    plan.done(&desk, &filter_repo);
    assert!(!holds(&outer.join("sub"), &key));
    let new = outer.git(&["rev-parse", ":sub"]);
    assert_ne!(new, old);
    assert_eq!(git(&remote, &["rev-parse", "main"]), new);
    assert_eq!(run(outer.path(), &["scan", "--no-hygiene"]).code, 0);
}

#[test]
fn work_in_a_submodule_is_safe_from_wherever_it_is_planned() {
    let Some(filter_repo) = filter_repo() else {
        return;
    };
    let (desk, key, outer) = (Desk::new(), key(), Repo::new());
    let (_inner, remote) = pushed(&desk, &format!("k = '{key}'\n"));
    outer.git(&submodule(remote.to_str().expect("text"), "sub"));
    outer.commit("With a library");
    outer.write("sub/README", "my work\n");
    let linked = desk.0.path().join("linked");
    let add = [
        "worktree",
        "add",
        "-q",
        "--detach",
        linked.to_str().expect("text"),
    ];
    git(&outer.join("sub"), &add);
    for folder in [outer.join(".git/modules/sub"), linked.clone()] {
        let desk = Desk::new();
        let followed = desk.plan(&folder, &[], &[&key]).follow(&filter_repo);
        assert_ne!(followed.code, 0, "{}", followed.stdout);
        let text = std::fs::read_to_string(outer.join("sub/README")).expect("read");
        assert_eq!(text, "my work\n");
    }
    git(&outer.join("sub"), &["checkout", "-q", "."]);
    let desk = Desk::new();
    desk.plan(&linked, &[], &[&key]).done(&desk, &filter_repo);
    assert!(!holds(&outer.join("sub"), &key));
    assert_eq!(
        outer.git(&["rev-parse", ":sub"]),
        git(&remote, &["rev-parse", "main"])
    );
}
