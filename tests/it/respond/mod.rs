//! `respond`: the whole response to a leak, ticked off by what was really done.

mod guards;
mod hostile;
mod places;
mod reports;
mod stores;

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::recheck::server::Server;
use super::recheck::{REVOKED, WORKS};
use super::support::{Repo, Run, command, ended, key, run};

/// A repository with a key in a file that is committed, and the report of its scan beside it.
struct Leak {
    repo: Repo,
    key: String,
    beside: tempfile::TempDir,
}

impl Leak {
    fn new() -> Self {
        let leak = Self {
            repo: Repo::new(),
            key: key(),
            beside: tempfile::tempdir().expect("a temporary folder"),
        };
        leak.repo
            .write("app.py", format!("KEY = '{}'\n", leak.key))
            .commit("begin");
        leak.scan(&["scan", "."]);
        leak
    }

    /// Scans anew.
    fn scan(&self, args: &[&str]) {
        let output = format!("json={}", self.report().display());
        let scan = run(self.repo.path(), &[args, &["-f", &output]].concat());
        assert_eq!(scan.code, 1, "{}{}", scan.stdout, scan.stderr);
    }

    fn report(&self) -> PathBuf {
        self.beside.path().join("report.json")
    }

    /// Asks an AIsa on this machine, which answers so, and keeps that in the report.
    fn recheck(&self, answer: (u16, &str)) {
        let server = Server::new(&[(&self.key, answer)]);
        let mut recheck = command(self.repo.path(), &["recheck", "-f", "json", "-o"]);
        recheck.arg(self.report()).arg(self.report());
        let done = ended(recheck.args(server.flags()).output().expect("it runs"));
        assert!(done.code < 2, "{}", done.stderr);
    }

    /// The response, from a folder, with these arguments; nothing of the key may be in it.
    fn respond_at(&self, at: &Path, args: &[&str]) -> Run {
        let mut respond = command(at, &["respond"]);
        respond.arg(self.report()).args(args);
        let run = ended(respond.output().expect("the binary runs"));
        for text in [&run.stdout, &run.stderr] {
            assert!(!text.contains(&self.key[10..20]), "{text}");
        }
        run
    }

    fn respond(&self, args: &[&str]) -> Run {
        self.respond_at(self.repo.path(), args)
    }

    fn json(&self) -> Value {
        self.respond(&["-f", "json"]).json()
    }

    /// Rewrites the history without the file.
    fn purge(&self) {
        self.repo.git(&["rm", "-q", "--cached", "app.py"]);
        self.repo
            .git(&["commit", "-q", "--amend", "--allow-empty", "-m", "begin"]);
        self.repo
            .git(&["reflog", "expire", "--expire=now", "--all"]);
        self.repo.git(&["gc", "-q", "--prune=now"]);
    }
}

/// The states of the items of a step, in order.
fn states<'r>(response: &'r Value, step: &str) -> Vec<&'r str> {
    let items = items(response, step).iter();
    items
        .map(|item| item["state"].as_str().expect("a state"))
        .collect()
}

fn items<'r>(response: &'r Value, step: &str) -> &'r [Value] {
    let steps = response["steps"].as_array().expect("steps");
    let found = steps.iter().find(|at| at["name"] == step);
    found.unwrap_or_else(|| panic!("{response:#}"))["items"]
        .as_array()
        .expect("items")
}

fn evidence<'r>(response: &'r Value, step: &str, number: usize) -> &'r str {
    items(response, step)[number]["evidence"]
        .as_str()
        .unwrap_or_default()
}
