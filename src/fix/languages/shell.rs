//! Shell scripts: `${NAME:?}`, which ends the script with a message where the variable is not set.

use super::super::scan::shell::{Quoting, quoting};
use super::super::{Edit, Fix, Names, Place, Refusal};
use super::{Language, ending, interpreter, last_name, name};

pub(super) struct Shell;

const SET_ITSELF: Refusal = "the script sets the variable itself: delete that, and set it outside";

/// Commands that give variables values, or take them away.
const SETTERS: [&str; 14] = [
    "declare",
    "for",
    "getopts",
    "let",
    "local",
    "mapfile",
    "printf",
    "read",
    "readarray",
    "readonly",
    "select",
    "typeset",
    "unset",
    "vared",
];

/// Files that a shell reads when it starts, where a variable that is not set must end nothing.
const STARTUP: [&str; 9] = [
    ".bashrc",
    ".bash_profile",
    ".profile",
    ".zshrc",
    ".zshenv",
    ".zprofile",
    ".envrc",
    ".bash_login",
    ".kshrc",
];

impl Language for Shell {
    fn speaks(&self, path: &str, text: &str) -> bool {
        let shells = ["sh", "bash", "zsh", "ksh", "dash", "ash"];
        shells.contains(&ending(path))
            || STARTUP.contains(&name(path))
            || interpreter(text).is_some_and(|program| shells.contains(&program))
    }

    fn replace(&self, place: &Place<'_>, names: &mut Names) -> Result<Fix, Refusal> {
        if STARTUP.contains(&name(place.path)) {
            return Err(
                "a shell reads this file when it starts: keep the key in a password store, and ask that here",
            );
        }
        let quoting = quoting(place.text, place.start);
        script(place, quoting, names)
    }
}

/// What to put in the place of a key in a piece of a script.
pub(super) fn script(
    place: &Place<'_>,
    quoting: Quoting,
    names: &mut Names,
) -> Result<Fix, Refusal> {
    let quotes = match quoting {
        Quoting::Comment => return Ok(place.in_prose(names)),
        Quoting::Unclear(why) => return Err(why),
        Quoting::Bare | Quoting::Double => None,
        Quoting::Single(start, end) => Some((start, end)),
    };
    let fallback = without_fallback(place)?;
    if let Some((name, edit)) = fallback {
        if !is_upper(&name) || quotes.is_some_and(|(start, _)| start + 1 != place.start) {
            return Err("it is the fallback of what may be no variable of the environment");
        }
        if sets(place, &name) {
            return Err(SET_ITSELF);
        }
        let name = names.given(place.key, &name)?;
        return Ok(Fix::environment(name, vec![edit]));
    }
    if is_in_parameter(place) {
        return Err("it stands in the braces of another variable");
    }
    if place.before().ends_with('\\') {
        return Err("a backslash stands before it");
    }
    let before = place.before().trim_end_matches(['"', '\'']);
    let own = before.strip_suffix('=').map(|before| last_name(before).1);
    let name = names.choose(place.key, own)?;
    if sets(place, &name) {
        return Err(SET_ITSELF);
    }
    let reference = format!("${{{name}:?}}");
    let edit = match (quotes, quoting) {
        (None, Quoting::Double) => place.with(reference),
        (None, _) => place.with(format!("\"{reference}\"")),
        // Quotes end before it and begin behind it; those with nothing between them go.
        (Some((start, end)), _) => {
            let opens = start + 1 == place.start;
            let closes = place.end + 1 == end;
            let from = if opens { start } else { place.start };
            let to = if closes { end } else { place.end };
            let before = if opens { "" } else { "'" };
            let behind = if closes { "" } else { "'" };
            Edit::replace(from..to, format!("{before}\"{reference}\"{behind}"))
        }
    };
    Ok(Fix::environment(name, vec![edit]))
}

/// Whether a name is one of the environment, by custom: what has small letters is the script's own.
fn is_upper(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    name.chars().all(is_part)
}

