//! What is made of answers.

use super::*;

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
fn what_the_key_can_spend_is_told() {
    let (clock, own) = (Stopped::default(), key());
    let server = Server::new(&clock, |_, asked| match asked == own.expose() {
        true => Ok(fine()),
        false => refused(),
    });
    let checked = run(&server, &[&own], &Options::default());
    let balance = checked.verdicts[0].balance.as_ref().expect("a balance");
    assert_eq!(balance.to_string(), "12.5 USD");
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
        let (clock, own) = (Stopped::default(), key());
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
    let (clock, own) = (Stopped::default(), key());
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
fn that_a_piece_of_a_key_is_unknown_does_not_make_the_key_dead() {
    let clock = Stopped::default();
    let own = Secret::new(&key().expose()[..38]);
    for (got, expected) in [
        (refused(), State::Unknown),
        (Ok(answer(401, "revoked_api_key")), State::Revoked),
        (Ok(fine()), State::Active),
    ] {
        let server = Server::new(&clock, |_, asked| match asked == own.expose() {
            true => got.clone(),
            false => refused(),
        });
        let checked = run(&server, &[&own], &Options::default());
        assert_eq!(checked.verdicts[0].state, expected);
        assert_eq!(checked.requests, 2);
    }
}

#[test]
fn what_comes_after_a_refusal_for_the_rate_counts() {
    let (clock, own) = (Stopped::default(), key());
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

/// A server at any address, which knows some keys as revoked.
struct Anywhere<'a>(&'a [&'a Secret]);

impl Transport for Anywhere<'_> {
    fn get(&self, _: &str, key: &Secret, _: Duration, _: &Control) -> Got {
        match self.0.contains(&key) {
            true => Ok(answer(401, "revoked_api_key")),
            false => refused(),
        }
    }
}

#[test]
fn a_gateway_that_refuses_all_is_suspected() {
    let (clock, keys) = (Stopped::default(), [key(), key()]);
    let gateway = "https://gateway.example/v1";
    for (base, known, suspected) in [
        (Base::AISA, &[][..], false),
        (gateway, &[], true),
        (gateway, &[&keys[1]], false),
    ] {
        let options = Options {
            base: Base::parse(base).expect("an address"),
            ..Options::default()
        };
        let asked = keys.each_ref().map(asked);
        let (server, control) = (Anywhere(known), Control::default());
        let checked = check(&asked, &options, &server, None, &clock, &control);
        let verdict = &checked.verdicts[0];
        let detail = verdict.detail.as_deref().expect("a reason");
        assert_eq!(verdict.state, State::Invalid);
        assert_eq!(
            detail.contains("if it is not AIsa's"),
            suspected,
            "{detail}"
        );
        assert_eq!(checked.notes.len(), usize::from(suspected));
    }
}
