//! What the printed commands do to a repository without remotes.

use base64::Engine as _;

use super::super::support::archive::{self, Method};
use super::super::support::{Repo, git, key, legacy_key, run};
use super::{Desk, filter_repo, holds, lose, shown};

#[test]
fn a_key_is_gone_from_everything_and_all_else_stays() {
    let Some(filter_repo) = filter_repo() else {
        return;
    };
    let (repo, desk, key) = (Repo::new(), Desk::new(), key());
    let tail = &key[key.len() - 3..];
    let placeholder = format!("sk-aisa-{}{tail}", "x".repeat(40));
    repo.write("README", "begin\n").commit("Begin");
    repo.write("a.py", format!("KEY = '{key}' # not '{placeholder}'\n"));
    repo.write("deep/b.sh", format!("export K={key}\nexport L={key}\n"));
    repo.commit(&format!("Add {key}"));
    repo.git(&["tag", "-a", "v1", "-m", &format!("with\\n{key}")]);
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.write("side.txt", format!("\\n{key}\n")).commit("Side");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("a.py", format!("KEY = env # '{placeholder}'\n"));
    repo.commit("Take it out");
    repo.git(&["notes", "add", "-m", &format!("was {key}"), "HEAD"]);
    lose(&repo, "lost.txt", &key);
    repo.write("README", format!("stashed {key}\n"));
    repo.git(&["stash", "-q"]);
    repo.git(&[
        "worktree",
        "add",
        "-q",
        "--detach",
        desk.0.path().join("linked").to_str().expect("text"),
        "side",
    ]);

    let plan = desk.plan(repo.path(), &[], &[&key]);
    let redacted = format!("sk-aisa-…{tail}");
    plan.told(
        1,
        &[
            "Rewriting does not un-leak",
            "Revoke each key, before anything else: https://console.aisa.one",
            "1 key in the history:",
            &redacted,
            "replaced by its pattern: in 5 versions of files, 2 messages",
            "goes with what no ref leads to: 1 object",
            "What leads to these keys:",
            "branches: 2 (main, side)",
            "tags: 1 (v1)",
            "notes: 1 (commits)",
            "stashes: 1",
            "objects that no ref leads to: 1 (",
            "linked work tree: ",
            ", which leads to a key",
            "It has patterns, and no key.",
            "filter-repo --force --sensitive-data-removal ",
            " --no-fetch --replace-text ",
            "aisaleaks git ",
            "rm -rf -- ",
        ],
    );
    assert!(holds(repo.path(), &key));
    plan.done(&desk, &filter_repo);
    assert!(!holds(repo.path(), &key), "the key is still there");
    assert!(holds(repo.path(), &placeholder), "a placeholder went, too");
    assert_eq!(run(repo.path(), &["git", "."]).code, 0);
    assert_eq!(shown(repo.path(), "side:side.txt"), "\\n***REMOVED***");
    assert_eq!(
        shown(repo.path(), "HEAD:deep/b.sh"),
        "export K=***REMOVED***\nexport L=***REMOVED***"
    );
    assert_eq!(
        repo.git(&["log", "--format=%s"]),
        "Take it out\nAdd ***REMOVED***\nBegin"
    );
    assert!(repo.git(&["tag", "-n", "v1"]).contains("***REMOVED***"));
    assert_eq!(repo.git(&["notes", "show", "HEAD"]), "was ***REMOVED***");
    assert!(shown(repo.path(), "stash@{0}:README").contains("stashed ***REMOVED***"));
    assert_eq!(repo.git(&["status", "--porcelain"]), "");
    assert_eq!(repo.git(&["worktree", "list"]).lines().count(), 1);
}

#[test]
fn a_key_that_is_not_named_stays() {
    let Some(filter_repo) = filter_repo() else {
        return;
    };
    let (repo, desk, one, other) = (Repo::new(), Desk::new(), key(), key());
    repo.write("a.py", format!("A = '{one}'\nB = '{other}'\n"))
        .commit("Add");
    let fingerprint = aisaleaks::model::Secret::new(&one).fingerprint();
    let start = &fingerprint[..20];
    let plan = desk.plan(repo.path(), &["--key", start], &[&one, &other]);
    plan.told(
        1,
        &[
            "1 key in the history",
            "1 other key stay",
            "aisaleaks purge-plan --key sha256:",
        ],
    );
    plan.done(&desk, &filter_repo);
    assert!(!holds(repo.path(), &one) && holds(repo.path(), &other));
    let again = desk.plan(repo.path(), &["--key", start], &[&one, &other]);
    again.told(0, &["None of these keys is in the history", "1 other key"]);
    assert!(!desk.to().exists());
}

