//! `rules list` and `rules check`: which rules there are, and whether they are right.

use std::collections::BTreeSet;

use serde_json::json;

use super::exit::Exit;
use super::printing::{counted, table, written};
use crate::detect::Detector;
use crate::error::{Diagnostic, Level, Result};
use crate::model::{Confidence, Mask};
use crate::report::sanitize;
use crate::rules::read::Case;
use crate::rules::{self, Rule, Source};

/// What rules files say, read one after the other.
#[derive(Debug, Default)]
pub struct RulesFiles {
    /// The built-in rules, and those of the files that can be used.
    pub rules: Vec<Rule>,
    /// The examples and counter-examples in the files.
    pub cases: Vec<Case>,
    /// What is wrong with the files.
    pub diagnostics: Vec<Diagnostic>,
}

impl RulesFiles {
    /// Whether something is an error, so that the files must not be used.
    pub fn is_wrong(&self) -> bool {
        let mut said = self.diagnostics.iter();
        said.any(|said| said.level == Level::Error)
    }
}

/// Lists rules: for people, or as JSON. `disabled` are ids of rules whose findings are suppressed.
///
/// # Errors
/// Standard output that cannot be written to.
pub fn list(rules: Vec<Rule>, disabled: &BTreeSet<String>, as_json: bool) -> Result<Exit> {
    let page = Page::new()?;
    let text = match as_json {
        true => json_list(&rules, disabled, &page),
        false => human_list(&rules, disabled, &page),
    };
    written(&text)?;
    Ok(Exit::Clean)
}

/// Says everything that is wrong with rules files, and which examples their rules do not bear out. With `built_in`, the
/// built-in rules are held to theirs, too.
///
/// # Errors
/// Standard output that cannot be written to.
pub fn check(files: RulesFiles, built_in: bool) -> Result<Exit> {
    let page = Page::new()?;
    let detector = Detector::new(files.rules);
    let mut cases = files.cases;
    if built_in {
        cases.extend(detector.rules().iter().flat_map(own_cases));
    }
    let mut said = files.diagnostics;
    for case in &cases {
        said.extend(wrong(&detector, case));
    }
    let mut text = String::new();
    for diagnostic in &said {
        text.push_str(&page.shown(&diagnostic.to_string()));
        text.push('\n');
    }
    let of = |level| said.iter().filter(|said| said.level == level).count();
    let (errors, warnings) = (of(Level::Error), of(Level::Warning));
    let checked = detector.rules().iter();
    let checked = checked.filter(|rule| built_in || !rule.is_built_in());
    // A rule with an error is not among them.
    let rule = if errors > 0 { "usable rule" } else { "rule" };
    let counts = [
        counted(checked.count(), rule),
        counted(cases.len(), "example"),
        counted(errors, "error"),
        counted(warnings, "warning"),
    ];
    text.push_str(&counts.join(", "));
    text.push('\n');
    written(&text)?;
    Ok(match errors {
        0 => Exit::Clean,
        _ => Exit::Failed,
    })
}

/// The examples of a built-in rule.
fn own_cases(rule: &Rule) -> Vec<Case> {
    if !rule.is_built_in() {
        return Vec::new();
    }
    let case = |text: &String, is_hit| Case {
        rule: rule.id.clone(),
        source: Source::BuiltIn,
        text: text.clone(),
        is_hit,
    };
    let hits = rule.examples.iter().map(|text| case(text, true));
    let misses = rule.counter_examples.iter().map(|text| case(text, false));
    hits.chain(misses).collect()
}

/// What is wrong with an example, which is not quoted: it may hold a secret.
fn wrong(detector: &Detector, case: &Case) -> Option<Diagnostic> {
    let rule = detector.rules().iter().find(|rule| rule.id == case.rule)?;
    if detector.bears_out(rule, &case.text, case.is_hit) {
        return None;
    }
    let what = match case.is_hit {
        true => "finds nothing in this example",
        false => "finds something in this counter-example",
    };
    let (file, line) = match &case.source {
        Source::BuiltIn => ("built-in".to_owned(), None),
        Source::File(file, line) => (file.clone(), Some(*line)),
    };
    Some(Diagnostic {
        file,
        line,
        level: Level::Error,
        message: format!("rule `{}` {what}", case.rule),
    })
}

fn human_list(rules: &[Rule], disabled: &BTreeSet<String>, page: &Page) -> String {
    let rows: Vec<[String; 6]> = rules
        .iter()
        .map(|rule| {
            let state = match disabled.contains(&*rule.id) {
                true => "disabled",
                false => "active",
            };
            let keywords = match keywords(rule) {
                words if words.is_empty() => "-".to_owned(),
                words => shortened(&words.join(" ")),
            };
            let cells = [
                rule.id.to_string(),
                confidence(rule).to_owned(),
                state.to_owned(),
                source(rule),
                keywords,
                rule.description.clone(),
            ];
            cells.map(|cell| page.shown(&cell))
        })
        .collect();
    let heads = [
        "RULE",
        "CONFIDENCE",
        "STATE",
        "SOURCE",
        "KEYWORDS",
        "DESCRIPTION",
    ];
    table(heads, &rows)
}

fn json_list(rules: &[Rule], disabled: &BTreeSet<String>, page: &Page) -> String {
    let rules = rules.iter().map(|rule| {
        let (file, line) = match &rule.source {
            Source::BuiltIn => (None, None),
            Source::File(file, line) => (Some(page.masked(file)), Some(*line)),
        };
        let texts = |list: &[String]| -> Vec<String> {
            list.iter().map(|text| page.masked(text)).collect()
        };
        json!({
            "id": page.masked(&rule.id),
            "built_in": rule.is_built_in(),
            "file": file,
            "line": line,
            "confidence": confidence(rule),
            "description": page.masked(&rule.description),
            "keywords": texts(&keywords(rule)),
            "tags": texts(&rule.tags),
            "disabled": disabled.contains(&*rule.id),
        })
    });
    let rules: Vec<_> = rules.collect();
    let whole = json!({ "schema": "aisaleaks-rules/1", "rules": rules });
    format!("{whole:#}\n")
}

fn keywords(rule: &Rule) -> Vec<String> {
    match rule.brought() {
        Some(brought) => brought.keywords.clone(),
        None => rule.anchor().map(str::to_owned).into_iter().collect(),
    }
}

fn confidence(rule: &Rule) -> &'static str {
    match rule.confidence {
        Confidence::Low => "low",
        Confidence::Medium => "medium",
        Confidence::High => "high",
    }
}

fn source(rule: &Rule) -> String {
    match &rule.source {
        Source::BuiltIn => "built-in".to_owned(),
        Source::File(file, line) => format!("{file}:{line}"),
    }
}

fn shortened(text: &str) -> String {
    const WIDTH: usize = 32;
    match text.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// How texts of rules files are shown: no key in them, and nothing that a terminal would obey.
pub(super) struct Page(Detector);

impl Page {
    pub(super) fn new() -> Result<Self> {
        Ok(Self(Detector::new(rules::builtin()?)))
    }

    fn masked(&self, text: &str) -> String {
        self.0.mask(text)
    }

    pub(super) fn shown(&self, text: &str) -> String {
        sanitize::visible(&self.masked(text))
    }
}
