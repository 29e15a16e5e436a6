//! Damage in a git directory besides its objects: refs, configuration, alternates, permissions.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::{damaged, look};
use crate::support::bounded::finish;
use crate::support::files::{fifo, is_root};
use crate::support::{Repo, command, git, has, key, problems};

#[test]
fn a_ref_that_points_nowhere_is_named() {
    for (file, text) in [
        (
            "refs/heads/gone",
            "1234567890123456789012345678901234567890\n",
        ),
        ("refs/heads/broken", "nonsense"),
        ("refs/heads/empty", ""),
        (
            "packed-refs",
            "1234567890123456789012345678901234567890 refs/heads/gone\n",
        ),
        ("packed-refs", "nonsense\n"),
    ] {
        damaged("broken-ref", |repo, text_of_commit| {
            repo.write("text.txt", text_of_commit).commit("text");
            fs::write(repo.join(".git").join(file), text).expect("written");
            repo.path().to_path_buf()
        });
    }
}

#[test]
fn a_fifo_where_git_keeps_a_file_is_never_waited_for() {
    for (file, kind) in [
        ("HEAD", "special-file"),
        ("packed-refs", "special-file"),
        ("config", "special-file"),
        ("refs/heads/fifo", "special-file"),
        (
            "objects/11/22222222222222222222222222222222222222",
            "special-file",
        ),
        ("objects/info/alternates", "broken-alternate"),
    ] {
        damaged(kind, |repo, text| {
            repo.write("text.txt", text).commit("text");
            let path = repo.join(".git").join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("created");
            fifo(&path);
            repo.path().to_path_buf()
        });
    }
}

#[test]
fn an_include_that_is_a_fifo_is_never_waited_for() {
    let planted = key();
    let repo = Repo::new();
    repo.write("text.txt", &planted).commit("text");
    repo.git(&["config", "include.path", "pipe"]);
    fifo(&repo.join(".git/pipe"));
    let (code, report) = look(repo.path());
    assert_eq!(code, 1);
    assert!(has(&report, &planted));
}

#[test]
fn a_head_that_leads_in_a_circle_is_followed_once() {
    let planted = key();
    let repo = Repo::new();
    repo.write("text.txt", &planted).commit("text");
    repo.git(&["symbolic-ref", "refs/heads/a", "refs/heads/b"]);
    repo.git(&["symbolic-ref", "refs/heads/b", "refs/heads/a"]);
    fs::write(repo.join(".git/HEAD"), "ref: refs/heads/a\n").expect("written");
    let (code, report) = look(repo.path());
    assert_eq!(code, 1, "{report:#}");
    assert!(has(&report, &planted));
}

fn borrow(from: &Path, text: String) {
    fs::create_dir_all(from.join("info")).expect("created");
    fs::write(from.join("info/alternates"), text).expect("written");
}

#[test]
fn alternates_that_lead_in_a_circle_are_followed_once() {
    let [one, other] = [key(), key()];
    let repo = Repo::new();
    repo.write("text.txt", &one).commit("text");
    repo.git(&["init", "-q", "-b", "main", "other"]);
    fs::write(repo.join("other/text.txt"), &other).expect("written");
    git(&repo.join("other"), &["add", "-A"]);
    git(&repo.join("other"), &["commit", "-q", "-m", "other"]);
    let objects = [".git/objects", "other/.git/objects"].map(|path| repo.join(path));
    borrow(
        &objects[0],
        format!("{}\n{}\n", objects[1].display(), objects[0].display()),
    );
    borrow(&objects[1], format!("{}\n", objects[0].display()));
    let (code, report) = look(repo.path());
    assert_eq!(code, 1, "{report:#}");
    assert!(has(&report, &one) && has(&report, &other), "{report:#}");
    assert_eq!(report["complete"], true, "{report:#}");
}

#[test]
fn an_alternate_that_is_not_there_is_named() {
    for line in ["/nonexistent/objects\n", "../../gone\n", "../HEAD\n"] {
        damaged("broken-alternate", |repo, text| {
            repo.write("text.txt", text).commit("text");
            borrow(&repo.join(".git/objects"), line.to_owned());
            repo.path().to_path_buf()
        });
    }
}

#[test]
fn a_repository_of_another_user_is_scanned() {
    if !is_root() {
        return;
    }
    let planted = key();
    for (text, expected) in [(planted.as_str(), 1), ("no key", 0)] {
        let repo = Repo::new();
        repo.write("text.txt", text).commit("text");
        let status = Command::new("chown")
            .args(["-R", "65534:65534"])
            .arg(repo.path())
            .status();
        assert!(status.expect("chown runs").success());
        let (code, report) = look(repo.path());
        assert_eq!(code, expected, "{report:#}");
        assert_eq!(has(&report, &planted), expected == 1);
        assert_eq!(report["complete"], true, "{report:#}");
    }
}

