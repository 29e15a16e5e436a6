//! What gitleaks accepts: its JSON reports, which it takes as baselines, and `.gitleaksignore`.

use std::path::Path;

use serde::Deserialize;

use crate::error::{Diagnostic, Level};
use crate::model::Secret;
use crate::pipeline::Line;

/// A file has no more findings.
const FINDINGS: usize = 500_000;
/// So many errors of a file are told.
const TOLD: usize = 20;

/// A finding that gitleaks accepts.
pub(super) struct Item {
    /// Where it stands; the path is as gitleaks has it, with slashes.
    pub(super) at: Line,
    /// What it found, if the report was not redacted.
    pub(super) secret: Option<Secret>,
}

/// The keys of a report that matter here. It can hold secrets, and has no `Debug` for that reason.
#[derive(Deserialize)]
struct Finding {
    #[serde(rename = "StartLine", default)]
    line: u64,
    #[serde(rename = "Secret", default)]
    secret: String,
    #[serde(rename = "File")]
    file: String,
    #[serde(rename = "Commit", default)]
    commit: String,
}

/// Reads a report or an ignore file; which one it is, its first character tells.
pub(super) fn read(
    bytes: &[u8],
    name: &str,
    roots: &[impl AsRef<Path>],
) -> Result<Vec<Item>, Vec<Diagnostic>> {
    let wrong = |line: Option<usize>, message: String| Diagnostic {
        file: name.to_owned(),
        line,
        level: Level::Error,
        message,
    };
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(vec![wrong(None, "this is no UTF-8".to_owned())]);
    };
    let start = text.trim_start();
    let items = match start.starts_with(['[', '{']) || start.trim_end() == "null" {
        true => report(text).map_err(|(line, message)| vec![wrong(line, message)])?,
        false => ignored(text).map_err(|lines| {
            let told = lines.iter().take(TOLD);
            told.map(|line| wrong(Some(*line), IGNORED.to_owned()))
                .collect::<Vec<_>>()
        })?,
    };
    if items.len() > FINDINGS {
        let message = format!("there are more than {FINDINGS} findings in it");
        return Err(vec![wrong(None, message)]);
    }
    Ok(items.into_iter().map(|item| within(item, roots)).collect())
}

const IGNORED: &str =
    "this is no line of a .gitleaksignore: it is file:rule:line, or commit:file:rule:line";

fn report(text: &str) -> Result<Vec<Item>, (Option<usize>, String)> {
    let findings: Option<Vec<Finding>> = serde_json::from_str(text).map_err(|error| {
        // Its own text quotes values.
        let message = "this is no JSON report of gitleaks, which is a list of findings with `File`, `StartLine` and `Secret`";
        (Some(error.line()), message.to_owned())
    })?;
    let items = findings
        .unwrap_or_default()
        .into_iter()
        .map(|finding| Item {
            at: Line {
                commit: Some(finding.commit).filter(|commit| !commit.is_empty()),
                path: slashed(&finding.file),
                line: finding.line,
            },
            secret: (!is_redacted(&finding.secret)).then(|| Secret::new(&finding.secret)),
        });
    Ok(items.collect())
}

/// Whether `--redact` left nothing of a secret, or its first characters.
fn is_redacted(secret: &str) -> bool {
    secret.is_empty() || secret == "REDACTED" || secret.ends_with("...")
}

/// The lines of a `.gitleaksignore`; or those that are wrong.
fn ignored(text: &str) -> Result<Vec<Item>, Vec<usize>> {
    let mut items = Vec::new();
    let mut wrong = Vec::new();
    let lines = text.lines().map(str::trim).enumerate();
    for (at, text) in lines.filter(|(_, text)| !text.is_empty() && !text.starts_with('#')) {
        match fingerprint(text) {
            Some(place) => items.push(Item {
                at: place,
                secret: None,
            }),
            None => wrong.push(at + 1),
        }
    }
    match wrong.is_empty() {
        true => Ok(items),
        false => Err(wrong),
    }
}

