//! What scripts rely on: exit statuses, messages that say what to do, and the fields of the JSON report.

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::support::{Repo, Run, command, has, key, legacy_key, locations, problems, report, run};

/// A folder with one file.
fn folder(text: impl AsRef<[u8]>) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("file.txt"), text).expect("written");
    folder
}

/// A key of a shape that is not documented: medium confidence.
fn future_key() -> String {
    format!("{}{}", key(), &key()[8..25])
}

/// Destroys a loose object of a repository.
fn damage(repo: &Repo) {
    repo.write("doomed", "content").git(&["add", "doomed"]);
    let id = repo.git(&["hash-object", "doomed"]);
    let path = repo.join(&format!(".git/objects/{}/{}", &id[..2], &id[2..]));
    std::fs::remove_file(&path).expect("removed");
    std::fs::write(&path, "garbage").expect("written");
}

fn assert_says(run: &Run, code: i32, parts: &[&str]) {
    assert_eq!(run.code, code, "{}", run.stderr);
    for part in parts {
        assert!(
            run.stderr.contains(part),
            "{part:?} is not in {:?}",
            run.stderr
        );
    }
}

#[test]
fn exits_with_0_when_clean_and_1_when_something_was_found() {
    let clean = folder("nothing");
    let (code, report) = report(clean.path(), &["dir"]);
    assert_eq!((code, &report["complete"]), (0, &true.into()));
    assert_eq!(run(clean.path(), &["dir", "-q"]).stdout, "");

    let leak = folder(key());
    for command in ["dir", "scan"] {
        assert_eq!(run(leak.path(), &[command]).code, 1);
        assert_eq!(run(leak.path(), &[command, ".", "-q"]).code, 1);
    }
    assert_eq!(
        run(leak.path(), &[]).code,
        1,
        "scan is what happens if nothing is said"
    );
    assert_eq!(run(leak.path(), &["--exit-code", "7"]).code, 7);
    assert_eq!(run(clean.path(), &["--exit-code", "7"]).code, 0);
}

#[test]
fn fail_on_says_which_severity_counts() {
    let (high, medium) = (folder(key()), folder(future_key()));
    for (level, for_high, for_medium) in [
        ("never", 0, 0),
        ("note", 1, 1),
        ("warning", 1, 1),
        ("error", 1, 0),
    ] {
        assert_eq!(
            run(high.path(), &["dir", "--fail-on", level]).code,
            for_high,
            "{level}"
        );
        assert_eq!(
            run(medium.path(), &["dir", "--fail-on", level]).code,
            for_medium,
            "{level}"
        );
    }
}

#[test]
fn an_incomplete_scan_is_3_unless_something_was_found_or_it_may_pass() {
    let repo = Repo::new();
    repo.write("a.txt", "nothing").commit("begin");
    damage(&repo);
    let (code, incomplete) = report(repo.path(), &["git"]);
    assert_eq!((code, &incomplete["complete"]), (3, &false.into()));
    assert_eq!(problems(&incomplete), ["damaged-object"]);
    for (flags, code) in [
        (&["--on-incomplete", "pass"][..], 0),
        (&["--on-incomplete", "fail"], 3),
        (&["--fail-on", "never"], 3),
        (&["--exit-code", "7"], 3),
    ] {
        assert_eq!(
            run(repo.path(), &[&["git"], flags].concat()).code,
            code,
            "{flags:?}"
        );
    }
    let human = run(repo.path(), &["git"]).stdout;
    assert!(
        human.contains("Not everything could be read: 1 problem"),
        "{human}"
    );

    let key = key();
    repo.write("leak.txt", &key);
    let (code, found) = report(repo.path(), &["scan"]);
    assert_eq!((code, &found["complete"]), (1, &false.into()));
    assert!(has(&found, &key));
    assert_eq!(run(repo.path(), &["scan", "--fail-on", "never"]).code, 3);
}