#[test]
fn literals_reach_encoded_keys_and_keys_without_a_prefix() {
    let Some(filter_repo) = filter_repo() else {
        return;
    };
    let (repo, desk, key, legacy) = (Repo::new(), Desk::new(), key(), legacy_key());
    let encoded = base64::engine::general_purpose::STANDARD.encode(format!("k={key}"));
    let escaped = key.replacen("sk-", "\\u0073\\u006b\\u002d", 1);
    repo.write("old.py", format!("AISA_API_KEY = '{legacy}'\n"));
    repo.write("secret.yaml", format!("data: {encoded}\n"));
    repo.write("more.json", format!("{{\"k\": \"{escaped}\"}}\n"));
    repo.commit("Add");
    let keys = [key.as_str(), &legacy];

    let plan = desk.plan(repo.path(), &[], &keys);
    plan.told(1, &["stays, as", "Nothing was written"]);
    for part in [
        "no pattern names it; --write-literals",
        "old.py:1:17",
        "it is encoded or in pieces there; --write-literals",
        "secret.yaml:1:9 (base64)",
        "more.json:1:8 (unicode-escape)",
    ] {
        plan.told(1, &[part]);
    }
    assert!(!desk.to().exists(), "nothing is to be written");

    let plan = desk.plan(repo.path(), &["--write-literals"], &keys);
    plan.told(1, &["It has keys in it: the last command deletes it."]);
    let [(name, text)] = &desk.files()[..] else {
        panic!("{:?}", desk.files());
    };
    assert_eq!(name, "replacements.txt");
    assert!(text.contains(&format!("literal:{legacy}==>***REMOVED***\n")));
    plan.done(&desk, &filter_repo);
    for text in [&key, &legacy, &encoded, &escaped] {
        assert!(!holds(repo.path(), text));
    }
    assert_eq!(
        shown(repo.path(), "HEAD:old.py"),
        "AISA_API_KEY = '***REMOVED***'"
    );
}

#[test]
fn a_file_that_no_replacement_reaches_is_taken_out_on_request() {
    let Some(filter_repo) = filter_repo() else {
        return;
    };
    let (repo, desk, key) = (Repo::new(), Desk::new(), key());
    let text = format!("AISA_API_KEY={key}\n");
    let member = ("conf/.env", text.as_bytes());
    repo.write("dist/app.zip", archive::zip(&[member], Method::Deflate));
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    repo.write("wide.txt", wide);
    repo.write("data.bin", [b"\0\x01", text.as_bytes()].concat());
    repo.write("plain.txt", &text);
    repo.commit("Add");
    repo.write("dist/app.zip", b"another").commit("Build anew");

    let plan = desk.plan(repo.path(), &[], &[&key]);
    for part in [
        "replaced by its pattern: in 1 version of a file",
        "it is in an archive or a compressed file; --strip-files",
        "dist/app.zip!conf/.env:1:14",
        "takes the file for a binary one",
        "wide.txt:1:14",
        "data.bin:",
        "It is 1 as long as something is left to do by hand",
    ] {
        plan.told(1, &[part]);
    }
    std::fs::remove_dir_all(desk.to()).expect("removed");

    let plan = desk.plan(repo.path(), &["--strip-files"], &[&key]);
    plan.told(
        1,
        &[
            "Files that vanish from the history, in the versions that have a key:",
            "strip-blobs.txt  what is taken out: 3 blobs",
            "--strip-blobs-with-ids",
        ],
    );
    plan.done(&desk, &filter_repo);
    assert!(!holds(repo.path(), &key));
    assert_eq!(
        repo.git(&["ls-tree", "-r", "--name-only", "HEAD~1"]),
        "plain.txt"
    );
    assert_eq!(shown(repo.path(), "HEAD:dist/app.zip"), "another");
}

