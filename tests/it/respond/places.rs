//! Revocations, and where keys are now.

use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::{Leak, REVOKED, Repo, Server, WORKS, command, evidence, items, key, run, states};

use crate::live::replies::knowing;
use crate::live::server::Reply;
use crate::support::bounded::wait;
use crate::support::submodule;

#[test]
fn what_aisa_answered_ticks_a_revocation() {
    let leak = Leak::new();
    assert_eq!(states(&leak.json(), "revoke"), ["unknown"]);
    leak.recheck(WORKS);
    let json = leak.json();
    assert_eq!(states(&json, "revoke"), ["open"]);
    assert!(evidence(&json, "revoke", 0).contains("right now"));
    assert!(evidence(&json, "usage", 0).contains("12.5 USD"));
    leak.recheck(REVOKED);
    let json = leak.json();
    assert_eq!(states(&json, "revoke"), ["done"]);
    assert_eq!(json["keys"][0]["state"], "revoked");
}

#[test]
fn the_files_and_head_are_looked_at_now() {
    let leak = Leak::new();
    assert_eq!(states(&leak.json(), "clean"), ["open", "open", "open"]);
    let human = leak.respond(&[]).stdout;
    assert!(
        human.contains("in ./app.py:1") || human.contains("in app.py:1"),
        "{human}"
    );
    assert!(
        human.contains("aisaleaks purge-plan --key sha256:"),
        "{human}"
    );

    leak.repo
        .write("app.py", "import os\nKEY = os.environ['AISA_API_KEY']\n");
    let json = leak.json();
    assert_eq!(states(&json, "clean"), ["done", "open", "open"]);
    assert!(evidence(&json, "clean", 1).contains("commit the change"));

    leak.repo.commit("read it from the environment");
    assert_eq!(states(&leak.json(), "clean"), ["done", "done", "open"]);

    // It is back elsewhere, where the report does not say, and where somebody allows it.
    leak.repo
        .write("docs/b.md", format!("{} aisaleaks:allow\n", leak.key));
    let json = leak.json();
    assert_eq!(states(&json, "clean"), ["open", "done", "open"]);
    assert!(evidence(&json, "clean", 0).contains("docs/b.md:1"));
}

#[test]
fn a_history_is_clean_when_no_object_has_it() {
    let leak = Leak::new();
    leak.repo.git(&["rm", "-q", "--cached", "app.py"]);
    leak.repo
        .git(&["commit", "-q", "--amend", "--allow-empty", "-m", "begin"]);
    std::fs::remove_file(leak.repo.join("app.py")).expect("removed");
    let json = leak.json();
    assert_eq!(states(&json, "clean"), ["done", "done", "open"]);
    let said = evidence(&json, "clean", 2);
    assert!(said.contains("no ref leads to"), "{said}");
    let lines = items(&json, "clean")[2]["commands"].to_string();
    assert!(
        lines.contains("gc --prune=now") && !lines.contains("purge-plan"),
        "{lines}"
    );

    leak.repo
        .git(&["reflog", "expire", "--expire=now", "--all"]);
    leak.repo.git(&["gc", "-q", "--prune=now"]);
    // Nothing of what the report names is here any more: somebody has to say that this is it.
    assert_eq!(
        states(&leak.json(), "clean"),
        ["unknown", "unknown", "unknown"]
    );
    let json = leak.respond(&["-C", ".", "-f", "json"]).json();
    assert_eq!(states(&json, "clean"), ["done", "done", "done"]);
}

#[test]
fn all_refs_that_lead_to_a_key_are_told() {
    let leak = Leak::new();
    leak.repo.git(&["branch", "old"]);
    leak.repo.git(&["rm", "-q", "app.py"]);
    leak.repo.write("b.py", format!("KEY = '{}'\n", leak.key));
    leak.repo.commit("move it");
    let said = evidence(&leak.json(), "clean", 2).to_owned();
    assert_eq!(said, "in refs/heads/main, refs/heads/old");
    leak.repo.git(&["branch", "-D", "old"]);
    leak.repo.write("b.py", "nothing").commit("remove it");
    let said = evidence(&leak.json(), "clean", 2).to_owned();
    assert_eq!(said, "commits that refs lead to have it");
    leak.repo
        .git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    let json = leak.json();
    assert!(evidence(&json, "clean", 2).ends_with("a remote branch leads to it: it is out"));
    assert!(
        json["steps"][4]["notes"]
            .to_string()
            .contains("does not un-leak")
    );
}

