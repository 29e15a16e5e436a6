//! Runs action.yml as the runner of GitHub does: each step's script by bash, in an environment of its own.
//!
//! Of the actions that it uses, the cache is one that a test can fill and look into, and the upload is only noted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::expressions::{Contexts, filled, holds};
use crate::support::{Run, ended};

/// A machine of GitHub with a workspace, and what the workflow says about the action.
pub struct Runner {
    folder: tempfile::TempDir,
    pub workspace: PathBuf,
    /// What `with:` of the workflow has.
    pub inputs: BTreeMap<&'static str, String>,
    /// `github.action_repository`, `github.action_ref` and `github.token`.
    pub repository: String,
    pub reference: String,
    pub token: String,
    /// The variables of the event, such as `GITHUB_EVENT_NAME`.
    pub variables: BTreeMap<String, String>,
    /// Builds that are kept, by key: the path of each and its bytes.
    pub cache: BTreeMap<String, (PathBuf, Vec<u8>)>,
}

/// Every program that the action needs from its runner, but bash; the machine that tests may have more, such as cargo.
const TOOLS: [&str; 17] = [
    "awk",
    "bash",
    "cat",
    "cp",
    "dirname",
    "find",
    "git",
    "gzip",
    "install",
    "mkdir",
    "mktemp",
    "sed",
    "sha256sum",
    "sort",
    "tar",
    "touch",
    "xargs",
];

/// What a use of the action did.
pub struct Used {
    pub failed: bool,
    /// The exit status of each script that ran, by the name of its step.
    pub codes: BTreeMap<String, i32>,
    pub log: String,
    pub outputs: BTreeMap<String, String>,
    /// The inputs of the upload, if it was used.
    pub uploaded: Option<BTreeMap<String, String>>,
    pub summary: String,
}

impl Runner {
    pub fn new(workspace: PathBuf) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in ["bin", "temp", "home", "commands", "tools"] {
            std::fs::create_dir(folder.path().join(name)).expect("created");
        }
        let path = std::env::var_os("PATH").expect("a PATH");
        for name in TOOLS {
            let mut places = std::env::split_paths(&path).map(|folder| folder.join(name));
            let place = places.find(|place| place.is_file()).expect("the tool");
            let link = folder.path().join("tools").join(name);
            std::os::unix::fs::symlink(place, link).expect("linked");
        }
        Self {
            folder,
            workspace,
            inputs: BTreeMap::new(),
            repository: "example/aisaleaks".to_owned(),
            reference: "v0.1.0".to_owned(),
            token: "a-token".to_owned(),
            variables: BTreeMap::new(),
            cache: BTreeMap::new(),
        }
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A program that comes first in PATH.
    pub fn program(&self, name: &str, script: &str) {
        let path = self.join("bin").join(name);
        std::fs::write(&path, format!("#!/bin/bash\nset -euo pipefail\n{script}\n"))
            .expect("written");
        super::executable(&path);
    }

    /// Uses the action once.
    pub fn run(&mut self) -> Used {
        let action = action();
        let mut contexts = self.contexts(&action);
        let mut used = Used {
            failed: false,
            codes: BTreeMap::new(),
            log: String::new(),
            outputs: BTreeMap::new(),
            uploaded: None,
            summary: String::new(),
        };
        for step in action["runs"]["steps"].as_array().expect("steps") {
            if !holds(step["if"].as_str(), &contexts, used.failed) {
                continue;
            }
            let outputs = if step["run"].is_string() {
                self.script(step, &contexts, &mut used)
            } else {
                self.uses(step, &contexts, &mut used)
            };
            let id = step["id"].as_str().unwrap_or("-");
            let named = |(name, value)| (format!("steps.{id}.outputs.{name}"), value);
            contexts.extend(outputs.into_iter().map(named));
        }
        for (name, output) in action["outputs"].as_object().expect("outputs") {
            let value = output["value"].as_str().expect("a value");
            used.outputs.insert(name.clone(), filled(value, &contexts));
        }
        used
    }

    fn contexts(&self, action: &Value) -> Contexts {
        let mut contexts = Contexts::new();
        let declared = action["inputs"].as_object().expect("inputs");
        for name in self.inputs.keys() {
            assert!(declared.contains_key(*name), "there is no input {name}");
        }
        for (name, input) in declared {
            let default = input["default"].as_str().unwrap_or_default();
            let given = self.inputs.get(name.as_str());
            let value = given.map_or(default, String::as_str);
            contexts.insert(format!("inputs.{name}"), value.to_owned());
        }
        for (name, value) in [
            ("github.action_repository", &self.repository),
            ("github.action_ref", &self.reference),
            ("github.token", &self.token),
        ] {
            contexts.insert(name.to_owned(), value.clone());
        }
        contexts
    }

