//! The report as SARIF 2.1.0 (OASIS Standard, with errata 01), in the subset and within the limits that GitHub's code
//! scanning takes. A result is a key: one revocation answers all its places.
//!
//! Names, e-mail addresses and the summaries of commits are left out unless they are asked for: an uploaded report is
//! read by more people than the repository's history may be.

mod fixes;
mod hygiene;
mod limits;
mod notices;
mod places;
mod results;
mod rules;
mod uris;

use std::io::{self, Write};

use serde_json::{Value, json};
use serde_sarif::sarif::{
    ArtifactLocation, Message, PropertyBag, Run, RunAutomationDetails, Sarif, Tool, ToolComponent,
    VersionControlDetails,
};

use super::{Options, Shown, unobeyed, wire};
use crate::model::{Outcome, TargetKind};
use limits::Cut;
use rules::Rules;

/// Where the schema of this version is published.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// What relative paths count from: the name that GitHub, and by custom everybody else, gives to the checkout.
const ROOT: &str = "%SRCROOT%";
/// Results of one tool and purpose replace each other on GitHub; the slash at the end means that runs have no name.
const CATEGORY: &str = "aisaleaks/";

/// What every part of the report needs to know.
#[derive(Clone, Copy)]
struct Page<'a> {
    shown: Shown<'a>,
    options: &'a Options<'a>,
}

/// Writes the report as one object and a newline.
pub(super) fn write(
    outcome: &Outcome,
    shown: Shown<'_>,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let log = Sarif::builder()
        .schema(SCHEMA)
        .version("2.1.0")
        .runs(vec![run(outcome, Page { shown, options })])
        .build();
    unobeyed::lines(&log, out)
}

fn run(outcome: &Outcome, page: Page<'_>) -> Run {
    let mut rules = Rules::of(outcome, page);
    hygiene::describe(outcome, &mut rules);
    let mut cut = Cut::default();
    let mut results = results::of(outcome, &rules, page, &mut cut);
    results.extend(hygiene::of(outcome, &rules, page, &mut cut));
    let (notifications, descriptors) = notices::of(outcome, &cut, page);
    let driver = ToolComponent::builder()
        .name(env!("CARGO_PKG_NAME"))
        .full_name(concat!("aisaleaks ", env!("CARGO_PKG_VERSION")))
        .version(env!("CARGO_PKG_VERSION"))
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .information_uri(rules::DOCUMENTATION)
        .rules(rules.descriptors)
        .notifications(descriptors)
        .build();
    let root = ArtifactLocation::builder()
        .description("The folder that was scanned: the root of the repository.")
        .build();
    let mut run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .automation_details(automation())
        .invocations(vec![notices::invocation(outcome, notifications)])
        .original_uri_base_ids([(ROOT.to_owned(), root)])
        .column_kind("unicodeCodePoints")
        .properties(facts(outcome, page))
        .results(results)
        .build();
    let provenance = provenance(outcome, page);
    if !provenance.is_empty() {
        run.version_control_provenance = Some(provenance);
    }
    if !page.shown.show_secrets {
        run.redaction_tokens = Some(vec!["…".to_owned()]);
    }
    run
}

fn automation() -> RunAutomationDetails {
    let text = "Search for leaked AIsa API keys in files and git histories.";
    RunAutomationDetails::builder()
        .id(CATEGORY)
        .description(Message::from(text))
        .build()
}

/// What was done and left out, so that an upload alone tells whether it is about everything.
fn facts(outcome: &Outcome, page: Page<'_>) -> PropertyBag {
    let stats = &outcome.stats;
    let live = wire::live(outcome, page.shown);
    // Without a check nothing is hidden.
    let hidden = wire::hidden(outcome);
    let hidden = (live.is_some() || !hidden.is_empty()).then_some(hidden);
    bag([
        ("complete", json!(outcome.complete())),
        ("suppressed", json!(outcome.suppressed_count())),
        ("files", json!(stats.files)),
        ("blobs", json!(stats.blobs)),
        ("commits", json!(stats.commits)),
        ("bytes", json!(stats.bytes)),
        ("excluded", json!(stats.excluded)),
        ("live", json!(live)),
        ("hidden", json!(hidden)),
    ])
}

/// The repositories that were scanned, and what their HEAD was.
fn provenance(outcome: &Outcome, page: Page<'_>) -> Vec<VersionControlDetails> {
    let git = outcome
        .targets
        .iter()
        .filter(|at| at.kind == TargetKind::Git);
    git.filter_map(|target| {
        let head = target.head?;
        let root = ArtifactLocation::builder().uri_base_id(ROOT).build();
        let details = VersionControlDetails::builder()
            .repository_uri(page.file_uri(target.path.as_bytes()))
            .revision_id(head.to_string())
            .mapped_to(root);
        Some(details.build())
    })
    .collect()
}

/// A property bag of these values, without those that are null.
fn bag<const N: usize>(values: [(&str, Value); N]) -> PropertyBag {
    let known = values.into_iter().filter(|(_, value)| !value.is_null());
    PropertyBag::builder()
        .additional_properties(
            known
                .map(|(name, value)| (name.to_owned(), value))
                .collect::<std::collections::BTreeMap<_, _>>(),
        )
        .build()
}

#[cfg(test)]
mod schema;
#[cfg(test)]
pub(super) mod tests;
