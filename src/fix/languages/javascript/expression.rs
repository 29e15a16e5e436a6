//! Whether a string of JavaScript or TypeScript stands where any expression can stand, and means the same there. What is not surely so
//! is refused: names of properties, types, modules.

use std::sync::OnceLock;

use regex::Regex;

use super::super::super::Refusal;
use super::super::super::scan::javascript::ends_with_operator;
use super::super::super::scan::{Literal, is_name};

/// The beginning of a declaration of a type, up to `=`; and of an enumeration, up to its brace.
fn patterns() -> &'static [Regex; 2] {
    static PATTERNS: OnceLock<[Regex; 2]> = OnceLock::new();
    PATTERNS.get_or_init(|| {
        [
            r"\btype\s+[\w$]+\s*(?:<(?u:[^;=]*))?=$",
            r"\benum\s+[\w$]+\s*$",
        ]
        .map(super::super::ascii)
    })
}

/// A text without the white space and comments at its beginning.
pub(super) fn skip(text: &str) -> &str {
    let mut rest = text.trim_start();
    loop {
        let comment = [("/*", "*/"), ("//", "\n")]
            .into_iter()
            .find_map(|(begin, end)| Some((rest.strip_prefix(begin)?, end)));
        let Some((inside, end)) = comment else {
            return rest;
        };
        let end = inside.find(end).map_or(inside.len(), |at| at + end.len());
        rest = inside.get(end..).unwrap_or_default().trim_start();
    }
}

/// Whether an expression can stand in the string's place.
pub(super) fn check(text: &str, literal: &Literal, is_typed: bool) -> Result<(), Refusal> {
    let before = text.get(..literal.last).unwrap_or_default();
    let beside = text.get(..literal.whole.start).unwrap_or_default();
    let rest = text.get(literal.whole.end..).unwrap_or_default();
    let behind = skip(rest);
    let is_word = |byte: Option<&u8>| byte.is_some_and(|byte| is_name(*byte));
    if is_word(beside.as_bytes().last()) || is_word(rest.as_bytes().first()) {
        return Err("a word stands right beside it: put a blank there, and run this again");
    }
    if is_word(before.as_bytes().last()) && !ends_with_operator(before.as_bytes()) {
        return Err("it stands in a type, is the name of a module, or no expression");
    }
    let called = before.strip_suffix('(').map_or("", str::trim_end);
    if called.ends_with("require") || called.ends_with("import") {
        return Err("it is the name of a module");
    }
    let is_choice = before.ends_with('?') && !before.ends_with("??");
    let is_property = behind.starts_with(':') && !is_choice && !before.ends_with("case");
    let is_field = behind.starts_with('=') && !behind.starts_with("==");
    if is_property || is_field || behind.starts_with('(') || behind.starts_with("?:") {
        return Err("it is the name of a property");
    }
    let has_single = |sign: &str, twice: &str| {
        (before.ends_with(sign) && !before.ends_with(twice))
            || (behind.starts_with(sign) && !behind.starts_with(twice))
    };
    let is_constant = behind.starts_with("as const") || behind.starts_with('`');
    if has_single("|", "||") || has_single("&", "&&") || before.ends_with('<') || is_constant {
        return Err("it stands in a type");
    }
    let is_argument = behind.starts_with('>') && !behind.starts_with(">=");
    match is_typed && (is_argument || !is_value(text, literal.last, &literal.opened)) {
        true => Err("it may stand in a type"),
        false => Ok(()),
    }
}

