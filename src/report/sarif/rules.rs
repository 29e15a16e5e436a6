//! The rules as SARIF's `reportingDescriptor`s, with AIsa's own advice as their help.

use std::collections::{BTreeSet, HashMap};

use serde_json::json;
use serde_sarif::sarif::{
    MultiformatMessageString, PropertyBag, ReportingConfiguration, ReportingDescriptor,
};

use super::{Page, bag, limits};
use crate::model::{Confidence, Note, Outcome, Severity};
use crate::report::advice::{self, Advice};

/// AIsa's page about keys.
pub(super) const DOCUMENTATION: &str = "https://aisa.one/docs/guides/authentication";

/// AIsa's own steps, in its order.
const HELP: &str = "A leaked AIsa API key is spend authority: charges go to the workspace's wallet until the key is revoked.

1. **Revoke the key**, before anything else, in the [console](https://console.aisa.one) under API Keys. It takes effect at once.
2. Create a new key with the same label and a version suffix (`prod-web-app-v2`).
3. Put the new key in your secret manager and deploy it; code reads it from `AISA_API_KEY`.
4. Check the usage logs, filtered by the old key.
5. Only then clean the files (aisaleaks fix) and the git history (aisaleaks purge-plan). A key that was pushed stays public whatever is removed.

How not to leak the next one:

- Never write a key into code, not as the fallback of an environment variable either.
- Add `.env` to `.gitignore`; in CI, use the provider's secret store (`${{ secrets.AISA_API_KEY }}`).
- Never ship a key to a browser or a mobile client: bundlers copy what has a public prefix (`VITE_`, `NEXT_PUBLIC_`).
- One key per service; rotate every 90 days, or at once on exposure.

See [AIsa's documentation](https://aisa.one/docs/guides/authentication).
";

/// The same steps for what a brought rule finds, of which nobody but the rule knows who issued it.
const BROUGHT: &str = "Whoever reads a leaked secret can use it until it is revoked.

1. **Revoke the secret**, before anything else, where it was issued.
2. Create a new one.
3. Put the new one in your secret manager and deploy it; code reads it from there.
4. Check the issuer's logs for uses of the old one that were not yours.
5. Only then clean the files and the git history. A secret that was pushed stays public whatever is removed.
";

/// What stands above the explanations of notes.
const NOTES: &str = "What the tags of a result say about the places of the key:";

/// What decides how severe a rule is, and what its help says.
#[derive(Clone, Copy)]
struct About {
    confidence: Confidence,
    /// Whether it is about AIsa's keys.
    is_aisa: bool,
    /// Whether a key that it found works.
    is_live: bool,
}

/// The rules of a run.
pub(super) struct Rules {
    /// As the report lists them.
    pub descriptors: Vec<ReportingDescriptor>,
    indices: HashMap<String, i64>,
}

impl Rules {
    /// All rules that were looked for, and whatever else a key names: every `ruleIndex` has to lead somewhere.
    pub(super) fn of(outcome: &Outcome, page: Page<'_>) -> Self {
        let mut rules = Self {
            descriptors: Vec::new(),
            indices: HashMap::new(),
        };
        let live = outcome.keys.iter();
        let live = live.filter(|key| key.verdict.state.is_live());
        let live: BTreeSet<&str> = live.map(|key| key.rule.as_str()).collect();
        for rule in page.options.rules {
            let tags = rule.tags.iter().map(String::as_str);
            let about = About {
                confidence: rule.confidence,
                is_aisa: rule.is_built_in(),
                is_live: live.contains(&*rule.id),
            };
            rules.add(&rule.id, &rule.description, tags, about, page);
        }
        for key in outcome.keys.iter().chain(&outcome.suppressed) {
            let about = About {
                confidence: key.confidence,
                is_aisa: key.secret.is_aisa(),
                is_live: live.contains(key.rule.as_str()),
            };
            rules.add(&key.rule, "A leaked API key", [], about, page);
        }
        rules
    }

    /// Where a rule is in the list.
    pub(super) fn index(&self, id: &str) -> Option<i64> {
        self.indices.get(id).copied()
    }

    /// What a rule finds, as a sentence.
    pub(super) fn description(&self, id: &str) -> &str {
        let descriptor = self.indices.get(id).and_then(|at| {
            let at = usize::try_from(*at).ok()?;
            self.descriptors.get(at)
        });
        let short = descriptor.and_then(|rule| rule.short_description.as_ref());
        short.map_or("", |short| &short.text)
    }

    fn add<'a>(
        &mut self,
        id: &str,
        description: &str,
        tags: impl IntoIterator<Item = &'a str>,
        about: About,
        page: Page<'_>,
    ) {
        self.insert(id.to_owned(), |id| {
            let description = match description.trim() {
                "" => format!("What the rule {id} finds"),
                text => text.to_owned(),
            };
            let description = page.shown.text(&description);
            let level = level(about.confidence.into());
            let tags: Vec<String> = tags.into_iter().map(|tag| page.shown.name(tag)).collect();
            let id = page.shown.name(id);
            let mut descriptor = ReportingDescriptor::builder()
                .name(pascal(&id))
                .id(id)
                .short_description(sentence(&description))
                .full_description(sentence(&description))
                .help(help(if about.is_aisa { HELP } else { BROUGHT }))
                .default_configuration(ReportingConfiguration::builder().level(level).build())
                .properties(properties(tags.iter().map(String::as_str), about))
                .build();
            descriptor.help_uri = about.is_aisa.then(|| DOCUMENTATION.to_owned());
            descriptor
        });
    }

    /// Adds a rule that is not there yet.
    pub(super) fn insert(
        &mut self,
        id: String,
        descriptor: impl FnOnce(&str) -> ReportingDescriptor,
    ) {
        if !self.indices.contains_key(&id) {
            self.descriptors.push(descriptor(&id));
            self.indices.insert(id, self.descriptors.len() as i64 - 1);
        }
    }
}

/// SARIF's level for a severity, which has the same names.
pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// GitHub reads `security-severity` as a CVSS score (over 9.0 is critical, 4.0 to 6.9 medium, below that low), and
/// `precision` and `problem.severity` for how to sort and filter. It reads them of rules alone, so that a rule is as severe as
/// can be while a key that it found works; one that does not work lowers nothing, as others of the rule may.
fn properties<'a>(tags: impl IntoIterator<Item = &'a str>, about: About) -> PropertyBag {
    let precision = match about.confidence {
        Confidence::High => "very-high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    };
    let (score, severity) = match about.confidence {
        _ if about.is_live => ("9.5", "error"),
        Confidence::High => ("9.5", "error"),
        Confidence::Medium => ("6.5", "warning"),
        Confidence::Low => ("3.0", "recommendation"),
    };
    let mut properties = bag([
        ("security-severity", json!(score)),
        ("precision", json!(precision)),
        ("problem.severity", json!(severity)),
    ]);
    // CWE-798: use of hard-coded credentials.
    let all = ["security", "external/cwe/cwe-798"].into_iter().chain(tags);
    let all = all.take(limits::TAGS).map(str::to_owned).collect();
    properties.tags = Some(all);
    properties
}

fn help(steps: &str) -> MultiformatMessageString {
    let notes: String = Note::ALL
        .into_iter()
        .map(|note| {
            let Advice { means, advice } = advice::of(note);
            format!("- `{}`: {means}; {advice}.\n", note.name())
        })
        .collect();
    let help = format!("{steps}\n{NOTES}\n\n{notes}");
    MultiformatMessageString::builder()
        .text(help.replace("**", ""))
        .markdown(help)
        .build()
}

/// The text as a sentence.
pub(super) fn sentence(text: &str) -> MultiformatMessageString {
    let stop = if text.ends_with('.') { "" } else { "." };
    MultiformatMessageString::builder()
        .text(format!("{text}{stop}"))
        .build()
}

/// `aisa-api-key` as `AisaApiKey`: the form that SARIF's rules of style ask of a name.
pub(super) fn pascal(id: &str) -> String {
    let words = id.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .flat_map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            first.into_iter().chain(letters)
        })
        .collect()
}
