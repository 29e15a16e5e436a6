//! Where Python imports `os`, where such an import may stand, and whether the name is used for anything else.

use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

use super::super::super::Refusal;
use super::super::super::scan::{Around, Literal, is_name, python};
use super::position::is_documentation;

/// An import of `os` for the whole module.
fn import() -> &'static Regex {
    static IMPORT: OnceLock<Regex> = OnceLock::new();
    IMPORT.get_or_init(|| {
        let pattern = r"(?m)^import[ \t]+(?:[A-Za-z_0-9., \t]+,[ \t]*)?os[ \t]*(?:,|;|#|\r?$)";
        let regex = RegexBuilder::new(pattern).unicode(false).build();
        regex.expect("because a test compiles this pattern")
    })
}

/// So many places are looked at.
const MOST: usize = 50;

/// Where `os` is imported for the whole module.
pub(super) fn of_os(text: &str) -> Option<usize> {
    let starts = import().find_iter(text).map(|found| found.start());
    let mut starts = starts.take(MOST);
    starts.find(|at| python::is_code(text, *at))
}

/// Whether `os` may be anything but the module: it is assigned, deleted, a parameter, or imported in a smaller scope.
pub(super) fn may_be_another(text: &str) -> bool {
    let mut looked = 0;
    for (at, _) in text.match_indices("os") {
        let before = text.get(..at).unwrap_or_default();
        let rest = text.get(at + 2..).unwrap_or_default();
        let is_part = |byte: Option<&u8>| byte.is_some_and(|byte| is_name(*byte));
        let is_longer = is_part(before.as_bytes().last()) || is_part(rest.as_bytes().first());
        if is_longer || before.ends_with('.') {
            continue;
        }
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = text.get(start..).and_then(|rest| rest.lines().next());
        let is_import = line.is_some_and(|line| import().is_match(line) && !line.contains(" as "));
        let is_from =
            before.trim_end().ends_with("from") && rest.trim_start().starts_with("import");
        if rest.starts_with('.') || is_import || is_from {
            continue;
        }
        looked += 1;
        let is_text = matches!(
            python::around(text, at),
            Around::Comment | Around::Literal(_)
        );
        if looked > MOST || !is_text {
            return true;
        }
    }
    false
}

/// Whether `environ.get` or `getenv` is surely what is imported from `os`, and nothing else has the name.
pub(super) fn is_of_os(text: &str, call: &str) -> bool {
    let (name, then) = match call {
        "getenv" => ("getenv", &["("][..]),
        _ => ("environ", &[".", "["][..]),
    };
    let mut is_imported = false;
    for (number, (at, _)) in text.match_indices(name).enumerate() {
        let before = text.get(..at).unwrap_or_default();
        let rest = text.get(at + name.len()..).unwrap_or_default();
        let is_part = |byte: Option<&u8>| byte.is_some_and(|byte| is_name(*byte));
        let is_longer = is_part(before.as_bytes().last()) || is_part(rest.as_bytes().first());
        if is_longer || before.ends_with('.') {
            continue;
        }
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = text.get(start..).and_then(|rest| rest.lines().next());
        let names = line.and_then(|line| line.strip_prefix("from os import "));
        let is_simple = |c: char| c.is_ascii_alphanumeric() || "_, \t\r".contains(c);
        let is_import = names.is_some_and(|it| it.chars().all(is_simple) && !it.contains(" as "));
        if is_import && python::is_code(text, start) {
            is_imported = true;
            continue;
        }
        let word = before.trim_end();
        let is_declared = word.ends_with("def") || word.ends_with("class");
        if !is_declared && then.iter().any(|then| rest.starts_with(then)) {
            continue;
        }
        let is_text = matches!(
            python::around(text, at),
            Around::Comment | Around::Literal(_)
        );
        if number > MOST || !is_text {
            return false;
        }
    }
    is_imported && !text.contains("import *")
}

/// Where an import may stand: behind comments, the module's documentation, and imports from the future.
///
/// # Errors
/// It is not clear what stands there.
pub(super) fn place(text: &str) -> Result<usize, Refusal> {
    const UNCLEAR: Refusal =
        "it is not clear where `import os` may stand: write it, and run this again";
    // This has to stay the first line, and what its first cell is cannot be told.
    if text.contains("# Databricks notebook source") {
        return Err(UNCLEAR);
    }
    let mut at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut place = at;
    while let Some(line) = text
        .get(at..)
        .and_then(|rest| rest.split_inclusive('\n').next())
    {
        let trimmed = line.trim_start();
        if trimmed.trim().is_empty() {
            at += line.len();
            continue;
        }
        let end = if trimmed.starts_with('#') {
            at + line.len()
        } else if line.starts_with("from __future__") {
            let is_simple = !line.contains(['\\', '#', ';']);
            if !is_simple || line.contains('(') != line.contains(')') {
                return Err(UNCLEAR);
            }
            at + line.len()
        } else {
            match documentation(text, at, line) {
                Some(found) if is_documentation(text, &found) => line_end(text, found.whole.end),
                Some(_) => return Err(UNCLEAR),
                None if line.starts_with('(') => return Err(UNCLEAR),
                None => break,
            }
        };
        at = end;
        // A comment right above code belongs to it; those at the top, such as the first line, do not.
        if !trimmed.starts_with('#') || line.starts_with("#!") || line.contains("coding") {
            place = end;
        }
    }
    let rest = text.get(place..).unwrap_or_default();
    match rest.contains("__future__") {
        true => Err(UNCLEAR),
        false => Ok(place),
    }
}