#[test]
fn all_that_evidence_can_show_makes_0() {
    let leak = Leak::new();
    leak.recheck(REVOKED);
    assert_eq!(leak.respond(&[]).code, 1);
    leak.purge();
    std::fs::remove_file(leak.repo.join("app.py")).expect("removed");
    leak.repo.write(".gitignore", ".env\n").write(
        ".github/workflows/ci.yml",
        "on: push\njobs:\n  keys:\n    steps:\n      - run: aisaleaks ci\n",
    );
    leak.repo.commit("guard");
    let install = run(leak.repo.path(), &["hook", "install"]);
    assert_eq!(install.code, 0, "{}", install.stderr);
    let all = leak.respond(&["-C", "."]);
    assert_eq!(all.code, 0, "{}{}", all.stdout, all.stderr);
    assert!(
        all.stdout.contains("7 done, 0 open, 0 unknown"),
        "{}",
        all.stdout
    );
}

#[test]
fn another_repository_says_nothing() {
    let leak = Leak::new();
    leak.recheck(REVOKED);
    let other = Repo::new();
    other
        .write("app.py", "nothing")
        .write(".gitignore", ".env\n")
        .commit("other");
    let run = leak.respond_at(other.path(), &["-f", "json"]);
    let json = run.json();
    assert_eq!(run.code, 3);
    assert_eq!(states(&json, "clean"), ["unknown"; 3]);
    assert_eq!(states(&json, "prevent"), ["unknown"; 3]);
    let notes = json["notes"].to_string();
    assert!(notes.contains("-C DIR"), "{notes}");
    // A clone that has the commits is as good.
    let folder = tempfile::tempdir().expect("a folder");
    let clone = folder.path().join("moved");
    let (from, to) = (leak.repo.path(), clone.to_str().expect("UTF-8"));
    other.git(&["clone", "-q", from.to_str().expect("UTF-8"), to]);
    let json = leak.respond_at(&clone, &["-f", "json"]).json();
    assert_eq!(states(&json, "clean"), ["open"; 3]);
    // And so is naming it.
    let json = leak
        .respond_at(other.path(), &["-f", "json", "-C", to])
        .json();
    assert_eq!(states(&json, "clean"), ["open"; 3]);
}

#[test]
fn a_report_of_absolute_paths_leads_there_unless_a_folder_is_named() {
    let leak = Leak::new();
    leak.scan(&["scan", leak.repo.path().to_str().expect("UTF-8")]);
    let other = Repo::new();
    other.write("a", "nothing").commit("other");
    let json = leak.respond_at(other.path(), &["-f", "json"]).json();
    assert_eq!(states(&json, "clean"), ["open"; 3]);
    let real = leak.repo.path().canonicalize().expect("a path");
    assert_eq!(json["looked_at"], serde_json::json!([real.to_str()]));
    let json = leak
        .respond_at(other.path(), &["-f", "json", "-C", "."])
        .json();
    assert_eq!(states(&json, "clean"), ["done"; 3]);
    assert_eq!(json["looked_at"], serde_json::json!(["."]));
}

#[test]
fn what_is_not_found_in_a_shallow_clone_may_be_in_its_history() {
    let leak = Leak::new();
    leak.repo.write("app.py", "nothing").commit("remove it");
    leak.scan(&["scan", "."]);
    let folder = tempfile::tempdir().expect("a folder");
    let clone = folder.path().join("shallow");
    let from = format!("file://{}", leak.repo.path().display());
    let to = clone.to_str().expect("UTF-8");
    leak.repo.git(&["clone", "-q", "--depth=1", &from, to]);
    let json = leak.respond_at(&clone, &["-f", "json"]).json();
    assert_eq!(states(&json, "clean"), ["done", "done", "unknown"]);
    let said = evidence(&json, "clean", 2);
    assert!(said.contains("not everything could be read"), "{said}");
}

