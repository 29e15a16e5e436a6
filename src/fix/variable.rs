//! What the variable is called that is read instead of a key.

use std::collections::{BTreeMap, BTreeSet};

use super::Refusal;
use super::browsers::{self, is_public};

/// What AIsa calls it.
pub(super) const USUAL: &str = "AISA_API_KEY";

/// Whether a place's own name says what is in it, so that it can be kept: upper case, more than one word, and one of them says that
/// it is AIsa's, or the last one that it is a credential. `KEY` and `API_KEY` say nothing.
pub(super) fn is_proper(name: &str) -> bool {
    let is_upper = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let words: Vec<&str> = name.split('_').filter(|word| !word.is_empty()).collect();
    let is_credential = |word: &&str| matches!(*word, "KEY" | "TOKEN" | "SECRET");
    let says =
        words.contains(&"AISA") || (words.len() > 2 && words.last().is_some_and(is_credential));
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(is_upper)
        && words.len() > 1
        && says
        && !name.starts_with("GITHUB_")
        && !is_public(name)
}

/// Which variable holds which key, over all files of a run: two keys never share a name.
///
/// The files are planned twice: the first time tells which names the places themselves give ([`Names::settled`]), so that the
/// second time no other key is called so.
#[derive(Debug, Default)]
pub struct Names {
    /// What each variable holds: a key, or something else.
    holders: BTreeMap<String, Option<usize>>,
    /// What held one before the run.
    reserved: BTreeMap<String, Option<usize>>,
    /// The keys to which places give each name.
    given: BTreeMap<String, BTreeSet<usize>>,
    is_settled: bool,
}

impl Names {
    /// Names of which some are taken: by a key, or by something else.
    pub fn with(reserved: BTreeMap<String, Option<usize>>) -> Self {
        Self {
            holders: reserved.clone(),
            reserved,
            ..Self::default()
        }
    }

    /// Names for the same files once more, now that it is known what their places give.
    #[must_use]
    pub fn settled(self) -> Self {
        let mut holders = self.reserved.clone();
        for (name, keys) in self.given {
            let mut keys = keys.into_iter();
            let only = keys.next().filter(|_| keys.next().is_none());
            let holder = holders.entry(name).or_insert(only);
            if *holder != only {
                *holder = None;
            }
        }
        Self {
            holders,
            reserved: self.reserved,
            given: BTreeMap::new(),
            is_settled: true,
        }
    }

    /// The name that a place gives to a key: what it reads already stays.
    ///
    /// # Errors
    /// Another key has that name, so that one of the two would be lost; or browsers get what is in it.
    pub(super) fn given(&mut self, key: usize, name: &str) -> Result<String, Refusal> {
        if is_public(name) {
            return Err(browsers::PUBLIC);
        }
        if !self.is_settled {
            self.given.entry(name.to_owned()).or_default().insert(key);
            return Ok(name.to_owned());
        }
        let holder = self.holders.entry(name.to_owned()).or_insert(Some(key));
        match *holder == Some(key) {
            true => Ok(name.to_owned()),
            false => {
                Err("its variable has another value elsewhere, and can hold only one of the two")
            }
        }
    }

    /// A name for a key: what the place itself calls it, if that is a proper name and no other key's; else one that the key has
    /// already; else AIsa's own, with a number if another key has that.
    ///
    /// # Errors
    /// Browsers get what the place itself calls so.
    pub(super) fn choose(&mut self, key: usize, own: Option<&str>) -> Result<String, Refusal> {
        match own.is_some_and(is_public) {
            true => Err(browsers::PUBLIC),
            false => Ok(self.chosen(key, own)),
        }
    }

    /// The same, where the place calls it nothing.
    pub(super) fn any(&mut self, key: usize) -> String {
        self.chosen(key, None)
    }

    fn chosen(&mut self, key: usize, own: Option<&str>) -> String {
        let is_free = |name: &str| {
            let holder = self.holders.get(name);
            holder.is_none_or(|holder| *holder == Some(key))
        };
        let own = own.filter(|name| is_proper(name) && is_free(name));
        let is_known =
            |(name, holder): &(&String, &Option<usize>)| **holder == Some(key) && is_proper(name);
        let mut known = self.holders.iter().filter(is_known);
        let known = known.next().map(|(name, _)| name.as_str());
        let name = match own.or(known) {
            Some(name) => name.to_owned(),
            None => {
                let numbered = (2..).map(|number| format!("{USUAL}_{number}"));
                let mut names = std::iter::once(USUAL.to_owned()).chain(numbered);
                let free = names.find(|name| is_free(name));
                free.unwrap_or_else(|| USUAL.to_owned())
            }
        };
        self.holders.insert(name.clone(), Some(key));
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_says_something_is_kept() {
        for (name, proper) in [
            ("AISA_API_KEY", true),
            ("MY_AISA_KEY", true),
            ("AISA_KEY_PROD", true),
            ("OPENAI_API_KEY", true),
            ("API_KEY", false),
            ("KEY", false),
            ("AISA", false),
            ("aisa_api_key", false),
            ("apiKey", false),
            ("NEXT_PUBLIC_AISA_API_KEY", false),
            ("VITE_AISA_API_KEY", false),
            ("GITHUB_AISA_API_KEY", false),
            ("MAX_RETRY_COUNT", false),
            ("AISA-API-KEY", false),
            ("", false),
        ] {
            assert_eq!(is_proper(name), proper, "{name}");
        }
    }

    #[test]
    fn two_keys_never_get_one_name() {
        let mut names = Names::default();
        assert_eq!(names.choose(0, Some("KEY")), Ok("AISA_API_KEY".to_owned()));
        assert_eq!(names.any(1), "AISA_API_KEY_2");
        assert_eq!(
            names.choose(1, Some("AISA_API_KEY")),
            Ok("AISA_API_KEY_2".to_owned())
        );
        assert_eq!(
            names.choose(2, Some("MY_AISA_KEY")),
            Ok("MY_AISA_KEY".to_owned())
        );
        assert_eq!(names.any(2), "MY_AISA_KEY");
        assert_eq!(names.given(3, "OTHER"), Ok("OTHER".to_owned()));
        for public in ["VITE_AISA_KEY", "NEXT_PUBLIC_KEY"] {
            assert_eq!(names.choose(0, Some(public)), Err(browsers::PUBLIC));
            assert_eq!(names.given(0, public), Err(browsers::PUBLIC));
        }
        assert_eq!(names.any(3), "AISA_API_KEY_3");
        assert_eq!(names.any(0), "AISA_API_KEY");
    }

    #[test]
    fn a_name_that_two_keys_are_given_is_nobodys() {
        let mut names = Names::with(BTreeMap::from([
            ("AISA_API_KEY".to_owned(), None),
            ("OLD_AISA_KEY".to_owned(), Some(2)),
        ]));
        for (key, name) in [
            (0, "X_KEY"),
            (1, "X_KEY"),
            (1, "Y_KEY"),
            (0, "AISA_API_KEY"),
        ] {
            assert_eq!(names.given(key, name), Ok(name.to_owned()));
        }
        let mut names = names.settled();
        assert_eq!(names.any(0), "AISA_API_KEY_2");
        assert_eq!(names.any(2), "OLD_AISA_KEY");
        assert_eq!(names.given(1, "Y_KEY"), Ok("Y_KEY".to_owned()));
        for (key, name) in [
            (0, "X_KEY"),
            (1, "X_KEY"),
            (0, "AISA_API_KEY"),
            (0, "Y_KEY"),
        ] {
            assert!(names.given(key, name).is_err(), "{key} {name}");
        }
    }
}
