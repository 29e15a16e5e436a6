//! Dockerfiles: whoever has an image can read what its build set, so that nothing refers to the key there. `ENV` and `ARG` lose the
//! value, and the container gets it when it starts.

use super::super::{Edit, Fix, Home, Names, Place, Refusal};
use super::{Language, last_name, name};

pub(super) struct Dockerfile;

const AT_START: &str = "pass it when the container starts: docker run --env NAME IMAGE";

const AT_BUILD: &str = "give it to the build as a secret, which the image does not keep: docker build --secret id=aisa_api_key,env=NAME, \
     and RUN --mount=type=secret,id=aisa_api_key,env=NAME COMMAND";

impl Language for Dockerfile {
    fn speaks(&self, path: &str, _text: &str) -> bool {
        let name = name(path).to_ascii_lowercase();
        ["dockerfile", "containerfile"].iter().any(|kind| {
            name == *kind
                || name
                    .strip_prefix(kind)
                    .is_some_and(|rest| rest.starts_with('.'))
                || name
                    .strip_suffix(kind)
                    .is_some_and(|rest| rest.ends_with('.'))
        })
    }

    fn replace(&self, place: &Place<'_>, names: &mut Names) -> Result<Fix, Refusal> {
        let line = place.line();
        let text = place.text.get(line.clone()).unwrap_or_default();
        let above = place.text.get(..line.start).unwrap_or_default();
        let is_escape = |line: &str| {
            let line = line.to_ascii_lowercase().replace([' ', '\t'], "");
            line.starts_with("#escape=")
        };
        if above.contains("<<") || above.lines().any(is_escape) {
            return Err("a here-document, or another sign than the backslash, may be around it");
        }
        if text.trim_start().starts_with('#') {
            return Ok(place.in_prose(names));
        }
        let mut lines = above.lines().rev().map(str::trim);
        let last = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
        if last.is_some_and(|line| line.ends_with('\\')) {
            return Err("its instruction begins on a line above");
        }
        let instruction = text.split_whitespace().next().unwrap_or_default();
        let is = |name: &str| instruction.eq_ignore_ascii_case(name);
        if !is("ENV") && !is("ARG") {
            return Err("only ENV and ARG are edited");
        }
        let before = place.text.get(line.start..place.start).unwrap_or_default();
        let behind = place.text.get(place.end..line.end).unwrap_or_default();
        let quote = before
            .chars()
            .next_back()
            .filter(|c| *c == '"' || *c == '\'');
        let quotes = quote.map_or(0, char::len_utf8);
        let rest = match quote {
            Some(quote) => behind.strip_prefix(quote),
            None => Some(behind),
        };
        let rest = rest.ok_or("its value is more than the key")?;
        if !(rest.is_empty() || rest.starts_with([' ', '\t'])) {
            return Err("its value is more than the key");
        }
        let assigned = before.get(..before.len() - quotes).unwrap_or_default();
        let value = place.start - quotes..place.end + quotes;
        edited(place, assigned, rest, value, is("ARG"), names)
    }
}

/// What to do with `ENV NAME=value`, `ENV NAME value` or `ARG NAME=value`: what stands before the value, behind it, and the value.
fn edited(
    place: &Place<'_>,
    assigned: &str,
    rest: &str,
    value: std::ops::Range<usize>,
    is_argument: bool,
    names: &mut Names,
) -> Result<Fix, Refusal> {
    let line = place.line();
    let (head, own) = match assigned.strip_suffix('=') {
        Some(assigned) => last_name(assigned),
        None => last_name(assigned.trim_end()),
    };
    let is_quoted = head.contains(['"', '\'']);
    if own.is_empty() || is_quoted || !head.ends_with([' ', '\t']) {
        return Err("its value is more than the key, or stands behind quotes");
    }
    let is_only = head.split_whitespace().count() == 1 && rest.trim().is_empty();
    let has_sign = assigned.ends_with('=');
    if !is_argument && is_used(place.behind(), own) {
        return Err(
            "a line below uses the variable, which would be empty while the image is built: give it to the command there as a \
             secret of the build (RUN --mount=type=secret), and delete both",
        );
    }
    let name = names.given(place.key, own)?;
    let (edit, then) = match (is_argument, is_only, has_sign) {
        (true, _, true) => {
            let edit = Edit::replace(value.start - 1..value.end, "");
            (edit, AT_BUILD)
        }
        (false, true, _) => {
            let indent = head.len() - head.trim_start().len();
            let comment = format!("# {name}: {}", AT_START.replace("NAME", &name));
            (
                Edit::replace(line.start + indent..line.end, comment),
                AT_START,
            )
        }
        (false, false, true) => (Edit::replace(value, "\"\""), AT_START),
        _ => return Err("its instruction was not understood"),
    };
    Ok(Fix {
        edits: vec![edit],
        then: Some(then.replace("NAME", &name)),
        variable: name,
        home: Home::Environment,
    })
}

