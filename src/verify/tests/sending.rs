//! What is sent, to whom, and when.

use super::*;

#[test]
fn a_key_is_asked_about_once_if_that_is_enough() {
    let (_, _, seen) = one(&Ok(fine()));
    let (control, key) = (&seen[0], &seen[1]);
    assert_eq!(seen.len(), 2);
    assert_ne!(control.2, key.2);
    assert_eq!([&*control.1, &*key.1], ["/credits/balance"; 2]);
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
        let (clock, keys) = (Stopped::default(), [key(), legacy()]);
        let server = Server::new(&clock, |_, _| got.clone());
        let checked = run(&server, &keys.each_ref(), &Options::default());
        for (key, verdict) in keys.iter().zip(&checked.verdicts) {
            assert_eq!(verdict.state, State::Unknown, "{got:?}");
            assert_eq!(server.saw(key), 0, "{got:?}");
            let detail = verdict.detail.as_deref().expect("a reason");
            assert!(detail.ends_with("the key was not sent"), "{detail}");
            assert_eq!(verdict.checked_at, None);
        }
    }
}

#[test]
fn control_keys_are_shaped_like_the_keys_and_are_new_each_time() {
    let (mut all, clock) = (BTreeSet::new(), Stopped::default());
    for _ in 0..3 {
        let keys = [key(), legacy(), key()];
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
    let keys: Vec<Secret> = (0..80).map(|_| key()).collect();
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
fn the_time_for_all_keys_together_is_limited() {
    let (clock, keys) = (Stopped::default(), [key(), key(), key()]);
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
    let (clock, keys) = (Stopped::default(), [key(), key(), key()]);
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
    let unnamed = legacy();
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
    let (clock, own) = (Stopped::default(), key());
    let server = Server::new(&clock, |_, _| refused());
    let control = Control::default();
    control.cancel();
    let options = Options::default();
    let checked = check(&[asked(&own)], &options, &server, None, &clock, &control);
    assert_eq!(checked.verdicts[0].state, State::Unknown);
    assert_eq!(server.seen(), []);
}

/// A server that counts who waits for it.
#[derive(Default)]
struct Crowd(Mutex<(usize, usize)>);

impl Transport for Crowd {
    fn get(&self, _: &str, _: &Secret, _: Duration, _: &Control) -> Got {
        let count = |change: fn(&mut (usize, usize))| change(&mut self.0.lock().expect("no panic"));
        count(|(now, most)| {
            *now += 1;
            *most = (*most).max(*now);
        });
        // So long that the others come, too, if they may.
        std::thread::sleep(Duration::from_millis(20));
        count(|(now, _)| *now -= 1);
        refused()
    }
}

#[test]
fn a_few_requests_are_under_way_at_once() {
    let (clock, crowd) = (Stopped::default(), Crowd::default());
    let keys: Vec<Secret> = (0..24).map(|_| key()).collect();
    let keys: Vec<Asked<'_>> = keys.iter().map(asked).collect();
    let options = Options::default();
    check(&keys, &options, &crowd, None, &clock, &Control::default());
    let (now, most) = *crowd.0.lock().expect("no panic");
    assert_eq!(now, 0);
    assert!((2..=4).contains(&most), "{most}");
}
