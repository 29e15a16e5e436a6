//! What a configuration says about findings: which are allowed, which rules are disabled, which problems are accepted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use jiff::civil::Date;
use regex::bytes::{RegexBuilder, RegexSetBuilder};

use super::condition::{Patterns, Words};
use crate::model::{PREFIX, Secret};

/// What a compiled expression may take: a few characters can stand for billions of states.
const EXPRESSION: usize = 256 << 10;

/// What a configuration says about findings.
#[derive(Debug, Default)]
pub struct Policy {
    /// Findings that are allowed.
    pub allow: Vec<AllowEntry>,
    /// Ids of rules whose findings are suppressed.
    pub disabled: BTreeSet<String>,
    /// Problems that somebody accepted, by fingerprint.
    pub accepted: BTreeMap<String, AcceptEntry>,
}

impl Policy {
    /// Adds what another configuration says. Where both accept a problem, the first one is told.
    pub fn extend(&mut self, other: Self) {
        self.allow.extend(other.allow);
        self.disabled.extend(other.disabled);
        for (problem, entry) in other.accepted {
            self.accepted.entry(problem).or_insert(entry);
        }
    }

    /// The entries that are about a secret, with their numbers, wherever it stands and whatever the day.
    pub fn about<'a>(
        &'a self,
        rule: &'a str,
        secret: &'a Secret,
    ) -> impl Iterator<Item = (usize, &'a AllowEntry)> {
        let fingerprint = secret.fingerprint();
        let entries = self.allow.iter().enumerate();
        entries.filter(move |(_, entry)| entry.is_about(rule, secret, &fingerprint))
    }
}

/// Where an entry stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryPlace {
    /// The file, as it was named.
    pub file: String,
    /// The line on which the entry begins, from 1.
    pub line: usize,
}

impl fmt::Display for EntryPlace {
    /// `.aisaleaks.toml:3`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// One `[[accept]]` entry.
#[derive(Debug)]
pub struct AcceptEntry {
    /// Where it stands.
    pub source: EntryPlace,
    /// In its author's words.
    pub reason: String,
    /// The last day on which it holds, in UTC.
    pub expires: Option<Date>,
}

/// One `[[allow]]` entry. A finding is allowed if every criterion that the entry has holds.
#[derive(Debug)]
pub struct AllowEntry {
    /// Where it stands.
    pub source: EntryPlace,
    /// In its author's words.
    pub reason: String,
    /// The last day on which it holds, in UTC.
    pub expires: Option<Date>,
    /// Whether a scan of everything should find what it allows: not so of a file that is for several repositories.
    pub expected: bool,
    /// Only findings of these rules.
    pub rules: Option<Vec<String>>,
    /// The path matches one of these globs.
    pub paths: Option<Globs>,
    /// One of these expressions matches in the secret.
    pub regexes: Option<Patterns>,
    /// One of these words is in the secret.
    pub stop_words: Option<Words>,
    /// The fingerprint of the secret is one of these.
    pub fingerprints: Option<BTreeSet<String>>,
}

impl AllowEntry {
    /// Whether a criterion is there at all.
    pub fn has_criteria(&self) -> bool {
        self.rules.is_some()
            || self.paths.is_some()
            || self.regexes.is_some()
            || self.stop_words.is_some()
            || self.fingerprints.is_some()
    }

    /// Whether it is about this secret, which has this fingerprint, wherever it stands and whatever the day.
    pub fn is_about(&self, rule: &str, secret: &Secret, fingerprint: &str) -> bool {
        let text = secret.expose().as_bytes();
        let by_rule = |rules: &Vec<String>| rules.iter().any(|id| id == rule);
        let by_print = |known: &BTreeSet<String>| known.contains(fingerprint);
        self.has_criteria()
            && self.rules.as_ref().is_none_or(by_rule)
            && self.fingerprints.as_ref().is_none_or(by_print)
            && (self.stop_words.as_ref()).is_none_or(|words| words.stand_in(text))
            && (self.regexes.as_ref()).is_none_or(|regexes| regexes.match_in(text))
    }