/// `[commit:]file:rule:line`; a file may have a colon in its name.
fn fingerprint(text: &str) -> Option<Line> {
    let (rest, line) = text.rsplit_once(':')?;
    let (rest, _rule) = rest.rsplit_once(':')?;
    let is_id = |text: &str| {
        matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let (commit, file) = match rest.split_once(':') {
        Some((commit, file)) if is_id(commit) => (Some(commit.to_ascii_lowercase()), file),
        _ => (None, rest),
    };
    let line = line.parse().ok()?;
    (!file.is_empty()).then(|| Line {
        commit,
        path: slashed(file),
        line,
    })
}

fn slashed(path: &str) -> Vec<u8> {
    let path = path.replace('\\', "/");
    let mut path = path.as_str();
    while let Some(rest) = path.strip_prefix("./") {
        path = rest;
    }
    path.as_bytes().to_vec()
}

/// With a path that counts from a root, where gitleaks was given one.
fn within(mut item: Item, roots: &[impl AsRef<Path>]) -> Item {
    let inside = roots.iter().find_map(|root| {
        let root = root.as_ref().as_os_str().as_encoded_bytes();
        item.at.path.strip_prefix(root)?.strip_prefix(b"/")
    });
    if let Some(inside) = inside {
        item.at.path = inside.to_vec();
    }
    item
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_ROOTS: [&str; 0] = [];

    fn places(text: &str) -> Vec<(Option<String>, String, u64, bool)> {
        let items = read(text.as_bytes(), "g", &["/top"]).map_err(|said| format!("{said:?}"));
        let place = |item: Item| {
            let Line { commit, path, line } = item.at;
            let path = String::from_utf8(path).expect("UTF-8");
            (commit, path, line, item.secret.is_some())
        };
        items.expect("read").into_iter().map(place).collect()
    }

    #[test]
    fn ignore_files_have_lines_of_three_or_four_parts() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        let text = format!(
            "# a comment\n\nsrc/a.py:generic-api-key:3\r\n{}:src\\b.py:aisa:12\n./c:d.py:r:1\n/top/e.py:r:2\n",
            id.to_uppercase()
        );
        let plain = |path: &str, line| (None, path.to_owned(), line, false);
        assert_eq!(
            places(&text),
            [
                plain("src/a.py", 3),
                (Some(id.to_owned()), "src/b.py".to_owned(), 12, false),
                plain("c:d.py", 1),
                plain("e.py", 2),
            ]
        );
        let said = read(b"a:b:1\nnonsense\na:b:c\n", "g", &NO_ROOTS)
            .map(|_| ())
            .expect_err("wrong");
        let lines: Vec<_> = said.iter().map(|said| said.line).collect();
        assert_eq!(lines, [Some(2), Some(3)]);
    }

    #[test]
    fn reports_have_secrets_or_are_redacted() {
        let text = r#"[
            {"RuleID": "r", "StartLine": 3, "Secret": "s3cret", "Match": "k=s3cret", "File": "a.py", "Commit": "", "Tags": []},
            {"StartLine": 4, "Secret": "REDACTED", "File": "a.py", "Commit": "abc"},
            {"StartLine": 5, "Secret": "sk-ai...", "File": "/top/b.py"}
        ]"#;
        let expected = [
            (None, "a.py".to_owned(), 3, true),
            (Some("abc".to_owned()), "a.py".to_owned(), 4, false),
            (None, "b.py".to_owned(), 5, false),
        ];
        assert_eq!(places(text), expected);
        assert_eq!(places("null\n"), []);
        assert_eq!(places("[]"), []);
        for wrong in [
            "[{\"File\": 3}]",
            "{\"runs\": []}",
            "[{\"Secret\": \"s3cret\"}]",
            "[1,",
        ] {
            let said = read(wrong.as_bytes(), "g", &NO_ROOTS)
                .map(|_| ())
                .expect_err("wrong");
            let told = said[0].to_string();
            assert!(
                told.contains("no JSON report of gitleaks") && !told.contains("s3cret"),
                "{told}"
            );
        }
    }
}
