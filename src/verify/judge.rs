//! What an answer says of the key that was sent: by AIsa's documentation ("Errors", "Rate limits"), and by nothing else. No text
//! of the answer goes further than this file but a number and a currency.

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::balance;
use super::transport::Answer;
use crate::model::Balance;

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heard {
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
    /// Nothing now: why, and after what time to ask again if it says so.
    Later(Cow<'static, str>, Option<Duration>),
    /// Nothing that is documented: what it was.
    Unclear(Cow<'static, str>),
}

/// What an answer says. `now` is what a date in `Retry-After` counts from.
pub(super) fn hear(answer: &Answer, now: Timestamp) -> Heard {
    let code = || code(answer);
    match answer.status {
        200 => accepted(answer),
        401 => match code().as_deref() {
            Some("revoked_api_key") => Heard::Revoked,
            Some("invalid_api_key") => Heard::Refused,
            Some("missing_api_key") => Heard::Unclear(
                "the API says that no key was sent: something on the way took it out".into(),
            ),
            _ => Heard::Unclear("the API answered 401 without a code that is documented".into()),
        },
        403 => match code().as_deref() {
            Some("insufficient_permissions") => Heard::Restricted("it lacks a permission"),
            Some("model_not_allowed") => Heard::Restricted("it may not use every model"),
            Some("region_blocked") => Heard::Restricted("it is blocked in this region"),
            _ => Heard::Unclear("the API answered 403 without a code that is documented".into()),
        },
        404 if code().as_deref() == Some("unknown_endpoint") => Heard::NoSuchRequest,
        429 if code().as_deref() == Some("quota_exceeded") => Heard::OverQuota,
        429 => Heard::Later(
            "the API limits the rate of requests".into(),
            wait(answer, now),
        ),
        status @ 500..=599 => Heard::Later(
            format!("the API is out of order: it answered {status}").into(),
            wait(answer, now),
        ),
        status @ 300..=399 => Heard::Unclear(
            format!("the API answered {status} and named another address, where no key is sent")
                .into(),
        ),
        status => Heard::Unclear(
            format!("the API answered {status}, of which nothing is documented").into(),
        ),
    }
}

fn accepted(answer: &Answer) -> Heard {
    /// What an object says if it is an error all the same.
    #[derive(Deserialize)]
    struct Told {
        error: Option<IgnoredAny>,
    }
    if answer.is_encoded {
        return Heard::Unclear("the API answered 200, compressed, which was not asked for".into());
    }
    let is_object = answer.body.trim_ascii_start().first() == Some(&b'{');
    match serde_json::from_slice::<Told>(&answer.body) {
        Ok(Told { error: None }) if is_object => {
            let told = serde_json::from_slice(&answer.body);
            Heard::Accepted(told.ok().as_ref().and_then(balance::of))
        }
        Ok(Told { error: Some(_) }) if is_object => {
            Heard::Unclear("the API answered 200, and an error in it".into())
        }
        // A list of all models is longer than what is read: what there is of it has to be the beginning of an object.
        Err(error) if is_object && answer.is_cut && error.is_eof() => Heard::Accepted(None),
        _ => Heard::Unclear("the API answered 200, and something else than a JSON object".into()),
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
