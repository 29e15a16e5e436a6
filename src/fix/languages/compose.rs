//! Compose files: `${NAME:?}`, which Compose takes from the environment or from `.env`, and refuses to start without
//! (docs.docker.com/reference/compose-file/interpolation).

use super::super::scan::yaml::{self, At, Style};
use super::super::{Edit, Fix, Names, Place, Refusal};
use super::shell::without_fallback;
use super::{Language, last_name, name};

pub(super) struct Compose;

impl Language for Compose {
    fn speaks(&self, path: &str, _text: &str) -> bool {
        let name = name(path);
        let stem = name.strip_suffix(".yml").or(name.strip_suffix(".yaml"));
        stem.is_some_and(|stem| {
            ["docker-compose", "compose", "podman-compose"]
                .iter()
                .any(|kind| {
                    stem.strip_prefix(kind)
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
                })
        })
    }

    fn replace(&self, place: &Place<'_>, names: &mut Names) -> Result<Fix, Refusal> {
        let scalar = match yaml::at(place.text, place.range()) {
            At::Comment => return Ok(place.in_prose(names)),
            At::Unclear(why) => return Err(why),
            At::Scalar(scalar) => scalar,
        };
        if let Some((name, edit)) = without_fallback(place)? {
            let name = names.given(place.key, &name)?;
            return Ok(Fix::environment(name, vec![edit]));
        }
        let is_whole = scalar.style == Style::Plain && scalar.range == place.range();
        if scalar.in_flow && scalar.style == Style::Plain && !is_whole {
            return Err("the value would need quotes");
        }
        let own = match place.before().strip_suffix('=') {
            Some(before) => Some(last_name(before).1),
            None => scalar.names.first().copied(),
        };
        let name = names.choose(place.key, own)?;
        let edit = reference(place, &format!("${{{name}:?}}"), scalar.in_flow && is_whole);
        Ok(Fix::environment(name, vec![edit]))
    }
}

/// A reference in the place of a key, in quotes where its braces would mean something without.
pub(super) fn reference(place: &Place<'_>, reference: &str, is_quoted: bool) -> Edit {
    match is_quoted {
        true => place.with(format!("\"{reference}\"")),
        false => place.with(reference),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::assert_table;

    #[test]
    fn keys_become_variables() {
        let table: &[(&str, Option<&str>)] = &[
            (
                "s:\n  a:\n    environment:\n      AISA_API_KEY: {key}\r\n",
                Some("s:\n  a:\n    environment:\n      AISA_API_KEY: ${AISA_API_KEY:?}\r\n"),
            ),
            (
                "e:\n  - MY_AISA_KEY={key}  # x\n",
                Some("e:\n  - MY_AISA_KEY=${MY_AISA_KEY:?}  # x\n"),
            ),
            (
                "e:\n  K: \"{key}\"\n",
                Some("e:\n  K: \"${AISA_API_KEY:?}\"\n"),
            ),
            (
                "e: {K: {key}, B: 1}\n",
                Some("e: {K: \"${AISA_API_KEY:?}\", B: 1}\n"),
            ),
            ("e: [\"K={key}\"]\n", Some("e: [\"K=${AISA_API_KEY:?}\"]\n")),
            ("e:\n  K: ${X_KEY:-{key}}\n", Some("e:\n  K: ${X_KEY:?}\n")),
            (
                "c: app --key {key} --b\n",
                Some("c: app --key ${AISA_API_KEY:?} --b\n"),
            ),
            ("# {key}\na: b\n", Some("# AISA_API_KEY\na: b\n")),
            ("e:\n  VITE_K: {key}\n", None),
            ("e:\n  - NEXT_PUBLIC_K={key}\n", None),
            ("e: [K={key}]\n", None),
            ("e:\n  K: $${X:-{key}}\n", None),
            ("e: {\n  K: {key}\n}\n", None),
            ("e: [\n  \"K={key}\"\n]\n", None),
            ("c: \"a\n  # {key}\n  b\"\n", None),
            ("{key}: 1\n", None),
        ];
        for path in ["docker-compose.yml", "x/compose.prod.yaml"] {
            for text in assert_table(path, table) {
                let parsed: Result<yaml_serde::Value, _> = yaml_serde::from_str(&text);
                assert!(parsed.is_ok(), "{text}");
            }
        }
    }
}
