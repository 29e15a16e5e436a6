//! `purge-plan`: from what was typed to what is done.

use std::path::PathBuf;

use super::args::PurgePlanArgs;
use super::resolve;
use crate::commands::exit::Exit;
use crate::commands::purge_plan::{self, Request};
use crate::error::{Error, Result};
use crate::model::FingerprintStart;

/// Does it.
///
/// # Errors
/// A fingerprint that is none, and whatever is fatal: see [`Error`].
pub(super) fn perform(args: &PurgePlanArgs) -> Result<Exit> {
    let path = args.path.clone().unwrap_or_else(|| PathBuf::from("."));
    let keys = args.keys.iter().map(|text| start(text));
    let keys = keys.collect::<Result<Vec<_>>>()?;
    purge_plan::run(Request {
        scan: resolve::scan(&args.as_scan(path.clone()), false, true)?,
        path,
        keys,
        to: args.to.clone(),
        write_literals: args.write_literals,
        strip_files: args.strip_files,
        skipped: args.skip_remote.clone(),
        flags: flags(args),
    })
}

fn start(text: &str) -> Result<FingerprintStart> {
    FingerprintStart::parse(text).ok_or_else(|| Error::Purge {
        reason: format!(
            "--key {text} is no fingerprint: give {} or more of its hexadecimal digits, with or without sha256: before them; \
             `aisaleaks git -f json` lists them",
            FingerprintStart::FEWEST
        ),
    })
}

/// What a scan needs to find the same. Files are named so that the folder does not matter.
fn flags(args: &PurgePlanArgs) -> Vec<Vec<u8>> {
    let config = &args.config;
    let mut flags: Vec<Vec<u8>> = Vec::new();
    let files = [
        ("--config", &config.config),
        ("--baseline", &config.baseline),
    ];
    for (flag, file) in files {
        if let Some(file) = file {
            let file = std::path::absolute(file).unwrap_or_else(|_| file.clone());
            flags.push(flag.into());
            flags.push(file.as_os_str().as_encoded_bytes().to_vec());
        }
    }
    if let Some(revision) = &config.config_ref {
        flags.push("--config-ref".into());
        flags.push(revision.clone().into());
    }
    let plain = [
        ("--no-config", config.no_config),
        ("--no-baseline", config.no_baseline),
    ];
    flags.extend(
        plain
            .iter()
            .filter(|(_, set)| *set)
            .map(|(flag, _)| (*flag).into()),
    );
    flags
}
