//! From the flags of the live check to what it is told.

use std::time::Duration;

use super::args::{LiveArgs, VerifyArgs};
use super::rule_files;
use crate::error::{Error, Result};
use crate::verify::{Base, Kept, Options};

/// How keys are checked; `None` if nobody asked for it.
///
/// # Errors
/// A flag that has no effect without `--verify`, or one that cannot be used.
pub(super) fn asked(args: &VerifyArgs) -> Result<Option<Options>> {
    if args.verify {
        return options(&args.how).map(Some);
    }
    match said(&args.how) {
        Some(flag) => Err(wrong(format!(
            "{flag} says how, but not that it is wanted; add --verify, or leave it out"
        ))),
        None => Ok(None),
    }
}

/// How keys are checked.
///
/// # Errors
/// An address that no key may be sent to, or a cache without a key for fingerprints.
pub(super) fn options(args: &LiveArgs) -> Result<Options> {
    let usual = Options::default();
    let base = match &args.verify_base_url {
        None => usual.base,
        Some(text) => Base::parse(text).map_err(|reason| {
            let example = Base::AISA;
            wrong(format!(
                "--verify-base-url is no address for that: {reason}\n  write one such as {example}"
            ))
        })?,
    };
    let cache = args.verify_cache.as_ref().map(|file| {
        let key = rule_files::kept_key().ok_or_else(|| {
            let name = rule_files::KEY;
            wrong(format!(
                "--verify-cache keeps keyed fingerprints\n  set {name} to a secret text of your own, the same each time"
            ))
        })?;
        let minutes = args.verify_cache_age.unwrap_or(60);
        Ok(Kept {
            file: file.clone(),
            key,
            age: Duration::from_secs(minutes.saturating_mul(60)),
        })
    });
    Ok(Options {
        base,
        authorities: args.verify_ca.clone(),
        proxy: args.verify_proxy.clone(),
        most: args.verify_limit.unwrap_or(usual.most),
        within: args
            .verify_timeout
            .map_or(usual.within, Duration::from_secs),
        cache: cache.transpose()?,
    })
}

/// The first flag that was said.
fn said(how: &LiveArgs) -> Option<&'static str> {
    let flags = [
        ("--verify-base-url", how.verify_base_url.is_some()),
        ("--verify-ca", how.verify_ca.is_some()),
        ("--verify-proxy", how.verify_proxy.is_some()),
        ("--verify-limit", how.verify_limit.is_some()),
        ("--verify-timeout", how.verify_timeout.is_some()),
        ("--verify-cache", how.verify_cache.is_some()),
        ("--verify-cache-age", how.verify_cache_age.is_some()),
    ];
    flags
        .into_iter()
        .find_map(|(flag, is_said)| is_said.then_some(flag))
}

fn wrong(reason: String) -> Error {
    Error::Live { reason }
}
