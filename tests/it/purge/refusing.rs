//! Where nothing is written, and who may read what is.

use super::super::support::{Repo, command, ended, git, key, run};
use super::{Desk, Plan};

fn leaky() -> (Repo, String) {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", format!("k = '{key}'\n")).commit("Add");
    (repo, key)
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_open_what_is_written() {
    use std::os::unix::fs::PermissionsExt as _;
    let (repo, key) = leaky();
    let desk = Desk::new();
    let mode = |path: &std::path::Path| {
        let metadata = std::fs::metadata(path).expect("there");
        metadata.permissions().mode() & 0o7777
    };
    // Whatever the user masks.
    let script = "umask 0; exec \"$@\"";
    let to = desk.to();
    let mut shell = std::process::Command::new("sh");
    shell
        .args([
            "-c",
            script,
            "sh",
            env!("CARGO_BIN_EXE_aisaleaks"),
            "purge-plan",
            "--to",
        ])
        .arg(&to)
        .current_dir(repo.path())
        .env("GIT_CONFIG_GLOBAL", "/dev/null");
    let run = ended(shell.output().expect("sh runs"));
    assert_eq!(run.code, 1, "{}\n{}", run.stdout, run.stderr);
    assert!(!run.stdout.contains(&key[8..30]));
    assert_eq!(mode(&to), 0o700);
    assert_eq!(mode(&to.join("replacements.txt")), 0o600);
}

#[test]
fn nothing_is_written_into_the_repository_or_over_something() {
    let (repo, key) = leaky();
    let desk = Desk::new();
    let below = |name: &str| desk.0.path().join(name);
    let linked = below("linked");
    repo.git(&[
        "worktree",
        "add",
        "-q",
        "--detach",
        linked.to_str().expect("text"),
    ]);
    #[cfg(unix)]
    std::os::unix::fs::symlink(repo.path(), below("link")).expect("linked");
    std::fs::create_dir(repo.join("sub")).expect("made");
    std::fs::create_dir(below("there")).expect("made");
    for (to, part) in [
        (repo.join("plan"), "it would be in the repository"),
        (repo.join("sub/plan"), "it would be in the repository"),
        (repo.join(".git/plan"), "it would be in the repository"),
        (repo.join("sub/../plan"), "it would be in the repository"),
        (linked.join("plan"), "it would be in the repository"),
        #[cfg(unix)]
        (below("link/plan"), "it would be in the repository"),
        (below("there"), "something is there already"),
        (below("no/plan"), "make it first"),
    ] {
        let text = to.to_str().expect("text");
        for folder in [repo.path(), &linked] {
            let run = run(folder, &["purge-plan", "--to", text]);
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{text}");
            assert!(run.stderr.contains(part), "{text}: {}", run.stderr);
            assert!(!run.stderr.contains(&key[8..30]));
        }
    }
    // The temporary folder can be inside, too.
    let mut inside = command(repo.path(), &["purge-plan"]);
    let run = ended(
        inside
            .env("TMPDIR", repo.join("sub"))
            .output()
            .expect("it runs"),
    );
    assert_eq!(run.code, 2, "{}", run.stdout);
    assert!(run.stderr.contains("--to"), "{}", run.stderr);
    assert_eq!(repo.git(&["status", "--porcelain"]), "");
    let there = std::fs::read_dir(below("there")).expect("a folder").count();
    assert_eq!(there, 0);
}

#[test]
fn a_fresh_folder_is_chosen_if_none_is_named() {
    let (repo, _) = leaky();
    let desk = Desk::new();
    let plan = || {
        let mut plan = command(repo.path(), &["purge-plan"]);
        ended(plan.env("TMPDIR", desk.0.path()).output().expect("it runs"))
    };
    assert_eq!([plan().code, plan().code], [1, 1]);
    let folders = std::fs::read_dir(desk.0.path()).expect("a folder");
    let names = folders.map(|entry| entry.expect("an entry").file_name());
    let names: Vec<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(
        names
            .iter()
            .all(|name| name.starts_with("aisaleaks-purge-"))
    );
}

#[test]
fn what_cannot_be_done_is_said() {
    let (repo, key) = leaky();
    let desk = Desk::new();
    let plain = desk.0.path().to_str().expect("text");
    for (args, part) in [
        (&["purge-plan", plain][..], "is not a git repository"),
        (&["purge-plan", "--key", "1234567"], "8 or more"),
        (&["purge-plan", "--key", &key], "is no fingerprint"),
    ] {
        let run = run(repo.path(), args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}");
        assert!(run.stderr.contains(part), "{args:?}: {}", run.stderr);
        assert!(!run.stderr.contains(&key[8..30]));
    }
}

#[test]
fn a_clean_history_needs_nothing() {
    let (repo, desk) = (Repo::new(), Desk::new());
    repo.write("a", "a").commit("Begin");
    let plan = desk.plan(repo.path(), &[], &[]);
    plan.told(0, &["No key is in the history: there is nothing to purge."]);
    assert!(!desk.to().exists());
    // A key that is allowed is none either, and is told of.
    let key = key();
    repo.write(
        "b.py",
        format!("k = '{key}'  # aisaleaks:allow[aisa-api-key] revoked\n"),
    );
    repo.commit("Add");
    let plan = desk.plan(repo.path(), &[], &[&key]);
    plan.told(0, &["Somebody allowed 1 key that it has"]);
}

#[test]
fn the_first_command_fails_without_git_filter_repo() {
    let (repo, _) = leaky();
    let desk = Desk::new();
    let tools = desk.0.path().join("bin");
    std::fs::create_dir(&tools).expect("created");
    let plan = |to: &str| {
        let to = desk.0.path().join(to);
        let mut plan = command(repo.path(), &["purge-plan", "--to"]);
        plan.arg(to).env("PATH", &tools);
        Plan(ended(plan.output().expect("it runs")))
    };
    let without = plan("one");
    without.told(
        1,
        &[
            "git-filter-repo is not on PATH. Install it",
            "pipx install git-filter-repo",
        ],
    );
    let commands = without.commands();
    let first = commands.lines().next().expect("a command");
    let git = git(repo.path(), &["--exec-path"]);
    let mut shell = std::process::Command::new("/bin/sh");
    let run = shell.args(["-e", "-c", first]).env("PATH", git);
    assert!(!run.output().expect("sh runs").status.success());
    crate::hooks::executable(&tools.join("git-filter-repo"), "#!/bin/sh\n");
    plan("two").told(1, &["See that git-filter-repo is 2.47 or newer"]);
}

#[cfg(unix)]
#[test]
fn whoever_interrupts_gets_no_files() {
    use std::process::Stdio;
    let (repo, key) = (Repo::new(), key());
    // Each version has to be read again.
    let text: String = (0..60_000)
        .map(|n| format!("line {n} sk-aisa-no\n"))
        .collect();
    for n in 0..40 {
        repo.write("large.txt", format!("{n}\n{text}k = '{key}'\n"))
            .commit("More");
    }
    let desk = Desk::new();
    let to = desk.to();
    let args = ["purge-plan", "-j", "1", "--to", to.to_str().expect("text")];
    let child = command(repo.path(), &args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    std::thread::sleep(std::time::Duration::from_millis(400));
    let id = child.id().to_string();
    let kill = std::process::Command::new("kill")
        .args(["-INT", &id])
        .status();
    drop(kill);
    let run = ended(child.wait_with_output().expect("it ends"));
    // A machine can be so fast that it was done.
    match run.code {
        1 => assert!(to.exists()),
        code => {
            assert_eq!((code, to.exists()), (130, false), "{}", run.stderr);
            assert!(run.stdout.contains("nothing was written"), "{}", run.stdout);
        }
    }
    assert!(!run.stdout.contains(&key[8..30]));
}
