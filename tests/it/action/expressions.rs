//! The few expressions that action.yml uses; any other is refused, so that none is taken for true or false by mistake.

use std::collections::BTreeMap;

/// Values by their full name: `inputs.path`, `github.action_ref`, `steps.get.outputs.build`.
///
/// An output of a step that was not written is empty, as it is for the runner; any other unknown name is a mistake.
pub type Contexts = BTreeMap<String, String>;

fn look_up(contexts: &Contexts, name: &str) -> String {
    let found = contexts.get(name).cloned();
    if name.starts_with("steps.") && name.contains(".outputs.") {
        return found.unwrap_or_default();
    }
    found.unwrap_or_else(|| panic!("action.yml uses {name}, which is not there"))
}

/// The text with each `${{ name }}` replaced.
pub fn filled(text: &str, contexts: &Contexts) -> String {
    let mut parts = text.split("${{");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once("}}").expect("an end of the expression");
        filled += &look_up(contexts, name.trim());
        filled += rest;
    }
    filled
}

/// Whether a step runs. Without a function that asks for the status, it does so only if none before has failed.
pub fn holds(condition: Option<&str>, contexts: &Contexts, failed: bool) -> bool {
    let condition = condition.unwrap_or_default();
    let asks_for_status = condition.contains("cancelled()");
    let terms = condition.split("&&").map(str::trim);
    let all = terms.filter(|term| !term.is_empty()).all(|term| {
        if term == "!cancelled()" {
            return true;
        }
        let (equal, (name, text)) = match term.split_once(" == ") {
            Some(sides) => (true, sides),
            None => (false, term.split_once(" != ").expect("a comparison")),
        };
        let text = text.trim().strip_prefix('\'').expect("a quoted text");
        let text = text.strip_suffix('\'').expect("a quoted text");
        (look_up(contexts, name.trim()) == text) == equal
    });
    all && (asks_for_status || !failed)
}

#[test]
fn conditions_are_read_as_the_runner_does() {
    let outputs = [("steps.a.outputs.x", "true"), ("steps.a.outputs.y", "")];
    let contexts = outputs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let contexts = Contexts::from(contexts);
    let holds = |condition, failed| holds(Some(condition), &contexts, failed);
    assert!(holds("steps.a.outputs.x == 'true'", false));
    assert!(!holds("steps.a.outputs.x == 'true'", true));
    assert!(!holds(
        "steps.a.outputs.x == 'true' && steps.b.outputs.z == 'true'",
        false
    ));
    assert!(holds(
        "steps.a.outputs.x == 'true' && steps.b.outputs.z != 'true'",
        false
    ));
    assert!(holds("steps.a.outputs.x == 'true' && !cancelled()", true));
    assert!(!holds("steps.a.outputs.y == 'true' && !cancelled()", true));
    assert_eq!(
        filled("a ${{ steps.a.outputs.x }} b", &contexts),
        "a true b"
    );
}
