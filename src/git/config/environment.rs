//! Settings that stand in the environment (git-config, ENVIRONMENT).

use std::ffi::OsString;

use super::Scope;
use super::entries::Entry;
use super::sources::Reader;
use crate::git::quote;

/// No honest environment holds more settings.
const PAIRS: usize = 10_000;

impl Reader<'_> {
    /// `GIT_CONFIG_COUNT` with its keys and values, then `GIT_CONFIG_PARAMETERS`, in which `git -c` hands on its own.
    pub(super) fn environment(&mut self) {
        let mut pairs = Vec::new();
        match self.counted(&mut pairs) {
            Ok(()) => {}
            Err(reason) => self.unread(None, reason),
        }
        if let Some(text) = (self.env)("GIT_CONFIG_PARAMETERS") {
            match parameters(text.as_encoded_bytes()) {
                Some(more) => pairs.extend(more),
                None => self.unread(None, "GIT_CONFIG_PARAMETERS is not git's".to_owned()),
            }
        }
        let entries = pairs
            .into_iter()
            .filter_map(|(name, value)| Entry::named(&name, value));
        self.take(entries.collect(), None, Scope::Environment, 0);
    }

    fn counted(&self, pairs: &mut Vec<Pair>) -> Result<(), String> {
        let Some(count) = (self.env)("GIT_CONFIG_COUNT").filter(|count| !count.is_empty()) else {
            return Ok(());
        };
        let count = count.to_str().and_then(|count| count.parse().ok());
        let Some(count) = count.filter(|&count: &usize| count <= PAIRS) else {
            return Err(format!("GIT_CONFIG_COUNT is no number up to {PAIRS}"));
        };
        for at in 0..count {
            let names = [
                format!("GIT_CONFIG_KEY_{at}"),
                format!("GIT_CONFIG_VALUE_{at}"),
            ];
            let [Some(key), Some(value)] = names.each_ref().map(|name| (self.env)(name)) else {
                return Err(format!("{} or {} is not there", names[0], names[1]));
            };
            let bytes = |text: OsString| text.as_encoded_bytes().to_vec();
            pairs.push((bytes(key), Some(bytes(value))));
        }
        Ok(())
    }
}

/// A full name and its value.
type Pair = (Vec<u8>, Option<Vec<u8>>);

/// `'name'='value' 'name'= 'name=value'`; `None` if it is written in any other way.
fn parameters(mut text: &[u8]) -> Option<Vec<Pair>> {
    let mut pairs = Vec::new();
    loop {
        text = text.trim_ascii_start();
        if text.is_empty() {
            return Some(pairs);
        }
        let (name, rest) = quote::word(text)?;
        text = rest;
        match rest.strip_prefix(b"=") {
            // A name alone.
            Some(rest) if rest.first().is_none_or(u8::is_ascii_whitespace) => {
                text = rest;
                pairs.push((name, None));
            }
            Some(rest) => {
                let (value, rest) = quote::word(rest)?;
                text = rest;
                pairs.push((name, Some(value)));
            }
            // As older versions of git write them.
            None => match memchr::memchr(b'=', &name) {
                Some(at) => {
                    pairs.push((name.get(..at)?.to_vec(), Some(name.get(at + 1..)?.to_vec())))
                }
                None => pairs.push((name, None)),
            },
        }
        if pairs.len() > PAIRS {
            return None;
        }
    }
}
