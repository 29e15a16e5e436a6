//! Asks AIsa whether keys work, with requests that cost nothing, and believes only what is documented.

pub mod address;
pub mod transport;

use std::path::PathBuf;
use std::time::Duration;

pub use address::Base;

/// What to ask, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where AIsa's API is.
    pub base: Base,
    /// A PEM file of the authorities to trust instead of those that browsers trust.
    pub authorities: Option<PathBuf>,
    /// An HTTP proxy, such as `http://proxy.example:3128`; none is looked for in the environment.
    pub proxy: Option<String>,
    /// At most so many keys are asked about.
    pub most: usize,
    /// After so long, what was not answered is unknown.
    pub within: Duration,
}
