//! Every answer that is documented, and others.

use super::replies::{answer, balance, error, json, knowing, reply};
use super::server::{Reply, Server};
use super::{Leak, verdict};
use crate::support::key;

/// An answer, what it makes of a key, what the reason says, and the requests with the key.
type Row = (Reply, &'static str, &'static str, &'static [&'static str]);

const BALANCE: &str = "/v1/credits/balance";
const MODELS: &str = "/v1/models";

fn documented() -> Vec<Row> {
    const ONCE: &[&str] = &[BALANCE];
    const BOTH: &[&str] = &[BALANCE, MODELS];
    vec![
        (balance(), "active", "let it in", ONCE),
        (
            json(200, r#"{"object": "list", "data": []}"#),
            "active",
            "let it in",
            ONCE,
        ),
        (error(401, "revoked_api_key"), "revoked", "revoked", ONCE),
        (
            error(401, "invalid_api_key"),
            "invalid",
            "no working key",
            ONCE,
        ),
        (
            error(401, "missing_api_key"),
            "unknown",
            "no key was sent",
            BOTH,
        ),
        (
            error(403, "insufficient_permissions"),
            "restricted",
            "permission",
            ONCE,
        ),
        (error(403, "model_not_allowed"), "restricted", "model", ONCE),
        (error(403, "region_blocked"), "restricted", "region", ONCE),
        (
            error(429, "quota_exceeded"),
            "over_quota",
            "spend cap",
            ONCE,
        ),
        (
            error(404, "unknown_endpoint"),
            "unknown",
            "no such request",
            BOTH,
        ),
    ]
}

/// Answers that a key and its gateway may get all the same.
fn others() -> Vec<Row> {
    const BOTH: &[&str] = &[BALANCE, MODELS];
    let text = |status: u16, body: &str| reply(status, &[], body);
    vec![
        (text(200, ""), "unknown", "200", BOTH),
        (
            text(200, "<html>Please log in</html>"),
            "unknown",
            "200",
            BOTH,
        ),
        (text(200, "[]"), "unknown", "200", BOTH),
        (text(200, "{} {}"), "unknown", "200", BOTH),
        (text(200, "null"), "unknown", "200", BOTH),
        (error(200, "invalid_api_key"), "unknown", "200", BOTH),
        (json(201, "{}"), "unknown", "201", BOTH),
        (reply(204, &[], ""), "unknown", "204", BOTH),
        (error(400, "invalid_api_key"), "unknown", "400", BOTH),
        (error(401, "expired_api_key"), "unknown", "401", BOTH),
        (text(401, "invalid_api_key"), "unknown", "401", BOTH),
        (
            text(401, r#"{"code": "revoked_api_key"}"#),
            "unknown",
            "401",
            BOTH,
        ),
        (
            text(401, r#"{"error": {"code": ["revoked_api_key"]}}"#),
            "unknown",
            "401",
            BOTH,
        ),
        (error(402, "quota_exceeded"), "unknown", "402", BOTH),
        (error(403, "invalid_api_key"), "unknown", "403", BOTH),
        (text(403, "Forbidden"), "unknown", "403", BOTH),
        (text(404, "Not Found"), "unknown", "404", BOTH),
        (error(407, "x"), "unknown", "407", BOTH),
        (error(451, "region_blocked"), "unknown", "451", BOTH),
        (json(999, "{}"), "unknown", "999", BOTH),
    ]
}

fn hold(rows: Vec<Row>) {
    let rows: Vec<(String, Row)> = rows.into_iter().map(|row| (key(), row)).collect();
    let keys: Vec<&String> = rows.iter().map(|(key, _)| key).collect();
    let server = knowing(rows.iter().map(|(key, row)| (key.clone(), row.0.clone())));
    let report = Leak::of(&keys).report(&server.base(), &[]);
    for (key, (reply, state, says, paths)) in &rows {
        let (found, detail) = verdict(&report, key);
        assert_eq!(found, *state, "{reply:?}: {detail}");
        assert!(detail.contains(says), "{reply:?}: {detail}");
        let asked = server.asked_with(key);
        let asked: Vec<&str> = asked.iter().map(|request| &*request.path).collect();
        assert_eq!(asked, *paths, "{reply:?}");
    }
    let asked = server.asked();
    assert!(
        asked.iter().all(|request| request.method == "GET"),
        "{asked:?}"
    );
}

#[test]
fn what_is_documented_makes_a_verdict() {
    hold(documented());
}

#[test]
fn what_is_not_documented_makes_none() {
    hold(others());
}

#[test]
fn a_server_in_trouble_says_nothing_of_a_key() {
    let rows: Vec<_> = [500, 503, 504]
        .map(|status| (key(), status))
        .into_iter()
        .collect();
    let keys: Vec<&String> = rows.iter().map(|(key, _)| key).collect();
    let of = |status| error(status, "invalid_api_key");
    let server = knowing(rows.iter().map(|(key, status)| (key.clone(), of(*status))));
    let report = Leak::of(&keys).report(&server.base(), &[]);
    for (key, status) in &rows {
        let (state, detail) = verdict(&report, key);
        assert_eq!(state, "unknown");
        assert!(detail.contains(&status.to_string()), "{detail}");
        let asked = server.asked_with(key).len();
        assert!(asked > 1, "because it may be over the next time: {asked}");
    }
}

#[test]
fn what_a_key_can_spend_is_told() {
    let [rich, poor] = [key(), key()];
    let server = knowing([
        (rich.clone(), balance()),
        (
            poor.clone(),
            json(
                200,
                r#"{"data": {"balance": "lots", "note": "\u001b[31m"}}"#,
            ),
        ),
    ]);
    let report = Leak::of(&[&rich, &poor]).report(&server.base(), &[]);
    let of = |key: &str| {
        let fingerprint = aisaleaks::model::Secret::new(key).fingerprint();
        let mut keys = report["keys"].as_array().expect("keys").iter();
        let found = keys.find(|found| found["fingerprint"] == fingerprint);
        found.expect("because it is there")["verdict"]["balance"].clone()
    };
    let told = serde_json::json!({"amount": "12.5", "currency": "USD"});
    assert_eq!(
        (of(&rich), of(&poor)),
        (told, serde_json::Value::Null),
        "{report:#}"
    );
}

#[test]
fn where_the_balance_is_unknown_the_list_of_models_proves_it() {
    let [live, dead] = [key(), key()];
    let known = live.clone();
    let server = Server::plain(move |request| match &*request.path {
        MODELS => answer(request, |key| {
            (key == known).then(|| json(200, r#"{"data": []}"#))
        }),
        _ => error(404, "unknown_endpoint"),
    });
    let report = Leak::of(&[&live, &dead]).report(&server.base(), &[]);
    assert_eq!(verdict(&report, &live).0, "active");
    assert_eq!(verdict(&report, &dead).0, "invalid");
    for key in [live, dead] {
        let asked = server.asked_with(&key);
        assert_eq!(
            asked.len(),
            1,
            "because no control key was refused before: {asked:?}"
        );
        assert_eq!(asked[0].path, MODELS);
    }
}