#[test]
fn a_report_of_plain_files_has_no_history() {
    let folder = tempfile::tempdir().expect("a folder");
    let leak = Leak::new();
    let at = folder.path();
    std::fs::write(at.join("a.py"), format!("k = '{}'\n", leak.key)).expect("written");
    let output = format!("json={}", leak.report().display());
    assert_eq!(run(at, &["dir", ".", "-f", &output]).code, 1);
    let json = leak.respond_at(at, &["-f", "json"]).json();
    assert_eq!(states(&json, "clean"), ["open"]);
    std::fs::write(at.join("a.py"), "").expect("written");
    let json = leak.respond_at(at, &["-f", "json", "-C", "."]).json();
    assert_eq!(states(&json, "clean"), ["done"]);
    assert!(items(&json, "prevent").is_empty(), "{json:#}");
}

#[test]
fn without_a_report_the_keys_are_those_of_a_scan() {
    let leak = Leak::new();
    let run = run(leak.repo.path(), &["respond"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    for part in [
        "The response to 1 leaked key",
        "nobody asked AIsa about it",
        "aisaleaks respond --verify",
        "app.py:1",
    ] {
        assert!(run.stdout.contains(part), "{part}: {}", run.stdout);
    }
    let clean = Repo::new();
    clean.write("a", "nothing").commit("begin");
    let run = super::run(clean.path(), &["respond"]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(run.stdout.starts_with("No keys"), "{}", run.stdout);
}

#[test]
fn a_file_that_the_report_names_is_looked_at_though_git_ignores_it() {
    let leak = Leak::new();
    leak.repo
        .write("app.py", "nothing")
        .write(".gitignore", ".env\n");
    leak.repo.commit("read it from the environment");
    leak.repo
        .write(".env", format!("AISA_API_KEY={}\n", leak.key));
    assert_eq!(states(&leak.json(), "clean")[0], "done", "it belongs there");
    leak.scan(&["scan", ".", ".env"]);
    let json = leak.json();
    assert_eq!(states(&json, "clean")[0], "open");
    assert!(evidence(&json, "clean", 0).contains(".env:1"));
}

#[test]
fn other_work_trees_of_the_repository_are_looked_at() {
    let leak = Leak::new();
    leak.repo.write("app.py", "nothing").commit("remove it");
    let folder = tempfile::tempdir().expect("a folder");
    let linked = folder.path().join("linked");
    let name = linked.to_str().expect("UTF-8");
    leak.repo
        .git(&["worktree", "add", "-q", "-b", "side", name]);
    assert_eq!(states(&leak.json(), "clean")[0], "done");
    std::fs::write(linked.join("new.py"), format!("k = '{}'\n", leak.key)).expect("written");
    let json = leak.json();
    assert_eq!(states(&json, "clean")[0], "open");
    assert!(evidence(&json, "clean", 0).contains("new.py:1"));
}

#[test]
fn a_clone_of_other_branches_does_not_show_that_a_key_is_gone() {
    let leak = Leak::new();
    leak.repo.git(&["checkout", "-q", "--orphan", "clean"]);
    leak.repo.git(&["rm", "-q", "-f", "app.py"]);
    leak.repo
        .write("b.py", "nothing")
        .commit("another beginning");
    leak.scan(&["scan", "."]);
    let folder = tempfile::tempdir().expect("a folder");
    let clone = folder.path().join("single");
    let from = format!("file://{}", leak.repo.path().display());
    let to = clone.to_str().expect("UTF-8");
    leak.repo
        .git(&["clone", "-q", "--single-branch", "-b", "clean", &from, to]);
    let json = leak.respond_at(&clone, &["-f", "json"]).json();
    assert_eq!(states(&json, "clean"), ["done", "done", "unknown"]);
    let said = evidence(&json, "clean", 2);
    assert!(said.contains("a clone of other branches"), "{said}");
}

#[test]
fn a_key_of_a_submodule_is_cleaned_there() {
    let (inner, outer, key) = (Repo::new(), Repo::new(), key());
    inner
        .write("a.py", format!("KEY = '{key}'\n"))
        .commit("begin");
    inner.git(&["rm", "-q", "a.py"]);
    inner.commit("take it out");
    let from = inner.path().to_str().expect("UTF-8");
    outer.git(&submodule(from, "the lib"));
    outer.commit("with a library");
    let json = run(outer.path(), &["respond", "-f", "json"]).json();
    assert_eq!(states(&json, "clean"), ["done", "done", "open"]);
    assert!(
        evidence(&json, "clean", 2).starts_with("in the repository 'the lib'; "),
        "{json:#}"
    );
    let line = items(&json, "clean")[2]["commands"][0]["lines"][0].as_str();
    let line = line.expect("a command");
    assert!(
        line.starts_with("aisaleaks purge-plan --key sha256:"),
        "{line}"
    );
    assert!(line.ends_with(" 'the lib'"), "{line}");
    // From elsewhere, the names are still those of that folder.
    let directory = [
        "respond",
        "-f",
        "json",
        "-C",
        outer.path().to_str().expect("UTF-8"),
    ];
    let json = run(inner.path(), &directory).json();
    assert_eq!(items(&json, "clean")[2]["commands"][0]["lines"][0], line);
    // In both, it is told of both.
    outer
        .write("b.py", format!("KEY = '{key}'\n"))
        .commit("and here");
    let json = run(outer.path(), &["respond", "-f", "json"]).json();
    let lines = items(&json, "clean")[2]["commands"][0]["lines"].clone();
    let lines: Vec<&str> = (lines.as_array().expect("lines").iter())
        .filter_map(|line| line.as_str()?.rsplit_once(':').map(|(_, end)| &end[17..]))
        .collect();
    assert_eq!(lines, [".", "'the lib'"]);
}

#[test]
fn keys_that_are_here_can_be_asked_about_at_once() {
    let leak = Leak::new();
    let ask = |answer| {
        let server = Server::new(&[(&leak.key, answer)]);
        let flags = server.flags();
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let args = [&["respond", "--verify", "-f", "json"], &flags[..]].concat();
        let alone = run(leak.repo.path(), &args).json();
        let reported = leak.respond(&args[1..]).json();
        (alone, reported)
    };
    let (alone, reported) = ask(WORKS);
    for json in [&alone, &reported] {
        assert_eq!(states(json, "revoke"), ["open"]);
        assert!(
            !evidence(json, "revoke", 0).contains("by the report"),
            "{json:#}"
        );
    }
    // What is printed asks in the same place, and not elsewhere.
    let line = |json: &Value| {
        let line = items(json, "revoke")[0]["commands"][0]["lines"][0].as_str();
        line.expect("a command").to_owned()
    };
    let of_alone = "aisaleaks respond --verify --verify-base-url 'http://127.0.0.1:";
    assert!(line(&alone).starts_with(of_alone), "{alone:#}");
    let of_reported = "aisaleaks recheck --verify-base-url 'http://127.0.0.1:";
    assert!(line(&reported).starts_with(of_reported), "{reported:#}");
    let said = evidence(&alone, "revoke", 0);
    assert!(said.contains(", as http://127.0.0.1:"), "{said}");
    let (alone, reported) = ask(REVOKED);
    assert_eq!(states(&alone, "revoke"), ["done"]);
    assert_eq!(states(&reported, "revoke"), ["done"]);
    // To ask in vain takes nothing away from what the report says.
    leak.recheck(REVOKED);
    let (_, reported) = ask((404, "{}"));
    assert_eq!(states(&reported, "revoke"), ["done"]);
    assert!(
        evidence(&reported, "revoke", 0).contains("by the report"),
        "{reported:#}"
    );
    let (alone, _) = ask((404, "{}"));
    assert_eq!(states(&alone, "revoke"), ["unknown"]);
    assert!(
        evidence(&alone, "revoke", 0).contains(" was asked, and it is not known: "),
        "{alone:#}"
    );
}

#[test]
fn whoever_interrupts_gets_no_list() {
    let leak = Leak::new();
    let silent = knowing([(leak.key.clone(), Reply::Silence)]);
    let base = silent.base();
    let out = leak.beside.path().join("out");
    let mut respond = command(
        leak.repo.path(),
        &["respond", "--verify", "--verify-base-url", &base],
    );
    let file = std::fs::File::create(&out).expect("created");
    let mut child = respond.stdout(file).spawn().expect("it runs");
    while silent.asked_with(&leak.key).is_empty() {
        std::thread::sleep(Duration::from_millis(2));
    }
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status();
    assert!(sent.expect("kill runs").success());
    assert_eq!(wait(&mut child, Duration::from_secs(25)), 130);
    assert_eq!(std::fs::read(&out).expect("read"), b"");
}
