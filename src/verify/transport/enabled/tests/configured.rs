//! Proxies and authorities that somebody asks for.

use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use super::super::super::{Answer, Failure};
use super::super::{authorities, open, proxy};
use super::{LONG, SHORT, dripping, head, key, server};
use crate::verify::Options;

/// What comes of asking for a name that nobody knows, through a proxy.
fn through(proxy: &str, within: Duration) -> Result<Answer, Failure> {
    let proxy = Some(format!("http://{proxy}"));
    let transport = open(&Options {
        proxy,
        ..Options::default()
    })
    .expect("because it is one");
    transport.get("http://gateway.invalid/v1/models", &key(), within)
}

#[test]
fn a_proxy_is_asked_for_a_tunnel_and_never_told_the_key() {
    let (address, told) = server(|stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
        let inside = head(stream);
        assert!(
            inside.contains("authorization: Bearer sk-aisa-"),
            "{inside}"
        );
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
    });
    let answer = through(&format!("user:p%40ss@{address}"), LONG);
    assert_eq!(answer.map(|answer| answer.body), Ok(b"{}".to_vec()));
    let head = told.recv().expect("a request");
    assert!(
        head.starts_with("CONNECT gateway.invalid:80 HTTP/1.1\r\n"),
        "{head}"
    );
    // `user:p@ss`, in Base64.
    assert!(
        head.contains("Proxy-Authorization: Basic dXNlcjpwQHNz\r\n"),
        "{head}"
    );
    assert!(!head.contains("sk-aisa-"), "{head}");
}

#[test]
fn a_proxy_that_does_not_let_it_through() {
    for answer in [
        "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
        "HTTP/1.1 502 X\r\n\r\n",
        "",
    ] {
        let (address, _told) = server(move |stream| stream.write_all(answer.as_bytes()));
        assert_eq!(through(&address, LONG), Err(Failure::Proxy), "{answer}");
    }
    let (address, _told) = dripping("HTTP/1.1 200 OK\r\nx: ");
    assert_eq!(through(&address, SHORT), Err(Failure::TimedOut));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    drop(listener);
    assert_eq!(through(&address, LONG), Err(Failure::Proxy));
    assert_eq!(through("proxy.invalid:1", LONG), Err(Failure::Proxy));
}

#[test]
fn what_is_no_http_proxy_is_refused_and_not_shown() {
    for text in [
        "http://proxy.example:3128",
        "HTTP://proxy.example:3128/",
        "http://[::1]:3128",
        "http://user@proxy.example:3128",
        "http://user:@proxy.example:3128",
        "http://user:p%3A%40%C3%A4@proxy.example:3128",
    ] {
        assert!(proxy::parse(text).is_ok(), "{text}");
    }
    for text in [
        "",
        "hunter2:3128",
        "hunter2.example",
        "http://hunter2.example",
        "http://hunter2.example:0",
        "http://hunter2.example:99999",
        "http://:3128",
        "https://hunter2.example:3128",
        "socks5://hunter2.example:1080",
        "http://hunter2.example:3128/path",
        "http://hunter2.example:3128/?query",
        "http://hunter2.example:3128/#fragment",
        "http://user:hunter2@it@proxy.example:3128",
        "http://user:hunter2/it@proxy.example:3128",
        "http://:hunter2@proxy.example:3128",
        "http://us%3Aer:hunter2@proxy.example:3128",
        "http://user:hunter2%0A@proxy.example:3128",
        "http://user:hunter2%FF@proxy.example:3128",
        "http://user:hunter2 @proxy.example:3128",
    ] {
        let error = proxy::parse(text).expect_err(text).to_string();
        assert!(
            error.contains("http://HOST:PORT") && !error.contains("hunter2"),
            "{error}"
        );
    }
}

/// What is said of a file of authorities.
fn trusting(content: &[u8]) -> Result<(), String> {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(&file, content).expect("written");
    read(file.path())
}

fn read(path: &Path) -> Result<(), String> {
    let error = authorities::read(path)
        .map(drop)
        .map_err(|error| error.to_string());
    if let Err(error) = &error {
        assert!(error.contains(&path.display().to_string()), "{error}");
        assert!(error.contains("BEGIN CERTIFICATE"), "{error}");
    }
    error
}

#[test]
fn authorities_are_read_from_a_pem_file() {
    let key = rcgen::KeyPair::generate().expect("because it takes randomness alone");
    let name = vec!["authority.example".to_owned()];
    let certificate = rcgen::CertificateParams::new(name).and_then(|it| it.self_signed(&key));
    let certificate = certificate.expect("a certificate").pem();
    let (pem, other) = (certificate.as_bytes(), key.serialize_pem());
    assert_eq!(trusting(pem), Ok(()));
    let many = [b"Of ours:\r\n\r\n", pem, other.as_bytes(), pem].concat();
    assert_eq!(trusting(&many), Ok(()));
    let broken = certificate.replacen("MII", "AII", 1);
    let unended = certificate.replace("-----END", "-----ENDED");
    for (content, reason) in [
        (&b""[..], "no certificate in it"),
        (&[0x30, 0x82, 1, 0, 0xff], "no certificate in it"),
        (other.as_bytes(), "no certificate in it"),
        (unended.as_bytes(), "something in it is broken"),
        (
            b"-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n",
            "something in it is broken",
        ),
        (
            &[pem, broken.as_bytes()].concat(),
            "certificate 2 in it cannot be used",
        ),
        (&vec![b'\n'; (4 << 20) + 1], "larger than 4 MiB"),
    ] {
        let error = trusting(content).expect_err(reason);
        assert!(error.contains(reason), "{error}");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    for path in [folder.path(), &folder.path().join("none.pem")] {
        let error = read(path).expect_err("because it is no file");
        assert!(error.contains("cannot be read"), "{error}");
    }
}