#[test]
fn an_accepted_problem_does_not_count() {
    let repo = Repo::new();
    repo.write("a.txt", "nothing").commit("begin");
    damage(&repo);
    let (_, before) = report(repo.path(), &["scan"]);
    let fingerprint = before["problems"][0]["fingerprint"]
        .as_str()
        .expect("a fingerprint");
    let accept = format!("[[accept]]\nproblem = \"{fingerprint}\"\nreason = \"test data\"\n");
    repo.write(".aisaleaks.toml", accept);
    for command in ["scan", "git"] {
        let (code, after) = report(repo.path(), &[command]);
        assert_eq!((code, &after["complete"]), (0, &true.into()));
        assert_eq!(after["problems"][0]["accepted"], "test data");
        assert_eq!(after["problems"][0]["fingerprint"], fingerprint);
    }
    let human = run(repo.path(), &["scan"]).stdout;
    assert!(
        human.contains("Accepted: damaged-object") && human.contains("test data"),
        "{human}"
    );

    let another = "0".repeat(64);
    repo.write(
        ".aisaleaks.toml",
        format!("[[accept]]\nproblem = \"sha256:{another}\"\nreason = \"another\"\n"),
    );
    assert_eq!(run(repo.path(), &["scan"]).code, 3);
    repo.write(".aisaleaks.toml", "[limits]\n");
    assert_says(
        &run(repo.path(), &["scan"]),
        2,
        &[".aisaleaks.toml", "correct the file"],
    );
}

#[test]
fn what_cannot_be_done_is_2_and_says_what_to_do() {
    let leak = folder(key());
    let at = leak.path();
    assert_says(
        &run(at, &["git"]),
        2,
        &["not a git repository", "aisaleaks dir"],
    );
    for command in ["scan", "dir", "git"] {
        let run = run(at, &[command, "absent/folder"]);
        assert_says(&run, 2, &["absent/folder", "check the path"]);
        assert_eq!(run.stdout, "");
    }
    assert_says(
        &run(at, &["-f", "yaml"]),
        2,
        &[
            "yaml",
            "human, json, jsonl, sarif, github, gitlab, junit, markdown or html",
        ],
    );
    assert_says(
        &run(at, &["--fail-on", "sometimes"]),
        2,
        &["sometimes", "never"],
    );
    assert_says(
        &run(at, &["dir", "--nonsense"]),
        2,
        &["--nonsense", "--help"],
    );
    for report in [
        &["-o", "/dev/full"][..],
        &["-f", "json=/dev/full"],
        &["-o", "absent/report"],
    ] {
        let run = run(at, &[&["dir"], report].concat());
        assert_says(&run, 2, &["cannot write the report", "--output"]);
    }
    let full = std::fs::File::create("/dev/full").expect("opened");
    let status = command(at, &["dir"])
        .stdout(full)
        .stderr(Stdio::null())
        .status();
    assert_eq!(status.expect("the binary runs").code(), Some(2));
    assert_eq!(run(at, &["--help"]).code, 0);
    assert_eq!(run(at, &["--version"]).code, 0);
}

#[test]
fn writes_every_report_that_is_asked_for() {
    let (key, elsewhere) = (key(), tempfile::tempdir().expect("a temporary folder"));
    let leak = folder(&key);
    let human = elsewhere.path().join("human.txt");
    let option = format!("human={}", human.display());
    let both = run(leak.path(), &["-f", "json", "-f", &option]);
    assert_eq!(both.code, 1);
    assert!(has(&both.json(), &key));
    let text = std::fs::read_to_string(&human).expect("the report");
    assert!(
        text.contains("file.txt:1:1") && text.contains("Revoke"),
        "{text}"
    );
    assert!(!text.contains('\u{1b}'), "colour in a file");

    let output = elsewhere.path().join("report.json");
    let to_file = run(
        leak.path(),
        &["-f", "json", "-o", output.to_str().expect("UTF-8")],
    );
    assert_eq!((to_file.code, to_file.stdout.as_str()), (1, ""));
    let text = std::fs::read_to_string(&output).expect("the report");
    assert!(has(&serde_json::from_str(&text).expect("JSON"), &key));
}

