//! What runs a program in JavaScript. Only where that is surely no browser, a variable of the environment is there to be read, and
//! nobody who opens a page gets the key.

mod browser;
mod imports;
mod page;
mod server;

use std::sync::OnceLock;

use regex::{Captures, Match, Regex};

use self::imports::Imports;
use super::super::super::scan::{Literal, javascript};
use super::super::super::{Refusal, browsers};
use super::super::ascii;

/// What runs a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::fix) enum Runner {
    /// Node, or what has its `process`.
    Node,
    /// Deno.
    Deno,
    /// Node runs some functions of it, and browsers the rest.
    Page,
    /// Browsers, or nobody knows.
    Unfit(Refusal),
}

impl Runner {
    /// By the name of a file, by what is in it, and by its package.
    pub(super) fn of(path: &str, text: &str, is_for_browsers: bool) -> Self {
        let imports = Imports::of(text);
        let is_page = page::is_one(text, &imports);
        if !is_page && let Some(why) = browser::why(path, text) {
            return Self::Unfit(why);
        }
        let is_deno = has_code(text, &patterns()[2]);
        let is_server = server::is_one(path, text, &imports);
        let may_be_one = || is_for_browsers || browser::may_be_one(path, text, &imports);
        if !is_page && !is_server && may_be_one() {
            return Self::Unfit(browsers::MAY_RUN);
        }
        let is_node = text.contains("process.env") || text.contains("require(");
        match is_deno {
            true if is_node || is_page => {
                Self::Unfit("it is not clear whether Node or Deno runs it")
            }
            true => Self::Deno,
            false if has_other_process(text) => {
                Self::Unfit("`process` may be something else in this file")
            }
            false if has_code(text, &patterns()[3]) => Self::Unfit(
                "the program sets variables itself, or deletes them: take that out, and set them outside",
            ),
            false if is_page => Self::Page,
            false => Self::Node,
        }
    }

    /// How a program reads a variable where this string stands.
    pub(super) fn reference(
        self,
        text: &str,
        literal: &Literal,
        name: &str,
    ) -> Result<String, Refusal> {
        match self {
            Self::Node => {}
            Self::Deno => return Ok(format!("Deno.env.get(\"{name}\")")),
            Self::Page => page::check(text, literal)?,
            Self::Unfit(why) => return Err(why),
        }
        Ok(format!("process.env.{name}"))
    }
}

/// `process` where it is not the one of Node: assigned, a parameter, or imported.
const SHADOWS: &str = concat!(
    r"(?:^|\.\.\.|(?u:[^.A-Za-z0-9_$-]))(process)\s*(?:=(?u:[^=])|[,);}\]:]|\?\s*:|\s(?:of|in|from)\b)",
    r"|\b(?:function|class|let|var|const|namespace|module|enum|as)(?:\s+|\s*\*\s*)(process)\b",
);

/// The same where it is, after all.
const IS_PROCESS: &str = r#"^process\s*(?:from\s*|=\s*require\(\s*)["'](?:node:)?process["']"#;

/// What sets variables of the environment, or takes them away.
const SETS: &str = concat!(
    r"\b(process)\.env\s*(?:\.\s*\w+|\[(?u:[^\]\n]*)\])?\s*(?:\|\||\?\?|&&|\+)?=(?u:[^=])",
    r"|\b(delete)\s+process\.env\b|\b(?:Object\.assign|Reflect\.\w+)\(\s*(process)\.env\b",
);

/// What only Deno has.
const DENO: &str = r"(?:^|(?u:[^.A-Za-z0-9_$]))(Deno)\.";

fn patterns() -> &'static [Regex; 4] {
    static PATTERNS: OnceLock<[Regex; 4]> = OnceLock::new();
    PATTERNS.get_or_init(|| [SHADOWS, IS_PROCESS, DENO, SETS].map(ascii))
}

/// So many places of a text are looked at for a pattern.
const MOST: usize = 20;

/// The first group that found something.
fn first<'a>(found: &Captures<'a>) -> Option<Match<'a>> {
    found.iter().skip(1).flatten().next()
}

/// Whether what a pattern's groups find is code somewhere, or may be. Of very many places, one is.
fn has_code(text: &str, pattern: &Regex) -> bool {
    let found = pattern.captures_iter(text);
    let mut found = found.filter_map(|found| first(&found)).enumerate();
    found.any(|(number, at)| number >= MOST || javascript::may_be_code(text, at.start()))
}

