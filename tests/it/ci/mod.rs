//! `ci`: what each service's run is about, on checkouts as services make them.

mod bad;
mod github;
mod github_push;
mod gitlab;
mod services;
mod silence;
mod told;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Repo, Run, command, ended, git};

/// A repository on a server, and what jobs make of it.
pub(crate) struct Hub {
    pub(crate) server: Repo,
    jobs: tempfile::TempDir,
}

impl Hub {
    /// With one commit on `main`.
    pub(crate) fn new() -> Self {
        let server = Repo::new();
        // Servers give out commits that no branch leads to, as GitHub and GitLab do.
        server.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
        server.write("readme", "hello\n").commit("one");
        Self {
            server,
            jobs: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    /// Something beside the checkouts.
    fn beside(&self, name: &str) -> PathBuf {
        self.jobs.path().join(name)
    }

    /// A commit on a branch, which is made if it is new, that writes a file.
    pub(crate) fn commit(&self, branch: &str, name: &str, text: &str) -> String {
        let exists = !self.server.git(&["branch", "--list", branch]).is_empty();
        match exists {
            true => self.server.git(&["checkout", "-q", branch]),
            false => self.server.git(&["checkout", "-q", "-b", branch]),
        };
        self.server.write(name, text).commit(name)
    }

    /// The merge that a service tries of a head into a base; no branch leads to it.
    pub(crate) fn merge(&self, base: &str, head: &str) -> String {
        self.server.git(&["checkout", "-q", "--detach", base]);
        self.server
            .git(&["merge", "-q", "--no-ff", "-m", "a try", head]);
        let merge = self.server.git(&["rev-parse", "HEAD"]);
        self.server.git(&["checkout", "-q", "main"]);
        merge
    }

    /// A checkout of a commit under a ref, as actions/checkout makes it: with `depth` 0 of all branches and tags.
    pub(crate) fn checkout(&self, name: &str, commit: &str, refname: &str, depth: u32) -> Checkout {
        let folder = self.beside(name);
        fs::create_dir(&folder).expect("created");
        git(&folder, &["init", "-q", "-b", "none"]);
        let url = format!("file://{}", self.server.path().display());
        git(&folder, &["remote", "add", "origin", &url]);
        let own = match refname.strip_prefix("refs/heads/") {
            Some(branch) => format!("+{commit}:refs/remotes/origin/{branch}"),
            None if refname.starts_with("refs/tags/") => format!("+{refname}:{refname}"),
            None => format!(
                "+{commit}:{}",
                refname.replacen("refs/", "refs/remotes/", 1)
            ),
        };
        let depth_of = format!("--depth={depth}");
        match depth {
            0 => {
                let all = [
                    "+refs/heads/*:refs/remotes/origin/*",
                    "+refs/tags/*:refs/tags/*",
                ];
                git(&folder, &["fetch", "-q", "origin", all[0], all[1]]);
                git(&folder, &["fetch", "-q", "origin", &own]);
            }
            _ => drop(git(
                &folder,
                &["fetch", "-q", "--no-tags", &depth_of, "origin", &own],
            )),
        }
        git(&folder, &["checkout", "-q", "--detach", commit]);
        Checkout { folder }
    }

    /// The file of an event of the repository ada/app.
    pub(crate) fn event(&self, mut event: Value) -> PathBuf {
        let own = json!({"full_name": "ada/app", "default_branch": "main"});
        let object = event.as_object_mut().expect("an object");
        object.entry("repository").or_insert(own);
        let file = self.beside("event.json");
        fs::write(&file, event.to_string()).expect("written");
        file
    }
}

/// The event of a pull request.
pub(crate) fn pull(base: &str, head: &str, from: &str) -> Value {
    json!({"action": "synchronize", "number": 7, "pull_request": {
        "number": 7,
        "base": {"sha": base, "ref": "main", "repo": {"full_name": "ada/app"}},
        "head": {"sha": head, "ref": "feature", "repo": {"full_name": from}},
    }})
}

/// The event of a push.
pub(crate) fn pushed(refname: &str, before: &str, after: &str) -> Value {
    json!({"ref": refname, "before": before, "after": after})
}

pub(crate) const NONE: &str = "0000000000000000000000000000000000000000";

/// A checkout in a job.
pub(crate) struct Checkout {
    pub(crate) folder: PathBuf,
}

impl Checkout {
    /// The program in a job of which only these variables are set.
    fn job(&self, args: &[&str], variables: &[(&str, &str)]) -> Command {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut job = command(&self.folder, &[&["ci"], args].concat());
        job.env_clear().env("PATH", path);
        job.envs(variables.iter().copied());
        job
    }

    fn run(&self, args: &[&str], variables: &[(&str, &str)]) -> Run {
        ended(self.job(args, variables).output().expect("it runs"))
    }

    /// A run in GitHub Actions, about the event `name` of a file; `sha` is what the runner names.
    fn github(&self, name: &str, event: &Path, sha: &str, args: &[&str]) -> Job {
        let beside = self.folder.parent().expect("a folder");
        let [summary, outputs] = ["summary.md", "outputs"].map(|file| beside.join(file));
        for file in [&summary, &outputs] {
            // The runner makes them anew for each step.
            fs::write(file, "").expect("written");
        }
        let report = beside.join("report.json");
        let own = format!("json={}", report.display());
        let run = ended(
            self.job(&[&["-f", &own], args].concat(), &[])
                .env("CI", "true")
                .env("GITHUB_ACTIONS", "true")
                .env("GITHUB_EVENT_NAME", name)
                .env("GITHUB_EVENT_PATH", event)
                .env("GITHUB_SHA", sha)
                .env("GITHUB_REPOSITORY", "ada/app")
                .env("GITHUB_SERVER_URL", "https://github.com")
                .env("GITHUB_WORKSPACE", &self.folder)
                .env("GITHUB_STEP_SUMMARY", &summary)
                .env("GITHUB_OUTPUT", &outputs)
                .output()
                .expect("it runs"),
        );
        let text = |file: &Path| fs::read_to_string(file).unwrap_or_default();
        Job {
            report: serde_json::from_str(&text(&report)).unwrap_or_default(),
            summary: text(&summary),
            outputs: text(&outputs),
            run,
        }
    }

    /// How many commits git says that a range has.
    fn count(&self, range: &[&str]) -> u64 {
        let args = [&["rev-list", "--count"], range].concat();
        git(&self.folder, &args).parse().expect("a number")
    }
}

/// A run in GitHub Actions.
struct Job {
    run: Run,
    report: Value,
    summary: String,
    outputs: String,
}

impl Job {
    /// Everything that the run said, for a failing test.
    fn said(&self) -> String {
        let Run {
            code,
            stdout,
            stderr,
        } = &self.run;
        format!("{code}\n--- stdout\n{stdout}\n--- stderr\n{stderr}")
    }

    fn commits(&self) -> u64 {
        self.report["stats"]["commits"].as_u64().expect("a number")
    }

    /// Of each key the paths at which it was found, in order.
    fn paths(&self) -> Vec<String> {
        let keys = self.report["keys"].as_array().expect("keys");
        let mut paths: Vec<String> = keys
            .iter()
            .flat_map(|key| key["locations"].as_array().expect("locations"))
            .map(|at| match at["path"].as_str() {
                Some(path) => path.to_owned(),
                None => at["origin"].as_str().expect("an origin").to_owned(),
            })
            .collect();
        paths.sort();
        paths
    }
}