/// Whether the key stands between `${` and `}`.
fn is_in_parameter(place: &Place<'_>) -> bool {
    let line = place.text.get(place.line().start..place.start);
    let open = line.and_then(|line| line.rsplit_once("${"));
    open.is_some_and(|(_, inside)| !inside.contains('}'))
}

/// Whether the script gives the variable a value in another place, or takes it away.
fn sets(place: &Place<'_>, name: &str) -> bool {
    let key = place.text.get(place.range()).unwrap_or_default();
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut places = place.text.match_indices(name);
    places.any(|(at, _)| {
        let before = place.text.get(..at).unwrap_or_default();
        let behind = place.text.get(at + name.len()..).unwrap_or_default();
        if before.ends_with(is_part) || behind.starts_with(is_part) {
            return false;
        }
        let assigned = behind.strip_prefix("+=").or(behind.strip_prefix('='));
        let is_other = assigned.is_some_and(|value| {
            let value = value.trim_start_matches(['"', '\'']);
            !before.ends_with(['-', '{'])
                && !value.starts_with(key)
                && !falls_back(value, name, key)
        });
        let line = before.rsplit('\n').next().unwrap_or_default();
        let mut words = line.split(|c: char| c.is_whitespace() || ";|&(".contains(c));
        // What is read in quotes or behind a `$` is not set.
        let is_bare = !before.ends_with(['$', '{', '"', '\'', '-', '#', '!']);
        let is_command = is_bare && words.any(|word| SETTERS.contains(&word));
        is_other || is_command
    })
}

/// Whether a value is `${NAME:-key}`, which is what was set outside, once the key is gone.
fn falls_back(value: &str, name: &str, key: &str) -> bool {
    let rest = value
        .strip_prefix("${")
        .and_then(|rest| rest.strip_prefix(name));
    let rest = rest.map(|rest| rest.trim_start_matches(':'));
    let rest = rest.and_then(|rest| rest.strip_prefix(['-', '=']));
    rest.is_some_and(|rest| rest.trim_start_matches(['"', '\'']).starts_with(key))
}

/// Of `${NAME:-key}`, the name, and the edit that makes it `${NAME:?}`.
///
/// # Errors
/// What is read there is no variable that has a name.
pub(super) fn without_fallback(place: &Place<'_>) -> Result<Option<(String, Edit)>, Refusal> {
    let Some((head, name, edit)) = fallback(place) else {
        return Ok(None);
    };
    match name.starts_with(|c: char| c.is_ascii_digit()) || head.ends_with('$') {
        true => Err("it is the fallback of what is no variable of the environment"),
        false => Ok(Some((name, edit))),
    }
}

