//! Workflows of GitHub Actions, and of Gitea and Forgejo, which read the same: `${{ secrets.NAME }}`
//! (docs.github.com/actions, "Contexts": where `secrets` is known).

use super::super::scan::yaml::{self, At, Scalar, Style};
use super::super::{Fix, Home, Names, Place, Refusal};
use super::compose::reference;
use super::{Language, last_name};

pub(super) struct Workflow;

/// Whether a secret can be read there, by the names that lead to a value, its own first.
fn is_known(names: &[&str]) -> bool {
    match names {
        [_, "env"] | ["run", "steps", _, "jobs"] => true,
        [_, rest @ ..] => matches!(
            rest,
            ["env" | "secrets", _, "jobs"]
                | ["env" | "with", "steps", _, "jobs"]
                | ["env" | "credentials", "container", _, "jobs"]
                | ["env" | "credentials", _, "services", _, "jobs"]
        ),
        [] => false,
    }
}

impl Language for Workflow {
    fn speaks(&self, path: &str, _text: &str) -> bool {
        let folders = [
            ".github/workflows/",
            ".gitea/workflows/",
            ".forgejo/workflows/",
        ];
        let path = format!("/{path}");
        (path.ends_with(".yml") || path.ends_with(".yaml"))
            && folders
                .iter()
                .any(|folder| path.contains(&format!("/{folder}")))
    }

    fn replace(&self, place: &Place<'_>, names: &mut Names) -> Result<Fix, Refusal> {
        let scalar = match yaml::at(place.text, place.range()) {
            At::Comment => return Ok(place.in_prose(names)),
            At::Unclear(why) => return Err(why),
            At::Scalar(scalar) => scalar,
        };
        let (range, name) =
            fallback(place).map_or((None, None), |(range, name)| (Some(range), Some(name)));
        if range.is_none() && is_in_expression(place) {
            return Err("it stands in an expression");
        }
        if !is_known(&scalar.names) {
            return Err(
                "no secret can be read in this place of a workflow: write ${{ secrets.AISA_API_KEY }} in the `env` of the step that needs it",
            );
        }
        let is_whole = scalar.range == place.range();
        let needs_quotes = scalar.in_flow && scalar.style == Style::Plain;
        if needs_quotes && !is_whole {
            return Err("the value would need quotes");
        }
        let name = match &name {
            Some(name) => names.given(place.key, name)?,
            None => names.choose(place.key, own(place, &scalar))?,
        };
        let edit = match range {
            Some(range) => super::Edit::replace(range, ""),
            None => reference(place, &format!("${{{{ secrets.{name} }}}}"), needs_quotes),
        };
        let then = format!(
            "add the secret, in Settings, Secrets and variables, Actions, or with `gh secret set {name}`"
        );
        Ok(Fix {
            edits: vec![edit],
            variable: name,
            home: Home::Platform,
            then: Some(then),
        })
    }
}

/// What the place itself calls the key.
fn own<'a>(place: &Place<'a>, scalar: &Scalar<'a>) -> Option<&'a str> {
    let before = place.before().trim_end_matches(['"', '\'']);
    match before.strip_suffix('=') {
        Some(before) => Some(last_name(before).1),
        None => scalar.names.first().copied(),
    }
}

/// Of `secrets.NAME || 'key'` in an expression, the operator with the key, and the name; not where it is part of a longer one, such as a
/// condition.
fn fallback(place: &Place<'_>) -> Option<(std::ops::Range<usize>, String)> {
    let before = place.before().strip_suffix('\'')?;
    let behind = place.behind().strip_prefix('\'')?.trim_start();
    let is_end = behind.starts_with("}}") || behind.starts_with([')', ',', ']']);
    let head = before.trim_end().strip_suffix("||")?.trim_end();
    let (rest, name) = last_name(head);
    let rest = rest.strip_suffix("secrets.").filter(|_| !name.is_empty())?;
    let rest = rest.trim_end();
    let begins = ["${{", "(", ",", "[", "||"];
    let is_begin = begins.iter().any(|begin| rest.ends_with(begin));
    (is_begin && is_end).then_some(())?;
    Some((head.len()..place.end + 1, name.to_owned()))
}

