//! What an answer says of the key that was sent: by AIsa's documentation ("Errors", "Rate limits"), and by nothing else. No text
//! of the answer goes further than this file but a number and a currency.

use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::balance;
use super::transport::Answer;
use crate::model::Balance;

/// What an answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// The key was let in.
    Accepted(Option<Balance>),
    /// The key is known, and is refused what was asked: what it lacks.
    Restricted(&'static str),
    /// The key is known, and its spend cap is reached.
    OverQuota,
    /// The key was issued, and revoked.
    Revoked,
    /// It is no working key.
    Refused,
    /// The API has no such request.
    NoSuchRequest,
    /// Nothing that is documented: what it was.
    Unclear(String),
}

/// An answer that says nothing now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Later {
    /// Why.
    pub(super) why: String,
    /// After what time to ask again, if it says so.
    pub(super) wait: Option<Duration>,
}

/// What an answer says. `now` is what a date in `Retry-After` counts from.
///
/// # Errors
/// It says nothing now.
pub(super) fn hear(answer: &Answer, now: Timestamp) -> Result<Said, Later> {
    let later = |why| {
        let wait = wait(answer, now);
        Err(Later { why, wait })
    };
    let code = || code(answer);
    Ok(match answer.status {
        200 => accepted(answer),
        401 => match code().as_deref() {
            Some("revoked_api_key") => Said::Revoked,
            Some("invalid_api_key") => Said::Refused,
            Some("missing_api_key") => Said::Unclear(
                "the API says that no key was sent: something on the way took it out".into(),
            ),
            _ => unclear("answered 401 without a code that is documented"),
        },
        403 => match code().as_deref() {
            Some("insufficient_permissions") => Said::Restricted("it lacks a permission"),
            Some("model_not_allowed") => Said::Restricted("it may not use every model"),
            Some("region_blocked") => Said::Restricted("it is blocked in this region"),
            _ => unclear("answered 403 without a code that is documented"),
        },
        404 if code().as_deref() == Some("unknown_endpoint") => Said::NoSuchRequest,
        429 if code().as_deref() == Some("quota_exceeded") => Said::OverQuota,
        429 => return later("the API limits the rate of requests".into()),
        status @ 500..=599 => {
            return later(format!("the API is out of order: it answered {status}"));
        }
        status @ 300..=399 => unclear(&format!(
            "answered {status} and named another address, where no key is sent"
        )),
        status => unclear(&format!(
            "answered {status}, of which nothing is documented"
        )),
    })
}

fn unclear(what: &str) -> Said {
    Said::Unclear(format!("the API {what}"))
}

fn accepted(answer: &Answer) -> Said {
    /// What an object says if it is an error all the same.
    #[derive(Deserialize)]
    struct Told {
        error: Option<IgnoredAny>,
    }
    if answer.is_encoded {
        return unclear("answered 200, compressed, which was not asked for");
    }
    let is_object = answer.body.trim_ascii_start().first() == Some(&b'{');
    match serde_json::from_slice::<Told>(&answer.body) {
        Ok(Told { error: None }) if is_object => {
            let told = serde_json::from_slice(&answer.body);
            Said::Accepted(told.ok().as_ref().and_then(balance::of))
        }
        Ok(Told { error: Some(_) }) if is_object => unclear("answered 200, and an error in it"),
        // A list of all models is longer than what is read: what there is of it has to be the beginning of an object.
        Err(error) if is_object && answer.is_cut && error.is_eof() => Said::Accepted(None),
        _ => unclear("answered 200, and something else than a JSON object"),
    }
}

/// The code of an error, which is "stable and safe to match".
fn code(answer: &Answer) -> Option<String> {
    #[derive(Deserialize)]
    struct Body {
        error: Error,
    }
    #[derive(Deserialize)]
    struct Error {
        code: String,
    }
    let is_whole = !answer.is_encoded && !answer.is_cut;
    let body = is_whole.then(|| serde_json::from_slice::<Body>(&answer.body).ok())?;
    body.map(|body| body.error.code)
}

/// What `Retry-After` asks for: seconds, or until a date (RFC 9110, section 10.2.3).
fn wait(answer: &Answer, now: Timestamp) -> Option<Duration> {
    let text = answer.retry_after.as_deref()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that is too large is a long time, not none.
        return Some(Duration::from_secs(
            text.parse().unwrap_or(u64::from(u32::MAX)),
        ));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    let wait = date.duration_since(now);
    Some(Duration::try_from(wait).unwrap_or_default())
}