/// Whether `process` may be anything but Node's.
fn has_other_process(text: &str) -> bool {
    let [shadows, is_process, ..] = patterns();
    let found = shadows
        .captures_iter(text)
        .filter_map(|found| first(&found));
    let mut found = found.map(|found| found.start()).enumerate();
    found.any(|(number, at)| {
        let is_it = text.get(at..).is_some_and(|rest| is_process.is_match(rest));
        !is_it && (number >= MOST || javascript::may_be_code(text, at))
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::super::testing::{assert_javascript, assert_table};
    use super::*;

    /// Whether a file of this name and text may read variables of the environment.
    pub(super) fn is_fit(path: &str, text: &str) -> bool {
        !matches!(Runner::of(path, text, false), Runner::Unfit(_))
    }

    #[test]
    fn variables_are_read_as_what_runs_the_program_has_them() {
        assert_javascript(&[
            ("const process = spawn('x', ['{key}']);\n", None),
            ("function f(process) { return '{key}'; }\n", None),
            ("function process() {}\nf('{key}');\n", None),
            ("function* process() {}\nf('{key}');\n", None),
            ("async function process() {}\nf('{key}');\n", None),
            ("class process {}\nf('{key}');\n", None),
            ("const g = (...process) => f('{key}');\n", None),
            ("const [process] = x;\nf('{key}');\n", None),
            ("const {process} = x;\nf('{key}');\n", None),
            ("let process\nf('{key}');\n", None),
            ("process.env = {};\nf('{key}');\n", None),
            ("process.env.B = 'b';\nf('{key}');\n", None),
            ("process.env['B'] ||= 'b';\nf('{key}');\n", None),
            ("delete process.env.B;\nf('{key}');\n", None),
            ("Object.assign(process.env, {});\nf('{key}');\n", None),
            (
                "if (process.env.B === 'b') f('{key}'); // process.env.B = 1;\n",
                Some(
                    "if (process.env.B === 'b') f(process.env.AISA_API_KEY); // process.env.B = 1;\n",
                ),
            ),
            (
                "import process from 'node:process';\nf('{key}');\n",
                Some("import process from 'node:process';\nf(process.env.AISA_API_KEY);\n"),
            ),
            (
                "// Deno.x, or process: \nf('{key}');\n",
                Some("// Deno.x, or process: \nf(process.env.AISA_API_KEY);\n"),
            ),
            ("document.title = 'x'; f('{key}');\n", None),
            ("f(import.meta.env.X, '{key}');\n", None),
            ("Deno.x(); const a = process.env.B; f('{key}');\n", None),
        ]);
        assert_table(
            "a.js",
            &[(
                "Deno.f('{key}');\n",
                Some("Deno.f(Deno.env.get(\"AISA_API_KEY\"));\n"),
            )],
        );
    }

    #[test]
    fn a_component_is_edited_only_with_a_sign_of_a_server() {
        let body = "const k = f('{key}');\nexport default () => <p>it's</p>;\n";
        let after = body.replace("'{key}'", "process.env.AISA_API_KEY");
        let signs = "'use server';\n|import 'server-only';\n|import fs from 'node:fs';\n|import { a } from 'fs/promises';\n|\
             const a = require('path');\n|import { headers } from 'next/headers';\n|import express from 'express';\n\
             import React from 'react';\n|#!/usr/bin/env node\n|Bun.serve();\n";
        for sign in signs.split('|') {
            let (before, after) = (format!("{sign}{body}"), format!("{sign}{after}"));
            assert_table("src/a.jsx", &[(&before, Some(&after))]);
        }
        let none = "|import React from 'react';\n|import type { A } from 'node:fs';\n|// import 'fs';\n|f('use server');\n|\
             import 'fs';\nwindow.x = 1;\n|import 'fs';\nuseState();\n|'use client';\nimport 'fs';\n|\
             import 'server-only';\nimport 'jquery';\n$.get('x');\n";
        for sign in none.split('|') {
            let before = format!("{sign}{body}");
            for path in ["src/a.jsx", "src/a.tsx", "src/a.js"] {
                assert_table(path, &[(&before, None)]);
            }
        }
    }

    #[test]
    fn in_a_package_for_browsers_a_sign_of_a_server_is_needed() {
        let may_run = Runner::Unfit(browsers::MAY_RUN);
        for (text, expected) in [
            ("export const a = 1;\n", may_run),
            ("import 'node:fs';\n", Runner::Node),
            ("process.exit(1);\n", Runner::Node),
            ("f(process.argv);\n", Runner::Node),
            ("f(process.env.A);\n", may_run),
            ("Deno.serve();\n", Runner::Deno),
        ] {
            assert_eq!(Runner::of("src/a.ts", text, true), expected, "{text}");
        }
        assert_eq!(Runner::of("src/a.ts", "f();\n", false), Runner::Node);
    }

    #[test]
    fn what_jsx_is_given_is_left() {
        for text in [
            "import 'fs';\nconst a = <A k='{key}'/>;\n",
            "import 'fs';\nconst a = <A style={{a: 1}} k='{key}'/>;\n",
            "import 'fs';\nconst a = <p>don't</p>; const k='{key}';\n",
            "import 'fs';\nconst a = <p>image/* files</p>; const k = \"{key}\"; /* c */\n",
            "import 'fs';\nconst a = <p>\"Bearer {key}\"</p>;\n",
            "import 'fs';\na=b?c:<A {...d} k='{key}' />;\n",
        ] {
            for path in ["a.mjs", "a.jsx", "a.tsx"] {
                assert_table(path, &[(text, None)]);
            }
        }
    }
}
