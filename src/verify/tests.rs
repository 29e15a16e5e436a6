//! Whole checks against a server and a clock that are made up: what is sent, when, and what is made of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;

use super::clock::Clock;
use super::transport::{Answer, Failure, Transport};
use super::{Asked, Base, Cache, Checked, Kept, Options, check};
use crate::control::Control;
use crate::detect::testing::{Rng, fill};
use crate::model::{FingerprintKey, Secret, State};

type Got = Result<Answer, Failure>;

/// A request, as the server saw it: when, the path and the key.
type Seen = (Duration, String, String);

/// Answers by what it is told to do about a path and a key.
struct Server<'a> {
    clock: &'a Stopped,
    seen: Mutex<Vec<Seen>>,
    answer: Box<dyn Fn(&str, &str) -> Got + Sync + 'a>,
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
    fn get(&self, url: &str, key: &Secret, _: Duration) -> Got {
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

fn key(seed: u64) -> Secret {
    Secret::new(&fill("{key}", &mut Rng::new(seed)).text)
}

fn legacy(seed: u64) -> Secret {
    Secret::new(&fill("{legacy}", &mut Rng::new(seed)).text)
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
    let (clock, own) = (Stopped::default(), key(1));
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

#[test]
fn every_answer_that_is_documented_and_many_that_are_not() {
    let body = |status, body: &str| Answer {
        status,
        body: body.as_bytes().to_vec(),
        ..Answer::default()
    };
    let cut = |answer: Answer| Answer {
        is_cut: true,
        ..answer
    };
    let encoded = |answer: Answer| Answer {
        is_encoded: true,
        ..answer
    };
    for (got, expected) in [
        (Ok(fine()), State::Active),
        (Ok(body(200, " {}")), State::Active),
        (Ok(cut(body(200, r#"{"data": [{"id": "a"#))), State::Active),
        (Ok(body(200, r#"{"data": [{"id": "a"#)), State::Unknown),
        (Ok(cut(body(200, "<html>{"))), State::Unknown),
        (Ok(body(200, "[]")), State::Unknown),
        (Ok(body(200, "")), State::Unknown),
        (
            Ok(body(200, r#"{"error": {"code": "invalid_api_key"}}"#)),
            State::Unknown,
        ),
        (Ok(body(200, r#"{"error": null}"#)), State::Active),
        (Ok(encoded(fine())), State::Unknown),
        (Ok(body(204, "{}")), State::Unknown),
        (Ok(answer(401, "revoked_api_key")), State::Revoked),
        (Ok(answer(401, "invalid_api_key")), State::Invalid),
        (Ok(answer(401, "missing_api_key")), State::Unknown),
        (Ok(answer(401, "other")), State::Unknown),
        (Ok(body(401, "Unauthorized")), State::Unknown),
        (Ok(cut(answer(401, "revoked_api_key"))), State::Unknown),
        (Ok(encoded(answer(401, "revoked_api_key"))), State::Unknown),
        (
            Ok(answer(403, "insufficient_permissions")),
            State::Restricted,
        ),
        (Ok(answer(403, "model_not_allowed")), State::Restricted),
        (Ok(answer(403, "region_blocked")), State::Restricted),
        (Ok(answer(403, "blocked_by_firewall")), State::Unknown),
        (Ok(body(403, "<html>")), State::Unknown),
        (Ok(answer(404, "unknown_endpoint")), State::Unknown),
        (Ok(answer(404, "other")), State::Unknown),
        (Ok(answer(429, "quota_exceeded")), State::OverQuota),
        (Ok(answer(429, "rate_limit_exceeded")), State::Unknown),
        (Ok(answer(429, "other")), State::Unknown),
        (Ok(answer(500, "invalid_api_key")), State::Unknown),
        (Ok(answer(503, "x")), State::Unknown),
        (Ok(answer(301, "x")), State::Unknown),
        (Ok(answer(400, "invalid_api_key")), State::Unknown),
        (Ok(answer(402, "x")), State::Unknown),
        (Ok(Answer::default()), State::Unknown),
        (Err(Failure::NoName), State::Unknown),
        (Err(Failure::Unreachable), State::Unknown),
        (Err(Failure::NotNow), State::Unknown),
        (Err(Failure::TimedOut), State::Unknown),
        (Err(Failure::Broken), State::Unknown),
    ] {
        let (state, detail, _) = one(&got);
        assert_eq!(state, expected, "{got:?}: {detail}");
        assert!(!detail.contains("sk-"), "{detail}");
    }
}

#[test]
fn a_key_is_asked_about_once_if_that_is_enough() {
    let (_, _, seen) = one(&Ok(fine()));
    let (control, key) = (&seen[0], &seen[1]);
    assert_eq!(seen.len(), 2);
    assert_ne!(control.2, key.2);
    assert_eq!([&*control.1, &*key.1], ["/credits/balance"; 2]);
}

#[test]
fn what_the_key_can_spend_is_told() {
    let (clock, own) = (Stopped::default(), key(1));
    let server = Server::new(&clock, |_, asked| match asked == own.expose() {
        true => Ok(fine()),
        false => refused(),
    });
    let checked = run(&server, &[&own], &Options::default());
    let balance = checked.verdicts[0].balance.as_ref().expect("a balance");
    assert_eq!(balance.to_string(), "12.5 USD");
}

#[test]
fn no_real_key_goes_where_a_control_key_is_not_refused() {
    let later = Answer {
        retry_after: Some("1".into()),
        ..answer(429, "rate_limit_exceeded")
    };
    for got in [
        Ok(fine()),
        Ok(answer(403, "region_blocked")),
        Ok(answer(429, "quota_exceeded")),
        Ok(answer(401, "revoked_api_key")),
        Ok(answer(401, "missing_api_key")),
        Ok(answer(404, "unknown_endpoint")),
        Ok(answer(302, "x")),
        Ok(answer(500, "x")),
        Ok(later),
        Err(Failure::Untrusted),
        Err(Failure::WrongName),
        Err(Failure::Unreachable),
    ] {
        let (clock, keys) = (Stopped::default(), [key(1), legacy(2)]);
        let server = Server::new(&clock, |_, _| got.clone());
        let checked = run(&server, &keys.each_ref(), &Options::default());
        for (key, verdict) in keys.iter().zip(&checked.verdicts) {
            assert_eq!(verdict.state, State::Unknown, "{got:?}");
            assert_eq!(server.saw(key), 0, "{got:?}");
            let detail = verdict.detail.as_deref().expect("a reason");
            assert!(detail.ends_with("the key was not sent"), "{detail}");
        }
    }
}

#[test]
fn control_keys_are_shaped_like_the_keys_and_are_new_each_time() {
    let (mut all, clock) = (BTreeSet::new(), Stopped::default());
    for _ in 0..3 {
        let keys = [key(1), legacy(2), key(3)];
        let server = Server::new(&clock, |_, _| refused());
        run(&server, &keys.each_ref(), &Options::default());
        let seen = server.seen();
        let own: BTreeSet<&str> = keys.iter().map(Secret::expose).collect();
        let controls = seen.iter().filter(|(_, _, key)| !own.contains(&**key));
        let controls: Vec<String> = controls.map(|(_, _, key)| key.clone()).collect();
        let lengths: BTreeSet<usize> = controls.iter().map(String::len).collect();
        assert_eq!((controls.len(), lengths), (2, BTreeSet::from([51])));
        let prefixed = controls.iter().filter(|key| key.starts_with("sk-aisa-"));
        assert_eq!(prefixed.count(), 1);
        all.extend(controls);
    }
    assert_eq!(all.len(), 6);
}

#[test]
fn the_models_are_asked_where_the_balance_proves_nothing() {
    let first: [Got; 4] = [
        Ok(answer(404, "unknown_endpoint")),
        Ok(fine()),
        Ok(answer(500, "x")),
        Ok(answer(403, "region_blocked")),
    ];
    for got in first {
        let (clock, own) = (Stopped::default(), key(1));
        let server = Server::new(&clock, |path, asked| match path {
            "/models" if asked == own.expose() => Ok(fine()),
            "/models" => refused(),
            _ => got.clone(),
        });
        let checked = run(&server, &[&own], &Options::default());
        assert_eq!(checked.verdicts[0].state, State::Active, "{got:?}");
        let seen = server.seen();
        let of_key: Vec<&Seen> = seen.iter().filter(|at| at.2 == own.expose()).collect();
        assert_eq!(of_key.len(), 1);
        assert_eq!(of_key[0].1, "/models");
    }
}

#[test]
fn models_that_anybody_may_see_prove_nothing() {
    let (clock, own) = (Stopped::default(), key(1));
    let server = Server::new(&clock, |path, _| match path {
        "/models" => Ok(fine()),
        _ => Ok(answer(404, "unknown_endpoint")),
    });
    let checked = run(&server, &[&own], &Options::default());
    assert_eq!(checked.verdicts[0].state, State::Unknown);
    let detail = checked.verdicts[0].detail.as_deref().expect("a reason");
    assert!(detail.contains("nobody issued"), "{detail}");
    assert_eq!(server.saw(&own), 0);
}

#[test]
fn a_key_is_never_sent_twice_within_a_second_and_waits_as_long_as_it_is_told() {
    let later = |retry_after: Option<&str>| {
        Ok(Answer {
            retry_after: retry_after.map(str::to_owned),
            ..answer(429, "rate_limit_exceeded")
        })
    };
    // The clock says 2023-11-14 22:13:20.
    for (got, waits) in [
        (later(None), vec![1.5, 3.0]),
        (later(Some("7")), vec![7.0, 7.0]),
        (later(Some("0")), vec![1.0, 1.0]),
        (later(Some("soon")), vec![1.5, 3.0]),
        (later(Some("Tue, 14 Nov 2023 22:13:25 GMT")), vec![5.0, 5.0]),
        (later(Some("Tue, 14 Nov 2023 22:00:00 GMT")), vec![1.0, 1.0]),
        (later(Some("3600")), vec![]),
        (later(Some("99999999999999999999999")), vec![]),
        (Err(Failure::TimedOut), vec![1.5, 3.0]),
        (Err(Failure::NoName), vec![]),
    ] {
        let (state, detail, seen) = one(&got);
        let times: Vec<f64> = seen.iter().skip(1).map(|at| at.0.as_secs_f64()).collect();
        let waited: Vec<f64> = times.windows(2).map(|two| two[1] - two[0]).collect();
        assert_eq!(waited, waits, "{got:?}");
        assert_eq!(state, State::Unknown, "{detail}");
    }
    let (_, detail, _) = one(&later(Some("3600")));
    assert!(detail.contains("3600 s"), "{detail}");
}

#[test]
fn first_requests_of_keys_wait_for_nobody() {
    let clock = Stopped::default();
    let keys: Vec<Secret> = (0..80).map(key).collect();
    let server = Server::new(&clock, |_, _| refused());
    let keys: Vec<&Secret> = keys.iter().collect();
    let checked = run(&server, &keys, &Options::default());
    assert_eq!((checked.requests, clock.passed()), (81, Duration::ZERO));
    assert!(
        checked
            .verdicts
            .iter()
            .all(|verdict| verdict.state == State::Invalid)
    );
}

#[test]
fn what_comes_after_a_refusal_for_the_rate_counts() {
    let (clock, own) = (Stopped::default(), key(1));
    let tries = Mutex::new(0);
    let server = Server::new(&clock, |_, asked| {
        if asked != own.expose() {
            return refused();
        }
        let mut tries = tries.lock().expect("no panic");
        *tries += 1;
        match *tries {
            3 => Ok(fine()),
            _ => Ok(answer(429, "rate_limit_exceeded")),
        }
    });
    let checked = run(&server, &[&own], &Options::default());
    assert_eq!(checked.verdicts[0].state, State::Active);
}

#[test]
fn the_time_for_all_keys_together_is_limited() {
    let (clock, keys) = (Stopped::default(), [key(1), key(2), key(3)]);
    let server = Server::new(&clock, |_, asked| {
        match keys.iter().any(|key| key.expose() == asked) {
            true => {
                // Each takes its time.
                clock.wait(Duration::from_secs(25), &Control::default());
                Ok(fine())
            }
            false => refused(),
        }
    });
    let options = Options {
        within: Duration::from_secs(20),
        ..Options::default()
    };
    let checked = run(&server, &keys.each_ref(), &options);
    let states: BTreeMap<State, usize> =
        checked
            .verdicts
            .iter()
            .fold(BTreeMap::new(), |mut all, verdict| {
                *all.entry(verdict.state).or_default() += 1;
                all
            });
    // Some were under way when the time was used up.
    let unknown = states.get(&State::Unknown).copied().unwrap_or_default();
    assert_eq!(unknown + states[&State::Active], 3);
    let late = checked
        .verdicts
        .iter()
        .filter(|verdict| verdict.state == State::Unknown);
    for verdict in late {
        let detail = verdict.detail.as_deref().expect("a reason");
        assert!(detail.contains("--verify-timeout"), "{detail}");
    }
    let none = run(
        &Server::new(&clock, |_, _| refused()),
        &keys.each_ref(),
        &Options {
            within: Duration::ZERO,
            ..Options::default()
        },
    );
    assert_eq!(none.requests, 0);
    assert!(
        none.verdicts
            .iter()
            .all(|verdict| verdict.state == State::Unknown)
    );
}

#[test]
fn no_more_keys_than_allowed_and_the_first_ones() {
    let (clock, keys) = (Stopped::default(), [key(1), key(2), key(3)]);
    let server = Server::new(&clock, |_, _| refused());
    let options = Options {
        most: 2,
        ..Options::default()
    };
    let checked = run(&server, &keys.each_ref(), &options);
    let states: Vec<State> = checked
        .verdicts
        .iter()
        .map(|verdict| verdict.state)
        .collect();
    assert_eq!(states, [State::Invalid, State::Invalid, State::Unchecked]);
    assert_eq!(server.saw(&keys[2]), 0);
}

#[test]
fn what_may_be_somebody_elses_is_sent_to_nobody() {
    let clock = Stopped::default();
    let foreign = Secret::foreign("hunter2hunter2", &"r".into(), &FingerprintKey::new(b"k"));
    let unnamed = legacy(1);
    let server = Server::new(&clock, |_, _| refused());
    let keys = [
        asked(&foreign),
        Asked {
            secret: &unnamed,
            names_issuer: false,
        },
    ];
    let options = Options::default();
    let checked = check(&keys, &options, &server, None, &clock, &Control::default());
    assert!(
        checked
            .verdicts
            .iter()
            .all(|verdict| verdict.state == State::Unchecked)
    );
    assert!(
        checked
            .verdicts
            .iter()
            .all(|verdict| verdict.detail.is_some())
    );
    assert_eq!(server.seen(), []);
}

#[test]
fn whoever_cancels_waits_for_nothing() {
    let (clock, own) = (Stopped::default(), key(1));
    let server = Server::new(&clock, |_, _| refused());
    let control = Control::default();
    control.cancel();
    let options = Options::default();
    let checked = check(&[asked(&own)], &options, &server, None, &clock, &control);
    assert_eq!(checked.verdicts[0].state, State::Unknown);
    assert_eq!(server.seen(), []);
}

#[test]
fn a_gateway_that_refuses_all_is_suspected() {
    let (clock, own) = (Stopped::default(), key(1));
    let refuse = |base: &str| {
        let options = Options {
            base: Base::parse(base).expect("an address"),
            ..Options::default()
        };
        struct Anywhere<'a>(&'a Stopped);
        impl Transport for Anywhere<'_> {
            fn get(&self, _: &str, _: &Secret, _: Duration) -> Got {
                self.0.passed();
                refused()
            }
        }
        let keys = [asked(&own)];
        check(
            &keys,
            &options,
            &Anywhere(&clock),
            None,
            &clock,
            &Control::default(),
        )
    };
    assert_eq!(refuse(Base::AISA).notes, Vec::<String>::new());
    assert_eq!(refuse("https://gateway.example/v1").notes.len(), 1);
}

#[test]
fn verdicts_are_kept_for_their_time_and_by_their_owner() {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = |secret: &[u8], age| Kept {
        file: folder.path().join("verdicts"),
        key: FingerprintKey::new(secret),
        age: Duration::from_secs(age),
    };
    let (clock, keys) = (Stopped::default(), [key(1), key(2), key(3)]);
    let server = Server::new(&clock, |_, asked| match asked {
        asked if asked == keys[0].expose() => Ok(fine()),
        asked if asked == keys[1].expose() => Ok(answer(401, "revoked_api_key")),
        asked if asked == keys[2].expose() => Ok(answer(403, "x")),
        _ => refused(),
    });
    let run = |kept: &Kept| {
        let mut cache = Cache::open(kept).expect("a cache");
        let asked: Vec<Asked<'_>> = keys.iter().map(asked).collect();
        let before = keys.each_ref().map(|key| server.saw(key));
        let cache = Some(&mut cache);
        let options = Options::default();
        let checked = check(
            &asked,
            &options,
            &server,
            cache,
            &clock,
            &Control::default(),
        );
        let states: Vec<State> = checked
            .verdicts
            .iter()
            .map(|verdict| verdict.state)
            .collect();
        assert_eq!(states, [State::Active, State::Revoked, State::Unknown]);
        assert_eq!(checked.notes, Vec::<String>::new());
        let balance = checked.verdicts[0].balance.as_ref().expect("a balance");
        assert_eq!(balance.to_string(), "12.5 USD");
        let after = keys.each_ref().map(|key| server.saw(key));
        [0, 1, 2].map(|nth| after[nth] > before[nth])
    };
    assert_eq!(run(&kept(b"one", 60)), [true, true, true]);
    let text = std::fs::read_to_string(folder.path().join("verdicts")).expect("a file");
    assert!(!text.contains("sk-") && !text.contains(&keys[0].fingerprint()));
    // What nobody found out is asked again; so is all of it under another key, and at once after no time.
    assert_eq!(run(&kept(b"one", 60)), [false, false, true]);
    assert_eq!(run(&kept(b"one", 0)), [true, true, true]);
    assert_eq!(run(&kept(b"two", 60)), [true, true, true]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let file = folder.path().join("verdicts");
        let mode = |mode| std::fs::set_permissions(&file, PermissionsExt::from_mode(mode));
        let known = std::fs::metadata(&file)
            .expect("a file")
            .permissions()
            .mode();
        assert_eq!(known & 0o777, 0o600);
        mode(0o640).expect("changed");
        assert!(Cache::open(&kept(b"two", 60)).is_err());
        mode(0o600).expect("changed");
    }
    for wrong in [
        "",
        "{}",
        "[]",
        r#"{"aisaleaks-verdicts":2,"keyed":"","verdicts":[]}"#,
    ] {
        std::fs::write(folder.path().join("verdicts"), wrong).expect("written");
        assert!(Cache::open(&kept(b"two", 60)).is_err(), "{wrong}");
    }
}
