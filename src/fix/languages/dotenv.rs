//! Dotenv files. One that is meant to be private is where a key belongs, if git ignores it; in any other, the value goes and the
//! name stays.

use super::super::browsers::{self, is_public};
use super::super::{Edit, Fix, Home, Names, Place, Refusal};
use super::{Language, ending, last_name, name};

pub(super) struct Dotenv;

/// Files that each person has for himself; any that git ignores is one, too.
fn is_private(path: &str) -> bool {
    let name = name(path);
    name == ".env" || (name.starts_with(".env.") && name.ends_with("local"))
}

/// Whether a value in these lines begins with a quote that does not end on its line.
fn is_in_quotes(lines: &str) -> bool {
    let lines = lines.lines().map(str::trim);
    let mut values = lines
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(['=', ':']));
    values.any(|(_, value)| {
        let value = value.trim();
        let quote = value.chars().next().filter(|c| "\"'`".contains(*c));
        quote.is_some_and(|quote| !value.get(1..).is_some_and(|rest| rest.contains(quote)))
    })
}

impl Language for Dotenv {
    fn speaks(&self, path: &str, _text: &str) -> bool {
        let name = name(path);
        let is_code = [
            "py", "js", "mjs", "cjs", "ts", "sh", "json", "yml", "yaml", "toml", "d",
        ]
        .contains(&ending(path));
        name == ".env" || (name.starts_with(".env.") && !is_code) || name.ends_with(".env")
    }

    fn replace(&self, place: &Place<'_>, names: &mut Names) -> Result<Fix, Refusal> {
        let given = place.text.get(place.line().start..place.start);
        let given = given.and_then(|before| before.split('=').next());
        if given.is_some_and(|given| is_public(last_name(given.trim_end()).1)) {
            return Err(browsers::PUBLIC);
        }
        if is_private(place.path) || place.surroundings.is_ignored {
            return Err(
                "this file is where a key belongs, if git ignores it: see that it is in .gitignore, and if git tracks it, \
                 `git rm --cached` it",
            );
        }
        let line = place.line();
        let text = place.text.get(line.clone()).unwrap_or_default();
        let is_in_value = is_in_quotes(place.text.get(..line.start).unwrap_or_default());
        if is_in_value {
            return Err("a value above it may not end on its line");
        }
        if text.trim_start().starts_with('#') {
            return Ok(place.in_prose(names));
        }
        let before = place.text.get(line.start..place.start).unwrap_or_default();
        let behind = place.text.get(place.end..line.end).unwrap_or_default();
        let quote = before.chars().next_back().filter(|c| "\"'`".contains(*c));
        let quotes = quote.map_or(0, char::len_utf8);
        let closes = quote.is_none_or(|quote| behind.starts_with(quote));
        let assigned = before.get(..before.len() - quotes).unwrap_or_default();
        let own = assigned.trim_end().strip_suffix('=').map(str::trim_end);
        let own = own.map(last_name);
        let is_export = |rest: &str| matches!(rest.trim(), "" | "export");
        let rest = behind.get(quotes..).unwrap_or_default();
        let is_whole = rest.trim().is_empty() || rest.trim_start().starts_with('#');
        match own {
            Some((rest, own)) if closes && is_whole && is_export(rest) && !own.is_empty() => {
                let name = names.given(place.key, own)?;
                let range = place.start - quotes..place.end + quotes;
                Ok(Fix {
                    edits: vec![Edit::replace(range, "")],
                    variable: name,
                    home: Home::Environment,
                    then: None,
                })
            }
            _ => Err("the line does more than give the key to a variable"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::assert_table;

    #[test]
    fn values_go_and_names_stay() {
        for path in [".env.example", "deploy/prod.env", ".env.production"] {
            assert_table(
                path,
                &[
                    (
                        "A=1\nAISA_API_KEY={key}\r\n",
                        Some("A=1\nAISA_API_KEY=\r\n"),
                    ),
                    ("export K = \"{key}\"  # x\n", Some("export K =   # x\n")),
                    (
                        "# AISA_API_KEY={key}\n",
                        Some("# AISA_API_KEY=AISA_API_KEY\n"),
                    ),
                    ("K='{key}'", Some("K=")),
                    ("K=\"Bearer {key}\"\n", None),
                    ("K={key}{key}\n", None),
                    ("K='{key}\n", None),
                    ("A=\"x\nK={key}\n\"\n", None),
                    ("A='x'\nK={key}\n", Some("A='x'\nK=\n")),
                    ("A=1\nK={key}\nB='{key}'\nK={key}\n", None),
                ],
            );
        }
    }

    #[test]
    fn a_private_file_keeps_its_key() {
        for path in [".env", "a/.env", ".env.local", ".env.test.local"] {
            assert_table(path, &[("AISA_API_KEY={key}\n", None)]);
        }
    }
}
