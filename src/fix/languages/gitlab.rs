//! GitLab CI: a CI/CD variable of the project is in the environment of every job, and wins over one of the file
//! (docs.gitlab.com/ci/variables, "CI/CD variable precedence").

use super::super::browsers::{self, is_public};
use super::super::scan::shell::{Quoting, quoting};
use super::super::scan::yaml::{self, At, Scalar, Style};
use super::super::{Edit, Fix, Home, Names, Place, Refusal};
use super::compose::reference;
use super::shell::script;
use super::{Language, name};

pub(super) struct Gitlab;

/// Names below which a value is a script.
const SCRIPTS: [&str; 3] = ["script", "before_script", "after_script"];

impl Language for Gitlab {
    fn speaks(&self, path: &str, _text: &str) -> bool {
        let name = name(path);
        let path = format!("/{path}");
        let is_yaml = name.ends_with(".yml") || name.ends_with(".yaml");
        let stem = name.trim_end_matches(".yaml").trim_end_matches(".yml");
        is_yaml
            && (stem.ends_with(".gitlab-ci")
                || path.contains("/.gitlab/ci/")
                || path.contains("/.gitlab-ci/"))
    }

    fn replace(&self, place: &Place<'_>, names: &mut Names) -> Result<Fix, Refusal> {
        let scalar = match yaml::at(place.text, place.range()) {
            At::Comment => return Ok(place.in_prose(names)),
            At::Unclear(why) => return Err(why),
            At::Scalar(scalar) => scalar,
        };
        let is_script = scalar
            .names
            .first()
            .is_some_and(|name| SCRIPTS.contains(name));
        let mut fix = match scalar.names.as_slice() {
            _ if is_script => in_script(place, &scalar, names)?,
            [own, "variables", ..] => variable(place, &scalar, own, names)?,
            _ => return Err("only variables and scripts are edited"),
        };
        fix.home = Home::Platform;
        fix.then = Some(format!(
            "add {} in Settings, CI/CD, Variables, masked and protected",
            fix.variable
        ));
        Ok(fix)
    }
}

/// A variable of the file: the project's own is taken, whatever stands here; under another name, it is referred to.
fn variable(
    place: &Place<'_>,
    scalar: &Scalar<'_>,
    own: &str,
    names: &mut Names,
) -> Result<Fix, Refusal> {
    let quotes = usize::from(matches!(scalar.style, Style::Single | Style::Double));
    let is_whole = scalar.range == (place.start - quotes..place.end + quotes);
    if is_public(own) {
        return Err(browsers::PUBLIC);
    }
    let name = names.choose(place.key, is_whole.then_some(own))?;
    if name == own && !is_whole {
        return Err("the value is more than the key, and the variable cannot refer to itself");
    }
    let edit = match name == own {
        true => Edit::replace(scalar.range.clone(), "\"\""),
        false => reference(place, &format!("${name}"), false),
    };
    let behind = place.behind();
    if name != own && behind.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
        return Err("what follows it would belong to the variable's name");
    }
    Ok(Fix::environment(name, vec![edit]))
}

/// A key in a script: what is around it in the line is the shell's.
fn in_script(place: &Place<'_>, scalar: &Scalar<'_>, names: &mut Names) -> Result<Fix, Refusal> {
    if !matches!(scalar.style, Style::Plain | Style::Block) || scalar.in_flow {
        return Err("the quotes of YAML and of the shell stand around it together");
    }
    let text = place.text.get(scalar.range.clone()).unwrap_or_default();
    if text.contains("<<") {
        return Err("the script has a here-document, whose end is not looked for in YAML");
    }
    let quoting = match quoting(text, place.start - scalar.range.start) {
        Quoting::Single(start, end) => {
            Quoting::Single(scalar.range.start + start, scalar.range.start + end)
        }
        other => other,
    };
    if scalar.style == Style::Plain && scalar.range.start == place.start {
        // A quote there would begin a scalar of YAML.
        return Err("it is the command itself");
    }
    script(place, quoting, names)
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::assert_table;

    #[test]
    fn keys_become_variables_of_the_project() {
        let table: &[(&str, Option<&str>)] = &[
            (
                "variables:\n  AISA_API_KEY: {key}\r\n",
                Some("variables:\n  AISA_API_KEY: \"\"\r\n"),
            ),
            (
                "a:\n  variables:\n    KEY: '{key}'  # x\n",
                Some("a:\n  variables:\n    KEY: '$AISA_API_KEY'  # x\n"),
            ),
            (
                "a:\n  script:\n    - curl -H \"x:{key}\" y\n",
                Some("a:\n  script:\n    - curl -H \"x:${AISA_API_KEY:?}\" y\n"),
            ),
            (
                "a:\n  script:\n  - export K={key}\n",
                Some("a:\n  script:\n  - export K=\"${AISA_API_KEY:?}\"\n"),
            ),
            (
                "a:\n  script:\n    - |\n      curl -H 'x: {key}' y\n",
                Some("a:\n  script:\n    - |\n      curl -H 'x: '\"${AISA_API_KEY:?}\" y\n"),
            ),
            ("a:\n  script:\n    - 'curl -H \"x: {key}\" y'\n", None),
            ("variables:\n  VITE_K: \"Bearer {key}\"\n", None),
            ("a:\n  image: {key}\n", None),
            ("variables:\n  AISA_API_KEY: \"Bearer {key}\"\n", None),
            ("variables:\n  AISA_API_KEY: &k {key}\n  B: *k\n", None),
            ("a:\n  script:\n    - \"curl\n      -H x:{key} y\"\n", None),
            ("a:\n  script:\n    - curl\n      -H x:{key} y\n", None),
            (
                "a:\n  script:\n    - |\n      cat <<EOF\n      x\n      EOF\n      curl -H 'x: {key}'\n",
                None,
            ),
        ];
        for text in assert_table(".gitlab-ci.yml", table) {
            let parsed: Result<yaml_serde::Value, _> = yaml_serde::from_str(&text);
            assert!(parsed.is_ok(), "{text}");
        }
    }
}
