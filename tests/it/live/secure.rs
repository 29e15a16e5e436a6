//! TLS: who is believed to be the server.

use super::certificates::Authority;
use super::replies::{answer, balance, knowing};
use super::server::Server;
use super::{Leak, verdict};
use crate::support::key;

const NOW: std::ops::Range<i32> = 2020..2100;

/// What comes of a server with a certificate for this name and these years, with or without its authority.
fn asked_of(
    name: &str,
    years: std::ops::Range<i32>,
    host: &str,
    trust: Trust,
) -> (String, String, usize) {
    let key = key();
    let [authority, other] = [Authority::new(), Authority::new()];
    let known = key.clone();
    let server = Server::secure(authority.server(name, years), move |request| {
        answer(request, |key| (key == known).then(balance))
    });
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = match trust {
        Trust::Other => other.save(folder.path()),
        _ => authority.save(folder.path()),
    };
    let file = file.to_str().expect("UTF-8");
    let args: &[&str] = match trust {
        Trust::Browsers => &[],
        _ => &["--verify-ca", file],
    };
    let base = format!("https://{host}:{}/v1", server.address.port());
    let report = Leak::of(&[&key]).report(&base, args);
    let (state, detail) = verdict(&report, &key);
    (state.to_owned(), detail.to_owned(), server.asked().len())
}

#[derive(Clone, Copy)]
enum Trust {
    Its,
    Other,
    Browsers,
}

#[test]
fn an_authority_of_ones_own_is_trusted_if_it_is_named() {
    for (name, host) in [("localhost", "localhost"), ("127.0.0.1", "127.0.0.1")] {
        let (state, detail, asked) = asked_of(name, NOW, host, Trust::Its);
        assert_eq!((&*state, asked), ("active", 2), "{detail}");
    }
}

#[test]
fn a_server_that_nobody_vouches_for_is_told_nothing() {
    for (name, years, trust, says) in [
        ("localhost", NOW, Trust::Browsers, "vouches"),
        ("localhost", NOW, Trust::Other, "vouches"),
        ("elsewhere.example", NOW, Trust::Its, "another name"),
        ("localhost.example", NOW, Trust::Its, "another name"),
        // To the one the clock is slow, to the other it is fast.
        ("localhost", 2001..2002, Trust::Its, "clock"),
        ("localhost", 2090..2100, Trust::Its, "clock"),
    ] {
        let (state, detail, asked) = asked_of(name, years, "localhost", trust);
        assert_eq!((&*state, asked), ("unknown", 0), "{name}: {detail}");
        assert!(
            detail.contains(says) && detail.contains("not sent"),
            "{name}: {detail}"
        );
    }
}

#[test]
fn a_server_without_tls_is_told_nothing() {
    let key = key();
    let server = knowing([(key.clone(), balance())]);
    let base = format!("https://{}/v1", server.address);
    // It is no HTTP what the server reads, and it says so in no TLS.
    let report = Leak::of(&[&key]).report(&base, &["--verify-timeout", "2"]);
    assert_eq!(verdict(&report, &key).0, "unknown");
    assert_eq!(server.asked().len(), 0);
}

#[test]
fn a_file_of_authorities_that_cannot_be_used_ends_the_run() {
    let key = key();
    let leak = Leak::of(&[&key]);
    let path = |name: &str| leak.0.path().join(name).display().to_string();
    leak.write("empty.pem", "");
    leak.write("text.pem", "This is no certificate.\n");
    leak.write(
        "broken.pem",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    );
    for name in ["none.pem", "empty.pem", "text.pem", "broken.pem", "."] {
        let run = leak.ask("https://localhost:1/v1", &["--verify-ca", &path(name)]);
        assert_eq!(run.code, 2, "{name}: {}", run.stdout);
        assert!(
            run.stderr.contains(name) && run.stderr.contains("BEGIN CERTIFICATE"),
            "{}",
            run.stderr
        );
    }
}

#[cfg(unix)]
#[test]
fn a_file_of_authorities_that_is_a_pipe_is_not_waited_for() {
    let leak = Leak::of(&[&key()]);
    let pipe = leak.0.path().join("pipe.pem");
    crate::support::files::fifo(&pipe);
    let pipe = pipe.to_str().expect("UTF-8");
    let run = leak.ask("https://localhost:1/v1", &["--verify-ca", pipe]);
    assert_eq!(run.code, 2, "{}", run.stdout);
    assert!(run.stderr.contains("not a regular file"), "{}", run.stderr);
}
