//! Who the user is, as git knows it.

use std::ffi::OsString;

use super::{Config, Scope};

/// `Name <email>` as git would write it into a commit of the user's, from the environment and from the user's own
/// configuration, never from a repository's; `None` if neither is known. No line break or control character is in it.
pub fn user_identity() -> Option<String> {
    identity(&Config::of_user(), &|name| std::env::var_os(name))
}

pub(super) fn identity(config: &Config, env: &dyn Fn(&str) -> Option<OsString>) -> Option<String> {
    let part = |variable: &str, names: [&str; 2]| {
        let named = env(variable).map(|value| value.to_string_lossy().into_owned());
        let named = named.map(|value| clean(&value));
        named.filter(|value| !value.is_empty()).or_else(|| {
            let mut set = names
                .iter()
                .filter_map(|name| config.text(name, Scope::is_users));
            set.find_map(|value| {
                let value = clean(&String::from_utf8_lossy(value));
                (!value.is_empty()).then_some(value)
            })
        })
    };
    let name = part("GIT_AUTHOR_NAME", ["author.name", "user.name"]);
    let email = part("GIT_AUTHOR_EMAIL", ["author.email", "user.email"]);
    match (name, email) {
        (Some(name), Some(email)) => Some(format!("{name} <{email}>")),
        (Some(name), None) => Some(name),
        (None, Some(email)) => Some(format!("<{email}>")),
        (None, None) => None,
    }
}

/// Without what git leaves out of a name, too: angle brackets and control characters.
fn clean(text: &str) -> String {
    let kept = |c: &char| !c.is_control() && !matches!(c, '<' | '>');
    let text: String = text.chars().filter(kept).collect();
    text.trim().to_owned()
}
