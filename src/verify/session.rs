//! One check of several keys: a request has to refuse a control key before any real key is sent with it.

use std::borrow::Cow;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::asking::{Line, Pace, Silence};
use super::control_key::Shape;
use super::judge::Heard;
use crate::model::{Balance, Secret, State, Verdict};

/// A request that costs nothing (AIsa's documentation).
#[derive(Clone, Copy, Debug)]
enum Free {
    /// What the key can spend. AIsa's own program proves with it that a key works.
    Balance,
    /// Which models there are.
    Models,
}

impl Free {
    /// In the order in which they are tried.
    const ALL: [Self; 2] = [Self::Balance, Self::Models];

    fn path(self) -> &'static str {
        match self {
            Self::Balance => "/credits/balance",
            Self::Models => "/models",
        }
    }
}

/// Whether the answers to a request prove anything.
#[derive(Clone, Debug)]
enum Proof {
    /// A key that nobody issued was refused.
    Refuses,
    /// They do not: why.
    None(Silence),
}

/// What is known of each request, for keys of one shape.
#[derive(Debug, Default)]
struct Known {
    proofs: [OnceLock<Proof>; 2],
    control: Mutex<Option<(Secret, Pace)>>,
}

/// What the keys of one check share.
pub(super) struct Session<'a> {
    line: Line<'a>,
    base: &'a str,
    known: [Known; 2],
}

impl<'a> Session<'a> {
    pub(super) fn new(line: Line<'a>, base: &'a str) -> Self {
        Self {
            line,
            base,
            known: Default::default(),
        }
    }

    /// How many requests were sent.
    pub(super) fn requests(self) -> u64 {
        self.line.sent.into_inner()
    }

    /// Finds out whether a key works.
    pub(super) fn verdict(&self, secret: &Secret) -> Verdict {
        let shape = Shape::of(secret);
        let mut pace = Pace::default();
        let mut why: Option<Cow<'static, str>> = None;
        for (nth, request) in Free::ALL.into_iter().enumerate() {
            let silence = match self.proof(shape, nth, request) {
                Proof::None(silence) => Silence {
                    why: format!("{}; the key was not sent", silence.why).into(),
                    ..silence.clone()
                },
                Proof::Refuses => {
                    let url = format!("{}{}", self.base, request.path());
                    match self.line.ask(&url, secret, &mut pace).and_then(told) {
                        Ok(verdict) => return self.dated(verdict),
                        Err(silence) => silence,
                    }
                }
            };
            let goes_on = silence.is_of_request;
            if why.is_none() || silence.why != NO_SUCH_REQUEST {
                why = Some(silence.why);
            }
            if !goes_on {
                break;
            }
        }
        self.dated(Verdict {
            state: State::Unknown,
            detail: why.map(Cow::into_owned),
            ..Verdict::default()
        })
    }

    fn dated(&self, verdict: Verdict) -> Verdict {
        Verdict {
            checked_at: Some(self.line.clock.date()),
            ..verdict
        }
    }

    /// Whether the answers to a request prove anything of keys of this shape. The first who asks finds it out, and the others
    /// wait for that.
    fn proof(&self, shape: Shape, nth: usize, request: Free) -> &Proof {
        let at = usize::from(shape != Shape::Current);
        let known = &self.known[at];
        known.proofs[nth].get_or_init(|| {
            let mut control = known.control.lock().unwrap_or_else(PoisonError::into_inner);
            if control.is_none() {
                *control = shape.control_key().map(|key| (key, Pace::default()));
            }
            let Some((key, pace)) = &mut *control else {
                return Proof::None(Silence {
                    why: "the system gave no random bytes for a key to compare with".into(),
                    is_of_request: false,
                });
            };
            let url = format!("{}{}", self.base, request.path());
            let (what, is_of_request) = match self.line.ask(&url, key, pace) {
                Ok(Heard::Refused) => return Proof::Refuses,
                Ok(Heard::NoSuchRequest) => (NO_SUCH_REQUEST.into(), true),
                Ok(Heard::Unclear(why) | Heard::Later(why, _)) => (why, true),
                Ok(Heard::Accepted(_)) => (
                    "the API let a key in that nobody issued, so that its answers prove nothing".into(),
                    true,
                ),
                Ok(Heard::Restricted(_) | Heard::OverQuota | Heard::Revoked) => (
                    "the API answers a key that nobody issued as it answers real ones, so that its answers prove nothing"
                        .into(),
                    true,
                ),
                Err(silence) => (silence.why, silence.is_of_request),
            };
            Proof::None(Silence {
                why: what,
                is_of_request,
            })
        })
    }
}

const NO_SUCH_REQUEST: &str =
    "the API has no such request; see whether its address is right (--verify-base-url)";

/// What an answer to a real key means, now that the same request refused a control key.
fn told(heard: Heard) -> Result<Verdict, Silence> {
    let verdict = |state, detail: &str, balance: Option<Balance>| {
        Ok(Verdict {
            state,
            detail: Some(detail.to_owned()),
            checked_at: None,
            balance,
        })
    };
    match heard {
        Heard::Accepted(balance) => verdict(
            State::Active,
            "the API let it in, and refused a key that nobody issued",
            balance,
        ),
        Heard::Restricted(what) => verdict(
            State::Restricted,
            &format!("the API knows it; {what}"),
            None,
        ),
        Heard::OverQuota => verdict(
            State::OverQuota,
            "the API knows it; its spend cap is reached for now",
            None,
        ),
        Heard::Revoked => verdict(State::Revoked, "the API says that it was revoked", None),
        Heard::Refused => verdict(
            State::Invalid,
            "the API says that it is no working key: it was revoked, or was never issued",
            None,
        ),
        Heard::NoSuchRequest => Err(Silence {
            why: NO_SUCH_REQUEST.into(),
            is_of_request: true,
        }),
        Heard::Later(why, _) | Heard::Unclear(why) => Err(Silence {
            why,
            is_of_request: true,
        }),
    }
}
