//! Runs of the real binary that must end in time, whatever they are given.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::command;

/// Waits for a child, which must end in time; it is killed otherwise.
pub fn wait(child: &mut Child, limit: Duration) -> i32 {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a status") {
            return status.code().unwrap_or(-1);
        }
        if begun.elapsed() > limit {
            child.kill().expect("killed");
            child.wait().expect("a status");
            panic!("it hangs");
        }
        sleep(Duration::from_millis(2));
    }
}

/// Runs a prepared command that prints a JSON report, and must neither hang nor panic.
pub fn finish(mut command: Command, limit: Duration) -> (i32, Value) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [out, err] = ["out", "err"].map(|name| folder.path().join(name));
    let file = |path: &Path| Stdio::from(fs::File::create(path).expect("created"));
    command
        .stdin(Stdio::null())
        .stdout(file(&out))
        .stderr(file(&err));
    let mut child = command.spawn().expect("the binary runs");
    let code = wait(&mut child, limit);
    let [out, err] = [out, err].map(|path| fs::read(path).expect("read"));
    let [out, err] = [out, err].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(!err.contains("panicked"), "{err}");
    let report = serde_json::from_str(&out);
    (
        code,
        report.unwrap_or_else(|why| panic!("{why}\n{out}\n{err}")),
    )
}

/// A scan with this many threads.
pub fn look_with(folder: &Path, args: &[&str], threads: &str, seconds: u64) -> (i32, Value) {
    let run = command(folder, &[args, &["-f", "json", "-j", threads]].concat());
    finish(run, Duration::from_secs(seconds))
}

/// A scan with one thread and with four, which must report the same.
pub fn look(folder: &Path, args: &[&str]) -> (i32, Value) {
    let [one, four] = ["1", "4"].map(|threads| {
        let (code, mut report) = look_with(folder, args, threads, 20);
        report["stats"]["duration_ms"] = 0.into();
        (code, report)
    });
    assert_eq!(one, four, "the report depends on the number of threads");
    one
}
