//! How GitHub's runner reads a line of a log (actions/runner, ActionCommand.cs), without its list of commands: whatever could
//! be one counts.

use std::collections::BTreeMap;

/// A command as the runner understands it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obeyed {
    /// Its name.
    pub name: String,
    /// Its properties, decoded.
    pub properties: BTreeMap<String, String>,
    /// The text behind it, decoded.
    pub data: String,
}

/// What the runner does for a line: nothing, if it is text. A line that only looks like a command is one without a name.
pub fn obeyed(line: &str) -> Option<Obeyed> {
    // White space is trimmed before the first form is looked for; the second may stand anywhere.
    let rest = line.trim_start();
    let is_old = ["##[", "##vso[", "##teamcity["]
        .iter()
        .any(|mark| line.to_lowercase().contains(mark));
    let parsed = rest
        .strip_prefix("::")
        .map(|rest| rest.split_once("::").unwrap_or_default());
    let Some((command, data)) = parsed.filter(|_| !is_old) else {
        return is_old.then(|| Obeyed {
            name: String::new(),
            properties: BTreeMap::new(),
            data: line.to_owned(),
        });
    };
    let (name, properties) = command.split_once(' ').unwrap_or((command, ""));
    let properties = properties
        .trim()
        .split(',')
        .filter_map(|pair| pair.split_once('='));
    Some(Obeyed {
        name: name.to_owned(),
        properties: properties
            .map(|(name, value)| (name.to_owned(), decoded(value, true)))
            .collect(),
        data: decoded(data, false),
    })
}

/// Every command in a log. The runner ends a line at a carriage return as well.
pub fn commands(log: &str) -> Vec<Obeyed> {
    log.split(['\n', '\r']).filter_map(obeyed).collect()
}

/// In the runner's order: the percent sign last.
fn decoded(text: &str, is_property: bool) -> String {
    let text = text.replace("%0D", "\r").replace("%0A", "\n");
    let text = match is_property {
        true => text.replace("%3A", ":").replace("%2C", ","),
        false => text,
    };
    text.replace("%25", "%")
}
