//! Findings that somebody allowed: not counted, never forgotten.

use serde::Serialize;

/// Who allowed a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AllowedBy {
    /// A marker on the line of the finding, or on the line above.
    Inline,
    /// An `[[allow]]` entry of a configuration.
    Config,
    /// The rule is disabled by a configuration.
    DisabledRule,
    /// An entry of a baseline.
    Baseline,
}

impl AllowedBy {
    /// The name that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inline => "inline",
            Self::Config => "config",
            Self::DisabledRule => "disabled-rule",
            Self::Baseline => "baseline",
        }
    }
}

/// Why a location does not count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Allowed {
    /// Who allowed it.
    pub by: AllowedBy,
    /// In their words; `None` if they gave none.
    pub reason: Option<String>,
}
