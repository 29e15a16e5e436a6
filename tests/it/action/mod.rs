//! The GitHub Action: action.yml, step by step, as the runner does it.
#![cfg(target_os = "linux")]

mod expressions;
mod getting;
mod runner;
mod scanning;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;

use runner::action;

fn executable(path: &Path) {
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(path, mode).expect("made executable");
}

#[test]
fn every_action_is_pinned_and_no_script_has_an_expression() {
    let action = action();
    assert_eq!(action["runs"]["using"], "composite");
    for step in action["runs"]["steps"].as_array().expect("steps") {
        if let Some(uses) = step["uses"].as_str() {
            let (_, pin) = uses.split_once('@').expect("a pin");
            assert!(
                pin.len() == 40 && pin.bytes().all(|byte| byte.is_ascii_hexdigit()),
                "{uses}"
            );
        }
        let script = step["run"].as_str().unwrap_or_default();
        assert!(!script.contains("${{"), "{script}");
    }
}

#[test]
fn every_input_and_output_is_described() {
    let action = action();
    for kind in ["inputs", "outputs"] {
        for (name, about) in action[kind].as_object().expect("a map") {
            assert!(
                about["description"]
                    .as_str()
                    .is_some_and(|text| !text.is_empty()),
                "{name}"
            );
            let (key, other) = if kind == "inputs" {
                ("default", "value")
            } else {
                ("value", "default")
            };
            assert!(
                about[key].is_string() && about[other] == Value::Null,
                "{name}"
            );
        }
    }
}
