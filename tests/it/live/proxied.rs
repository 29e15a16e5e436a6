//! The proxy that somebody names, and no other.

use super::certificates::Authority;
use super::proxy::Proxy;
use super::replies::{answer, balance, knowing};
use super::server::Server;
use super::{Leak, verdict};
use crate::support::{ended, key};

const BASE: &str = "https://gateway.invalid/v1";

/// A server with a name that nobody knows but a proxy that leads there.
struct Behind {
    server: Server,
    folder: tempfile::TempDir,
}

impl Behind {
    fn knowing(key: &str) -> Self {
        let authority = Authority::new();
        let known = key.to_owned();
        let config = authority.server("gateway.invalid", 2020..2100);
        let server = Server::secure(config, move |request| {
            answer(request, |key| (key == known).then(balance))
        });
        let folder = tempfile::tempdir().expect("a temporary folder");
        authority.save(folder.path());
        Self { server, folder }
    }

    fn authority(&self) -> String {
        self.folder
            .path()
            .join("authority.pem")
            .display()
            .to_string()
    }
}

#[test]
fn a_proxy_sees_where_it_goes_and_no_key() {
    let key = key();
    let behind = Behind::knowing(&key);
    let proxy = Proxy::to(behind.server.address);
    let url = format!("http://user:p%40ss@{}", proxy.address);
    let args = ["--verify-ca", &behind.authority(), "--verify-proxy", &url];
    let report = Leak::of(&[&key]).report(BASE, &args);
    assert_eq!(verdict(&report, &key).0, "active", "{report:#}");
    let seen = proxy.seen();
    let asked = seen.matches("CONNECT gateway.invalid:443 HTTP/1.1\r\n");
    assert_eq!(asked.count(), 2, "{seen}");
    // `user:p@ss`, in Base64.
    let named = seen.matches("Proxy-Authorization: Basic dXNlcjpwQHNz\r\n");
    assert_eq!(named.count(), 2, "{seen}");
    assert!(!seen.contains(&key[8..]));
    let asked = behind.server.asked();
    let told = |name: &str| asked.iter().any(|request| request.header(name).is_some());
    assert!(
        !told("proxy-authorization") && !told("proxy-connection"),
        "{asked:?}"
    );
}

#[test]
fn no_proxy_is_told_a_key_in_clear() {
    let key = key();
    let server = knowing([(key.clone(), balance())]);
    let proxy = Proxy::to(server.address);
    let url = format!("http://{}", proxy.address);
    let run = Leak::of(&[&key]).ask(&server.base(), &["--verify-proxy", &url]);
    assert_eq!(run.code, 2, "{}", run.stdout);
    assert_eq!((&*proxy.seen(), server.asked().len()), ("", 0));
}

#[test]
fn a_proxy_that_refuses_makes_nothing_dead() {
    let key = key();
    for answer in [
        "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
        "HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\n{}",
        "HTTP/1.1 401 X\r\n\r\n{\"error\": {\"code\": \"invalid_api_key\"}}",
        "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}",
        "",
    ] {
        let proxy = Proxy::refusing(answer);
        let url = format!("http://{}", proxy.address);
        let report = Leak::of(&[&key]).report(BASE, &["--verify-proxy", &url]);
        let (state, detail) = verdict(&report, &key);
        assert_eq!(state, "unknown", "{answer}: {detail}");
        assert!(detail.contains("not sent"), "{answer}: {detail}");
        assert!(proxy.seen().starts_with("CONNECT "), "{}", proxy.seen());
        assert!(!proxy.seen().contains(&key[8..]));
    }
}

#[test]
fn nothing_of_the_environment_leads_to_a_proxy_or_past_one() {
    let key = key();
    let (server, other) = (knowing([(key.clone(), balance())]), knowing([]));
    let url = format!("http://{}", other.address);
    let leak = Leak::of(&[&key]);
    let mut scan = leak.asking(&server.base(), &["-f", "json"]);
    for name in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"] {
        scan.env(name, &url).env(name.to_lowercase(), &url);
    }
    scan.env_remove("NO_PROXY").env_remove("no_proxy");
    let run = ended(scan.output().expect("the binary runs"));
    assert_eq!(verdict(&run.json(), &key).0, "active");
    assert_eq!(other.asked().len(), 0);
    let behind = Behind::knowing(&key);
    let proxy = Proxy::to(behind.server.address);
    let url = format!("http://{}", proxy.address);
    let args = [
        "-f",
        "json",
        "--verify-ca",
        &behind.authority(),
        "--verify-proxy",
        &url,
    ];
    let mut scan = leak.asking(BASE, &args);
    scan.env("NO_PROXY", "*").env("no_proxy", "*");
    let run = ended(scan.output().expect("the binary runs"));
    assert_eq!(verdict(&run.json(), &key).0, "active");
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
        let run = leak.ask(BASE, &["--verify-proxy", url]);
        assert_eq!(run.code, 2, "{}", run.stdout);
        assert!(run.stderr.contains("http://HOST:PORT"), "{}", run.stderr);
        assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
    }
}
