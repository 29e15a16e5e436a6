//! `baseline`, as typed.

use clap::Subcommand;

/// What to do with the baseline.
#[derive(Debug, Subcommand)]
pub enum BaselineCommand {}
