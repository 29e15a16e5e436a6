//! Files that change while `fix` runs, and files of somebody else.
//!
//! When a file changes is no matter of time here: a lease of Linux (fcntl(2), `F_SETLEASE`) holds the program where it first looks
//! whether it may write to another file. It has scanned everything then.
#![cfg(target_os = "linux")]

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

use super::super::support::{Repo, command, ended, key};
use super::{assert_told, files, fix, read};

/// Takes a lease of the first file. Once somebody wants to write to that, copies the second over the third, and lets go.
const HOLD: &str = "
import fcntl, os, shutil, signal, sys
held, new, changed = sys.argv[1:]
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGIO})
file = os.open(held, os.O_RDONLY)
fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
print('held', flush=True)
if signal.sigtimedwait({signal.SIGIO}, 60) is None:
    sys.exit('nobody wanted to write')
shutil.copyfile(new, changed)
fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
";

/// Runs `fix --write`, in which `changed` becomes `text` when it wants to write to `held`; none if that cannot be had here.
fn fix_meanwhile(
    repo: &Repo,
    held: &str,
    changed: &str,
    text: &str,
    key: &str,
) -> Option<super::Run> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let new = folder.path().join("new");
    std::fs::write(&new, text).expect("written");
    let mut python = Command::new("python3");
    python.args(["-c", HOLD]);
    python.args([repo.join(held), new, repo.join(changed)]);
    let mut child: Child = python.stdout(Stdio::piped()).spawn().ok()?;
    let mut line = String::new();
    let out = child.stdout.take().expect("it is piped");
    BufReader::new(out).read_line(&mut line).expect("read");
    let run = (line == "held\n").then(|| fix(repo, &["--write"], &[key]));
    let status = child.wait().expect("it ends");
    assert_eq!(status.success(), run.is_some());
    if run.is_none() {
        eprintln!("SKIPPED: leases are not to be had here");
    }
    run
}

#[test]
fn a_file_that_changed_since_the_scan_is_left() {
    let (repo, key) = (Repo::new(), key());
    let text = format!("import os\nK = '{key}'\n");
    repo.write("a.py", &text).write("b.py", &text);
    let theirs = format!("# theirs\n{text}");
    let Some(run) = fix_meanwhile(&repo, "a.py", "b.py", &theirs, &key) else {
        return;
    };
    let part = "b.py:2:6: the file changed since it was scanned: run this again";
    assert_told(&run, 1, &[part, "1 key replaced; 1 place by hand"]);
    assert_eq!(read(&repo, "b.py"), theirs);
    assert!(!read(&repo, "a.py").contains(&key));
    assert_eq!(
        files(repo.path()),
        [".env.example", ".gitignore", "a.py", "b.py"]
    );
    assert_told(&fix(&repo, &["--write"], &[&key]), 0, &["1 key replaced"]);
    assert!(read(&repo, "b.py").starts_with("# theirs\nimport os\nK = os.environ["));
}

#[test]
fn a_file_that_changed_since_it_was_read_is_left() {
    let (repo, key) = (Repo::new(), key());
    repo.write(".gitignore", "*.log\n");
    repo.write("a.py", format!("K = '{key}'\n"));
    // Of the same length, and the key is where it was.
    let theirs = format!("L = '{key}'\n");
    let Some(run) = fix_meanwhile(&repo, ".gitignore", "a.py", &theirs, &key) else {
        return;
    };
    let part = "a.py: it changed since it was read, and was not touched: run this again";
    assert_told(&run, 1, &[part, "0 keys replaced"]);
    assert_eq!(read(&repo, "a.py"), theirs);
    assert_eq!(files(repo.path()), [".gitignore", "a.py"]);
}

#[test]
fn who_cannot_give_a_file_away_is_told() {
    const NOBODY: u32 = 65534;
    let (repo, key) = (Repo::new(), key());
    let metadata = std::fs::metadata(repo.path()).expect("there");
    if metadata.uid() != 0 {
        return eprintln!("SKIPPED: only root can run it as somebody else");
    }
    repo.write("a.js", format!("f('{key}');\n"));
    for (name, mode) in [("", 0o777), ("a.js", 0o4666)] {
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(repo.join(name), mode).expect("set");
    }
    let mut program = command(repo.path(), &["fix", "--write"]);
    let Ok(output) = program.uid(NOBODY).gid(NOBODY).output() else {
        return eprintln!("SKIPPED: nobody else can run it");
    };
    let run = ended(output);
    let part = "a.js: its owner or group could not be kept: see that who has to can read it";
    assert_told(&run, 0, &["1 key replaced", part]);
    let metadata = std::fs::metadata(repo.join("a.js")).expect("there");
    assert_eq!((metadata.uid(), metadata.mode() & 0o7777), (NOBODY, 0o666));
}