/// Whether the build uses a variable in these lines. `CMD` and `ENTRYPOINT` are for when the container starts.
fn is_used(lines: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    lines.lines().any(|line| {
        let instruction = line.split_whitespace().next().unwrap_or_default();
        let mut at_start = ["CMD", "ENTRYPOINT"].iter();
        if at_start.any(|it| instruction.eq_ignore_ascii_case(it)) {
            return false;
        }
        line.match_indices(name).any(|(at, _)| {
            let before = line.get(..at).unwrap_or_default();
            let behind = line.get(at + name.len()..).unwrap_or_default();
            let is_read =
                before.ends_with('$') || before.contains("${") && !before.ends_with(is_part);
            is_read && !behind.starts_with(is_part)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{assert_parses, assert_table};

    #[test]
    fn values_go_and_come_when_the_container_starts() {
        let comment = "# AISA_API_KEY: pass it when the container starts: docker run --env AISA_API_KEY IMAGE";
        for path in [
            "Dockerfile",
            "a/Dockerfile.dev",
            "api.Dockerfile",
            "Containerfile",
        ] {
            let results = assert_table(
                path,
                &[
                    (
                        "FROM x\nENV AISA_API_KEY={key}\r\n",
                        Some(&*format!("FROM x\n{comment}\r\n")),
                    ),
                    (
                        "  env AISA_API_KEY \"{key}\"",
                        Some(&*format!("  {comment}")),
                    ),
                    ("ARG AISA_API_KEY={key}\n", Some("ARG AISA_API_KEY\n")),
                    ("ENV A=1 K='{key}' B=2\n", Some("ENV A=1 K=\"\" B=2\n")),
                    ("ENV K={key} \\\n  B=2\n", Some("ENV K=\"\" \\\n  B=2\n")),
                    ("# ENV K={key}\n", Some("# ENV K=AISA_API_KEY\n")),
                    ("ENV A=1 \\\n  K={key}\n", None),
                    ("RUN curl -H 'x: {key}'\n", None),
                    ("ENV K={key}\nRUN a $K\n", None),
                    ("ENV K={key}\nRUN a \\\n  --key=\"${K:-x}\"\n", None),
                    ("ENV K {key}\nENV B=${K}\n", None),
                    ("ENV A=1 K={key} B=2\nRUN a $K\n", None),
                    (
                        "ENV AISA_API_KEY={key}\nRUN a $AISA_API_KEYS\nCMD a $AISA_API_KEY\n",
                        Some(&*format!(
                            "{comment}\nRUN a $AISA_API_KEYS\nCMD a $AISA_API_KEY\n"
                        )),
                    ),
                    ("CMD [\"a\", \"{key}\"]\n", None),
                    ("ENV H=\"Bearer {key}\"\n", None),
                    ("ENV K={key}x\n", None),
                    ("ENV J=\"-Da.key={key} -Db=1\"\n", None),
                    ("RUN <<EOF\nenv K={key} ./x\nEOF\n", None),
                    ("COPY <<EOF /x\n# {key}\nENV K={key}\nEOF\n", None),
                    ("ENV A=1 \\\n# c\n\n  K={key}\n", None),
                    ("RUN a \\\n# c\n  ENV K={key}\n", None),
                    ("# escape=`\nFROM x\nENV K={key}\n", None),
                ],
            );
            assert_parses(tree_sitter_containerfile::LANGUAGE, &results);
        }
    }
}
