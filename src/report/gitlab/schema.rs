//! The schema of GitLab's secret detection, for tests; those of the whole program include this file too.

use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::Value;

/// What is wrong with a report.
pub(super) fn errors(report: &Value) -> Vec<String> {
    static SCHEMA: OnceLock<Validator> = OnceLock::new();
    let schema = SCHEMA.get_or_init(load);
    let errors = schema.iter_errors(report);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

fn load() -> Validator {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/schemas/gitlab-secret-detection-15.2.4.json"
    );
    let text = std::fs::read_to_string(path).expect("the schema");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    let options = jsonschema::options().should_validate_formats(true);
    options.build(&schema).expect("a schema")
}
