//! What GitHub is told besides the reports.

use std::fs;
use std::process::Command;

use super::{Checkout, Hub, Job, pushed};
use crate::support::{Run, ended, key};

/// A push of this file, checked out.
fn push(hub: &Hub, name: &str, text: &str) -> (Checkout, std::path::PathBuf, String) {
    let before = hub.server.git(&["rev-parse", "main"]);
    let after = hub.commit("main", name, text);
    let checkout = hub.checkout("job", &after, "refs/heads/main", 0);
    let event = hub.event(pushed("refs/heads/main", &before, &after));
    (checkout, event, after)
}

fn outputs(job: &Job) -> Vec<&str> {
    job.outputs.lines().collect()
}

#[test]
fn outputs_tell_what_was_found() {
    let hub = Hub::new();
    let (checkout, event, after) = push(&hub, "new.py", &key());
    let job = checkout.github("push", &event, &after, &[]);
    let expected = [
        "found=true",
        "keys=1",
        "live=0",
        "complete=true",
        "upload=false",
        "sarif=aisaleaks.sarif",
    ];
    assert_eq!(outputs(&job), expected, "{}", job.said());
    let sarif = fs::read_to_string(checkout.folder.join("aisaleaks.sarif")).expect("written");
    assert!(sarif.contains("\"2.1.0\""));
    assert!(
        job.run.stdout.contains("::error file=new.py,line=1,"),
        "{}",
        job.said()
    );
    assert!(job.summary.contains("new.py"), "{}", job.summary);
    let link = format!("https://github.com/ada/app/commit/{after}");
    assert!(job.summary.contains(&link), "{}", job.summary);
    let other = checkout.github("push", &event, &after, &["--sarif", "out of/a.sarif"]);
    assert_eq!(other.run.code, 2, "a folder that is not there");
    let other = checkout.github("push", &event, &after, &["--sarif", "b.sarif", "-q"]);
    assert!(
        outputs(&other).contains(&"sarif=b.sarif"),
        "{}",
        other.said()
    );
}

