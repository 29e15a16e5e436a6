//! Limits of rates, and of time.

use std::sync::Mutex;

use super::replies::{aisa, balance, error, limited};
use super::server::Reply;
use super::{Leak, made_of, verdict};
use crate::support::key;

#[test]
fn a_limit_that_passes_is_waited_for() {
    let firsts = [
        limited(Some("1")),
        limited(Some("0")),
        limited(Some("soon")),
        limited(None),
        error(429, "overloaded"),
        error(502, "bad_gateway"),
        Reply::Bytes(vec![]),
    ];
    let rows: Vec<(String, Mutex<Option<Reply>>)> = firsts
        .map(|first| (key(), Mutex::new(Some(first))))
        .into_iter()
        .collect();
    let keys: Vec<String> = rows.iter().map(|row| row.0.clone()).collect();
    let server = aisa(move |asked| {
        let (_, first) = rows.iter().find(|row| row.0 == asked)?;
        Some(
            first
                .lock()
                .expect("no panic")
                .take()
                .unwrap_or_else(balance),
        )
    });
    let report = Leak::of(&keys.iter().collect::<Vec<_>>()).report(&server.base(), &[]);
    for (nth, key) in keys.iter().enumerate() {
        assert_eq!(verdict(&report, key).0, "active", "{nth}");
        assert_eq!(server.asked_with(key).len(), 2, "{nth}");
    }
}

#[test]
fn a_limit_of_the_control_key_is_waited_for_too() {
    let (key, first) = (key(), Mutex::new(Some(limited(Some("1")))));
    let known = key.clone();
    let server = aisa(move |asked| match asked == known {
        true => Some(balance()),
        false => first.lock().expect("no panic").take(),
    });
    let report = Leak::of(&[&key]).report(&server.base(), &[]);
    assert_eq!(verdict(&report, &key).0, "active");
    assert_eq!(server.asked().len(), 3);
}

#[test]
fn a_limit_that_does_not_pass_is_given_up() {
    let (state, detail, server, key) = made_of(limited(None), &[]);
    assert_eq!(state, "unknown");
    assert!(detail.contains("limits the rate"), "{detail}");
    let balance = |request: &&super::server::Request| request.path == "/v1/credits/balance";
    let asked = server.asked_with(&key);
    assert_eq!(asked.iter().filter(balance).count(), 3, "{asked:?}");
}

#[test]
fn a_wait_that_is_too_long_is_not_begun() {
    for wait in [
        "3600",
        "99999999999999999999999",
        "Fri, 01 Jan 2100 00:00:00 GMT",
    ] {
        let (state, detail, server, key) = made_of(limited(Some(wait)), &[]);
        assert_eq!(state, "unknown");
        assert!(detail.contains("asks to wait"), "{detail}");
        assert_eq!(server.asked_with(&key).len(), 1);
    }
}

#[test]
fn what_is_not_answered_in_time_is_unknown() {
    let interim = b"HTTP/1.1 103 Early Hints\r\n\r\n".to_vec();
    for reply in [
        Reply::Silence,
        Reply::Endless(interim.clone(), interim),
        Reply::Drip(b"HTTP/1.1 200 OK\r\n\r\n{\"a\": 1 ".to_vec()),
    ] {
        let (state, detail, server, key) = made_of(reply, &["--verify-timeout", "1"]);
        assert_eq!(state, "unknown");
        assert!(
            detail.contains("in time") || detail.contains("time for checking"),
            "{detail}"
        );
        assert_eq!(server.asked_with(&key).len(), 1);
    }
}

#[test]
fn what_was_answered_in_time_counts() {
    let [quick, slow] = [key(), key()];
    let (known, dawdles) = (quick.clone(), slow.clone());
    let server = aisa(move |asked| match asked {
        asked if asked == known => Some(balance()),
        asked if asked == dawdles => Some(Reply::Silence),
        _ => None,
    });
    let leak = Leak::of(&[&quick, &slow]);
    let report = leak.report(&server.base(), &["--verify-timeout", "3"]);
    assert_eq!(verdict(&report, &quick).0, "active");
    assert_eq!(verdict(&report, &slow).0, "unknown");
}

#[cfg(unix)]
#[test]
fn whoever_ends_the_run_waits_for_no_answer() {
    let [answered, slow] = [key(), key()];
    let (known, dawdles) = (answered.clone(), slow.clone());
    let server = aisa(move |asked| match asked {
        asked if asked == known => Some(balance()),
        asked if asked == dawdles => Some(Reply::Silence),
        _ => None,
    });
    let leak = Leak::of(&[&answered, &slow]);
    let out = tempfile::NamedTempFile::new().expect("a temporary file");
    let mut scan = leak.asking(&server.base(), &["--verify-timeout", "3600", "-f", "json"]);
    let mut child = scan
        .stdout(out.reopen().expect("opened"))
        .spawn()
        .expect("it runs");
    while server.asked_with(&slow).is_empty() || server.asked_with(&answered).is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let pid = child.id().to_string();
    let kill = std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status();
    assert!(kill.expect("kill").success());
    // Three tries, each of them ten seconds, if nobody looked.
    let code = crate::support::bounded::wait(&mut child, std::time::Duration::from_secs(25));
    assert_eq!(code, 130);
    let report = std::fs::read_to_string(out.path()).expect("read");
    let report: serde_json::Value =
        serde_json::from_str(&report).expect("because it is written all the same");
    assert_eq!(verdict(&report, &slow).0, "unknown");
    // What was asked for was read: only the check was cut short.
    assert_eq!(report["complete"], true, "{report:#}");
    assert_eq!(report["live"]["interrupted"], true, "{report:#}");
}
