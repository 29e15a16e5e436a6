//! Tables of languages: a text with keys, and what comes of it.

use super::*;
#[cfg(test)]
use crate::detect::testing::Rng;

/// A file with random keys in it.
pub(super) struct Case {
    pub(super) path: &'static str,
    pub(super) text: String,
    pub(super) spots: Vec<Spot>,
}

impl Case {
    /// A file whose text has a new key for each `{key}`.
    pub(super) fn new(path: &'static str, template: &str) -> Self {
        let mut rng = Rng::new(template.len() as u64);
        let (mut text, mut spots) = (String::new(), Vec::new());
        for (number, piece) in template.split("{key}").enumerate() {
            if number > 0 {
                let key = rng.key(true);
                let range = text.len()..text.len() + key.len();
                text.push_str(&key);
                let key = number - 1;
                spots.push(Spot { range, key });
            }
            text.push_str(piece);
        }
        Self { path, text, spots }
    }
}

/// The plan, and the text that comes of it if nothing is left.
pub(super) fn planned(case: &Case) -> (Plan, Option<String>) {
    let file = File {
        path: case.path,
        text: &case.text,
        spots: &case.spots,
        surroundings: Surroundings::default(),
    };
    let mut names = Names::default();
    plan(&file, &mut names);
    let plan = plan(&file, &mut names.settled());
    let after = apply(&case.text, &plan.edits);
    assert!(after.is_some(), "{}: {plan:?}", case.path);
    let after = after.filter(|_| plan.left.is_empty());
    for spot in case.spots.iter().filter(|_| after.is_some()) {
        let key = &case.text[spot.range.clone()];
        assert!(!after.as_ref().is_some_and(|text| text.contains(key)));
    }
    (plan, after)
}

/// Holds a language to a table of texts before and after; without an after, it is left to a person.
pub(super) fn assert_table(path: &'static str, table: &[(&str, Option<&str>)]) -> Vec<String> {
    let mut results = Vec::new();
    for (before, expected) in table {
        let (plan, after) = planned(&Case::new(path, before));
        assert_eq!(after.as_deref(), *expected, "{path}: {before}\n{plan:#?}");
        results.extend(after);
    }
    results
}

/// Holds Python to a table, and the results to its own parser.
pub(super) fn assert_python(table: &[(&str, Option<&str>)]) {
    let results = assert_table("a.py", table);
    let check = "import ast, sys; ast.parse(open(sys.argv[1], 'rb').read())";
    assert_accepted("python3", &["-c", check], "a.py", &results);
}

/// Holds JavaScript to a table, and the results to Node.
pub(super) fn assert_javascript(table: &[(&str, Option<&str>)]) {
    let results = assert_table("a.mjs", table);
    assert_accepted("node", &["--check"], "a.mjs", &results);
}

/// Whether a program accepts each text; says so where the program is not here.
pub(super) fn assert_accepted(program: &str, args: &[&str], name: &str, texts: &[String]) {
    use std::process::Command;
    let folder = tempfile::tempdir().expect("a temporary folder");
    for text in texts {
        let file = folder.path().join(name);
        std::fs::write(&file, text).expect("written");
        match Command::new(program).args(args).arg(&file).output() {
            Ok(output) => assert!(
                output.status.success(),
                "{program} does not accept\n{text}\n{}",
                String::from_utf8_lossy(&output.stderr)
            ),
            Err(error) => return eprintln!("SKIPPED: {program} is not here: {error}"),
        }
    }
}

/// Whether a grammar accepts each text.
pub(super) fn assert_parses(grammar: impl Into<tree_sitter::Language>, texts: &[String]) {
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&grammar.into()).expect("a grammar");
    assert!(!texts.is_empty());
    for text in texts {
        let tree = parser.parse(text, None).expect("no time limit is set");
        let root = tree.root_node();
        assert!(!root.has_error(), "{text}\n{}", root.to_sexp());
    }
}
