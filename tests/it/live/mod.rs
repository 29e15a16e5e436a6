//! The live check, of keys that nobody issued, by servers on this machine.

mod certificates;
mod chosen;
mod hostile;
mod keys;
mod limits;
mod proof;
mod proxied;
mod proxy;
pub mod replies;
mod secure;
pub mod server;
#[cfg(target_os = "linux")]
mod silence;
mod table;

use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::support::{Run, bounded, command};
use replies::knowing;
use server::{Reply, Server};

/// A folder with keys, each on a line of its own.
struct Leak(tempfile::TempDir);

impl Leak {
    fn of(keys: &[&String]) -> Self {
        let lines: Vec<String> = keys
            .iter()
            .map(|key| format!("AISA_API_KEY={key}\n"))
            .collect();
        Self::with(&lines.concat())
    }

    fn with(text: &str) -> Self {
        let leak = Self(tempfile::tempdir().expect("a temporary folder"));
        leak.write("leak.env", text);
        leak
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).expect("written");
    }

    /// A scan that asks about the keys there.
    fn asking(&self, base: &str, args: &[&str]) -> Command {
        let live = ["dir", "--verify", "--verify-base-url", base, "."];
        command(self.0.path(), &[&live, args].concat())
    }

    fn ask(&self, base: &str, args: &[&str]) -> Run {
        in_time(self.asking(base, args))
    }

    /// What is reported in JSON. Something was found whatever is answered.
    fn report(&self, base: &str, args: &[&str]) -> Value {
        let run = self.ask(base, &[&["-f", "json"], args].concat());
        assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
        run.json()
    }
}

/// Runs a command that must not wait for a server that never ends.
fn in_time(mut command: Command) -> Run {
    let [out, err] = [(); 2].map(|()| tempfile::NamedTempFile::new().expect("a temporary file"));
    let open = |file: &tempfile::NamedTempFile| file.reopen().expect("opened");
    let command = command.stdout(open(&out)).stderr(open(&err));
    let mut child = command.spawn().expect("the binary runs");
    let code = bounded::wait(&mut child, Duration::from_secs(120));
    let [stdout, stderr] = [out, err].map(|file| {
        let bytes = std::fs::read(file.path()).expect("read");
        String::from_utf8_lossy(&bytes).into_owned()
    });
    assert!(!stderr.contains("panicked"), "{stderr}");
    Run {
        code,
        stdout,
        stderr,
    }
}

/// The verdict about a key: its state and its reason.
fn verdict<'a>(report: &'a Value, key: &str) -> (&'a str, &'a str) {
    let fingerprint = aisaleaks::model::Secret::new(key).fingerprint();
    let keys = report["keys"].as_array().expect("keys");
    let mut found = keys
        .iter()
        .filter(|found| found["fingerprint"] == fingerprint);
    let verdict = &found.next().expect("because it is there")["verdict"];
    assert!(found.next().is_none(), "{report:#}");
    let text = |name: &str| verdict[name].as_str().unwrap_or_default();
    (text("state"), text("detail"))
}

/// What is made of an answer to a key, if other keys are refused; and the server.
fn made_of(reply: Reply, args: &[&str]) -> (String, String, Server, String) {
    let key = crate::support::key();
    let server = knowing([(key.clone(), reply)]);
    let report = Leak::of(&[&key]).report(&server.base(), args);
    let (state, detail) = verdict(&report, &key);
    (state.to_owned(), detail.to_owned(), server, key)
}
