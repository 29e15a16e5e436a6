//! Pages of which some functions run on a server, and all else in browsers: those of Next.js, Remix and React Router
//! (nextjs.org/docs/pages/building-your-application/data-fetching; reactrouter.com/start/framework/data-loading).

use std::sync::OnceLock;

use regex::Regex;

use super::super::super::super::scan::Literal;
use super::super::super::super::{Refusal, browsers};
use super::super::super::ascii;
use super::super::before;
use super::has_code;
use super::imports::{Imports, is_of};

/// The functions of Next.js.
const NEXT: &str = r"\b(getServerSideProps|getStaticProps|getStaticPaths)\b";

/// Where a function for the server is declared.
const DECLARED: &str = concat!(
    r"(?m)^export[ \t]+(?:async[ \t]+)?(?:function|const)[ \t]+",
    r"(?:getServerSideProps|getStaticProps|getStaticPaths|loader|action)\b"
);

/// What comes before something that the page is given.
const GIVEN: &str =
    r"(?:\breturn|(?:\breturn|=>)\s+(?:json|data|defer|Response\.json)|\bprops\s*:)$";

fn patterns() -> &'static [Regex; 3] {
    static PATTERNS: OnceLock<[Regex; 3]> = OnceLock::new();
    PATTERNS.get_or_init(|| [NEXT, DECLARED, GIVEN].map(ascii))
}

/// What pages with a `loader` import on the server.
const LOADERS: [&str; 3] = [
    "@remix-run/node",
    "@remix-run/server-runtime",
    "@react-router/node",
];

/// Whether it is such a page.
pub(super) fn is_one(text: &str, imports: &Imports<'_>) -> bool {
    let [next, ..] = patterns();
    has_code(text, next) || imports.has(|module| is_of(module, &LOADERS))
}

/// Whether a string stands in a function that only the server has, and is not what the page is given.
pub(super) fn check(text: &str, literal: &Literal) -> Result<(), Refusal> {
    let [_, declared, given] = patterns();
    let Some(outermost) = literal.opened.first() else {
        return Err(browsers::PAGE);
    };
    let head = text.get(..*outermost).unwrap_or_default();
    let statement = declared.find_iter(head).last();
    let statement = statement.and_then(|found| head.get(found.start()..));
    // A line that begins without indentation, and with more than a bracket, is another statement.
    let is_one = statement.is_some_and(|statement| {
        let mut lines = statement.lines().skip(1);
        let is_part = |line: &str| line.is_empty() || line.starts_with([' ', '\t', '}', ')']);
        !statement.contains(';') && lines.all(is_part)
    });
    if !is_one {
        return Err(browsers::PAGE);
    }
    let is_given = |at: usize| {
        let before = before(text, at).trim_end();
        let is_body = text.as_bytes().get(at) == Some(&b'{');
        given.is_match(before) || (before.ends_with("=>") && !is_body)
    };
    let mut opened = literal.opened.iter();
    match is_given(literal.last) || opened.any(|at| is_given(*at)) {
        true => Err(browsers::GIVEN),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::super::super::testing::assert_table;

    const PAGE: &str = "export default function Page() { useState(); return <p>it's</p>; }\n";

    #[test]
    fn only_functions_for_the_server_are_edited() {
        let read = "process.env.AISA_API_KEY";
        for (head, tail) in [
            (
                "export async function getServerSideProps({ req }) {\n  const r = await f(",
                ");\n}\n",
            ),
            (
                "export const getStaticProps = async () => {\n  const r = await f(",
                ");\n}\n",
            ),
            (
                "export const getServerSideProps = (async (c) => {\n  await f({ a: ",
                " });\n});\n",
            ),
            (
                "export async function getServerSideProps({\n  a,\n}) {\n  f(",
                ");\n}\n",
            ),
            (
                "import { json } from '@remix-run/node';\nexport async function loader() {\n  return f(",
                ");\n}\n",
            ),
        ] {
            let text = |key: &str| format!("{head}{key}{tail}{PAGE}");
            assert_table("pages/a.jsx", &[(&text("'{key}'"), Some(&text(read)))]);
        }
        for (head, tail) in [
            (
                "export async function getServerSideProps() {\n  return { props: { a: ",
                " } };\n}\n",
            ),
            (
                "export async function getServerSideProps() {\n  const a = { props: { a: ",
                " } };\n}\n",
            ),
            (
                "export async function getServerSideProps() {\n  return ",
                ";\n}\n",
            ),
            ("export const getStaticProps = async () => ({ a: ", " });\n"),
            ("export const getStaticProps = a\nconst b = f(", ");\n"),
            ("export const getStaticProps = a; const b = f(", ");\n"),
            (
                "export { getStaticProps } from './a';\nconst b = f(",
                ");\n",
            ),
            (
                "export async function getServerSideProps() {}\nconst a = f(",
                ");\n",
            ),
            (
                "export async function getServerSideProps() {}\nconst a = ",
                ";\n",
            ),
            (
                "import fs from 'fs';\nexport async function getServerSideProps() {}\nconst a = f(",
                ");\n",
            ),
            (
                "import { json } from '@remix-run/node';\nexport async function loader() {\n  return json({ a: ",
                " });\n}\n",
            ),
            (
                "import { json } from '@remix-run/node';\nexport const loader = () => json({ a: ",
                " });\n",
            ),
            (
                "import 'react-router';\nexport async function loader() {\n  return f(",
                ");\n}\n",
            ),
        ] {
            let text = format!("{head}'{{key}}'{tail}{PAGE}");
            assert_table("pages/a.jsx", &[(&text, None)]);
        }
    }
}
