//! What says that browsers run a program, or may: what it uses, what it imports, or where it is.

use std::sync::OnceLock;

use regex::Regex;

use super::super::super::super::{Refusal, browsers};
use super::super::super::{ascii, ending, name};
use super::has_code;
use super::imports::{Imports, is_of};

/// Folders of what is sent as it is.
const SENT: [&str; 7] = [
    "public",
    "static",
    "assets",
    "www",
    "wwwroot",
    "htdocs",
    "public_html",
];

/// Folders in which there may be programs for browsers.
const FRONT: [&str; 8] = [
    "client",
    "frontend",
    "front-end",
    "webapp",
    "components",
    "browser",
    "renderer",
    "islands",
];

/// How the names of the settings of bundlers begin.
const SETTINGS: [&str; 13] = [
    "next.config.",
    "nuxt.config.",
    "vite.config.",
    "vue.config.",
    "webpack.",
    "rollup.config.",
    "rspack.config.",
    "rsbuild.config.",
    "svelte.config.",
    "astro.config.",
    "app.config.",
    "gatsby-config.",
    "craco.config.",
];

/// Names of browsers that servers have not.
const GLOBALS: &str = concat!(
    r"(?:^|(?u:[^.A-Za-z0-9_$]))",
    r"(window\s*[,)]",
    r"|(?:document|window|localStorage|sessionStorage|navigator|customElements)\s*(?:\?\.|[.\[])",
    r"|typeof\s+(?:window|document|navigator)\b",
    r"|location\.(?:href|reload|hash|search)\b",
    r"|new\s+XMLHttpRequest\b",
    r"|(?:addEventListener|importScripts|alert|requestAnimationFrame)\s*\(",
    r"|self\.(?:addEventListener|clients|registration)\b",
    r"|(?:chrome|browser)\.(?:runtime|storage|tabs|scripting|action)\b",
    r"|import\.meta\.(?:env|glob|hot)\b",
    r"|\$(?:\(\s*(?:document|function)\b|\.(?:ajax|get|post|getJSON)\())",
);

/// What components in a browser have, and those on a server have not.
const HOOKS: &str = concat!(
    r"(?:^|(?u:[^A-Za-z0-9_$]))",
    r"(use(?:State|Effect|LayoutEffect|Reducer|Context|Ref|SyncExternalStore)\s*[(<]",
    r"|on[A-Z][A-Za-z]*=\{)"
);

/// What a program that drives a browser has that run.
const DRIVEN: &str = concat!(
    r"\.(evaluateHandle|evaluateOnNewDocument|addInitScript|\${1,2}eval)\s*\(",
    r"|(?:page|Page|frame|Frame|[cC]ontext|[hH]andle|[lL]ocator|[wW]orker)\w*(?:\(\))?\s*\.(evaluate)\s*\(",
);

/// What else is called so, where such programs are not in question.
const EVALUATES: &str = r"\.(evaluate)\s*\(";

/// What says so at the beginning of a line.
const DIRECTIVE: &str = r#"(?m)^[ \t]*["']use client["']"#;

/// The end of a tag.
const TAG: &str = r"(</[A-Za-z>]|/>)";

fn patterns() -> &'static [Regex; 6] {
    static PATTERNS: OnceLock<[Regex; 6]> = OnceLock::new();
    PATTERNS.get_or_init(|| [GLOBALS, HOOKS, DIRECTIVE, DRIVEN, EVALUATES, TAG].map(ascii))
}

/// Modules of which programs for browsers are made; so are those whose names begin with `react-`.
const MODULES: [&str; 30] = [
    "react",
    "preact",
    "vue",
    "svelte",
    "solid-js",
    "@angular",
    "lit",
    "jquery",
    "alpinejs",
    "next/link",
    "next/router",
    "next/image",
    "next/navigation",
    "next/dynamic",
    "next/head",
    "next/script",
    "expo",
    "@expo",
    "gatsby",
    "nuxt",
    "#app",
    "#imports",
    "$app",
    "vuex",
    "pinia",
    "@vue",
    "@vueuse",
    "@ionic",
    "@tauri-apps",
    "@mui",
];

/// What programs that drive browsers name.
const DRIVERS: [&str; 2] = ["puppeteer", "playwright"];

/// Why a browser surely gets what is in the file; `None` if that is not sure.
pub(super) fn why(path: &str, text: &str) -> Option<Refusal> {
    let [globals, hooks, directive, driven, evaluates, _] = patterns();
    let lower = name(path).to_ascii_lowercase();
    if SETTINGS.iter().any(|start| lower.starts_with(start)) {
        return Some(browsers::BUNDLED);
    }
    let is_run = is_in(path, &SENT)
        || is_named_so(&lower)
        || directive.is_match(text)
        || text.contains("==UserScript==")
        || has_code(text, globals)
        || has_code(text, hooks)
        || has_code(text, driven)
        || (DRIVERS.iter().any(|driver| text.contains(driver)) && has_code(text, evaluates));
    is_run.then_some(browsers::RUN)
}

