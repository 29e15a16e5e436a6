//! The schema of SARIF 2.1.0 as OASIS publishes it, for tests; those of the whole program include this file too.

use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::Value;

/// What is wrong with a report, formats of URIs and dates included.
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
        "/tests/schemas/sarif-2.1.0.json"
    );
    let text = std::fs::read_to_string(path).expect("the schema");
    let mut schema: Value = serde_json::from_str(&text).expect("JSON");
    // These patterns have a bracket too many, which strict readers of regular expressions refuse; no report of ours has
    // a language.
    for part in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][part]["properties"]["language"];
        let language = language.as_object_mut().expect("it is there");
        language.remove("pattern");
    }
    let options = jsonschema::options().should_validate_formats(true);
    options.build(&schema).expect("a schema")
}
