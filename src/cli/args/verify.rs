//! The flags of the live check.

use std::path::PathBuf;

use clap::Args;

/// Whether keys are checked, and how.
#[derive(Args, Clone, Debug, Default)]
pub struct VerifyArgs {
    /// Ask AIsa whether the keys that were found work. This sends each of them to AIsa, and costs nothing.
    #[arg(long, help_heading = "Live check")]
    pub verify: bool,
    /// Report only keys that work. The others are counted; those of which nobody knows whether they work still count for the
    /// exit status.
    #[arg(long, requires = "verify", help_heading = "Live check")]
    pub only_active: bool,
    /// How it is checked.
    #[command(flatten)]
    pub how: LiveArgs,
}

/// How keys are checked. What is not said has a default, so that a flag that has no effect can be told.
#[derive(Args, Clone, Debug, Default)]
pub struct LiveArgs {
    /// Where AIsa's API is, for a gateway of your own: https, or http on this machine. AIsa's own if nothing is said.
    #[arg(long, value_name = "URL", help_heading = "Live check")]
    pub verify_base_url: Option<String>,
    /// Trust the authorities of this PEM file, instead of those that browsers trust, for a gateway or proxy of your own.
    #[arg(long, value_name = "FILE", help_heading = "Live check")]
    pub verify_ca: Option<PathBuf>,
    /// Go through this HTTP proxy: http://HOST:PORT. No proxy is taken from the environment.
    #[arg(long, value_name = "URL", help_heading = "Live check")]
    pub verify_proxy: Option<String>,
    /// Check at most so many keys, the most urgent ones; 100 if nothing is said.
    #[arg(long, value_name = "N", help_heading = "Live check")]
    pub verify_limit: Option<usize>,
    /// Stop checking after so many seconds, 60 if nothing is said; what was not answered by then is unknown.
    #[arg(long, value_name = "SECONDS", help_heading = "Live check")]
    pub verify_timeout: Option<u64>,
    /// Keep verdicts in this file, and take them from there. AISALEAKS_FINGERPRINT_KEY has to be set.
    #[arg(long, value_name = "FILE", help_heading = "Live check")]
    pub verify_cache: Option<PathBuf>,
    /// Ask again about verdicts of the cache that are older than so many minutes; 60 if nothing is said.
    #[arg(
        long,
        value_name = "MINUTES",
        requires = "verify_cache",
        help_heading = "Live check"
    )]
    pub verify_cache_age: Option<u64>,
}