#[test]
fn what_no_ref_leads_to_needs_no_rewriting() {
    let (repo, desk, key) = (Repo::new(), Desk::new(), key());
    repo.write("a", "a").commit("Begin");
    let head = repo.git(&["rev-parse", "HEAD"]);
    lose(&repo, "lost.txt", &key);
    let plan = desk.plan(repo.path(), &[], &[&key]);
    plan.told(
        1,
        &[
            "goes with what no ref leads to",
            "git -C ",
            " gc --prune=now",
            "aisaleaks git ",
        ],
    );
    assert!(!desk.to().exists() && !plan.commands().contains("filter-repo"));
    let run = plan.follow(repo.path());
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    assert!(!holds(repo.path(), &key));
    assert_eq!(repo.git(&["rev-parse", "HEAD"]), head);
}

#[test]
fn a_bare_repository_with_an_odd_name_is_rewritten_twice() {
    let Some(filter_repo) = filter_repo() else {
        return;
    };
    let (repo, desk) = (Repo::new(), Desk::new());
    let bare = desk.0.path().join("it's a $(touch pwned) repo.git");
    repo.write("a", "a").commit("Begin");
    let bare_name = bare.to_str().expect("text");
    repo.git(&["clone", "-q", "--bare", "--no-local", ".", bare_name]);
    super::git(&bare, &["remote", "remove", "origin"]);
    repo.git(&["remote", "add", "bare", bare_name]);
    for round in 0..2 {
        let key = key();
        repo.write("a", format!("k = '{key}'\n"))
            .commit(&format!("Round {round}"));
        repo.git(&["push", "-q", "--force", "bare", "main"]);
        let plan = desk.plan(&bare, &[], &[&key]);
        plan.told(1, &["branches: 1 (main)"]);
        plan.done(&desk, &filter_repo);
        assert!(!holds(&bare, &key));
        assert!(!desk.0.path().join("pwned").exists());
    }
}

#[test]
fn tags_of_files_and_folders_are_left_and_told() {
    let Some(filter_repo) = filter_repo() else {
        return;
    };
    let (repo, desk, key) = (Repo::new(), Desk::new(), key());
    repo.write("sub/a.py", format!("k = '{key}'\n"))
        .write("sub/b.py", "b\n")
        .commit("Add");
    repo.git(&["tag", "file", "main:sub/a.py"]);
    repo.git(&["tag", "-a", "-m", "x", "folder", "main:sub"]);
    repo.git(&["tag", "other", "main:sub/b.py"]);
    let plan = desk.plan(repo.path(), &[], &[&key]);
    plan.told(
        1,
        &[
            "in 1 version of a file",
            "stays, as a tag or another ref names the file",
            "refs/tags/file\n",
            "refs/tags/folder\n",
            "It is 1 as long as something is left to do by hand",
        ],
    );
    assert!(!plan.0.stdout.contains("refs/tags/other"));
    // The proof fails, as the plan says.
    let before = repo.git(&["rev-parse", "refs/tags/file", "refs/tags/folder"]);
    let followed = plan.follow(&filter_repo);
    assert_eq!(followed.code, 1, "{}", followed.stderr);
    assert_eq!(
        repo.git(&["rev-parse", "refs/tags/file", "refs/tags/folder"]),
        before
    );
    assert!(holds(repo.path(), &key));
    for name in ["file", "folder"] {
        repo.git(&["tag", "-d", name]);
    }
    repo.git(&["gc", "-q", "--prune=now"]);
    assert!(!holds(repo.path(), &key));
}

#[test]
fn of_objects_that_are_borrowed_the_proof_says_so() {
    let Some(filter_repo) = filter_repo() else {
        return;
    };
    let (lender, desk, key) = (Repo::new(), Desk::new(), key());
    lender.write("a.py", format!("k = '{key}'\n")).commit("Add");
    let borrower = desk.0.path().join("borrower");
    let name = borrower.to_str().expect("text");
    lender.git(&["clone", "-q", "--shared", ".", name]);
    git(&borrower, &["remote", "remove", "origin"]);
    let plan = desk.plan(&borrower, &[], &[&key]);
    plan.told(
        1,
        &[
            "alternates",
            "It is 1 as long as the repository whose objects it uses",
        ],
    );
    let followed = plan.follow(&filter_repo);
    assert_eq!(followed.code, 1, "{}", followed.stderr);
    assert!(git(&borrower, &["show", "HEAD:a.py"]).contains("***REMOVED***"));
}