/// Whether the key stands between `${{` and `}}`.
fn is_in_expression(place: &Place<'_>) -> bool {
    let before = place.before();
    let opened = before.rfind("${{");
    opened.is_some_and(|at| before.get(at..).is_some_and(|rest| !rest.contains("}}")))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::assert_table;

    #[test]
    fn keys_become_secrets() {
        let table: &[(&str, Option<&str>)] = &[
            (
                "env:\n  AISA_API_KEY: {key}\r\n",
                Some("env:\n  AISA_API_KEY: ${{ secrets.AISA_API_KEY }}\r\n"),
            ),
            (
                "jobs:\n  a:\n    steps:\n      - uses: x\n        with:\n          key: '{key}'  # x\n",
                Some(
                    "jobs:\n  a:\n    steps:\n      - uses: x\n        with:\n          key: '${{ secrets.AISA_API_KEY }}'  # x\n",
                ),
            ),
            (
                "jobs:\n a:\n  steps:\n  - run: |\n      a: b\n      curl -H \"Authorization: Bearer {key}\"\n",
                Some(
                    "jobs:\n a:\n  steps:\n  - run: |\n      a: b\n      curl -H \"Authorization: Bearer ${{ secrets.AISA_API_KEY }}\"\n",
                ),
            ),
            (
                "jobs:\n a:\n  steps:\n  - run: MY_AISA_KEY={key} ./x\n",
                Some("jobs:\n a:\n  steps:\n  - run: MY_AISA_KEY=${{ secrets.MY_AISA_KEY }} ./x\n"),
            ),
            (
                "env: {A: 1, K: {key}}\n",
                Some("env: {A: 1, K: \"${{ secrets.AISA_API_KEY }}\"}\n"),
            ),
            (
                "env:\n  K: ${{ secrets.X_KEY || '{key}' }}\n",
                Some("env:\n  K: ${{ secrets.X_KEY }}\n"),
            ),
            (
                "env:\n  K: ${{ format('a', secrets.X_KEY || '{key}') }}\n",
                Some("env:\n  K: ${{ format('a', secrets.X_KEY) }}\n"),
            ),
            (
                "env:\n  K: ${{ secrets.A || secrets.X_KEY || '{key}' }}\n",
                Some("env:\n  K: ${{ secrets.A || secrets.X_KEY }}\n"),
            ),
            (
                "env:\n  K: ${{ github.ref == 'x' && secrets.PROD || '{key}' }}\n",
                None,
            ),
            ("env:\n  K: ${{ a == secrets.X || '{key}' }}\n", None),
            ("env:\n  K: ${{ !secrets.X || '{key}' }}\n", None),
            ("env:\n  K: ${{ a.secrets.X || '{key}' }}\n", None),
            ("env:\n  K: ${{ secrets.X || '{key}' || 'b' }}\n", None),
            ("env:\n  K: ${{ secrets.X || '{key}' == 'b' }}\n", None),
            ("# {key}\non: push\n", Some("# AISA_API_KEY\non: push\n")),
            ("env:\n  K: ${{ inputs.k || '{key}' }}\n", None),
            (
                "on:\n  workflow_dispatch:\n    inputs:\n      k:\n        default: {key}\n",
                None,
            ),
            ("jobs:\n a:\n  steps:\n  - if: env.K == '{key}'\n", None),
            ("env:\n  VITE_K: {key}\n", None),
            ("name: {key}\n", None),
            (
                "jobs:\n  x:\n    uses: a\n    with:\n      k: {key}\n",
                None,
            ),
            (
                "jobs:\n  x:\n    strategy:\n      matrix:\n        env: [\"{key}\"]\n",
                None,
            ),
            (
                "on:\n  workflow_dispatch:\n    inputs:\n      env:\n        default: {key}\n",
                None,
            ),
            ("env: {\n  K: {key}\n}\n", None),
            (
                "jobs:\n  x:\n    secrets:\n      K: {key}\n",
                Some("jobs:\n  x:\n    secrets:\n      K: ${{ secrets.AISA_API_KEY }}\n"),
            ),
        ];
        for text in assert_table(".github/workflows/ci.yml", table) {
            let parsed: Result<yaml_serde::Value, _> = yaml_serde::from_str(&text);
            assert!(parsed.is_ok(), "{text}");
        }
    }
}
