//! Whole checks against a server and a clock that are made up: what is sent, when, and what is made of it.

mod answers;
mod keeping;
mod sending;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;

use super::clock::Clock;
use super::control_key::Shape;
use super::transport::{Answer, Failure, Transport};
use super::{Asked, Base, Cache, Checked, Kept, Options, check};
use crate::control::Control;
use crate::model::{FingerprintKey, Secret, State};

type Got = Result<Answer, Failure>;

/// A request, as the server saw it: when, the path and the key.
type Seen = (Duration, String, String);

/// What a server makes of a path and a key.
type Answering<'a> = dyn Fn(&str, &str) -> Got + Sync + 'a;

/// Answers by what it is told to do about a path and a key.
struct Server<'a> {
    clock: &'a Stopped,
    seen: Mutex<Vec<Seen>>,
    answer: Box<Answering<'a>>,
}

impl<'a> Server<'a> {
    fn new(clock: &'a Stopped, answer: impl Fn(&str, &str) -> Got + Sync + 'a) -> Self {
        Self {
            clock,
            seen: Mutex::default(),
            answer: Box::new(answer),
        }
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no panic").clone()
    }

    fn saw(&self, key: &Secret) -> usize {
        let seen = self.seen();
        seen.iter().filter(|(_, _, at)| at == key.expose()).count()
    }
}

impl Transport for Server<'_> {
    fn get(&self, url: &str, key: &Secret, _: Duration, _: &Control) -> Got {
        assert!(!url.contains(key.expose()));
        let path = url.strip_prefix(Base::AISA).expect("AIsa's API").to_owned();
        let answer = (self.answer)(&path, key.expose());
        let seen = (self.clock.passed(), path, key.expose().to_owned());
        self.seen.lock().expect("no panic").push(seen);
        answer
    }
}

/// A clock that only waiting moves.
#[derive(Default)]
struct Stopped(Mutex<Duration>);

impl Clock for Stopped {
    fn passed(&self) -> Duration {
        *self.0.lock().expect("no panic")
    }

    fn date(&self) -> Timestamp {
        Timestamp::from_second(1_700_000_000).expect("a date")
    }

    fn wait(&self, time: Duration, _: &Control) {
        *self.0.lock().expect("no panic") += time;
    }

    fn chance(&self) -> f64 {
        1.0
    }
}

/// A key that nobody issued.
fn key() -> Secret {
    Shape::Current.control_key().expect("random bytes")
}

/// The same in the older form.
fn legacy() -> Secret {
    Shape::Legacy.control_key().expect("random bytes")
}

fn asked(secret: &Secret) -> Asked<'_> {
    Asked {
        secret,
        names_issuer: true,
    }
}

fn answer(status: u16, code: &str) -> Answer {
    Answer {
        status,
        body: format!(r#"{{"error": {{"type": "t", "code": "{code}", "message": "m"}}}}"#)
            .into_bytes(),
        ..Answer::default()
    }
}

fn refused() -> Got {
    Ok(answer(401, "invalid_api_key"))
}

fn fine() -> Answer {
    Answer {
        status: 200,
        body: br#"{"balance": 12.5, "currency": "USD"}"#.to_vec(),
        ..Answer::default()
    }
}

fn run(server: &Server<'_>, keys: &[&Secret], options: &Options) -> Checked {
    let keys: Vec<Asked<'_>> = keys.iter().map(|key| asked(key)).collect();
    check(
        &keys,
        options,
        server,
        None,
        server.clock,
        &Control::default(),
    )
}

/// The verdict on one key, to which the server answers so, and refuses all others.
fn one(got: &Got) -> (State, String, Vec<Seen>) {
    let (clock, own) = (Stopped::default(), key());
    let server = Server::new(&clock, |_, asked| match asked == own.expose() {
        true => got.clone(),
        false => refused(),
    });
    let checked = run(&server, &[&own], &Options::default());
    let verdict = checked.verdicts.first().expect("a verdict").clone();
    assert_eq!(checked.requests, server.seen().len() as u64);
    assert_eq!(verdict.checked_at, Some(clock.date()));
    (
        verdict.state,
        verdict.detail.expect("a reason"),
        server.seen(),
    )
}