fn names(value: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = value
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    names
}

fn assert_names(value: &Value, expected: &str) {
    let mut expected: Vec<&str> = expected.split_whitespace().collect();
    expected.sort_unstable();
    assert_eq!(names(value), expected);
}

#[test]
fn the_json_report_has_the_fields_of_its_schema_and_no_others() {
    let (repo, key, legacy) = (Repo::new(), key(), legacy_key());
    repo.write("old.txt", &key)
        .write("aisa.txt", format!("AISA_API_KEY={legacy}"));
    let head = repo.commit("begin");
    damage(&repo);
    let run = run(repo.path(), &["-f", "json"]);
    let json = run.json();
    assert_names(
        &json,
        "schema tool complete targets problems stats live hidden keys suppressed stale hygiene",
    );
    assert_eq!(json["schema"], "aisaleaks/1");
    assert_names(&json["tool"], "name version");
    assert_eq!(json["tool"]["name"], "aisaleaks");
    assert_names(
        &json["stats"],
        "files blobs commits bytes excluded duration_ms",
    );
    assert_eq!(
        (&json["stats"]["commits"], &json["stats"]["blobs"]),
        (&1.into(), &2.into())
    );
    let targets = json["targets"].as_array().expect("targets");
    for target in targets {
        assert_names(target, "path kind head shallow");
    }
    let git = targets
        .iter()
        .find(|target| target["kind"] == "git")
        .expect("the repository");
    assert_eq!(
        (&git["head"], &git["shallow"]),
        (&head.into(), &false.into())
    );
    assert!(targets.iter().any(|target| target["kind"] == "files"));
    assert_names(
        &json["problems"][0],
        "kind where message fingerprint accepted",
    );
    assert_eq!(json["keys"].as_array().expect("keys").len(), 2);
    for key in json["keys"].as_array().expect("keys") {
        assert_names(
            key,
            "fingerprint redacted secret rule confidence severity verdict first_seen age_days at_head pushed notes \
             locations",
        );
        assert_names(&key["verdict"], "state detail checked_at balance");
        assert_eq!(key["verdict"]["state"], "unchecked");
        assert_eq!(key["secret"], Value::Null);
        for location in key["locations"].as_array().expect("locations") {
            assert_names(
                location,
                "origin path path_bytes renamed_from member line column end_line end_column encoding blob introduced removed \
                 events events_total refs refs_total reachable tracked notes",
            );
        }
    }
}

/// A run of `stdin` whose input stays open.
fn waiting(at: &Path, args: &[&str]) -> Child {
    let mut command = command(at, &[&["stdin"], args].concat());
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.spawn().expect("the binary runs")
}

#[test]
fn a_broken_pipe_does_not_hide_what_was_found() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for format in ["human", "json", "jsonl", "sarif"] {
        let mut child = waiting(folder.path(), &["-f", format]);
        drop(child.stdout.take());
        let text = (0..2000).fold(String::new(), |text, _| text + &key() + "\n");
        child
            .stdin
            .take()
            .expect("a pipe")
            .write_all(text.as_bytes())
            .expect("written");
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(1), "{format}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{format}");
    }
}

#[test]
fn an_interrupted_run_still_reports_and_says_so() {
    let (folder, key) = (tempfile::tempdir().expect("a temporary folder"), key());
    let mut child = waiting(folder.path(), &["-f", "json"]);
    let mut input = child.stdin.take().expect("a pipe");
    writeln!(input, "AISA_API_KEY={key}").expect("written");
    std::thread::sleep(Duration::from_millis(500));
    let kill = |child: &Child| {
        let id = child.id().to_string();
        std::process::Command::new("kill")
            .args(["-INT", &id])
            .status()
            .expect("kill runs")
    };
    assert!(kill(&child).success());
    // The signal is handled by a thread of its own; the end of the input must not overtake it.
    std::thread::sleep(Duration::from_millis(500));
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    let json: Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!(
        (&json["complete"], problems(&json)),
        (&false.into(), vec!["interrupted"])
    );
    assert!(has(&json, &key), "what was read before is searched");
}

