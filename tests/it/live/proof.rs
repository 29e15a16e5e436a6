//! Servers whose answers prove nothing. None of them gets a real key.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use super::replies::{answer, balance, error, json, knowing, limited, reply, unknown_key};
use super::server::{Reply, Server};
use super::{Leak, made_of, verdict};
use crate::support::{key, legacy_key};

/// What a server that gives everybody one answer is told, and what the reason for it says.
fn gets_no_key(reply: Reply, says: &str) {
    let [current, legacy] = [key(), legacy_key()];
    let server = Server::plain(move |_| reply.clone());
    let leak = Leak::of(&[&current, &legacy]);
    let report = leak.report(&server.base(), &[]);
    for key in [&current, &legacy] {
        let (state, detail) = verdict(&report, key);
        assert_eq!(state, "unknown", "{detail}");
        assert!(
            detail.contains(says) && detail.contains("not sent"),
            "{detail}"
        );
        assert_eq!(server.asked_with(key).len(), 0, "{detail}");
    }
    assert!(!server.asked().is_empty(), "because control keys are sent");
}

#[test]
fn a_server_that_lets_everybody_in_gets_no_key() {
    gets_no_key(balance(), "let a key in that nobody issued");
}

#[test]
fn a_server_that_blocks_a_region_for_everybody_gets_no_key() {
    gets_no_key(error(403, "region_blocked"), "nobody issued");
}

#[test]
fn a_server_that_has_seen_every_key_before_gets_no_key() {
    gets_no_key(error(401, "revoked_api_key"), "nobody issued");
    gets_no_key(error(429, "quota_exceeded"), "nobody issued");
}

#[test]
fn a_server_that_is_not_aisas_gets_no_key() {
    gets_no_key(
        reply(200, &[], "<html>Welcome to this airport</html>"),
        "200",
    );
    gets_no_key(
        reply(302, &[("location", "http://127.0.0.1:1/")], ""),
        "302",
    );
    gets_no_key(reply(401, &[], "Unauthorized"), "401");
    gets_no_key(error(404, "unknown_endpoint"), "no such request");
}

#[test]
fn a_server_that_is_out_of_order_or_busy_gets_no_key() {
    gets_no_key(error(503, "x"), "503");
    gets_no_key(limited(Some("3600")), "3600 s");
}

#[test]
fn a_request_that_proves_nothing_makes_way_for_the_other() {
    let [live, dead] = [key(), key()];
    let known = live.clone();
    let server = Server::plain(move |request| match &*request.path {
        "/v1/models" => answer(request, |key| (key == known).then(|| json(200, "{}"))),
        _ => balance(),
    });
    let report = Leak::of(&[&live, &dead]).report(&server.base(), &[]);
    assert_eq!(verdict(&report, &live).0, "active");
    assert_eq!(verdict(&report, &dead).0, "invalid");
    let asked = [&live, &dead].map(|key| server.asked_with(key));
    assert!(
        asked
            .iter()
            .flatten()
            .all(|request| request.path == "/v1/models"),
        "{asked:?}"
    );
}

#[test]
fn a_server_that_refuses_every_key_is_told_of() {
    let (key, other) = (key(), key());
    let server = knowing([(key.clone(), unknown_key())]);
    let leak = Leak::of(&[&key]);
    let report = leak.report(&server.base(), &[]);
    let (state, detail) = verdict(&report, &key);
    assert_eq!(state, "invalid");
    assert!(detail.contains("knew no key"), "{detail}");
    // One that knows a key is AIsa's, or stands for it.
    let server = knowing([(other.clone(), balance())]);
    let report = Leak::of(&[&key, &other]).report(&server.base(), &[]);
    assert!(
        !verdict(&report, &key).1.contains("knew no key"),
        "{report:#}"
    );
}

#[test]
fn a_server_that_goes_away_in_the_middle_makes_nothing_dead() {
    let key = key();
    let here: Arc<Mutex<Option<Server>>> = Arc::default();
    let gone = here.clone();
    let server = Server::plain(move |request| {
        // It answers the control key, and takes no more connections.
        drop(gone.lock().expect("no panic").take());
        answer(request, |_| None)
    });
    let base = server.base();
    *here.lock().expect("no panic") = Some(server);
    let report = Leak::of(&[&key]).report(&base, &[]);
    let (state, detail) = verdict(&report, &key);
    assert_eq!(state, "unknown");
    assert!(detail.contains("nobody takes the connection"), "{detail}");
}

#[test]
fn a_server_that_closes_the_connection_on_a_key_makes_it_neither() {
    let (state, detail, server, key) = made_of(Reply::Bytes(vec![]), &[]);
    assert_eq!(state, "unknown", "{detail}");
    assert_eq!(
        server.asked_with(&key).len(),
        3,
        "because it may go well the next time"
    );
}

#[test]
fn without_a_network_nothing_is_known() {
    let key = key();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let closed = listener.local_addr().expect("an address");
    drop(listener);
    for (base, says) in [
        (format!("http://{closed}/v1"), "nobody takes the connection"),
        (
            "https://gateway.invalid/v1".to_owned(),
            "name leads nowhere",
        ),
    ] {
        let report = Leak::of(&[&key]).report(&base, &[]);
        let (state, detail) = verdict(&report, &key);
        assert_eq!(state, "unknown");
        assert!(
            detail.contains(says) && detail.contains("not sent"),
            "{detail}"
        );
    }
}
