//! Kubernetes manifests: `valueFrom`, `secretKeyRef` in the place of the `value` of a variable.

use super::super::scan::yaml::{self, At, Style};
use super::super::{Edit, Fix, Home, Names, Place, Refusal};
use super::{Language, ending};

pub(super) struct Kubernetes;

/// The name of the Secret that is referred to.
const SECRET: &str = "aisa-api-key";

impl Language for Kubernetes {
    fn speaks(&self, path: &str, text: &str) -> bool {
        let has = |name: &str| text.lines().any(|line| line.starts_with(name));
        matches!(ending(path), "yml" | "yaml") && has("apiVersion:") && has("kind:")
    }

    fn replace(&self, place: &Place<'_>, names: &mut Names) -> Result<Fix, Refusal> {
        let scalar = match yaml::at(place.text, place.range()) {
            At::Comment => return Ok(place.in_prose(names)),
            At::Unclear(why) => return Err(why),
            At::Scalar(scalar) => scalar,
        };
        let quotes = usize::from(matches!(scalar.style, Style::Single | Style::Double));
        let is_whole = scalar.range == (place.start - quotes..place.end + quotes);
        let is_variable = matches!(scalar.names.as_slice(), ["value", "env", ..]);
        if !is_variable || !is_whole || scalar.in_flow {
            return Err(
                "only the value of a container's variable is edited; base64 hides nothing: let the cluster fetch a \
                 Secret from a secret manager, or make it with `kubectl create secret generic aisa-api-key --from-env-file=.env`",
            );
        }
        let line = place.line();
        let text = place.text.get(line.clone()).unwrap_or_default();
        let column = text.find("value:").ok_or("its line was not understood")?;
        let own = neighbour(place.text, line.start, line.end, column)
            .ok_or("the name of the variable does not stand beside it")?;
        let name = names.given(place.key, own)?;
        let (indent, end) = (" ".repeat(column), line_end(place.text));
        let reference = format!(
            "valueFrom:{end}{indent}  secretKeyRef:{end}{indent}    name: {SECRET}{end}{indent}    key: {name}"
        );
        let edit = Edit::replace(line.start + column..scalar.range.end, reference);
        let then = format!(
            "make the Secret, where the cluster cannot fetch it from a secret manager: kubectl create secret generic \
             {SECRET} --from-env-file=.env, where .env gives {name}"
        );
        Ok(Fix {
            edits: vec![edit],
            variable: name,
            home: Home::Platform,
            then: Some(then),
        })
    }
}

/// How lines of the text end.
fn line_end(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// The `name` beside a `value` in the same column, in the same item of the list, and nothing else that could be it.
fn neighbour(text: &str, start: usize, end: usize, column: usize) -> Option<&str> {
    let own = text.get(start..start + column)?;
    let above = text.get(..start)?.lines().rev();
    let below = text.get(end..)?.lines().skip(1);
    let mut found = Vec::new();
    for line in below {
        match part(line, column) {
            Part::Other => {}
            Part::Name(name) => found.push(name),
            Part::First(_) | Part::Outside => break,
        }
    }
    if own.trim().is_empty() {
        for line in above {
            match part(line, column) {
                Part::Other => {}
                Part::Name(name) => found.push(name),
                Part::First(name) => {
                    found.extend(name);
                    break;
                }
                Part::Outside => return None,
            }
        }
    }
    match found[..] {
        [name] => Some(name),
        _ => None,
    }
}

/// What a line is to an item of a list whose names stand in one column.
enum Part<'a> {
    /// A comment, nothing, or something else of the item.
    Other,
    /// Its name.
    Name(&'a str),
    /// Its first line, perhaps with the name.
    First(Option<&'a str>),
    /// No part of it.
    Outside,
}

fn part(line: &str, column: usize) -> Part<'_> {
    let trimmed = line.trim();
    let indent = line.len() - line.trim_start().len();
    if trimmed.is_empty() || trimmed.starts_with('#') || indent > column {
        return Part::Other;
    }
    let head = line.get(..column).unwrap_or("x");
    let name = line
        .get(column..)
        .and_then(|rest| rest.strip_prefix("name:"));
    let name = name.and_then(simple);
    match (head.trim(), name) {
        ("", Some(name)) => Part::Name(name),
        ("", None) => Part::Other,
        ("-", name) => Part::First(name),
        _ => Part::Outside,
    }
}

/// A value that is the name of a variable, without quotes and the comment behind it.
fn simple(value: &str) -> Option<&str> {
    let value = value.split(" #").next()?.trim().trim_matches(['"', '\'']);
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (!value.is_empty() && value.chars().all(is_name)).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::assert_table;

    #[test]
    fn values_become_references() {
        let head = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: a\n      env:\n";
        let reference = "valueFrom:\n            secretKeyRef:\n              name: aisa-api-key\n              key: AISA_API_KEY";
        for (before, after) in [
            (
                "        - name: AISA_API_KEY\n          value: {key}\n        - name: B\n          value: c\n",
                Some(format!(
                    "        - name: AISA_API_KEY\n          {reference}\n        - name: B\n          value: c\n"
                )),
            ),
            (
                "        - value: \"{key}\"  # x\n          name: AISA_API_KEY\n",
                Some(format!(
                    "        - {reference}  # x\n          name: AISA_API_KEY\n"
                )),
            ),
            (
                "        - name: AISA_API_KEY  # c\n\n          # d\n          value: {key}\n        - name: B\n          value: c\n",
                Some(format!(
                    "        - name: AISA_API_KEY  # c\n\n          # d\n          {reference}\n        - name: B\n          value: c\n"
                )),
            ),
            (
                "        - value: {key}\n        - name: B\n          value: c\n",
                None,
            ),
            ("        - name: A\n          value: &k {key}\n", None),
            (
                "        - name: A\n          value: {key}\n            more\n",
                None,
            ),
            ("        - {name: A, value: {key}}\n", None),
            ("        - name: A\n          value: x {key}\n", None),
            (
                "        # {key}\n",
                Some("        # AISA_API_KEY\n".to_owned()),
            ),
        ] {
            let after = after.map(|after| format!("{head}{after}"));
            let before = format!("{head}{before}");
            let table = [(before.as_str(), after.as_deref())];
            for text in assert_table("deploy/pod.yaml", &table) {
                let parsed: yaml_serde::Value = yaml_serde::from_str(&text).expect("YAML");
                let env = &parsed["spec"]["containers"][0]["env"];
                let key = &env[0]["valueFrom"]["secretKeyRef"]["key"];
                assert!(env.is_null() || key == "AISA_API_KEY", "{text}");
            }
        }
        let secret = "apiVersion: v1\nkind: Secret\nstringData:\n  AISA_API_KEY: {key}\n";
        assert_table("secret.yml", &[(secret, None)]);
    }
}
