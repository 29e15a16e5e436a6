//! The rules file as typed: gitleaks' keys and ours, nothing else.

use serde::Deserialize;

/// A whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// In the order in which they win.
    pub rules: Vec<RawRule>,
}

/// One `[[rules]]` table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRule {
    pub id: String,
    pub description: String,
    pub regex: String,
    pub keywords: Vec<String>,
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default)]
    pub confidence: RawConfidence,
    pub structure: Option<RawStructure>,
    pub context: Option<RawContext>,
    #[serde(default)]
    pub examples: Vec<String>,
    #[serde(default)]
    pub counter_examples: Vec<String>,
}

/// How sure a match is before its edges and structure are judged.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RawConfidence {
    Low,
    #[default]
    Medium,
    High,
}

/// What the body decodes to.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) enum RawStructure {
    #[serde(rename = "base64url-32")]
    Base64Url32,
}

/// What has to stand near by.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RawContext {
    Aisa,
}
