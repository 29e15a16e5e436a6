//! What is sent, and what is made of whatever comes back.

mod bodies;
mod configured;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use super::super::{Answer, Failure};
use super::open;
use crate::model::Secret;
use crate::verify::Options;

const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(200);

fn key() -> Secret {
    Secret::new(&format!("sk-aisa-{}", "Zq8Lr2Tw".repeat(6)))
}

/// What somebody sent up to its first empty line.
fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read > 0) {
        head.extend(byte);
    }
    String::from_utf8(head).expect("because we sent it")
}

/// A server that answers each connection so, its address, and the heads of the requests.
fn server(
    answer: impl Fn(&mut TcpStream) -> std::io::Result<()> + Send + 'static,
) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let (heads, told) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            if heads.send(head(&mut stream)).is_err() {
                break;
            }
            // Whoever had enough goes away.
            drop(answer(&mut stream));
        }
    });
    (address, told)
}

fn ask(address: &str, within: Duration) -> Result<Answer, Failure> {
    let transport = open(&Options::default()).expect("because nothing is asked for");
    transport.get(&format!("http://{address}/v1/models"), &key(), within)
}

/// What is made of an answer after which the server closes the connection.
fn answered(bytes: &[u8]) -> Result<Answer, Failure> {
    let bytes = bytes.to_vec();
    let (address, _told) = server(move |stream| stream.write_all(&bytes));
    ask(&address, LONG)
}

/// What is made of an answer that begins so and then goes on like that, if it has so long.
fn endless(
    begins: &'static [u8],
    goes_on: &'static [u8],
    within: Duration,
) -> Result<Answer, Failure> {
    let (address, _told) = server(move |stream| {
        stream.write_all(begins)?;
        loop {
            stream.write_all(goes_on)?;
        }
    });
    ask(&address, within)
}

/// A server that sends a byte every few milliseconds.
fn dripping(begins: &'static str) -> (String, Receiver<String>) {
    server(move |stream| {
        stream.write_all(begins.as_bytes())?;
        loop {
            stream.write_all(b"y")?;
            thread::sleep(Duration::from_millis(10));
        }
    })
}

#[test]
fn the_key_is_in_one_header_of_a_get_and_nowhere_else() {
    let (address, told) = server(|stream| stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n"));
    assert_eq!(ask(&address, LONG).map(|answer| answer.status), Ok(204));
    let head = told.recv().expect("a request");
    let mut lines: Vec<String> = head.lines().map(str::to_owned).collect();
    assert_eq!(lines.remove(0), "GET /v1/models HTTP/1.1");
    lines.sort();
    let bearer = format!("authorization: Bearer {}", key().expose());
    let agent = concat!("user-agent: aisaleaks/", env!("CARGO_PKG_VERSION"));
    let host = format!("host: {address}");
    let expected = [
        "",
        "accept-encoding: identity",
        "accept: application/json",
        &bearer,
        &host,
        agent,
    ];
    assert_eq!(lines, expected);
}

#[test]
fn every_status_is_an_answer_and_no_redirect_is_followed() {
    for status in [
        200, 204, 301, 302, 307, 308, 400, 401, 403, 404, 429, 500, 503, 999,
    ] {
        let (address, told) = server(move |stream| {
            let there = stream.local_addr()?;
            write!(
                stream,
                "HTTP/1.1 {status} X\r\nlocation: http://{there}/\r\nretry-after: 7\r\n"
            )?;
            stream.write_all(b"content-length: 2\r\n\r\n{}")
        });
        let answer = ask(&address, LONG).expect("an answer");
        let body: &[u8] = if status == 204 { b"" } else { b"{}" };
        assert_eq!((answer.status, &*answer.body), (status, body));
        assert_eq!(answer.retry_after.as_deref(), Some("7"));
        assert_eq!(told.try_iter().count(), 1, "{status}");
    }
}

#[test]
fn a_connection_is_used_once() {
    // What comes twice would be taken for the answer about the next key.
    let (address, told) = server(|stream| {
        stream.write_all(b"HTTP/1.1 401 X\r\ncontent-length: 0\r\n\r\n")?;
        head(stream);
        stream.write_all(b"HTTP/1.1 200 X\r\ncontent-length: 0\r\n\r\n")
    });
    let transport = open(&Options::default()).expect("because nothing is asked for");
    for _ in 0..3 {
        let answer = transport.get(&format!("http://{address}/"), &key(), LONG);
        assert_eq!(answer.map(|answer| answer.status), Ok(401));
    }
    assert_eq!(told.try_iter().count(), 3);
}

#[test]
fn no_answer_takes_longer_than_it_may() {
    for begins in ["HTTP/1.1 200 OK\r\nx: ", "HTTP/1.1 200 OK\r\n\r\n"] {
        let (address, _told) = dripping(begins);
        let drips = ask(&address, SHORT);
        assert_eq!(drips, Err(Failure::TimedOut), "{begins:?}");
    }
    let interim = endless(b"", b"HTTP/1.1 102 Processing\r\n\r\n", SHORT);
    assert_eq!(interim, Err(Failure::TimedOut));
    let (address, _told) = server(|stream| stream.read(&mut [0]).map(drop));
    assert_eq!(ask(&address, SHORT), Err(Failure::TimedOut));
    assert_eq!(ask(&address, Duration::ZERO), Err(Failure::TimedOut));
}

#[test]
fn nobody_there() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    drop(listener);
    assert_eq!(ask(&address, LONG), Err(Failure::Unreachable));
    assert_eq!(ask("gateway.invalid", LONG), Err(Failure::NoName));
}
