//! The proxy that somebody names, and no other.

use super::certificates::Authority;
use super::proxy::Proxy;
use super::replies::{answer, balance, knowing};
use super::server::Server;
use super::{Leak, verdict};
use crate::support::{ended, key};

#[test]
fn a_proxy_sees_where_it_goes_and_no_key() {
    let key = key();
    let authority = Authority::new();
    let known = key.clone();
    // Nobody but the proxy knows the name.
    let server = Server::secure(
        authority.server("gateway.invalid", 2020..2100),
        move |request| answer(request, |key| (key == known).then(balance)),
    );
    let proxy = Proxy::to(server.address);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = authority.save(folder.path());
    let url = format!("http://user:p%40ss@{}", proxy.address);
    let args = [
        "--verify-ca",
        file.to_str().expect("UTF-8"),
        "--verify-proxy",
        &url,
    ];
    let report = Leak::of(&[&key]).report("https://gateway.invalid/v1", &args);
    assert_eq!(verdict(&report, &key).0, "active", "{report:#}");
    let seen = proxy.seen();
    assert_eq!(
        seen.matches("CONNECT gateway.invalid:443 HTTP/1.1\r\n")
            .count(),
        2,
        "{seen}"
    );
    // `user:p@ss`, in Base64.
    assert_eq!(
        seen.matches("Proxy-Authorization: Basic dXNlcjpwQHNz\r\n")
            .count(),
        2,
        "{seen}"
    );
    assert!(!seen.contains(&key[8..]));
    let asked = server.asked();
    assert!(
        asked
            .iter()
            .all(|request| request.header("proxy-authorization").is_none())
    );
}

#[test]
fn a_proxy_is_used_for_this_machine_too() {
    let key = key();
    let server = knowing([(key.clone(), balance())]);
    let proxy = Proxy::to(server.address);
    let url = format!("http://{}", proxy.address);
    let report = Leak::of(&[&key]).report("http://127.0.0.1:1/v1", &["--verify-proxy", &url]);
    assert_eq!(verdict(&report, &key).0, "active", "{report:#}");
    assert!(proxy.seen().starts_with("CONNECT 127.0.0.1:1 HTTP/1.1\r\n"));
}

#[test]
fn a_proxy_that_refuses_makes_nothing_dead() {
    let key = key();
    let server = knowing([(key.clone(), balance())]);
    for answer in [
        "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
        "HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}",
        "",
    ] {
        let proxy = Proxy::refusing(answer);
        let url = format!("http://{}", proxy.address);
        let report = Leak::of(&[&key]).report(&server.base(), &["--verify-proxy", &url]);
        let (state, detail) = verdict(&report, &key);
        assert_eq!(state, "unknown", "{detail}");
        assert!(detail.contains("not sent"), "{detail}");
        assert!(!proxy.seen().contains(&key[8..]));
    }
    assert_eq!(server.asked().len(), 0);
}

#[test]
fn no_proxy_is_taken_from_the_environment() {
    let key = key();
    let server = knowing([(key.clone(), balance())]);
    let other = knowing([]);
    let url = format!("http://{}", other.address);
    let mut scan = Leak::of(&[&key]);
    let mut command = scan.asking(&server.base(), &["-f", "json"]);
    for name in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"] {
        command.env(name, &url).env(name.to_lowercase(), &url);
    }
    command.env_remove("NO_PROXY").env_remove("no_proxy");
    let run = ended(command.output().expect("the binary runs"));
    assert_eq!(verdict(&run.json(), &key).0, "active");
    // Nor is what it says of exceptions.
    let proxy = Proxy::to(server.address);
    let url = format!("http://{}", proxy.address);
    scan = Leak::of(&[&key]);
    let mut command = scan.asking(&server.base(), &["-f", "json", "--verify-proxy", &url]);
    command.env("NO_PROXY", "*").env("no_proxy", "*");
    let run = ended(command.output().expect("the binary runs"));
    assert_eq!(verdict(&run.json(), &key).0, "active");
    assert!(proxy.seen().starts_with("CONNECT "));
    assert_eq!(other.asked().len(), 0);
}

#[test]
fn what_is_no_proxy_ends_the_run_and_is_not_shown() {
    let leak = Leak::of(&[&key()]);
    for url in [
        "socks5://hunter2:1080",
        "https://hunter2:3128",
        "http://user:hunter2@proxy",
        "hunter2",
    ] {
        let run = leak.ask("http://127.0.0.1:1/v1", &["--verify-proxy", url]);
        assert_eq!(run.code, 2, "{}", run.stdout);
        assert!(run.stderr.contains("http://HOST:PORT"), "{}", run.stderr);
        assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
    }
}