/// Whether a browser may get it, if nothing says that a server runs it.
pub(super) fn may_be_one(path: &str, text: &str, imports: &Imports<'_>) -> bool {
    let [.., tag] = patterns();
    let is_typed = matches!(ending(path), "ts" | "mts" | "cts");
    matches!(ending(path), "jsx" | "tsx")
        || is_in(path, &FRONT)
        || imports.may_have(|module| module.starts_with("react-") || is_of(module, &MODULES))
        || (!is_typed && has_code(text, tag))
}

/// Whether a file is in such a folder.
fn is_in(path: &str, folders: &[&str]) -> bool {
    let above = path.rsplit_once('/').map_or("", |(above, _)| above);
    let mut above = above.split('/');
    above.any(|folder| folders.contains(&folder.to_ascii_lowercase().as_str()))
}

/// Files that frameworks build into pages, by their names in small letters.
fn is_named_so(name: &str) -> bool {
    let kinds = [".client.", ".component.", ".directive.", ".pipe."];
    let is_angular = name.starts_with("environment.");
    // SvelteKit runs these on both sides.
    let is_universal = ["+page.", "+layout."].iter().any(|start| {
        let rest = name.strip_prefix(start);
        rest.is_some_and(|rest| !rest.starts_with("server."))
    });
    let is_worker = name.starts_with("service-worker.") || name.starts_with("sw.");
    is_angular || is_universal || is_worker || kinds.iter().any(|kind| name.contains(kind))
}

#[cfg(test)]
mod tests {
    use super::super::tests::is_fit;

    #[test]
    fn programs_of_browsers_are_known_by_what_they_use() {
        for (text, expected) in [
            ("f();\n", true),
            ("// window.x, document.title\n", true),
            ("f('document.title');\n", true),
            ("const user = { document: 1 };\n", true),
            ("a.document.b();\n", true),
            ("alert = 1;\n", true),
            ("window.x = 1;\n", false),
            ("document.querySelector('a');\n", false),
            ("const a = process.env.A; document.title = a;\n", false),
            ("localStorage.getItem('a');\n", false),
            ("sessionStorage['a'];\n", false),
            ("if (typeof window === 'undefined') f();\n", false),
            ("addEventListener('fetch', f);\n", false),
            ("signal.addEventListener('abort', f);\n", true),
            ("new XMLHttpRequest();\n", false),
            ("chrome.runtime.sendMessage();\n", false),
            ("f(import.meta.env.X);\n", false),
            ("f(import.meta.url);\n", true),
            ("$(function () {});\n", false),
            ("'use client'\nf();\n", false),
            ("'use client';f();\n", false),
            ("(function (a) {})(window);\n", false),
            ("location.href = 'a';\n", false),
            ("await page.evaluate(f);\n", false),
            ("await page.mainFrame().evaluate(f);\n", false),
            ("await p.evaluateHandle(f);\n", false),
            ("await page.$eval('a', f);\n", false),
            ("await page.$$eval('a', f);\n", false),
            ("await c.addInitScript(f);\n", false),
            ("import 'puppeteer';\nawait p.evaluate(f);\n", false),
            ("model.evaluate(f);\n", true),
            ("// ==UserScript==\nf();\n", false),
            ("const [a] = useState<string>('');\n", false),
            ("import React from 'react';\n", false),
            ("import type { A } from 'react';\n", false),
            ("const { A } = require('react-native');\n", false),
            ("import { ref } from 'vue';\n", false),
            ("import { Injectable } from '@angular/core';\n", false),
            ("import a from 'reactive';\n", true),
            ("import a from './react';\n", true),
        ] {
            for path in ["src/a.js", "src/a.ts"] {
                assert_eq!(is_fit(path, text), expected, "{path}: {text}");
            }
        }
        assert!(!is_fit("a.js", "const a = (<A/>);\n"));
        assert!(is_fit("a.ts", "const a = f(b</A/.x);\n"));
        assert!(is_fit("a.js", "const a = '<p>x</p>';\n"));
    }

    #[test]
    fn programs_of_browsers_are_known_by_where_they_are() {
        for (path, expected) in [
            ("src/a.ts", true),
            ("environment/a.ts", true),
            ("public.js", true),
            ("src/app.service.ts", true),
            ("src/routes/+page.server.ts", true),
            ("public/a.js", false),
            ("web/Static/js/a.js", false),
            ("app/assets/javascripts/a.js", false),
            ("frontend/src/a.ts", false),
            ("src/components/a.ts", false),
            ("src/environments/environment.ts", false),
            ("src/environments/environment.prod.ts", false),
            ("src/app.component.ts", false),
            ("src/routes/+page.ts", false),
            ("src/entry.client.ts", false),
            ("sw.js", false),
            ("next.config.mjs", false),
            ("vite.config.ts", false),
            ("webpack.prod.js", false),
        ] {
            assert_eq!(is_fit(path, "f();\n"), expected, "{path}");
        }
        // A server's own files can be in such a folder, but not in one that is sent as it is.
        assert!(is_fit("frontend/ssr.ts", "import 'node:fs';\n"));
        assert!(!is_fit("public/a.js", "import 'node:fs';\n"));
    }
}
