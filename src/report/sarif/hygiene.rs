//! Bad habits as SARIF results, each under a rule of its own: no leaked key, so that nothing of them is severe.

use std::collections::{BTreeMap, HashMap};

use serde_json::json;
use serde_sarif::sarif::{
    Location, Message, MultiformatMessageString, PhysicalLocation, Region, ReportingConfiguration,
    ReportingDescriptor, Result, ResultKind, ResultLevel,
};
use sha2::{Digest, Sha256};

use super::rules::{DOCUMENTATION, Rules, level, pascal, sentence};
use super::{Cut, Page, bag, limits};
use crate::model::{Hygiene, Outcome, Severity};

/// What the rules are called: the names of the checks with this before them.
const PREFIX: &str = "aisa-hygiene-";

/// The id of the rule of a habit.
fn id(habit: &Hygiene) -> String {
    format!("{PREFIX}{}", habit.rule)
}

/// Describes the rules of the habits that were found.
pub(super) fn describe(outcome: &Outcome, rules: &mut Rules) {
    let mut worst: BTreeMap<&str, &Hygiene> = BTreeMap::new();
    for habit in &outcome.hygiene {
        let known = worst.entry(habit.rule).or_insert(habit);
        if habit.severity > known.severity {
            *known = habit;
        }
    }
    for habit in worst.into_values() {
        rules.insert(id(habit), |id| descriptor(id, habit));
    }
}

fn descriptor(id: &str, habit: &Hygiene) -> ReportingDescriptor {
    let text = match habit.rule {
        "dotenv-not-ignored" => "A dotenv file for an AIsa key that no ignore rule covers",
        "dotenv-tracked" => "A dotenv file that git tracks",
        "public-prefix" => {
            "A variable for an AIsa key whose value is built into what everyone downloads"
        }
        "random-literal" => "A random literal of an unknown shape in the place of an AIsa key",
        "printed-in-ci" => "An AIsa key that CI prints into its log",
        "build-argument" => "An AIsa key that is taken into an image as it is built",
        _ => "A bad habit around AIsa keys",
    };
    let help = format!("{text}. Sooner or later it leaks a key. The right way:");
    let example = habit.example;
    let help = MultiformatMessageString::builder()
        .text(format!("{help} {example}"))
        .markdown(format!("{help}\n\n```\n{example}\n```\n"))
        .build();
    let (score, problem) = match habit.severity {
        Severity::Note => ("2.0", "recommendation"),
        Severity::Warning | Severity::Error => ("5.0", "warning"),
    };
    let mut properties = bag([
        ("security-severity", json!(score)),
        ("precision", json!("medium")),
        ("problem.severity", json!(problem)),
    ]);
    properties.tags = Some(["security", "aisa", "hygiene"].map(str::to_owned).to_vec());
    let configuration = ReportingConfiguration::builder().level(level(habit.severity));
    ReportingDescriptor::builder()
        .id(id)
        .name(pascal(id))
        .short_description(sentence(text))
        .full_description(sentence(text))
        .help(help)
        .help_uri(DOCUMENTATION)
        .default_configuration(configuration.build())
        .properties(properties)
        .build()
}

/// The results, behind those of the keys and no more than there is room for.
pub(super) fn of(outcome: &Outcome, rules: &Rules, page: Page<'_>, cut: &mut Cut) -> Vec<Result> {
    let keys = outcome.keys.len() + outcome.suppressed.len();
    let room = limits::RESULTS.saturating_sub(keys);
    cut.habits += outcome.hygiene.len().saturating_sub(room);
    let mut seen: HashMap<String, usize> = HashMap::new();
    let habits = outcome.hygiene.iter().take(room);
    habits
        .map(|habit| {
            let hash = hash(habit);
            let nth = seen.entry(hash.clone()).or_default();
            *nth += 1;
            result(habit, &format!("{hash}:{nth}"), rules, page)
        })
        .collect()
}

/// Of what is said and where, but not of the line, so that an alert stays when lines move.
fn hash(habit: &Hygiene) -> String {
    let mut hash = Sha256::new();
    for part in [habit.rule.as_bytes(), &habit.path, habit.message.as_bytes()] {
        hash.update(part);
        hash.update([0]);
    }
    let digits = hash.finalize();
    digits
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn result(habit: &Hygiene, print: &str, rules: &Rules, page: Page<'_>) -> Result {
    let line = habit.line.unwrap_or(1).max(1);
    let physical = PhysicalLocation::builder()
        .artifact_location(page.artifact(&habit.path))
        .region(Region::builder().start_line(line as i64).build());
    let message = page.shown.text(&habit.message);
    // Brackets would be links.
    let example = habit.example.replace('[', "\\[").replace(']', "\\]");
    let text = format!("{message}. The right way: {example}");
    let mut result = Result::builder()
        .rule_id(id(habit))
        .kind(ResultKind::Fail)
        .level(match habit.severity {
            Severity::Note => ResultLevel::Note,
            Severity::Warning | Severity::Error => ResultLevel::Warning,
        })
        .message(Message::builder().text(text).build())
        .locations(vec![
            Location::builder()
                .physical_location(physical.build())
                .build(),
        ])
        .partial_fingerprints(BTreeMap::from([
            ("aisaleaksHygiene/v1".to_owned(), print.to_owned()),
            ("primaryLocationLineHash".to_owned(), print.to_owned()),
        ]))
        .build();
    result.rule_index = rules.index(&id(habit));
    result.suppressions = Some(Vec::new());
    result
}
