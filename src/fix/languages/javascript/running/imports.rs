//! The modules that a program in JavaScript imports.

use std::sync::OnceLock;

use regex::Regex;

use super::super::super::super::scan::javascript;
use super::super::super::ascii;

/// `import a from "b"`, `import "b"`, `export * from "b"`: what stands before the module's name, and the name.
const IMPORT: &str =
    r#"(?m)^[ \t]*((?:import|export)\b)((?u:[^;"'`()=]*))["']((?u:[^"'\r\n]+))["']"#;

/// `require("b")`.
const REQUIRE: &str = r#"(?:^|(?u:[^.A-Za-z0-9_$]))(require)\(()\s*["']((?u:[^"'\r\n]+))["']\s*\)"#;

fn patterns() -> &'static [Regex; 2] {
    static PATTERNS: OnceLock<[Regex; 2]> = OnceLock::new();
    PATTERNS.get_or_init(|| [IMPORT, REQUIRE].map(ascii))
}

/// So many are looked at.
const MOST: usize = 200;

/// The modules.
pub(super) struct Imports<'a> {
    text: &'a str,
    all: Vec<Import<'a>>,
}

struct Import<'a> {
    at: usize,
    module: &'a str,
    /// Whether only types are imported, which are gone when the program runs.
    is_type: bool,
}

impl<'a> Imports<'a> {
    /// All that look like one.
    pub(super) fn of(text: &'a str) -> Self {
        let found = patterns()
            .iter()
            .flat_map(|regex| regex.captures_iter(text));
        let all = found.take(MOST).filter_map(|found| {
            let (word, clause, module) = (found.get(1)?, found.get(2)?, found.get(3)?);
            let clause = clause.as_str().trim();
            let is_import = match clause {
                "" => word.as_str() != "export",
                _ => clause.ends_with("from"),
            };
            is_import.then(|| Import {
                at: word.start(),
                module: module.as_str(),
                is_type: clause
                    .split(|c: char| !c.is_alphanumeric())
                    .any(|word| word == "type"),
            })
        });
        Self {
            text,
            all: all.collect(),
        }
    }

    /// Whether the program surely has such a module when it runs.
    pub(super) fn has(&self, is_it: impl Fn(&str) -> bool) -> bool {
        let mut values = self.all.iter().filter(|import| !import.is_type);
        values.any(|import| is_it(import.module) && javascript::is_code(self.text, import.at))
    }

    /// Whether it may import such a module, be it for types only.
    pub(super) fn may_have(&self, is_it: impl Fn(&str) -> bool) -> bool {
        self.all.iter().any(|import| is_it(import.module))
    }
}

/// Whether a module is one of these, or one below them.
pub(super) fn is_of(module: &str, names: &[&str]) -> bool {
    names.iter().any(|name| {
        let rest = module.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_known_with_what_is_taken_of_them() {
        for (text, surely, maybe) in [
            ("import fs from 'fs';\n", true, true),
            ("import{a}from\"fs\"\n", true, true),
            ("import {\n  a,\n} from 'fs';\n", true, true),
            ("import 'fs';\n", true, true),
            ("export * from 'fs';\n", true, true),
            ("const a = require('fs');\n", true, true),
            ("import a = require(\"fs\");\n", true, true),
            ("import type { A } from 'fs';\n", false, true),
            ("import { type A } from 'fs';\n", false, true),
            ("// import 'fs';\n", false, false),
            ("/*\nimport 'fs';\n*/\n", false, true),
            ("const a = `\nimport 'fs';\n`;\n", false, true),
            ("export const a = 'fs';\n", false, false),
            ("a.require('fs');\n", false, false),
            ("import('fs');\n", false, false),
            ("import a from 'fs-extra';\n", false, false),
        ] {
            let imports = Imports::of(text);
            let is_it = |module: &str| is_of(module, &["fs"]);
            let found = (imports.has(is_it), imports.may_have(is_it));
            assert_eq!(found, (surely, maybe), "{text}");
        }
    }
}