/// Whether a value, not a type, stands behind what ends at `end`, with these brackets open. Unsure is no.
fn is_value(text: &str, end: usize, opened: &[usize]) -> bool {
    let before = text.get(..end).unwrap_or_default().trim_end();
    let outer = opened.split_last().map(|(at, outer)| (*at, outer));
    let bracket = outer.and_then(|(at, _)| text.as_bytes().get(at).copied());
    // What stands before the bracket decides about what is in it.
    let around = || outer.is_some_and(|(at, outer)| is_value(text, at, outer));
    let since = since(before, outer.map(|(at, _)| at));
    let ends = |end: &str| before.ends_with(end);
    if ends("*/") {
        return false;
    }
    match before.bytes().last() {
        Some(b'(') => {
            let at = before.len() - 1;
            let called = text.get(..at).unwrap_or_default().trim_end();
            let last = called.bytes().last().unwrap_or_default();
            is_name(last) || b")]>".contains(&last) || around()
        }
        Some(b'[') => {
            let at = before.len() - 1;
            let indexed = text.get(..at).unwrap_or_default().trim_end();
            let last = indexed.bytes().last().unwrap_or_default();
            let is_index = is_name(last) && !ends_with_operator(indexed.as_bytes());
            !is_index && !b")]>".contains(&last) && around()
        }
        Some(b',') => match outer {
            Some((at, _)) if bracket != Some(b'{') => {
                !since.0.contains('<') && is_value(text, at + 1, opened)
            }
            _ => false,
        },
        Some(b':') => {
            let is_choice = since.1.match_indices('?').any(|(at, _)| {
                let next = since.1.get(at + 1..).unwrap_or_default().trim_start();
                !next.starts_with([':', '.', '?'])
                    && !since.1.get(..at).is_some_and(|it| it.ends_with('?'))
            });
            match is_choice {
                true => !since.0.contains("extends"),
                false => bracket == Some(b'{') && around(),
            }
        }
        Some(b'=') if ends("==") || ends("!=") || ends("<=") || ends(">=") => true,
        Some(b'=') => {
            let [alias, enumeration] = patterns();
            let line = before.rsplit('\n').next().unwrap_or_default();
            let is_parameter = line.rfind('<') > line.rfind('>');
            let inside = outer.map_or("", |(at, _)| text.get(..at).unwrap_or_default());
            let end = |text| super::before(text, text.len());
            !alias.is_match(end(before)) && !enumeration.is_match(end(inside)) && !is_parameter
        }
        Some(b'?') => ends("??") || !since.0.contains("extends"),
        Some(b'|') => ends("||"),
        Some(b'&') => ends("&&"),
        Some(b'.') => ends("..."),
        Some(b'+' | b'-' | b'*' | b'/' | b'%' | b'!' | b'~' | b'^') => true,
        Some(byte) if is_name(byte) => ends_with_operator(before.as_bytes()),
        _ => false,
    }
}

/// What stands between the innermost bracket and the end, and of that what is behind the last comma or semicolon.
fn since(before: &str, bracket: Option<usize>) -> (&str, &str) {
    let from = bracket.map_or(0, |at| at + 1);
    let all = before.get(from..).unwrap_or_default();
    let all = all.rsplit(';').next().unwrap_or_default();
    (all, all.rsplit(',').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::super::super::scan::{Around, javascript};
    use super::*;

    fn is_fit(text: &str, is_typed: bool) -> bool {
        match javascript::around(text, text.find('@').expect("a place")) {
            Around::Literal(literal) => check(text, &literal, is_typed).is_ok(),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn values_are_told_from_types() {
        for text in [
            "const x = '@';",
            "const x: string = '@';",
            "f('@')",
            "f(a, '@')",
            "f<A>('@')",
            "new A<B>({ a: '@' })",
            "f({ a: { b: ['@', '@'] } })",
            "const o = { a: 1, b: '@' };",
            "export default { a: '@' }",
            "return '@'",
            "return { a: '@' }",
            "return ['@']",
            "x = a ? '@' : b",
            "x = a ? b : '@'",
            "x = a || '@'",
            "x = a + '@'",
            "if (a === '@') {}",
            "if ('@' === a) {}",
            "class A { k = '@'; }",
            "class A { private k: string = '@'; }",
            "function f(k = '@') {}",
            "switch (a) { case '@': break; }",
            "module.exports = { a: '@', };",
        ] {
            assert!(is_fit(text, true), "{text}");
            assert!(is_fit(text, false), "{text}");
        }
        for text in [
            "type A =\n  | '@'",
            "type A = '@'",
            "type A = { b: '@' }",
            "type A<T> = ['@']",
            "type A = B extends C ? '@' : D",
            "type A = B extends C ? D : '@'",
            "let x: '@'",
            "let x: { a: '@' }",
            "interface A {\n  b: '@';\n}",
            "interface A { b: { c: '@' } }",
            "function f(a: '@') {}",
            "function f(a?: '@') {}",
            "const f: () => '@' = g",
            "const enum A { B = '@' }",
            "enum A { B = 1, C = '@' }",
            "x = a as '@'",
            "x = '@' as const",
            "f<'@'>()",
            "f<A, '@', B>()",
            "x: A['@']",
            "class A<T = '@', U = 1> {}",
        ] {
            assert!(!is_fit(text, true), "{text}");
        }
    }

    #[test]
    fn what_is_no_expression_is_known() {
        for text in [
            "return'@'",
            "yield'@'",
            "'@'in x",
            "x = { /* c */ '@': 1 }",
            "x = { '@' /* c */: 1 }",
            "x = { '@'() {} }",
            "x = { get '@'() {} }",
            "class A { static '@' = 1 }",
            "import a from '@'",
            "import a = require('@')",
            "require ('@')",
            "import('@')",
            "import '@'",
        ] {
            assert!(!is_fit(text, false), "{text}");
        }
    }
}
