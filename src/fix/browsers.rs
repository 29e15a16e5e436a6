//! Keys that browsers would get. Whoever opens a page has all that is in it, so that no variable helps there: a person is told to call
//! AIsa from a server.

use super::Refusal;

/// Said of a file that browsers run.
pub(super) const RUN: Refusal =
    "browsers run this file, or some of it, and whoever opens the page gets a key that is in it";

/// Said of a file that browsers may run.
pub(super) const MAY_RUN: Refusal = "nothing in this file says for sure that a server runs it, and whoever opens a page gets a key that is in it";

/// Said of a file of which only some functions run on a server.
pub(super) const PAGE: Refusal = "of a page, only what stands in its functions for the server (getServerSideProps, loader) stays \
     there, and whoever opens the page gets the rest";

/// Said of what a page is given.
pub(super) const GIVEN: Refusal =
    "it may be given to the page, and whoever opens that gets a key that is in it";

/// Said of the settings of a bundler.
pub(super) const BUNDLED: Refusal =
    "a bundler may copy what stands in its settings into what browsers download";

/// Said of a variable with a name that bundlers know.
pub(super) const PUBLIC: Refusal =
    "bundlers copy what a variable of this name holds into what browsers download";

/// Whether a key is left for such a reason.
pub(super) fn are_reason(why: Refusal) -> bool {
    [RUN, MAY_RUN, PAGE, GIVEN, BUNDLED, PUBLIC].contains(&why)
}

/// Beginnings of names whose values bundlers copy into what browsers download: no key may be in such a variable. They are those of
/// `rules/places.toml`, which say where such a name is used by whom.
const PREFIXES: [&str; 16] = [
    "NEXT_PUBLIC_",
    "VITE_",
    "REACT_APP_",
    "EXPO_PUBLIC_",
    "PUBLIC_",
    "NUXT_PUBLIC_",
    "GATSBY_",
    "VUE_APP_",
    "NUXT_ENV_",
    "NG_APP_",
    "STORYBOOK_",
    "REDWOOD_ENV_",
    "SNOWPACK_PUBLIC_",
    "PLASMO_PUBLIC_",
    "TARO_APP_",
    "UMI_APP_",
];

/// Whether bundlers copy what a variable of this name holds into what browsers download.
pub(super) fn is_public(name: &str) -> bool {
    PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_scans_call_public_is_so_here() {
        let rules = include_str!("../../rules/places.toml");
        let rules: toml::Table = rules.parse().expect("TOML");
        let lists = rules["prefixes"].as_array().expect("lists").iter();
        let exposed = lists.filter(|list| list["note"].as_str() == Some("client-exposed"));
        let names = exposed.flat_map(|list| list["names"].as_array().expect("names"));
        let names: Vec<&str> = names.filter_map(|name| name.as_str()).collect();
        assert_eq!(names.len(), PREFIXES.len());
        for name in names {
            assert!(PREFIXES.contains(&name), "{name}");
        }
    }
}
