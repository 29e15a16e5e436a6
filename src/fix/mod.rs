//! What to write in the place of a key: from the text of a file and the places of keys in it to edits, or to what to do by hand.
//!
//! Nothing here reads or writes a file. What is around a key is looked at only as far as it has to be understood; where it is not, a
//! person is told what to write: a wrong edit is worse than none.

mod browsers;
mod by_hand;
mod edit;
mod generated;
mod languages;
mod place;
mod scan;
#[cfg(test)]
mod testing;
mod variable;

use std::cell::OnceCell;
use std::ops::Range;

pub use edit::{Edit, apply};
use place::{Fix, Place};
pub use variable::Names;

/// A key in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Its bytes.
    pub range: Range<usize>,
    /// Which key it is: the same number for the same key, in all files of a run.
    pub key: usize,
}

/// A file whose keys are to be replaced.
#[derive(Clone, Copy)]
pub struct File<'a> {
    /// Where it is, as reports name it, with `/` between its parts.
    pub path: &'a str,
    /// All of it.
    pub text: &'a str,
    /// The keys, in their order.
    pub spots: &'a [Spot],
    /// What is known of it besides.
    pub surroundings: Surroundings,
}

/// What is known of a file that does not stand in it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Surroundings {
    /// Whether git ignores it, and does not track it.
    pub is_ignored: bool,
    /// Whether it belongs to a package of which pages are made, so that browsers may get what is in it.
    pub is_for_browsers: bool,
}

/// Where the key is to be kept, so that what stands in the file now finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Home {
    /// In the environment of the program, which a dotenv file can set.
    Environment,
    /// In the secret store of a platform.
    Platform,
    /// Nowhere: nothing reads it there.
    Nowhere,
}

/// A key that an edit replaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// Its first byte.
    pub at: usize,
    /// The key's number.
    pub key: usize,
    /// What it is called now.
    pub variable: String,
    /// Where it is to be kept.
    pub home: Home,
    /// What else is to be done, if anything.
    pub then: Option<String>,
}

/// A key that no edit replaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Its first byte.
    pub at: usize,
    /// Why, and what to write by hand.
    pub advice: String,
}

/// What is to be done in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What to change.
    pub edits: Vec<Edit>,
    /// The keys that are gone then.
    pub fixed: Vec<Fixed>,
    /// The keys that are still there.
    pub left: Vec<Left>,
}

/// Why a language leaves a key to a person, in a sentence without a full stop.
type Refusal = &'static str;

/// Says what to do about every key of a file.
pub fn plan(file: &File<'_>, names: &mut Names) -> Plan {
    let mut plan = Plan::default();
    if has_odd_lines(file.text) {
        plan.leave_all(
            file,
            names,
            "its lines end in ways that programs disagree about",
        );
        return plan;
    }
    let language = match generated::is_generated(file) {
        Some(why) => {
            plan.leave_all(file, names, why);
            return plan;
        }
        None => languages::of(file.path, file.text),
    };
    let Some(language) = language else {
        plan.leave_all(file, names, "this kind of file is not edited");
        return plan;
    };
    let runner = OnceCell::new();
    for spot in file.spots {
        let place = Place {
            path: file.path,
            text: file.text,
            start: spot.range.start,
            end: spot.range.end,
            key: spot.key,
            surroundings: file.surroundings,
            runner: &runner,
        };
        match language.replace(&place, names) {
            Ok(fix) => {
                plan.edits.extend(fix.edits);
                plan.fixed.push(Fixed {
                    at: spot.range.start,
                    key: spot.key,
                    variable: fix.variable,
                    home: fix.home,
                    then: fix.then,
                });
            }
            Err(why) => plan.leave(file, spot, names, why),
        }
    }
    match language.needs(file.text, &plan.edits) {
        Ok(needs) => plan.edits.extend(needs),
        Err(why) => {
            plan = Plan::default();
            plan.leave_all(file, names, why);
            return plan;
        }
    }
    plan.edits.sort();
    plan.edits.dedup();
    if apply(file.text, &plan.edits).is_none() {
        // Two edits about the same bytes: what is around one key belongs to another.
        plan = Plan::default();
        plan.leave_all(
            file,
            names,
            "two keys stand so close that one cannot be replaced without the other",
        );
    }
    plan
}

/// Whether a text has what is the end of a line to some programs only.
fn has_odd_lines(text: &str) -> bool {
    let mut pairs = text.bytes().zip(text.bytes().skip(1).chain([0]));
    text.contains(['\u{2028}', '\u{2029}', '\u{85}'])
        || pairs.any(|(byte, next)| byte == b'\r' && next != b'\n')
}

impl Plan {
    fn leave_all(&mut self, file: &File<'_>, names: &mut Names, why: Refusal) {
        for spot in file.spots {
            self.leave(file, spot, names, why);
        }
    }

    fn leave(&mut self, file: &File<'_>, spot: &Spot, names: &mut Names, why: Refusal) {
        let variable = names.any(spot.key);
        let what = by_hand::what(file.path, why, &variable);
        self.left.push(Left {
            at: spot.range.start,
            advice: format!("{why}; {what}"),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{Case, planned};

    #[test]
    fn two_keys_on_a_line_are_two_variables() {
        let case = Case::new("a.py", "import os\nA, B = \"{key}\", \"{key}\"\n");
        let (plan, after) = planned(&case);
        let expected =
            "import os\nA, B = os.environ[\"AISA_API_KEY\"], os.environ[\"AISA_API_KEY_2\"]\n";
        assert_eq!(after.as_deref(), Some(expected));
        assert_eq!(plan.fixed.len(), 2);
    }

    #[test]
    fn what_is_not_edited_says_what_to_write() {
        for (path, text, parts) in [
            (
                "main.go",
                "k := \"{key}\"",
                &["os.Getenv(\"AISA_API_KEY\")"][..],
            ),
            (
                "app.min.js",
                "k=\"{key}\"",
                &["minified", "source", "call AIsa from a server"],
            ),
            (
                "a.js",
                "document.title = '{key}'",
                &["browsers", "call AIsa from a server"],
            ),
            (
                "a.tsx",
                "f('{key}')",
                &["for sure", "call AIsa from a server"],
            ),
            (
                "vite.config.js",
                "f('{key}')",
                &["bundler", "call AIsa from a server"],
            ),
            (
                ".env",
                "export VITE_K = '{key}'",
                &["bundlers", "call AIsa from a server"][..],
            ),
            (
                "a.sh",
                "VITE_K={key}",
                &["bundlers", "call AIsa from a server"],
            ),
            (
                ".env.example",
                "VITE_AISA_KEY={key}",
                &["bundlers", "call AIsa from a server"],
            ),
            (
                "a.ts",
                "const a: '{key}' = 1",
                &["property", "write process.env.AISA_API_KEY"],
            ),
            ("index.html", "<script>k='{key}'</script>", &["server"]),
            ("notes.md", "{key}", &["placeholder"]),
            ("x.unheard", "{key}", &["AISA_API_KEY"]),
        ] {
            let (plan, _) = planned(&Case::new(path, text));
            let [left] = &plan.left[..] else {
                panic!("{path}: {plan:?}")
            };
            for part in parts {
                assert!(left.advice.contains(part), "{path}: {}", left.advice);
            }
            assert_eq!((&plan.edits[..], &plan.fixed[..]), (&[][..], &[][..]));
        }
    }
}