    /// Whether it is about this path. What has no path matches no glob.
    pub fn is_at(&self, path: Option<&[u8]>) -> bool {
        let by_path = |globs: &Globs| path.is_some_and(|path| globs.match_path(path));
        self.paths.as_ref().is_none_or(by_path)
    }
}

/// Whether an entry that holds until the end of a day holds no more.
pub fn has_expired(expires: Option<Date>, today: Date) -> bool {
    expires.is_some_and(|last| last < today)
}

/// Globs as lines of a `.gitignore`: one with a slash at its beginning or in its middle counts from the root, a folder stands
/// for all that is in it, and of several that match the last one decides.
#[derive(Debug)]
pub struct Globs(Gitignore);

impl Globs {
    /// These globs.
    ///
    /// # Errors
    /// For each one that is none: which it is in the list, and what is wrong with it.
    pub fn new<'a>(globs: impl IntoIterator<Item = &'a str>) -> Result<Self, Vec<(usize, String)>> {
        let mut builder = GitignoreBuilder::new("");
        let mut wrong = Vec::new();
        for (at, glob) in globs.into_iter().enumerate() {
            if glob.trim().is_empty() || glob.starts_with('#') {
                wrong.push((at, "this glob is empty or a comment".to_owned()));
            } else if builder.add_line(None, glob).is_err() {
                // The error's own text quotes the glob.
                let reason = "this is no glob; write it as a line of a .gitignore";
                wrong.push((at, reason.to_owned()));
            }
        }
        match builder.build() {
            _ if !wrong.is_empty() => Err(wrong),
            Ok(globs) => Ok(Self(globs)),
            Err(_) => Err(vec![(0, "these globs are too large together".to_owned())]),
        }
    }

    /// Whether they match a path with slashes, or a folder that it is in.
    pub fn match_path(&self, path: &[u8]) -> bool {
        let path = String::from_utf8_lossy(path);
        let mut is_folder = false;
        for path in Path::new(&*path).ancestors() {
            let found = self.0.matched(path, is_folder);
            if !found.is_none() {
                return found.is_ignore();
            }
            is_folder = true;
        }
        false
    }

    /// Whether they match every path, as `*` and `**` do.
    pub fn match_everything(&self) -> bool {
        let paths: [&[u8]; 4] = [b"0", b"q/.w", b"Zx/y-/7.k", b".1/v"];
        paths.into_iter().all(|path| self.match_path(path))
    }
}

/// What is wrong with a regular expression that is to match in a secret; nothing if it can be used. The expression is not
/// quoted.
pub fn wrong_expression(text: &str) -> Option<String> {
    let parsed = regex_syntax::ParserBuilder::new()
        .utf8(false)
        .build()
        .parse(text);
    let reason = match parsed {
        Ok(_) => match RegexBuilder::new(text).size_limit(EXPRESSION).build() {
            Ok(_) => return None,
            Err(regex::Error::CompiledTooBig(_)) => "it becomes too large; repeat less".to_owned(),
            Err(_) => "it cannot be used".to_owned(),
        },
        Err(regex_syntax::Error::Parse(error)) => error.kind().to_string(),
        Err(regex_syntax::Error::Translate(error)) => error.kind().to_string(),
        Err(_) => "it cannot be read".to_owned(),
    };
    Some(reason)
}

/// Whether usable expressions can be used together.
pub fn fit_together(expressions: &[String]) -> bool {
    RegexSetBuilder::new(expressions).build().is_ok()
}

/// Whether a usable expression matches every secret, or every AIsa key.
pub fn matches_every_key(expression: &str) -> bool {
    let Ok(regex) = RegexBuilder::new(expression).size_limit(EXPRESSION).build() else {
        return false;
    };
    let texts = [
        format!("{PREFIX}{}", "Aq3".repeat(15)),
        format!("{PREFIX}{}", "z8_K".repeat(11)),
        format!("sk-{}", "7mP".repeat(16)),
    ];
    regex.is_match(b"") || texts.iter().all(|text| regex.is_match(text.as_bytes()))
}

