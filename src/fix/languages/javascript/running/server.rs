//! What says that a server, or a person's own machine, runs a program: what it imports, or what it is called.

use std::sync::OnceLock;

use regex::Regex;

use super::super::super::super::scan::{Around, javascript};
use super::super::super::{ascii, interpreter, name};
use super::MOST;
use super::imports::{Imports, is_of};

/// Modules of Node that browsers have nothing like.
const NODE: [&str; 18] = [
    "fs",
    "path",
    "http",
    "https",
    "http2",
    "net",
    "tls",
    "dns",
    "dgram",
    "child_process",
    "cluster",
    "worker_threads",
    "readline",
    "zlib",
    "v8",
    "repl",
    "async_hooks",
    "perf_hooks",
];

/// Modules that no browser gets.
const MODULES: [&str; 11] = [
    "server-only",
    "next/server",
    "next/headers",
    "next/cache",
    "react-dom/server",
    "express",
    "fastify",
    "koa",
    "@nestjs/core",
    "ink",
    "bun",
];

/// What has to be the only thing on a line.
const DIRECTIVE: &str = r#"(?m)^[ \t]*(["']use server["'])[ \t]*;?[ \t]*\r?$"#;

/// What only Node, Bun and Deno have.
const OWN: &str =
    r"(?:^|(?u:[^.A-Za-z0-9_$]))((?:Bun|Deno)\.|process\.(?:argv|exit|stdin|stdout)\b)";

fn patterns() -> &'static [Regex; 2] {
    static PATTERNS: OnceLock<[Regex; 2]> = OnceLock::new();
    PATTERNS.get_or_init(|| [DIRECTIVE, OWN].map(ascii))
}

/// Whether it surely is so.
pub(super) fn is_one(path: &str, text: &str, imports: &Imports<'_>) -> bool {
    let [directive, own] = patterns();
    let starts = |regex: &'static Regex| {
        let found = regex.captures_iter(text).take(MOST);
        found
            .filter_map(|found| found.get(1))
            .map(|found| found.start())
    };
    let is_string = |at: usize| match javascript::around(text, at) {
        // The text of JSX can look like one.
        Around::Literal(found) => found.whole.start == at && !found.nested && found.tag.is_none(),
        _ => false,
    };
    is_named_so(path)
        || interpreter(text).is_some_and(|it| ["node", "bun", "deno"].contains(&it))
        || imports.has(is_module)
        || starts(directive).any(is_string)
        || starts(own).any(|at| javascript::is_code(text, at))
}

fn is_module(module: &str) -> bool {
    ["node:", "bun:"]
        .iter()
        .any(|head| module.starts_with(head))
        || is_of(module, &NODE)
        || MODULES.contains(&module)
}

/// Files that frameworks keep on the server, by their names.
fn is_named_so(path: &str) -> bool {
    let path = format!("/{path}");
    let is_route = path.contains("/app/") && name(&path).starts_with("route.");
    name(&path).contains(".server.") || path.contains("/pages/api/") || is_route
}

#[cfg(test)]
mod tests {
    use super::super::tests::is_fit;

    #[test]
    fn files_of_servers_are_known_by_their_names() {
        let text = |tag: &str| format!("f();\nconst a = {tag}\n'use server'\n");
        assert!(is_fit("a.tsx", &text("")));
        assert!(!is_fit("a.tsx", &text("<p>")));
        for (path, expected) in [
            ("app/a.server.tsx", true),
            ("pages/api/a.tsx", true),
            ("src/app/a/route.tsx", true),
            ("src/app/a/page.tsx", false),
            ("pages/a.tsx", false),
            ("route.tsx", false),
        ] {
            assert_eq!(is_fit(path, "f();\n"), expected, "{path}");
        }
    }
}