    fn script(
        &self,
        step: &Value,
        contexts: &Contexts,
        used: &mut Used,
    ) -> BTreeMap<String, String> {
        assert_eq!(step["shell"], "bash");
        let script = step["run"].as_str().expect("a script");
        assert!(
            !script.contains("${{"),
            "an expression in a script: {script}"
        );
        let commands = self.join("commands");
        let file = commands.join("script.sh");
        std::fs::write(&file, script).expect("written");
        let mut command = Command::new("bash");
        command
            .args(["--noprofile", "--norc", "-eo", "pipefail"])
            .arg(&file)
            .current_dir(&self.workspace);
        self.environment(&mut command);
        for (name, value) in with(step, "env", contexts) {
            command.env(name, value);
        }
        for name in ["OUTPUT", "ENV", "PATH", "STEP_SUMMARY", "STATE"] {
            let file = commands.join(name);
            std::fs::write(&file, "").expect("written");
            command.env(format!("GITHUB_{name}"), file);
        }
        let Run {
            code,
            stdout,
            stderr,
        } = ended(command.output().expect("bash runs"));
        let name = step["name"].as_str().expect("a name");
        used.log += &format!("== {name}: {code}\n{stdout}{stderr}");
        used.codes.insert(name.to_owned(), code);
        used.failed |= code != 0;
        let read = |name| std::fs::read_to_string(commands.join(name)).expect("text");
        used.summary += &read("STEP_SUMMARY");
        assert_eq!(
            read("ENV") + &read("PATH"),
            "",
            "what later steps would see"
        );
        outputs(&read("OUTPUT"))
    }

    /// What the runner of Linux sets, and the event; nothing of this machine but where its programs are.
    fn environment(&self, command: &mut Command) {
        let (own, tools) = (self.join("bin"), self.join("tools"));
        let path = std::env::join_paths([own, tools]).expect("a PATH");
        command
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.join("home"))
            .env("CI", "true")
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_ACTION_PATH", env!("CARGO_MANIFEST_DIR"))
            .env("GITHUB_SERVER_URL", "https://github.com")
            .env("GITHUB_REPOSITORY", "ada/app")
            .env("GITHUB_WORKSPACE", &self.workspace)
            .env("RUNNER_OS", "Linux")
            .env("RUNNER_ARCH", "X64")
            .env("RUNNER_TEMP", self.join("temp"))
            .envs(&self.variables);
    }

    fn uses(
        &mut self,
        step: &Value,
        contexts: &Contexts,
        used: &mut Used,
    ) -> BTreeMap<String, String> {
        let with = with(step, "with", contexts);
        let (action, _) = step["uses"]
            .as_str()
            .and_then(|uses| uses.split_once('@'))
            .expect("a pin");
        let mut outputs = BTreeMap::new();
        match action {
            "actions/cache/restore" => {
                if let Some((path, bytes)) = self.cache.get(&with["key"]) {
                    assert_eq!(path, Path::new(&with["path"]));
                    std::fs::create_dir_all(path.parent().expect("a folder")).expect("created");
                    std::fs::write(path, bytes).expect("written");
                    super::executable(path);
                    outputs.insert("cache-hit".to_owned(), "true".to_owned());
                }
            }
            "actions/cache/save" => {
                let bytes = std::fs::read(&with["path"]).expect("something to keep");
                let kept = (PathBuf::from(&with["path"]), bytes);
                self.cache.insert(with["key"].clone(), kept);
            }
            "github/codeql-action/upload-sarif" => used.uploaded = Some(with),
            _ => panic!("what does {action} do?"),
        }
        outputs
    }
}

/// action.yml of this checkout.
pub fn action() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("action.yml");
    yaml_serde::from_str(&std::fs::read_to_string(path).expect("action.yml")).expect("YAML")
}

fn with(step: &Value, key: &str, contexts: &Contexts) -> BTreeMap<String, String> {
    let Some(map) = step[key].as_object() else {
        return BTreeMap::new();
    };
    let value = |value: &Value| filled(value.as_str().expect("text"), contexts);
    map.iter()
        .map(|(name, text)| (name.clone(), value(text)))
        .collect()
}

/// The lines `name=value` of the file at GITHUB_OUTPUT.
fn outputs(text: &str) -> BTreeMap<String, String> {
    let pairs = text.lines().map(|line| {
        let (name, value) = line.split_once('=').expect("name=value");
        (name.to_owned(), value.to_owned())
    });
    pairs.collect()
}