#[test]
fn below_the_workspace_annotations_name_the_whole_path() {
    let hub = Hub::new();
    let (checkout, event, after) = push(&hub, "src/new.py", &key());
    let job = |args: &[&str]| {
        let mut job = checkout.job(
            args,
            &[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push")],
        );
        job.env(
            "GITHUB_WORKSPACE",
            checkout.folder.parent().expect("a folder"),
        )
        .env("GITHUB_EVENT_PATH", &event)
        .env("GITHUB_SHA", &after);
        job
    };
    let run = ended(job(&[]).output().expect("it runs"));
    assert!(
        run.stdout.contains("::error file=job/src/new.py,"),
        "{}",
        run.stdout
    );
    // Another repository may be checked out there than the one that the run is about.
    let summary = hub.beside("mine.md");
    let mut other = job(&[]);
    other.env("GITHUB_SERVER_URL", "https://github.com");
    other.env("GITHUB_REPOSITORY", "ada/app");
    other.env("GITHUB_STEP_SUMMARY", &summary);
    ended(other.output().expect("it runs"));
    let text = fs::read_to_string(summary).expect("written");
    assert!(text.contains("new.py") && !text.contains("https://github.com"));
    // From a folder inside, or from above: the same.
    for (folder, path) in [("src", "."), ("..", "job"), ("src", "..")] {
        let mut job = job(&[path]);
        let run = ended(
            job.current_dir(checkout.folder.join(folder))
                .output()
                .expect("it runs"),
        );
        assert!(
            run.stdout.contains("::error file=job/src/new.py,"),
            "{folder} {path}: {}",
            run.stdout
        );
    }
}

#[test]
fn a_summary_is_added_to_what_the_step_wrote() {
    let hub = Hub::new();
    let (checkout, event, after) = push(&hub, "new.py", "clean\n");
    let summary = hub.beside("mine.md");
    let run = |before: &[u8]| {
        fs::write(&summary, before).expect("written");
        let mut job = checkout.job(
            &[],
            &[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push")],
        );
        job.env("GITHUB_EVENT_PATH", &event)
            .env("GITHUB_SHA", &after)
            .env("GITHUB_STEP_SUMMARY", &summary);
        let run = ended(job.output().expect("it runs"));
        (run, fs::read(&summary).expect("there"))
    };
    let (clean, text) = run(b"# Mine\n");
    assert_eq!(clean.code, 0, "{}", clean.stderr);
    assert!(text.starts_with(b"# Mine\n") && text.len() > 20);
    // GitHub drops a summary of more than 1 MiB, and a run without one must not look like one with nothing to say.
    let full = vec![b'x'; (1 << 20) - 100];
    let (full_run, text) = run(&full);
    assert_eq!(full_run.code, 2, "{}", full_run.stderr);
    assert!(
        full_run.stderr.contains("leaves no room"),
        "{}",
        full_run.stderr
    );
    assert_eq!(text, full);
}

#[test]
fn ten_thousand_keys_fit() {
    let hub = Hub::new();
    let text: String = (0..10_000).map(|_| format!("{}\n", key())).collect();
    let (checkout, event, after) = push(&hub, "many.txt", &text);
    let job = checkout.github("push", &event, &after, &[]);
    assert_eq!(job.run.code, 1, "{}", job.run.stderr);
    assert!(outputs(&job).contains(&"keys=10000"));
    assert!(job.summary.len() <= 1 << 20, "{}", job.summary.len());
    assert!(job.summary.contains("10,000"), "how many there are");
    let count = |kind: &str| {
        let lines = job.run.stdout.lines();
        lines
            .filter(|line| line.starts_with(&format!("::{kind} ")))
            .count()
    };
    assert_eq!(count("error"), 10);
    assert!(count("warning") + count("notice") <= 20);
}

#[test]
fn what_cannot_be_written_is_told_and_does_not_look_clean() {
    let hub = Hub::new();
    let (checkout, event, after) = push(&hub, "new.py", "clean\n");
    let folder = hub.beside("a folder");
    fs::create_dir(&folder).expect("created");
    for variable in ["GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"] {
        let mut job = checkout.job(
            &[],
            &[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push")],
        );
        job.env("GITHUB_EVENT_PATH", &event)
            .env("GITHUB_SHA", &after)
            .env(variable, &folder);
        let run = ended(job.output().expect("it runs"));
        assert_eq!(run.code, 2, "{variable}: {}", run.stderr);
        assert!(run.stderr.contains(variable), "{}", run.stderr);
        assert!(
            run.stdout.contains("::error title=aisaleaks::"),
            "{}",
            run.stdout
        );
        // What could be written is.
        assert!(run.stdout.contains("no keys"), "{}", run.stdout);
    }
}

fn upload(args: &[&str], variables: &[(&str, &str)], from: &str) -> (Run, String) {
    let hub = Hub::new();
    let base = hub.server.git(&["rev-parse", "main"]);
    let head = hub.commit("feature", "new.py", "clean\n");
    let checkout = hub.checkout("job", &head, "refs/pull/7/head", 0);
    let event = hub.event(super::pull(&base, &head, from));
    let outputs = hub.beside("outputs");
    let mut job: Command = checkout.job(args, &[("GITHUB_ACTIONS", "true")]);
    job.env("GITHUB_EVENT_NAME", "pull_request")
        .env("GITHUB_EVENT_PATH", event)
        .env("GITHUB_OUTPUT", &outputs)
        .envs(variables.iter().copied());
    let run = ended(job.output().expect("it runs"));
    let text = fs::read_to_string(outputs).expect("written");
    let said = text.lines().find_map(|line| line.strip_prefix("upload="));
    (run, said.expect("an output").to_owned())
}

#[test]
fn an_upload_needs_a_token_that_may_write() {
    let asked = ["--upload", "true"];
    let token = [("GITHUB_TOKEN", "some-token")];
    let bot = [
        ("GITHUB_TOKEN", "some-token"),
        ("GITHUB_ACTOR", "dependabot[bot]"),
    ];
    for (args, variables, from, code, says, hint) in [
        (&[][..], &token[..], "ada/app", 0, "false", ""),
        (&asked, &token, "ada/app", 0, "true", ""),
        (&asked, &token, "bob/app", 0, "false", "may only read"),
        (&asked, &bot, "ada/app", 0, "false", "may only read"),
        (&asked, &[], "ada/app", 2, "false", "security-events: write"),
        (
            &asked,
            &[("GITHUB_TOKEN", "")],
            "ada/app",
            2,
            "false",
            "GITHUB_TOKEN is empty",
        ),
    ] {
        let (run, said) = upload(args, variables, from);
        assert_eq!((run.code, &*said), (code, says), "{from}: {}", run.stderr);
        assert!(run.stderr.contains(hint), "{}", run.stderr);
        assert!(!run.stderr.contains("some-token"));
    }
}

#[test]
fn an_upload_of_what_a_push_adds_alone_would_close_alerts() {
    let hub = Hub::new();
    let (checkout, event, after) = push(&hub, "new.py", "clean\n");
    for (args, said) in [(&[][..], true), (&["--mode", "all"], false)] {
        let args = [&["--upload", "true"], args].concat();
        let mut job = checkout.job(&args, &[("GITHUB_ACTIONS", "true"), ("GITHUB_TOKEN", "t")]);
        job.env("GITHUB_EVENT_NAME", "push")
            .env("GITHUB_EVENT_PATH", &event)
            .env("GITHUB_SHA", &after);
        let run = ended(job.output().expect("it runs"));
        assert_eq!(run.code, 0, "{}", run.stderr);
        let hint = "closes the alerts";
        assert_eq!(run.stderr.contains(hint), said, "{}", run.stderr);
    }
}

#[test]
fn a_report_takes_standard_output_or_a_file() {
    let hub = Hub::new();
    let (checkout, event, after) = push(&hub, "new.py", &key());
    let job = checkout.github("push", &event, &after, &["-f", "json"]);
    // The harness asks for one in a file as well.
    assert_eq!(job.run.code, 1, "{}", job.said());
    let whole: serde_json::Value = serde_json::from_str(&job.run.stdout).expect("JSON alone");
    assert_eq!(whole["keys"], job.report["keys"]);
    let job = checkout.github("push", &event, &after, &["-f", "github"]);
    let commands = job.run.stdout.matches("::error ").count();
    assert_eq!(commands, 1, "{}", job.said());
    let job = checkout.github(
        "push",
        &event,
        &after,
        &["-f", "sarif=aisaleaks.sarif", "-f", "jsonl=aisaleaks.sarif"],
    );
    assert_eq!(job.run.code, 2, "{}", job.said());
}

#[test]
fn explain_scans_and_writes_nothing() {
    let hub = Hub::new();
    let (checkout, event, after) = push(&hub, "new.py", &key());
    let job = checkout.github("push", &event, &after, &["--explain", "--upload", "true"]);
    assert_eq!(job.run.code, 0, "{}", job.said());
    assert!(job.report.is_null() && job.outputs.is_empty() && job.summary.is_empty());
    assert!(!checkout.folder.join("aisaleaks.sarif").exists());
    for part in [
        "GitHub Actions",
        "a push to refs/heads/main",
        &after[..12],
        "GITHUB_STEP_SUMMARY",
        "GITHUB_TOKEN is not set",
    ] {
        assert!(job.run.stdout.contains(part), "{part}: {}", job.run.stdout);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_told_does_not_spoil_a_report_on_standard_output() {
    let hub = Hub::new();
    let (checkout, event, after) = push(&hub, "new.py", "clean\n");
    let mut job = checkout.job(&["-f", "json"], &[("GITHUB_ACTIONS", "true")]);
    let job = job
        .env("GITHUB_EVENT_NAME", "push")
        .env("GITHUB_EVENT_PATH", &event)
        .env("GITHUB_SHA", &after)
        .env("GITHUB_OUTPUT", "/dev/full");
    let run = ended(job.output().expect("it runs"));
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("GITHUB_OUTPUT"), "{}", run.stderr);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON alone");
    assert_eq!(report["complete"], true);
}