/// Whether a word stands in every AIsa key, whatever its case.
pub fn stands_in_every_key(word: &str) -> bool {
    "sk-".contains(&word.to_ascii_lowercase()) || PREFIX.contains(&word.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn globs(list: &[&str]) -> Globs {
        Globs::new(list.iter().copied()).expect("globs")
    }

    #[test]
    fn globs_are_those_of_a_gitignore() {
        for (list, path, expected) in [
            (&["*.md"][..], "docs/a.md", true),
            (&["*.md"], "a.mdx", false),
            (&["docs/*.md"], "docs/a.md", true),
            (&["docs/*.md"], "x/docs/a.md", false),
            (&["/a.py"], "a.py", true),
            (&["/a.py"], "x/a.py", false),
            (&["tests/"], "tests/deep/a.py", true),
            (&["tests/"], "x/tests/a.py", true),
            (&["tests/"], "tests", false),
            (&["tests"], "tests", true),
            (&["tests/**", "!tests/real.py"], "tests/real.py", false),
            (&["tests/**", "!tests/real.py"], "tests/other.py", true),
            (&["*.py"], "/abs/olute/a.py", true),
            (&["*.py"], "../a.py", true),
            (&["\\#a"], "#a", true),
            (&["*"], "\u{fffd}/x", true),
        ] {
            let found = globs(list).match_path(path.as_bytes());
            assert_eq!(found, expected, "{list:?} {path}");
        }
        assert!(globs(&["docs/"]).match_path(b"docs/\xff.md"));
    }

    #[test]
    fn what_is_no_glob_is_said_with_its_number() {
        let wrong = Globs::new(["a", "", "[", "# b", "{a", "b"]).expect_err("wrong");
        let places: Vec<usize> = wrong.iter().map(|(at, _)| *at).collect();
        assert_eq!(places, [1, 3, 4]);
    }

    #[test]
    fn what_matches_everything_is_known() {
        for all in ["*", "**", "/**", "**/*", "/*"] {
            assert!(globs(&[all]).match_everything(), "{all}");
        }
        for some in ["*.md", "a*", "?", "src/**", "*.*", ".*"] {
            assert!(!globs(&[some]).match_everything(), "{some}");
        }
        for all in ["", ".*", "a*", "()", ".", "^sk-", "[a-z]", "x|"] {
            assert!(matches_every_key(all), "{all}");
        }
        for some in ["test", "^sk-aisa-AA", "Q9k$"] {
            assert!(!matches_every_key(some), "{some}");
        }
        for (word, expected) in [("", true), ("SK", true), ("aisa", true), ("test", false)] {
            assert_eq!(stands_in_every_key(word), expected, "{word}");
        }
    }

    #[test]
    fn what_is_wrong_with_an_expression_is_said_without_it() {
        for wrong in [
            "private(",
            "(?=private)",
            "private\\1",
            "(private{1000}){1000}",
        ] {
            let reason = wrong_expression(wrong).expect("it is wrong");
            assert!(!reason.contains("private"), "{reason}");
        }
        assert_eq!(wrong_expression("fine.*"), None);
        assert_eq!(wrong_expression("(?-u:\\xff)"), None);
    }

    #[test]
    fn every_criterion_that_is_there_has_to_hold() {
        let secret = Secret::new("sk-aisa-OneTwo");
        let entry = || AllowEntry {
            source: EntryPlace {
                file: "f".into(),
                line: 1,
            },
            reason: "r".into(),
            expires: None,
            expected: true,
            rules: None,
            paths: None,
            regexes: None,
            stop_words: None,
            fingerprints: None,
        };
        let about = |entry: &AllowEntry| entry.is_about("rule", &secret, &secret.fingerprint());
        let covers = |entry: &AllowEntry| about(entry) && entry.is_at(Some(b"a/b.py"));
        assert!(!covers(&entry()), "without a criterion");
        let rules = |id: &str| Some(vec!["x".to_owned(), id.to_owned()]);
        let words = |word: &str| Some(Words::new(vec![word.to_owned()], true));
        let regexes = |text: &str| Some(Patterns::new(vec!["z".to_owned(), text.to_owned()]));
        let prints = |of: &str| Some(BTreeSet::from([Secret::new(of).fingerprint()]));
        for fits in [true, false] {
            let pick = |yes: &'static str, no: &'static str| if fits { yes } else { no };
            let single = [
                AllowEntry {
                    rules: rules(pick("rule", "y")),
                    ..entry()
                },
                AllowEntry {
                    paths: Some(globs(&[pick("a/", "c/")])),
                    ..entry()
                },
                AllowEntry {
                    regexes: regexes(pick("One[A-Z]", "Three")),
                    ..entry()
                },
                AllowEntry {
                    stop_words: words(pick("onetwo", "three")),
                    ..entry()
                },
                AllowEntry {
                    fingerprints: prints(pick("sk-aisa-OneTwo", "sk-")),
                    ..entry()
                },
            ];
            for one in &single {
                assert_eq!(covers(one), fits, "{one:?}");
            }
            let [rules, paths, regexes, stop_words, fingerprints] = single;
            let all = AllowEntry {
                rules: rules.rules,
                paths: paths.paths,
                regexes: regexes.regexes,
                stop_words: stop_words.stop_words,
                ..fingerprints
            };
            assert_eq!(covers(&all), fits);
            assert!(!all.is_at(None), "a glob needs a path");
            let one_wrong = AllowEntry {
                rules: Some(vec!["other".into()]),
                ..all
            };
            assert!(!covers(&one_wrong));
        }
    }

    #[test]
    fn an_entry_holds_to_the_end_of_its_day() {
        let day = |text: &str| text.parse::<Date>().expect("a date");
        let today = day("2026-01-31");
        for (expires, expected) in [
            (None, false),
            (Some("2026-01-31"), false),
            (Some("2026-01-30"), true),
            (Some("9999-12-31"), false),
        ] {
            assert_eq!(has_expired(expires.map(day), today), expected);
        }
    }
}