/// The string with which a line begins. The prefix of a string belongs to it.
fn documentation(text: &str, at: usize, line: &str) -> Option<Literal> {
    let quote = line.find(['"', '\'']).unwrap_or(0).min(2);
    match python::around(text, at + quote) {
        Around::Literal(found) if found.whole.start == at => Some(found),
        _ => None,
    }
}

/// One past the end of the line that has this byte.
fn line_end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    rest.find('\n').map_or(text.len(), |end| at + end + 1)
}

#[cfg(test)]
mod tests {
    use super::super::super::super::testing::assert_python;
    use super::*;

    #[test]
    fn imports_are_known() {
        assert_eq!(of_os("import sys, os\n"), Some(0));
        for text in [
            "import osx\n",
            "import os as o\n",
            "import os.path as p\n",
            "  import os\n",
            "'''\nimport os\n'''\n",
        ] {
            assert_eq!(of_os(text), None, "{text}");
        }
    }

    #[test]
    fn other_uses_of_the_name_are_known() {
        for (text, expected) in [
            (
                "import os\nx = os.environ\n# os = 1\ny = 'os, '\nz = a.os\n",
                false,
            ),
            ("import sys, os\n", false),
            ("from os import environ\n", false),
            ("import os as o\n", true),
            ("global os\n", true),
            ("a, os = 1, 2\n", true),
        ] {
            assert_eq!(may_be_another(text), expected, "{text}");
        }
    }

    #[test]
    fn the_module_is_imported_where_it_can_be() {
        assert_python(&[
            (
                "\u{feff}x = '{key}'\n",
                Some("\u{feff}import os\nx = os.environ[\"AISA_API_KEY\"]\n"),
            ),
            ("def f():\n    import os\n    return '{key}'\n", None),
            ("# Databricks notebook source\nx = '{key}'\n", None),
            (
                "# Databricks notebook source\nimport os\nx = '{key}'\n",
                Some("# Databricks notebook source\nimport os\nx = os.environ[\"AISA_API_KEY\"]\n"),
            ),
            (
                "x = '{key}'\nimport os\n",
                Some("import os\nx = os.environ[\"AISA_API_KEY\"]\nimport os\n"),
            ),
            (
                "#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n\"\"\"Doc {key}.\"\"\"\nfrom __future__ import annotations\n\nimport sys\nh = {\"Authorization\": \"Bearer {key}\"}\n",
                Some(
                    "#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n\"\"\"Doc AISA_API_KEY.\"\"\"\nfrom __future__ import annotations\nimport os\n\nimport sys\nh = {\"Authorization\": f\"Bearer {os.environ['AISA_API_KEY_2']}\"}\n",
                ),
            ),
            (
                "r'''Doc'''\nx = '{key}'\n",
                Some("r'''Doc'''\nimport os\nx = os.environ[\"AISA_API_KEY\"]\n"),
            ),
            (
                "import os\ndef f():\n    os = 1\n    return '{key}'\n",
                None,
            ),
            ("import os\ndef f(os):\n    return '{key}'\n", None),
            ("import os\ndef f(a, os=None):\n    return '{key}'\n", None),
            ("import os\nfor os in x: f('{key}')\n", None),
            ("import os\ndel os\nf('{key}')\n", None),
            ("from fabric import os\nf('{key}')\n", None),
            ("import platform as os\r\nf('{key}')\r\n", None),
            ("import os\ndef f():\n    g('{key}')\n    import os\n", None),
            ("import os\nx = [os for os in y] + ['{key}']\n", None),
            ("import os\nx = f(lambda os: '{key}')\n", None),
            (
                "'''\nimport os\n'''\nx = '{key}'\n",
                Some("'''\nimport os\n'''\nimport os\nx = os.environ[\"AISA_API_KEY\"]\n"),
            ),
            (
                "from __future__ import (  # (x)\n  annotations,\n)\nx = '{key}'\n",
                None,
            ),
            (
                "from __future__ import \\\n  annotations\nx = '{key}'\n",
                None,
            ),
            ("from  __future__ import annotations\nx = '{key}'\n", None),
            ("'doc' 'more'\nx = '{key}'\n", None),
            ("('''doc''')\nx = '{key}'\n", None),
            ("'''doc'''; x = '{key}'\n", None),
        ]);
    }
}
