//! Finds leaked AIsa API keys in files and in whole git histories.
//!
//! ```text
//! Source ──chunk──> Detector ──finding──> Collector ──keys──> Attribution ──> Verify ──> Report
//! ```
//!
//! A source pushes chunks from many threads and knows nothing of secrets; the detector answers with marks; the
//! collector groups findings by key. Imports point one way, and a test holds them to it:
//! `cli > commands > pipeline > { source, detect, attribute, assess, verify, report, fix } > { rules, git, archive, baseline } > { model, control, error }`.
#![deny(missing_docs, unsafe_code)]

pub mod archive;
pub mod assess;
pub mod attribute;
pub mod baseline;
pub mod cli;
pub mod commands;
pub mod control;
pub mod detect;
pub mod error;
pub mod fix;
pub mod git;
pub mod model;
pub mod pipeline;
pub mod report;
pub mod rules;
pub mod source;
pub mod verify;