#[test]
fn paths_that_overlap_are_scanned_and_reported_once() {
    let (repo, key) = (Repo::new(), key());
    let text = format!("k = '{key}'\n");
    repo.write("src/a.py", &text).write("b.py", &text);
    repo.commit("begin");
    std::os::unix::fs::symlink("src", repo.join("to-src")).expect("linked");
    std::os::unix::fs::symlink("b.py", repo.join("to-b")).expect("linked");
    let here = repo.path().to_str().expect("UTF-8");
    for (paths, expected) in [
        (&["."][..], &["b.py", "src/a.py"][..]),
        (&[".", "src"], &["b.py", "src/a.py"]),
        (&["src", "."], &["b.py", "src/a.py"]),
        (&[".", "src/a.py", "b.py"], &["b.py", "src/a.py"]),
        (&[".", here], &["b.py", "src/a.py"]),
        (&[".", "to-src", "to-b"], &["b.py", "src/a.py"]),
        (&["src", "src/", "./src"], &["src/a.py"]),
        (&["to-b", "b.py"], &["b.py"]),
        (&["to-src", "src/a.py"], &["to-src/a.py"]),
    ] {
        let (code, report) = report(repo.path(), &[&["dir"], paths].concat());
        assert_eq!(code, 1, "{paths:?}");
        let mut found: Vec<&str> = locations(&report, &key)
            .iter()
            .map(|at| at["path"].as_str().expect("a path"))
            .collect();
        found.sort_unstable();
        assert_eq!(found, expected, "{paths:?}");
        if paths.contains(&".") {
            let alone = self::report(repo.path(), &["dir", "."]).1;
            assert_eq!(
                report["stats"]["files"], alone["stats"]["files"],
                "{paths:?}"
            );
            assert_eq!(
                report["stats"]["bytes"], alone["stats"]["bytes"],
                "{paths:?}"
            );
        }
    }
}

#[test]
fn targets_name_the_repository_of_a_linked_work_tree() {
    let (repo, folder) = (
        Repo::new(),
        tempfile::tempdir().expect("a temporary folder"),
    );
    repo.write("a.txt", "nothing").commit("begin");
    let linked = folder.path().join("linked");
    let linked_path = linked.to_str().expect("UTF-8");
    repo.git(&["worktree", "add", "-q", "--detach", linked_path]);
    let objects = repo
        .join(".git/objects")
        .canonicalize()
        .expect("it is there");
    for command in ["scan", "git"] {
        let (code, report) = report(&linked, &[command]);
        assert_eq!(code, 0);
        let targets = report["targets"].as_array().expect("targets");
        let paths: Vec<&str> = targets
            .iter()
            .filter_map(|at| at["path"].as_str())
            .collect();
        let objects = objects.to_str().expect("UTF-8");
        assert!(
            paths.contains(&objects),
            "{command}: {objects} in {paths:?}"
        );
        assert!(
            !paths.iter().any(|path| path.contains("..")),
            "{command}: {paths:?}"
        );
    }
}

#[test]
fn contents_that_lfs_keeps_elsewhere_are_counted() {
    let (repo, key) = (Repo::new(), key());
    let pointer = format!(
        "version https://git-lfs.github.com/spec/v1\nx-note {key}\noid sha256:{}\nsize 12345\n",
        "5a".repeat(32)
    );
    repo.write("large.bin", &pointer);
    repo.write("docs.md", format!("    {pointer}"));
    let (_, report) = report(repo.path(), &["dir"]);
    assert_eq!(report["stats"]["excluded"]["lfs-content"], 1);
    assert_eq!(locations(&report, &key).len(), 2, "the pointer is scanned");
    let human = run(repo.path(), &["dir"]).stdout;
    assert!(
        human.contains("the contents of 1 Git LFS pointer"),
        "{human}"
    );
}
