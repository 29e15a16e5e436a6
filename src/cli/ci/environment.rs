//! What a CI service tells a job: variables, of which an empty one says nothing.

use std::collections::BTreeMap;

/// The variables of a job.
#[derive(Clone, Debug, Default)]
pub(super) struct Environment(BTreeMap<String, String>);

impl Environment {
    /// That of this process. What is not UTF-8 is none of a service's.
    pub(super) fn of_process() -> Self {
        let text = |word: std::ffi::OsString| word.into_string().ok();
        Self(
            std::env::vars_os()
                .filter_map(|(name, value)| Some((text(name)?, text(value)?)))
                .collect(),
        )
    }

    /// What a variable says; nothing if it is empty or not set.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.get(name)?.trim();
        (!value.is_empty()).then_some(value)
    }

    /// The same, to keep.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    /// Whether a variable says yes, in the ways in which services do.
    pub(super) fn says_yes(&self, name: &str) -> bool {
        let value = self.get(name).unwrap_or_default();
        value.eq_ignore_ascii_case("true") || value == "1"
    }
}

#[cfg(test)]
impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(variables: [(&str, &str); N]) -> Self {
        Self(
            variables
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        )
    }
}
