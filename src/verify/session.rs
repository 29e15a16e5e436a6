//! One check of several keys: a request has to refuse a control key before any real key is sent with it.

use std::sync::{Mutex, OnceLock, PoisonError};

use super::asking::{Line, Pace, Silence, Then};
use super::control_key::{Form, Shape};
use super::judge::Said;
use crate::model::{Secret, State, Verdict};

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

/// What is known of the requests, for keys of one shape.
#[derive(Debug, Default)]
struct Known {
    /// Whether the answers to each prove anything: a key that nobody issued was refused.
    proofs: [OnceLock<Result<(), Silence>>; Free::ALL.len()],
    control: Mutex<Option<(Secret, Pace)>>,
}

/// What the keys of one check share.
pub(super) struct Session<'a> {
    line: Line<'a>,
    base: &'a str,
    known: [Known; Shape::ALL.len()],
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
        let form = Form::of(secret);
        let mut pace = Pace::default();
        let mut best: Option<Silence> = None;
        for request in Free::ALL {
            let asked = self.proof(form.shape, request).map_err(|silence| Silence {
                why: format!("{}; the key was not sent", silence.why),
                ..silence
            });
            let asked = asked.and_then(|()| self.line.ask(&self.url(request), secret, &mut pace));
            let silence = match asked.and_then(|said| told(said, form)) {
                Ok(verdict) => return self.dated(verdict, &pace),
                Err(silence) => silence,
            };
            let then = silence.then;
            if best.is_none() || then != Then::Instead {
                best = Some(silence);
            }
            if then == Then::Nothing {
                break;
            }
        }
        let unknown = Verdict {
            state: State::Unknown,
            detail: best.map(|silence| silence.why),
            ..Verdict::default()
        };
        self.dated(unknown, &pace)
    }

    /// When it was answered, or was not; nothing was if the key was not sent.
    fn dated(&self, verdict: Verdict, pace: &Pace) -> Verdict {
        Verdict {
            checked_at: pace.0.map(|_| self.line.clock.date()),
            ..verdict
        }
    }

    fn url(&self, request: Free) -> String {
        format!("{}{}", self.base, request.path())
    }

    /// Whether the answers to a request prove anything of keys of this shape. The first who asks finds it out, and the others
    /// wait for that.
    fn proof(&self, shape: Shape, request: Free) -> Result<(), Silence> {
        let known = &self.known[shape as usize];
        let proof = known.proofs[request as usize].get_or_init(|| {
            let mut control = known.control.lock().unwrap_or_else(PoisonError::into_inner);
            if control.is_none() {
                *control = shape.control_key().map(|key| (key, Pace::default()));
            }
            let Some((key, pace)) = &mut *control else {
                return Err(Silence {
                    why: "the system gave no random bytes for a key to compare with".to_owned(),
                    then: Then::Nothing,
                });
            };
            refuses(self.line.ask(&self.url(request), key, pace)?)
        });
        proof.clone()
    }
}

/// Whether what was said of a key that nobody issued makes what is said of others believable.
fn refuses(said: Said) -> Result<(), Silence> {
    let why = match said {
        Said::Refused => return Ok(()),
        Said::NoSuchRequest => return Err(no_such_request()),
        Said::Unclear(why) => why,
        Said::Accepted(_) => {
            "the API let a key in that nobody issued, so that its answers prove nothing".to_owned()
        }
        Said::Restricted(_) | Said::OverQuota | Said::Revoked => {
            "the API answers a key that nobody issued as it answers real ones, so that its answers prove nothing".to_owned()
        }
    };
    let then = Then::Another;
    Err(Silence { why, then })
}

/// What is said of a real key, now that the same request refused a control key.
fn told(said: Said, form: Form) -> Result<Verdict, Silence> {
    let mut spends = None;
    let (state, detail) = match said {
        Said::Accepted(balance) => {
            spends = balance;
            let detail = "the API let it in, and refused a key that nobody issued";
            (State::Active, detail.to_owned())
        }
        Said::Restricted(what) => (State::Restricted, format!("the API knows it; {what}")),
        Said::OverQuota => {
            let detail = "the API knows it; its spend cap is reached for now";
            (State::OverQuota, detail.to_owned())
        }
        Said::Revoked => (
            State::Revoked,
            "the API says that it was revoked".to_owned(),
        ),
        Said::Refused if form.is_documented => {
            let detail =
                "the API says that it is no working key: it was revoked, or was never issued";
            (State::Invalid, detail.to_owned())
        }
        Said::Refused => {
            let why = "the API does not know it, but no key is known to have this form: it may be a piece of one, or one with more \
                       behind it";
            let (why, then) = (why.to_owned(), Then::Nothing);
            return Err(Silence { why, then });
        }
        Said::NoSuchRequest => return Err(no_such_request()),
        Said::Unclear(why) => {
            let then = Then::Another;
            return Err(Silence { why, then });
        }
    };
    Ok(Verdict {
        state,
        detail: Some(detail),
        checked_at: None,
        balance: spends,
    })
}

fn no_such_request() -> Silence {
    Silence {
        why: "the API has no such request; see whether its address is right (--verify-base-url)"
            .to_owned(),
        then: Then::Instead,
    }
}