#[test]
fn features_that_are_not_known_are_named_and_objects_scanned() {
    damaged("unsupported", |repo, text| {
        repo.write("text.txt", text).commit("text");
        repo.git(&["config", "extensions.foo", "bar"]);
        repo.path().to_path_buf()
    });
    damaged("unsupported", |repo, text| {
        repo.git(&["init", "-q", "-b", "main", "--ref-format=reftable", "table"]);
        let table = repo.join("table");
        fs::write(table.join("text.txt"), text).expect("written");
        git(&table, &["add", "-A"]);
        git(&table, &["commit", "-q", "-m", "text"]);
        table
    });
}

#[test]
fn a_directory_of_git_that_is_no_directory_is_named() {
    for path in ["objects/pack", "objects/11", "refs"] {
        damaged("unreadable", |repo, text| {
            repo.write("text.txt", text).commit("text");
            let target = repo.join(".git").join(path);
            drop(fs::remove_dir_all(&target));
            fs::write(&target, "").expect("written");
            repo.path().to_path_buf()
        });
    }
}

#[test]
fn alternates_deeper_than_the_limit_are_named() {
    damaged("limit", |repo, text| {
        repo.write("text.txt", text).commit("text");
        let mut from = repo.join(".git/objects");
        for number in 0..7 {
            let next = repo.join(&format!("alternate-{number}"));
            borrow(&from, format!("{}\n", next.display()));
            fs::create_dir_all(&next).expect("created");
            from = next;
        }
        repo.path().to_path_buf()
    });
}

/// Runs the scan as a user whom permissions bind; `None` if that user cannot reach the binary.
fn look_as_nobody(folder: &Path) -> Option<(i32, Value)> {
    let mut run = command(folder, &["git", "-f", "json"]);
    if is_root() {
        let owned = Command::new("chown")
            .args(["-R", "65534:65534"])
            .arg(folder)
            .status();
        assert!(owned.expect("chown runs").success());
        run.uid(65534).gid(65534);
        let mut probe = Command::new(run.get_program());
        let reached = probe
            .arg("--version")
            .uid(65534)
            .stdout(Stdio::null())
            .status();
        reached.ok()?;
    }
    Some(finish(run, Duration::from_secs(20)))
}

#[test]
fn what_cannot_be_read_is_named() {
    const OBJECT: &str = "22222222222222222222222222222222222222";
    for (path, is_folder, kind) in [
        ("objects/pack", true, "unreadable"),
        ("objects/11", true, "unreadable"),
        ("refs/tags", true, "unreadable"),
        ("packed-refs", false, "unreadable"),
        ("config", false, "unreadable"),
        ("HEAD", false, "unreadable"),
        ("refs/heads/other", false, "unreadable"),
        ("objects/info/alternates", false, "broken-alternate"),
        (&format!("objects/11/{OBJECT}"), false, "damaged-object"),
        (
            &format!("objects/pack/pack-{OBJECT}.pack"),
            false,
            "damaged-pack",
        ),
    ] {
        for expected in [1, 3] {
            // One blob in 256 stands in the very folder that cannot be read.
            let (repo, planted) = std::iter::repeat_with(|| (Repo::new(), key()))
                .find(|(repo, planted)| {
                    let text = if expected == 1 { planted } else { "no key" };
                    repo.write("text.txt", text).commit("text");
                    !repo.join(".git/objects/11").exists()
                })
                .expect("it goes on until there is one");
            let target = repo.join(".git").join(path);
            let folder = if is_folder {
                &target
            } else {
                target.parent().expect("a parent")
            };
            fs::create_dir_all(folder).expect("created");
            if !is_folder && !target.exists() {
                fs::write(&target, "").expect("written");
            }
            fs::set_permissions(&target, fs::Permissions::from_mode(0o000)).expect("set");
            let Some((code, report)) = look_as_nobody(repo.path()) else {
                return;
            };
            fs::set_permissions(&target, fs::Permissions::from_mode(0o755)).expect("set");
            assert_eq!(code, expected, "{path}: {report:#}");
            assert_eq!(has(&report, &planted), expected == 1, "{path}");
            assert_eq!(report["complete"], false, "{path}");
            assert!(problems(&report).contains(&kind), "{path}: {report:#}");
        }
    }
}
