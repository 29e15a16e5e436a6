//! `explain`, as typed.

use clap::Args;

use super::CommonArgs;

/// Arguments of `explain`.
#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// A fingerprint from a report, or FILE:LINE.
    #[arg(value_name = "FINGERPRINT|FILE:LINE")]
    pub what: String,
    /// The common flags.
    #[command(flatten)]
    pub common: CommonArgs,
}