#[test]
fn stashes_outlive_what_only_a_reflog_kept_and_their_log_is_cleaned() {
    let Some(filter_repo) = filter_repo() else {
        return;
    };
    let (repo, desk, key) = (Repo::new(), Desk::new(), key());
    repo.write("a.py", "a\n").commit("Add");
    repo.write("b.py", format!("k = '{key}'\n")).commit("Wrong");
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    for text in ["one", "two"] {
        repo.write("a.py", text);
        repo.git(&["stash", "-q", "-m", text]);
    }
    desk.plan(repo.path(), &[], &[&key])
        .done(&desk, &filter_repo);
    assert!(!holds(repo.path(), &key));
    assert_eq!(
        repo.git(&["stash", "list", "--format=%gs"]),
        "On main: two\nOn main: one"
    );
    assert_eq!(shown(repo.path(), "stash@{1}:a.py"), "one");
    let left = repo.join(".git/COMMIT_EDITMSG").exists();
    assert!(!left, "a message that may have had a key");
    // What is staged keeps its object, whatever is collected.
    repo.write("c.py", format!("k = '{key}'\n"));
    repo.git(&["add", "c.py"]);
    let followed = desk.plan(repo.path(), &[], &[&key]).follow(&filter_repo);
    assert_ne!(followed.code, 0);
    repo.git(&["reset", "-q"]);
    std::fs::remove_file(repo.join("c.py")).expect("removed");
    // The message of a stash is in its commit, and in the log.
    repo.write("a.py", "three");
    repo.git(&["stash", "-q", "-m", &format!("with {key} in it")]);
    let desk = Desk::new();
    desk.plan(repo.path(), &[], &[&key])
        .done(&desk, &filter_repo);
    assert!(!holds(repo.path(), &key));
    let log = std::fs::read_to_string(repo.join(".git/logs/refs/stash")).expect("read");
    assert!(!log.contains(&key[8..30]), "{log}");
    let list = repo.git(&["stash", "list", "--format=%gs"]);
    assert_eq!(
        list,
        "On main: with ***REMOVED*** in it\nOn main: two\nOn main: one"
    );
}

#[test]
fn a_repository_without_a_work_tree_has_its_own_commands() {
    let Some(filter_repo) = filter_repo() else {
        return;
    };
    // As some keep their work trees side by side, with the git directory between them.
    let (source, key) = (Repo::new(), key());
    source.write("a.py", format!("k = '{key}'\n")).commit("Add");
    let from = source.path().to_str().expect("text");
    for (hidden, pointer) in [("top/.bare", Some("top/.git")), ("top/.git", None)] {
        let desk = Desk::new();
        let at = |name: &str| desk.0.path().join(name);
        std::fs::create_dir(at("top")).expect("created");
        source.git(&[
            "clone",
            "-q",
            "--bare",
            from,
            at(hidden).to_str().expect("text"),
        ]);
        git(&at(hidden), &["remote", "remove", "origin"]);
        if let Some(pointer) = pointer {
            std::fs::write(at(pointer), "gitdir: ./.bare\n").expect("written");
        }
        desk.plan(&at("top"), &[], &[&key])
            .done(&desk, &filter_repo);
        assert!(!holds(&at(hidden), &key));
    }
    // One that once had a work tree, and has its index still.
    let desk = Desk::new();
    let made = desk.0.path().join("made");
    source.git(&["clone", "-q", from, made.to_str().expect("text")]);
    git(&made, &["remote", "remove", "origin"]);
    git(&made, &["config", "core.bare", "true"]);
    desk.plan(&made.join(".git"), &[], &[&key])
        .done(&desk, &filter_repo);
    assert!(!holds(&made, &key));
    // Only the work tree knows where its git directory is.
    let desk = Desk::new();
    let (tree, elsewhere) = (desk.0.path().join("tree"), desk.0.path().join("elsewhere"));
    let option = format!("--separate-git-dir={}", elsewhere.display());
    source.git(&["clone", "-q", &option, from, tree.to_str().expect("text")]);
    git(&tree, &["remote", "remove", "origin"]);
    let refused = desk.plan(&elsewhere, &[], &[&key]);
    assert_eq!(refused.0.code, 2);
    assert!(
        refused.0.stderr.contains("name its main work tree"),
        "{}",
        refused.0.stderr
    );
    desk.plan(&tree, &[], &[&key]).done(&desk, &filter_repo);
    assert!(!holds(&tree, &key));
}
