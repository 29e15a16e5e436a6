//! Keys of an earlier report that are read again from where they stand, and asked about.

mod answers;
mod hostile;
mod places;
pub mod server;

use std::path::{Path, PathBuf};

use aisaleaks::model::Secret;
use serde_json::{Value, json};

use super::support::{Run, command, ended, run};
use server::Server;

/// The answer about a key that works.
pub const WORKS: (u16, &str) = (200, r#"{"balance": 12.5, "currency": "USD"}"#);
/// The answer about one that was revoked.
pub const REVOKED: (u16, &str) = (401, r#"{"error": {"code": "revoked_api_key"}}"#);

/// A report of a scan, in a folder of its own.
struct Reported {
    folder: tempfile::TempDir,
}

impl Reported {
    /// Scans from a folder, and keeps the report.
    fn scan(at: &Path, args: &[&str]) -> Self {
        let reported = Self::of(&json!({}));
        let output = format!("json={}", reported.file().display());
        let scan = run(at, &[args, &["-f", &output, "--no-config"]].concat());
        assert_eq!(scan.code, 1, "{}{}", scan.stdout, scan.stderr);
        reported
    }

    /// Takes this for a report.
    fn of(report: &Value) -> Self {
        Self::text(report.to_string())
    }

    fn text(text: impl AsRef<[u8]>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let reported = Self { folder };
        std::fs::write(reported.file(), text).expect("written");
        reported
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("report.json")
    }

    fn json(&self) -> Value {
        let text = std::fs::read(self.file()).expect("read");
        serde_json::from_slice(&text).expect("JSON")
    }

    /// Changes the report.
    fn edit(&self, edit: impl FnOnce(&mut Value)) {
        let mut report = self.json();
        edit(&mut report);
        std::fs::write(self.file(), report.to_string()).expect("written");
    }

    fn recheck(&self, at: &Path, server: &Server, args: &[&str]) -> Run {
        let file = self.file();
        let mut command = command(at, &["recheck"]);
        command.arg(file).args(server.flags()).args(args);
        ended(command.output().expect("the binary runs"))
    }
}

/// A report with a key that has these places, scanned in this folder.
fn naming(key: &str, target: &str, places: Value) -> Value {
    json!({
        "schema": "aisaleaks/1",
        "targets": [{"path": target, "kind": "files", "head": null, "shallow": false}],
        "keys": [{
            "fingerprint": Secret::new(key).fingerprint(),
            "redacted": Secret::new(key).redacted(),
            "rule": "aisa-api-key",
            "locations": places,
        }],
    })
}

/// What the report says of a key.
fn verdict<'r>(report: &'r Value, key: &str) -> &'r Value {
    let fingerprint = Secret::new(key).fingerprint();
    let keys = report["keys"].as_array().expect("keys");
    let found = keys.iter().find(|at| at["fingerprint"] == fingerprint);
    &found.unwrap_or_else(|| panic!("{report:#}"))["verdict"]
}