/// The same, with what stands before it.
fn fallback<'a>(place: &Place<'a>) -> Option<(&'a str, String, Edit)> {
    let quote = place
        .before()
        .chars()
        .next_back()
        .filter(|c| *c == '"' || *c == '\'');
    let quotes = quote.map_or(0, char::len_utf8);
    let before = place.before();
    let before = before.get(..before.len() - quotes)?;
    let behind = match quote {
        Some(quote) => place.behind().strip_prefix(quote)?,
        None => place.behind(),
    };
    behind.strip_prefix('}')?;
    let bare = before.strip_suffix(['-', '='])?;
    let (bare, operator) = match bare.strip_suffix(':') {
        Some(bare) => (bare, 2),
        None => (bare, 1),
    };
    let (rest, name) = last_name(bare);
    let head = rest.strip_suffix("${").filter(|_| !name.is_empty())?;
    let range = place.start - quotes - operator..place.end + quotes;
    Some((head, name.to_owned(), Edit::replace(range, ":?")))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{assert_accepted, assert_table};

    #[test]
    fn keys_become_variables() {
        let table: &[(&str, Option<&str>)] = &[
            (
                "export AISA_API_KEY={key}\n",
                Some("export AISA_API_KEY=\"${AISA_API_KEY:?}\"\n"),
            ),
            (
                "MY_AISA_KEY='{key}' python x.py\n",
                Some("MY_AISA_KEY=\"${MY_AISA_KEY:?}\" python x.py\n"),
            ),
            ("KEY=\"{key}\"\r\n", Some("KEY=\"${AISA_API_KEY:?}\"\r\n")),
            ("K=${AISA_API_KEY:-{key}}\n", Some("K=${AISA_API_KEY:?}\n")),
            ("K=\"${X:=\"{key}\"}\"\n", Some("K=\"${X:?}\"\n")),
            (
                "curl -H \"Authorization: Bearer {key}\" x\n",
                Some("curl -H \"Authorization: Bearer ${AISA_API_KEY:?}\" x\n"),
            ),
            (
                "curl -H 'Authorization: Bearer {key}' x\n",
                Some("curl -H 'Authorization: Bearer '\"${AISA_API_KEY:?}\" x\n"),
            ),
            (
                "curl -d '{\"k\":\"{key}\"}' x\n",
                Some("curl -d '{\"k\":\"'\"${AISA_API_KEY:?}\"'\"}' x\n"),
            ),
            (
                "f --key={key} {key}\n",
                Some("f --key=\"${AISA_API_KEY:?}\" \"${AISA_API_KEY_2:?}\"\n"),
            ),
            (
                "cat <<EOF\nk: {key}\nEOF\n",
                Some("cat <<EOF\nk: ${AISA_API_KEY:?}\nEOF\n"),
            ),
            ("# it's {key}\n", Some("# it's AISA_API_KEY\n")),
            ("VITE_AISA_KEY={key} npm run build\n", None),
            ("K=${REACT_APP_K:-{key}}\n", None),
            ("cat <<'EOF'\nk: {key}\nEOF\n", None),
            ("x=`f {key}`\n", None),
            ("x=$'a\\n{key}'\n", None),
            ("x='a\n{key}\n", None),
            ("K=${1:-{key}}\n", None),
            ("K=${api_key:-{key}}\n", None),
            ("K='${X:-{key}}'\n", None),
            ("cat <<'EOF'\n${X:-{key}}\nEOF\n", None),
            ("K=${X:-a{key}}\n", None),
            ("cat <<'!'\nk: {key}\n!\n", None),
            (
                "AISA_API_KEY=\"\"; [ -z \"$AISA_API_KEY\" ] && AISA_API_KEY=\"{key}\"\n",
                None,
            ),
            ("read -r AISA_API_KEY\nf {key}\n", None),
            ("API_KEY=\"$1\"\nf \"${API_KEY:-{key}}\"\n", None),
            ("export API_KEY=x\nf \"${API_KEY:-{key}}\"\n", None),
            ("read -rp \"Key: \" API_KEY\nf ${API_KEY:-{key}}\n", None),
            (
                "while getopts a: API_KEY; do\nf ${API_KEY:-{key}}\ndone\n",
                None,
            ),
            ("for API_KEY in a b; do\nf ${API_KEY:-{key}}\ndone\n", None),
            (
                "export API_KEY=\"${API_KEY:-{key}}\"\nf \"$API_KEY\"\n",
                Some("export API_KEY=\"${API_KEY:?}\"\nf \"$API_KEY\"\n"),
            ),
            (
                "printf '%s' \"${API_KEY:-{key}}\"\n",
                Some("printf '%s' \"${API_KEY:?}\"\n"),
            ),
            ("cat <<EOF\n$(f '{key}')\nEOF\n", None),
            ("x=$[1<<3]\nf {key}\n", None),
            (
                "x=\"$((5 << 20))\"\nf '{key}'\n",
                Some("x=\"$((5 << 20))\"\nf \"${AISA_API_KEY:?}\"\n"),
            ),
            ("x=\"${y:-\"it's\"}\"\nf '{key}'\n", None),
            (
                "n=$((1 << bits))\nK='{key}'\n",
                Some("n=$((1 << bits))\nK=\"${AISA_API_KEY:?}\"\n"),
            ),
        ];
        let results = assert_table("a.sh", table);
        assert_accepted("bash", &["-n"], "a.sh", &results);
        assert_table(".bashrc", &[("export AISA_API_KEY={key}\n", None)]);
    }
}
